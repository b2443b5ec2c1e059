"""The wire of sealed envelopes: what opens, what does not, and that nobody learns why."""

import logging
import os
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from motcua.base.errors import Invalid, NotAllowed, Unavailable
from motcua.db.city import City
from motcua.demo import people
from motcua.demo.envelope import Sealing
from motcua.identity import Assurance, actions
from motcua.identity.model import Claims, Endpoints
from motcua.identity.outside import ecb
from motcua.identity.outside.ecb import Envelopes, Refused
from motcua.identity.outside.keys import envelope_key
from tests.identity import build

REFUSED = r"identity\.token_refused"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
Sealed = dict[str, str]


class Sealer(Sealing):
    """The demonstration's way of sealing, for a key of the test."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._public = key.public_key()

    def _city_key(self) -> rsa.RSAPublicKey:
        return self._public


def sealed(content: object, key: rsa.RSAPrivateKey = KEY) -> Sealed:
    return Sealer(key).sealed(msgspec.json.encode(content))


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=200), max_size=20))
def test_what_was_sealed_for_us_opens(content: dict[str, str]) -> None:
    assert Envelopes(KEY).open(sealed(content)) == content


def _cut(text: str, octets: int) -> str:
    return b64encode(b64decode(text)[:-octets]).decode()


def _flipped(text: str, place: int) -> str:
    octets = bytearray(b64decode(text))
    octets[place] ^= 1
    return b64encode(bytes(octets)).decode()


def _wrapped(key: bytes) -> str:
    return b64encode(KEY.public_key().encrypt(key, padding.PKCS1v15())).decode()


GOOD = sealed({"sub": "s", "secret": "x" * 40})
BAD: dict[str, Callable[[], Any]] = {
    "sealed for another": lambda: sealed({"sub": "s"}, OTHER),
    "key of another letter": lambda: GOOD | {"key": sealed({})["key"]},
    "key changed": lambda: GOOD | {"key": _flipped(GOOD["key"], 5)},
    "key of a length no cipher has": lambda: GOOD | {"key": _wrapped(b"k" * 17)},
    "key empty": lambda: GOOD | {"key": _wrapped(b"")},
    "key cut": lambda: GOOD | {"key": _cut(GOOD["key"], 1)},
    "key noise": lambda: GOOD | {"key": b64encode(os.urandom(256)).decode()},
    "key larger than the modulus": lambda: GOOD | {"key": b64encode(b"\xff" * 256).decode()},
    "key missing": lambda: {"data": GOOD["data"]},
    "data cut by a byte": lambda: GOOD | {"data": _cut(GOOD["data"], 1)},
    "data cut by a block": lambda: GOOD | {"data": _cut(GOOD["data"], 16)},
    "padding changed": lambda: GOOD | {"data": _flipped(GOOD["data"], -1)},
    "content changed": lambda: GOOD | {"data": _flipped(GOOD["data"], 0)},
    "data empty": lambda: GOOD | {"data": ""},
    "data no base64": lambda: GOOD | {"data": "?" * 64},
    "data missing": lambda: {"key": GOOD["key"]},
    "data a number": lambda: {**GOOD, "data": 7},
    "data without end": lambda: GOOD | {"data": b64encode(bytes(70_000)).decode()},
    "a list within": lambda: sealed(["sub"]),
    "no UTF-8 within": lambda: Sealer(KEY).sealed(b'{"sub": "\xde\xff"}'),
    "no JSON within": lambda: Sealer(KEY).sealed(b"sub=s"),
    "nested without end": lambda: Sealer(KEY).sealed(b"[" * 5000),
    "nothing at all": lambda: {},
}


@pytest.mark.parametrize("kind", BAD)
def test_every_bad_envelope_is_refused_in_the_same_words(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Refused) as refused:
        Envelopes(KEY).open(BAD[kind]())
    assert refused.value.args == ()
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    assert caplog.text == ""


@given(data=st.binary(max_size=200), key=st.binary(min_size=200, max_size=300))
def test_noise_never_opens(data: bytes, key: bytes) -> None:
    noise = {"data": b64encode(data).decode(), "key": b64encode(key).decode()}
    with pytest.raises(Refused):
        Envelopes(KEY).open(noise)


def test_the_same_work_is_done_whatever_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that does not open is followed by the whole of the content all the same."""
    done: list[int] = []
    unpadded = ecb._unpadded

    def counted(plain: bytes) -> tuple[bytes, bool]:
        done.append(len(plain))
        return unpadded(plain)

    monkeypatch.setattr(ecb, "_unpadded", counted)
    length = len(b64decode(GOOD["data"]))
    for kind in ("sealed for another", "key changed", "key of a length no cipher has", "key noise"):
        envelope = BAD[kind]() if kind == "sealed for another" else GOOD | BAD[kind]()
        done.clear()
        with pytest.raises(Refused):
            Envelopes(KEY).open(envelope)
        assert done == [len(b64decode(envelope["data"]))]
    assert length > 16


# ---- a whole sign-in


WIRE: dict[str, Any] = {
    "wire": "envelope",
    "endpoints": Endpoints(authorization="/authorize", token="/token", userinfo="/userinfo"),
    # Such a provider says of a sign-in no more than the account's level.
    "acr": {
        "2": Assurance(proofing=2, authentication=1),
        "1": Assurance(proofing=1, authentication=1),
    },
    "claims": Claims(
        name="fullName", number="citizenPid", birth_date="birthDate", email="email",
        phone="phoneNumber", level="accountLevel", acr="accountLevel",
        organisation_code="organisation.taxCode", organisation_name="organisation.name",
    ),
}  # fmt: skip


class Liar(Sealing):
    """Seals what it is told to, instead of what it should."""

    twist: Callable[[dict[str, str], bytes], dict[str, str]] = staticmethod(lambda told, _: told)

    def sealed(self, content: bytes) -> dict[str, str]:
        return self.twist(super().sealed(content), content)


@pytest.fixture
async def sealing(wired: City, unused_tcp_port: int) -> AsyncIterator[tuple[City, Liar]]:
    city = build.elsewhere(wired, unused_tcp_port - 10)
    city[actions.BusinessRegister].represents = wired[actions.BusinessRegister].represents
    build.rewire(city, **WIRE)
    liar = Liar(city.settings, "residents")
    async with build.serving(city.settings, build.envelope_app(liar)):
        yield city, liar


@pytest.mark.parametrize("seals_codes", [True, False])
async def test_a_resident_signs_in_by_envelopes(
    sealing: tuple[City, Liar], seals_codes: bool
) -> None:
    city, provider = sealing
    provider.seals_codes = seals_codes
    viewer = (await build.sign_in(city, "an")).viewer
    assert viewer.name == "Nguyễn Văn An"
    assert viewer.assurance == Assurance(proofing=2, authentication=1)


@pytest.mark.parametrize(
    ("account", "level"), [("cuong", 1), ("be", 1), ("dung", 2), ("nuoc-ngoai", 1)]
)
async def test_children_foreigners_and_low_levels_are_what_they_are(
    sealing: tuple[City, Liar], account: str, level: int
) -> None:
    city, _ = sealing
    assert (await build.sign_in(city, account)).viewer.level == level


async def test_an_organisation_signs_in_by_envelopes(sealing: tuple[City, Liar]) -> None:
    city, _ = sealing
    viewer = (await build.sign_in(city, "an@thu-nghiem")).viewer
    assert (viewer.organisation_name, viewer.assurance) == ("Công ty TNHH Thử Nghiệm", None)


async def test_a_level_that_does_not_exist_opens_nothing(sealing: tuple[City, Liar]) -> None:
    city, _ = sealing
    with pytest.raises(NotAllowed, match=r"identity\.level_not_shown"):
        await build.sign_in(city, "muc-la")


async def test_it_shows_no_more_than_the_pack_believes_of_it(sealing: tuple[City, Liar]) -> None:
    city, _ = sealing
    with pytest.raises(NotAllowed, match=r"identity\.level_not_shown"):
        await actions.begin(city, "residents", None, Assurance(authentication=2))


@pytest.mark.parametrize(
    "twist",
    [
        lambda told, _: told | {"key": _flipped(told["key"], 7)},
        lambda told, _: told | {"data": _flipped(told["data"], 3)},
        lambda told, _: told | {"data": _cut(told["data"], 16)},
        lambda told, _: {"data": told["data"]},
        lambda _, content: Sealer(OTHER).sealed(content),
        lambda _, content: {"data": b64encode(content).decode(), "key": ""},  # not sealed at all
        lambda _, content: msgspec.json.decode(content) if content[:1] == b"{" else {"data": "x"},
    ],
)
@pytest.mark.parametrize("seals_codes", [True, False])
async def test_one_bad_envelope_ends_the_sign_in_and_tells_nothing(
    sealing: tuple[City, Liar], twist: Any, seals_codes: bool, caplog: pytest.LogCaptureFixture
) -> None:
    city, provider = sealing
    caplog.set_level(logging.DEBUG)
    provider.seals_codes = seals_codes
    if seals_codes:  # the code is good, the bodies are not: twist only what is JSON
        given = twist

        def twist(told: dict[str, str], content: bytes) -> Any:
            return given(told, content) if content[:1] == b"{" else told

    provider.twist = twist
    caplog.clear()
    with pytest.raises(NotAllowed, match=REFUSED):
        await build.sign_in(city, "an")
    assert "Nguyễn" not in caplog.text
    assert "999090000017" not in caplog.text


async def test_a_changed_sealed_code_never_reaches_the_provider(
    sealing: tuple[City, Liar],
) -> None:
    city, provider = sealing
    begun = await actions.begin(city, "residents", None)
    answer = await build.choose(begun.address, "an")
    attempt = actions.read_attempt(city, "residents", begun.cookie, answer["state"])
    for change in ({"code": _flipped(answer["code"], -1)}, {"encrypt_key": "AAAA"}):
        with pytest.raises(NotAllowed, match=REFUSED):
            await actions.finish(city, replace(attempt, state=f"{change}"), answer | change)
    assert not any(grant.token_id for grant in provider.grants.values())
    assert (await actions.finish(city, attempt, answer)).viewer.name == "Nguyễn Văn An"


async def test_a_code_of_another_attempt_is_refused_without_any_nonce(
    sealing: tuple[City, Liar],
) -> None:
    city, _ = sealing
    mine = await actions.begin(city, "residents", None)
    theirs = await actions.begin(city, "residents", None)
    answer = await build.choose(mine.address, "an")
    stolen = await build.choose(theirs.address, "binh")
    attempt = actions.read_attempt(city, "residents", mine.cookie, answer["state"])
    with pytest.raises(Invalid, match=r"identity\.code_refused"):
        await actions.finish(city, attempt, stolen | {"state": answer["state"]})


async def test_an_answer_that_names_another_provider_is_refused(
    sealing: tuple[City, Liar],
) -> None:
    city, _ = sealing
    begun = await actions.begin(city, "residents", None)
    answer = await build.choose(begun.address, "an")
    attempt = actions.read_attempt(city, "residents", begun.cookie, answer["state"])
    with pytest.raises(Invalid, match=r"identity\.wrong_issuer"):
        await actions.finish(city, attempt, answer | {"iss": "https://evil.example"})


async def test_no_token_of_such_a_provider_opens_the_api(sealing: tuple[City, Liar]) -> None:
    city, provider = sealing
    with pytest.raises(NotAllowed, match=REFUSED):
        await actions.bearer(city, provider.access_token("an", "j"))


async def test_without_a_pinned_certificate_such_a_provider_is_not_spoken_to(wired: City) -> None:
    settings = msgspec.structs.replace(wired.settings, demo=False)
    city = City(settings, wired.pack, wired.database.url)
    build.rewire(city, **WIRE, issuer="https://eid.example")
    with pytest.raises(Unavailable, match=r"identity\.no_provider"):
        await actions.begin(city, "residents", None)
    pinned = settings.keys / "identity-residents.ca.pem"
    pinned.write_text("here it is trusted to be")
    try:
        begun = await actions.begin(city, "residents", None)
    finally:
        pinned.unlink()
    assert begun.address.startswith("https://eid.example/authorize?")


def test_the_private_key_is_readable_by_the_city_alone(city: City) -> None:
    envelope_key(city.settings)
    private = city.settings.keys / "identity-envelope.pem"
    assert private.stat().st_mode & 0o077 == 0
    assert b"PRIVATE" not in (city.settings.keys / "identity-envelope.public.pem").read_bytes()


def test_the_sample_people_have_no_double_among_its_own(city: City) -> None:
    known = people.people(city.settings)
    numbers = [one.number for one in [*known, *Sealing.more] if one.number]
    assert len(numbers) == len(set(numbers))
