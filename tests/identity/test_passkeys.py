"""Officers' keys: what lets one in, and everything that does not."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from motcua import identity
from motcua.base import clock
from motcua.base.errors import Conflict, Invalid, NotAllowed, NotFound
from motcua.db import events
from motcua.db.city import City
from motcua.demo import eid
from motcua.identity import Viewer
from motcua.identity.actions import confirming, enrolling, passkeys, sessions
from motcua.identity.actions.confirming import PasskeyNeeded
from motcua.identity.actions.tokens import TokenRefused
from tests.identity.authenticator import Authenticator
from tests.identity.officers import (
    NO_CODE,
    OVER,
    REFUSED,
    altered,
    an_officer,
    invited,
    signed_in,
    with_key,
)

# ---- signing in


async def test_an_officer_signs_in_by_nothing_but_a_key(
    keyed: City, browser: Authenticator
) -> None:
    officer = await with_key(keyed, browser)
    opened = await signed_in(keyed, browser)
    assert opened.return_to == "/desk?x=1"
    viewer = await identity.session_viewer(keyed, "officers", opened.cookie)
    assert viewer == opened.viewer
    assert viewer is not None
    assert (viewer.person, viewer.name, viewer.is_officer) == (officer, "Cán bộ Thử", True)
    assert viewer.passkey is not None
    assert await identity.session_viewer(keyed, "residents", opened.cookie) is None


async def test_the_authenticator_is_asked_for_a_pin_or_a_finger_and_tells_nobody_its_maker(
    keyed: City,
) -> None:
    officer = await an_officer(keyed)
    made = await enrolling.challenge_with_code(keyed, None, await invited(keyed, officer))
    shown = await passkeys.challenge_at_door(keyed)
    to_make, to_show = json.loads(made.options), json.loads(shown.options)
    assert to_make["attestation"] == "none"
    chosen = to_make["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    assert to_show["userVerification"] == "required"
    assert to_show["rpId"] == to_make["rp"]["id"] == "localhost"
    assert not to_show.get("allowCredentials")
    # At least 64 bits (ASVS 6.7.2), and never the same.
    challenges = {json.loads((await passkeys.challenge_at_door(keyed)).options)["challenge"]
                  for _ in range(5)}  # fmt: skip
    assert len(challenges) == 5
    assert all(len(one) >= 43 for one in challenges)


def a_phisher(browser: Authenticator) -> None:
    browser.origin = "https://city-desk.example"


def a_page_in_another_scheme(browser: Authenticator) -> None:
    browser.origin = browser.origin.replace("http:", "https:")


def another_relying_party(browser: Authenticator) -> None:
    browser.rp_id = "city.example"


def no_pin(browser: Authenticator) -> None:
    browser.is_verified = False


def a_frame(browser: Authenticator) -> None:
    browser.is_framed = True


def another_owner(browser: Authenticator) -> None:
    browser.handle = uuid4().bytes


LIES = [a_phisher, a_page_in_another_scheme, another_relying_party, no_pin, a_frame]


@pytest.mark.parametrize("lie", [*LIES, another_owner])
async def test_a_key_opens_nothing_from(keyed: City, browser: Authenticator, lie: Any) -> None:
    await with_key(keyed, browser)
    lie(browser)
    with pytest.raises(NotAllowed, match=REFUSED):
        await signed_in(keyed, browser)


@pytest.mark.parametrize("lie", LIES)
async def test_no_key_is_made_from(keyed: City, browser: Authenticator, lie: Any) -> None:
    lie(browser)
    with pytest.raises(NotAllowed, match=REFUSED):
        await with_key(keyed, browser)


async def test_an_answer_counts_once(keyed: City, browser: Authenticator) -> None:
    await with_key(keyed, browser)
    asked = await passkeys.challenge_at_door(keyed)
    answer = browser.show(asked.options)
    await passkeys.sign_in(keyed, asked.cookie, answer, "", None)
    with pytest.raises(Invalid, match=OVER):
        await passkeys.sign_in(keyed, asked.cookie, answer, "", None)


async def test_a_refused_answer_uses_its_challenge_up(keyed: City, browser: Authenticator) -> None:
    await with_key(keyed, browser)
    asked = await passkeys.challenge_at_door(keyed)
    with pytest.raises(NotAllowed, match=REFUSED):
        await passkeys.sign_in(keyed, asked.cookie, "{}", "", None)
    with pytest.raises(Invalid, match=OVER):
        await passkeys.sign_in(keyed, asked.cookie, browser.show(asked.options), "", None)


async def test_an_old_answer_does_not_fit_a_new_challenge(
    keyed: City, browser: Authenticator
) -> None:
    await with_key(keyed, browser)
    asked, again = [await passkeys.challenge_at_door(keyed) for _ in range(2)]
    with pytest.raises(NotAllowed, match=REFUSED):
        await passkeys.sign_in(keyed, again.cookie, browser.show(asked.options), "", None)


async def test_a_challenge_belongs_to_the_browser_that_asked(
    keyed: City, browser: Authenticator
) -> None:
    await with_key(keyed, browser)
    asked = await passkeys.challenge_at_door(keyed)
    answer = browser.show(asked.options)
    for cookie in (None, "", "x" * 43, "y" * 100_000):
        with pytest.raises(Invalid, match=OVER):
            await passkeys.sign_in(keyed, cookie, answer, "", None)


async def test_a_challenge_ends_by_itself(
    keyed: City, browser: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_key(keyed, browser)
    asked = await passkeys.challenge_at_door(keyed)
    answer = browser.show(asked.options)
    later = clock.now() + passkeys.CHALLENGE_KEPT
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(Invalid, match=OVER):
        await passkeys.sign_in(keyed, asked.cookie, answer, "", None)


@pytest.mark.parametrize("step", [0, -3])
async def test_a_count_that_does_not_go_on_may_be_a_copy_and_its_officer_is_told(
    keyed: City, browser: Authenticator, step: int
) -> None:
    officer = await with_key(keyed, browser)
    browser.keys[-1].count = 7
    await signed_in(keyed, browser)
    browser.step = step
    with pytest.raises(NotAllowed, match=REFUSED):
        await signed_in(keyed, browser)
    async with keyed.database.read(officer) as db:
        told = [event.kind for event in await events.history(db, officer)]
    assert told[-1] == "identity.passkey_doubted"


async def test_an_authenticator_that_does_not_count_is_let_in(
    keyed: City, browser: Authenticator
) -> None:
    await with_key(keyed, browser)
    browser.step = 0
    await signed_in(keyed, browser)
    await signed_in(keyed, browser)


async def test_a_strangers_key_opens_nothing(keyed: City, browser: Authenticator) -> None:
    await with_key(keyed, browser)
    stranger = Authenticator(browser.origin)
    asked = await enrolling.challenge_with_code(
        keyed, None, await invited(keyed, await an_officer(keyed))
    )
    stranger.make(asked.options)  # and never sent
    with pytest.raises(NotAllowed, match=REFUSED):
        await signed_in(keyed, stranger)
    stranger.keys[-1].id = browser.keys[-1].id  # it says that it is another's
    with pytest.raises(NotAllowed, match=REFUSED):
        await signed_in(keyed, stranger)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
async def test_a_garbled_answer_is_refused_and_never_breaks(
    data: st.DataObject, keyed: City, browser: Authenticator
) -> None:
    """Cut, exchanged or made up: always the same refusal."""
    if not browser.keys:
        await with_key(keyed, browser)
    asked = await passkeys.challenge_at_door(keyed)
    told = json.loads(browser.show(asked.options))
    junk = st.one_of(
        st.none(), st.integers(), st.text(max_size=40), st.lists(st.integers(), max_size=3),
        st.binary(max_size=80).map(lambda b: b.hex()),
        st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
    )  # fmt: skip
    where = data.draw(st.sampled_from(["answer", "id", "rawId", "type", "response",
                                       *told["response"]]))  # fmt: skip
    if where == "answer":
        answer = data.draw(st.one_of(st.text(max_size=60), junk.map(json.dumps)))
    else:
        place = told if where in told else told["response"]
        right = place[where]
        place[where] = data.draw(junk)
        if place[where] == right or (where == "userHandle" and place[where] is None):
            return  # an answer need not name its owner
        answer = json.dumps(told)
    with pytest.raises(NotAllowed, match=REFUSED):
        await passkeys.sign_in(keyed, asked.cookie, answer, "", None)


# ---- which cities take which


async def test_where_passkeys_are_the_only_way_a_staff_token_is_none(keyed: City) -> None:
    with pytest.raises(TokenRefused):
        await identity.bearer(keyed, eid.mint(keyed.settings, "handler"))


async def test_where_there_are_no_passkeys_none_is_asked_for(city: City, tmp_path: Path) -> None:
    staffed = altered(city, tmp_path, officers_by="oidc")
    with pytest.raises(NotFound):
        await passkeys.challenge_at_door(staffed)
    officer = await an_officer(city)
    code = await invited(city, officer)
    with pytest.raises(NotAllowed, match=NO_CODE):
        await enrolling.challenge_with_code(staffed, None, code)


async def test_a_city_may_refuse_keys_that_are_copied_to_other_devices(
    city: City, browser: Authenticator, tmp_path: Path
) -> None:
    strict = altered(city, tmp_path, officers_by="passkey", passkeys={"may_sync": False})
    browser.is_synced = True
    with pytest.raises(Invalid, match=r"identity\.passkey_would_sync"):
        await with_key(strict, browser)
    browser.is_synced = False
    await with_key(strict, browser)


# ---- one's own keys


async def add(city: City, viewer: Viewer, browser: Authenticator, name: str = "Thêm") -> None:
    asked = await passkeys.challenge_to_add(city, viewer)
    await passkeys.add(city, viewer, asked.cookie, browser.make(asked.options), name)


async def test_a_second_key_opens_the_desk_too_and_each_is_named_and_removed(
    keyed: City, browser: Authenticator
) -> None:
    await with_key(keyed, browser)
    first = await signed_in(keyed, browser)
    await add(keyed, first.viewer, browser, "  Khóa   USB ")
    second = await signed_in(keyed, browser, key=1)
    async with keyed.database.write(first.viewer.person) as db:
        one, two = await passkeys.passkeys_of_me(db)
        assert (one.name, two.name) == ("Khóa thử", "Khóa USB")
        await passkeys.rename(db, second.viewer, two.id, "Khóa ở nhà")
        await passkeys.remove(db, second.viewer, one.id)
        assert [key.name for key in await passkeys.passkeys_of_me(db)] == ["Khóa ở nhà"]
    with pytest.raises(NotAllowed, match=REFUSED):
        await signed_in(keyed, browser, key=0)
    # What the removed key had opened is shut; what removed it goes on.
    assert await identity.session_viewer(keyed, "officers", first.cookie) is None
    assert await identity.session_viewer(keyed, "officers", second.cookie) is not None


async def test_the_last_key_stays_where_it_is_the_only_way_in(
    keyed: City, browser: Authenticator
) -> None:
    await with_key(keyed, browser)
    viewer = (await signed_in(keyed, browser)).viewer
    async with keyed.database.write(viewer.person) as db:
        with pytest.raises(Conflict, match=r"identity\.last_passkey"):
            await passkeys.remove(db, viewer, viewer.passkey or uuid4())


async def test_anothers_key_is_not_there_to_be_renamed_or_removed(
    keyed: City, browser: Authenticator
) -> None:
    await with_key(keyed, browser)
    theirs = (await signed_in(keyed, browser)).viewer
    await with_key(keyed, browser)
    viewer = (await signed_in(keyed, browser)).viewer
    assert theirs.passkey is not None
    async with keyed.database.write(viewer.person) as db:
        with pytest.raises(NotFound, match=r"identity\.no_such_passkey"):
            await passkeys.remove(db, viewer, theirs.passkey)
        with pytest.raises(NotFound, match=r"identity\.no_such_passkey"):
            await passkeys.rename(db, viewer, theirs.passkey, "Của tôi")
    async with keyed.database.read(theirs.person) as db:
        [key] = await passkeys.passkeys_of_me(db)
    assert key.name == "Khóa thử"


async def test_a_challenge_for_one_officers_new_key_makes_none_for_another(
    keyed: City, browser: Authenticator
) -> None:
    await with_key(keyed, browser)
    one = (await signed_in(keyed, browser)).viewer
    await with_key(keyed, browser)
    two = (await signed_in(keyed, browser)).viewer
    asked = await passkeys.challenge_to_add(keyed, one)
    with pytest.raises(NotAllowed, match=REFUSED):
        await passkeys.add(keyed, two, asked.cookie, browser.make(asked.options), "Khóa")


async def test_a_code_for_a_first_key_does_not_pass_for_a_key_just_shown(
    keyed: City, browser: Authenticator
) -> None:
    officer = await with_key(keyed, browser)
    viewer = (await signed_in(keyed, browser)).viewer
    asked = await enrolling.challenge_with_code(keyed, None, await invited(keyed, officer))
    with pytest.raises(NotAllowed, match=REFUSED):
        await passkeys.add(keyed, viewer, asked.cookie, browser.make(asked.options), "Khóa")


async def test_keys_are_limited_and_one_authenticator_has_one(
    keyed: City, browser: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_key(keyed, browser)
    viewer = (await signed_in(keyed, browser)).viewer
    asked = await passkeys.challenge_to_add(keyed, viewer)
    known = json.loads(asked.options)["excludeCredentials"]
    assert len(known) == 1
    monkeypatch.setattr(passkeys, "PASSKEYS_MAX", 1)
    with pytest.raises(Conflict, match=r"identity\.too_many_passkeys"):
        await add(keyed, viewer, browser)


@pytest.mark.parametrize("name", ["", "   ", "\n", "\u202e"])
async def test_a_key_has_a_name_that_can_be_read(
    keyed: City, browser: Authenticator, name: str
) -> None:
    await with_key(keyed, browser)
    viewer = (await signed_in(keyed, browser)).viewer
    with pytest.raises(Invalid, match=r"identity\.passkey_needs_name"):
        await add(keyed, viewer, browser, name)


# ---- confirming before what is sensitive


async def test_a_signature_needs_the_key_just_shown(
    keyed: City, browser: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_key(keyed, browser)
    opened = await signed_in(keyed, browser)
    later = clock.now() + timedelta(minutes=10, seconds=1)
    async with keyed.database.read(opened.viewer.person) as db:
        await identity.must_be_fresh(db, opened.viewer, "sign")
        monkeypatch.setattr(clock, "now", lambda: later)
        with pytest.raises(PasskeyNeeded):
            await identity.must_be_fresh(db, opened.viewer, "sign")
        await identity.must_be_fresh(db, opened.viewer, "accept")  # the pack does not name it
        for act in (passkeys.challenge_to_add,):
            with pytest.raises(PasskeyNeeded):
                await act(keyed, opened.viewer)
    asked = await passkeys.challenge_again(keyed, opened.viewer)
    again = await passkeys.confirm(
        keyed, opened.viewer, asked.cookie, browser.show(asked.options), "/desk", None
    )
    assert again.cookie != opened.cookie
    assert await identity.session_viewer(keyed, "officers", opened.cookie) is None
    async with keyed.database.read(again.viewer.person) as db:
        await identity.must_be_fresh(db, again.viewer, "sign")


async def test_another_officers_key_confirms_nothing(keyed: City, browser: Authenticator) -> None:
    await with_key(keyed, browser)
    await with_key(keyed, browser)
    viewer = (await signed_in(keyed, browser, key=0)).viewer
    asked = await passkeys.challenge_again(keyed, viewer)
    with pytest.raises(NotAllowed, match=REFUSED):
        await passkeys.confirm(
            keyed, viewer, asked.cookie, browser.show(asked.options, 1), "/desk", None
        )


async def test_a_challenge_of_the_door_confirms_nothing(
    keyed: City, browser: Authenticator
) -> None:
    await with_key(keyed, browser)
    viewer = (await signed_in(keyed, browser)).viewer
    asked = await passkeys.challenge_at_door(keyed)
    with pytest.raises(Invalid, match=OVER):
        await passkeys.confirm(
            keyed, viewer, asked.cookie, browser.show(asked.options), "/desk", None
        )


async def test_in_a_city_of_both_whoever_has_a_key_shows_it(
    city: City, browser: Authenticator
) -> None:
    """Else a stolen staff account would sign what its officer's key protects."""
    bare, owner = await an_officer(city), await with_key(city, browser)
    for officer, needed in ((bare, False), (owner, True)):
        viewer = Viewer(person=officer, name="", is_officer=True)
        opened = (await sessions.open_session(city, "officers", viewer, "/desk")).viewer
        async with city.database.read(officer) as db:
            assert await confirming.needs_passkey(db, opened) is needed
            assert await confirming.needs_passkey(db, viewer) is False  # a program


async def test_a_session_that_a_key_opened_knows_which(keyed: City, browser: Authenticator) -> None:
    await with_key(keyed, browser)
    viewer = (await signed_in(keyed, browser)).viewer
    async with keyed.database.read(viewer.person) as db:
        [key] = await passkeys.passkeys_of_me(db)
        [shown] = await sessions.sessions_of_me(db, "officers")
    assert viewer.passkey == key.id
    assert (shown.by_passkey, shown.device) == (True, "Chrome, Linux")
    assert key.used_at is not None
