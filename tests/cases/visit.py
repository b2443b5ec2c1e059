"""A visitor of the pages, in process: the real kit with its guard, and whoever is named."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast
from zoneinfo import ZoneInfo

from httpx import ASGITransport, AsyncClient
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.types import Scope

from motcua import web
from motcua.db import City
from motcua.identity import Viewer

Enter = Callable[[Viewer | None], AsyncClient]


@asynccontextmanager
async def visitors(city: City, routes: Sequence[Any]) -> AsyncIterator[Enter]:
    opened: list[AsyncClient] = []

    def enter(viewer: Viewer | None) -> AsyncClient:
        async def who(_: Any) -> Viewer | None:
            return viewer

        info = city.pack.info
        site = web.Site(name=info.name, zone=ZoneInfo(info.time_zone), currency=info.currency.code)
        app = Litestar(
            list(routes),
            plugins=[web.build(site, who)],
            state=State({"city": city}),
            dependencies={
                "city": Provide(lambda: city, sync_to_thread=False),
                "viewer": Provide(_viewer, sync_to_thread=False),
            },
        )
        head = {"sec-fetch-site": "same-origin", "accept": "text/html", "accept-language": "en"}
        opened.append(
            AsyncClient(
                transport=ASGITransport(cast(Any, app)), base_url=city.settings.public_url,
                headers=head,
            )
        )  # fmt: skip
        return opened[-1]

    try:
        yield enter
    finally:
        for one in opened:
            await one.aclose()


def _viewer(scope: Scope) -> Viewer | None:
    found: Viewer | None = scope["state"].get("viewer")
    return found
