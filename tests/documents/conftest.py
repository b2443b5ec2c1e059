"""A folder of demonstration keys, made once; and one signed paper for all tests that only read."""

from pathlib import Path

import pytest

from motcua.base.settings import Settings
from tests.documents import build


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder: Path = tmp_path_factory.mktemp("authority")
    return Settings(pack=folder, data=folder)


@pytest.fixture(scope="session")
def paper(keys: Settings) -> bytes:
    return build.signed_paper(keys)
