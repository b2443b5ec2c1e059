"""A load of its own process: raw HTTP/1.1 over kept connections, closed loop or fixed arrivals.

Started by a benchmark with a plan on stdin; prints one JSON object with what it measured.
"""

import asyncio
import json
import sys
import time
from typing import Any
from uuid import uuid4

import uvloop

RESPONSE_SECONDS_MAX = 30


class Line:
    """One connection; one request at a time."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port

    async def open(self) -> None:
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port)

    async def ask(self, head: bytes, body: bytes) -> tuple[int, bytes]:
        self.writer.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        said = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), RESPONSE_SECONDS_MAX)
        length = next(
            int(line[15:])
            for line in said.lower().split(b"\r\n")
            if line[:15] == b"content-length:"
        )
        return int(said[9:12]), await self.reader.readexactly(length)


class Load:
    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.bodies = [json.dumps(body).encode() for body in plan["bodies"]]
        self.tokens: list[str] = plan["tokens"]
        self.milliseconds: list[float] = []
        self.codes: list[tuple[str, str]] = []
        """Each acknowledged code and the token of the person who may see it."""
        self.failures: dict[str, int] = {}
        self.sent = 0

    def request(self) -> tuple[str, bytes, bytes]:
        number = self.sent
        self.sent += 1
        token = self.tokens[number % len(self.tokens)]
        head = (
            f"POST /api/v1/cases HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {token}\r\n"
            f"Idempotency-Key: {uuid4()}\r\n"
        )
        return token, head.encode(), self.bodies[number % len(self.bodies)]

    async def one(self, line: Line, started: float) -> None:
        token, head, body = self.request()
        status, said = await line.ask(head, body)
        self.milliseconds.append((time.perf_counter() - started) * 1000)
        if status == 201:
            self.codes.append((json.loads(said)["code"], token))
        else:
            self.failures[str(status)] = self.failures.get(str(status), 0) + 1

    async def closed(self, lines: list[Line], until: float) -> None:
        """Each connection sends its next request when the last is answered."""

        async def run(line: Line) -> None:
            while time.perf_counter() < until:
                await self.one(line, time.perf_counter())

        await asyncio.gather(*map(run, lines))

    async def arrivals(self, lines: list[Line], until: float, rate: float) -> None:
        """Requests arrive whether or not earlier ones are answered; waiting counts as latency."""
        free: asyncio.Queue[Line] = asyncio.Queue()
        for line in lines:
            free.put_nowait(line)

        async def arrive(due: float) -> None:
            line = await free.get()
            await self.one(line, due)
            free.put_nowait(line)

        begun, number, waiting = time.perf_counter(), 0, set()
        while (due := begun + number / rate) < until:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            task = asyncio.create_task(arrive(due))
            waiting.add(task)
            task.add_done_callback(waiting.discard)
            number += 1
        await asyncio.gather(*waiting)


class Lives(Load):
    """A whole life a turn: a resident files, an officer accepts, the resident reads."""

    async def one(self, line: Line, started: float) -> None:
        token, head, body = self.request()
        code = await self._said(line, head, body, 201)
        if not code:
            return
        path = f"/api/v1/cases/{code}"
        accept = (
            f"POST {path}/actions HTTP/1.1\r\nHost: localhost\r\n"
            f"Content-Type: application/json\r\nAuthorization: Bearer {self.plan['officer']}\r\n"
            f"Idempotency-Key: {uuid4()}\r\n"
        )
        await self._said(line, accept.encode(), b'{"action":"accept"}', 200)
        read = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        await self._said(line, read.encode(), b"", 200)
        self.milliseconds.append((time.perf_counter() - started) * 1000)
        self.codes.append((code, token))

    async def _said(self, line: Line, head: bytes, body: bytes, wanted: int) -> str:
        status, said = await line.ask(head, body)
        if status != wanted:
            self.failures[str(status)] = self.failures.get(str(status), 0) + 1
            if sum(self.failures.values()) == 1:
                print(said, file=sys.stderr)
            return ""
        return str(json.loads(said)["code"])


async def main() -> None:
    plan = json.load(sys.stdin)
    load = Lives(plan) if "officer" in plan else Load(plan)
    ports = plan["ports"]
    lines = [Line("127.0.0.1", ports[n % len(ports)]) for n in range(plan["connections"])]
    await asyncio.gather(*(line.open() for line in lines))
    begun = time.perf_counter()
    until = begun + plan["seconds"]
    if plan.get("rate"):
        await load.arrivals(lines, until, plan["rate"])
    else:
        await load.closed(lines, until)
    seconds = time.perf_counter() - begun
    print(
        json.dumps(
            {
                "seconds": seconds,
                "milliseconds": load.milliseconds,
                "codes": load.codes,
                "failures": load.failures,
            }
        )
    )


if __name__ == "__main__":
    uvloop.run(main())
