"""The trial city, in process for most tests and on a port of its own for the browser."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from litestar import Litestar
from litestar.testing import TestClient

from motcua.base.log import _Line
from tests.web import trial


def told(caplog: pytest.LogCaptureFixture, logger: str) -> list[dict[str, Any]]:
    """What was logged, as the entrances write it down."""
    written = _Line()
    return [json.loads(written.format(r)) for r in caplog.records if r.name == logger]


@pytest.fixture
def client() -> Iterator[TestClient[Litestar]]:
    with TestClient(trial.app(), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(trial.app(), port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://localhost:{port}"
    server.should_exit = True
    thread.join()
