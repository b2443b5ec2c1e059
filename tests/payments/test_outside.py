"""The bank is believed only with its signature, over these bytes, of this moment."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from joserfc import jws
from joserfc.jwk import ECKey
from prometheus_client import REGISTRY

from motcua.base import clock
from motcua.base.errors import Invalid, NotAllowed, Unavailable
from motcua.base.pack import Pack
from motcua.base.settings import Settings
from motcua.db import City
from motcua.payments import actions
from motcua.payments.model import Order
from motcua.payments.outside import Bank, read_key
from tests.payments import build


@pytest.fixture
def town(tmp_path: Path, settings: Settings) -> City:
    """A city with keys of its own and no database."""
    own = msgspec.structs.replace(settings, data=tmp_path, port=8000)
    return City(own, Pack.read(settings.pack), "")


@pytest.fixture
def bank(town: City) -> build.SigningBank:
    return build.SigningBank(town.settings.keys)


def refused(reason: str) -> float:
    named = {"outcome": reason}
    return REGISTRY.get_sample_value("motcua_payment_callbacks_total", named) or 0.0


def test_the_banks_own_word_is_heard(town: City, bank: build.SigningBank) -> None:
    said = build.word()
    assert actions.hear(town, *bank.say(said)) == said


def test_a_changed_body_is_forged(
    town: City, bank: build.SigningBank, caplog: pytest.LogCaptureFixture
) -> None:
    before = refused("forged")
    body, signature = bank.say(build.word(amount=205_000))
    with pytest.raises(NotAllowed, match="forged"):
        actions.hear(town, body.replace(b"205000", b"905000"), signature)
    assert refused("forged") == before + 1
    assert [record.message for record in caplog.records] == ["call-back refused"]


def _none(body: bytes, bank: build.SigningBank) -> str:
    return jws.detach_content("eyJhbGciOiJub25lIn0.e30.")


def _another_key(body: bytes, bank: build.SigningBank) -> str:
    return build.signature(body, ECKey.generate_key("P-256", private=True))


def _public_key_as_secret(body: bytes, bank: build.SigningBank) -> str:
    """The classic confusion: HMAC with the public key, which everybody has (made by hand: the
    library refuses to help)."""
    head = _b64(b'{"alg":"HS256"}')
    secret = bank.key.as_pem(private=False)
    mark = hmac.digest(secret, f"{head}.{_b64(body)}".encode(), "sha256")
    return f"{head}..{_b64(mark)}"


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _not_detached(body: bytes, bank: build.SigningBank) -> str:
    return jws.serialize_compact({"alg": "ES256"}, body, bank.key, algorithms=["ES256"])


def _of_another_body(body: bytes, bank: build.SigningBank) -> str:
    return bank.sign(b"{}")


@pytest.mark.parametrize(
    "forge", [_none, _another_key, _public_key_as_secret, _not_detached, _of_another_body]
)
def test_no_other_signature_is_believed(
    town: City, bank: build.SigningBank, forge: Callable[[bytes, build.SigningBank], str]
) -> None:
    body, _ = bank.say(build.word())
    with pytest.raises(NotAllowed, match="forged"):
        actions.hear(town, body, forge(body, bank))


@pytest.mark.parametrize(
    "signature",
    [
        "", "..", "a..b", "é..x", "e30..AA", "{}", "a" * 5000, "eyJhbGciOiJFUzI1NiJ9..",
        "eyJhbGciOiJFUzI1NiIsImNyaXQiOjV9..AA",  # {"alg":"ES256","crit":5}
    ],
)  # fmt: skip
def test_rubbish_is_no_signature(town: City, bank: build.SigningBank, signature: str) -> None:
    body, _ = bank.say(build.word())
    with pytest.raises(NotAllowed, match="forged"):
        actions.hear(town, body, signature)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_recording_is_refused(town: City, bank: build.SigningBank, seconds: int) -> None:
    sent_at = clock.now() + timedelta(seconds=seconds)
    with pytest.raises(NotAllowed, match="stale"):
        actions.hear(town, *bank.say(build.word(sent_at=sent_at)))


@pytest.mark.parametrize("seconds", [-290, 290])
def test_a_clock_a_little_off_is_forgiven(
    town: City, bank: build.SigningBank, seconds: int
) -> None:
    said = build.word(sent_at=clock.now() + timedelta(seconds=seconds))
    assert actions.hear(town, *bank.say(said)).transaction == said.transaction


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 0}, {"amount": -1}, {"amount": 10**12}, {"amount": 1.5}, {"amount": "1"},
        {"amount": None}, {"reference": "short"}, {"reference": "'; DROP TABLE x; --"},
        {"reference": "A" * 26}, {"currency": "vnd"}, {"transaction": ""},
        {"transaction": "x" * 65}, {"transaction": "<b>"}, {"sent_at": "2026-11-23T10:00:00"},
        {"paid_at": "yesterday"}, {"more": 1},
    ],
)  # fmt: skip
def test_even_the_bank_must_speak_clearly(
    town: City, bank: build.SigningBank, changes: dict[str, object]
) -> None:
    body = msgspec.json.encode({**msgspec.to_builtins(build.word()), **changes})
    with pytest.raises(Invalid, match="unreadable"):
        actions.hear(town, body, bank.sign(body))


def test_too_much_is_not_read(town: City, bank: build.SigningBank) -> None:
    body = b" " * 5000 + bank.say(build.word())[0]
    with pytest.raises(NotAllowed, match="forged"):
        actions.hear(town, body, bank.sign(body))


def test_without_the_banks_key_the_bank_must_come_again(town: City) -> None:
    with pytest.raises(Unavailable, match="no_bank_key"):
        actions.hear(town, b"{}", "a..b")


ORDER = Order("0123456789AB", 205_000, "XTS", "000201", "https://city.example/pay/1", clock.now())


def test_the_order_is_signed(town: City) -> None:
    url = urlsplit(town[Bank].order_url(ORDER))
    assert (url.scheme, url.port) == ("http", 8012)  # the demonstration bank beside port 8000
    key = read_key(town.settings.keys / "payments.public.json")
    signed = parse_qs(url.query)["order"][0]
    payload = jws.deserialize_compact(signed, key, ["ES256"]).payload
    assert msgspec.json.decode(payload, type=Order) == ORDER


def test_the_citys_key_is_made_once_and_kept_close(town: City) -> None:
    first = town[Bank]._key.as_dict(private=True)
    keys = town.settings.keys
    assert Bank(None, keys)._key.as_dict(private=True) == first
    assert (keys / "payments.json").stat().st_mode & 0o077 == 0
    assert "d" not in msgspec.json.decode((keys / "payments.public.json").read_bytes())


def test_without_a_bank_page_nobody_is_sent_anywhere(town: City) -> None:
    real = City(msgspec.structs.replace(town.settings, demo=False), town.pack, "")
    with pytest.raises(Unavailable, match="no_bank_page"):
        real[Bank].order_url(ORDER)
