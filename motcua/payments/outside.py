"""The bank as the city speaks to it: what the city signs for it, and what it hears from it."""

import logging
import os
import tempfile
from functools import cached_property
from pathlib import Path

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from prometheus_client import Counter

from motcua.base import clock
from motcua.base.errors import Invalid, NotAllowed, Unavailable
from motcua.base.pack import PackInfo
from motcua.base.settings import Settings
from motcua.db import City
from motcua.payments import rules
from motcua.payments.model import (
    CALLBACK_BYTES_MAX,
    BankWord,
    Order,
    Payment,
    PaymentsFile,
    Request,
)

SIGNATURE_LENGTH_MAX = 1024

CITY_KEY, CITY_PUBLIC_KEY = "payments.json", "payments.public.json"
BANK_PUBLIC_KEY = "bank.public.json"

CALLBACKS = Counter("motcua_payment_callbacks_total", "Call-backs of the bank", ["outcome"])

log = logging.getLogger("motcua.payments")


class Cashier:
    """The city's place of payment: its account, its bank, and the key it signs orders with."""

    def __init__(self, file: PaymentsFile, info: PackInfo, settings: Settings) -> None:
        self.file = file
        self.info = info
        self.keys = settings.keys
        self.public_url = settings.public_url
        self.bank_url = file.bank.url
        if settings.demo:
            self.bank_url = f"http://localhost:{settings.demo_port('bank')}"

    @classmethod
    def of(cls, city: City) -> "Cashier":
        return cls(city.pack.file("payments", PaymentsFile), city.pack.info, city.settings)

    @property
    def currency(self) -> str:
        return self.info.currency.code

    def payment(self, request: Request) -> Payment:
        state = rules.state_of(request.closing, request.refund_amount)
        return Payment(
            state=state,
            amount=request.amount,
            currency=request.currency,
            url=self.page_url(request) if state == "open" else None,
            qr=self.qr(request) if state == "open" else None,
            refund_amount=request.refund_amount,
        )

    def page_url(self, request: Request) -> str:
        return f"{self.public_url}/pay/{request.id}"

    def qr(self, request: Request) -> str:
        return rules.qr_payload(self.file.qr, self.info, request.amount, request.reference)

    def order_url(self, request: Request) -> str:
        """The bank's page for this request, with the order signed by the city's key (RFC 7515)."""
        if self.bank_url is None:
            raise Unavailable("payment.no_bank_page", register="bank")
        order = Order(
            reference=request.reference,
            amount=request.amount,
            currency=request.currency,
            qr=self.qr(request),
            return_url=f"{self.page_url(request)}/return",
            made_at=clock.now(),
        )
        signed = jws.serialize_compact(
            {"alg": "ES256"}, msgspec.json.encode(order), self._key, algorithms=["ES256"]
        )
        return f"{self.bank_url}/pay?order={signed}"

    def hear(self, body: bytes, signature: str) -> BankWord:
        """The bank's word, once its signature over exactly these bytes holds and it is of now.

        The signature is a compact JWS with detached content (RFC 7515, appendix F).
        """
        try:
            return self._read(body, signature)
        except NotAllowed as refusal:
            CALLBACKS.labels(refusal.reason.removeprefix("payment.callback_")).inc()
            # Nothing of what a stranger sent is written down.
            log.warning("call-back refused", extra={"reason": refusal.reason})
            raise

    def _read(self, body: bytes, signature: str) -> BankWord:
        if len(body) > CALLBACK_BYTES_MAX or len(signature) > SIGNATURE_LENGTH_MAX:
            raise NotAllowed("payment.callback_forged")
        # With content of its own inside, the signature would not be one over the body.
        if ".." not in signature:
            raise NotAllowed("payment.callback_forged")
        key = self._bank_key()
        try:
            jws.deserialize_compact(signature, key, ["ES256"], payload=body)
        except (JoseError, ValueError):
            raise NotAllowed("payment.callback_forged") from None
        try:
            word = msgspec.json.decode(body, type=BankWord)
        except msgspec.MsgspecError:
            raise Invalid("payment.callback_unreadable") from None
        if word.sent_at.tzinfo is None or word.paid_at.tzinfo is None:
            raise Invalid("payment.callback_unreadable")
        if not rules.is_fresh(word.sent_at, clock.now()):
            raise NotAllowed("payment.callback_stale")
        return word

    def _bank_key(self) -> ECKey:
        # Read each time, so that a new key of the bank counts from the moment it is in place.
        try:
            return read_key(self.keys / BANK_PUBLIC_KEY)
        except FileNotFoundError:
            raise Unavailable("payment.no_bank_key", register="bank") from None

    @cached_property
    def _key(self) -> ECKey:
        return own_key(self.keys, CITY_KEY, CITY_PUBLIC_KEY)


def own_key(folder: Path, private: str, public: str) -> ECKey:
    """The key under this name, made by whichever process asks first; its public half beside it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / private
    if not path.exists():
        made = ECKey.generate_key("P-256", private=True)
        _write_once(path, msgspec.json.encode(made.as_dict(private=True)))
    key = read_key(path)
    if not (folder / public).exists():
        _write_once(folder / public, msgspec.json.encode(key.as_dict(private=False)))
    return key


def read_key(path: Path) -> ECKey:
    """A JSON Web Key (RFC 7517)."""
    return ECKey.import_key(msgspec.json.decode(path.read_bytes()))


def _write_once(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent)  # mode 0600
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    try:
        os.link(name, path)  # whole or not at all, and never over another's
    except FileExistsError:
        pass
    finally:
        os.unlink(name)
