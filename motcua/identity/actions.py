"""What is done at the door: sign in, know a cookie or a token again, sign out, know people."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

import msgspec
from msgspec import structs

from motcua import exchange
from motcua.base import clock
from motcua.base.errors import Invalid, NotAllowed, NotFound
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.db import City, Read, Write, events
from motcua.identity import queries, rules
from motcua.identity.model import (
    Account,
    Attempt,
    KeptForm,
    Person,
    Provider,
    Realm,
    Session,
    Viewer,
)
from motcua.identity.outside import UNREADABLE, Partner, Providers
from motcua.web.guard import SignInNeeded

ATTEMPT_SECONDS = 600
FORM_KEPT = timedelta(minutes=10)
SESSION_LIMITS: dict[Realm, tuple[timedelta, timedelta]] = {
    "residents": (timedelta(hours=12), timedelta(hours=1)),
    "officers": (timedelta(hours=10), timedelta(minutes=30)),
}
"""The end however busy, and the longest pause."""
SESSION_TOUCH_SECONDS = 60
REPRESENTS_FOR = timedelta(hours=12)
TOKEN_LENGTH_MAX = 8192
TOKENS_MAX = 10_000
UNCLAIMED, UNNUMBERED = "#number", "#typed"
"""Issuers of people whom a counter met; no provider of a pack can be called so."""
HOMES: dict[Realm, str] = {"residents": "/", "officers": "/desk"}

Represents = Callable[[str, str], Awaitable[bool]]


class SignedIn(msgspec.Struct, frozen=True):
    """`cookie` is the session's secret: it goes to the browser and is kept nowhere."""

    viewer: Viewer
    cookie: str
    return_to: str


class Begun(msgspec.Struct, frozen=True):
    address: str
    state: str
    cookie: str


class BusinessRegister:
    """`city[BusinessRegister]`: who is asked whether a person may act for an organisation."""

    def __init__(self, represents: Represents) -> None:
        self.represents = represents

    @classmethod
    def of(cls, city: City) -> "BusinessRegister":
        return cls(partial(_represents, city))


async def _represents(city: City, code: str, number: str) -> bool:
    """The register's word, by tax code and personal number. Unavailable when it is down; that is
    never taken for a no."""
    answer = await exchange.ask(
        city, *exchange.playing(city, "representatives"), {"number": code}, asker=SYSTEM,
        subject=None, subject_number=number,
    )  # fmt: skip
    return any(one["number"] == number for one in answer.values.get("representatives", []))


# ---- signing in


async def begin(city: City, realm: Realm, return_to: str | None) -> Begun:
    """Where to send the browser, and the sealed attempt that it must bring back."""
    partner = city[Providers][realm]
    attempt = Attempt(
        realm=realm,
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        return_to=rules.local_path(return_to, HOMES[realm]),
        until=int(clock.now().timestamp()) + ATTEMPT_SECONDS,
    )
    challenge = hashlib.sha256(attempt.verifier.encode()).digest()
    address = await partner.address(
        state=attempt.state,
        nonce=attempt.nonce,
        code_challenge=urlsafe_b64encode(challenge).rstrip(b"=").decode(),
        acr_values=rules.acr_asked(partner.described),
    )
    return Begun(address, attempt.state, rules.sealed(city[Providers].cookie_key, attempt))


async def finish(city: City, attempt: Attempt, answer: Mapping[str, str]) -> SignedIn:
    """From the provider's answer to an open session. A doubt ends it, and nothing is kept."""
    partner = city[Providers][attempt.realm]
    if answer.get("iss") != partner.issuer:  # RFC 9207: an answer of another provider
        raise Invalid("identity.wrong_issuer")
    if "error" in answer:
        is_own_will = answer["error"] == "access_denied"
        raise Invalid("identity.cancelled" if is_own_will else "identity.provider_refused")
    account = await _account(partner, attempt, answer.get("code", ""))
    viewer = await _known(city, account, ask_again=True)
    return await _open(city, attempt.realm, viewer, attempt.return_to)


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


async def _account(partner: Partner, attempt: Attempt, code: str) -> Account:
    granted = await partner.redeem(code, attempt.verifier)
    token = await partner.verify(granted.id_token)
    now = clock.now().timestamp()
    rules.check_id_token(
        token.header, token.claims, partner.described, partner.issuer, attempt.nonce, now
    )
    told = await partner.claims(granted.access_token)
    if told.get("sub") != token.claims["sub"]:  # OpenID Connect Core 5.3.2
        raise NotAllowed("identity.token_refused")
    # How this sign-in was done is said by the signed token alone.
    claims = {**told, "sub": token.claims["sub"], "acr": token.claims.get("acr")}
    return rules.account(partner.realm, partner.described, claims)


async def _open(city: City, realm: Realm, viewer: Viewer, return_to: str) -> SignedIn:
    cookie, now = secrets.token_urlsafe(32), clock.now()
    longest, pause = SESSION_LIMITS[realm]
    session = new_id()
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        await queries.close_stale_sessions(db, viewer.person, now)
        await queries.open_session(
            db, session, _digest(cookie), realm, viewer.person, viewer.on_behalf_of,
            viewer.level, now, now + longest, pause,
        )  # fmt: skip
        await events.record(db, "identity.signed_in", viewer.person, person=viewer.person)
    return SignedIn(msgspec.structs.replace(viewer, session=session), cookie, return_to)


async def sign_out(city: City, realm: Realm, cookie: str | None) -> None:
    """The session ends on the server too; a copy of the cookie is worth nothing."""
    viewer = await session_viewer(city, realm, cookie)
    if viewer is None or viewer.session is None:
        return
    async with city.database.write(viewer.person) as db:
        await queries.close_session(db, viewer.session)
        await events.record(db, "identity.signed_out", viewer.person, person=viewer.person)


# ---- knowing again


async def session_viewer(city: City, realm: Realm, cookie: str | None) -> Viewer | None:
    """Whose cookie this is, while the session is open; None is a stranger."""
    if not cookie or len(cookie) > rules.COOKIE_LENGTH_MAX:
        return None
    now = clock.now()
    async with city.database.nobody() as gate:
        found = await queries.session_by_hash(gate, _digest(cookie), realm, now)
    if found is None:
        return None
    if (now - found.seen_at).total_seconds() > SESSION_TOUCH_SECONDS:
        async with city.database.write(PersonId(found.person_id)) as db:
            await queries.touch_session(db, found.id, now)
    return _viewer_of_session(found, realm)


class TokenRefused(SignInNeeded):
    """A token that is not good; the caller needs another."""

    def __init__(self) -> None:
        NotAllowed.__init__(self, "identity.token_refused")
        self.is_desk, self.kept = False, None


async def bearer(city: City, token: str) -> Viewer:
    """Whose access token this is; TokenRefused for any that is not good."""
    known = city[Tokens].get(token)
    if known is not None:
        return known
    try:
        account, until = await _account_of_token(city, token)
    except NotAllowed:
        raise TokenRefused from None
    viewer = structs.replace(
        await _known(city, account, ask_again=False),
        number=account.number,
        birth_date=account.birth_date,
    )
    city[Tokens].keep(token, viewer, until)
    return viewer


async def _account_of_token(city: City, token: str) -> tuple[Account, float]:
    if len(token) > TOKEN_LENGTH_MAX:
        raise NotAllowed("identity.token_refused")
    partner = _partner_of(city, token)
    read = await partner.verify(token)
    now = clock.now().timestamp()
    rules.check_access_token(read.header, read.claims, partner.described, partner.issuer, now)
    account = rules.account(partner.realm, partner.described, read.claims)
    return account, float(read.claims["exp"])


class Tokens:
    """`city[Tokens]`: tokens checked before, by digest, until they end; the oldest go first."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, tuple[float, Viewer]] = OrderedDict()

    @classmethod
    def of(cls, _: City) -> "Tokens":
        return cls()

    def get(self, token: str) -> Viewer | None:
        found = self._known.get(_digest(token))
        if found is None or found[0] <= clock.now().timestamp():
            return None
        return found[1]

    def keep(self, token: str, viewer: Viewer, until: float) -> None:
        self._known[_digest(token)] = (until, viewer)
        while len(self._known) > TOKENS_MAX:
            self._known.popitem(last=False)


def _partner_of(city: City, token: str) -> Partner:
    """Whose token it says it is; the signature has yet to prove it."""
    try:
        _, payload, _ = token.split(".")
        issuer = msgspec.json.decode(_unpacked(payload)).get("iss")
    except (AttributeError, *UNREADABLE):
        raise NotAllowed("identity.token_refused") from None
    providers = city[Providers]
    for partner in (providers.residents, providers.officers):
        if partner.is_called(issuer):
            return partner
    raise NotAllowed("identity.token_refused")


async def _known(city: City, account: Account, ask_again: bool) -> Viewer:
    """The account as a person of this city, met now if never before."""
    if account.organisation:
        await _must_represent(city, account, ask_again)
    async with city.database.write(SYSTEM) as db:
        person = await _meet(db, account)
        organisation = await _meet_organisation(db, account, person)
    return Viewer(
        person=person,
        name=account.name,
        is_officer=account.realm == "officers",
        level=account.level,
        on_behalf_of=organisation,
        organisation_name=account.organisation.name if account.organisation else None,
    )


async def _must_represent(city: City, account: Account, ask_again: bool) -> None:
    """The business register decides. At a sign-in it is asked; for a token its last word may do."""
    assert account.organisation is not None
    organisation = _organisation_subject(account.organisation.code)
    given = (account.provider, organisation, account.subject, clock.now())
    if not ask_again:
        async with city.database.read(SYSTEM) as db:
            if await queries.represents_still(db, *given):
                return
    represents = city[BusinessRegister].represents
    if not account.number or not await represents(account.organisation.code, account.number):
        async with city.database.write(SYSTEM) as db:
            await queries.forget_representative(db, *given)
        raise NotAllowed("identity.not_representative")


async def _meet(db: Write, account: Account) -> PersonId:
    kind = "officer" if account.realm == "officers" else "person"
    is_officer = kind == "officer"
    if account.number and not is_officer:
        await _claim(db, account.provider, account.subject, account.number)
    met = await queries.meet(
        db, new_id(), kind, account.provider, account.subject,
        None if is_officer else account.number, account.name,
        None if is_officer else account.birth_date, account.email,
        None if is_officer else account.phone, account.level, clock.now(),
    )  # fmt: skip
    return PersonId(met)


async def _claim(db: Write, provider: str, subject: str, number: str) -> None:
    """Whom a counter met by this number is from now on whoever the provider says has it: their
    cases, and the looks that were taken at them."""
    await queries.lock_number(db, number)
    if met := await queries.claim_person(db, provider, subject, number, UNCLAIMED):
        await exchange.claim_looks(db, PersonId(met), number)


async def _meet_organisation(db: Write, account: Account, person: PersonId) -> PersonId | None:
    if account.organisation is None:
        return None
    code, now = account.organisation.code, clock.now()
    met = await queries.meet(
        db, new_id(), "organisation", account.provider, _organisation_subject(code), code,
        account.organisation.name, None, None, None, None, now,
    )  # fmt: skip
    source, _ = exchange.playing(db.city, "representatives")
    await queries.learn_representative(db, met, person, source, now + REPRESENTS_FOR)
    return PersonId(met)


def _organisation_subject(code: str) -> str:
    return f"organisation:{code}"


def _viewer_of_session(found: Session, realm: Realm) -> Viewer:
    return Viewer(
        person=PersonId(found.person_id),
        name=found.name,
        is_officer=realm == "officers",
        level=found.level,
        on_behalf_of=PersonId(found.behalf_id) if found.behalf_id else None,
        organisation_name=found.organisation_name,
        session=found.id,
    )


# ---- forms that came too late


async def keep_form(city: City, realm: Realm, session: str | None, form: KeptForm) -> str | None:
    """Keep it for a few minutes; the secret by which alone it can be read.

    `session` is the cookie that came with it. Where nobody knows whose that is nothing is kept.
    """
    owner = None
    if session:
        async with city.database.nobody() as gate:
            owner = await queries.owner_of_session(gate, _digest(session), realm)
        if owner is None:
            return None
    secret, now = secrets.token_urlsafe(32), clock.now()
    sealed = rules.locked(secret, msgspec.json.encode(form))
    async with city.database.write(SYSTEM) as db:
        await queries.forget_forms(db, now - FORM_KEPT)
        await queries.keep_form(db, _digest(secret), realm, owner, sealed, now)
    return secret


async def kept_form(db: Read, realm: Realm, secret: str | None) -> KeptForm | None:
    """What the acting person sent, if it was they, and not too long ago."""
    if not secret or len(secret) > rules.COOKIE_LENGTH_MAX:
        return None
    sealed = await queries.kept_form(db, _digest(secret), realm, clock.now() - FORM_KEPT)
    return msgspec.json.decode(rules.unlocked(secret, sealed), type=KeptForm) if sealed else None


# ---- people


async def person(db: Read, id: PersonId) -> Person:
    """Somebody whom the acting person may know: themselves, an officer, their organisation."""
    found = await queries.person_by_id(db, id)
    if found is None:
        raise NotFound("identity.no_such_person")
    return found


async def names(db: Read, ids: Iterable[PersonId]) -> dict[PersonId, str]:
    """Names by id; whom the acting person may not know is left out."""
    return {PersonId(p.id): p.name for p in await queries.people_by_ids(db, list(set(ids)))}


async def person_with(city: City, number: str) -> PersonId | None:
    """Who has this number, as far as the platform has met them: at a sign-in or at a counter."""
    async with city.database.read(SYSTEM) as db:
        issuer = db.city[Providers].residents.described.id
        found = await queries.person_by_number(db, number, issuer, UNCLAIMED)
    return PersonId(found) if found else None


async def meet_at_counter(
    city: City, number: str | None, name: str, birth_date: date | None
) -> PersonId:
    """Somebody who has perhaps never signed in. With a number: as the population register knows
    them; whoever a provider later says has it becomes this person. Without: nobody ever does."""
    async with city.database.write(SYSTEM) as db:
        if number is None:
            issuer, subject = UNNUMBERED, new_id().hex
        else:
            issuer, subject = UNCLAIMED, number
            await queries.lock_number(db, number)
            provider = db.city[Providers].residents.described.id
            if found := await queries.person_by_number(db, number, provider, UNCLAIMED):
                return PersonId(found)
        met = await queries.meet(
            db, new_id(), "person", issuer, subject, number, name, birth_date, None, None, None,
            clock.now(),
        )  # fmt: skip
    return PersonId(met)


async def enrol_officer(db: Write, subject: str, name: str, email: str | None = None) -> PersonId:
    """An officer before their first sign-in, so that posts can be given. Acts as SYSTEM."""
    provider = db.city[Providers].officers.described.id
    return await _meet(
        db, Account(realm="officers", provider=provider, subject=subject, name=name, email=email)
    )


def provider(city: City, realm: Realm) -> Provider:
    return city[Providers][realm].described


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _unpacked(part: str) -> Any:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
