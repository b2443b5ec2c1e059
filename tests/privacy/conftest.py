"""The sample city and the big one, with somebody new of whom nothing is known yet."""

from collections.abc import AsyncIterator

import pytest

import motcua.worker  # noqa: F401 - declares what jobs do
from motcua.db import City
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY, OTHER

OFFICE = "H26.01"
"""Who looks after people's rights in the big pack."""


@pytest.fixture
async def staff(city: City) -> cast.Cast:
    return await cast.gather(city, AGENCY, OTHER)


@pytest.fixture
async def big(city: City) -> AsyncIterator[City]:
    async with build.big_city(city) as found:
        yield found


@pytest.fixture
async def office(big: City) -> cast.Cast:
    build.keys(big, OFFICE)
    return await cast.gather(big, OFFICE, "H26.03")
