"""OpenID Connect as most providers speak it: discovery, a signed ID token, keys that change."""

import asyncio
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from motcua.base import clock
from motcua.base.errors import Invalid, NotAllowed, Unavailable
from motcua.identity import rules
from motcua.identity.model import Attempt
from motcua.identity.outside.partner import UNREADABLE, Partner, Reply, Verified, with_query

ALGORITHMS = ["ES256", "RS256"]
KEYS_SECONDS = 3600
KEYS_AGAIN_SECONDS = 60
"""An unknown `kid` fetches the keys again, but nobody can make us do it more often than this."""
DOWN_SECONDS = 5
"""After a failure nobody waits for the same failure again."""

Key = ECKey | RSAKey


class Granted(msgspec.Struct, frozen=True):
    id_token: str
    access_token: str
    token_type: str = "Bearer"


class Oidc(Partner):
    """Proves by the signed ID token who signed in and how; the rest is what user-info says."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._keys: dict[str, Key] = {}
        self._keys_due = 0.0
        self._keys_again = 0.0
        self._lock = asyncio.Lock()

    async def address(self, attempt: Attempt, challenge: str, acr_values: str) -> str:
        endpoint = await self._endpoint("authorization_endpoint")
        return with_query(endpoint, self._question(attempt, challenge, acr_values))

    async def told(self, attempt: Attempt, answer: Mapping[str, str]) -> dict[str, Any]:
        granted = await self._redeem(answer.get("code", ""), attempt.verifier)
        token = await self.verify(granted.id_token)
        now = clock.now().timestamp()
        rules.check_id_token(
            token.header, token.claims, self.described, self.issuer, attempt.nonce, now
        )
        told = await self._user_info(granted.access_token)
        if told.get("sub") != token.claims["sub"]:  # OpenID Connect Core 5.3.2
            raise NotAllowed("identity.token_refused")
        # How this sign-in was done, and in which session, is said by the signed token alone.
        proved = {"sid", "auth_time", self.described.claims.acr.partition(".")[0]}
        rest = {name: value for name, value in told.items() if name not in proved}
        return rest | {name: token.claims[name] for name in proved & token.claims.keys()}

    async def _redeem(self, code: str, verifier: str) -> Granted:
        """The tokens for a code; Invalid where the provider does not honour it."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "code_verifier": verifier,
        }
        reply = await self._token(form)
        if reply.status != 200:
            raise Invalid("identity.code_refused")
        try:
            return msgspec.convert(reply.told, Granted)
        except msgspec.ValidationError:
            raise self._down() from None

    async def _token(self, form: dict[str, str]) -> Reply:
        endpoint = await self._endpoint("token_endpoint")
        return await self._fetch("POST", endpoint, data=form | self._client())

    async def _user_info(self, access_token: str) -> dict[str, Any]:
        """What the user-info address says; it belongs to the subject that it names."""
        endpoint = await self._endpoint("userinfo_endpoint")
        signed = {"authorization": f"Bearer {access_token}"}
        reply = await self._fetch("GET", endpoint, headers=signed)
        if reply.status != 200:
            raise NotAllowed("identity.token_refused")
        return reply.told

    async def verify(self, token: str) -> Verified:
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
            reply = await self._fetch("GET", await self._endpoint("jwks_uri"))
        except Unavailable:
            if not self._keys:
                raise
            return  # the keys we have were good an hour ago
        self._keys = _usable(reply.told.get("keys"))
        self._keys_due = now + KEYS_SECONDS
        self._keys_again = now + KEYS_AGAIN_SECONDS


def _kid(token: str) -> str | None:
    header, _, _ = token.partition(".")
    try:
        read = msgspec.json.decode(rules.unpacked(header))
    except UNREADABLE:
        raise NotAllowed("identity.token_refused") from None
    kid = read.get("kid") if isinstance(read, dict) else None
    return kid if isinstance(kid, str) else None


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
