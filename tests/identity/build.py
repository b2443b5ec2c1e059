"""A browser for sign-ins, and a provider that can be told to lie."""

import asyncio
import html
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import msgspec
import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey
from litestar import Litestar

from motcua.base.settings import Settings
from motcua.db.city import City
from motcua.demo import eid, envelope
from motcua.demo.eid import Realm as Provider
from motcua.demo.eid import app
from motcua.demo.envelope import Sealing
from motcua.identity import Realm, actions
from motcua.identity.model import IdentityPack
from motcua.identity.outside import Providers

Answer = dict[str, str]
Claims = dict[str, Any]


async def choose(address: str, account: str) -> Answer:
    """Go to the provider, press the account's button, and come back with the answer."""
    async with httpx.AsyncClient() as browser:
        page = await browser.get(address)
        assert page.status_code == 200, page.text
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        form = {name: html.unescape(value) for name, value in hidden.items()} | {"account": account}
        chosen = await browser.post(address.partition("?")[0], data=form)
    assert chosen.status_code == 303, chosen.text
    return dict(parse_qsl(urlsplit(chosen.headers["location"]).query))


async def sign_in(
    city: City, account: str, realm: Realm = "residents", return_to: str | None = None
) -> actions.SignedIn:
    begun = await actions.begin(city, realm, return_to)
    answer = await choose(begun.address, account)
    attempt = actions.read_attempt(city, realm, begun.cookie, answer["state"])
    return await actions.finish(city, attempt, answer)


class Liar(Provider):
    """The demonstration provider with a hook into every token, just before it is signed."""

    twist: Callable[[Claims, str], Claims] = staticmethod(lambda claims, kind: claims)

    def _sign(self, claims: Claims, kind: str) -> str:
        return super()._sign(self.twist(dict(claims), kind), kind)


@asynccontextmanager
async def lying(settings: Settings) -> AsyncIterator[Liar]:
    """Serves the residents' realm of these settings from within the test."""
    liar = Liar(settings, "residents")
    async with serving(settings, app(liar)):
        yield liar


def envelope_app(provider: Sealing) -> Litestar:
    return app(provider, [eid.ask, eid.choose, envelope.token, envelope.userinfo])


@asynccontextmanager
async def serving(settings: Settings, provider: Litestar) -> AsyncIterator[None]:
    """At the place of the residents' e-ID of these settings."""
    server = uvicorn.Server(
        uvicorn.Config(
            provider, host="127.0.0.1", port=settings.demo_port("eid"),
            log_level="error", access_log=False, lifespan="off",
        )
    )  # fmt: skip
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it has no event to wait for
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


def elsewhere(city: City, port: int) -> City:
    """The same city and database with its neighbours at other ports."""
    settings = msgspec.structs.replace(
        city.settings, port=port, public_url=f"http://localhost:{port}"
    )
    other = City(settings, city.pack, city.database.url)
    other.database = city.database
    close_with(city, other._kept)
    return other


def close_with(city: City, kept: dict[Any, Any]) -> None:
    """What was kept there hangs up when this city does."""

    class Closing:
        async def close(self) -> None:
            for one in kept.values():
                if close := getattr(one, "close", None):
                    await close()

    city._kept[Closing] = Closing()


def rewire(city: City, realm: Realm = "residents", **change: Any) -> None:
    """The city's provider as another pack would describe it."""
    pack = city.pack.file("identity", IdentityPack)
    described = msgspec.structs.replace(getattr(pack, realm), **change)
    changed = msgspec.structs.replace(pack, **{realm: described})
    if before := city._kept.pop(Providers, None):
        close_with(city, {Providers: before})
    city._kept[Providers] = Providers(city.settings, changed)


def another_key() -> ECKey:
    return ECKey.generate_key("P-256", auto_kid=True)


def signed_by_a_stranger(token: str) -> str:
    claims = msgspec.json.decode(_unpacked(token.split(".")[1]))
    key = ECKey.generate_key("P-256", auto_kid=True)
    return jwt.encode({"alg": "ES256", "kid": key.kid, "typ": "at+jwt"}, claims, key)


def unsigned(token: str) -> str:
    header = urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').rstrip(b"=").decode()
    return f"{header}.{token.split('.')[1]}."


def with_the_same_kid(token: str) -> str:
    """Signed by a stranger who claims the provider's key id."""
    claims = msgspec.json.decode(_unpacked(token.split(".")[1]))
    kid = msgspec.json.decode(_unpacked(token.split(".")[0]))["kid"]
    key = ECKey.generate_key("P-256")
    return jwt.encode({"alg": "ES256", "kid": kid, "typ": "at+jwt"}, claims, key)


def _unpacked(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
