"""What a provider's word is worth: checks of a token, the level, the account; sealed attempts."""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import date
from hmac import compare_digest
from typing import Any

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from motcua.base.errors import NotAllowed
from motcua.base.text import nfc
from motcua.identity.model import Account, Attempt, Organisation, Provider, Realm

SKEW_SECONDS_MAX = 120
SUBJECT_LENGTH_MAX = 255
TEXT_LENGTH_MAX = 300
RETURN_LENGTH_MAX = 1500
COOKIE_LENGTH_MAX = 4096
LEVEL_LOWEST = 1
NONCE_BYTES = 12

# A path and perhaps a query of this site, in plain characters: browsers read `//x`, `/\x` and
# `/<tab>/x` as another host.
_LOCAL = re.compile(r"/(?![/\\])[!-\[\]-~]*")
_NOT_OURS = re.compile(r"[^\w-]", re.ASCII)


def local_path(asked: str | None, otherwise: str) -> str:
    """Where to go after signing in: never to another site, whatever the link said."""
    if asked and len(asked) <= RETURN_LENGTH_MAX and _LOCAL.fullmatch(asked):
        return asked
    return otherwise


def cookie_name(public_url: str, realm: Realm) -> str:
    """`__Host-` binds a cookie to this very host over TLS; plain localhost cannot have it."""
    return _hosted(public_url, "desk" if realm == "officers" else "session")


def attempt_name(public_url: str, state: str) -> str:
    return _hosted(public_url, f"attempt-{_NOT_OURS.sub('', state)[:12]}")


def form_name(public_url: str, realm: Realm) -> str:
    return _hosted(public_url, f"form-{realm}")


def _hosted(public_url: str, name: str) -> str:
    return f"__Host-{name}" if public_url.startswith("https://") else name


def sealed(key: bytes, attempt: Attempt) -> str:
    """For a cookie: whoever holds it may read it, and nobody can change it."""
    content = urlsafe_b64encode(msgspec.json.encode(attempt)).decode()
    return f"{content}.{_seal(key, content)}"


def unsealed(key: bytes, cookie: str) -> Attempt | None:
    content, _, seal = cookie[:COOKIE_LENGTH_MAX].partition(".")
    if not compare_digest(_seal(key, content).encode(), seal.encode()):
        return None
    return msgspec.json.decode(urlsafe_b64decode(content), type=Attempt)


def locked(secret: str, content: bytes) -> bytes:
    """Readable only with the secret, which is never used for anything else."""
    return AESGCM(_lock(secret)).encrypt(bytes(NONCE_BYTES), content, None)


def unlocked(secret: str, content: bytes) -> bytes:
    return AESGCM(_lock(secret)).decrypt(bytes(NONCE_BYTES), content, None)


def _lock(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"kept form", "sha256")


def _seal(key: bytes, content: str) -> str:
    return hmac.digest(key, content.encode(), "sha256").hex()


def check_id_token(
    header: Mapping[str, Any], claims: Mapping[str, Any], provider: Provider, issuer: str,
    nonce: str, now: float,
) -> None:  # fmt: skip
    """OpenID Connect Core 3.1.3.7, after the signature. An access token is not an ID token."""
    audience = _audience(claims)
    _must(str(header.get("typ", "JWT")).lower() != "at+jwt")
    _must(claims.get("iss") == issuer)
    _must(provider.client_id in audience)
    _must(len(audience) == 1 or claims.get("azp") == provider.client_id)
    _must(_seconds(claims, "exp") > now - SKEW_SECONDS_MAX)
    _must(_seconds(claims, "iat") < now + SKEW_SECONDS_MAX)
    _must(compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()))
    _must(_is_subject(claims.get("sub")))


def check_access_token(
    header: Mapping[str, Any],
    claims: Mapping[str, Any],
    provider: Provider,
    issuer: str,
    now: float,
) -> None:
    """RFC 9068, section 4, after the signature. Its end is kept to the second."""
    _must(str(header.get("typ", "")).lower().removeprefix("application/") == "at+jwt")
    _must(claims.get("iss") == issuer)
    _must(provider.audience in _audience(claims))
    _must(_seconds(claims, "exp") > now)
    _must(_seconds(claims, "iat") < now + SKEW_SECONDS_MAX)
    _must(_is_subject(claims.get("sub")))


def account(realm: Realm, provider: Provider, claims: Mapping[str, Any]) -> Account:
    """The claims in our words. Without a name nobody can be served, so that is refused."""
    where = provider.claims
    code = _text(claims, where.organisation_code)
    organisation = None
    if code and realm == "residents":
        organisation = Organisation(code, _text(claims, where.organisation_name) or code)
    name = _text(claims, where.name)
    _must(name is not None)
    return Account(
        realm=realm,
        provider=provider.id,
        subject=claims["sub"],
        name=str(name),
        number=_text(claims, where.number),
        birth_date=_date(_text(claims, where.birth_date)),
        email=_text(claims, where.email),
        phone=_text(claims, where.phone),
        level=None if organisation else level(provider, claims),
        organisation=organisation,
    )


def level(provider: Provider, claims: Mapping[str, Any]) -> int | None:
    """The lower of what the account has and what this sign-in showed; silence counts as lowest."""
    if not provider.acr:
        return None
    shown = provider.acr.get(str(claims.get("acr")), LEVEL_LOWEST)
    held = _at(claims, provider.claims.level) if provider.claims.level else shown
    if not str(held).isdecimal():
        return LEVEL_LOWEST
    return max(LEVEL_LOWEST, min(shown, int(held), max(provider.acr.values())))


def acr_asked(provider: Provider) -> str:
    """Every level the provider knows, highest first."""
    return " ".join(sorted(provider.acr, key=provider.acr.__getitem__, reverse=True))


def _must(kept: bool) -> None:
    if not kept:
        raise NotAllowed("identity.token_refused")


def _audience(claims: Mapping[str, Any]) -> list[Any]:
    audience = claims.get("aud")
    return audience if isinstance(audience, list) else [audience]


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    _must(isinstance(value, int | float) and not isinstance(value, bool))
    return float(value)  # type: ignore[arg-type]


def _is_subject(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= SUBJECT_LENGTH_MAX


def _at(claims: Mapping[str, Any], path: str) -> Any:
    value: Any = claims
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _text(claims: Mapping[str, Any], path: str | None) -> str | None:
    value = _at(claims, path) if path else None
    if not isinstance(value, str) or not value.strip():
        return None
    _must(len(value) <= TEXT_LENGTH_MAX and "\0" not in value)
    return nfc(value.strip())


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotAllowed("identity.token_refused") from None
