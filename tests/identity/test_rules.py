"""What a provider's word is worth."""

from datetime import date
from typing import Any

import pytest

from motcua.base.errors import NotAllowed
from motcua.base.text import Text
from motcua.identity import rules
from motcua.identity.model import Attempt, Claims, Provider

NOW = 1_000_000.0
ISSUER = "https://eid.example"
PROVIDER = Provider(
    id="eid",
    name=Text(vi="e-ID", en="e-ID"),
    client_id="city",
    audience="api",
    acr={"loa1": 1, "loa2": 2},
    claims=Claims(
        name="fullName",
        number="citizenPid",
        birth_date="birthDate",
        level="accountLevel",
        organisation_code="organisation.taxCode",
        organisation_name="organisation.name",
    ),
)
GOOD = {"iss": ISSUER, "aud": "city", "sub": "s", "nonce": "n", "iat": NOW, "exp": NOW + 60}


def check(claims: dict[str, Any], typ: str = "JWT", nonce: str = "n") -> None:
    rules.check_id_token({"typ": typ}, claims, PROVIDER, ISSUER, nonce, NOW)


def test_a_good_id_token_passes() -> None:
    check(GOOD)
    check({**GOOD, "aud": ["city", "other"], "azp": "city"})


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://evil.example"},
        {"aud": "other"},
        {"aud": ["city", "other"]},  # two audiences and no authorized party
        {"aud": ["city", "other"], "azp": "other"},
        {"aud": None},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": NOW - 121},
        {"exp": "soon"},
        {"exp": True},
        {"iat": NOW + 121},
        {"iat": None},
        {"sub": ""},
        {"sub": None},
        {"sub": "s" * 256},
    ],
)
def test_an_id_token_with_one_wrong_claim_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(NotAllowed, match=r"identity\.token_refused"):
        check({**GOOD, **change})


def test_clocks_may_differ_by_two_minutes() -> None:
    check({**GOOD, "exp": NOW - 119, "iat": NOW - 200})
    check({**GOOD, "iat": NOW + 119})


def test_an_access_token_is_no_id_token_and_the_other_way_round() -> None:
    with pytest.raises(NotAllowed):
        check(GOOD, typ="at+jwt")
    with pytest.raises(NotAllowed):
        rules.check_access_token({"typ": "JWT"}, {**GOOD, "aud": "api"}, PROVIDER, ISSUER, NOW)
    rules.check_access_token({"typ": "at+jwt"}, {**GOOD, "aud": "api"}, PROVIDER, ISSUER, NOW)


def test_an_access_token_ends_to_the_second() -> None:
    claims = {**GOOD, "aud": "api", "exp": NOW}
    with pytest.raises(NotAllowed):
        rules.check_access_token({"typ": "at+jwt"}, claims, PROVIDER, ISSUER, NOW)


@pytest.mark.parametrize(
    ("acr", "held", "expected"),
    [
        ("loa2", 2, 2),
        ("loa2", "2", 2),
        ("loa1", 2, 1),  # signed in weakly with a strong account
        ("loa2", 1, 1),  # an account that never was more
        (None, 2, 1),  # the provider did not say how
        ("loa9", 2, 1),  # a word we do not know
        ("loa2", None, 1),
        ("loa2", "high", 1),
        ("loa2", 7, 2),  # more than any level there is
        ("loa1", 0, 1),
    ],
)
def test_the_level_is_the_lower_of_account_and_sign_in(
    acr: str | None, held: Any, expected: int
) -> None:
    assert rules.level(PROVIDER, {"acr": acr, "accountLevel": held}) == expected


def test_an_account_is_read_by_the_names_of_the_pack() -> None:
    person = rules.account(
        "residents",
        PROVIDER,
        {"sub": "s", "fullName": " Nguyễn Văn An ", "citizenPid": "999090000017",
         "birthDate": "1990-03-12", "acr": "loa2", "accountLevel": 2},
    )  # fmt: skip
    assert (person.name, person.number, person.level) == ("Nguyễn Văn An", "999090000017", 2)
    assert person.birth_date == date(1990, 3, 12)
    assert person.organisation is None


def test_an_organisations_account_has_no_level() -> None:
    claims = {"sub": "s", "fullName": "An", "acr": "loa2", "accountLevel": 2,
              "organisation": {"taxCode": "9990000018", "name": "Thử Nghiệm"}}  # fmt: skip
    account = rules.account("residents", PROVIDER, claims)
    assert account.level is None
    assert account.organisation is not None
    assert account.organisation.code == "9990000018"


@pytest.mark.parametrize(
    "change", [{"fullName": ""}, {"fullName": 7}, {"fullName": "x" * 301}, {"birthDate": "12/03"}]
)
def test_an_account_that_cannot_be_read_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(NotAllowed):
        rules.account("residents", PROVIDER, {"sub": "s", "fullName": "An", **change})


@pytest.mark.parametrize("path", ["/", "/me", "/procedures/3.000333?copies=3&x=%2F%2Fy", "/a//b"])
def test_a_path_of_this_site_is_returned_to(path: str) -> None:
    assert rules.local_path(path, "/home") == path


@pytest.mark.parametrize(
    "path",
    [
        None, "", "me", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
        "https://evil.example", "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example",
        "/a\\b", "/a\r\nSet-Cookie: x=1", " /me", "/" + "a" * 1500, "/ấ",
    ],
)  # fmt: skip
def test_a_way_to_another_site_is_never_returned_to(path: str | None) -> None:
    assert rules.local_path(path, "/home") == "/home"


def test_a_sealed_attempt_cannot_be_changed() -> None:
    attempt = Attempt(
        realm="residents", state="s", nonce="n", verifier="v", return_to="/me", until=1
    )
    key = b"k" * 32
    cookie = rules.sealed(key, attempt)
    assert rules.unsealed(key, cookie) == attempt
    for wrong in (cookie[:-1], "A" + cookie[1:], cookie.partition(".")[0], "", "ấ.ấ"):
        assert rules.unsealed(key, wrong) is None
    assert rules.unsealed(b"j" * 32, cookie) is None


def test_cookies_are_bound_to_the_host_where_there_is_tls() -> None:
    assert rules.cookie_name("https://city.example", "residents") == "__Host-session"
    assert rules.cookie_name("https://city.example", "officers") == "__Host-desk"
    assert rules.cookie_name("http://localhost:8000", "officers") == "desk"
    assert rules.attempt_name("https://city.example", "ab;c=d") == "__Host-attempt-abcd"
