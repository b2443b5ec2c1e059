"""How officers come to keys: codes, four eyes, and what the database itself refuses."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from motcua import identity
from motcua.base import clock
from motcua.base.errors import Conflict, NotAllowed, NotFound
from motcua.base.ids import SYSTEM, PersonId
from motcua.db import events
from motcua.db.city import City
from motcua.identity import Viewer
from motcua.identity.actions import enrolling, passkeys, sessions
from tests.identity.authenticator import Authenticator
from tests.identity.officers import (
    NO_CODE,
    REFUSED,
    an_administrator,
    an_officer,
    invited,
    signed_in,
    with_key,
)

# ---- enrolment


async def test_a_code_makes_one_key(keyed: City, browser: Authenticator) -> None:
    officer = await an_officer(keyed)
    code = await invited(keyed, officer)
    asked = [await enrolling.challenge_with_code(keyed, None, code) for _ in range(2)]
    await enrolling.enrol(keyed, None, asked[0].cookie, browser.make(asked[0].options), "Một")
    with pytest.raises(NotAllowed, match=NO_CODE):
        await enrolling.enrol(keyed, None, asked[1].cookie, browser.make(asked[1].options), "Hai")
    with pytest.raises(NotAllowed, match=NO_CODE):
        await enrolling.challenge_with_code(keyed, None, code)


@pytest.mark.parametrize("typed", [str.lower, lambda c: c.replace("-", " "), lambda c: f" {c} "])
async def test_a_code_is_read_however_it_is_typed(keyed: City, typed: Any) -> None:
    code = await invited(keyed, await an_officer(keyed))
    await enrolling.challenge_with_code(keyed, None, typed(code))


async def test_a_code_ends_after_a_day(keyed: City, monkeypatch: pytest.MonkeyPatch) -> None:
    code = await invited(keyed, await an_officer(keyed))
    later = clock.now() + enrolling.CODE_KEPT
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(NotAllowed, match=NO_CODE):
        await enrolling.challenge_with_code(keyed, None, code)


async def test_a_wrong_code_says_nothing_of_the_right_one(keyed: City) -> None:
    code = await invited(keyed, await an_officer(keyed))
    for wrong in ("", "x", code[:-1] + ("2" if code[-1] != "2" else "3"), code * 5):
        with pytest.raises(NotAllowed, match=NO_CODE):
            await enrolling.challenge_with_code(keyed, None, wrong)


async def test_one_administrators_code_goes_with_the_officers_own_sign_in(
    city: City, browser: Authenticator
) -> None:
    """In a city of both: without the sign-in, and with somebody else's, it is worth nothing."""
    administrator = await an_administrator(city, browser)
    officer, other = await an_officer(city), await an_officer(city)
    async with city.database.write(administrator.person) as db:
        code = await enrolling.give_code(db, administrator, officer)
    opened = {
        one: (await sessions.open_session(
            city, "officers", Viewer(person=one, name="", is_officer=True), "/desk"
        )).viewer
        for one in (officer, other)
    }  # fmt: skip
    program = Viewer(person=officer, name="", is_officer=True)  # a token is no sign-in of theirs
    for wrong in (None, opened[other], program):
        with pytest.raises(NotAllowed, match=NO_CODE):
            await enrolling.challenge_with_code(city, wrong, code)
    asked = await enrolling.challenge_with_code(city, opened[officer], code)
    answer = browser.make(asked.options)
    with pytest.raises(NotAllowed, match=NO_CODE):
        await enrolling.enrol(city, None, asked.cookie, answer, "Khóa")
    asked = await enrolling.challenge_with_code(city, opened[officer], code)
    await enrolling.enrol(city, opened[officer], asked.cookie, browser.make(asked.options), "Khóa")
    assert (await signed_in(city, browser)).viewer.person == officer


async def test_where_nothing_else_speaks_for_officers_one_administrator_gives_no_code(
    keyed: City, browser: Authenticator
) -> None:
    administrator = await an_administrator(keyed, browser)
    officer = await an_officer(keyed)
    async with keyed.database.write(administrator.person) as db:
        with pytest.raises(Conflict, match=r"identity\.two_needed"):
            await enrolling.give_code(db, administrator, officer)


# ---- recovery: four eyes


async def begun(city: City, administrator: Viewer, officer: PersonId) -> UUID:
    async with city.database.write(administrator.person) as db:
        await enrolling.ask_for_entrance(db, administrator, officer)
        [one] = [e for e in await enrolling.open_enrolments(db, officer) if not e.has_code]
    return one.id


async def test_two_administrators_let_an_officer_back_in_and_the_old_keys_are_worth_nothing(
    keyed: City, browser: Authenticator
) -> None:
    first, second = [await an_administrator(keyed, Authenticator(browser.origin)) for _ in range(2)]
    officer = await with_key(keyed, browser)
    old = await signed_in(keyed, browser)
    lost = await invited(keyed, officer)
    waiting = await begun(keyed, first, officer)
    async with keyed.database.write(second.person) as db:
        code = await enrolling.agree(db, second, waiting)
    found = Authenticator(browser.origin)
    asked = await enrolling.challenge_with_code(keyed, None, code)
    await enrolling.enrol(keyed, None, asked.cookie, found.make(asked.options), "Khóa mới")
    assert (await signed_in(keyed, found)).viewer.person == officer
    with pytest.raises(NotAllowed, match=REFUSED):
        await signed_in(keyed, browser)
    with pytest.raises(NotAllowed, match=NO_CODE):
        await enrolling.challenge_with_code(keyed, None, lost)
    assert await identity.session_viewer(keyed, "officers", old.cookie) is None
    async with keyed.database.read(officer) as db:
        told = await events.history(db, officer)
    who = {e.kind: e.actor_id for e in told if e.kind.startswith("identity.enrolment")}
    assert who["identity.enrolment_agreed"] == second.person
    assert [e.actor_id for e in told if e.kind == "identity.enrolment_asked"][-1] == first.person


async def test_one_administrator_alone_lets_nobody_in(keyed: City, browser: Authenticator) -> None:
    administrator = await an_administrator(keyed, browser)
    officer = await an_officer(keyed)
    waiting = await begun(keyed, administrator, officer)
    async with keyed.database.write(administrator.person) as db:
        with pytest.raises(NotAllowed, match=r"identity\.four_eyes"):
            await enrolling.agree(db, administrator, waiting)


async def test_an_administrator_does_nothing_about_their_own_keys(
    keyed: City, browser: Authenticator
) -> None:
    first, second = [await an_administrator(keyed, Authenticator(browser.origin)) for _ in range(2)]
    async with keyed.database.write(first.person) as db:
        for act in (enrolling.ask_for_entrance, enrolling.shut_out, enrolling.end_sessions_of):
            with pytest.raises(NotAllowed, match=r"identity\.four_eyes"):
                await act(db, first, first.person)
    waiting = await begun(keyed, second, first.person)
    async with keyed.database.write(first.person) as db:
        with pytest.raises(NotAllowed, match=r"identity\.four_eyes"):
            await enrolling.agree(db, first, waiting)


@pytest.mark.parametrize("agreeing", ["asked_by", "officer_id", "nobody"])
async def test_the_database_itself_wants_a_second_administrator(
    keyed: City, browser: Authenticator, agreeing: str
) -> None:
    """Past every line of the program: the first again, the officer, and who is no administrator."""
    administrator = await an_administrator(keyed, browser)
    officer = await an_administrator(keyed, Authenticator(browser.origin))
    waiting = await begun(keyed, administrator, officer.person)
    who = {
        "asked_by": administrator.person,
        "officer_id": officer.person,
        "nobody": await an_officer(keyed),
    }[agreeing]
    with pytest.raises((asyncpg.CheckViolationError, asyncpg.InsufficientPrivilegeError)):
        async with keyed.database.write(who) as db:
            await db.execute(
                "INSERT INTO identity.agreements VALUES ($1, $2, $3, $4, now(), $5, now() + '1d')",
                waiting, officer.person, administrator.person, who, bytes(32),
            )  # fmt: skip


@pytest.mark.parametrize("lie", ["another enrolment", "not agreed", "another's key", "nothing"])
async def test_the_database_itself_lets_nobody_add_a_key_without_leave(
    keyed: City, browser: Authenticator, lie: str
) -> None:
    administrator = await an_administrator(keyed, browser)
    officer, other = await an_officer(keyed), await an_officer(keyed)
    enrolment: UUID | None = None
    voucher: UUID | None = None
    if lie == "another enrolment":
        await invited(keyed, other)
        async with keyed.database.read(SYSTEM) as db:
            [enrolment] = [one.id for one in await enrolling.open_enrolments(db, other)]
    elif lie == "not agreed":
        enrolment = await begun(keyed, administrator, officer)
    elif lie == "another's key":
        voucher = administrator.passkey
    with pytest.raises((asyncpg.CheckViolationError, asyncpg.InsufficientPrivilegeError)):
        async with keyed.database.write(officer) as db:
            await db.execute(
                "INSERT INTO identity.passkeys (id, person_id, credential_id, public_key,"
                " sign_count, name, is_synced, made_at, enrolment_id, vouched_by)"
                " VALUES ($1, $2, $3, $4, 0, 'x', false, now(), $5, $6)",
                uuid4(), officer, uuid4().bytes, b"key", enrolment, voucher,
            )  # fmt: skip


async def test_who_is_no_administrator_does_not_learn_of_these_pages(
    keyed: City, browser: Authenticator
) -> None:
    officer = await with_key(keyed, browser)
    viewer = (await signed_in(keyed, browser)).viewer
    other = await an_officer(keyed)
    async with keyed.database.write(officer) as db:
        for act in (enrolling.give_code, enrolling.ask_for_entrance, enrolling.shut_out):
            with pytest.raises(NotFound, match=r"web\.not_found"):
                await act(db, viewer, other)
        assert await enrolling.open_enrolments(db, other) == []
        assert await passkeys.passkeys_of(db, other) == []


async def test_a_dismissed_administrator_is_none(keyed: City, browser: Authenticator) -> None:
    administrator = await an_administrator(keyed, browser)
    async with keyed.database.write(SYSTEM) as db:
        await enrolling.dismiss_administrator(db, administrator.person)
    async with keyed.database.read(administrator.person) as db:
        assert not await enrolling.is_administrator(db, administrator)


async def test_shut_out_ends_keys_codes_and_sessions_at_once(
    keyed: City, browser: Authenticator
) -> None:
    administrator = await an_administrator(keyed, Authenticator(browser.origin))
    officer = await with_key(keyed, browser)
    opened = await signed_in(keyed, browser)
    code = await invited(keyed, officer)
    async with keyed.database.write(administrator.person) as db:
        await enrolling.shut_out(db, administrator, officer)
    assert await identity.session_viewer(keyed, "officers", opened.cookie) is None
    with pytest.raises(NotAllowed, match=REFUSED):
        await signed_in(keyed, browser)
    with pytest.raises(NotAllowed, match=NO_CODE):
        await enrolling.challenge_with_code(keyed, None, code)
