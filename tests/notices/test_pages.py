"""The outbox as anyone sees it in the demonstration."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.di import Provide

from motcua import notices, web
from motcua.base import clock
from motcua.base.ids import SYSTEM
from motcua.base.text import Text
from motcua.db import City
from motcua.notices import About, jobs, pages


def client_of(city: City) -> httpx.AsyncClient:
    async def nobody(_connection: Any) -> None:
        return None

    site = web.Site(name=Text(vi="Mẫu", en="Sample"), zone=ZoneInfo("UTC"), currency="XTS")
    app = Litestar(
        [pages.outbox],
        plugins=[web.build(site, nobody)],
        dependencies={"city": Provide(lambda: city, sync_to_thread=False)},
        openapi_config=None,
    )
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    return httpx.AsyncClient(
        transport=transport, base_url="http://testserver", headers={"accept": "text/html"}
    )


@pytest.fixture
async def client(city: City) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(city) as made:
        yield made


async def test_the_newest_message_comes_first_and_hostile_words_are_only_words(
    city: City, client: httpx.AsyncClient
) -> None:
    for code in ("FIRST", "SECOND"):
        async with city.database.write(SYSTEM) as db:
            facts: dict[str, notices.Fact] = {
                "code": code, "procedure": "Cấp giấy", "agency": "Sở Mẫu", "officer": "Minh",
                "at": clock.now(), "reason": "<script>alert(1)</script>",
                "address": "https://city.example/cases/1",
            }  # fmt: skip
            message = await notices.send(db, SYSTEM, "case.refused", facts, About("case", uuid4()))
        await jobs.deliver(city, {"message": str(message)})
    page = await client.get("/outbox", headers={"accept-language": "en"})
    assert page.status_code == 200
    assert page.text.index("SECOND") < page.text.index("FIRST")
    assert "<script>alert" not in page.text
    assert 'href="https://city.example/cases/1"' in page.text
    assert "No e-mail address" in page.text


async def test_a_real_city_has_no_such_page(city: City) -> None:
    settings = msgspec.structs.replace(city.settings, demo=False)
    async with client_of(City(settings, city.pack, city.database.url)) as client:
        assert (await client.get("/outbox")).status_code == 404
