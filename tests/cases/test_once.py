"""The same request twice has one effect; a stream that is broken off loses and doubles nothing."""

import asyncio
from threading import Event
from typing import Any

import httpx
import pytest

from motcua.cases import actions
from motcua.db import City
from motcua.identity import Viewer
from tests import cast
from tests.cases import build
from tests.cases.machine import Api, keyed, post_act, post_case, problem, request_of

# The same request twice


async def test_without_a_key_nothing_is_done(city: City, api: Api) -> None:
    an = api("an")
    code = (await post_case(an, city))["code"]
    told = problem(await an.post("/api/v1/cases", json=request_of(city)), 400)
    assert told["reason"] == "request.no_idempotency_key"
    address = f"/api/v1/cases/{code}/actions"
    problem(await an.post(address, json={"action": "withdraw"}), 400)
    for key in ("", "x" * 256):
        answer = await an.post(
            address, json={"action": "withdraw"}, headers={"Idempotency-Key": key}
        )
        problem(answer, 400)
    assert (await an.get(f"/api/v1/cases/{code}")).json()["status"] == 1


async def test_the_same_key_gives_the_same_answer_to_the_byte(city: City, api: Api) -> None:
    an, key = api("an"), keyed()
    first = await an.post("/api/v1/cases", json=request_of(city), headers=key)
    code = first.json()["code"]
    await post_act(an, code, "withdraw")
    again = await an.post("/api/v1/cases", json=request_of(city), headers=key)
    assert (again.status_code, again.content) == (first.status_code, first.content) == (
        201, first.content,
    )  # fmt: skip
    act, body = keyed(), {"action": "message", "text": "một lần"}
    said = [await an.post(f"/api/v1/cases/{code}/actions", json=body, headers=act) for _ in "ab"]
    assert said[0].content == said[1].content
    events = (await an.get(f"/api/v1/cases/{code}/events")).json()["items"]
    assert [one["kind"] for one in events].count("case.message") == 1


async def test_the_same_key_for_another_request_is_refused(city: City, api: Api) -> None:
    an, key = api("an"), keyed()
    code = (await an.post("/api/v1/cases", json=request_of(city), headers=key)).json()["code"]
    other = await an.post("/api/v1/cases", json=request_of(city, copies=2), headers=key)
    assert problem(other, 422)["reason"] == "request.key_used_for_another"
    answer = await an.post(f"/api/v1/cases/{code}/actions", json=request_of(city), headers=key)
    problem(answer, 422)
    # Another's key is another's.
    theirs = await api("binh").post("/api/v1/cases", json=request_of(city), headers=key)
    assert theirs.status_code == 201
    assert theirs.json()["code"] != code


async def test_the_same_key_in_the_name_of_a_firm_is_another_request(city: City, api: Api) -> None:
    key = keyed()
    mine = await api("an").post("/api/v1/cases", json=request_of(city), headers=key)
    assert mine.status_code == 201
    for_firm = await api("firm").post("/api/v1/cases", json=request_of(city), headers=key)
    assert problem(for_firm, 422)["reason"] == "request.key_used_for_another"


async def test_a_refused_request_leaves_its_key_free(city: City, api: Api) -> None:
    an, key = api("an"), keyed()
    problem(await an.post("/api/v1/cases", json=request_of(city, copies=99), headers=key), 422)
    made = await an.post("/api/v1/cases", json=request_of(city), headers=key)
    assert made.status_code == 201


async def test_the_same_request_still_at_work_is_told_so(
    city: City, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go_on = Event(), Event()  # the application has a loop of its own
    plain = actions.file_and_show

    async def slow(*given: Any) -> Any:
        reached.set()
        await asyncio.to_thread(go_on.wait, 10)
        return await plain(*given)

    monkeypatch.setattr(actions, "file_and_show", slow)
    an, key = api("an"), keyed()
    first = asyncio.create_task(an.post("/api/v1/cases", json=request_of(city), headers=key))
    assert await asyncio.to_thread(reached.wait, 10)
    second = await an.post("/api/v1/cases", json=request_of(city), headers=key)
    assert problem(second, 409)["reason"] == "request.in_flight"
    go_on.set()
    assert (await first).status_code == 201


async def test_ten_at_once_with_one_key_are_one_case(city: City, api: Api) -> None:
    an, key = api("lan"), keyed()
    before = (await an.get("/api/v1/cases", params={"limit": 100})).json()["items"]
    answers = await asyncio.gather(
        *(an.post("/api/v1/cases", json=request_of(city), headers=key) for _ in range(10))
    )
    made = {a.content for a in answers if a.status_code == 201}
    assert len(made) == 1
    assert {a.status_code for a in answers} <= {201, 409}
    now = (await an.get("/api/v1/cases", params={"limit": 100})).json()["items"]
    assert len(now) - len(before) == 1


# The stream


async def read_stream(
    client: httpx.AsyncClient, code: str, until: int, last: int | None = None
) -> list[int]:
    """The ids of the events, as they come, until one is at least `until`."""
    head = {"accept": "text/event-stream"} | ({"last-event-id": str(last)} if last else {})
    seen: list[int] = []
    async with client.stream("GET", f"/api/v1/cases/{code}/events", headers=head) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for line in answer.aiter_lines():
            if line.startswith("id: "):
                seen.append(int(line[4:]))
                if seen[-1] >= until:
                    break
    return seen


async def test_a_stream_broken_again_and_again_loses_nothing_and_doubles_nothing(
    city: City, staff: cast.Cast, api: Api
) -> None:
    code = (await post_case(api("an"), city))["code"]

    async def write(who: str, count: int) -> None:
        for n in range(count):
            viewer: Viewer = getattr(staff, who)
            await build.act(city, viewer, code, "message", text=str(n))

    async def follow() -> list[int]:
        seen: list[int] = []
        while len(seen) < 61:
            head = {"accept": "text/event-stream"}
            if seen:
                head["last-event-id"] = str(seen[-1])
            taken = 0
            async with api("an").stream(
                "GET", f"/api/v1/cases/{code}/events", headers=head
            ) as answer:
                async for line in answer.aiter_lines():
                    if line.startswith("id: "):
                        seen.append(int(line[4:]))
                        taken += 1
                        if taken == 7 or len(seen) == 61:
                            break
        return seen

    async with asyncio.timeout(20):
        seen, *_ = await asyncio.gather(
            follow(), write("an", 20), write("reception", 20), write("handler", 20)
        )
    events = (await api("an").get(f"/api/v1/cases/{code}/events")).json()["items"]
    assert seen == [one["id"] for one in events]


async def test_a_stream_tells_what_happens_while_it_is_open(
    city: City, staff: cast.Cast, api: Api
) -> None:
    code = (await post_case(api("an"), city))["code"]
    first = (await build.history(city, staff.an, code))[-1].id
    reading = asyncio.create_task(read_stream(api("an"), code, first + 1))
    await asyncio.sleep(0.2)
    assert not reading.done()
    await build.act(city, staff.an, code, "message", text="Chào")
    seen = await asyncio.wait_for(reading, 5)
    assert seen == [e.id for e in await build.history(city, staff.an, code)]


@pytest.mark.parametrize("last", ["-1", "x", "9" * 30, "1; DROP", "٣"])
async def test_a_mark_that_is_none_begins_at_the_beginning(city: City, api: Api, last: str) -> None:
    code = (await post_case(api("an"), city))["code"]
    found = await api("an").get(f"/api/v1/cases/{code}/events", params={"after": last})
    assert [one["kind"] for one in found.json()["items"]] == ["case.filed"]
