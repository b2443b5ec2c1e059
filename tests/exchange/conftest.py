from collections.abc import Iterator

import pytest

from motcua.base.settings import Settings
from tests.exchange import build


@pytest.fixture(scope="session")
def simulators(settings: Settings) -> Iterator[None]:
    with build.simulators(settings):
        yield
