"""DEMONSTRATION e-ID: an OpenID provider whose accounts are the sample people and need no password.

One program, two realms (residents, officers), each its own process, port and key.
"""

import argparse
import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
import uvicorn
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body
from litestar.response import Redirect

from motcua.base import clock, settings
from motcua.base.errors import Invalid, NotFound
from motcua.base.pack import Pack
from motcua.base.settings import Settings
from motcua.base.text import Text
from motcua.demo import people
from motcua.demo.people import SamplePerson
from motcua.identity.model import IdentityPack, Provider

CLIENT = "motcua"
CODE_SECONDS = 60
TOKEN_SECONDS = 3600
ID_TOKEN_SECONDS = 300
CODES_MAX = 1000
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
PARTS = {"residents": "eid", "officers": "staff"}
CALLBACKS = {"residents": "/sign-in/callback", "officers": "/desk/sign-in/callback"}
ACR = {"loa1": 1, "loa2": 2, "loa3": 2, "loa4": 2}
"""How one signs in here, and the level of account that it takes."""
SENT = ("client_id", "redirect_uri", "response_type", "scope", "state", "nonce",
        "code_challenge", "code_challenge_method", "acr_values")  # fmt: skip


class Grant(msgspec.Struct):
    """What a code stands for. Kept after its use, so that a second use can be punished."""

    account: str
    redirect_uri: str
    challenge: str
    nonce: str | None
    acr: str | None
    until: datetime
    token_id: str | None = None
    bound_to: str | None = None
    """The thumbprint of the key without which the code is worth nothing (RFC 9449, 10)."""


class Realm:
    """One provider: who may sign in here, with which key, and what was granted lately."""

    more: Sequence[SamplePerson] = ()
    """Accounts that only this provider knows."""
    sent: Sequence[str] = SENT
    """What the browser brings, and its page repeats."""

    def __init__(self, settings: Settings, name: str) -> None:
        self.settings = settings
        self.name = name
        self.key = _key(settings, name)
        here = settings.desk_origin if name == "officers" else settings.public_url
        self.callback = here + CALLBACKS[name]
        self.grants: OrderedDict[str, Grant] = OrderedDict()
        self.revoked: set[str] = set()
        self.assertions: OrderedDict[str, None] = OrderedDict()

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.settings.demo_port(PARTS[self.name])}"

    def accounts(self) -> list[dict[str, Any]]:
        """The buttons of the sign-in page: people, then people in an organisation's name."""
        known = [*people.people(self.settings), *self.more]
        if self.name == "officers":
            return [_button(one) for one in known if one.kind == "officer"]
        firms = [one for one in known if one.represented_by]
        own = [_button(one) for one in known if one.level]
        return own + [_button(person_of(self, f"{f.represented_by}")[0], f) for f in firms]

    def shown(self, account: str, asked: str) -> str | None:
        """How the sign-in is done: as asked first among what this account can show. Who is asked
        for more than they have shows what they have, and the city must notice."""
        person, firm = person_of(self, account)
        if self.name == "officers" or firm:
            return None
        can = [acr for acr, level in ACR.items() if level <= (person.level or 0)]
        return next((acr for acr in asked.split() if acr in can), can[-1])

    def claims(self, account: str, level: int | None = None) -> dict[str, Any]:
        """What the provider says about the account; the names are those of the national e-ID."""
        person, firm = person_of(self, account)
        if self.name == "officers":
            return {"name": person.name, "email": person.email, "preferred_username": person.id}
        claims = {
            "citizenPid": person.number,
            "fullName": person.name,
            "birthDate": str(person.birth_date),
            "email": person.email,
            "phoneNumber": person.phone,
        }
        if firm:
            organisation = {"taxCode": firm.number, "name": firm.name}
            return claims | {"accountType": "organisation", "organisation": organisation}
        return claims | {
            "accountType": "citizen",
            "accountLevel": min(level or 2, person.level or 0),
        }

    def question(self, brought: Mapping[str, str], is_answered: bool) -> dict[str, str]:
        """What the city asks, by what the browser brings. `is_answered`: for the last time."""
        return {name: brought.get(name, "") for name in SENT}

    def returned(self, answer: dict[str, str]) -> dict[str, str]:
        """What the browser takes back: an answer names who gives it (RFC 9207)."""
        return {**answer, "iss": self.issuer}

    def access_token(
        self,
        account: str,
        token_id: str,
        level: int | None = None,
        acr: str | None = None,
        bound_to: str | None = None,
    ) -> str:
        claims = self.claims(account, level)
        given = self._proof(account, claims, TOKEN_SECONDS, acr)
        own = {"aud": CLIENT, "client_id": CLIENT, "jti": token_id, **claims}
        bound = {"cnf": {"jkt": bound_to}} if bound_to else {}
        return self._sign(given | own | bound, "at+jwt")

    def id_token(self, account: str, nonce: str | None, acr: str | None = None) -> str:
        given = self._proof(account, self.claims(account), ID_TOKEN_SECONDS, acr)
        return self._sign({**given, "aud": CLIENT, "nonce": nonce}, "JWT")

    def _proof(
        self, account: str, claims: dict[str, Any], seconds: int, acr: str | None
    ) -> dict[str, Any]:
        now = int(clock.now().timestamp())
        person, _ = person_of(self, account)
        given = {"iss": self.issuer, "sub": person.subject, "iat": now, "exp": now + seconds}
        level = claims.get("accountLevel")
        return given | ({"acr": acr or f"loa{level}"} if level else {})

    def _sign(self, claims: dict[str, Any], kind: str) -> str:
        told = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "ES256", "kid": self.key.kid, "typ": kind}, told, self.key)


def mint(
    settings: Settings, person_id: str, level: int | None = None, organisation: str | None = None
) -> str:
    """What `motcua token` prints: an access token as the provider would give, running or not."""
    person = people.person(settings, person_id)
    realm = Realm(settings, "officers" if person.kind == "officer" else "residents")
    account = f"{person_id}@{organisation}" if organisation else person_id
    return realm.access_token(account, secrets.token_urlsafe(16), level)


def person_of(realm: Realm, account: str) -> tuple[SamplePerson, SamplePerson | None]:
    """`an`, or `an@thu-nghiem`: An in the organisation's name."""
    name, _, firm = account.partition("@")
    own = (one for one in realm.more if one.id == name)
    person = next(own, None) or people.person(realm.settings, name)
    has_account = person.kind == "officer" if realm.name == "officers" else person.level
    if not has_account:
        raise NotFound("demo.no_account", person=name)
    organisation = people.person(realm.settings, firm) if firm else None
    if organisation and organisation.kind != "organisation":
        raise NotFound("demo.no_account", person=firm)
    return person, organisation


def _button(person: SamplePerson, firm: SamplePerson | None = None) -> dict[str, Any]:
    if firm:
        role = Text(vi=f"{firm.name}: tài khoản tổ chức", en="organisation account")
        return {"account": f"{person.id}@{firm.id}", "name": person.name, "role": role}
    return {"account": person.id, "name": person.name, "role": person.role}


def _key(settings: Settings, realm: str) -> ECKey:
    path = settings.keys / f"eid-{realm}.jwk"
    if not path.exists():
        settings.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = ECKey.generate_key("P-256", auto_kid=True)
        people.write_once(path, msgspec.json.encode(made.as_dict(private=True)))
    return ECKey.import_key(msgspec.json.decode(path.read_bytes()))


# ---- what a browser and the city's server ask of it


@get("/.well-known/openid-configuration")
async def discovery(state: State) -> dict[str, Any]:
    return described(state.realm.issuer)


def described(issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "acr_values_supported": list(ACR),
        "scopes_supported": ["openid"],
    }


@get("/jwks")
async def jwks(state: State) -> dict[str, Any]:
    return {"keys": [state.realm.key.as_dict(private=False) | {"use": "sig", "alg": "ES256"}]}


@get("/authorize")
async def ask(request: Request[Any, Any, Any], state: State) -> Response[Any]:
    brought, realm = request.query_params, state.realm
    refused = _refused(realm, realm.question(brought, is_answered=False))
    if refused:
        return refused
    given = {name: brought.get(name, "") for name in realm.sent}
    page = state.page.render(realm=realm.name, accounts=realm.accounts(), given=given)
    return _page(page, 200)


@post("/authorize")
async def choose(
    data: Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)],
    state: State,
) -> Response[Any]:
    realm: Realm = state.realm
    given = realm.question(data, is_answered=True)
    refused = _refused(realm, given)
    if refused:
        return refused
    account = data.get("account", "")
    if account not in {button["account"] for button in realm.accounts()}:
        return _back(realm, given, error="access_denied")
    code = secrets.token_urlsafe(32)
    realm.grants[code] = Grant(
        account=account,
        redirect_uri=given["redirect_uri"],
        challenge=given["code_challenge"],
        nonce=given["nonce"] or None,
        acr=realm.shown(account, given["acr_values"]),
        until=clock.now() + timedelta(seconds=CODE_SECONDS),
        bound_to=given.get("dpop_jkt"),
    )
    while len(realm.grants) > CODES_MAX:
        realm.grants.popitem(last=False)
    return _back(realm, given, code=code)


def _refused(realm: Realm, given: dict[str, str]) -> Response[Any] | None:
    """An unknown client or address is told here; other faults go back to the client (RFC 6749)."""
    if not is_from_the_city(realm, given):
        return _page("DEMONSTRATION: unknown client or redirect_uri.", 400)
    fault = fault_of(given)
    return _back(realm, given, error=fault) if fault else None


def is_from_the_city(realm: Realm, given: dict[str, str]) -> bool:
    return given["client_id"] == CLIENT and given["redirect_uri"] == realm.callback


def fault_of(given: dict[str, str]) -> str | None:
    """What is wrong with a question of the city, in the standard's words."""
    if given["response_type"] != "code":
        return "unsupported_response_type"
    if "openid" not in given["scope"].split():
        return "invalid_scope"
    if given["code_challenge_method"] != "S256" or not 43 <= len(given["code_challenge"]) <= 128:
        return "invalid_request"
    return None


def _back(realm: Realm, given: dict[str, str], **answer: str) -> Response[Any]:
    told = realm.returned(answer)
    if given["state"]:
        told["state"] = given["state"]
    return Redirect(f"{given['redirect_uri']}?{urlencode(told)}", status_code=303)


def _page(html: str, status: int) -> Response[Any]:
    safe = {
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
        "frame-ancestors 'none'; base-uri 'none'",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return Response(html, status_code=status, media_type="text/html", headers=safe)


@post("/token", status_code=200)
async def token(
    data: Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)],
    state: State,
) -> Response[dict[str, Any]]:
    grant = granted(state.realm, data)
    return grant if isinstance(grant, Response) else tokens(state.realm, grant)


def tokens(realm: Realm, grant: Grant) -> Response[dict[str, Any]]:
    assert grant.token_id
    answer = {
        "access_token": realm.access_token(
            grant.account, grant.token_id, acr=grant.acr, bound_to=grant.bound_to
        ),
        "id_token": realm.id_token(grant.account, grant.nonce, grant.acr),
        "token_type": "DPoP" if grant.bound_to else "Bearer",
        "expires_in": TOKEN_SECONDS,
    }
    return Response(answer, headers={"Cache-Control": "no-store"})


def granted(realm: Realm, data: dict[str, str]) -> Grant | Response[dict[str, Any]]:
    """What the code stands for, now used; or the refusal (RFC 6749, 5.2)."""
    if not is_client(realm, data):
        return Response({"error": "invalid_client"}, status_code=401)
    try:
        grant = _redeem(realm, data)
    except Invalid:
        return Response({"error": "invalid_grant"}, status_code=400)
    grant.token_id = secrets.token_urlsafe(16)
    return grant


def is_client(realm: Realm, data: dict[str, str]) -> bool:
    try:
        _authenticate(realm, data)
    except (JoseError, ValueError, KeyError, FileNotFoundError):
        return False
    return True


def _authenticate(realm: Realm, data: dict[str, str]) -> None:
    """private_key_jwt (RFC 7523). The client's public key lies in the data folder both share."""
    if data["client_assertion_type"] != ASSERTION_TYPE:
        raise ValueError("another kind of assertion")
    key = ECKey.import_key(
        msgspec.json.decode((realm.settings.keys / "identity-client.public.jwk").read_bytes())
    )
    claims = jwt.decode(data["client_assertion"], key, algorithms=["ES256"]).claims
    jwt.JWTClaimsRegistry(
        now=int(clock.now().timestamp()),
        leeway=120,
        iss={"essential": True, "value": CLIENT},
        sub={"essential": True, "value": CLIENT},
        aud={"essential": True, "values": [realm.issuer, f"{realm.issuer}/token"]},
        exp={"essential": True},
        jti={"essential": True},
    ).validate(claims)
    if claims["jti"] in realm.assertions:
        raise ValueError("used before")
    realm.assertions[claims["jti"]] = None
    while len(realm.assertions) > CODES_MAX:
        realm.assertions.popitem(last=False)


def _redeem(realm: Realm, data: dict[str, str]) -> Grant:
    grant = realm.grants.get(data.get("code", ""))
    if grant is None or data.get("grant_type") != "authorization_code":
        raise Invalid("demo.invalid_grant")
    if grant.token_id:  # used twice: one of the two is a thief, so neither keeps it
        realm.revoked.add(grant.token_id)
        raise Invalid("demo.invalid_grant")
    challenge = _s256(data.get("code_verifier", ""))
    same = challenge == grant.challenge and data.get("redirect_uri") == grant.redirect_uri
    if not same or clock.now() > grant.until:
        raise Invalid("demo.invalid_grant")
    return grant


def _s256(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@get("/userinfo")
async def userinfo(request: Request[Any, Any, Any], state: State) -> Response[dict[str, Any]]:
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    return told(known(state.realm, given))


def known(realm: Realm, given: str) -> dict[str, Any]:
    """What a token of ours says; nothing, where it is over or was never given."""
    try:
        claims = jwt.decode(given, realm.key, algorithms=["ES256"]).claims
        jwt.JWTClaimsRegistry(now=int(clock.now().timestamp())).validate(claims)
    except (JoseError, ValueError):
        return {}
    return claims if claims.get("jti") not in {None, *realm.revoked} else {}


def told(claims: dict[str, Any]) -> Response[dict[str, Any]]:
    """What user-info says to whoever shows such a token."""
    if not claims:
        return Response({"error": "invalid_token"}, status_code=401)
    private = {"iss", "aud", "client_id", "jti", "iat", "exp", "cnf"}
    return Response({name: value for name, value in claims.items() if name not in private})


OPEN_ID: tuple[HTTPRouteHandler, ...] = (discovery, jwks, ask, choose, token, userinfo)


def app(realm: Realm, handlers: Sequence[HTTPRouteHandler] = OPEN_ID) -> Litestar:
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    return Litestar(
        [*handlers],
        state=State({"realm": realm, "page": pages.get_template("eid.html")}),
        openapi_config=None,
        request_max_body_size=65_536,
    )


def _app_of(settings: Settings, realm: str) -> Litestar:
    """In the shape that the pack says its provider has."""
    provider: Provider = getattr(Pack(settings.pack).file("identity", IdentityPack), realm)
    if provider.wire == "envelope":
        from motcua.demo import envelope  # which is made of this module

        return envelope.app(settings, realm)
    if provider.wire == "fapi2":
        from motcua.demo import fapi2

        return fapi2.app(settings, realm)
    return app(Realm(settings, realm))


def main() -> None:
    read = argparse.ArgumentParser(prog="motcua.demo.eid", description=__doc__)
    read.add_argument("--realm", choices=sorted(PARTS), required=True)
    read.add_argument("--port", type=int, required=True)
    read.add_argument("--data", required=True)
    read.add_argument("--pack", required=True)
    read.add_argument("--host", default="127.0.0.1")
    given = read.parse_args()
    city_port = given.port - settings.DEMO_STEPS[PARTS[given.realm]]
    known = settings.read(pack=given.pack, data=given.data, port=city_port, demo=True)
    # No access log: its lines would hold codes.
    uvicorn.run(
        _app_of(known, given.realm), host=given.host, port=given.port, access_log=False,
        log_level="warning", timeout_graceful_shutdown=2,
    )  # fmt: skip


if __name__ == "__main__":
    main()
