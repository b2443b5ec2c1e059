"""Whether the same person still sits there: they show it again before what is sensitive."""

from datetime import timedelta

from motcua.base import clock
from motcua.base.errors import NotAllowed
from motcua.db import City, Read
from motcua.identity import queries, rules
from motcua.identity.model import IdentityPack, Viewer
from motcua.web.guard import SignInNeeded

RECENT = timedelta(minutes=15)
"""How long after a sign-in one may change what concerns one's other sessions."""


class PasskeyNeeded(SignInNeeded):
    """An officer must show their key again before this."""

    door = "/desk/sign-in/again"

    def __init__(self) -> None:
        NotAllowed.__init__(self, "identity.confirmation_needed")
        self.is_desk, self.kept = True, None


class AgainNeeded(SignInNeeded):
    """It was long ago that this person signed in; a session alone does not carry this."""

    def __init__(self, is_desk: bool) -> None:
        NotAllowed.__init__(self, "identity.confirmation_needed")
        self.is_desk, self.kept = is_desk, None


async def must_be_fresh(db: Read, viewer: Viewer, act: str) -> None:
    """PasskeyNeeded where the pack wants the officer's key just shown for this act on a case."""
    if act in described(db.city).passkeys.fresh_for:
        await must_be_sure(db, viewer)


async def must_be_sure(db: Read, viewer: Viewer) -> None:
    """That it is still the officer: everyone in a city of passkeys, elsewhere whoever has one.

    Programs with an access token have no key to show. In a city of passkeys they are no officers.
    """
    if await needs_passkey(db, viewer):
        raise PasskeyNeeded


async def needs_passkey(db: Read, viewer: Viewer) -> bool:
    pack = described(db.city)
    if not (pack.has_passkeys and viewer.is_officer and viewer.session):
        return False
    fresh_for = timedelta(minutes=pack.passkeys.fresh_minutes)
    if viewer.passkey and rules.is_recent(viewer.signed_in_at, clock.now(), fresh_for):
        return False
    return pack.officers_by == "passkey" or bool(await queries.passkeys_of(db, viewer.person))


async def must_be_recent(db: Read, viewer: Viewer) -> None:
    """That somebody has not found a screen that was left open: by a key, else by a new sign-in."""
    await must_be_sure(db, viewer)
    if not is_recent(viewer):
        raise AgainNeeded(viewer.is_officer)


def is_recent(viewer: Viewer) -> bool:
    return rules.is_recent(viewer.signed_in_at, clock.now(), RECENT)


def described(city: City) -> IdentityPack:
    return city.pack.file("identity", IdentityPack)
