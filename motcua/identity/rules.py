"""What a provider's word is worth: checks of a token, the level, the account; sealed attempts."""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from hmac import compare_digest
from typing import Any

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from motcua.base.errors import NotAllowed
from motcua.base.text import nfc
from motcua.identity.model import (
    ORDINARY,
    REPRESENTATIVE,
    Account,
    Assurance,
    Attempt,
    Logout,
    Organisation,
    Provider,
    Realm,
    Role,
)

SKEW_SECONDS_MAX = 120
LOGOUT_SECONDS_MAX = 300
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
SUBJECT_LENGTH_MAX = 255
TEXT_LENGTH_MAX = 300
RETURN_LENGTH_MAX = 1500
COOKIE_LENGTH_MAX = 4096
PROOFING_MAX = 2
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


def challenge_name(desk_url: str) -> str:
    return _hosted(desk_url, "challenge")


def _hosted(public_url: str, name: str) -> str:
    return f"__Host-{name}" if public_url.startswith("https://") else name


def digest(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def unpacked(part: str) -> bytes:
    """Base64url without its padding, as tokens have it."""
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


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
    _must(provider.wire != "fapi2" or bound_to(claims) is not None)
    _must(str(header.get("typ", "")).lower().removeprefix("application/") == "at+jwt")
    _must(claims.get("iss") == issuer)
    _must(provider.audience in _audience(claims))
    _must(_seconds(claims, "exp") > now)
    _must(_seconds(claims, "iat") < now + SKEW_SECONDS_MAX)
    _must(_is_subject(claims.get("sub")))


def check_logout_token(
    header: Mapping[str, Any],
    claims: Mapping[str, Any],
    provider: Provider,
    issuer: str,
    now: float,
) -> Logout:
    """OpenID Connect Back-Channel Logout 1.0, section 2.6, after the signature. An ID token, which
    a browser has seen, is none: it has a nonce and neither this type nor this event."""
    _must(str(header.get("typ", "")).lower().removeprefix("application/") == "logout+jwt")
    _must(claims.get("iss") == issuer)
    _must(provider.client_id in _audience(claims))
    _must(abs(_seconds(claims, "iat") - now) < LOGOUT_SECONDS_MAX)
    _must(_seconds(claims, "exp") > now - SKEW_SECONDS_MAX)
    _must(isinstance(claims.get("events"), Mapping))
    _must(isinstance(claims["events"].get(LOGOUT_EVENT), Mapping))
    _must("nonce" not in claims)
    _must(_is_subject(claims.get("jti")))
    named = subject(provider, claims) if "sub" in claims else None
    sid = provider_sid(claims)
    _must(named is not None or sid is not None)
    return Logout(claims["jti"], named, sid, int(now) + 2 * LOGOUT_SECONDS_MAX)


def bound_to(claims: Mapping[str, Any]) -> str | None:
    """The thumbprint of the key without which this token is worth nothing (RFC 9449, 6)."""
    if "cnf" not in claims:
        return None
    found = _at(claims, "cnf.jkt")
    _must(isinstance(found, str) and bool(found))
    return str(found)


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
        subject=subject(provider, claims),
        name=str(name),
        number=_text(claims, where.number),
        birth_date=_date(_text(claims, where.birth_date)),
        email=_text(claims, where.email),
        phone=_text(claims, where.phone),
        assurance=None if organisation else assurance(provider, claims),
        organisation=organisation,
    )


def subject(provider: Provider, claims: Mapping[str, Any]) -> str:
    """The account's own key with its provider."""
    found = _at(claims, provider.claims.subject)
    _must(_is_subject(found))
    return str(found)


def assurance(provider: Provider, claims: Mapping[str, Any]) -> Assurance | None:
    """On each axis the lower of what the account has and what this sign-in showed.

    A provider that does not say, or says what the pack does not know, has shown nothing: a sign-in
    must not be weakened by leaving a word out.
    """
    if not provider.acr:
        return None
    shown = provider.acr.get(str(_at(claims, provider.claims.acr)))
    held = str(_at(claims, provider.claims.level) if provider.claims.level else PROOFING_MAX)
    if shown is None or not (held.isascii() and held.isdecimal()):
        raise NotAllowed("identity.level_not_shown")
    if not 0 < int(held[:3]) <= PROOFING_MAX:
        raise NotAllowed("identity.level_not_shown")
    return Assurance(proofing=min(shown.proofing, int(held)), authentication=shown.authentication)


def in_order(roles: Collection[str]) -> tuple[Role, ...]:
    """Roles in an organisation as they are always told; words that are none are left out."""
    return tuple(role for role in REPRESENTATIVE if role in roles)


def check_shown(account: Account, needed: Assurance) -> None:
    """An answer that shows less than was asked for opens nothing: no silent downgrade."""
    if needed == ORDINARY or account.organisation:
        return
    if account.assurance is None or not account.assurance.reaches(needed):
        raise NotAllowed("identity.level_not_shown")


def check_again(attempt: Attempt, claims: Mapping[str, Any], attempt_seconds: int) -> None:
    """Who was to sign in anew did so after they were sent, where the provider says when it was."""
    if attempt.is_again and "auth_time" in claims:
        begun = attempt.until - attempt_seconds
        _must(_seconds(claims, "auth_time") > begun - SKEW_SECONDS_MAX)


def provider_sid(claims: Mapping[str, Any]) -> str | None:
    """What the provider calls its own session, where it says."""
    sid = claims.get("sid")
    return sid if _is_subject(sid) else None


def acr_asked(provider: Provider, needed: Assurance) -> str:
    """The contexts that reach what is needed; for an ordinary sign-in all, in the pack's order."""
    order = list(provider.acr)
    if needed != ORDINARY:
        order = [one for one in order if provider.acr[one].reaches(needed)]
        order.sort(key=lambda one: (provider.acr[one].authentication, provider.acr[one].proofing))
    return " ".join(order)


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


# ---- officers' keys, and where a session was opened

_CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH, _CODE_GROUP = 24, 4
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_BROWSERS = (
    ("coc_coc_browser/", "Cốc Cốc"), ("Edg", "Edge"), ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Macintosh", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def new_code() -> str:
    """An enrolment code: 120 random bits in groups that survive handwriting and a telephone."""
    letters = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
    return "-".join(letters[i : i + _CODE_GROUP] for i in range(0, _CODE_LENGTH, _CODE_GROUP))


def code_digest(typed: str) -> bytes:
    """However it was typed: small letters, without the strokes, O for 0."""
    return digest(re.sub(r"[\W_]", "", typed[:100]).upper().translate(_MISREAD))


def device(user_agent: str) -> str | None:
    """Browser and system by their own names, for whoever looks through their own sessions."""
    named = [
        next((name for mark, name in marks if mark in user_agent), None)
        for marks in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(one for one in named if one) or None


def is_recent(signed_in_at: datetime | None, now: datetime, within: timedelta) -> bool:
    return signed_in_at is not None and now - signed_in_at <= within
