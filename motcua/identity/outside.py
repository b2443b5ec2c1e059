"""The OpenID providers: their addresses, their keys, and the city's own key towards them."""

import asyncio
import os
import secrets
import ssl
import tempfile
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from motcua.base import clock
from motcua.base.errors import Invalid, NotAllowed, Unavailable
from motcua.base.settings import Settings
from motcua.db import City
from motcua.identity.model import IdentityPack, Provider, Realm

ALGORITHMS = ["ES256", "RS256"]
CONNECT_SECONDS_MAX = 3
ANSWER_SECONDS_MAX = 8
ANSWER_BYTES_MAX = 262_144
KEYS_SECONDS = 3600
KEYS_AGAIN_SECONDS = 60
"""An unknown `kid` fetches the keys again, but nobody can make us do it more often than this."""
DOWN_SECONDS = 5
"""After a failure nobody waits for the same failure again."""
ASSERTION_SECONDS = 60
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CALLBACKS: dict[Realm, str] = {
    "residents": "/sign-in/callback",
    "officers": "/desk/sign-in/callback",
}
DEMO_PARTS: dict[Realm, str] = {"residents": "eid", "officers": "staff"}

UNREADABLE = (ValueError, TypeError, RecursionError, msgspec.DecodeError)
"""What reading a stranger's token ends in where it is no base64, no JSON, nested without end, or
has members of the wrong kind."""

Key = ECKey | RSAKey


class Verified(msgspec.Struct, frozen=True):
    """A token whose signature is the provider's. Nothing else about it has been checked."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]


class Granted(msgspec.Struct, frozen=True):
    id_token: str
    access_token: str


class Partner:
    """One provider and what we remember of it."""

    def __init__(self, settings: Settings, realm: Realm, described: Provider) -> None:
        self.settings = settings
        self.realm = realm
        self.described = described
        self._described_issuer = described.issuer
        if settings.demo:
            port = settings.demo_port(DEMO_PARTS[realm])
            self._described_issuer = f"http://localhost:{port}"
        self._metadata: dict[str, Any] | None = None
        self._keys: dict[str, Key] = {}
        self._keys_due = 0.0
        self._keys_again = 0.0
        self._lock = asyncio.Lock()

    @property
    def issuer(self) -> str:
        if self._described_issuer is None:
            raise Unavailable("identity.no_provider", register=self.described.id)
        return self._described_issuer

    def is_called(self, issuer: object) -> bool:
        return self._described_issuer is not None and issuer == self._described_issuer

    @property
    def callback(self) -> str:
        return self.settings.public_url + CALLBACKS[self.realm]

    async def address(self, **asked: str) -> str:
        """Where the browser goes to sign in."""
        endpoint = await self._endpoint("authorization_endpoint")
        question = {
            "client_id": self.described.client_id,
            "redirect_uri": self.callback,
            "response_type": "code",
            "scope": self.described.scope,
            "code_challenge_method": "S256",
            **{name: value for name, value in asked.items() if value},
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(question)}"

    async def redeem(self, code: str, verifier: str) -> Granted:
        """The tokens for a code; Invalid where the provider does not honour it."""
        endpoint = await self._endpoint("token_endpoint")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "code_verifier": verifier,
            "client_id": self.described.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(),
        }
        status, answer = await self._fetch("POST", endpoint, data=form)
        if status != 200:
            raise Invalid("identity.code_refused")
        try:
            return msgspec.convert(answer, Granted)
        except msgspec.ValidationError:
            raise self._down() from None

    async def claims(self, access_token: str) -> dict[str, Any]:
        """What the user-info address says; it belongs to the subject that it names."""
        endpoint = await self._endpoint("userinfo_endpoint")
        signed = {"authorization": f"Bearer {access_token}"}
        status, answer = await self._fetch("GET", endpoint, headers=signed)
        if status != 200:
            raise NotAllowed("identity.token_refused")
        return answer

    async def verify(self, token: str) -> Verified:
        """The signature, by a key of the provider; anything else is refused."""
        key = await self._key(_kid(token))
        try:
            read = jwt.decode(token, key, algorithms=ALGORITHMS, registry=_registry())
        except (JoseError, *UNREADABLE):
            raise NotAllowed("identity.token_refused") from None
        return Verified(read.header, read.claims)

    async def _key(self, kid: str | None) -> Key:
        now = clock.now().timestamp()
        async with self._lock:
            is_known = kid in self._keys if kid else len(self._keys) == 1
            if now > self._keys_again and (not is_known or now > self._keys_due):
                await self._learn_keys(now)
        if kid is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        if not self._keys:
            raise self._down()
        if kid is None or kid not in self._keys:
            raise NotAllowed("identity.token_refused")
        return self._keys[kid]

    async def _learn_keys(self, now: float) -> None:
        self._keys_again = now + DOWN_SECONDS
        try:
            _, answer = await self._fetch("GET", await self._endpoint("jwks_uri"))
        except Unavailable:
            if not self._keys:
                raise
            return  # the keys we have were good an hour ago
        self._keys = _usable(answer.get("keys"))
        self._keys_due = now + KEYS_SECONDS
        self._keys_again = now + KEYS_AGAIN_SECONDS

    async def _endpoint(self, name: str) -> str:
        if self._metadata is None:
            status, found = await self._fetch(
                "GET", f"{self.issuer}/.well-known/openid-configuration"
            )
            # OpenID Connect Discovery 4.3: it must speak of itself.
            if status != 200 or found.get("issuer") != self.issuer:
                raise self._down()
            self._metadata = found
        endpoint = self._metadata.get(name)
        if not isinstance(endpoint, str) or not self._is_safe(endpoint):
            raise self._down()
        return endpoint

    def _is_safe(self, address: str) -> bool:
        parts = urlsplit(address)
        return parts.scheme == "https" or (self.settings.demo and parts.hostname == "localhost")

    async def _fetch(self, method: str, url: str, **sent: Any) -> tuple[int, dict[str, Any]]:
        """One bounded exchange. Redirects are not followed: they would carry secrets away."""
        waits = httpx.Timeout(ANSWER_SECONDS_MAX, connect=CONNECT_SECONDS_MAX)
        body = bytearray()
        try:
            async with (
                asyncio.timeout(ANSWER_SECONDS_MAX),
                httpx.AsyncClient(timeout=waits, verify=_tls(), trust_env=False) as client,
                client.stream(method, url, **sent) as answer,
            ):
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > ANSWER_BYTES_MAX:
                        raise self._down()
            told = msgspec.json.decode(bytes(body))
        except (httpx.HTTPError, TimeoutError, msgspec.DecodeError):
            raise self._down() from None
        if answer.status_code >= 500 or not isinstance(told, dict):
            raise self._down()
        return answer.status_code, told

    def _assertion(self) -> str:
        """private_key_jwt (RFC 7523): no shared secret to leak."""
        now, key = int(clock.now().timestamp()), client_key(self.settings)
        claims = {
            "iss": self.described.client_id,
            "sub": self.described.client_id,
            "aud": self.issuer,
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
            "jti": secrets.token_urlsafe(16),
        }
        return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key)

    def _down(self) -> Unavailable:
        return Unavailable("identity.provider_down", register=self.described.id)


class Providers:
    """`city[Providers]`: who signs residents in, and who signs officers in."""

    def __init__(self, settings: Settings, described: IdentityPack) -> None:
        self.cookie_key = _kept(settings.keys / "identity-cookie.key", lambda: os.urandom(32))
        self.residents = Partner(settings, "residents", described.residents)
        self.officers = Partner(settings, "officers", described.officers)
        client_key(settings)

    @classmethod
    def of(cls, city: City) -> "Providers":
        return cls(city.settings, city.pack.file("identity", IdentityPack))

    def __getitem__(self, realm: Realm) -> Partner:
        return self.officers if realm == "officers" else self.residents


def client_key(settings: Settings) -> ECKey:
    """The city's own key towards its providers; they are given the public part beside it."""

    def made() -> bytes:
        key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        return msgspec.json.encode(key.as_dict(private=True))

    kept = msgspec.json.decode(_kept(settings.keys / "identity-client.jwk", made))
    key = ECKey.import_key(kept)
    public = msgspec.json.encode(key.as_dict(private=False))
    _kept(settings.keys / "identity-client.public.jwk", lambda: public)
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


def _kid(token: str) -> str | None:
    header, _, _ = token.partition(".")
    try:
        read = msgspec.json.decode(_unpacked(header))
    except UNREADABLE:
        raise NotAllowed("identity.token_refused") from None
    kid = read.get("kid") if isinstance(read, dict) else None
    return kid if isinstance(kid, str) else None


def _unpacked(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _usable(told: object) -> dict[str, Key]:
    """The provider's signing keys that we can use, by their `kid`."""
    kinds: dict[object, type[Key]] = {"EC": ECKey, "RSA": RSAKey}
    found: dict[str, Key] = {}
    for one in told if isinstance(told, list) else []:
        kind = kinds.get(one.get("kty")) if isinstance(one, dict) else None
        if kind is None or one.get("use", "sig") != "sig" or one.get("crv", "P-256") != "P-256":
            continue
        public = {k: v for k, v in one.items() if k in ("kty", "crv", "x", "y", "n", "e", "kid")}
        try:
            found[str(one.get("kid", ""))] = kind.import_key(public)
        except (JoseError, ValueError):
            continue
    return found


@cache
def _registry() -> JWSRegistry:
    return JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
