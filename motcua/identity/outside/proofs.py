"""Proofs of possession (DPoP, RFC 9449): made for providers, and checked where the API is asked."""

import secrets
from base64 import urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256
from hmac import compare_digest

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from motcua.base import clock
from motcua.base.errors import NotAllowed
from motcua.identity import rules
from motcua.identity.outside.partner import UNREADABLE

KIND = "dpop+jwt"
PROOF_SECONDS_MAX = 60
SKEW_SECONDS_MAX = 30
PROOF_LENGTH_MAX = 4096
JTI_LENGTH_MAX = 200
KEYS_MAX = 10_000
NUMBER_BYTES = 32
ECDSA_SHA256 = ec.ECDSA(hashes.SHA256())


class _Key(msgspec.Struct):
    kty: str
    crv: str
    x: str
    y: str
    d: str | None = None


class _Header(msgspec.Struct):
    typ: str
    alg: str
    jwk: _Key
    crit: msgspec.Raw | None = None


class _Claims(msgspec.Struct):
    jti: str
    htm: str
    htu: str
    iat: float
    ath: str = ""


def thumbprint(key: ECKey) -> str:
    return str(key.thumbprint())


def proof(
    key: ECKey, method: str, address: str, token: str | None = None, nonce: str | None = None
) -> str:
    """That whoever asks holds the key, for this one question."""
    public = key.as_dict(private=False)
    jwk = {name: public[name] for name in ("kty", "crv", "x", "y")}
    header = {"typ": KIND, "alg": "ES256", "jwk": jwk}
    claims = {
        "jti": secrets.token_urlsafe(16),
        "htm": method,
        "htu": address.partition("?")[0],
        "iat": int(clock.now().timestamp()),
    }
    if token is not None:
        claims["ath"] = _hash(token)
    if nonce is not None:
        claims["nonce"] = nonce
    return jwt.encode(header, claims, key)


def check(given: str, method: str, address: str, token: str, bound_to: str) -> tuple[str, float]:
    """The proof's own name, which serves once, and until when it is good. Refused unless it is for
    this token, by the key to which the token is bound, for this question and of this minute
    (RFC 9449, 4.3)."""
    try:
        said = _read(given, bound_to)
        age = clock.now().timestamp() - said.iat
        is_good = (
            said.htm == method
            and said.htu == address.partition("?")[0]
            and -SKEW_SECONDS_MAX <= age <= PROOF_SECONDS_MAX
            and 0 < len(said.jti) <= JTI_LENGTH_MAX
            and compare_digest(said.ath.encode(), _hash(token).encode())
        )
    except (InvalidSignature, JoseError, *UNREADABLE):
        raise NotAllowed("identity.token_refused") from None
    if not is_good:
        raise NotAllowed("identity.token_refused")
    return said.jti, said.iat + PROOF_SECONDS_MAX


def _read(given: str, bound_to: str) -> _Claims:
    """What a proof says by the key of that thumbprint. The signature is most of what it costs: a
    key is parsed once, and what is signed is read once, after it."""
    if len(given) > PROOF_LENGTH_MAX:
        raise InvalidSignature
    signed, _, signature = given.rpartition(".")
    raw_header, _, payload = signed.partition(".")
    header = msgspec.json.decode(rules.unpacked(raw_header), type=_Header)
    thumb, key = _key(header.jwk.kty, header.jwk.crv, header.jwk.x, header.jwk.y)
    is_meant = (header.typ, header.alg) == (KIND, "ES256")
    is_plain = (
        header.jwk.d is None and header.crit is None
    )  # RFC 7515, 4.1.11: we know no extension
    if not (is_meant and is_plain) or not compare_digest(thumb.encode(), bound_to.encode()):
        raise InvalidSignature
    pair = rules.unpacked(signature)
    if len(pair) != 2 * NUMBER_BYTES:
        raise InvalidSignature
    r, s = (int.from_bytes(one, "big") for one in (pair[:NUMBER_BYTES], pair[NUMBER_BYTES:]))
    key.verify(encode_dss_signature(r, s), signed.encode(), ECDSA_SHA256)
    return msgspec.json.decode(rules.unpacked(payload), type=_Claims)


@lru_cache(maxsize=KEYS_MAX)
def _key(kty: str, crv: str, x: str, y: str) -> tuple[str, ec.EllipticCurvePublicKey]:
    """A public key of a header, and its thumbprint; of this curve, or refused."""
    if (kty, crv) != ("EC", "P-256"):
        raise InvalidSignature
    key = ECKey.import_key({"kty": kty, "crv": crv, "x": x, "y": y})
    return thumbprint(key), key.public_key


def _hash(token: str) -> str:
    return urlsafe_b64encode(sha256(token.encode()).digest()).rstrip(b"=").decode()
