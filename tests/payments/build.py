"""Money for tests: a scheme, a request, the bank's word, and a bank that signs it."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
from joserfc import jws
from joserfc.jwk import ECKey

from motcua.base import clock
from motcua.base.ids import PersonId, new_id
from motcua.base.pack import PackInfo
from motcua.base.text import Text
from motcua.payments.model import BankWord, Line, QrScheme, Request

SCHEME = QrScheme(
    template="38",
    guid="A000000727",
    service="QRIBFTTA",
    bank="970403",
    account="0011012345678",
    source="test",
    verified=False,
)


def info(decimals: int = 0) -> PackInfo:
    return msgspec.convert(
        {
            "code": "sample", "name": _text("Mẫu"), "country": _text("Mẫu"), "country_code": "VN",
            "time_zone": "UTC", "languages": ["vi"], "level1": "X1", "address": _text("bạn"),
            "currency": {
                "code": "VND", "number": "704", "decimals": decimals, "symbol": "đ",
                "name": _text("đồng"),
            },
        },
        PackInfo,
    )  # fmt: skip


def _text(word: str) -> dict[str, str]:
    return {"vi": word, "en": word}


def lines(amount: int) -> list[Line]:
    return [Line("base", amount, Text(vi="Lệ phí", en="Fee"))]


def request(**given: Any) -> Request:
    return msgspec.structs.replace(
        Request(
            id=new_id(), reference="0123456789AB", thing_id=uuid4(), thing_code="X1.01-261123-0001",
            payer=PersonId(uuid4()), agency="X1.01", amount=205_000, currency="VND", lines=[],
            made_at=clock.now(), closing=None, refund_amount=0,
        ),
        **given,
    )  # fmt: skip


def word(reference: str = "0123456789AB", amount: int = 205_000, **given: Any) -> BankWord:
    return msgspec.structs.replace(
        BankWord(
            transaction=f"T-{uuid4()}", reference=reference, amount=amount, currency="VND",
            paid_at=clock.now() - timedelta(seconds=1), sent_at=clock.now(),
        ),
        **given,
    )  # fmt: skip


class SigningBank:
    """Holds the key whose public half the city trusts."""

    def __init__(self, keys: Path) -> None:
        self.key = ECKey.generate_key("P-256", private=True)
        keys.mkdir(parents=True, exist_ok=True)
        public = msgspec.json.encode(self.key.as_dict(private=False))
        (keys / "bank.public.json").write_bytes(public)

    def say(self, said: BankWord) -> tuple[bytes, str]:
        body = msgspec.json.encode(said)
        return body, self.sign(body)

    def sign(self, body: bytes) -> str:
        return signature(body, self.key)


def signature(body: bytes, key: Any, algorithm: str = "ES256") -> str:
    signed = jws.serialize_compact({"alg": algorithm}, body, key, algorithms=[algorithm])
    return jws.detach_content(signed)
