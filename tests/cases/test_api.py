"""What machines see: the shapes of the contract, problems that name field and mend, the same
request twice, and a stream that loses nothing."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from motcua.base import clock
from motcua.base.errors import Unavailable
from motcua.cases import actions
from motcua.db import City
from motcua.demo import eid
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY, SAMPLE
from tests.cases.machine import (
    Api,
    keyed,
    post_act,
    post_case,
    problem,
    request_of,
    serving,
)
from tests.identity.build import lying, signed_by_a_stranger

CASE_KEYS = {
    "code", "procedure", "agency", "status", "status_name", "intake_due_at", "due_at", "fee",
    "payment", "actions", "result",
}  # fmt: skip
"""Design, section 5; more may come."""


# Shapes


async def test_a_case_has_the_shape_of_the_contract(city: City, api: Api) -> None:
    made = await post_case(api("an"), city, copies=3)
    assert made.keys() >= CASE_KEYS
    assert re.fullmatch(r"SM\.1-[0-9]{6}-[0-9]{4,}", made["code"])
    assert made["procedure"]["code"] == SAMPLE
    assert made["agency"] == {"code": "SM.1", "name": "Residents' Office"}
    assert (made["status"], made["status_name"]) == (1, "Newly filed")
    assert (made["due_at"], made["result"]) == (None, None)
    assert re.search(r"T.*\+09:00$", made["intake_due_at"])
    assert (made["fee"]["total"], made["fee"]["currency"]) == (550, "XTS")
    assert [line["amount"] for line in made["fee"]["lines"]] == [500, 50]
    assert all(line.keys() == {"rule", "amount", "reason"} for line in made["fee"]["lines"])
    assert made["payment"]["state"] == "open"
    assert made["payment"]["url"]
    assert made["payment"]["qr"]
    offered = {one["action"]: one["schema"] for one in made["actions"]}
    assert offered.keys() == {"pay", "withdraw", "message"}
    assert offered["message"]["required"] == ["action", "text"]
    again = await api("an").get(f"/api/v1/cases/{made['code']}")
    assert again.json() == made
    vi = (await api("an", "vi").get(f"/api/v1/cases/{made['code']}")).json()
    assert vi["status_name"] != made["status_name"]


async def test_a_procedure_has_the_shape_of_the_contract_and_its_example_is_accepted(
    city: City, api: Api
) -> None:
    found = (await api().get("/api/v1/procedures", params={"q": "cu tru"})).json()
    assert found.keys() == {"items", "next"}
    assert found["items"][0]["code"] == SAMPLE
    one = (await api().get(f"/api/v1/procedures/{SAMPLE}")).json()
    assert one.keys() >= {"code", "name", "level", "field", "channels", "documents", "results",
                          "form"}  # fmt: skip
    channel = one["channels"][0]
    assert channel["limits"][0].keys() >= {"value", "unit", "case", "source"}
    assert channel["fees"][0].keys() >= {"kind", "amount", "currency", "case"}
    assert one["documents"][0].keys() == {"code", "name", "original", "copies", "required_if"}
    assert one["results"][0].keys() == {"code", "name"}
    who = (await api().get("/api/v1/agencies", params={"procedure": SAMPLE})).json()
    names = {one["code"]: one["name"] for one in who["items"]}
    assert names[AGENCY] == "Residents' Office"
    body = {"procedure": SAMPLE, "answers": one["form"]["example"], "agency": AGENCY}
    made = await api("an").post("/api/v1/cases", json=body, headers=keyed())
    assert made.status_code == 201
    problem(await api().get("/api/v1/procedures/1.000000"), 404)


async def test_lists_go_on_where_the_last_page_ended(city: City, api: Api) -> None:
    codes = [(await post_case(api("binh"), city))["code"] for _ in range(5)]
    for who in ("binh", "reception"):
        seen: list[str] = []
        before = ""
        while len(seen) < 200:
            page = await api(who).get("/api/v1/cases", params={"limit": 2, "before": before})
            assert page.status_code == 200, page.text
            found = page.json()
            assert found.keys() == {"items", "next"}
            seen += [one["code"] for one in found["items"]]
            before = found["next"]
            if before is None:
                break
        assert len(seen) == len(set(seen)), "said twice"
        assert set(codes) <= set(seen)
    newest = (await api("binh").get("/api/v1/cases", params={"limit": 5})).json()["items"]
    assert [one["code"] for one in newest] == codes[::-1]


@pytest.mark.parametrize("who", ["binh", "reception"])
@pytest.mark.parametrize(
    "before", ["yesterday", "-1", "9" * 30, "2026-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "٣"]
)
async def test_a_mark_that_is_none_is_refused(api: Api, who: str, before: str) -> None:
    told = problem(await api(who).get("/api/v1/cases", params={"before": before}), 422)
    assert [one["pointer"] for one in told["errors"]] == ["/before"]


async def test_progress_is_for_everyone_and_names_nobody(city: City, api: Api) -> None:
    made = await post_case(api("an"), city)
    seen = await api().get(f"/api/v1/status/{made['code']}")
    told = seen.json()
    assert (told["code"], told["status"]) == (made["code"], 1)
    an = cast.sample(city, "an")
    for private in (an.name, an.number, an.email, "Đi học", "school", "500"):
        assert str(private) not in seen.text
    problem(await api().get("/api/v1/status/SM.1-000101-0001"), 404)


async def test_history_is_a_list_that_names_acts_and_actors(city: City, api: Api) -> None:
    made = await post_case(api("firm"), city)
    code = made["code"]
    await post_act(api("firm"), code, "message", text="Chào")
    found = (await api("firm").get(f"/api/v1/cases/{code}/events")).json()
    assert found.keys() == {"items", "next"}
    assert [
        (one["kind"], one["by"], one["on_behalf_of"]) for one in found["items"]
    ] == [
        ("case.filed", "Nguyễn Văn An", "Công ty TNHH Thử Nghiệm"),
        ("case.message", "Nguyễn Văn An", "Công ty TNHH Thử Nghiệm"),
    ]  # fmt: skip
    assert found["items"][0]["id"] < found["items"][1]["id"]


async def test_the_description_is_openapi_3_1_and_reaches_everyone(api: Api) -> None:
    answer = await api().get("/api/openapi.json")
    assert answer.status_code == 200
    told = answer.json()
    assert told["openapi"].startswith("3.1.")
    for path, verbs in {
        "/api/v1/procedures": {"get"}, "/api/v1/procedures/{code}": {"get"},
        "/api/v1/agencies": {"get"}, "/api/v1/documents": {"post"},
        "/api/v1/documents/{file_id}": {"get"}, "/api/v1/cases": {"get", "post"},
        "/api/v1/cases/{code}": {"get"}, "/api/v1/cases/{code}/actions": {"post"},
        "/api/v1/cases/{code}/events": {"get"}, "/api/v1/status/{code}": {"get"},
    }.items():  # fmt: skip
        assert verbs <= told["paths"][path].keys(), path
    ids = [o["operationId"] for verbs in told["paths"].values() for o in verbs.values()]
    assert len(ids) == len(set(ids))
    text = json.dumps(told)
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert named <= told["components"]["schemas"].keys()


async def test_health_and_figures_are_there(api: Api) -> None:
    assert (await api().get("/health/live")).json() == {"status": "live"}
    assert (await api().get("/health/ready")).json() == {"status": "ready"}
    figures = await api().get("/metrics")
    assert figures.status_code == 200
    assert figures.headers["content-type"].startswith("text/plain")
    assert "# HELP motcua_" in figures.text


# Problems


async def test_every_fault_is_told_at_once_in_both_languages(city: City, api: Api) -> None:
    body = {
        "procedure": SAMPLE,
        "answers": {"purpose": "war", "copies": 99, "fee_class": "ordinary", "hat": 1},
        "agency": AGENCY,
    }
    told = {}
    for language in ("vi", "en"):
        answer = await api("an", language).post("/api/v1/cases", json=body, headers=keyed())
        told[language] = problem(answer, 422)
        assert answer.headers["content-language"] == language
        pointers = {one["pointer"] for one in told[language]["errors"]}
        assert pointers == {
            "/answers/purpose", "/answers/copies", "/answers/hat", "/answers/declaration",
        }  # fmt: skip
        assert all(one["detail"] and "%(" not in one["detail"] for one in told[language]["errors"])
    assert told["vi"]["detail"] != told["en"]["detail"]
    for one, other in zip(told["vi"]["errors"], told["en"]["errors"], strict=True):
        assert one["detail"] != other["detail"]


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (b"", 422, None),
        (b"{", 400, None),
        (b"\xff\xfe", 400, None),
        (b'"\\ud800"', 400, None),
        (b"[]", 422, None),
        (b"null", 422, None),
        (b"{}", 422, None),
        (b'{"procedure": 5, "answers": {}}', 422, "/procedure"),
        (b'{"procedure": "9.000001", "answers": []}', 422, "/answers"),
        (b'{"procedure": "9.000001", "answers": {}, "hat": 1}', 422, None),
        (b'{"procedure": "9.000001", "answers": {}, "delivery": "pigeon"}', 422, "/delivery"),
        (b'{"procedure": "9.000001", "answers": {}, "documents": [{"id": "x"}]}', 422, None),
        (b'{"procedure": "x", "answers": {}}', 404, None),
    ],
)
async def test_a_body_that_is_none_is_a_problem_and_no_crash(
    api: Api, body: bytes, status: int, pointer: str | None
) -> None:
    head = keyed() | {"content-type": "application/json"}
    told = problem(await api("an").post("/api/v1/cases", content=body, headers=head), status)
    if pointer is not None:
        assert [one["pointer"] for one in told["errors"]] == [pointer]


async def test_a_nest_of_brackets_is_refused(api: Api) -> None:
    head = keyed() | {"content-type": "application/json"}
    nest = b'{"procedure": "9.000001", "answers": {"a": ' + b"[" * 50_000 + b"]" * 50_000 + b"}}"
    problem(await api("an").post("/api/v1/cases", content=nest, headers=head), 400)


async def test_a_body_too_large_is_refused(city: City, api: Api) -> None:
    large = request_of(city, purpose_other="x" * 300_000)
    problem(await api("an").post("/api/v1/cases", json=large, headers=keyed()), 413)


@pytest.mark.parametrize("code", ["x", "%00", "..%2f..%2fetc", "' OR 1=1", "a" * 3000, "%ff%fe"])
async def test_an_unknown_code_is_nothing_here(api: Api, code: str) -> None:
    name = code if "%" in code else quote(code)
    for path in (f"/api/v1/cases/{name}", f"/api/v1/cases/{name}/events", f"/api/v1/status/{name}"):
        problem(await api("an").get(path), 404)
    answer = await api("an").post(
        f"/api/v1/cases/{name}/actions", json={"action": "withdraw"}, headers=keyed()
    )
    problem(answer, 404)
    problem(await api("an").get(f"/api/v1/documents/{name}"), 404)


async def test_the_second_of_two_is_told_what_may_be_done(city: City, api: Api) -> None:
    code = (await post_case(api("an"), city))["code"]
    told = problem(await post_act(api("reception"), code, "accept"), 409)
    assert told["reason"] == "case.payment_open"
    assert set(told["actions"]) == {"refuse", "request_supplement", "transfer", "message"}
    assert (told["code"], told["status"], told["step"]) == (code, 409, "intake")
    told = problem(await post_act(api("an"), code, "fly"), 409)
    assert set(told["actions"]) == {"pay", "withdraw", "message"}


async def test_with_a_register_down_the_case_waits_and_says_for_what(
    city: City, staff: cast.Cast, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "accepted")

    async def down(*_: Any, **__: Any) -> Any:
        raise Unavailable("register.down", register="population", tries=1)

    monkeypatch.setattr(actions.acting, "ask_registers", down)
    told = problem(await post_act(api("handler"), case.code, "propose", outcome="granted"), 409)
    assert told["reason"] == "case.finding_missing"
    assert [one["register"] for one in told["waiting_for"]] == ["population"]
    assert "propose" not in told["actions"]
    seen = (await api("handler").get(f"/api/v1/cases/{case.code}")).json()
    assert [one["register"] for one in seen["waiting_for"]] == ["population"]


# Who asks


async def test_without_a_token_one_signs_in_first(city: City, api: Api) -> None:
    code = (await post_case(api("an"), city))["code"]
    for path in ("", f"/{code}", f"/{code}/events"):
        answer = await api().get(f"/api/v1/cases{path}")
        problem(answer, 401)
        assert answer.headers["www-authenticate"] == "Bearer"
    problem(await api().post("/api/v1/cases", json=request_of(city), headers=keyed()), 401)


async def test_with_anothers_token_the_case_does_not_exist(
    city: City, staff: cast.Cast, api: Api
) -> None:
    code = (await post_case(api("an"), city))["code"]
    for who in ("hung", "elsewhere"):
        for path in ("", "/events"):
            problem(await api(who).get(f"/api/v1/cases/{code}{path}"), 404)
        problem(await post_act(api(who), code, "withdraw"), 404)
    mine = await build.upload(city, staff.an)
    problem(await api("hung").get(f"/api/v1/documents/{mine}"), 404)
    assert (await api("an").get(f"/api/v1/documents/{mine}")).status_code == 200


async def test_a_level_too_low_is_told_what_is_needed(city: City, api: Api) -> None:
    answer = await api("cuong").post("/api/v1/cases", json=request_of(city), headers=keyed())
    told = problem(answer, 403)
    assert (told["reason"], told["level"], told["needed"]) == ("case.level_too_low", 1, 2)
    answer = await api("handler").post("/api/v1/cases", json=request_of(city), headers=keyed())
    assert problem(answer, 403)["reason"] == "case.officers_do_not_file"


async def test_a_token_is_the_providers_and_of_today(
    city: City, staff: cast.Cast, unused_tcp_port_factory: Callable[[], int]
) -> None:
    good = eid.mint(city.settings, "dung")
    with clock.at(clock.now() - timedelta(days=2)):
        old = eid.mint(city.settings, "dung")
    body = good.split(".")
    bad = [
        old, signed_by_a_stranger(good), "x", "a.b.c", good[:-4], ".".join([*body[:2], ""]),
        "x" * 10_000,
    ]  # fmt: skip
    port = unused_tcp_port_factory()
    url = f"http://127.0.0.1:{port}"
    async with (
        lying(city.settings),
        serving(city, port),
        httpx.AsyncClient(base_url=url) as client,
    ):

        async def ask(token: str) -> int:
            head = {"authorization": f"Bearer {token}"}
            answer = await client.get("/api/v1/cases", headers=head)
            return answer.status_code

        assert await ask(good) == 200
        assert [await ask(token) for token in bad] == [401] * len(bad)
