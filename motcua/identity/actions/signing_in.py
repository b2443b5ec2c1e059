"""Signing in at a provider: from the first click to an account that nobody doubts."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from motcua.base import clock
from motcua.base.errors import Invalid, NotAllowed
from motcua.base.ids import SYSTEM
from motcua.db import City
from motcua.identity import queries, rules
from motcua.identity.actions.meeting import known
from motcua.identity.actions.sessions import Opening, SignedIn, open_session
from motcua.identity.model import ORDINARY, Account, Assurance, Attempt, Provider, Realm
from motcua.identity.outside import Partner, Providers

ATTEMPT_SECONDS = 600
HOMES: dict[Realm, str] = {"residents": "/", "officers": "/desk"}


class Begun(msgspec.Struct, frozen=True):
    address: str
    state: str
    cookie: str


async def begin(
    city: City,
    realm: Realm,
    return_to: str | None,
    needed: Assurance = ORDINARY,
    usual: Assurance | None = None,
    is_again: bool = False,
) -> Begun:
    """Where to send the browser, and the sealed attempt that it must bring back.

    `needed`: what this sign-in must show; then it raises the session, which is `usual` now.
    """
    partner = city[Providers][realm]
    acr_values = rules.acr_asked(partner.described, needed)
    if needed != ORDINARY and not acr_values:
        raise NotAllowed("identity.level_not_shown")
    attempt = Attempt(
        realm=realm,
        issuer=partner.issuer,
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        return_to=rules.local_path(return_to, HOMES[realm]),
        until=int(clock.now().timestamp()) + ATTEMPT_SECONDS,
        needed=needed,
        usual=usual if needed != ORDINARY else None,
        is_again=is_again,
    )
    challenge = hashlib.sha256(attempt.verifier.encode()).digest()
    packed = urlsafe_b64encode(challenge).rstrip(b"=").decode()
    address = await partner.address(attempt, packed, acr_values)
    return Begun(address, attempt.state, rules.sealed(city[Providers].cookie_key, attempt))


async def finish(
    city: City, attempt: Attempt, answer: Mapping[str, str], device: str | None = None
) -> SignedIn:
    """From the provider's answer to an open session. A doubt ends it, and nothing is kept."""
    partner = city[Providers][attempt.realm]
    _check_issuer(partner, attempt, answer)
    await _take(city, attempt)
    if "error" in answer:
        is_own_will = answer["error"] == "access_denied"
        raise Invalid("identity.cancelled" if is_own_will else "identity.provider_refused")
    told = await partner.told(attempt, answer)
    rules.check_again(attempt, told, ATTEMPT_SECONDS)
    account = rules.account(partner.realm, partner.described, told)
    rules.check_shown(account, attempt.needed)
    viewer = await known(city, account, ask_again=True)
    opening = Opening(
        device=device, provider_sid=rules.provider_sid(told), usual=_falls_back_to(attempt, account)
    )
    return await open_session(city, attempt.realm, viewer, attempt.return_to, opening)


def _check_issuer(partner: Partner, attempt: Attempt, answer: Mapping[str, str]) -> None:
    """RFC 9207: an answer of another provider, or to a question that another was asked."""
    named = answer.get("iss", None if partner.names_its_issuer else partner.issuer)
    if named != partner.issuer or attempt.issuer != partner.issuer:
        raise Invalid("identity.wrong_issuer")


async def _take(city: City, attempt: Attempt) -> None:
    """Each attempt ends once, whichever process it comes to and whoever copied its cookie."""
    until = datetime.fromtimestamp(attempt.until, UTC)
    async with city.database.write(SYSTEM) as db:
        is_first = await queries.spend(db, rules.digest(attempt.state), until, clock.now())
    if not is_first:
        raise Invalid("identity.code_refused")


def _falls_back_to(attempt: Attempt, account: Account) -> Assurance | None:
    """Never more than what was shown now, whoever it was that signed in."""
    if attempt.usual is None or account.assurance is None:
        return None
    return attempt.usual.capped(account.assurance)


def read_attempt(city: City, realm: Realm, cookie: str | None, state: str | None) -> Attempt:
    """The attempt that this browser began; Invalid where it began none with this state."""
    attempt = rules.unsealed(city[Providers].cookie_key, cookie or "")
    if (
        attempt is None
        or attempt.realm != realm
        or not hmac.compare_digest(attempt.state.encode(), (state or "").encode())
        or attempt.until < clock.now().timestamp()
    ):
        raise Invalid("identity.wrong_state")
    return attempt


def provider(city: City, realm: Realm) -> Provider:
    return city[Providers][realm].described
