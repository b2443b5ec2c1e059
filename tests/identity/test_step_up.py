"""A page that needs more than a sign-in has shown: asked for, checked, given back after a while."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from motcua import identity
from motcua.base import clock
from motcua.base.errors import NotAllowed
from motcua.db.city import City
from motcua.identity import Assurance, actions
from motcua.identity.actions import SignedIn
from tests.identity import build

USUAL = Assurance(proofing=2, authentication=2)
MORE = Assurance(proofing=2, authentication=3)
NOT_SHOWN = r"identity\.level_not_shown"


async def raise_to(
    city: City, account: str, needed: Assurance, cookie: str | None = None
) -> SignedIn:
    usual = await actions.usual_assurance(city, "residents", cookie)
    begun = await actions.begin(city, "residents", "/me", needed, usual)
    answer = await build.choose(begun.address, account)
    attempt = actions.read_attempt(city, "residents", begun.cookie, answer["state"])
    return await actions.finish(city, attempt, answer)


async def shown_by(city: City, cookie: str) -> Assurance | None:
    viewer = await identity.session_viewer(city, "residents", cookie)
    return viewer.assurance if viewer else None


async def test_a_raised_session_falls_back_after_a_quarter_of_an_hour(
    wired: City, residents_provider: str
) -> None:
    before = await build.sign_in(wired, "an")
    assert before.viewer.assurance == USUAL
    raised = await raise_to(wired, "an", MORE, before.cookie)
    assert raised.viewer.assurance == MORE
    assert raised.viewer.person == before.viewer.person
    assert raised.cookie != before.cookie
    begin = clock.now()
    assert await shown_by(wired, raised.cookie) == MORE
    with clock.at(begin + timedelta(minutes=14)):
        assert await shown_by(wired, raised.cookie) == MORE
    with clock.at(begin + timedelta(minutes=16)):
        assert await shown_by(wired, raised.cookie) == USUAL


async def test_raising_twice_does_not_make_it_last(wired: City, residents_provider: str) -> None:
    before = await build.sign_in(wired, "an")
    raised = await raise_to(wired, "an", MORE, before.cookie)
    again = await raise_to(wired, "an", MORE, raised.cookie)
    with clock.at(clock.now() + timedelta(minutes=16)):
        assert await shown_by(wired, again.cookie) == USUAL


async def test_a_weak_sign_in_of_a_strong_account_is_raised_on_both_axes(
    liar: tuple[City, build.Liar],
) -> None:
    city, provider = liar
    provider.twist = lambda claims, kind: {**claims, "acr": "loa1"}
    weak = await build.sign_in(city, "an")
    provider.twist = lambda claims, kind: claims
    raised = await raise_to(city, "an", USUAL, weak.cookie)
    assert raised.viewer.level == 2
    with clock.at(clock.now() + timedelta(minutes=16)):
        assert await shown_by(city, raised.cookie) == Assurance(proofing=1, authentication=1)


async def test_somebody_else_who_raises_it_gets_no_more_than_they_showed(
    liar: tuple[City, build.Liar],
) -> None:
    city, provider = liar
    before = await raise_to(city, "an", MORE)
    provider.twist = lambda claims, kind: {**claims, "acr": "loa1", "accountLevel": 1}
    other = await raise_to(city, "binh", Assurance(authentication=1), before.cookie)
    assert other.viewer.name == "Trần Thị Bình"
    assert other.viewer.assurance == Assurance(proofing=1, authentication=1)
    with clock.at(clock.now() + timedelta(minutes=16)):
        assert await shown_by(city, other.cookie) == Assurance(proofing=1, authentication=1)


@pytest.mark.parametrize("acr", [None, "", "loa1", "loa2", "loa9"])
async def test_less_than_was_asked_for_is_refused(
    liar: tuple[City, build.Liar], acr: str | None
) -> None:
    city, provider = liar
    before = await build.sign_in(city, "an")
    provider.twist = lambda claims, kind: {**claims, "acr": acr} if kind == "JWT" else claims
    with pytest.raises(NotAllowed, match=NOT_SHOWN):
        await raise_to(city, "an", MORE, before.cookie)
    assert await shown_by(city, before.cookie) == USUAL  # what there was stays


async def test_what_only_the_user_info_says_of_a_sign_in_counts_for_nothing(
    liar: tuple[City, build.Liar],
) -> None:
    city, provider = liar
    provider.twist = lambda claims, kind: claims | {"acr": "loa4" if kind == "at+jwt" else "loa2"}
    with pytest.raises(NotAllowed, match=NOT_SHOWN):
        await raise_to(city, "an", MORE)


async def test_an_account_of_level_one_cannot_be_raised(
    wired: City, residents_provider: str
) -> None:
    with pytest.raises(NotAllowed, match=NOT_SHOWN):
        await raise_to(wired, "cuong", USUAL)


async def test_what_no_sign_in_of_this_provider_shows_is_not_asked_for(wired: City) -> None:
    build.rewire(wired, acr={"loa1": Assurance(proofing=1, authentication=1)})
    try:
        with pytest.raises(NotAllowed, match=NOT_SHOWN):
            await actions.begin(wired, "residents", None, USUAL)
    finally:
        build.rewire(wired)


async def test_an_organisation_has_no_level_to_raise(wired: City, residents_provider: str) -> None:
    firm = await raise_to(wired, "an@thu-nghiem", MORE)
    assert firm.viewer.assurance is None


async def test_more_is_asked_for_by_name_and_as_a_new_sign_in(
    wired: City, residents_provider: str
) -> None:
    begun = await actions.begin(wired, "residents", "/me", MORE)
    asked: dict[str, Any] = parse_qs(urlsplit(begun.address).query)
    assert (asked["acr_values"], asked["prompt"]) == (["loa3 loa4"], ["login"])
    ordinary = await actions.begin(wired, "residents", "/me")
    assert "prompt" not in parse_qs(urlsplit(ordinary.address).query)
