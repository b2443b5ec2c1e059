"""DEMONSTRATION e-ID by the FAPI 2.0 profile: questions come pushed, tokens are bound to a key.

The same people and the same page as `eid`. Whoever brings a question that was not pushed, a code
without the key that it was asked for with, a proof used before or without our nonce, gets nothing.
"""

import secrets
from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.params import Body

from motcua.base import clock
from motcua.base.settings import Settings
from motcua.demo import eid

QUESTION_SECONDS = 60
PROOF_SECONDS = 60
URN = "urn:ietf:params:oauth:request_uri:"
Asked = Request[Any, Any, Any]


class NonceWanted(Exception):
    """The proof is good but for our nonce (RFC 9449, 8)."""


class Fapi(eid.Realm):
    """Remembers what was pushed, and the proofs of the last minute."""

    sent: Sequence[str] = ("client_id", "request_uri")

    def __init__(self, settings: Settings, name: str) -> None:
        super().__init__(settings, name)
        self.pushed: OrderedDict[str, tuple[dict[str, str], datetime]] = OrderedDict()
        self.proofs: OrderedDict[str, None] = OrderedDict()
        self.nonce = secrets.token_urlsafe(16)

    def push(self, question: dict[str, str]) -> str:
        name = URN + secrets.token_urlsafe(32)
        self.pushed[name] = question, clock.now() + timedelta(seconds=QUESTION_SECONDS)
        while len(self.pushed) > eid.CODES_MAX:
            self.pushed.popitem(last=False)
        return name

    def question(self, brought: Mapping[str, str], is_answered: bool) -> dict[str, str]:
        """Of what the browser brings nothing counts but the name of what was pushed."""
        name = brought.get("request_uri", "")
        question, until = self.pushed.get(name, ({}, clock.now()))
        if is_answered:
            self.pushed.pop(name, None)
        if until <= clock.now() or question["client_id"] != brought.get("client_id"):
            return super().question({}, is_answered)
        return question

    def proved(self, request: Asked, token: str | None = None) -> str:
        """The thumbprint of the key that the caller proves to hold (RFC 9449, 4.3)."""
        given = request.headers.get("dpop", "")
        header = jws.extract_compact(given.encode()).headers()
        key = ECKey.import_key(header["jwk"])
        claims = jwt.decode(given, key, algorithms=["ES256"]).claims
        age = clock.now().timestamp() - claims["iat"]
        is_good = (
            header["typ"] == "dpop+jwt"
            and not key.is_private
            and claims["htm"] == request.method
            and claims["htu"] == f"{self.issuer}{request.url.path}"
            and abs(age) <= PROOF_SECONDS
            and claims.get("ath") == (_hash(token) if token else None)
            and claims["jti"] not in self.proofs
        )
        if not is_good:
            raise ValueError("no proof for this question")
        if claims.get("nonce") != self.nonce:
            raise NonceWanted
        self.proofs[claims["jti"]] = None
        while len(self.proofs) > eid.CODES_MAX:
            self.proofs.popitem(last=False)
        return str(key.thumbprint())


UNPROVED = (JoseError, ValueError, KeyError, TypeError)


@get("/.well-known/openid-configuration")
async def discovery(state: State) -> dict[str, Any]:
    issuer = state.realm.issuer
    return eid.described(issuer) | {
        "pushed_authorization_request_endpoint": f"{issuer}/par",
        "require_pushed_authorization_requests": True,
        "dpop_signing_alg_values_supported": ["ES256"],
    }


@post("/par")
async def push(
    data: Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)],
    state: State,
) -> Response[dict[str, Any]]:
    """Pushed authorization requests (RFC 9126)."""
    realm: Fapi = state.realm
    if not eid.is_client(realm, data):
        return Response({"error": "invalid_client"}, status_code=401)
    question = {name: data.get(name, "") for name in (*eid.SENT, "dpop_jkt")}
    if not eid.is_from_the_city(realm, question) or not question["dpop_jkt"]:
        return Response({"error": "invalid_request"}, status_code=400)
    if fault := eid.fault_of(question):
        return Response({"error": fault}, status_code=400)
    pushed = {"request_uri": realm.push(question), "expires_in": QUESTION_SECONDS}
    return Response(pushed, headers={"Cache-Control": "no-store"})


@post("/token", status_code=200)
async def token(
    request: Asked,
    data: Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)],
    state: State,
) -> Response[dict[str, Any]]:
    realm: Fapi = state.realm
    try:
        held = realm.proved(request)
    except NonceWanted:
        return _with_nonce(realm, 400)
    except UNPROVED:
        return Response({"error": "invalid_dpop_proof"}, status_code=400)
    grant = eid.granted(realm, data)
    if isinstance(grant, Response):
        return grant
    if grant.bound_to != held:
        return Response({"error": "invalid_grant"}, status_code=400)
    return eid.tokens(realm, grant)


@get("/userinfo")
async def userinfo(request: Asked, state: State) -> Response[dict[str, Any]]:
    realm: Fapi = state.realm
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    claims = eid.known(realm, given)
    try:
        held = realm.proved(request, given)
    except NonceWanted:
        return _with_nonce(realm, 401)
    except UNPROVED:
        held = None
    if scheme != "DPoP" or held is None or claims.get("cnf") != {"jkt": held}:
        return Response({"error": "invalid_token"}, status_code=401)
    return eid.told(claims)


def _with_nonce(realm: Fapi, status: int) -> Response[dict[str, Any]]:
    head = {"DPoP-Nonce": realm.nonce, "Cache-Control": "no-store"}
    return Response({"error": "use_dpop_nonce"}, status_code=status, headers=head)


def _hash(token: str) -> str:
    return urlsafe_b64encode(sha256(token.encode()).digest()).rstrip(b"=").decode()


def app(settings: Settings, realm: str) -> Litestar:
    handlers = [discovery, eid.jwks, push, eid.ask, eid.choose, token, userinfo]
    return eid.app(Fapi(settings, realm), handlers)
