"""A national e-ID that is not quite OpenID Connect: sealed bodies, no ID token, no nonce back.

What the missing ID token would prove is proved otherwise: that the answer belongs to this browser
by `state` and the sealed attempt; that the code was asked for here by PKCE; who says so by the
line, on which the provider's certificate is pinned; for whom by the envelope, which only the
city's key opens.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from motcua.base.errors import Invalid, NotAllowed, Unavailable
from motcua.identity import rules
from motcua.identity.model import Attempt
from motcua.identity.outside.ecb import Envelopes, Refused
from motcua.identity.outside.keys import envelope_key
from motcua.identity.outside.partner import Partner, Reply, with_query


class Envelope(Partner):
    """Tokens for programs it gives none that anybody could check, so `verify` refuses them all."""

    names_its_issuer: ClassVar[bool] = False

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._envelopes = Envelopes(envelope_key(self.settings))

    async def address(self, attempt: Attempt, challenge: str, acr_values: str) -> str:
        question = self._question(attempt, challenge, acr_values)
        return with_query(await self._endpoint("authorization"), question)

    async def told(self, attempt: Attempt, answer: Mapping[str, str]) -> dict[str, Any]:
        try:
            code = answer.get("code", "")
            if "encrypt_key" in answer:
                code = self._envelopes.open_text(code, answer["encrypt_key"])
            granted = self._envelopes.open(await self._granted(code, attempt.verifier))
            told = self._envelopes.open(await self._user_info(granted))
        except Refused:
            raise NotAllowed("identity.token_refused") from None
        rules.subject(self.described, told)
        return told

    async def _granted(self, code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "code_verifier": verifier,
        }
        endpoint = await self._endpoint("token")
        reply = await self._fetch("POST", endpoint, data=form | self._client())
        if reply.status != 200:
            raise Invalid("identity.code_refused")
        return reply.told

    async def _user_info(self, granted: Mapping[str, Any]) -> dict[str, Any]:
        token = granted.get("access_token")
        if not isinstance(token, str):
            raise Refused
        signed = {"authorization": f"Bearer {token}"}
        reply: Reply = await self._fetch("GET", await self._endpoint("userinfo"), headers=signed)
        if reply.status != 200:
            raise NotAllowed("identity.token_refused")
        return reply.told

    async def _endpoint(self, name: str) -> str:
        """From the pack: such a provider describes itself to nobody. Without a pinned certificate
        it is not spoken to at all, since its envelopes do not show whether they were changed."""
        places = self.described.endpoints
        is_pinned = self.settings.demo or self._trusted.exists()
        if places is None or not is_pinned:
            raise Unavailable("identity.no_provider", register=self.described.id)
        address = f"{self.issuer.rstrip('/')}{getattr(places, name)}"
        if not self._is_safe(address):
            raise self._down()
        return address
