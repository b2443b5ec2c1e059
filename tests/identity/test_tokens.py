"""Access tokens: whose they are, and which are refused."""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from motcua import identity
from motcua.base import clock
from motcua.base.errors import NotAllowed
from motcua.base.ids import PersonId
from motcua.db.city import City
from motcua.demo import eid
from motcua.identity import actions
from motcua.identity.actions import tokens
from motcua.web import SignInNeeded
from tests.identity import build

REFUSED = r"identity\.token_refused"


def _with(token: str, place: int, content: bytes) -> str:
    parts = token.split(".")
    parts[place] = urlsafe_b64encode(content).decode().rstrip("=")
    return ".".join(parts)


async def test_a_minted_token_is_the_person_who_signs_in(
    wired: City, residents_provider: str
) -> None:
    viewer = await identity.bearer(wired, eid.mint(wired.settings, "an"))
    signed_in = await build.sign_in(wired, "an")
    assert viewer.person == signed_in.viewer.person
    assert (viewer.level, viewer.session, viewer.is_officer) == (2, None, False)


async def test_a_token_of_a_lower_level_is_of_that_level(
    wired: City, residents_provider: str
) -> None:
    assert (await identity.bearer(wired, eid.mint(wired.settings, "an", level=1))).level == 1


async def test_an_officers_token_is_an_officers(wired: City, officers_provider: str) -> None:
    viewer = await identity.bearer(wired, eid.mint(wired.settings, "reception"))
    assert viewer.is_officer
    assert viewer.name == "Đặng Thu Hà"


async def test_a_token_for_the_firm_names_both(wired: City, residents_provider: str) -> None:
    token = eid.mint(wired.settings, "an", organisation="thu-nghiem")
    viewer = await identity.bearer(wired, token)
    assert viewer.on_behalf_of is not None
    assert viewer.level is None
    with pytest.raises(NotAllowed, match=r"identity\.not_representative"):
        await identity.bearer(wired, eid.mint(wired.settings, "binh", organisation="thu-nghiem"))


async def test_first_sight_of_a_person_by_many_at_once_makes_one_person(
    liar: tuple[City, build.Liar],
) -> None:
    city, provider = liar
    provider.twist = lambda claims, kind: {**claims, "sub": "never-seen-before"}
    tokens = [provider.access_token("hung", str(n)) for n in range(12)]
    viewers = await asyncio.gather(*(identity.bearer(city, token) for token in tokens))
    assert len({viewer.person for viewer in viewers}) == 1


async def test_a_known_token_ends_when_it_says(liar: tuple[City, build.Liar]) -> None:
    city, provider = liar
    token = provider.access_token("an", "j")
    assert await identity.bearer(city, token)
    with (
        clock.at(clock.now() + timedelta(seconds=3601)),
        pytest.raises(NotAllowed, match=REFUSED),
    ):
        await identity.bearer(city, token)


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: "",
        lambda token: "a.b.c",
        lambda token: "..",
        lambda token: "ấ.ấ.ấ",
        lambda token: token[:-2],
        lambda token: token + "." + token,
        lambda token: token * 20,
        lambda token: _with(token, 0, b'{"alg": "ES256", "kid": "a", "crit": 5}'),
        lambda token: _with(token, 0, b'{"kid": "a", "x": ' + b"[" * 2500 + b"]" * 2500 + b"}"),
        lambda token: _with(token, 1, b"[" * 5000),
        lambda token: _with(token, 1, b"5"),
        build.unsigned,
        build.signed_by_a_stranger,
        build.with_the_same_kid,
    ],
)
async def test_a_forged_token_is_refused(
    wired: City, residents_provider: str, forge: Callable[[str], str]
) -> None:
    with pytest.raises(SignInNeeded, match=REFUSED):  # 401, not 403: another token may do
        await identity.bearer(wired, forge(eid.mint(wired.settings, "an")))


@pytest.mark.parametrize(
    "twist",
    [
        {"aud": "another-api"},
        {"iss": "https://evil.example"},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"sub": None},
        {"fullName": None},
    ],
)
async def test_a_token_with_one_wrong_claim_is_refused(
    liar: tuple[City, build.Liar], twist: dict[str, Any]
) -> None:
    city, provider = liar
    provider.twist = lambda claims, kind: {**claims, **twist}
    with pytest.raises(NotAllowed, match=REFUSED):
        await identity.bearer(city, provider.access_token("an", "j"))


async def test_an_id_token_opens_no_api(liar: tuple[City, build.Liar]) -> None:
    city, provider = liar
    with pytest.raises(NotAllowed, match=REFUSED):
        await identity.bearer(city, provider.id_token("an", "n"))


async def test_tokens_kept_in_memory_are_bounded(
    wired: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "TOKENS_MAX", 3)
    viewer = identity.Viewer(person=PersonId(UUID(int=5)), name="x")
    until = clock.now().timestamp() + 60
    for token in "abcde":
        wired[actions.Tokens].keep(token, tokens.Known(viewer, until))
    kept = [token for token in "abcde" if wired[actions.Tokens].get(token)]
    assert kept == ["c", "d", "e"]
