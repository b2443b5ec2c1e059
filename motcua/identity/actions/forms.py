"""Forms that came too late: kept for minutes, for the same person to send again."""

import secrets
from datetime import timedelta

import msgspec

from motcua.base import clock
from motcua.base.ids import SYSTEM
from motcua.db import City, Read
from motcua.identity import queries, rules
from motcua.identity.model import KeptForm, Realm

FORM_KEPT = timedelta(minutes=10)


async def keep_form(city: City, realm: Realm, session: str | None, form: KeptForm) -> str | None:
    """Keep it for a few minutes; the secret by which alone it can be read.

    `session` is the cookie that came with it. Where nobody knows whose that is nothing is kept.
    """
    owner = None
    if session:
        async with city.database.nobody() as gate:
            owner = await queries.owner_of_session(gate, rules.digest(session), realm)
        if owner is None:
            return None
    secret, now = secrets.token_urlsafe(32), clock.now()
    sealed = rules.locked(secret, msgspec.json.encode(form))
    async with city.database.write(SYSTEM) as db:
        await queries.forget_forms(db, now - FORM_KEPT)
        await queries.keep_form(db, rules.digest(secret), realm, owner, sealed, now)
    return secret


async def kept_form(db: Read, realm: Realm, secret: str | None) -> KeptForm | None:
    """What the acting person sent, if it was they, and not too long ago."""
    if not secret or len(secret) > rules.COOKIE_LENGTH_MAX:
        return None
    sealed = await queries.kept_form(db, rules.digest(secret), realm, clock.now() - FORM_KEPT)
    return msgspec.json.decode(rules.unlocked(secret, sealed), type=KeptForm) if sealed else None
