"""What a provider's word is worth."""

from contextlib import nullcontext
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.base.errors import NotAllowed
from motcua.base.text import Text
from motcua.identity import rules
from motcua.identity.model import ORDINARY, Account, Assurance, Attempt, Claims, Provider

NOW = 1_000_000.0
ISSUER = "https://eid.example"
PROVIDER = Provider(
    id="eid",
    name=Text(vi="e-ID", en="e-ID"),
    client_id="city",
    audience="api",
    acr={
        "loa2": Assurance(proofing=2, authentication=2),
        "loa1": Assurance(proofing=1, authentication=1),
        "loa4": Assurance(proofing=2, authentication=4),
        "loa3": Assurance(proofing=2, authentication=3),
    },
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
        ("loa2", 2, (2, 2)),
        ("loa2", "2", (2, 2)),
        ("loa2", "02", (2, 2)),
        ("loa4", 2, (2, 4)),
        ("loa1", 2, (1, 1)),  # signed in weakly with a strong account
        ("loa2", 1, (1, 2)),  # an account that never was more
        ("loa4", 1, (1, 4)),
    ],
)
def test_on_each_axis_the_lower_of_account_and_sign_in_counts(
    acr: str, held: Any, expected: tuple[int, int]
) -> None:
    shown = rules.assurance(PROVIDER, {"acr": acr, "accountLevel": held})
    assert shown is not None
    assert (shown.proofing, shown.authentication) == expected


@pytest.mark.parametrize(
    ("acr", "held"),
    [
        (None, 2),  # the provider did not say how
        ("", 2),
        ("loa9", 2),  # a word we do not know
        (["loa2"], 2),
        ("loa2", None),
        ("loa2", "high"),
        ("loa2", "²"),
        ("loa2", 0),
        ("loa2", 7),  # more than any level there is
        ("loa2", -1),
        ("loa2", "9" * 5000),
    ],
)
def test_what_a_provider_leaves_out_or_makes_up_shows_nothing(acr: Any, held: Any) -> None:
    with pytest.raises(NotAllowed, match=r"identity\.level_not_shown"):
        rules.assurance(PROVIDER, {"acr": acr, "accountLevel": held})


AXES = st.builds(
    Assurance,
    proofing=st.integers(min_value=0, max_value=2),
    authentication=st.integers(min_value=0, max_value=4),
)


@given(shown=AXES, needed=AXES)
def test_a_sign_in_that_shows_less_on_either_axis_is_refused(
    shown: Assurance, needed: Assurance
) -> None:
    account = Account(realm="residents", provider="eid", subject="s", name="An", assurance=shown)
    is_enough = shown.proofing >= needed.proofing and shown.authentication >= needed.authentication
    with nullcontext() if is_enough else pytest.raises(NotAllowed, match="level_not_shown"):
        rules.check_shown(account, needed)
    assert shown.capped(needed).reaches(shown) == needed.reaches(shown)


@pytest.mark.parametrize(
    ("needed", "asked"),
    [
        (ORDINARY, "loa2 loa1 loa4 loa3"),  # all, as the pack orders them
        (Assurance(proofing=2, authentication=1), "loa2 loa3 loa4"),  # what reaches it, least first
        (Assurance(proofing=0, authentication=3), "loa3 loa4"),
        (Assurance(proofing=2, authentication=4), "loa4"),
    ],
)
def test_more_is_asked_for_by_name(needed: Assurance, asked: str) -> None:
    assert rules.acr_asked(PROVIDER, needed) == asked


def test_an_account_is_read_by_the_names_of_the_pack() -> None:
    person = rules.account(
        "residents",
        PROVIDER,
        {"sub": "s", "fullName": " Nguyễn Văn An ", "citizenPid": "999090000017",
         "birthDate": "1990-03-12", "acr": "loa2", "accountLevel": 2},
    )  # fmt: skip
    assert (person.name, person.number) == ("Nguyễn Văn An", "999090000017")
    assert person.assurance == Assurance(proofing=2, authentication=2)
    assert person.birth_date == date(1990, 3, 12)
    assert person.organisation is None


def test_an_organisations_account_has_no_level() -> None:
    claims = {"sub": "s", "fullName": "An", "acr": "loa2", "accountLevel": 2,
              "organisation": {"taxCode": "9990000018", "name": "Thử Nghiệm"}}  # fmt: skip
    account = rules.account("residents", PROVIDER, claims)
    assert account.assurance is None
    assert account.organisation is not None
    assert account.organisation.code == "9990000018"


@pytest.mark.parametrize(
    "change", [{"fullName": ""}, {"fullName": 7}, {"fullName": "x" * 301}, {"birthDate": "12/03"}]
)
def test_an_account_that_cannot_be_read_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(NotAllowed):
        rules.account(
            "residents",
            PROVIDER,
            {"sub": "s", "fullName": "An", "acr": "loa2", "accountLevel": 2, **change},
        )


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
        realm="residents",
        issuer=ISSUER,
        state="s",
        nonce="n",
        verifier="v",
        return_to="/me",
        until=1,
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
