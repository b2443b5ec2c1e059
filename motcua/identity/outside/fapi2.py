"""FAPI 2.0: what is asked is pushed beforehand, and tokens are bound to a key of the city."""

from typing import Any

import msgspec

from motcua.base.errors import Invalid, NotAllowed
from motcua.identity.model import Attempt
from motcua.identity.outside import proofs
from motcua.identity.outside.keys import dpop_key
from motcua.identity.outside.oidc import Granted, Oidc
from motcua.identity.outside.partner import Reply, with_query

REQUEST_SECONDS_MIN, REQUEST_SECONDS_MAX = 5, 600
"""How long a pushed question waits (FAPI 2.0, 5.3.2.2)."""


class Pushed(msgspec.Struct, frozen=True):
    request_uri: str
    expires_in: int


class Fapi2(Oidc):
    """The browser carries the name of a question and nothing of it; a stolen token is no use."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._dpop_key = dpop_key(self.settings)
        self._nonces: dict[str, str] = {}
        """The last that each address asked for (RFC 9449, 8)."""

    async def address(self, attempt: Attempt, challenge: str, acr_values: str) -> str:
        question = self._question(attempt, challenge, acr_values)
        # The code, too, serves nobody without the key (RFC 9449, 10).
        question["dpop_jkt"] = proofs.thumbprint(self._dpop_key)
        where = await self._endpoint("pushed_authorization_request_endpoint")
        reply = await self._fetch("POST", where, data=question | self._client())
        if reply.status != 201:
            raise Invalid("identity.provider_refused")
        try:
            pushed = msgspec.convert(reply.told, Pushed)
        except msgspec.ValidationError:
            raise self._down() from None
        if not REQUEST_SECONDS_MIN <= pushed.expires_in <= REQUEST_SECONDS_MAX:
            raise self._down()
        endpoint = await self._endpoint("authorization_endpoint")
        named = {"client_id": self.described.client_id, "request_uri": pushed.request_uri}
        return with_query(endpoint, named)

    async def _redeem(self, code: str, verifier: str) -> Granted:
        granted = await super()._redeem(code, verifier)
        if granted.token_type.lower() != "dpop":  # a bearer token is anybody's
            raise NotAllowed("identity.token_refused")
        return granted

    async def _token(self, form: dict[str, str]) -> Reply:
        endpoint = await self._endpoint("token_endpoint")
        return await self._proving("POST", endpoint, None, data=form)

    async def _user_info(self, access_token: str) -> dict[str, Any]:
        endpoint = await self._endpoint("userinfo_endpoint")
        reply = await self._proving("GET", endpoint, access_token)
        if reply.status != 200:
            raise NotAllowed("identity.token_refused")
        return reply.told

    async def _proving(
        self, method: str, address: str, token: str | None, data: dict[str, str] | None = None
    ) -> Reply:
        """One question with its proof; asked again, once, where the provider wants its nonce."""
        for is_again in (False, True):
            nonce = self._nonces.get(address)
            head = {"dpop": proofs.proof(self._dpop_key, method, address, token, nonce)}
            if token is not None:
                head["authorization"] = f"DPoP {token}"
            # Each try proves anew who asks: an assertion serves once.
            sent = {"data": data | self._client()} if data is not None else {}
            reply = await self._fetch(method, address, headers=head, **sent)
            fresh = reply.head.get("dpop-nonce")
            if fresh:
                self._nonces[address] = fresh
            if is_again or reply.told.get("error") != "use_dpop_nonce" or not fresh:
                break
        return reply
