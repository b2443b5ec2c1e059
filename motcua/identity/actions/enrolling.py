"""How an officer comes to a first key, and to a new one when all are lost (docs/notes/0015)."""

from datetime import timedelta
from uuid import UUID

from motcua.base import clock
from motcua.base.errors import Conflict, NotAllowed, NotFound
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.db import City, Read, Write, events
from motcua.identity import queries, rules
from motcua.identity.actions import authenticators, passkeys
from motcua.identity.actions.confirming import described, must_be_sure
from motcua.identity.actions.passkeys import Challenged
from motcua.identity.model import Enrolment, Officer, Viewer

CODE_KEPT = timedelta(hours=24)
ASKED_KEPT = timedelta(days=7)
"""How long a first administrator's request waits for the second."""
OFFICERS_SHOWN_MAX = 50


# ---- the officer, with a code


async def challenge_with_code(city: City, viewer: Viewer | None, code: str) -> Challenged:
    """For a key that a code allows. A wrong code, one that is over, and one of somebody else are
    refused in the same words."""
    async with city.database.read(SYSTEM) as db:
        found = await queries.enrolment_with(db, rules.code_digest(code))
        enrolment = _usable(city, viewer, found)
        officer = PersonId(enrolment.officer_id)
        [named] = await queries.people_by_ids(db, [officer])
        known = await queries.passkeys_of(db, officer)
    challenge, cookie = await passkeys.ask(city, "add", officer, enrolment.id)
    options = authenticators.options_to_make(city, challenge, officer, named.name, known)
    return Challenged(options, cookie)


async def enrol(
    city: City, viewer: Viewer | None, cookie: str | None, answer: str, name: str
) -> None:
    """The key that a code allowed. Where the code was enough, nothing else that was made or given
    before opens the door: it may be in other hands."""
    asked = await passkeys.take(city, "add", cookie)
    if asked.enrolment_id is None:
        raise NotAllowed("identity.code_unusable")
    async with city.database.read(SYSTEM) as db:
        found = await queries.enrolment_by_id(db, asked.enrolment_id)
    enrolment = _usable(city, viewer, found)
    key = passkeys.made(city, asked.challenge, answer)
    officer = PersonId(enrolment.officer_id)
    async with city.database.write(officer) as db:
        if enrolment.is_enough:
            await queries.remove_passkeys(db, officer, None, clock.now(), officer)
            await queries.close_sessions(db, officer, "officers", None, None)
        await passkeys.keep(db, key, name, enrolment_id=enrolment.id)
        if enrolment.is_enough:
            await queries.end_enrolments(db, officer, None, clock.now())


def _usable(city: City, viewer: Viewer | None, found: Enrolment | None) -> Enrolment:
    """One administrator's code goes with the officer's own sign-in at their provider: two things
    that a thief would need, held by two."""
    if (
        not described(city).has_passkeys
        or found is None
        or found.is_used
        or found.until <= clock.now()
        or not (found.is_enough or _is_of(viewer, found.officer_id))
    ):
        raise NotAllowed("identity.code_unusable")
    return found


def _is_of(viewer: Viewer | None, officer: UUID) -> bool:
    return viewer is not None and viewer.session is not None and viewer.person == officer


# ---- administrators


async def must_be_administrator(db: Read, viewer: Viewer) -> None:
    """Whoever is none does not learn that there is such a page."""
    if not await is_administrator(db, viewer):
        raise NotFound("web.not_found")


async def is_administrator(db: Read, viewer: Viewer) -> bool:
    """With a session, never with an access token: no program looks after keys."""
    if not (viewer.session and described(db.city).has_passkeys):
        return False
    return await queries.is_administrator(db, viewer.person)


async def give_code(db: Write, viewer: Viewer, officer: UUID) -> str:
    """For an officer who also signs in at their provider. Shown once, handed over in person."""
    await _may_change(db, viewer, officer)
    if described(db.city).officers_by != "both":
        raise Conflict("identity.two_needed")
    code = rules.new_code()
    await _ask(db, officer, False, code)
    return code


async def ask_for_entrance(db: Write, viewer: Viewer, officer: UUID) -> None:
    """The first of two: this officer is to come in by a code alone."""
    await _may_change(db, viewer, officer)
    await _ask(db, officer, True, None)


async def agree(db: Write, viewer: Viewer, id: UUID) -> str:
    """The second of two, neither of them the officer: the code that opens the door by itself."""
    await must_be_administrator(db, viewer)
    await must_be_sure(db, viewer)
    found = await queries.enrolment_by_id(db, id)
    if found is None or not found.is_enough or found.agreed_by or found.until <= clock.now():
        raise NotFound("identity.no_such_enrolment")
    if viewer.person in (found.asked_by, found.officer_id):
        raise NotAllowed("identity.four_eyes")
    code, now = rules.new_code(), clock.now()
    is_first = await queries.agree_enrolment(
        db, id, found.officer_id, found.asked_by, viewer.person, now, rules.code_digest(code),
        now + CODE_KEPT,
    )  # fmt: skip
    if not is_first:
        raise NotFound("identity.no_such_enrolment")
    await _tell(db, "identity.enrolment_agreed", found.officer_id)
    return code


async def take_back(db: Write, viewer: Viewer, id: UUID) -> UUID:
    """Whose it was."""
    await must_be_administrator(db, viewer)
    found = await queries.enrolment_by_id(db, id)
    if found is None:
        raise NotFound("identity.no_such_enrolment")
    await queries.end_enrolments(db, found.officer_id, id, clock.now())
    await _tell(db, "identity.enrolment_ended", found.officer_id)
    return found.officer_id


async def shut_out(db: Write, viewer: Viewer, officer: UUID) -> None:
    """Keys, codes and sessions of an officer end at once: a theft, a farewell. It lets nobody in,
    so one administrator is enough."""
    await _may_change(db, viewer, officer)
    await queries.lock_passkeys(db, officer)
    await queries.remove_passkeys(db, officer, None, clock.now(), viewer.person)
    await queries.end_enrolments(db, officer, None, clock.now())
    await queries.close_sessions(db, officer, "officers", None, None)
    await _tell(db, "identity.shut_out", officer)


async def end_sessions_of(db: Write, viewer: Viewer, officer: UUID) -> None:
    await _may_change(db, viewer, officer)
    await queries.close_sessions(db, officer, "officers", None, None)
    await _tell(db, "identity.sessions_ended", officer)


async def end_sessions_of_all(db: Write, viewer: Viewer) -> int:
    """Every officer's but the one that asks: when something larger has gone wrong."""
    await must_be_administrator(db, viewer)
    await must_be_sure(db, viewer)
    assert viewer.session is not None
    ended = await queries.close_sessions_of_officers(db, viewer.session)
    facts = {"sessions": ended}
    await events.record(db, "identity.all_sessions_ended", viewer.person, facts=facts)
    return ended


async def officers(db: Read, name: str) -> list[Officer]:
    return await queries.officers_called(db, name, None, clock.now(), OFFICERS_SHOWN_MAX)


async def officer(db: Read, id: UUID) -> Officer:
    found = await queries.officers_called(db, "", id, clock.now(), 1)
    if not found:
        raise NotFound("identity.no_such_person")
    return found[0]


async def officer_of(db: Read, id: UUID) -> UUID:
    found = await queries.enrolment_by_id(db, id)
    assert found is not None
    return found.officer_id


async def open_enrolments(db: Read, officer: UUID | None = None) -> list[Enrolment]:
    return await queries.open_enrolments(db, clock.now(), officer)


# ---- the operator's console


async def name_administrator(db: Write, officer: PersonId) -> None:
    """Acts as SYSTEM: who looks after keys is decided where the platform itself is run."""
    await queries.name_administrator(db, officer, clock.now())


async def dismiss_administrator(db: Write, officer: PersonId) -> None:
    await queries.dismiss_administrator(db, officer, clock.now())


async def invite(db: Write, officer: PersonId) -> str:
    """A code that is enough by itself, for the first officers of a city. Acts as SYSTEM."""
    code = rules.new_code()
    await _ask(db, officer, True, code)
    return code


async def _ask(db: Write, officer: UUID, is_enough: bool, code: str | None) -> None:
    now = clock.now()
    kept = rules.code_digest(code) if code else None
    until = now + (CODE_KEPT if code else ASKED_KEPT)
    await queries.ask_enrolment(db, new_id(), officer, is_enough, db.person, now, kept, until)
    await _tell(db, "identity.enrolment_asked", officer)


async def _may_change(db: Write, viewer: Viewer, officer: UUID) -> None:
    await must_be_administrator(db, viewer)
    await must_be_sure(db, viewer)
    if viewer.person == officer:
        raise NotAllowed("identity.four_eyes")
    if not await queries.officers_called(db, "", officer, clock.now(), 1):
        raise NotFound("identity.no_such_person")


async def _tell(db: Write, kind: str, officer: UUID) -> None:
    """Into the history of the officer's account; of their keys they get a notice."""
    await events.record(db, kind, officer, person=officer, facts={"by": str(db.person)})
