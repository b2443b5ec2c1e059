"""The city's own keys towards its providers: made once, kept in its folder, public parts beside."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc.jwk import ECKey

from motcua.base.settings import Settings

ENVELOPE_KEY_BITS = 2048
"""What providers of that shape work with; a longer one costs each sign-in three times as much."""


def cookie_key(settings: Settings) -> bytes:
    """Seals attempts that travel in cookies."""
    return _kept(settings.keys / "identity-cookie.key", lambda: os.urandom(32))


def client_key(settings: Settings) -> ECKey:
    """The city's own key towards its providers; they are given the public part beside it."""
    return _signing_key(settings, "identity-client")


def dpop_key(settings: Settings) -> ECKey:
    """To it a provider binds its tokens (RFC 9449), so that a stolen one is worth nothing."""
    return _signing_key(settings, "identity-dpop")


def envelope_key(settings: Settings) -> rsa.RSAPrivateKey:
    """For it a provider seals its envelopes; used for nothing else."""

    def made() -> bytes:
        key = rsa.generate_private_key(public_exponent=65537, key_size=ENVELOPE_KEY_BITS)
        return key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    kept = _kept(settings.keys / "identity-envelope.pem", made)
    key = serialization.load_pem_private_key(kept, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    _kept(settings.keys / "identity-envelope.public.pem", lambda: public)
    return key


def _signing_key(settings: Settings, name: str) -> ECKey:
    def made() -> bytes:
        key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        return msgspec.json.encode(key.as_dict(private=True))

    key = ECKey.import_key(msgspec.json.decode(_kept(settings.keys / f"{name}.jwk", made)))
    public = msgspec.json.encode(key.as_dict(private=False))
    _kept(settings.keys / f"{name}.public.jwk", lambda: public)
    return key


def _kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """A small secret file, made by whichever process comes first, whole or not at all."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(make())
        try:
            os.link(name, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(name)
    return path.read_bytes()
