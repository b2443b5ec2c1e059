"""The demonstration provider judged by the standard, our sign-in judged by another provider."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import msgspec
import pytest
import yaml
from joserfc import jwt
from litestar.testing import TestClient

from motcua.base import clock
from motcua.base.errors import NotFound
from motcua.base.settings import Settings
from motcua.demo import eid, people
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
        "client_assertion": identity_partner._client()["client_assertion"],
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
    forged = Providers(stranger, described()).residents._client()["client_assertion"]
    for assertion in (forged, "", "a.b.c"):
        answer = redeem(browser, own, code_for(browser), client_assertion=assertion)
        assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
    good = Providers(own, described()).residents._client()["client_assertion"]
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
