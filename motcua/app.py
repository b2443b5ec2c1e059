"""The entrance of the web: pages and API of every room in one process."""

import argparse
import asyncio
import gc
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

import uvicorn
from litestar import Litestar, MediaType, Request, Response, Router, get
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import Scope

from motcua import __version__, cases, identity, web
from motcua.base import log, settings
from motcua.base.errors import NotFound, Unavailable
from motcua.base.pack import Pack
from motcua.base.settings import Settings
from motcua.cases import api as cases_api
from motcua.cases import jobs as _cases_jobs  # noqa: F401 - declares what follows an event
from motcua.cases import pages as cases_pages
from motcua.db import City
from motcua.db.events import Listener
from motcua.db.migrate import app_url
from motcua.documents import api as documents_api
from motcua.documents import pages as documents_pages
from motcua.identity import Viewer
from motcua.identity import api as identity_api
from motcua.identity import pages as identity_pages
from motcua.notices import jobs as _notices_jobs  # noqa: F401
from motcua.notices import pages as notices_pages
from motcua.payments import api as payments_api
from motcua.payments import pages as payments_pages
from motcua.portal import api as portal_api
from motcua.portal import pages as portal_pages
from motcua.privacy import jobs as _privacy_jobs  # noqa: F401
from motcua.privacy import pages as privacy_pages
from motcua.score import api as score_api
from motcua.score import pages as score_pages
from motcua.web import meters, throttle
from motcua.web.arrival import Arrival
from motcua.web.description import COMPONENTS
from motcua.web.guard import is_desk_page
from motcua.web.site import Site

GRACE_SECONDS = 2
LOOPBACK = ("127.0.0.1", "::1", "testclient")

PUBLIC = {"access": "public"}

PAGES = [
    *cases_pages.routes,
    *documents_pages.routes,
    *identity_pages.routes,
    *notices_pages.routes,
    *payments_pages.routes,
    *portal_pages.routes,
    *privacy_pages.routes,
    *score_pages.routes,
]
API = [
    *cases_api.routes,
    *documents_api.routes,
    *identity_api.routes,
    *payments_api.routes,
    *portal_api.routes,
    *score_api.routes,
]
for _page in PAGES:
    # The description of the API is for programs; people have the pages.
    _page.include_in_schema = _page.paths <= {"/verify/{reference:str}", "/trust.pem"}


@get("/health/live", opt=PUBLIC, include_in_schema=False)
async def live() -> dict[str, str]:
    """This process answers."""
    return {"status": "live"}


@get("/health/ready", opt=PUBLIC, include_in_schema=False)
async def ready(city: NamedDependency[City]) -> dict[str, str]:
    """This process can serve: its database answers too."""
    if not await city.database.is_up():
        raise Unavailable("database.down")
    return {"status": "ready"}


@get("/metrics", opt=PUBLIC, include_in_schema=False, media_type=MediaType.TEXT)
async def metrics(request: Request[Any, Any, Any], city: NamedDependency[City]) -> Response[bytes]:
    """For whoever watches from this machine; a proxy does not pass it on."""
    if request.client and request.client.host not in LOOPBACK:
        raise NotFound("web.not_found")
    return Response(await meters.read(city), media_type="text/plain; version=0.0.4")


def build(city: City) -> Litestar:
    """The application of one city. Opens its database when it starts."""
    throttle.set_limits(city.settings.limits)
    viewer = Provide(_viewer, sync_to_thread=False)
    return Litestar(
        route_handlers=[live, ready, metrics, *PAGES, *API],
        plugins=[
            web.build(_site(city), partial(who, city), partial(identity_pages.keep_form, city))
        ],
        dependencies={"city": Provide(lambda: city, sync_to_thread=False), "viewer": viewer},
        state=State({"city": city}),
        lifespan=[partial(_life, city)],
        openapi_config=OpenAPIConfig(
            title=city.pack.info.name.en,
            version=__version__,
            openapi_router=Router("/api", route_handlers=[], opt=PUBLIC, include_in_schema=False),
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
            components=COMPONENTS,
        ),
    )


async def who(city: City, connection: ASGIConnection[Any, Any, Any, Any]) -> Viewer | None:
    """Told by a bearer token, else by the cookie of the realm whose page is asked for."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return await identity.bearer(city, token.strip())
    if scheme.lower() == "dpop":
        address = city.settings.public_url + connection.url.path
        given = connection.headers.get("dpop", "")
        proof = identity.Proof(given, str(connection.scope.get("method")), address)
        return await identity.bearer(city, token.strip(), proof)
    is_desk = is_desk_page(connection.url.path)
    realm: identity.Realm = "officers" if is_desk else "residents"
    here = city.settings
    origin = here.desk_origin if is_desk else here.public_url
    cookie = connection.cookies.get(identity.cookie_name(origin, realm))
    return await identity.session_viewer(city, realm, cookie) if cookie else None


def _viewer(scope: Scope, city: NamedDependency[City]) -> Viewer | None:
    """Asks for the city only so that the two are given one after the other: side by side, each
    request would start a group of tasks for them."""
    found: Viewer | None = scope["state"].get("viewer")
    return found


def _site(city: City) -> Site:
    info, here = city.pack.info, city.settings
    demo = ("eid", "staff", "bank") if here.demo else ()
    return Site(
        name=info.name,
        zone=ZoneInfo(info.time_zone),
        currency=info.currency.code,
        is_demo=here.demo,
        origin=here.public_url,
        desk_origin=here.desk_url or "",
        form_targets=tuple(f"http://localhost:{here.demo_port(part)}" for part in demo),
    )


@asynccontextmanager
async def _life(city: City, _: Litestar) -> AsyncIterator[None]:
    await city.database.open()
    city[Listener].start()
    loaded = await cases.load_catalogue(city)
    following = asyncio.create_task(cases.follow_catalogue(city, loaded))
    try:
        yield
    finally:
        following.cancel()
        await city[Listener].stop()
        await city.close()


class Server(uvicorn.Server):
    """Ends open event streams first; they would keep a stopping server up for ever."""

    def __init__(self, config: uvicorn.Config, city: City) -> None:
        super().__init__(config)
        self.city = city

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        loop = asyncio.get_event_loop_policy().get_event_loop()
        loop.call_soon_threadsafe(self.city[Listener].let_go)
        super().handle_exit(sig, frame)


def open_city(chosen: Settings) -> City:
    return City(chosen, Pack.read(chosen.pack), app_url(chosen))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--port", type=int, help="one of several web processes behind a proxy")
    given = asked.parse_args()
    log.begin()
    chosen = settings.read()
    city = open_city(chosen)
    config = uvicorn.Config(
        build(city), host=chosen.host, port=given.port or chosen.port, log_config=None,
        access_log=False, http=Arrival, ws="none",
        timeout_graceful_shutdown=GRACE_SECONDS, server_header=False, backlog=2048,
    )  # fmt: skip
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the keeper decides
    # What was loaded stays: looking through it again and again is what makes a request wait.
    gc.collect()
    gc.freeze()
    Server(config, city).run()


if __name__ == "__main__":
    main()
