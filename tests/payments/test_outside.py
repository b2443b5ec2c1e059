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
from motcua.base.settings import Settings
from motcua.base.text import Text
from motcua.payments.model import BankPlace, PaymentsFile
from motcua.payments.outside import Cashier, read_key
from tests.payments import build

PLACE = BankPlace(Text(vi="Ngân hàng", en="Bank"), Text(vi="Quỹ", en="Fund"))


@pytest.fixture
def cashier(tmp_path: Path) -> Cashier:
    settings = Settings(pack=tmp_path, data=tmp_path, demo=True, public_url="https://city.example")
    return Cashier(PaymentsFile(PLACE, build.SCHEME), build.info(), settings)


@pytest.fixture
def bank(cashier: Cashier) -> build.SigningBank:
    return build.SigningBank(cashier.keys)


def refused(reason: str) -> float:
    named = {"outcome": reason}
    return REGISTRY.get_sample_value("motcua_payment_callbacks_total", named) or 0.0


def test_the_banks_own_word_is_heard(cashier: Cashier, bank: build.SigningBank) -> None:
    said = build.word()
    assert cashier.hear(*bank.say(said)) == said


def test_a_changed_body_is_forged(
    cashier: Cashier, bank: build.SigningBank, caplog: pytest.LogCaptureFixture
) -> None:
    before = refused("forged")
    body, signature = bank.say(build.word(amount=205_000))
    with pytest.raises(NotAllowed, match="forged"):
        cashier.hear(body.replace(b"205000", b"905000"), signature)
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
    cashier: Cashier, bank: build.SigningBank, forge: Callable[[bytes, build.SigningBank], str]
) -> None:
    body, _ = bank.say(build.word())
    with pytest.raises(NotAllowed, match="forged"):
        cashier.hear(body, forge(body, bank))


@pytest.mark.parametrize(
    "signature", ["", "..", "a..b", "é..x", "e30..AA", "{}", "a" * 5000, "eyJhbGciOiJFUzI1NiJ9.."]
)
def test_rubbish_is_no_signature(cashier: Cashier, bank: build.SigningBank, signature: str) -> None:
    body, _ = bank.say(build.word())
    with pytest.raises(NotAllowed, match="forged"):
        cashier.hear(body, signature)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_recording_is_refused(cashier: Cashier, bank: build.SigningBank, seconds: int) -> None:
    sent_at = clock.now() + timedelta(seconds=seconds)
    with pytest.raises(NotAllowed, match="stale"):
        cashier.hear(*bank.say(build.word(sent_at=sent_at)))


@pytest.mark.parametrize("seconds", [-290, 290])
def test_a_clock_a_little_off_is_forgiven(
    cashier: Cashier, bank: build.SigningBank, seconds: int
) -> None:
    said = build.word(sent_at=clock.now() + timedelta(seconds=seconds))
    assert cashier.hear(*bank.say(said)).transaction == said.transaction


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
    cashier: Cashier, bank: build.SigningBank, changes: dict[str, object]
) -> None:
    body = msgspec.json.encode({**msgspec.to_builtins(build.word()), **changes})
    with pytest.raises(Invalid, match="unreadable"):
        cashier.hear(body, bank.sign(body))


def test_too_much_is_not_read(cashier: Cashier, bank: build.SigningBank) -> None:
    body = b" " * 5000 + bank.say(build.word())[0]
    with pytest.raises(NotAllowed, match="forged"):
        cashier.hear(body, bank.sign(body))


def test_without_the_banks_key_the_bank_must_come_again(cashier: Cashier) -> None:
    with pytest.raises(Unavailable, match="no_bank_key"):
        cashier.hear(b"{}", "a..b")


def test_the_order_is_signed_and_holds_nothing_personal(cashier: Cashier) -> None:
    request = build.request()
    url = urlsplit(cashier.order_url(request))
    assert (url.scheme, url.port) == ("http", 8012)  # the demonstration bank beside port 8000
    key = read_key(cashier.keys / "payments.public.json")
    signed = parse_qs(url.query)["order"][0]
    order = msgspec.json.decode(jws.deserialize_compact(signed, key, ["ES256"]).payload)
    assert order.pop("made_at")
    assert order == {
        "reference": request.reference,
        "amount": 205_000,
        "currency": "VND",
        "qr": cashier.qr(request),
        "return_url": f"https://city.example/pay/{request.id}/return",
    }


def test_the_citys_key_is_made_once_and_kept_close(cashier: Cashier, tmp_path: Path) -> None:
    first = cashier._key.as_dict(private=True)
    settings = Settings(pack=tmp_path, data=tmp_path, demo=True)
    again = Cashier(cashier.file, cashier.info, settings)
    assert again._key.as_dict(private=True) == first
    assert (cashier.keys / "payments.json").stat().st_mode & 0o077 == 0
    assert "d" not in msgspec.json.decode((cashier.keys / "payments.public.json").read_bytes())


def test_without_a_bank_page_nobody_is_sent_anywhere(cashier: Cashier, tmp_path: Path) -> None:
    real = Cashier(cashier.file, cashier.info, Settings(pack=tmp_path, data=tmp_path))
    with pytest.raises(Unavailable, match="no_bank_page"):
        real.order_url(build.request())
