"""Proofs of possession (DPoP, RFC 9449): made for providers, and checked where the API is asked."""

import secrets
from base64 import urlsafe_b64encode
from functools import cache
from hashlib import sha256
from hmac import compare_digest

import msgspec
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from motcua.base import clock
from motcua.base.errors import NotAllowed
from motcua.identity import rules
from motcua.identity.outside.partner import UNREADABLE

KIND = "dpop+jwt"
PROOF_SECONDS_MAX = 60
SKEW_SECONDS_MAX = 30
PROOF_LENGTH_MAX = 4096
JTI_LENGTH_MAX = 200


class _Header(msgspec.Struct):
    typ: str
    alg: str
    jwk: dict[str, str]


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


def check(given: str, method: str, address: str, token: str, bound_to: str) -> str:
    """The proof's own name, which serves once. Refused unless it is for this token, by the key to
    which the token is bound, for this question and of this minute (RFC 9449, 4.3)."""
    if len(given) > PROOF_LENGTH_MAX:
        raise NotAllowed("identity.token_refused")
    try:
        raw_header, _, _ = given.partition(".")
        header = msgspec.json.decode(rules.unpacked(raw_header), type=_Header)
        key = ECKey.import_key({k: v for k, v in header.jwk.items() if k != "kid"})
        read = jws.deserialize_compact(given.encode(), key, registry=_registry())
        said = msgspec.json.decode(read.payload, type=_Claims)
        age = clock.now().timestamp() - said.iat
        is_good = (
            header.typ == KIND
            and "d" not in header.jwk
            and said.htm == method
            and said.htu == address.partition("?")[0]
            and -SKEW_SECONDS_MAX <= age <= PROOF_SECONDS_MAX
            and 0 < len(said.jti) <= JTI_LENGTH_MAX
            and compare_digest(said.ath.encode(), _hash(token).encode())
            and compare_digest(thumbprint(key).encode(), bound_to.encode())
        )
    except (JoseError, *UNREADABLE):
        raise NotAllowed("identity.token_refused") from None
    if not is_good:
        raise NotAllowed("identity.token_refused")
    return said.jti


def _hash(token: str) -> str:
    return urlsafe_b64encode(sha256(token.encode()).digest()).rstrip(b"=").decode()


@cache
def _registry() -> JWSRegistry:
    return JWSRegistry(algorithms=["ES256"], strict_check_header=False)
