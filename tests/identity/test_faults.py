"""A provider that is down, slow, cut off or talks without end: one plain answer, and soon."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from motcua.base import clock
from motcua.base.errors import NotAllowed, Unavailable
from motcua.db.city import City
from motcua.identity import actions
from motcua.identity.outside import partner
from tests.identity import build

DOWN = r"identity\.provider_down"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()  # until whoever asked gives up


async def _hung_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _half_closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Says that it will say more, and ends its half of the line."""
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"issuer": ')
    writer.write_eof()
    await reader.read()


async def _dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Never quite silent, never done."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" ")
        await asyncio.sleep(0.05)


async def _endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n" + b" " * 900_000)
    await reader.read()


async def _noise(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"\xde\xff": 1}')
    await reader.read()


async def _away(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(
        b"HTTP/1.1 302 Found\r\nLocation: http://localhost:1/\r\nContent-Length: 0\r\n\r\n"
    )
    await reader.read()


@asynccontextmanager
async def serving(port: int, serve: Serve) -> AsyncIterator[None]:
    handling: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handling.add(task)
        try:
            await reader.readuntil(b"\r\n\r\n")
            await serve(reader, writer)
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
        for task in handling:
            task.cancel()
        await asyncio.sleep(0)
        await asyncio.gather(*handling, return_exceptions=True)


@pytest.mark.parametrize(
    "serve",
    [_silent, _hung_up, _half_closed, _dripping, _endless, _noise, _away],
    ids=lambda s: s.__name__,
)
async def test_a_provider_that_does_not_answer_is_down_and_nobody_waits_long(
    wired: City, unused_tcp_port: int, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partner, "ANSWER_SECONDS_MAX", 0.4)
    city = build.elsewhere(wired, unused_tcp_port - 10)
    async with serving(unused_tcp_port, serve), asyncio.timeout(3):
        with pytest.raises(Unavailable, match=DOWN):
            await actions.begin(city, "residents", None)


async def test_a_provider_that_goes_away_in_the_middle_is_down_and_the_person_may_come_again(
    wired: City, unused_tcp_port: int
) -> None:
    city = build.elsewhere(wired, unused_tcp_port - 10)
    async with build.lying(city.settings):
        begun = await actions.begin(city, "residents", None)
        answer = await build.choose(begun.address, "an")
    attempt = actions.read_attempt(city, "residents", begun.cookie, answer["state"])
    with pytest.raises(Unavailable, match=DOWN):
        await actions.finish(city, attempt, answer)
    async with build.lying(city.settings):
        assert (await build.sign_in(city, "an")).viewer.name == "Nguyễn Văn An"


@pytest.mark.parametrize(
    ("claim", "seconds", "is_taken"),
    [("iat", 115, True), ("iat", 125, False), ("exp", -115, True), ("exp", -125, False)],
)
async def test_clocks_may_be_two_minutes_apart_and_no_more(
    liar: tuple[City, build.Liar], claim: str, seconds: int, is_taken: bool
) -> None:
    city, provider = liar
    with clock.at(clock.now()):
        now = int(clock.now().timestamp())
        provider.twist = lambda claims, kind: (
            {**claims, claim: now + seconds} if kind == "JWT" else claims
        )
        if is_taken:
            assert await build.sign_in(city, "an")
        else:
            with pytest.raises(NotAllowed, match=r"identity\.token_refused"):
                await build.sign_in(city, "an")
