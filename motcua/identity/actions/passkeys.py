"""Officers' keys: signing in by one, confirming who is there, adding, naming, removing."""

import secrets
from datetime import timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct, structs

from motcua.base import clock
from motcua.base.errors import Conflict, Invalid, NotAllowed, NotFound
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.base.text import nfc
from motcua.db import City, Read, Write, events
from motcua.identity import queries, rules
from motcua.identity.actions import authenticators
from motcua.identity.actions.authenticators import CHALLENGE_SECONDS, MadeKey
from motcua.identity.actions.confirming import described, must_be_sure
from motcua.identity.actions.sessions import Opening, SignedIn, open_session
from motcua.identity.model import Challenge, Passkey, Viewer

CHALLENGE_KEPT = timedelta(seconds=CHALLENGE_SECONDS)
CHALLENGE_BYTES = 32
PASSKEYS_MAX = 10
NAME_LENGTH_MAX = 60

Purpose = Literal["sign_in", "confirm", "add"]


class Challenged(Struct, frozen=True):
    """`options` for the browser's own call; `cookie` binds the answer to the browser that asked."""

    options: bytes
    cookie: str


# ---- signing in


async def challenge_at_door(city: City) -> Challenged:
    """For whoever comes; the authenticator will say who that is."""
    must_have_passkeys(city)
    challenge, cookie = await ask(city, "sign_in")
    return Challenged(authenticators.options_to_show(city, challenge), cookie)


async def sign_in(
    city: City, cookie: str | None, answer: str, return_to: str, device: str | None
) -> SignedIn:
    must_have_passkeys(city)
    asked = await take(city, "sign_in", cookie)
    key = await _proved(city, asked.challenge, answer)
    return await _open(city, key, return_to, device)


# ---- confirming that the officer is still there


async def challenge_again(city: City, viewer: Viewer) -> Challenged:
    async with city.database.read(viewer.person) as db:
        known = await queries.passkeys_of(db, viewer.person)
    challenge, cookie = await ask(city, "confirm", viewer.person)
    return Challenged(authenticators.options_to_show(city, challenge, known), cookie)


async def confirm(
    city: City,
    viewer: Viewer,
    cookie: str | None,
    answer: str,
    return_to: str,
    device: str | None,
) -> SignedIn:
    """A new session in place of the old one, whose person has just been seen."""
    asked = await take(city, "confirm", cookie)
    key = await _proved(city, asked.challenge, answer)
    if not (asked.person_id == key.person_id == viewer.person):
        raise NotAllowed("identity.passkey_refused")
    opened = await _open(city, key, return_to, device)
    if viewer.session:
        async with city.database.write(viewer.person) as db:
            await queries.close_session(db, viewer.session)
    return opened


# ---- one's own keys


async def passkeys_of_me(db: Read) -> list[Passkey]:
    return await queries.passkeys_of(db, db.person)


async def passkeys_of(db: Read, officer: UUID) -> list[Passkey]:
    """None, unless to the officer or an administrator."""
    return await queries.passkeys_of(db, officer)


async def challenge_to_add(city: City, viewer: Viewer) -> Challenged:
    """For one more key: the officer has just shown one that they have."""
    async with city.database.read(viewer.person) as db:
        known = await _own_and_shown(db, viewer)
    challenge, cookie = await ask(city, "add", viewer.person)
    options = authenticators.options_to_make(city, challenge, viewer.person, viewer.name, known)
    return Challenged(options, cookie)


async def add(city: City, viewer: Viewer, cookie: str | None, answer: str, name: str) -> None:
    asked = await take(city, "add", cookie)
    if asked.person_id != viewer.person or asked.enrolment_id is not None:
        raise NotAllowed("identity.passkey_refused")
    key = made(city, asked.challenge, answer)
    async with city.database.write(viewer.person) as db:
        await _own_and_shown(db, viewer)
        await keep(db, key, name, vouched_by=viewer.passkey)


async def rename(db: Write, viewer: Viewer, id: UUID, name: str) -> None:
    if not await queries.name_passkey(db, id, viewer.person, clean_name(name)):
        raise NotFound("identity.no_such_passkey")


async def remove(db: Write, viewer: Viewer, id: UUID) -> None:
    """The last one stays where nothing else would let the officer in. Every other session ends:
    one of them may have been opened by the key that is gone."""
    await queries.lock_passkeys(db, viewer.person)
    known = await queries.passkeys_of(db, viewer.person)
    if id not in {key.id for key in known}:
        raise NotFound("identity.no_such_passkey")
    await must_be_sure(db, viewer)
    if len(known) == 1 and described(db.city).officers_by == "passkey":
        raise Conflict("identity.last_passkey")
    await queries.remove_passkeys(db, viewer.person, id, clock.now(), viewer.person)
    await queries.close_sessions(db, viewer.person, "officers", None, viewer.session)
    await _tell(db, "identity.passkey_removed")


async def keep(
    db: Write,
    key: MadeKey,
    name: str,
    *,
    enrolment_id: UUID | None = None,
    vouched_by: UUID | None = None,
) -> None:
    """The new key of the acting officer. The database asks once more by what it was allowed."""
    await queries.lock_passkeys(db, db.person)
    if len(await queries.passkeys_of(db, db.person)) >= PASSKEYS_MAX:
        raise Conflict("identity.too_many_passkeys", most=PASSKEYS_MAX)
    is_new = await queries.add_passkey(
        db, new_id(), db.person, key.credential_id, key.public_key, key.sign_count,
        clean_name(name), key.is_synced, clock.now(), enrolment_id, vouched_by,
    )  # fmt: skip
    if not is_new:
        raise Conflict("identity.passkey_known")
    await _tell(db, "identity.passkey_added")


def made(city: City, challenge: bytes, answer: str) -> MadeKey:
    key = authenticators.made(city.settings, challenge, answer)
    if key.is_synced and not described(city).passkeys.may_sync:
        raise Invalid("identity.passkey_would_sync")
    return key


def clean_name(typed: str) -> str:
    name = nfc(" ".join(typed.split()))[:NAME_LENGTH_MAX].strip()
    if not name or not name.isprintable():
        raise Invalid("identity.passkey_needs_name")
    return name


async def _tell(db: Write, kind: str) -> None:
    facts = {"by": str(db.person)}
    await events.record(db, kind, db.person, person=db.person, facts=facts)


# ---- challenges


async def ask(
    city: City, purpose: Purpose, person: UUID | None = None, enrolment: UUID | None = None
) -> tuple[bytes, str]:
    """What is to be signed, and the secret by which the browser that asked is known again."""
    challenge, cookie = secrets.token_bytes(CHALLENGE_BYTES), secrets.token_urlsafe(32)
    now = clock.now()
    async with city.database.write(SYSTEM) as db:
        await queries.forget_challenges(db, now - CHALLENGE_KEPT)
        await queries.keep_challenge(
            db, rules.digest(cookie), purpose, challenge, person, enrolment, now
        )
    return challenge, cookie


async def take(city: City, purpose: Purpose, cookie: str | None) -> Challenge:
    """It is gone from now on, whatever the answer to it is worth."""
    found = None
    if cookie and len(cookie) <= rules.COOKIE_LENGTH_MAX:
        async with city.database.write(SYSTEM) as db:
            since = clock.now() - CHALLENGE_KEPT
            found = await queries.take_challenge(db, rules.digest(cookie), purpose, since)
    if found is None:
        raise Invalid("identity.challenge_over")
    return found


async def _proved(city: City, challenge: bytes, answer: str) -> Passkey:
    """The key that signed. A count that went back is told to its officer: there may be a copy."""
    seen = authenticators.shown(answer)
    async with city.database.read(SYSTEM) as db:
        key = await queries.passkey_called(db, seen.credential_id)
    if key is None:
        raise NotAllowed("identity.passkey_refused")
    count = authenticators.check(city.settings, challenge, key, seen)
    async with city.database.write(PersonId(key.person_id)) as db:
        is_ahead = await queries.use_passkey(db, key.id, count, clock.now())
        if not is_ahead:
            await _tell(db, "identity.passkey_doubted")
    if not is_ahead:
        raise NotAllowed("identity.passkey_refused")
    return key


async def _open(city: City, key: Passkey, return_to: str, device: str | None) -> SignedIn:
    person = PersonId(key.person_id)
    async with city.database.read(SYSTEM) as db:
        [officer] = await queries.people_by_ids(db, [person])
    viewer = Viewer(person=person, name=officer.name, is_officer=True)
    opening = Opening(device=device, passkey=key.id)
    opened = await open_session(city, "officers", viewer, return_to, opening)
    return structs.replace(opened, return_to=rules.local_path(return_to, "/desk"))


async def _own_and_shown(db: Read, viewer: Viewer) -> list[Passkey]:
    """The officer's keys, of which they have just shown one; without any only a code helps."""
    known = await queries.passkeys_of(db, viewer.person)
    if not known:
        raise NotAllowed("identity.code_needed")
    await must_be_sure(db, viewer)
    return known


def must_have_passkeys(city: City) -> None:
    if not described(city).has_passkeys:
        raise NotFound("web.not_found")
