"""The scanner for malware: clamd, spoken to in its own words (INSTREAM) over a socket.

A scanner that is down, answers oddly or knows only old malware has not said that a file is clean.
"""

import asyncio
import logging
import struct
import time
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec

from motcua.base import clock
from motcua.base.errors import Invalid
from motcua.db import City

SIGNATURES_AGE_MAX = timedelta(hours=48)
AHEAD_MAX = timedelta(hours=15)  # a scanner east of here; further ahead its clock is wrong
VERSION_SECONDS = 60.0
CONNECT_SECONDS_MAX = 2.0
SCAN_SECONDS_MAX = 30.0
PART_BYTES = 65_536
REPLY_BYTES_MAX = 4_096

Outcome = Literal["clean", "infected", "not_scanned", "quarantined"]
log = logging.getLogger("motcua.documents")


class Unclear(Exception):
    """The scanner gave no answer that one may build on."""


class Address(msgspec.Struct, frozen=True):
    socket: str | None = None
    host: str | None = None
    port: int = 3310


class Scanner:
    """`city[Scanner]`: the one scanner of this city, or the knowledge that there is none."""

    def __init__(self, address: Address | None, without: Outcome, zone: ZoneInfo) -> None:
        self.address = address
        self.without = without
        self.zone = zone
        self._checked = float("-inf")

    @classmethod
    def of(cls, city: City) -> "Scanner":
        told, is_demo = city.settings.scanner, city.settings.demo
        # Outside the demo nobody forgets the scanner unseen: without a word of it uploads wait.
        is_without = told == "none" or (told is None and is_demo)
        zone = ZoneInfo(city.pack.info.time_zone)
        return cls(_address(told), "not_scanned" if is_without else "quarantined", zone)

    async def scan(self, content: bytes) -> Outcome:
        """What the scanner says of these bytes; quarantined whenever it says nothing clear."""
        if self.address is None:
            return self.without
        try:
            async with asyncio.timeout(SCAN_SECONDS_MAX):
                await self._check_signatures(self.address)
                said = await _converse(self.address, b"INSTREAM", content)
            return _outcome(said)
        except (OSError, TimeoutError, Unclear, asyncio.IncompleteReadError) as failure:
            log.warning("scanner unclear", extra={"failure": type(failure).__name__})
            return "quarantined"

    async def _check_signatures(self, address: Address) -> None:
        if time.monotonic() - self._checked < VERSION_SECONDS:
            return
        age = clock.now() - _signatures_made(await _converse(address, b"VERSION"), self.zone)
        if age > SIGNATURES_AGE_MAX or age < -AHEAD_MAX:
            raise Unclear("signatures")
        self._checked = time.monotonic()


def _address(told: str | None) -> Address | None:
    if told is None or told == "none":
        return None
    parts = urlsplit(told)
    if parts.scheme == "unix" and parts.path:
        return Address(socket=parts.path)
    if parts.scheme == "tcp" and parts.hostname:
        return Address(host=parts.hostname, port=parts.port or Address().port)
    raise Invalid("settings.scanner_unreadable", said=told)


async def _converse(address: Address, command: bytes, content: bytes | None = None) -> str:
    """One command, with a stream where it takes one; the answer without its end."""
    async with asyncio.timeout(CONNECT_SECONDS_MAX):
        reader, writer = await _connected(address)
    try:
        writer.write(b"z" + command + b"\0")
        if content is not None:
            for start in range(0, len(content), PART_BYTES):
                part = content[start : start + PART_BYTES]
                writer.write(struct.pack("!I", len(part)) + part)
                await writer.drain()
            writer.write(struct.pack("!I", 0))
        await writer.drain()
        said = await reader.readuntil(b"\0")
    except asyncio.LimitOverrunError:
        raise Unclear("reply") from None
    finally:
        writer.close()
    return said[:-1].decode(errors="replace").strip()


async def _connected(address: Address) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if address.socket is not None:
        return await asyncio.open_unix_connection(address.socket, limit=REPLY_BYTES_MAX)
    return await asyncio.open_connection(address.host, address.port, limit=REPLY_BYTES_MAX)


def _outcome(said: str) -> Outcome:
    if said == "stream: OK":
        return "clean"
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        return "infected"
    raise Unclear("answer")


def _signatures_made(said: str, zone: ZoneInfo) -> datetime:
    """`ClamAV 1.4.3/27500/Mon Nov 23 09:12:00 2026`; without signatures only the first part.

    Its hour is the scanner's own, which does not say where it is: the older reading counts.
    """
    try:
        told = datetime.strptime(said.split("/")[2], "%a %b %d %H:%M:%S %Y")  # noqa: DTZ007
        return min(told.replace(tzinfo=UTC), told.replace(tzinfo=zone))
    except (IndexError, ValueError):
        raise Unclear("version") from None
