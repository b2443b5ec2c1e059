"""Two cities on one database with their casts, and the real application behind a port."""

from collections.abc import AsyncIterator, Iterator

import httpx
import msgspec
import pytest

from motcua.base.settings import Settings
from motcua.db import City
from tests import cast
from tests.cases import build, machine, walking
from tests.cases.build import AGENCY, OTHER, POLICE
from tests.cases.machine import Api
from tests.cases.walking import Hall


@pytest.fixture
async def staff(city: City) -> cast.Cast:
    return await cast.gather(city, AGENCY, OTHER)


@pytest.fixture
async def big(city: City) -> AsyncIterator[City]:
    async with build.big_city(city) as found:
        yield found


@pytest.fixture
async def police(big: City) -> cast.Cast:
    build.keys(big, POLICE)
    return await cast.gather(big, POLICE, "H26.03")


@pytest.fixture(scope="module")
def address(settings: Settings, database_url: str) -> Iterator[str]:
    """The sample city, once for all tests of a file."""
    with walking.serving(settings, database_url, settings.pack) as url:
        yield url


@pytest.fixture
async def api(staff: cast.Cast, address: str) -> AsyncIterator[Api]:
    """`api("an")`: a machine that carries this person's token; `api()` carries none."""
    machine.KNOWN.update(msgspec.structs.asdict(staff))
    opened = []

    def client(name: str = "", language: str = "en") -> httpx.AsyncClient:
        head = {"accept-language": language} | ({"authorization": f"Bearer {name}"} if name else {})
        opened.append(httpx.AsyncClient(base_url=address, headers=head, timeout=20))
        return opened[-1]

    yield client
    for one in opened:
        await one.aclose()


@pytest.fixture(scope="session")
def hall_address(settings: Settings, database_url: str) -> Iterator[str]:
    """The big city in a thread of its own, once for all tests."""
    with walking.serving(settings, database_url) as url:
        yield url


@pytest.fixture
async def hall(big: City, hall_address: str) -> AsyncIterator[Hall]:
    async with walking.opened(big, hall_address) as found:
        yield found
