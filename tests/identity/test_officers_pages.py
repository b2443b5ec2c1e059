"""Officers' keys over HTTP: the door, the list, what administrators do, and whose origin it is."""

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from httpx import ASGITransport, AsyncClient, Response

from motcua import identity
from motcua.base import settings
from motcua.base.errors import NotAllowed
from motcua.base.ids import PersonId
from motcua.db.city import City
from motcua.identity import Viewer
from motcua.identity.actions import sessions
from tests.identity import build
from tests.identity.authenticator import Authenticator
from tests.identity.officers import (
    altered,
    an_administrator,
    an_officer,
    invited,
    signed_in,
    with_key,
)
from tests.identity.test_pages import a_browser, application

CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}")


@pytest.fixture
async def browser(city: City) -> AsyncIterator[AsyncClient]:
    async with a_browser(city) as client:
        client.headers["accept-language"] = "en"
        yield client


@pytest.fixture
def held(city: City) -> Authenticator:
    return Authenticator(city.settings.public_url)


async def challenge(browser: AsyncClient, path: str, **form: str) -> bytes:
    answer = await browser.post(path, data=form, headers={"accept": "application/json"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.content


async def come_in(browser: AsyncClient, held: Authenticator, next: str = "") -> Response:
    options = await challenge(browser, "/desk/sign-in/challenge")
    form = {"answer": held.show(options), "next": next}
    return await browser.post("/desk/sign-in/passkey", data=form)


async def as_officer(city: City, browser: AsyncClient, officer: PersonId) -> None:
    """Signed in at the staff provider."""
    viewer = Viewer(person=officer, name="Cán bộ Thử", is_officer=True)
    opened = await sessions.open_session(city, "officers", viewer, "/desk")
    browser.cookies.set("desk", opened.cookie, domain="localhost.local", path="/")


async def test_a_key_opens_the_desk(city: City, browser: AsyncClient, held: Authenticator) -> None:
    await with_key(city, held)
    door = await browser.get("/desk/sign-in", params={"next": "/desk/sessions"})
    assert 'data-passkey="get"' in door.text
    assert 'name="next" value="/desk/sessions"' in door.text
    landed = await come_in(browser, held, "/desk/sessions")
    assert (landed.status_code, landed.headers["location"]) == (303, "/desk/sessions")
    assert (await browser.get("/desk/who")).json() == {"name": "Cán bộ Thử", "is_officer": True}
    assert (await browser.get("/who")).json() == {}
    listed = await browser.get("/desk/sessions")
    assert "by passkey" in listed.text


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/\\evil.example"])
async def test_a_key_leads_to_no_other_site(
    city: City, browser: AsyncClient, held: Authenticator, to: str
) -> None:
    await with_key(city, held)
    assert (await come_in(browser, held, to)).headers["location"] == "/desk"


async def test_a_refused_key_is_said_on_the_page_of_the_door(
    city: City, browser: AsyncClient, held: Authenticator
) -> None:
    await with_key(city, held)
    held.origin = "https://false.example"
    away = await come_in(browser, held, "/desk/x")
    assert away.headers["location"] == ("/desk/sign-in?stopped=passkey_refused&next=%2Fdesk%2Fx")
    page = await browser.get(away.headers["location"])
    assert page.status_code == 403
    assert "We could not confirm this passkey" in page.text
    assert (await browser.get("/desk/who")).json() == {}


async def test_no_other_site_can_ask_for_a_challenge_or_send_an_answer(
    city: City, browser: AsyncClient, held: Authenticator
) -> None:
    await with_key(city, held)
    for path in ("/desk/sign-in/challenge", "/desk/sign-in/passkey", "/desk/sign-in/code"):
        for site in ("cross-site", "same-site"):
            answer = await browser.post(path, data={}, headers={"sec-fetch-site": site})
            assert answer.status_code == 403, path


async def test_a_first_key_is_made_on_pages_with_a_code(
    city: City, browser: AsyncClient, held: Authenticator
) -> None:
    officer = await an_officer(city)
    code = await invited(city, officer)
    page = await browser.get("/desk/sign-in/code")
    assert 'data-passkey="create"' in page.text
    wrong = await browser.post(
        "/desk/sign-in/code/challenge", data={"code": "ABCD"}, headers={"accept": "*/*"}
    )
    assert (wrong.status_code, wrong.json()["reason"]) == (403, "identity.code_unusable")
    assert wrong.json()["detail"].startswith("This code does not work")
    options = await challenge(browser, "/desk/sign-in/code/challenge", code=code)
    form = {"answer": held.make(options), "name": "Stick", "code": code}
    made = await browser.post("/desk/sign-in/code", data=form)
    assert made.headers["location"] == "/desk/sign-in?made=1&next=%2Fdesk%2Fpasskeys"
    assert "Your passkey is made" in (await browser.get(made.headers["location"])).text
    await come_in(browser, held, "/desk/passkeys")
    listed = await browser.get("/desk/passkeys")
    assert "Stick" in listed.text
    assert code not in listed.text


async def test_an_officer_adds_renames_and_removes_keys_on_pages(
    city: City, browser: AsyncClient, held: Authenticator
) -> None:
    await with_key(city, held)
    await come_in(browser, held)
    options = await challenge(browser, "/desk/passkeys/challenge")
    await browser.post("/desk/passkeys", data={"answer": held.make(options), "name": "Two"})
    page = await browser.get("/desk/passkeys")
    two = re.findall(r'action="/desk/passkeys/([0-9a-f-]{36})/removal"', page.text)[1]
    await browser.post(f"/desk/passkeys/{two}/name", data={"name": "<b>Home</b>"})
    page = await browser.get("/desk/passkeys")
    assert "&lt;b&gt;Home&lt;/b&gt;" in page.text
    assert (await browser.post(f"/desk/passkeys/{two}/removal")).status_code == 303
    assert "Home" not in (await browser.get("/desk/passkeys")).text


async def test_long_after_the_key_was_shown_the_page_leads_to_show_it_again(
    city: City, browser: AsyncClient, held: Authenticator
) -> None:
    """An officer of a city of both who signed in without their key."""
    officer = await with_key(city, held)
    await as_officer(city, browser, officer)
    page = await browser.get("/desk/passkeys")
    assert "/desk/passkeys/challenge" not in page.text
    key = re.findall(r'action="/desk/passkeys/([0-9a-f-]{36})/removal"', page.text)[0]
    sent = await browser.post(
        f"/desk/passkeys/{key}/removal",
        headers={"referer": f"{city.settings.public_url}/desk/passkeys"},
    )
    assert sent.headers["location"] == "/desk/sign-in/again?next=%2Fdesk%2Fpasskeys"
    again = await browser.get(sent.headers["location"])
    assert 'data-challenge="/desk/sign-in/again/challenge"' in again.text
    before = browser.cookies["desk"]
    options = await challenge(browser, "/desk/sign-in/again/challenge")
    form = {"answer": held.show(options), "next": "/desk/passkeys"}
    done = await browser.post("/desk/sign-in/again", data=form)
    assert done.headers["location"] == "/desk/passkeys"
    assert browser.cookies["desk"] != before
    assert await identity.session_viewer(city, "officers", before) is None
    assert (await browser.post(f"/desk/passkeys/{key}/removal")).status_code == 303


# ---- administrators


async def administering(city: City, browser: AsyncClient) -> Viewer:
    held = Authenticator(city.settings.public_url)
    administrator = await an_administrator(city, held)
    await come_in(browser, held)
    return administrator


async def test_a_code_is_given_once_and_shown_once(
    city: City, browser: AsyncClient, held: Authenticator
) -> None:
    await administering(city, browser)
    officer = await an_officer(city, "Trần Cần Mã")
    found = await browser.get("/desk/officers", params={"name": "cần mã"})
    assert f"/desk/officers/{officer}" in found.text
    given = await browser.post(f"/desk/officers/{officer}/code")
    [code] = CODE.findall(given.text)
    assert given.headers["cache-control"] == "no-store"
    assert not CODE.findall((await browser.get(f"/desk/officers/{officer}")).text)
    async with a_browser(city) as theirs:
        await as_officer(city, theirs, officer)
        options = await challenge(theirs, "/desk/sign-in/code/challenge", code=code)
        form = {"answer": held.make(options), "name": "Khóa"}
        assert (await theirs.post("/desk/sign-in/code", data=form)).status_code == 303
    assert (await signed_in(city, held)).viewer.person == officer


async def test_two_administrators_are_led_through_letting_somebody_back_in(
    city: City, browser: AsyncClient
) -> None:
    await administering(city, browser)
    officer = await an_officer(city, "Lê Mất Khóa")
    await browser.post(f"/desk/officers/{officer}/entrance")
    page = await browser.get(f"/desk/officers/{officer}")
    [ended] = re.findall(r"/desk/enrolments/([0-9a-f-]{36})/end", page.text)
    assert f"/desk/enrolments/{ended}/agreement" not in page.text  # not by the same one
    own = await browser.post(f"/desk/enrolments/{ended}/agreement")
    assert own.status_code == 403
    async with a_browser(city) as second:
        await administering(city, second)
        waiting = await second.get("/desk/officers")
        assert "Lê Mất Khóa" in html.unescape(waiting.text)
        agreed = await second.post(f"/desk/enrolments/{ended}/agreement")
        assert agreed.status_code == 200
        [code] = CODE.findall(agreed.text)
        again = await second.post(f"/desk/enrolments/{ended}/agreement")
        assert again.status_code == 404
    async with a_browser(city) as theirs:
        await challenge(theirs, "/desk/sign-in/code/challenge", code=code)
        await browser.post(f"/desk/enrolments/{ended}/end")
        over = await theirs.post(
            "/desk/sign-in/code/challenge", data={"code": code}, headers={"accept": "*/*"}
        )
    assert over.json()["reason"] == "identity.code_unusable"


async def test_an_administrator_ends_an_officers_sessions_and_everybodys(
    city: City, browser: AsyncClient
) -> None:
    administrator = await administering(city, browser)
    officer = await an_officer(city)
    viewer = Viewer(person=officer, name="", is_officer=True)
    resident = await sessions.open_session(
        city, "residents",
        Viewer(person=await identity.meet_at_counter(city, None, "Người Thử", None), name=""), "/",
    )  # fmt: skip
    for path in (f"/desk/officers/{officer}/sessions/end", "/desk/officers/sessions/end"):
        opened = await sessions.open_session(city, "officers", viewer, "/desk")
        assert (await browser.post(path)).status_code == 303
        assert await identity.session_viewer(city, "officers", opened.cookie) is None
    assert (await browser.get("/desk/who")).json()["is_officer"]  # the one who asked
    assert await identity.session_viewer(city, "residents", resident.cookie) is not None
    assert administrator.is_officer


ADMINISTRATORS = [
    ("GET", "/desk/officers"), ("GET", "/desk/officers/{id}"), ("POST", "/desk/officers/{id}/code"),
    ("POST", "/desk/officers/{id}/entrance"), ("POST", "/desk/officers/{id}/closure"),
    ("POST", "/desk/officers/{id}/sessions/end"), ("POST", "/desk/officers/sessions/end"),
    ("POST", "/desk/enrolments/{id}/agreement"), ("POST", "/desk/enrolments/{id}/end"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), ADMINISTRATORS)
async def test_to_other_officers_these_pages_do_not_exist(
    city: City, browser: AsyncClient, method: str, path: str
) -> None:
    await as_officer(city, browser, await an_officer(city))
    answer = await browser.request(method, path.format(id=await an_officer(city)))
    assert answer.status_code == 404
    assert "/desk/officers" not in (await browser.get("/desk/sessions")).text


# ---- which city has which


async def test_where_passkeys_are_the_only_way_the_staff_provider_opens_nothing(
    city: City, tmp_path: Path
) -> None:
    keyed = altered(city, tmp_path, officers_by="passkey")
    async with a_browser(keyed) as browser:
        door = await browser.get("/desk/sign-in")
        assert "/desk/sign-in/start" not in door.text
        assert 'data-passkey="get"' in door.text
        for path in ("/desk/sign-in/start", "/desk/sign-in/callback?state=x&code=y"):
            assert (await browser.get(path)).status_code == 404
        assert (await browser.get("/sign-in")).status_code == 200


async def test_where_there_are_no_passkeys_there_are_no_pages_about_them(
    city: City, tmp_path: Path
) -> None:
    staffed = altered(city, tmp_path, officers_by="oidc")
    officer = await an_officer(city)
    async with a_browser(staffed) as browser:
        assert "data-passkey" not in (await browser.get("/desk/sign-in")).text
        await as_officer(staffed, browser, officer)
        for path in ("/desk/passkeys", "/desk/sign-in/code", "/desk/sign-in/again"):
            assert (await browser.get(path)).status_code == 404, path
        page = await browser.get("/desk/sessions")
        assert "/desk/passkeys" not in page.text


# ---- origins


HOUSES = [
    # path, what the residents' origin answers, what the officers' origin answers
    ("/", 404, 404),  # no such page in this small application
    ("/who", 200, 200),
    ("/desk/who", 404, 200),
    ("/desk/sign-in", 404, 200),
    ("/desk/passkeys", 404, 303),
    ("/sign-in", 200, 404),
    ("/sign-in/start", 503, 404),
    ("/me/sessions", 303, 404),
]


@pytest.mark.parametrize(("path", "there", "here"), HOUSES)
async def test_with_an_origin_of_their_own_neither_has_the_pages_of_the_other(
    city: City, path: str, there: int, here: int
) -> None:
    given = msgspec.structs.replace(
        city.settings, public_url="https://city.example", desk_url="https://desk.city.example",
        demo=False,
    )  # fmt: skip
    apart = City(given, city.pack, city.database.url)
    build.close_with(city, apart._kept)
    apart.database = city.database
    app = application(apart)
    for origin, status in ((given.public_url, there), (given.desk_origin, here)):
        async with AsyncClient(
            transport=ASGITransport(cast(Any, app)), base_url=origin,
            headers={"sec-fetch-site": "same-origin", "accept": "text/html"},
        ) as browser:  # fmt: skip
            answer = await browser.get(path)
            got = 303 if answer.status_code == 303 and "stopped" not in str(answer.headers) else 0
            got = got or (503 if "stopped" in str(answer.headers) else answer.status_code)
            assert got == status, (origin, path)


async def test_over_tls_officers_cookies_are_bound_to_their_own_host(
    city: City, held: Authenticator
) -> None:
    given = msgspec.structs.replace(
        city.settings, public_url="https://city.example", desk_url="https://desk.city.example"
    )
    apart = City(given, city.pack, city.database.url)
    build.close_with(city, apart._kept)
    apart.database = city.database
    held.origin = "https://desk.city.example"
    await with_key(apart, held)
    async with AsyncClient(
        transport=ASGITransport(cast(Any, application(apart))), base_url=given.desk_origin,
        headers={"sec-fetch-site": "same-origin"},
    ) as browser:  # fmt: skip
        landed = await come_in(browser, held)
    [cookie] = [c for c in landed.headers.get_list("set-cookie") if "desk" in c]
    assert cookie.startswith("__Host-desk=")
    parts = {part.strip().lower() for part in cookie.split(";")}
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= parts
    assert not [part for part in parts if part.startswith("domain")]


async def test_a_key_of_the_officers_origin_is_none_on_the_residents(
    city: City, held: Authenticator
) -> None:
    given = msgspec.structs.replace(city.settings, desk_url="https://desk.city.example")
    apart = City(given, city.pack, city.database.url)
    build.close_with(city, apart._kept)
    apart.database = city.database
    held.origin = given.desk_origin
    await with_key(apart, held)
    await signed_in(apart, held)
    held.origin = given.public_url
    with pytest.raises(NotAllowed, match=r"identity\.passkey_refused"):
        await signed_in(apart, held)


def test_an_operator_names_the_desks_origin_and_every_process_hears_of_it(
    city: City, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pack, data = str(city.settings.pack), str(tmp_path)
    beside = settings.read(pack, data)
    assert beside.desk_origin == beside.public_url
    monkeypatch.setenv("MOTCUA_DESK_URL", "https://desk.city.example")
    told = settings.read(pack, data)
    assert told.desk_origin == "https://desk.city.example"
    assert told.environment()["MOTCUA_DESK_URL"] == "https://desk.city.example"
