"""A provider as the city speaks to it: the contract of every wire, and what all wires share."""

import asyncio
import secrets
import ssl
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec
from joserfc import jwt

from motcua.base import calling, clock
from motcua.base.errors import NotAllowed, Unavailable
from motcua.base.settings import Settings
from motcua.identity.model import Attempt, Provider, Realm
from motcua.identity.outside.keys import client_key

CONNECT_SECONDS_MAX = 3
ANSWER_SECONDS_MAX = 8
ANSWER_BYTES_MAX = 262_144
CONNECTIONS_MAX = 20
ASSERTION_SECONDS = 60
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CALLBACKS: dict[Realm, str] = {
    "residents": "/sign-in/callback",
    "officers": "/desk/sign-in/callback",
}
DEMO_PARTS: dict[Realm, str] = {"residents": "eid", "officers": "staff"}


UNREADABLE = (ValueError, TypeError, RecursionError, msgspec.DecodeError)
"""What reading a stranger's words ends in where they are no base64, no UTF-8, no JSON, nested
without end, or have members of the wrong kind."""


class Verified(msgspec.Struct, frozen=True):
    """A token whose signature is the provider's. Nothing else about it has been checked."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]


class Reply(msgspec.Struct, frozen=True):
    status: int
    told: dict[str, Any]
    head: Mapping[str, str]


class Partner(ABC):
    """One provider. A wire says how it is asked; what comes back is the same from each.

    `told` is to be believed: who signed in and how, as good as signed. Whatever a wire cannot
    prove it refuses.
    """

    names_its_issuer: ClassVar[bool] = True
    """Each of its answers names it (RFC 9207). Where one cannot, the sealed attempt and an address
    of return that no other provider has tell whose answer it is; a wrong name is still refused."""

    def __init__(self, settings: Settings, realm: Realm, described: Provider) -> None:
        self.settings = settings
        self.realm = realm
        self.described = described
        self._described_issuer = described.issuer
        if settings.demo:
            port = settings.demo_port(DEMO_PARTS[realm])
            self._described_issuer = f"http://localhost:{port}"
        self._client_key = client_key(settings)
        self._metadata: dict[str, Any] | None = None
        self._http: calling.Client | None = None
        self._trusted = settings.keys / f"identity-{realm}.ca.pem"

    @abstractmethod
    async def address(self, attempt: Attempt, challenge: str, acr_values: str) -> str:
        """Where the browser goes to sign in."""

    @abstractmethod
    async def told(self, attempt: Attempt, answer: Mapping[str, str]) -> dict[str, Any]:
        """What the provider says about whoever came back; Invalid for a code without worth."""

    async def verify(self, token: str) -> Verified:
        """An access token of its for the city's API: the signature; anything else is refused."""
        raise NotAllowed("identity.token_refused")

    @property
    def issuer(self) -> str:
        if self._described_issuer is None:
            raise Unavailable("identity.no_provider", register=self.described.id)
        return self._described_issuer

    def is_called(self, issuer: object) -> bool:
        return self._described_issuer is not None and issuer == self._described_issuer

    @property
    def callback(self) -> str:
        is_desk = self.realm == "officers"
        here = self.settings.desk_origin if is_desk else self.settings.public_url
        return here + CALLBACKS[self.realm]

    def _question(self, attempt: Attempt, challenge: str, acr_values: str) -> dict[str, str]:
        """What every wire asks (OpenID Connect Core 3.1.2.1, RFC 7636)."""
        asked = {
            "client_id": self.described.client_id,
            "redirect_uri": self.callback,
            "response_type": "code",
            "scope": self.described.scope,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "acr_values": acr_values,
        }
        if attempt.is_again or attempt.needed.authentication or attempt.needed.proofing:
            # That is to sign in anew, not to lean on the session over there.
            asked |= {"prompt": "login", "max_age": "0"}
        return {name: value for name, value in asked.items() if value}

    async def _endpoint(self, name: str) -> str:
        if self._metadata is None:
            reply = await self._fetch("GET", f"{self.issuer}/.well-known/openid-configuration")
            # OpenID Connect Discovery 4.3: it must speak of itself.
            if reply.status != 200 or reply.told.get("issuer") != self.issuer:
                raise self._down()
            self._metadata = reply.told
        endpoint = self._metadata.get(name)
        if not isinstance(endpoint, str) or not self._is_safe(endpoint):
            raise self._down()
        return endpoint

    def _is_safe(self, address: str) -> bool:
        parts = urlsplit(address)
        return parts.scheme == "https" or (self.settings.demo and parts.hostname == "localhost")

    async def _fetch(self, method: str, url: str, **sent: Any) -> Reply:
        """One bounded exchange. Redirects are not followed: they would carry secrets away."""
        body = bytearray()
        try:
            async with (
                asyncio.timeout(ANSWER_SECONDS_MAX),
                self._line().stream(method, url, **sent) as answer,
            ):
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > ANSWER_BYTES_MAX:
                        raise self._down()
            told = msgspec.json.decode(bytes(body))
        except (httpx.HTTPError, TimeoutError, *UNREADABLE):
            raise self._down() from None
        if answer.status_code >= 500 or not isinstance(told, dict):
            raise self._down()
        return Reply(answer.status_code, told, answer.headers)

    def _line(self) -> calling.Client:
        """Kept open between questions: opening it costs more than asking."""
        if self._http is None:
            waits = httpx.Timeout(ANSWER_SECONDS_MAX, connect=CONNECT_SECONDS_MAX)
            declared = [self.issuer, *self.described.hosts]
            trusted = _trust(self._trusted)
            self._http = calling.client(declared, waits, CONNECTIONS_MAX, trusted)
        return self._http

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()

    def _client(self) -> dict[str, str]:
        """Who asks, by private_key_jwt (RFC 7523): no shared secret to leak."""
        now = int(clock.now().timestamp())
        claims = {
            "iss": self.described.client_id,
            "sub": self.described.client_id,
            "aud": self.issuer,
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
            "jti": secrets.token_urlsafe(16),
        }
        header = {"alg": "ES256", "kid": self._client_key.kid}
        return {
            "client_id": self.described.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": jwt.encode(header, claims, self._client_key),
        }

    def _down(self) -> Unavailable:
        return Unavailable("identity.provider_down", register=self.described.id)


def with_query(address: str, question: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(question)}"


@cache
def _trust(authorities: Path) -> ssl.SSLContext:
    """The system's authorities; where the city keeps a file of its provider's, those alone."""
    if not authorities.exists():
        return calling.trust()
    context = calling.trust(authorities)
    # The file may hold the very certificate of the provider.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
