"""The one file of weak cryptography: envelopes of RSA with PKCS#1 v1.5 padding around AES-ECB.

Providers of that shape leave no choice. Nothing here protects what it opens from being changed on
its way: only the line does, so its certificate is pinned (`Envelope`). Whoever sends forged
envelopes must learn nothing from how they are refused, so there is one refusal, and the same work
is done before it whatever is wrong.
"""

import os
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

import msgspec
from cryptography.hazmat.primitives import padding as block_padding
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY_BYTES = (16, 32)
BLOCK_BITS = 128
BLOCK_BYTES = BLOCK_BITS // 8
CONTENT_BYTES_MAX = 65_536


class Refused(Exception):
    """An envelope that is not good. It says no more than that, and holds nothing of it."""


class Envelopes:
    """Opens what a provider sealed for the city's key."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key

    def open(self, envelope: Mapping[str, Any]) -> dict[str, Any]:
        """The members within `{data, key}`."""
        content = self._opened(envelope.get("data"), envelope.get("key"))
        try:
            told = msgspec.json.decode(content)
        except (msgspec.DecodeError, ValueError, RecursionError):  # also what is no UTF-8
            raise Refused from None
        if not isinstance(told, dict):
            raise Refused
        return told

    def open_text(self, data: str, key: str) -> str:
        """A word sealed by itself, as an authorisation code may be."""
        try:
            return self._opened(data, key).decode("ascii")
        except UnicodeDecodeError:
            raise Refused from None

    def _opened(self, data: object, key: object) -> bytes:
        blocks, is_whole = _blocks(data)
        secret = self._secret(_bytes(key))
        # With a wrong key the work goes on with a key of chance, as long and as far.
        is_known = len(secret) in KEY_BYTES
        used = secret if is_known else os.urandom(KEY_BYTES[0])
        reader = Cipher(algorithms.AES(used), modes.ECB()).decryptor()
        plain = reader.update(blocks) + reader.finalize()
        content, is_padded = _unpadded(plain)
        if not (is_whole & is_known & is_padded):
            raise Refused
        return content

    def _secret(self, sealed: bytes) -> bytes:
        """The AES key. Wrong padding gives a key of chance, not an error (the library's implicit
        rejection); only a length that no envelope of ours has is an error, and no secret."""
        try:
            return self._key.decrypt(sealed, padding.PKCS1v15())
        except ValueError:
            return b""


def _bytes(told: object) -> bytes:
    if not isinstance(told, str) or len(told) > 2 * CONTENT_BYTES_MAX:
        return b""
    try:
        return b64decode(told, validate=True)
    except ValueError:
        return b""


def _blocks(told: object) -> tuple[bytes, bool]:
    """Whole blocks to work on in any case, and whether they are what came."""
    came = _bytes(told)
    is_whole = 0 < len(came) <= CONTENT_BYTES_MAX and len(came) % BLOCK_BYTES == 0
    return (came, True) if is_whole else (bytes(BLOCK_BYTES), False)


def _unpadded(plain: bytes) -> tuple[bytes, bool]:
    reader = block_padding.PKCS7(BLOCK_BITS).unpadder()  # compares in constant time
    try:
        return reader.update(plain) + reader.finalize(), True
    except ValueError:
        return b"", False
