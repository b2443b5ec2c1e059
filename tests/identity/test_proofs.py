"""Tokens bound to a key: worth nothing to whoever stole them without it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from motcua import identity
from motcua.base import clock
from motcua.base.errors import NotAllowed
from motcua.base.ids import SYSTEM
from motcua.db.city import City
from motcua.identity import Proof, queries
from motcua.identity.outside import Providers, proofs
from motcua.web import SignInNeeded
from tests.identity import build

REFUSED = r"identity\.token_refused"
ADDRESS = "http://localhost:8000/api/v1/cases"
MINE, THIEFS = build.another_key(), build.another_key()
Change = Callable[[str], Proof]


@pytest.fixture
def bound(liar: tuple[City, build.Liar]) -> tuple[City, str]:
    """A city, and a token of An that is bound to MINE."""
    city, provider = liar
    jkt = proofs.thumbprint(MINE)
    provider.twist = lambda claims, kind: {**claims, "cnf": {"jkt": jkt}}
    return city, provider.access_token("an", "j")


def proof(token: str, key: ECKey = MINE, method: str = "GET", address: str = ADDRESS) -> Proof:
    return Proof(proofs.proof(key, method, address, token), "GET", ADDRESS)


def made(token: str, header: dict[str, Any] | None = None, **change: Any) -> Proof:
    """A proof by MINE with something of it changed."""
    good = jwt.decode(proofs.proof(MINE, "GET", ADDRESS, token), MINE)
    claims = {k: v for k, v in {**good.claims, **change}.items() if v is not None}
    return Proof(jwt.encode({**good.header, **(header or {})}, claims, MINE), "GET", ADDRESS)


async def test_a_bound_token_with_its_proof_is_its_person(bound: tuple[City, str]) -> None:
    city, token = bound
    for _ in range(2):  # each question has a proof of its own
        assert (await identity.bearer(city, token, proof(token))).name == "Nguyễn Văn An"
    # A query is no part of what is proved (RFC 9449, 4.2).
    asked = Proof(proof(token).given, "GET", f"{ADDRESS}?page=2")
    assert (await identity.bearer(city, token, asked)).name == "Nguyễn Văn An"


WRONG: dict[str, Change] = {
    "a thief's own key": lambda token: proof(token, THIEFS),
    "another method": lambda token: proof(token, method="POST"),
    "another address": lambda token: proof(token, address=f"{ADDRESS}/x"),
    "another token": lambda token: proof(token + "x"),
    "no hash of the token": lambda token: made(token, ath=None),
    "too old": lambda token: made(token, iat=int(clock.now().timestamp()) - 61),
    "from the future": lambda token: made(token, iat=int(clock.now().timestamp()) + 31),
    "no time": lambda token: made(token, iat=None),
    "no name": lambda token: made(token, jti=""),
    "a name without end": lambda token: made(token, jti="j" * 201),
    "another kind": lambda token: made(token, {"typ": "JWT"}),
    "the private key in it": lambda token: made(token, {"jwk": MINE.as_dict(private=True)}),
    "a key that did not sign": lambda token: made(token, {"jwk": THIEFS.as_dict()}),
    "an extension that nobody knows": lambda token: made(token, {"crit": ["b64"], "b64": True}),
    "another curve": lambda token: made(token, {"jwk": {**MINE.as_dict(), "crv": "P-384"}}),
    "a signature cut short": lambda token: Proof(proof(token).given[:-4], "GET", ADDRESS),
    "a signature of another": lambda token: Proof(
        proof(token).given.rpartition(".")[0] + "." + proof(token).given.rpartition(".")[2],
        "GET",
        ADDRESS,
    ),
    "no key": lambda token: made(token, {"jwk": {}}),
    "nothing": lambda token: Proof("", "GET", ADDRESS),
    "noise": lambda token: Proof("a.b.c", "GET", ADDRESS),
    "too long": lambda token: Proof("a" * 5000, "GET", ADDRESS),
}


@pytest.mark.parametrize("kind", WRONG)
async def test_a_stolen_token_is_worth_nothing(bound: tuple[City, str], kind: str) -> None:
    city, token = bound
    with pytest.raises(SignInNeeded, match=REFUSED):
        await identity.bearer(city, token, WRONG[kind](token))
    await identity.bearer(city, token, proof(token))  # known by now, and still not without a proof
    with pytest.raises(SignInNeeded, match=REFUSED):
        await identity.bearer(city, token, WRONG[kind](token))


async def test_a_bound_token_is_nobodys_bearer_token(bound: tuple[City, str]) -> None:
    city, token = bound
    with pytest.raises(SignInNeeded, match=REFUSED):
        await identity.bearer(city, token)


async def test_a_proof_serves_once(bound: tuple[City, str]) -> None:
    city, token = bound
    once = proof(token)
    await identity.bearer(city, token, once)
    with pytest.raises(SignInNeeded, match=REFUSED):
        await identity.bearer(city, token, once)


async def test_a_proof_serves_once_whichever_process_it_comes_to(bound: tuple[City, str]) -> None:
    city, token = bound
    other = build.elsewhere(city, city.settings.port)
    other._kept |= {Providers: city[Providers]}
    proofs_given = [proof(token) for _ in range(3)]
    for one in proofs_given:
        first, second = await asyncio.gather(
            *(identity.bearer(process, token, one) for process in (city, other)),
            return_exceptions=True,
        )
        refused = [told for told in (first, second) if isinstance(told, SignInNeeded)]
        assert len(refused) == 1, (first, second)


async def test_proofs_that_are_over_are_forgotten(bound: tuple[City, str]) -> None:
    city, token = bound
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    async with city.database.write(SYSTEM) as db:
        assert await queries.spend_shortly(db, bytes(32), long_ago, long_ago)
        assert not await queries.spend_shortly(db, bytes(32), long_ago, long_ago)
    await identity.bearer(city, token, proof(token))
    async with city.database.write(SYSTEM) as db:
        assert await queries.spend_shortly(db, bytes(32), long_ago, long_ago)


async def test_a_proof_does_not_bind_a_token_that_is_not_bound(
    liar: tuple[City, build.Liar],
) -> None:
    city, provider = liar
    token = provider.access_token("an", "j")
    with pytest.raises(SignInNeeded, match=REFUSED):
        await identity.bearer(city, token, proof(token))
    assert await identity.bearer(city, token)


async def test_a_binding_that_cannot_be_read_is_no_freedom(liar: tuple[City, build.Liar]) -> None:
    city, provider = liar
    for cnf in ({}, {"jkt": 7}, {"jkt": ""}, "x", None):
        provider.twist = lambda claims, kind, cnf=cnf: {**claims, "cnf": cnf or {}}  # type: ignore[misc]
        with pytest.raises(SignInNeeded, match=REFUSED):
            await identity.bearer(city, provider.access_token("an", f"{cnf}"))


async def test_a_provider_of_the_fapi_profile_gives_no_bearer_tokens(
    liar: tuple[City, build.Liar], bound: tuple[City, str]
) -> None:
    city, provider = liar
    build.rewire(city, wire="fapi2")
    _, token = bound
    assert await identity.bearer(city, token, proof(token))
    provider.twist = lambda claims, kind: claims
    with pytest.raises(SignInNeeded, match=REFUSED):
        await identity.bearer(city, provider.access_token("an", "free"))


def test_a_check_raises_nothing_but_the_refusal() -> None:
    with pytest.raises(NotAllowed):
        proofs.check("é" * 10, "GET", ADDRESS, "t", "k")
