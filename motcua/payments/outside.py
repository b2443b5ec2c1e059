"""The bank as the city speaks to it: what the city signs for it, and what it hears from it."""

import os
import tempfile
from functools import cached_property
from pathlib import Path

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from motcua.base.errors import Invalid, NotAllowed, Unavailable
from motcua.db import City
from motcua.payments.model import (
    CALLBACK_BYTES_MAX,
    BankWord,
    Order,
    PaymentsFile,
)

SIGNATURE_LENGTH_MAX = 1024

CITY_KEY, CITY_PUBLIC_KEY = "payments.json", "payments.public.json"
BANK_PUBLIC_KEY = "bank.public.json"


class Bank:
    """The bank's page and the bank's call-backs; which key is whose."""

    def __init__(self, url: str | None, keys: Path) -> None:
        self.url = url
        self.keys = keys

    @classmethod
    def of(cls, city: City) -> "Bank":
        settings = city.settings
        if settings.demo:
            return cls(f"http://localhost:{settings.demo_port('bank')}", settings.keys)
        return cls(city.pack.file("payments", PaymentsFile).bank.url, settings.keys)

    def order_url(self, order: Order) -> str:
        """The bank's page for this order, signed with the city's key (RFC 7515)."""
        if self.url is None:
            raise Unavailable("payment.no_bank_page", register="bank")
        content = msgspec.json.encode(order)
        signed = jws.serialize_compact({"alg": "ES256"}, content, self._key, ["ES256"])
        return f"{self.url}/pay?order={signed}"

    def hear(self, body: bytes, signature: str) -> BankWord:
        """The bank's word, once its signature over exactly these bytes holds.

        The signature is a compact JWS with detached content (RFC 7515, appendix F).
        """
        if len(body) > CALLBACK_BYTES_MAX or len(signature) > SIGNATURE_LENGTH_MAX:
            raise NotAllowed("payment.callback_forged")
        # With content of its own inside, the signature would not be one over the body.
        if ".." not in signature:
            raise NotAllowed("payment.callback_forged")
        key = self._bank_key()
        try:
            jws.deserialize_compact(signature, key, ["ES256"], payload=body)
        except (JoseError, ValueError, TypeError, RecursionError):
            # The last two: a header whose members are of the wrong kind, or nested without end.
            raise NotAllowed("payment.callback_forged") from None
        try:
            word = msgspec.json.decode(body, type=BankWord)
        except msgspec.MsgspecError:
            raise Invalid("payment.callback_unreadable") from None
        if word.sent_at.tzinfo is None or word.paid_at.tzinfo is None:
            raise Invalid("payment.callback_unreadable")
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
