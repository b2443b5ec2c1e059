"""Open sessions: begun after a sign-in, known again by their cookie, ended on the server too."""

import secrets
from datetime import timedelta
from uuid import UUID

import msgspec

from motcua.base import clock
from motcua.base.errors import NotFound
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.db import City, Read, Write, events
from motcua.identity import queries, rules
from motcua.identity.model import Assurance, OpenSession, Realm, Session, Viewer

SESSION_LIMITS: dict[Realm, tuple[timedelta, timedelta]] = {
    "residents": (timedelta(hours=12), timedelta(hours=1)),
    "officers": (timedelta(hours=10), timedelta(minutes=30)),
}
"""The end however busy, and the longest pause."""
SESSION_TOUCH_SECONDS = 60
RAISED_FOR = timedelta(minutes=15)
"""How long a sign-in that showed more counts, before the session is what it was."""
SESSIONS_MAX = 20
"""Of one person, open at once; then the one used longest ago ends."""


class SignedIn(msgspec.Struct, frozen=True):
    """`cookie` is the session's secret: it goes to the browser and is kept nowhere."""

    viewer: Viewer
    cookie: str
    return_to: str


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What a session keeps of the sign-in that opened it."""

    device: str | None = None
    provider_sid: str | None = None
    passkey: UUID | None = None
    usual: Assurance | None = None
    """What the session falls back to, where this sign-in raises it for a while."""


ORDINARY = Opening()


async def open_session(
    city: City, realm: Realm, viewer: Viewer, return_to: str, opening: Opening = ORDINARY
) -> SignedIn:
    """Always a new secret: nobody can be made to sign in to a session that another prepared."""
    cookie, now = secrets.token_urlsafe(32), clock.now()
    longest, pause = SESSION_LIMITS[realm]
    session, usual = new_id(), opening.usual
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        await queries.open_session(
            db, session, rules.digest(cookie), realm, viewer.person, viewer.on_behalf_of,
            *_on_its_axes(usual or viewer.assurance), now, now + longest, pause,
            *_on_its_axes(viewer.assurance if usual else None),
            now + RAISED_FOR if usual else None, opening.passkey, opening.device,
            opening.provider_sid, SESSIONS_MAX - 1,
        )  # fmt: skip
        await events.record(db, "identity.signed_in", viewer.person, person=viewer.person)
    opened = msgspec.structs.replace(
        viewer, session=session, signed_in_at=now, passkey=opening.passkey
    )
    return SignedIn(opened, cookie, return_to)


async def sign_out(city: City, realm: Realm, cookie: str | None) -> None:
    """The session ends on the server too; a copy of the cookie is worth nothing."""
    viewer = await session_viewer(city, realm, cookie)
    if viewer is None or viewer.session is None:
        return
    async with city.database.write(viewer.person) as db:
        await queries.close_session(db, viewer.session)
        await events.record(db, "identity.signed_out", viewer.person, person=viewer.person)


async def usual_assurance(city: City, realm: Realm, cookie: str | None) -> Assurance | None:
    """What the session behind this cookie is when nothing raises it."""
    viewer = await session_viewer(city, realm, cookie)
    if viewer is None or viewer.session is None:
        return None
    async with city.database.read(viewer.person) as db:
        found = await queries.usual_assurance(db, viewer.session)
    return _assurance(found.level, found.authentication) if found else None


async def session_viewer(city: City, realm: Realm, cookie: str | None) -> Viewer | None:
    """Whose cookie this is, while the session is open; None is a stranger."""
    if not cookie or len(cookie) > rules.COOKIE_LENGTH_MAX:
        return None
    now = clock.now()
    async with city.database.nobody() as gate:
        found = await queries.session_by_hash(gate, rules.digest(cookie), realm, now)
        roles = None
        if found is not None and found.behalf_id is not None:
            roles = await queries.roles_of(gate, found.person_id, found.behalf_id, now)
    if found is None or (found.behalf_id is not None and not roles):
        return None  # who acts for an organisation no more has no session in its name
    if (now - found.seen_at).total_seconds() > SESSION_TOUCH_SECONDS:
        async with city.database.write(PersonId(found.person_id)) as db:
            await queries.touch_session(db, found.id, now)
    viewer = _viewer_of_session(found, realm)
    return msgspec.structs.replace(viewer, roles=rules.in_order(roles)) if roles else viewer


def _viewer_of_session(found: Session, realm: Realm) -> Viewer:
    assurance = None
    if found.level is not None:
        assurance = Assurance(proofing=found.level, authentication=found.authentication or 0)
    return Viewer(
        person=PersonId(found.person_id),
        name=found.name,
        is_officer=realm == "officers",
        assurance=assurance,
        on_behalf_of=PersonId(found.behalf_id) if found.behalf_id else None,
        organisation_name=found.organisation_name,
        session=found.id,
        signed_in_at=found.made_at,
        passkey=found.passkey_id,
    )


async def sessions_of_me(db: Read, realm: Realm) -> list[OpenSession]:
    """Where the acting person is signed in, the one used last first."""
    return await queries.sessions_of(db, db.person, realm, clock.now())


async def end_my_session(db: Write, realm: Realm, session: UUID) -> None:
    if not await queries.close_sessions(db, db.person, realm, session, None):
        raise NotFound("identity.no_such_session")
    await _record_end(db, db.person, 1)


async def end_my_other_sessions(db: Write, realm: Realm, mine: UUID | None) -> int:
    """All but the one that asks; all without exception where none does."""
    ended = await queries.close_sessions(db, db.person, realm, None, mine)
    await _record_end(db, db.person, ended)
    return ended


async def end_sessions_of_account(
    city: City, realm: Realm, provider: str, subject: str | None, sid: str | None
) -> None:
    """Its provider says that the account has signed out: everywhere, or of one of its sessions."""
    async with city.database.write(SYSTEM) as db:
        for person in await queries.close_sessions_of_account(db, provider, realm, subject, sid):
            await events.record(db, "identity.signed_out_by_provider", person, person=person)


async def _record_end(db: Write, person: UUID, ended: int) -> None:
    if ended:
        facts = {"sessions": ended}
        await events.record(db, "identity.sessions_ended", person, person=person, facts=facts)


def _on_its_axes(assurance: Assurance | None) -> tuple[int | None, int | None]:
    return (assurance.proofing, assurance.authentication) if assurance else (None, None)


def _assurance(level: int | None, authentication: int | None) -> Assurance | None:
    if level is None or authentication is None:
        return None
    return Assurance(proofing=level, authentication=authentication)
