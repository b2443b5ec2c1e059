"""Signing in against a provider over HTTP, sessions, and access tokens."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from joserfc.jwk import ECKey
from msgspec.structs import replace

from motcua import identity
from motcua.base import clock
from motcua.base.errors import Invalid, NotAllowed, NotFound, Unavailable
from motcua.base.ids import SYSTEM
from motcua.db.city import City
from motcua.demo import eid, people
from motcua.identity import actions
from motcua.identity.actions import BusinessRegister
from motcua.identity.outside import Providers
from tests.identity import build

REFUSED = r"identity\.token_refused"


async def test_an_signs_in_and_the_session_knows_him(wired: City, residents_provider: str) -> None:
    signed_in = await build.sign_in(wired, "an", return_to="/cases/H26?x=1")
    assert signed_in.return_to == "/cases/H26?x=1"
    viewer = await identity.session_viewer(wired, "residents", signed_in.cookie)
    assert viewer == signed_in.viewer
    assert viewer is not None
    assert (viewer.name, viewer.level, viewer.is_officer) == ("Nguyễn Văn An", 2, False)
    assert viewer.on_behalf_of is None
    async with wired.database.read(viewer.person) as db:
        an = await identity.person(db, viewer.person)
    assert an.number == "999090000017"
    assert an.email == "an@example.com"


async def test_the_same_account_is_the_same_person_each_time(
    wired: City, residents_provider: str
) -> None:
    first = await build.sign_in(wired, "binh")
    second = await build.sign_in(wired, "binh")
    assert first.viewer.person == second.viewer.person
    assert first.cookie != second.cookie
    assert first.viewer.session != second.viewer.session


async def test_cuong_has_level_one(wired: City, residents_provider: str) -> None:
    assert (await build.sign_in(wired, "cuong")).viewer.level == 1


async def test_an_acts_for_the_firm_that_he_represents(
    wired: City, residents_provider: str
) -> None:
    himself = await build.sign_in(wired, "an")
    signed_in = await build.sign_in(wired, "an@thu-nghiem")
    viewer = signed_in.viewer
    assert viewer.person == himself.viewer.person
    assert viewer.on_behalf_of is not None
    assert viewer.organisation_name == "Công ty TNHH Thử Nghiệm"
    assert viewer.level is None
    assert await identity.session_viewer(wired, "residents", signed_in.cookie) == viewer
    async with wired.database.read(viewer.person, viewer.on_behalf_of) as db:
        firm = await identity.person(db, viewer.on_behalf_of)
    assert (firm.kind, firm.number) == ("organisation", "9990000018")


async def test_who_does_not_represent_the_firm_is_refused(
    wired: City, residents_provider: str
) -> None:
    async def no(_code: str, _number: str) -> bool:
        return False

    wired[BusinessRegister].represents = no
    with pytest.raises(NotAllowed, match=r"identity\.not_representative"):
        await build.sign_in(wired, "an@thu-nghiem")


async def test_a_business_register_that_is_down_is_not_a_no(
    wired: City, residents_provider: str
) -> None:
    async def down(_code: str, _number: str) -> bool:
        raise Unavailable("register.down", register="business")

    wired[BusinessRegister].represents = down
    with pytest.raises(Unavailable):
        await build.sign_in(wired, "an@thu-nghiem")


async def test_an_officer_signs_in_with_a_session_of_another_kind(
    wired: City, officers_provider: str
) -> None:
    signed_in = await build.sign_in(wired, "handler", realm="officers")
    assert signed_in.viewer.is_officer
    assert signed_in.viewer.level is None
    assert signed_in.return_to == "/desk"
    known = await identity.session_viewer(wired, "officers", signed_in.cookie)
    assert known == signed_in.viewer
    assert await identity.session_viewer(wired, "residents", signed_in.cookie) is None


async def test_an_enrolled_officer_is_the_one_who_signs_in(
    wired: City, officers_provider: str
) -> None:
    leader = people.person(wired.settings, "leader")
    async with wired.database.write(SYSTEM) as db:
        enrolled = await identity.enrol_officer(db, leader.subject, leader.name)
    signed_in = await build.sign_in(wired, "leader", realm="officers")
    assert signed_in.viewer.person == enrolled


# ---- sessions


async def test_a_session_ends_when_it_is_signed_out(wired: City, residents_provider: str) -> None:
    signed_in = await build.sign_in(wired, "an")
    await actions.sign_out(wired, "residents", signed_in.cookie)
    assert await identity.session_viewer(wired, "residents", signed_in.cookie) is None


async def test_a_session_ends_after_a_pause_and_use_keeps_it_open(
    wired: City, residents_provider: str
) -> None:
    signed_in = await build.sign_in(wired, "an")
    begin = clock.now()
    with clock.at(begin + timedelta(minutes=50)):
        assert await identity.session_viewer(wired, "residents", signed_in.cookie)
    with clock.at(begin + timedelta(minutes=100)):
        assert await identity.session_viewer(wired, "residents", signed_in.cookie)
    with clock.at(begin + timedelta(minutes=161)):
        assert await identity.session_viewer(wired, "residents", signed_in.cookie) is None


async def test_a_session_ends_after_its_day_however_busy(
    wired: City, residents_provider: str
) -> None:
    signed_in = await build.sign_in(wired, "an")
    begin = clock.now()
    for half_hours in range(1, 24):
        with clock.at(begin + timedelta(minutes=30 * half_hours)):
            assert await identity.session_viewer(wired, "residents", signed_in.cookie)
    with clock.at(begin + timedelta(hours=12, seconds=1)):
        assert await identity.session_viewer(wired, "residents", signed_in.cookie) is None


@pytest.mark.parametrize("cookie", [None, "", "x", "x" * 5000, "ấ"])
async def test_a_strange_cookie_is_nobodys(wired: City, cookie: str | None) -> None:
    assert await identity.session_viewer(wired, "residents", cookie) is None


# ---- a provider's answer that must not be believed


async def test_an_answer_to_another_browsers_question_is_refused(
    wired: City, residents_provider: str
) -> None:
    mine = await actions.begin(wired, "residents", None)
    theirs = await actions.begin(wired, "residents", None)
    answer = await build.choose(theirs.address, "an")
    for cookie in (mine.cookie, None, "", theirs.cookie[:-1]):
        with pytest.raises(Invalid, match=r"identity\.wrong_state"):
            actions.read_attempt(wired, "residents", cookie, answer["state"])
    with pytest.raises(Invalid, match=r"identity\.wrong_state"):
        actions.read_attempt(wired, "officers", theirs.cookie, answer["state"])
    with (
        clock.at(clock.now() + timedelta(seconds=601)),
        pytest.raises(Invalid, match=r"identity\.wrong_state"),
    ):
        actions.read_attempt(wired, "residents", theirs.cookie, answer["state"])


@pytest.mark.parametrize("issuer", [None, "http://localhost:1", "https://evil.example"])
async def test_an_answer_of_another_issuer_is_refused(
    wired: City, residents_provider: str, issuer: str | None
) -> None:
    begun = await actions.begin(wired, "residents", None)
    answer = await build.choose(begun.address, "an")
    attempt = actions.read_attempt(wired, "residents", begun.cookie, answer["state"])
    told = {name: value for name, value in answer.items() if name != "iss"}
    with pytest.raises(Invalid, match=r"identity\.wrong_issuer"):
        await actions.finish(wired, attempt, told | ({"iss": issuer} if issuer else {}))


async def test_a_code_is_worth_one_sign_in(wired: City, residents_provider: str) -> None:
    begun = await actions.begin(wired, "residents", None)
    answer = await build.choose(begun.address, "an")
    attempt = actions.read_attempt(wired, "residents", begun.cookie, answer["state"])
    await actions.finish(wired, attempt, answer)
    with pytest.raises(Invalid, match=r"identity\.code_refused"):  # nor is an attempt worth two
        await actions.finish(wired, attempt, answer)
    with pytest.raises(Invalid, match=r"identity\.code_refused"):
        await actions.finish(wired, replace(attempt, state="another"), answer)


async def test_of_two_that_finish_one_attempt_at_once_one_gets_in(
    wired: City, residents_provider: str
) -> None:
    begun = await actions.begin(wired, "residents", None)
    answer = await build.choose(begun.address, "an")
    attempt = actions.read_attempt(wired, "residents", begun.cookie, answer["state"])
    tries = [actions.finish(wired, attempt, answer) for _ in range(5)]
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, actions.SignedIn) for one in ended) == 1


async def test_an_attempt_begun_with_one_provider_ends_with_no_other(
    wired: City, residents_provider: str
) -> None:
    """The mix-up: an honest answer, brought to where another provider was asked."""
    begun = await actions.begin(wired, "residents", None)
    answer = await build.choose(begun.address, "an")
    attempt = actions.read_attempt(wired, "residents", begun.cookie, answer["state"])
    elsewhere = replace(attempt, issuer="https://other.example")
    with pytest.raises(Invalid, match=r"identity\.wrong_issuer"):
        await actions.finish(wired, elsewhere, answer)
    with pytest.raises(Invalid, match=r"identity\.wrong_issuer"):
        await actions.finish(wired, elsewhere, answer | {"iss": "https://other.example"})


async def test_a_code_of_another_attempt_is_refused(wired: City, residents_provider: str) -> None:
    mine = await actions.begin(wired, "residents", None)
    theirs = await actions.begin(wired, "residents", None)
    mine_answer = await build.choose(mine.address, "an")
    stolen = await build.choose(theirs.address, "binh")
    attempt = actions.read_attempt(wired, "residents", mine.cookie, mine_answer["state"])
    with pytest.raises(Invalid, match=r"identity\.code_refused"):
        await actions.finish(wired, attempt, {**mine_answer, "code": stolen["code"]})


async def test_cancelling_at_the_provider_is_said_plainly(
    wired: City, residents_provider: str
) -> None:
    with pytest.raises(Invalid, match=r"identity\.cancelled"):
        await build.sign_in(wired, "")


@pytest.mark.parametrize(
    "twist",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody-else"},
        {"iss": "https://evil.example"},
        {"exp": 1_000_000_000},
        {"sub": None},
    ],
)
async def test_a_false_id_token_is_refused(
    liar: tuple[City, build.Liar], twist: dict[str, Any]
) -> None:
    city, provider = liar
    provider.twist = lambda claims, kind: {**claims, **twist} if kind == "JWT" else claims
    with pytest.raises(NotAllowed, match=REFUSED):
        await build.sign_in(city, "an")


async def test_user_info_about_somebody_else_is_refused(liar: tuple[City, build.Liar]) -> None:
    city, provider = liar
    provider.twist = lambda claims, kind: {**claims, "sub": "x"} if kind == "at+jwt" else claims
    with pytest.raises(NotAllowed, match=REFUSED):
        await build.sign_in(city, "an")


async def test_a_sign_in_that_showed_less_than_level_two_is_level_one(
    liar: tuple[City, build.Liar],
) -> None:
    city, provider = liar
    provider.twist = lambda claims, kind: {**claims, "acr": "loa1"} if kind == "JWT" else claims
    shown = (await build.sign_in(city, "an")).viewer.assurance
    assert shown == identity.Assurance(proofing=1, authentication=1)


@pytest.mark.parametrize("acr", [None, "", "loa9"])
async def test_a_sign_in_that_does_not_say_how_it_was_done_opens_nothing(
    liar: tuple[City, build.Liar], acr: str | None
) -> None:
    city, provider = liar
    provider.twist = lambda claims, kind: {**claims, "acr": acr} if kind == "JWT" else claims
    with pytest.raises(NotAllowed, match=r"identity\.level_not_shown"):
        await build.sign_in(city, "an")


async def test_a_changed_number_stays_with_the_same_person(liar: tuple[City, build.Liar]) -> None:
    city, provider = liar
    before = (await build.sign_in(city, "giang")).viewer.person
    provider.twist = lambda claims, kind: {**claims, "citizenPid": "999155000999"}
    after = (await build.sign_in(city, "giang")).viewer.person
    assert before == after
    async with city.database.read(after) as db:
        assert (await identity.person(db, after)).number == "999155000999"


async def test_a_new_key_of_the_provider_is_learnt_once_and_not_for_everybody(
    liar: tuple[City, build.Liar], monkeypatch: pytest.MonkeyPatch
) -> None:
    city, provider = liar
    await build.sign_in(city, "an")
    partner, fetches = city[Providers].residents, []
    fetch = partner._fetch

    async def counted(method: str, url: str, **sent: Any) -> Any:
        fetches.append(url)
        return await fetch(method, url, **sent)

    monkeypatch.setattr(partner, "_fetch", counted)
    provider.key = ECKey.generate_key("P-256", auto_kid=True)
    token = provider.access_token("an", "j")
    for _ in range(3):  # the keys were fetched a moment ago
        with pytest.raises(NotAllowed):
            await identity.bearer(city, token)
    assert fetches == []
    with clock.at(clock.now() + timedelta(seconds=61)):
        assert (await identity.bearer(city, token)).name == "Nguyễn Văn An"
        for _ in range(3):
            with pytest.raises(NotAllowed):
                await identity.bearer(city, build.signed_by_a_stranger(token))
    assert len(fetches) == 1


async def test_a_provider_that_is_down_is_unavailable(wired: City, unused_tcp_port: int) -> None:
    city = build.elsewhere(wired, unused_tcp_port - 10)
    with pytest.raises(Unavailable, match=r"identity\.provider_down"):
        await actions.begin(city, "residents", None)
    with pytest.raises(Unavailable, match=r"identity\.provider_down"):
        await identity.bearer(city, eid.mint(city.settings, "an"))


async def test_outside_the_demo_no_provider_is_made_up(wired: City) -> None:
    settings = msgspec.structs.replace(wired.settings, demo=False)
    city = City(settings, wired.pack, wired.database.url)
    build.close_with(wired, city._kept)
    with pytest.raises(Unavailable, match=r"identity\.no_provider"):
        await actions.begin(city, "residents", None)
    with pytest.raises(NotAllowed, match=REFUSED):
        await identity.bearer(city, eid.mint(wired.settings, "an"))


# ---- who may see whom


async def test_a_person_sees_themselves_and_officers_and_nobody_else(
    wired: City, residents_provider: str, officers_provider: str
) -> None:
    an = (await identity.bearer(wired, eid.mint(wired.settings, "an"))).person
    hung = (await identity.bearer(wired, eid.mint(wired.settings, "hung"))).person
    handler = (await identity.bearer(wired, eid.mint(wired.settings, "handler"))).person
    async with wired.database.read(an) as db:
        assert await identity.names(db, [an, hung, handler]) == {
            an: "Nguyễn Văn An", handler: "Bùi Quang Minh",
        }  # fmt: skip
        with pytest.raises(NotFound):
            await identity.person(db, hung)
    async with wired.database.read(handler) as db:
        assert set(await identity.names(db, [an, hung, handler])) == {handler}


async def test_nobody_sees_no_row(wired: City) -> None:
    async with wired.database.nobody() as db:
        for table in ("people", "representatives", "sessions"):
            assert await db.fetch(f"SELECT 1 FROM identity.{table} LIMIT 1") == []


async def test_no_secret_of_a_sign_in_is_logged(
    wired: City, residents_provider: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    begun = await actions.begin(wired, "residents", None)
    answer = await build.choose(begun.address, "an")
    caplog.clear()
    attempt = actions.read_attempt(wired, "residents", begun.cookie, answer["state"])
    signed_in = await actions.finish(wired, attempt, answer)
    token = eid.mint(wired.settings, "binh")
    await identity.bearer(wired, token)
    with pytest.raises(Invalid):
        await actions.finish(wired, replace(attempt, state="another"), answer)
    secrets = (answer["code"], attempt.verifier, attempt.nonce, signed_in.cookie, begun.cookie,
               token, token.split(".")[2], "999090000017", "Nguyễn")  # fmt: skip
    assert not [secret for secret in secrets if secret in caplog.text]


def test_each_realm_is_a_process_of_its_own_with_its_own_key(
    residents_provider: str, officers_provider: str
) -> None:
    one = httpx.get(f"{residents_provider}/jwks").json()["keys"][0]
    other = httpx.get(f"{officers_provider}/jwks").json()["keys"][0]
    assert one["kid"] != other["kid"]
    assert "d" not in one
