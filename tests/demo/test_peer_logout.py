"""An independent provider ends our sessions by its own logout token (Back-Channel Logout 1.0)."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import uvicorn

from motcua import identity
from motcua.db.city import City
from motcua.identity import actions
from motcua.identity.outside import Providers
from tests.demo.test_peers import node, peer
from tests.identity.test_pages import application

__all__ = ["node", "peer"]


@asynccontextmanager
async def listening(city: City) -> AsyncIterator[None]:
    """Our own addresses, where the provider finds them."""
    server = uvicorn.Server(
        uvicorn.Config(
            application(city), host="127.0.0.1", port=city.settings.port, log_level="error",
            access_log=False, lifespan="off",
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


async def sign_in(city: City, browser: httpx.AsyncClient) -> actions.SignedIn:
    begun = await actions.begin(city, "residents", "/me")
    answer = await browser.get(begun.address)
    callback = city[Providers].residents.callback
    for _ in range(10):
        to = urljoin(str(answer.url), answer.headers["location"])
        if to.startswith(callback):
            told = dict(parse_qsl(urlsplit(to).query))
            attempt = actions.read_attempt(city, "residents", begun.cookie, told["state"])
            return await actions.finish(city, attempt, told)
        said = {"account": "an", "acr": "loa2"}
        is_question = "/interaction/" in to
        answer = await (browser.post(to, params=said) if is_question else browser.get(to))
    raise AssertionError("it never came back")


async def test_signing_out_over_there_ends_the_session_here_and_no_other(peer: City) -> None:
    issuer = peer[Providers].residents.issuer
    async with (
        listening(peer),
        httpx.AsyncClient() as browser,
        httpx.AsyncClient() as elsewhere,
    ):
        left = await sign_in(peer, browser)
        stays = await sign_in(peer, elsewhere)
        assert left.viewer.person == stays.viewer.person
        asked = await browser.get(f"{issuer}/session/end")
        [xsrf] = re.findall(r'name="xsrf" value="([^"]+)"', asked.text)
        done = await browser.post(
            f"{issuer}/session/end/confirm", data={"xsrf": xsrf, "logout": "yes"}
        )
        assert done.status_code in (200, 302, 303), done.text
        # It tells us before it answers whoever signs out.
        assert await identity.session_viewer(peer, "residents", left.cookie) is None
    assert await identity.session_viewer(peer, "residents", stays.cookie) is not None
