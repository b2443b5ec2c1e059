"""The trial city, in process for most tests and on a port of its own for the browser."""

import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from litestar import Litestar
from litestar.testing import TestClient

from tests.web import trial


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
