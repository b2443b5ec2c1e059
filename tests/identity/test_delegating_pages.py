"""The page of delegation, its programs' side, and the way into an organisation's name."""

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from uuid import uuid4

import pytest
from httpx import AsyncClient

from motcua import identity
from motcua.base import clock
from motcua.db import City
from motcua.exchange import Answer
from motcua.identity import Viewer, api, pages
from motcua.identity.rules import cookie_name
from tests import cast
from tests.cases.visit import Enter, visitors

PLACE = "/me/delegations"


@pytest.fixture
async def enter(city: City, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Enter]:
    people = [cast.sample(city, id) for id in ("lan", "hoa", "an")]
    known = {one.number: one for one in people}

    async def ask(_city: City, *_: object, **said: object) -> Answer:
        one = known.get(str(said["subject_number"]))
        values = {"name": one.name, "birth_date": str(one.birth_date)} if one else {}
        return Answer(
            state="found" if one else "nothing", values=values, asked_at=clock.now(),
            fresh_until=clock.now(), register="population", operation="person", look_id=uuid4(),
        )  # fmt: skip

    monkeypatch.setattr("motcua.exchange.ask", ask)
    async with visitors(city, [*pages.routes, *api.routes]) as found:
        yield found


@pytest.fixture
async def firm(city: City) -> Viewer:
    return await cast.resident(city, "an", cast.FIRM)


def last_day(days: int = 30) -> date:
    return clock.now().date() + timedelta(days=days)


def form(city: City, id: str, *roles: str) -> dict[str, str | list[str]]:
    one, day = cast.sample(city, id), last_day()
    return {
        "number": str(one.number), "name": one.name, "roles": list(roles),
        "until-day": str(day.day), "until-month": str(day.month), "until-year": str(day.year),
    }  # fmt: skip


async def test_a_representative_gives_roles_and_the_delegate_steps_in_and_out(
    city: City, enter: Enter, firm: Viewer
) -> None:
    given = await enter(firm).post(PLACE, data=form(city, "lan", "files", "receives"))
    assert given.status_code == 303, given.text
    lan = await cast.resident(city, "lan")
    hers = await enter(lan).get(PLACE)
    assert "Công ty TNHH Thử Nghiệm" in hers.text
    assert "send requests and add to them, receive results" in hers.text
    found = re.search(r'action="(/me/acting/[^"]+)"', hers.text)
    assert found
    stepped = await enter(lan).post(found[1])
    assert stepped.status_code == 303
    cookie = stepped.cookies[cookie_name(city.settings.public_url, "residents")]
    inside = await identity.session_viewer(city, "residents", cookie)
    assert inside is not None
    assert (inside.person, inside.on_behalf_of) == (lan.person, firm.on_behalf_of)
    shown = await enter(firm).get(PLACE)
    ending = re.search(
        rf'<strong>{lan.name}</strong>.*?action="([^"]+/end)"', shown.text, re.DOTALL
    )
    assert ending
    assert (await enter(firm).post(ending[1])).status_code == 303
    assert await identity.session_viewer(city, "residents", cookie) is None
    assert (await enter(lan).post(found[1])).status_code == 404
    assert (await enter(lan).post(ending[1])).status_code == 403


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"number": ""}, "#number"),
        ({"name": "Ai Đó Khác"}, "#number"),
        ({"number": "999000000000"}, "#number"),
        ({"roles": []}, "#roles"),
        ({"roles": ["represents"]}, "#roles"),
        ({"until-year": "1999"}, "#until"),
        ({"until-day": "32"}, "#until"),
        ({"until-day": ""}, "#until"),
    ],
)
async def test_what_is_wrong_is_told_beside_its_box_and_nothing_is_given(
    city: City, enter: Enter, firm: Viewer, change: dict[str, str | list[str]], said: str
) -> None:
    refused = await enter(firm).post(PLACE, data=form(city, "hoa", "pays") | change)
    assert refused.status_code == 422
    assert f'href="{said}"' in refused.text
    assert cast.sample(city, "hoa").name not in (await enter(firm).get(PLACE)).text


async def test_nobody_lets_themselves(city: City, enter: Enter, firm: Viewer) -> None:
    refused = await enter(firm).post(PLACE, data=form(city, "an", "files"))
    assert refused.status_code == 422


def program(browser: AsyncClient) -> AsyncClient:
    browser.headers["accept"] = "application/json"
    return browser


async def test_programs_give_see_and_end(city: City, enter: Enter, firm: Viewer) -> None:
    one = cast.sample(city, "lan")
    body = {
        "number": one.number, "name": one.name, "roles": ["pays"], "until": str(last_day()),
    }  # fmt: skip
    mine, key = program(enter(firm)), {"idempotency-key": str(uuid4())}
    made = await mine.post("/api/v1/delegations", json=body, headers=key)
    assert made.status_code == 201, made.text
    assert (await mine.post("/api/v1/delegations", json=body, headers=key)).json() == made.json()
    lan = await cast.resident(city, "lan")
    seen = (await program(enter(lan)).get("/api/v1/delegations")).json()["delegations"]
    assert [found["id"] for found in seen] == [made.json()["id"]]
    assert seen[0]["roles"] == ["pays"]
    where = f"/api/v1/delegations/{made.json()['id']}/end"
    for who in (lan, await cast.resident(city, "hung")):
        key = {"idempotency-key": str(uuid4())}
        assert (await program(enter(who)).post(where, headers=key)).status_code == 403
    key = {"idempotency-key": str(uuid4())}
    assert (await mine.post(where, headers=key)).status_code == 200
    assert (await program(enter(lan)).get("/api/v1/delegations")).json() == {"delegations": []}
    again = {"idempotency-key": str(uuid4())}
    assert (await mine.post(where, headers=again)).status_code == 404


async def test_a_role_that_is_not_given_is_refused_by_its_shape(
    city: City, enter: Enter, firm: Viewer
) -> None:
    one = cast.sample(city, "lan")
    for roles in (["represents"], [], ["files", "admin"]):
        body = {"number": one.number, "name": one.name, "roles": roles, "until": str(last_day())}
        key = {"idempotency-key": str(uuid4())}
        sent = await program(enter(firm)).post("/api/v1/delegations", json=body, headers=key)
        assert sent.status_code in (400, 422), sent.text
