"""A session is its person's alone: who else has its cookie, or wants it to end, gets nowhere."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from httpx import AsyncClient

from motcua import identity
from motcua.base import clock
from motcua.base.errors import Invalid, NotFound, Unavailable
from motcua.base.ids import SYSTEM
from motcua.db import events
from motcua.db.city import City
from motcua.identity import Realm, Viewer, rules
from motcua.identity.actions import confirming, leaving, sessions
from motcua.identity.actions.confirming import AgainNeeded
from tests.identity import build
from tests.identity.test_pages import a_browser, arrive, start

REFUSED = r"identity\.logout_refused"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


async def a_person(city: City, realm: Realm = "residents") -> Viewer:
    """Somebody met at a counter, or an officer: only their sessions matter here."""
    if realm == "residents":
        person = await identity.meet_at_counter(city, None, "Người Thử", None)
    else:
        async with city.database.write(SYSTEM) as db:
            person = await identity.enrol_officer(db, f"session-{uuid4()}", "Cán bộ Thử")
    return Viewer(person=person, name="Người Thử", is_officer=realm == "officers")


async def opened(
    city: City, viewer: Viewer, realm: Realm = "residents", **how: Any
) -> sessions.SignedIn:
    return await sessions.open_session(city, realm, viewer, "/", sessions.Opening(**how))


async def is_open(city: City, one: sessions.SignedIn, realm: Realm = "residents") -> bool:
    return await identity.session_viewer(city, realm, one.cookie) is not None


# ---- whose it is


@pytest.mark.parametrize("realm", ["residents", "officers"])
async def test_a_cookie_opens_its_own_realm_alone(city: City, realm: Realm) -> None:
    other: Realm = "residents" if realm == "officers" else "officers"
    one = await opened(city, await a_person(city, realm), realm)
    assert await is_open(city, one, realm)
    assert not await is_open(city, one, other)


async def test_a_stolen_cookie_is_worth_nothing_after_its_person_has_signed_out(
    city: City,
) -> None:
    one = await opened(city, await a_person(city))
    stolen = msgspec.structs.replace(one)
    await sessions.sign_out(city, "residents", one.cookie)
    assert not await is_open(city, stolen)


async def test_signing_out_with_a_cookie_of_the_other_realm_ends_nothing(city: City) -> None:
    one = await opened(city, await a_person(city))
    await sessions.sign_out(city, "officers", one.cookie)
    assert await is_open(city, one)


async def test_the_secret_of_a_session_is_never_kept_and_never_the_same(city: City) -> None:
    viewer = await a_person(city)
    cookies = {(await opened(city, viewer)).cookie for _ in range(5)}
    assert len(cookies) == 5
    assert all(len(one) >= 43 for one in cookies)  # 256 bits (ASVS 7.2.3 asks for 128)
    async with city.database.read(viewer.person) as db:
        kept = await db.fetch("SELECT * FROM identity.sessions")
    assert not [one for one in cookies if one in str(kept)]


@pytest.mark.parametrize(("realm", "longest", "pause"),
                         [("residents", 12, 1), ("officers", 10, 0.5)])  # fmt: skip
async def test_a_session_ends_after_a_pause_and_however_busy(
    city: City, monkeypatch: pytest.MonkeyPatch, realm: Realm, longest: float, pause: float
) -> None:
    begun, one = clock.now(), await opened(city, await a_person(city, realm), realm)
    idle = await opened(city, one.viewer, realm)

    def at(hours: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: begun + timedelta(hours=hours))

    hours = 0.0
    while hours < longest - pause:
        hours += pause * 0.9
        at(hours)
        assert await is_open(city, one, realm), hours
    assert not await is_open(city, idle, realm)
    at(longest + 0.01)
    assert not await is_open(city, one, realm)


async def test_of_too_many_the_one_used_longest_ago_ends(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "SESSIONS_MAX", 3)
    viewer = await a_person(city)
    made = [await opened(city, viewer) for _ in range(4)]
    assert [await is_open(city, one) for one in made] == [False, True, True, True]


# ---- one's own list


async def test_a_person_sees_their_own_sessions_in_plain_words(city: City) -> None:
    viewer, other = await a_person(city), await a_person(city)
    first = await opened(city, viewer, device="Firefox, Linux")
    second = await opened(city, viewer)
    await opened(city, other, device="Chrome, Windows")
    async with city.database.read(viewer.person) as db:
        found = await sessions.sessions_of_me(db, "residents")
        assert await sessions.sessions_of_me(db, "officers") == []
    assert [(one.id, one.device) for one in found] == [
        (second.viewer.session, None), (first.viewer.session, "Firefox, Linux"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "device"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
         " Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0", "Edge, Windows"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
         " coc_coc_browser/141.0.0 Chrome/135.0.0.0 Safari/537.36", "Cốc Cốc, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
         "Firefox, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
         " (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko)"
         " SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
         "Samsung Internet, Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko)"
         " Chrome/141.0.0.0 Safari/537.36", "Chrome, macOS"),
        ("curl/8.5.0", None),
        ("", None),
        ("<script>alert(1)</script>" * 100, None),
    ],
)  # fmt: skip
def test_a_device_is_called_by_its_own_names_and_nothing_is_made_up(
    said: str, device: str | None
) -> None:
    assert rules.device(said) == device


async def test_one_session_is_ended_and_the_others_go_on(city: City) -> None:
    viewer = await a_person(city)
    made = [await opened(city, viewer) for _ in range(3)]
    lost = made[1].viewer.session
    assert lost is not None
    async with city.database.write(viewer.person) as db:
        await sessions.end_my_session(db, "residents", lost)
    assert [await is_open(city, one) for one in made] == [True, False, True]
    async with city.database.read(viewer.person) as db:
        told = [event.kind for event in await events.history(db, viewer.person)]
    assert told[-1] == "identity.sessions_ended"


async def test_all_the_others_are_ended_at_once(city: City) -> None:
    viewer, other = await a_person(city), await a_person(city)
    made = [await opened(city, viewer) for _ in range(3)]
    strange = await opened(city, other)
    async with city.database.write(viewer.person) as db:
        ended = await sessions.end_my_other_sessions(db, "residents", made[0].viewer.session)
    assert ended == 2
    assert [await is_open(city, one) for one in made] == [True, False, False]
    assert await is_open(city, strange)


async def test_anothers_session_is_not_there_to_be_ended(city: City) -> None:
    viewer, other = await a_person(city), await a_person(city)
    theirs = await opened(city, other)
    for session in (theirs.viewer.session or uuid4(), uuid4()):
        async with city.database.write(viewer.person) as db:
            with pytest.raises(NotFound, match=r"identity\.no_such_session"):
                await sessions.end_my_session(db, "residents", session)
    assert await is_open(city, theirs)


@pytest.mark.parametrize("realm", ["residents", "officers"])
async def test_whoever_finds_a_screen_left_open_does_not_end_its_persons_other_sessions(
    city: City, monkeypatch: pytest.MonkeyPatch, realm: Realm
) -> None:
    one = await opened(city, await a_person(city, realm), realm)
    later = clock.now() + confirming.RECENT + timedelta(seconds=1)
    async with city.database.read(one.viewer.person) as db:
        await confirming.must_be_recent(db, one.viewer)
        monkeypatch.setattr(clock, "now", lambda: later)
        with pytest.raises(AgainNeeded):
            await confirming.must_be_recent(db, one.viewer)


# ---- the pages


@pytest.fixture
async def browser(wired: City) -> AsyncIterator[AsyncClient]:
    async with a_browser(wired) as client:
        yield client


async def test_signing_in_takes_no_session_that_somebody_else_has_planted(
    wired: City, browser: AsyncClient, residents_provider: str
) -> None:
    """Session fixation: the attacker's own session in the victim's browser."""
    attacker = await opened(wired, await a_person(wired))
    browser.cookies.set("session", attacker.cookie)
    answer = await build.choose(await start(browser, "/sign-in"), "binh")
    await arrive(browser, "/sign-in", answer)
    found = [c.value for c in browser.cookies.jar if c.name == "session"]
    assert attacker.cookie not in found[-1:]
    assert (await browser.get("/who")).json()["name"] == "Trần Thị Bình"
    assert not await is_open(wired, attacker)


async def test_sessions_are_seen_and_ended_on_a_page(
    wired: City, browser: AsyncClient, residents_provider: str
) -> None:
    browser.headers["user-agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"
    answer = await build.choose(await start(browser, "/sign-in"), "giang")
    await arrive(browser, "/sign-in", answer)
    mine = await identity.session_viewer(wired, "residents", browser.cookies["session"])
    assert mine is not None
    lost = await opened(wired, mine, device="Chrome, Android")
    page = await browser.get("/me/sessions")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "Firefox, Linux" in page.text
    assert "Chrome, Android" in page.text
    foreign = await browser.post(
        "/me/sessions/others/end", headers={"sec-fetch-site": "cross-site"}
    )
    assert foreign.status_code == 403
    assert await is_open(wired, lost)
    ended = await browser.post(f"/me/sessions/{lost.viewer.session}/end")
    assert (ended.status_code, ended.headers["location"]) == (303, "/me/sessions")
    assert not await is_open(wired, lost)
    more = await opened(wired, mine)
    await browser.post("/me/sessions/others/end")
    assert not await is_open(wired, more)
    assert (await browser.get("/who")).json()["name"] == "Đỗ Thị Giang"


async def test_long_after_signing_in_the_page_asks_to_sign_in_anew(
    wired: City, browser: AsyncClient, residents_provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await build.choose(await start(browser, "/sign-in"), "hoa")
    await arrive(browser, "/sign-in", answer)
    mine = await identity.session_viewer(wired, "residents", browser.cookies["session"])
    assert mine is not None
    other = await opened(wired, mine)
    later = clock.now() + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    page = await browser.get("/me/sessions")
    assert "/me/sessions/others/end" not in page.text
    assert "/sign-in/start?again=true&amp;next=/me/sessions" in page.text
    refused = await browser.post("/me/sessions/others/end")
    assert refused.headers["location"].startswith("/sign-in?")
    assert await is_open(wired, other)
    again = await browser.get("/sign-in/start?again=true&next=/me/sessions")
    assert "prompt=login" in again.headers["location"]


# ---- back-channel logout


def a_logout(provider: build.Liar, subject: str | None, **changed: Any) -> build.Claims:
    now = int(clock.now().timestamp())
    claims = {
        "iss": provider.issuer, "aud": "motcua", "iat": now, "exp": now + 120, "sub": subject,
        "jti": uuid4().hex, "events": {EVENT: {}}, **changed,
    }  # fmt: skip
    return {name: value for name, value in claims.items() if value is not None}


class Account(msgspec.Struct):
    """Somebody with sessions that the provider's account opened."""

    city: City
    provider: build.Liar
    subject: str
    sessions: list[sessions.SignedIn]

    async def tell(self, claims: build.Claims, kind: str = "logout+jwt") -> None:
        token = self.provider._sign(claims, kind)
        await leaving.sign_out_by_provider(self.city, "residents", token)

    async def left(self) -> list[bool]:
        return [await is_open(self.city, one) for one in self.sessions]


def in_session(sid: str, claims: build.Claims, kind: str) -> build.Claims:
    return {**claims, "sid": sid}


@pytest.fixture
async def account(liar: tuple[City, build.Liar]) -> Account:
    """Two sign-ins of An; the provider has called its own sessions `one` and `two`."""
    city, provider = liar
    made = []
    for sid in ("one", "two"):
        provider.twist = partial(in_session, sid)
        made.append(await build.sign_in(city, "an"))
    provider.twist = lambda claims, kind: claims
    async with city.database.read(SYSTEM) as db:
        subject = (
            await db.fetch_row(
                "SELECT subject FROM identity.people WHERE id = $1", made[0].viewer.person
            )
        )["subject"]
    return Account(city, provider, subject, made)


async def test_the_providers_word_ends_every_session_of_the_account(account: Account) -> None:
    other = await opened(account.city, await a_person(account.city))
    officer = await a_person(account.city, "officers")
    desk = await opened(account.city, officer, "officers")
    await account.tell(a_logout(account.provider, account.subject))
    assert await account.left() == [False, False]
    assert await is_open(account.city, other)
    assert await is_open(account.city, desk, "officers")
    person = account.sessions[0].viewer.person
    async with account.city.database.read(person) as db:
        told = [event.kind for event in await events.history(db, person)]
    assert told[-1] == "identity.signed_out_by_provider"


@pytest.mark.parametrize("with_subject", [True, False])
async def test_where_it_names_its_session_that_one_ends(
    account: Account, with_subject: bool
) -> None:
    subject = account.subject if with_subject else None
    await account.tell(a_logout(account.provider, subject, sid="two"))
    assert await account.left() == [True, False]


async def test_a_session_of_somebody_else_is_not_ended_by_its_name(account: Account) -> None:
    await account.tell(a_logout(account.provider, "somebody else", sid="two"))
    assert await account.left() == [True, True]


@pytest.mark.parametrize("kind", ["JWT", "at+jwt", "", "logout", "secevent+jwt"])
async def test_only_a_logout_token_is_one(account: Account, kind: str) -> None:
    with pytest.raises(Invalid, match=REFUSED):
        await account.tell(a_logout(account.provider, account.subject), kind)
    assert await account.left() == [True, True]


SECONDS = int(clock.now().timestamp())
WRONG: list[dict[str, Any]] = [
    {"nonce": "n"},
    {"nonce": ""},
    {"iss": "https://elsewhere.example"},
    {"iss": None},
    {"aud": "somebody"},
    {"aud": None},
    {"iat": SECONDS - 3600},
    {"iat": SECONDS + 3600},
    {"iat": None},
    {"exp": SECONDS - 3600},
    {"exp": None},
    {"jti": None},
    {"jti": ""},
    {"jti": 7},
    {"sub": None},
    {"sub": ["an"]},
    {"sid": 1, "sub": None},
    {"events": None},
    {"events": {}},
    {"events": [EVENT]},
    {"events": {EVENT: "yes"}},
    {"events": {"http://schemas.openid.net/event/other": {}}},
]


@pytest.mark.parametrize("wrong", WRONG, ids="-".join)
async def test_a_false_logout_token_ends_nothing(account: Account, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=REFUSED):
        await account.tell(a_logout(account.provider, account.subject, **wrong))
    assert await account.left() == [True, True]


async def test_a_logout_token_counts_once(account: Account) -> None:
    claims = a_logout(account.provider, account.subject)
    await account.tell(claims)
    again = await opened(account.city, account.sessions[0].viewer)
    with pytest.raises(Invalid, match=REFUSED):
        await account.tell(claims)
    assert await is_open(account.city, again)


FORGERS = [
    build.signed_by_a_stranger, build.unsigned, build.with_the_same_kid, lambda token: "x",
    lambda token: token + "x" * 9000,
]  # fmt: skip


@pytest.mark.parametrize("forge", FORGERS)
async def test_a_logout_token_that_the_provider_did_not_sign_ends_nothing(
    account: Account, forge: Any
) -> None:
    token = account.provider._sign(a_logout(account.provider, account.subject), "logout+jwt")
    with pytest.raises(Invalid, match=REFUSED):
        await leaving.sign_out_by_provider(account.city, "residents", forge(token))
    assert await account.left() == [True, True]


async def test_a_residents_provider_signs_no_officer_out(account: Account) -> None:
    officer = await opened(account.city, await a_person(account.city, "officers"), "officers")
    token = account.provider._sign(a_logout(account.provider, account.subject), "logout+jwt")
    with pytest.raises((Invalid, Unavailable)):
        await leaving.sign_out_by_provider(account.city, "officers", token)
    assert await is_open(account.city, officer, "officers")


async def test_the_provider_tells_it_over_http(account: Account) -> None:
    token = account.provider._sign(a_logout(account.provider, account.subject), "logout+jwt")
    async with a_browser(account.city) as provider:
        provider.headers.pop("sec-fetch-site")
        done = await provider.post("/sign-in/logout", data={"logout_token": token})
        again = await provider.post("/sign-in/logout", data={"logout_token": token})
        empty = await provider.post("/sign-in/logout", data={})
    assert (done.status_code, done.headers["cache-control"]) == (200, "no-store")
    assert (again.status_code, again.json()) == (400, {"error": "invalid_request"})
    assert empty.status_code == 400
    assert await account.left() == [False, False]
