"""The application as machines reach it: over HTTP, with tokens that name people of the cast."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import uvicorn

from motcua import app
from motcua.db import City
from motcua.db.events import Listener
from motcua.identity import Viewer
from motcua.identity.actions import TokenRefused
from tests.cases import build
from tests.cases.build import SAMPLE

Api = Callable[..., httpx.AsyncClient]


KNOWN: dict[str, Viewer] = {}
"""Who a token of `api` stands for: its text is the name in the cast."""


async def who(_: City, connection: Any) -> Viewer | None:
    scheme, _, name = connection.headers.get("authorization", "").partition(" ")
    if scheme and name not in KNOWN:
        raise TokenRefused
    return KNOWN[name] if scheme else None


def served(city: City, port: int) -> uvicorn.Server:
    config = uvicorn.Config(
        app.build(city), host="127.0.0.1", port=port, log_config=None, access_log=False,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    return uvicorn.Server(config)


@asynccontextmanager
async def serving(city: City, port: int) -> AsyncIterator[City]:
    """The real application on a port, with a city of its own on the same database."""
    settings = msgspec.structs.replace(city.settings, public_url=f"http://127.0.0.1:{port}")
    ours = City(settings, city.pack, city.database.url)
    server = served(ours, port)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it has no event to wait for
        await asyncio.sleep(0.005)
    try:
        yield ours
    finally:
        ours[Listener].let_go()
        server.should_exit = True
        await task


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


def request_of(city: City, **changed: Any) -> dict[str, Any]:
    answers = build.example(city) | changed
    return {"procedure": SAMPLE, "answers": answers, "agency": build.AGENCY}


def keyed(key: str | None = None) -> dict[str, str]:
    return {"Idempotency-Key": key or uuid4().hex}


async def post_case(client: httpx.AsyncClient, city: City, **changed: Any) -> dict[str, Any]:
    answer = await client.post("/api/v1/cases", json=request_of(city, **changed), headers=keyed())
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def post_act(
    client: httpx.AsyncClient, code: str, action: str, **body: Any
) -> httpx.Response:
    return await client.post(
        f"/api/v1/cases/{code}/actions", json={"action": action, **body}, headers=keyed()
    )


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    assert told["type"].startswith("/problems/")
    return told
