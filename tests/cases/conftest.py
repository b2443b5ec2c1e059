"""Two cities on one database with their casts, and the real application behind a port."""

import time
from collections.abc import AsyncIterator, Iterator
from threading import Thread

import httpx
import msgspec
import pytest

from motcua import app
from motcua.base.pack import Pack
from motcua.base.settings import Settings
from motcua.db import City
from tests import cast
from tests.cases import build, machine
from tests.cases.build import AGENCY, OTHER, POLICE
from tests.cases.machine import Api


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
    """The real application in a thread of its own, once for all tests of a file."""
    port = machine.free_port()
    url = f"http://127.0.0.1:{port}"
    ours = City(
        msgspec.structs.replace(settings, public_url=url), Pack.read(settings.pack),
        database_url.replace("postgres@", "motcua_app@"),
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(app, "who", machine.who)
        server = machine.served(ours, port)
    thread = Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield url
    server.should_exit = True
    thread.join()


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
