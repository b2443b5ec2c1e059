"""What somebody tries who means ill: more members than asked for, others' codes, too much of it."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from motcua.db import City
from motcua.web import BODY_BYTES_MAX
from tests.cases.build import AGENCY
from tests.cases.machine import Api, keyed, post_act, post_case, problem, request_of

# What the platform decides, and what belongs to somebody else's act.
NOT_ASKED: list[dict[str, Any]] = [
    {"status": 9}, {"code": "SM.1-261124-9999"}, {"fee": {"total": 0}}, {"owner": "binh"},
    {"due_at": "2020-01-01T00:00:00+07:00"}, {"result": {"outcome": "granted"}}, {"is_paid": True},
    {"applicant_id": "00000000-0000-0000-0000-000000000001"}, {"__class__": "Case"},
]  # fmt: skip


@pytest.mark.parametrize("more", NOT_ASKED, ids=lambda more: next(iter(more)))
async def test_more_than_is_asked_is_refused(city: City, api: Api, more: dict[str, Any]) -> None:
    before = (await api("an").get("/api/v1/cases")).json()["items"]
    answer = await api("an").post("/api/v1/cases", json=request_of(city) | more, headers=keyed())
    problem(answer, 422)
    assert (await api("an").get("/api/v1/cases")).json()["items"] == before


async def test_answers_that_no_form_asks_for_are_refused_by_name(city: City, api: Api) -> None:
    told = problem(
        await api("an").post(
            "/api/v1/cases", json=request_of(city, fee_total=0, approved=True), headers=keyed()
        ),
        422,
    )
    assert {error["pointer"] for error in told["errors"]} == {
        "/answers/fee_total", "/answers/approved",
    }  # fmt: skip


@pytest.mark.parametrize("more", NOT_ASKED, ids=lambda more: next(iter(more)))
async def test_an_act_takes_no_more_than_its_schema(
    city: City, api: Api, more: dict[str, Any]
) -> None:
    case = await post_case(api("an"), city)
    asked = {"action": "message", "text": "Xin hỏi"} | more
    path = f"/api/v1/cases/{case['code']}/actions"
    problem(await api("an").post(path, json=asked, headers=keyed()), 422)
    assert (await api("an").get(f"/api/v1/cases/{case['code']}")).json() == case


@pytest.mark.parametrize("who", ["binh", "dung", "elsewhere"])
async def test_a_foreign_code_is_answered_as_one_that_was_never_given(
    city: City, api: Api, who: str
) -> None:
    code = (await post_case(api("an"), city))["code"]
    unknown = code.rpartition("-")[0] + "-999999"
    stranger = api(who)

    async def answers(code: str) -> list[tuple[int, dict[str, Any]]]:
        found = [
            await stranger.get(f"/api/v1/cases/{code}"),
            await stranger.get(f"/api/v1/cases/{code}/events"),
            await stranger.get(
                f"/api/v1/cases/{code}/events", headers={"accept": "text/event-stream"}
            ),
            await post_act(stranger, code, "withdraw"),
            await post_act(stranger, code, "message", text="Xin hỏi"),
        ]
        return [
            (one.status_code, {k: v for k, v in one.json().items() if k != "instance"})
            for one in found
        ]

    foreign, never = await answers(code), await answers(unknown)
    assert {status for status, _ in foreign} == {404}
    assert str(foreign).replace(code, unknown) == str(never)
    mine = {one["code"] for one in (await stranger.get("/api/v1/cases")).json()["items"]}
    assert code not in mine


async def test_somebody_elses_file_cannot_be_attached_by_its_id(city: City, api: Api) -> None:
    body = request_of(city) | {
        "documents": [{"requirement": "proof", "id": "00000000-0000-0000-0000-000000000001"}],
        "agency": AGENCY,
    }
    assert (await api("an").post("/api/v1/cases", json=body, headers=keyed())).status_code == 422


async def test_a_body_that_says_it_is_too_large_is_refused(city: City, api: Api) -> None:
    body = request_of(city, full_name="x" * BODY_BYTES_MAX)
    problem(await api("an").post("/api/v1/cases", json=body, headers=keyed()), 413)


async def test_a_body_that_does_not_say_so_is_cut_off(city: City, api: Api) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'{"procedure": "'
        while sent < 200:
            sent += 1
            yield b"x" * 65_536

    head = keyed() | {"content-type": "application/json"}
    try:
        answer = await api("an").post("/api/v1/cases", content=endless(), headers=head)
    except httpx.TransportError:
        return  # hung up on while it was still sending
    problem(answer, 413)
