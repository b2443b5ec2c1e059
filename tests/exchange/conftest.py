from collections.abc import Iterator

import pytest

from motcua.base.settings import Settings
from tests.exchange import build


@pytest.fixture(scope="session")
def simulators(settings: Settings) -> Iterator[None]:
    with build.simulators(settings):
        yield


# TEMPORARY-OVERRIDE
from collections.abc import AsyncIterator
from motcua.base.pack import Pack
from motcua.db import City


@pytest.fixture
async def city(settings: Settings, database_url: str) -> AsyncIterator[City]:
    made = City(settings, Pack(settings.pack), database_url.replace("postgres@", "motcua_app@"))
    await made.database.open()
    yield made
    await made.database.close()
