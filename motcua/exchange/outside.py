"""The wire out: connections to registers, how long to wait, how often to try, when to stop."""

import asyncio
import hashlib
import hmac
import logging
import os
import random
import secrets
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NoReturn
from uuid import UUID

import httpx
import msgspec

from motcua.base import calling
from motcua.base.errors import NotAllowed, NotFound, Unavailable
from motcua.base.settings import Settings
from motcua.db import City
from motcua.exchange import rules
from motcua.exchange.model import Operation, Part, Register, Reply
from motcua.exchange.wires.json import Wire

PING_SECONDS = 1.0
FAULT_SECONDS = 3.0
CONNECT_SECONDS = 1.0
RETRY_AFTER_SECONDS_UNKNOWN = 1.0  # when a register says "later" and not when

_log = logging.getLogger("motcua.exchange")


class Registers:
    """Every register of the pack, with its connections and its breaker. One for each city."""

    def __init__(self, settings: Settings, registers: Mapping[str, Register]) -> None:
        self.registers = registers
        self._settings = settings
        self._lines = {name: Line(name, register, settings) for name, register in registers.items()}
        self._subject_key: bytes | None = None

    @classmethod
    def of(cls, city: City) -> "Registers":
        return cls(city.settings, city.pack.folder("registers", Register))

    def line(self, register: str) -> "Line":
        if register not in self._lines:
            raise NotFound("register.unknown", register=register)
        return self._lines[register]

    def playing(self, part: Part) -> tuple[str, str]:
        found = rules.playing(self.registers, part)
        if not found:
            raise NotFound("register.part_unplayed", part=part)
        return found[0]

    def subject_hash(self, number: str) -> bytes:
        """Stands for the number in the record of looks: who steals the table learns no number."""
        if self._subject_key is None:
            self._subject_key = _own_secret(self._settings.keys / "looks.key")
        return hmac.digest(self._subject_key, number.encode(), "sha256")

    async def close(self) -> None:
        for line in self._lines.values():
            await line.close()


class Line:
    """The connection to one register."""

    def __init__(self, name: str, register: Register, settings: Settings) -> None:
        self.name = name
        self.register = register
        self.wire = Wire(name, register.envelope, register.operations)
        self.breaker = rules.Breaker()
        self._settings = settings
        self._http: calling.Client | None = None

    def operation(self, name: str) -> Operation:
        if name not in self.register.operations:
            raise NotFound("register.operation_unknown", register=self.name, operation=name)
        return self.register.operations[name]

    async def ask(self, operation: str, arguments: Mapping[str, object], look_id: UUID) -> Reply:
        """The register's answer; `Unavailable` for anything that is not one."""
        rest = self.register.breaker_seconds
        may_ask, self.breaker = rules.may_ask(self.breaker, time.monotonic(), rest)
        if not may_ask:
            self._refuse("register.resting", tries=0)

        async def attempt(seconds: float) -> Reply:
            return await self._ask_once(operation, arguments, str(look_id), seconds)

        try:
            repeatable = self.operation(operation).repeatable
            reply = await self._tried(attempt, self.register.tries if repeatable else 1)
        except Unavailable as refusal:
            self._note(refusal)
            _log.warning("%s.%s: look %s: %s", self.name, operation, look_id, refusal.reason)
            raise
        self.breaker = rules.answered()
        return reply

    async def ping(self, request_id: UUID) -> None:
        """Ask about nobody, past the breaker; raises what is wrong."""
        body = self.wire.ping(str(request_id))
        told = await self._post(self.register.ping, body, str(request_id), PING_SECONDS)
        self.wire.pinged(told, str(request_id), _machine_time())

    async def set_fault(self, mode: str, request_id: UUID) -> None:
        """Demo only: tell the simulator to misbehave."""
        if not (self._settings.demo and self.register.demo):
            raise NotAllowed("register.not_a_simulator", register=self.name)
        body = msgspec.json.encode({"mode": mode})
        await self._post("/fault", body, str(request_id), FAULT_SECONDS)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def _tried(self, attempt: Callable[[float], Awaitable[Reply]], tries_max: int) -> Reply:
        """Try again what may go better, with pauses, as long as the budget lasts."""
        budget = self.register.budget_seconds
        started = time.monotonic()
        for tried in range(1, tries_max + 1):
            left = budget - (time.monotonic() - started)
            try:
                reply = await attempt(min(self.register.try_seconds, left))
            except Unavailable as refusal:
                refusal.facts["tries"] = tried
                asked = refusal.facts.get("retry_after", 0.0)
                assert isinstance(asked, float)
                wait = rules.pause(tried, random.random(), asked)
                spent = time.monotonic() - started
                last = tried == tries_max or not rules.has_time(spent, wait, budget)
                if last or refusal.reason not in rules.WORTH_ANOTHER_TRY:
                    raise
                await asyncio.sleep(wait)
            else:
                return msgspec.structs.replace(reply, tries=tried)
        raise AssertionError("a register is tried at least once")

    async def _ask_once(
        self, operation: str, arguments: Mapping[str, object], request_id: str, seconds: float
    ) -> Reply:
        body = self.wire.question(operation, arguments, request_id)
        told = await self._post(self.operation(operation).path, body, request_id, seconds)
        state, values = self.wire.answer(operation, arguments, told, request_id, _machine_time())
        return Reply(state=state, values=values, tries=1)

    async def _post(self, path: str, body: bytes, request_id: str, seconds: float) -> bytes:
        """One message there and one back, within `seconds` however slowly it drips."""
        key, url = self._key(), self._url() + path
        headers = {
            "Content-Type": "application/json",
            "X-Request-Id": request_id,
            "X-Signature": _signature(key, "POST", path, request_id, body),
        }
        try:
            async with (
                asyncio.timeout(seconds),
                self._client().stream("POST", url, content=body, headers=headers) as response,
            ):
                self._refuse_status(response)
                told = await self._body(response)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            self._refuse("register.down")
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            self._refuse("register.not_configured")
        except (TimeoutError, httpx.TimeoutException):
            self._refuse("register.slow")
        except (httpx.NetworkError, httpx.RemoteProtocolError, httpx.DecodingError):
            self._refuse("register.cut_off")
        signed = response.headers.get("X-Signature", "")
        expected = _signature(key, "200", path, request_id, told)
        if not hmac.compare_digest(signed.encode(), expected.encode()):
            self._refuse("register.credential")
        return told

    async def _body(self, response: httpx.Response) -> bytes:
        parts, length = [], 0
        async for part in response.aiter_bytes():
            length += len(part)
            if length > self.register.answer_bytes_max:
                self._refuse("register.bad_answer")
            parts.append(part)
        return b"".join(parts)

    def _refuse_status(self, response: httpx.Response) -> None:
        match response.status_code:
            case 200:
                return
            case 401 | 403:
                self._refuse("register.credential")
            case 429:
                wait = _seconds(response.headers.get("Retry-After"))
                self._refuse("register.busy", retry_after=wait)
            case 500 | 502 | 503 | 504:
                self._refuse("register.down")
            case _:
                self._refuse("register.failed")

    def _refuse(self, reason: str, **facts: object) -> NoReturn:
        raise Unavailable(reason, register=self.name, **facts) from None

    def _note(self, refusal: Unavailable) -> None:
        register = self.register
        if refusal.reason in rules.NOT_THE_REGISTERS_FAULT:
            self.breaker = rules.answered()
        else:
            self.breaker = rules.failed(
                self.breaker, time.monotonic(), register.breaker_failures, register.breaker_seconds
            )

    def _client(self) -> calling.Client:
        if self._http is None:
            waits = httpx.Timeout(self.register.try_seconds, connect=CONNECT_SECONDS)
            self._http = calling.client([self._url()], waits, self.register.connections)
        return self._http

    def _url(self) -> str:
        given = os.environ.get(f"MOTCUA_REGISTER_{self.name.upper()}_URL")
        if given:
            return given.rstrip("/")
        # The demo comes before the pack's own address: sample people stay out of real registers.
        if self._settings.demo and self.register.demo:
            return f"http://127.0.0.1:{self._settings.demo_port(self.register.demo)}"
        if self.register.url is None:
            self._refuse("register.not_configured")
        return self.register.url

    def _key(self) -> bytes:
        try:
            return (self._settings.keys / f"{self.register.credential}.key").read_bytes()
        except FileNotFoundError:
            self._refuse("register.not_configured")


def _signature(key: bytes, verb: str, path: str, request_id: str, body: bytes) -> str:
    """HMAC-SHA256 over one line each: method or status, path, request, SHA-256 of the body."""
    lines = "\n".join((verb, path, request_id, hashlib.sha256(body).hexdigest()))
    return hmac.new(key, lines.encode(), "sha256").hexdigest()


def _machine_time() -> float:
    # Not the city's clock: two machines compare theirs, and tests do not shift the other one.
    return time.time()  # noqa: TID251


def _seconds(retry_after: str | None) -> float:
    if retry_after is None:
        return RETRY_AFTER_SECONDS_UNKNOWN
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - _machine_time())
    except ValueError:
        return RETRY_AFTER_SECONDS_UNKNOWN


def _own_secret(path: Path) -> bytes:
    """The secret in this file; made by whichever process comes first."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
        with suppress(FileExistsError):
            os.link(made, path)  # whole or not at all, and never over another's
        os.unlink(made)
    return path.read_bytes()
