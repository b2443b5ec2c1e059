"""An authenticator made of software: it keeps keys, counts, and lies where a test wants it to."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec import Struct
from webauthn.helpers import encode_cbor

USER_PRESENT, USER_VERIFIED, BACKUP_ELIGIBLE, KEY_INSIDE = 1, 4, 8, 64


class Held(Struct):
    """One key, and how the next answer with it is given."""

    id: bytes
    private: Any
    user: bytes
    rp_id: str
    count: int = 0


class Authenticator:
    """As a browser at `origin` would use it. What a test sets here, the next answer says."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.keys: list[Held] = []
        self.rp_id: str | None = None
        """Another than the one that was asked for."""
        self.is_verified = True
        self.is_synced = False
        self.is_framed = False
        self.step = 1
        """By how much a use moves the count; 0 for one that does not count, less for a copy."""
        self.handle: bytes | None = None
        """Another owner than the key's."""

    def make(self, options: bytes) -> str:
        told = json.loads(options)
        rp_id = self.rp_id or told["rp"]["id"]
        private = ec.generate_private_key(ec.SECP256R1())
        held = Held(
            hashlib.sha256(str(len(self.keys)).encode() + unpacked(told["challenge"])).digest(),
            private, unpacked(told["user"]["id"]), rp_id,
        )  # fmt: skip
        self.keys.append(held)
        numbers = private.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        inside = bytes(16) + len(held.id).to_bytes(2) + held.id + encode_cbor(public)
        data = self._data(rp_id, 0, KEY_INSIDE) + inside
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", told["challenge"])
        return self._answer(held, clientDataJSON=client, attestationObject=attestation)

    def show(self, options: bytes, key: int = -1) -> str:
        told = json.loads(options)
        held = self.keys[key]
        held.count += self.step
        data = self._data(self.rp_id or told["rpId"], held.count)
        client = self._client("webauthn.get", told["challenge"])
        signed = held.private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            held, clientDataJSON=client, authenticatorData=data, signature=signed,
            userHandle=self.handle or held.user,
        )  # fmt: skip

    def _data(self, rp_id: str, count: int, more: int = 0) -> bytes:
        flags = USER_PRESENT | more
        flags |= USER_VERIFIED if self.is_verified else 0
        flags |= BACKUP_ELIGIBLE if self.is_synced else 0
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + count.to_bytes(4)

    def _client(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin,
                "crossOrigin": self.is_framed}  # fmt: skip
        return json.dumps(told).encode()

    def _answer(self, held: Held, **parts: bytes) -> str:
        response = {name: packed(part) for name, part in parts.items()}
        return json.dumps(
            {"id": packed(held.id), "rawId": packed(held.id), "type": "public-key",
             "response": response}
        )  # fmt: skip


def packed(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()


def unpacked(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
