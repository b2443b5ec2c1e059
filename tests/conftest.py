"""One real PostgreSQL for the whole run, one database per worker process, the sample city on it."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from motcua.base.pack import Pack
from motcua.base.settings import Settings
from motcua.db.city import City
from motcua.db.migrate import _HAND_OVER, _ROLES, ROOMS
from motcua.db.server import Server
from motcua.web import throttle

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


def shared(name: str) -> Path:
    """A file of the shared data, or a skip that says so."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"shared data absent: {name}")
    return path


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet() -> None:
    """What one test has asked for does not slow down the next."""
    for limit in throttle._named.values():
        limit.forget()


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("city")


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A fresh database of every room's tables.sql, as the administrator reaches it."""
    with Server(tmp_path_factory.mktemp("pg")) as server:
        asyncio.run(create(server.url(database="postgres"), "motcua", server.url()))
        yield server.url()


async def create(first_url: str, name: str, url: str) -> None:
    connection = await asyncpg.connect(first_url)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    connection = await asyncpg.connect(url)
    await connection.execute(_ROLES)
    for room in ROOMS:
        tables = ROOT / "motcua" / room / "tables.sql"
        if tables.exists():
            await connection.execute(tables.read_text())
    await connection.execute(_HAND_OVER)
    await connection.close()


@pytest.fixture(scope="session")
def settings(data_folder: Path) -> Settings:
    # Twenty apart: the demo's parts take the next ports, and workers run side by side.
    port = 20000 + os.getpid() * 20 % 12000
    return Settings(
        pack=ROOT / "packs" / "sample",
        data=data_folder,
        demo=True,
        port=port,
        public_url=f"http://localhost:{port}",
    )


@pytest.fixture
async def city(settings: Settings, database_url: str) -> AsyncIterator[City]:
    """The sample city, open. Its database is shared by the tests of one process: make own rows."""
    url = database_url.replace("postgres@", "motcua_app@")
    made = City(settings, Pack.read(settings.pack), url)
    await made.database.open()
    yield made
    await made.close()
