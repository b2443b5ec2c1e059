"""Access tokens of the API: whose they are, checked once and remembered until they end."""

from collections import OrderedDict
from datetime import UTC, datetime

import msgspec
from msgspec import structs

from motcua.base import clock
from motcua.base.errors import NotAllowed
from motcua.base.ids import SYSTEM
from motcua.db import City
from motcua.identity import queries, rules
from motcua.identity.actions.confirming import described
from motcua.identity.actions.meeting import known
from motcua.identity.model import Account, Viewer
from motcua.identity.outside import UNREADABLE, Partner, Providers, proofs
from motcua.web.guard import SignInNeeded

TOKEN_LENGTH_MAX = 8192
TOKENS_MAX = 10_000


class TokenRefused(SignInNeeded):
    """A token that is not good; the caller needs another."""

    def __init__(self) -> None:
        NotAllowed.__init__(self, "identity.token_refused")
        self.is_desk, self.kept = False, None


class Proof(msgspec.Struct, frozen=True):
    """What came with a token that is bound to a key: the proof, and the question it came with."""

    given: str
    method: str
    address: str


class Known(msgspec.Struct, frozen=True):
    viewer: Viewer
    until: float
    bound_to: str | None = None


async def bearer(city: City, token: str, proof: Proof | None = None) -> Viewer:
    """Whose access token this is; TokenRefused for any that is not good, and for one that is bound
    to a key and comes without a proof of it."""
    kept = city[Tokens].get(token)
    try:
        if kept is None:
            kept = await _known(city, token)
            city[Tokens].keep(token, kept)
        if kept.bound_to is not None or proof is not None:
            await _check_proof(city, token, kept.bound_to, proof)
    except NotAllowed as refusal:
        if refusal.reason == "identity.not_representative":
            raise
        raise TokenRefused from None
    return kept.viewer


async def _known(city: City, token: str) -> Known:
    account, until, bound_to = await _account_of_token(city, token)
    viewer = structs.replace(
        await known(city, account, ask_again=False),
        number=account.number,
        birth_date=account.birth_date,
    )
    return Known(viewer, until, bound_to)


async def _account_of_token(city: City, token: str) -> tuple[Account, float, str | None]:
    if len(token) > TOKEN_LENGTH_MAX:
        raise NotAllowed("identity.token_refused")
    partner = _partner_of(city, token)
    read = await partner.verify(token)
    now = clock.now().timestamp()
    rules.check_access_token(read.header, read.claims, partner.described, partner.issuer, now)
    account = rules.account(partner.realm, partner.described, read.claims)
    return account, float(read.claims["exp"]), rules.bound_to(read.claims)


async def _check_proof(city: City, token: str, bound_to: str | None, proof: Proof | None) -> None:
    """A bound token is nobody's bearer token, and a bearer token proves nothing. A proof serves
    once, whichever process it comes to."""
    if bound_to is None or proof is None:
        raise NotAllowed("identity.token_refused")
    jti, until = proofs.check(proof.given, proof.method, proof.address, token, bound_to)
    name = rules.digest(bound_to + jti)
    async with city.database.write(SYSTEM) as db:
        ends = datetime.fromtimestamp(until, UTC)
        is_first = await queries.spend_shortly(db, name, ends, clock.now())
    if not is_first:
        raise NotAllowed("identity.token_refused")


class Tokens:
    """`city[Tokens]`: tokens checked before, by digest, until they end; the oldest go first."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, Known] = OrderedDict()

    @classmethod
    def of(cls, _: City) -> "Tokens":
        return cls()

    def get(self, token: str) -> Known | None:
        found = self._known.get(rules.digest(token))
        if found is None or found.until <= clock.now().timestamp():
            return None
        return found

    def keep(self, token: str, known: Known) -> None:
        self._known[rules.digest(token)] = known
        while len(self._known) > TOKENS_MAX:
            self._known.popitem(last=False)


def _partner_of(city: City, token: str) -> Partner:
    """Whose token it says it is; the signature has yet to prove it."""
    try:
        _, payload, _ = token.split(".")
        issuer = msgspec.json.decode(rules.unpacked(payload)).get("iss")
    except (AttributeError, *UNREADABLE):
        raise NotAllowed("identity.token_refused") from None
    providers = city[Providers]
    for partner in (providers.residents, providers.officers):
        if partner.is_called(issuer) and described(city).takes_provider(partner.realm):
            return partner
    raise NotAllowed("identity.token_refused")
