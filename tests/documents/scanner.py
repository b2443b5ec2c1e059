"""A scanner that speaks as clamd does (its manual, section COMMANDS), with any mood."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

HARMFUL = b"harmful-test-bytes"
STREAM_BYTES_MAX = 26_214_400


class FakeScanner:
    """Finds what holds `HARMFUL`; its mood is well, silent, cut_off, babbling, failing, or it has
    no_signatures."""

    def __init__(self) -> None:
        self.mood = "well"
        self.signatures_age = timedelta(hours=1)
        self.version: str | None = None
        self.streams: list[bytes] = []

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            said = await self._answered(await reader.readuntil(b"\0"), reader)
            if self.mood == "silent":
                await asyncio.sleep(5)
            if self.mood not in ("silent", "cut_off"):
                writer.write(said.encode() + b"\0")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answered(self, command: bytes, reader: asyncio.StreamReader) -> str:
        if self.mood == "babbling":
            return "x" * 100_000
        if command == b"zVERSION\0":
            return self._told()
        assert command == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!I", await reader.readexactly(4))[0]:
            content += await reader.readexactly(length)
            if len(content) > STREAM_BYTES_MAX:
                return "INSTREAM size limit exceeded. ERROR"
        self.streams.append(content)
        if self.mood == "failing":
            return "stream: Can't allocate memory ERROR"
        return "stream: Trial.Malware-1 FOUND" if HARMFUL in content else "stream: OK"

    def _told(self) -> str:
        if self.mood == "no_signatures":
            return "ClamAV 1.4.6"
        made = datetime.now(UTC) - self.signatures_age
        return self.version or f"ClamAV 1.4.6/27500/{made:%a %b %d %H:%M:%S %Y}"


@asynccontextmanager
async def scanner_at(path: Path) -> AsyncIterator[FakeScanner]:
    fake = FakeScanner()
    server = await asyncio.start_unix_server(fake.answer, path)
    try:
        yield fake
    finally:
        server.close()


@asynccontextmanager
async def scanner_on_a_port() -> AsyncIterator[tuple[FakeScanner, int]]:
    fake = FakeScanner()
    server = await asyncio.start_server(fake.answer, "127.0.0.1", 0)
    try:
        yield fake, server.sockets[0].getsockname()[1]
    finally:
        server.close()
