"""The counter of a simulated register: checks who asks, answers, and fails when told to."""

import asyncio
import hashlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Protocol

import msgspec

from motcua.base import clock
from motcua.base.settings import Settings

QUESTION_BYTES_MAX = 65_536
DRIP_SECONDS, DRIPS = 0.25, 120
MODES = frozenset(
    {
        "ok", "down", "slow", "limit", "cut", "schema", "certificate", "other-person", "duplicate",
        "skew",
    }
)  # fmt: skip

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

FOUND, NOTHING, NOT_PERMITTED, MISMATCH, FAILED = "00", "01", "02", "03", "99"


class Found(msgspec.Struct, frozen=True):
    """What a book says: how it went, which record was asked for, and the record."""

    status: str
    about: dict[str, str]
    record: dict[str, Any] | None = None


class Book(Protocol):
    """The records of one authority."""

    def answer(self, path: str, question: Mapping[str, Any]) -> Found | None:
        """None: this authority has no such service."""
        ...

    def somebody_else(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """The same question about another person."""
        ...


class Simulator:
    """An ASGI application, bare because it must be able to break off in the middle of an answer."""

    def __init__(self, book: Book, key: bytes) -> None:
        self.book = book
        self.mode = "ok"
        self._key = key

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        body = await _read(receive)
        if body is None:
            await _say(send, 413)
            return
        asked = {name: value.decode("latin-1") for name, value in scope["headers"]}
        path, request_id = scope["path"], asked.get(b"x-request-id", "")
        expected = self._sign(scope["method"], path, request_id, body)
        if not hmac.compare_digest(asked.get(b"x-signature", "").encode(), expected):
            await _say(send, 401)
            return
        question = msgspec.json.decode(body)
        if path == "/fault":
            await self._set_fault(send, path, request_id, question)
        else:
            await self._serve(send, path, request_id, question)

    async def _set_fault(
        self, send: Send, path: str, request_id: str, question: Mapping[str, Any]
    ) -> None:
        if question.get("mode") not in MODES:
            await _say(send, 422)
            return
        self.mode = str(question["mode"])
        signed = self._sign("200", path, request_id, b"{}")
        await _say(send, 200, b"{}", {b"x-signature": signed})

    async def _serve(
        self, send: Send, path: str, request_id: str, question: dict[str, Any]
    ) -> None:
        match self.mode:
            case "down":
                await _say(send, 503)
                return
            case "limit":
                await _say(send, 429, headers={b"retry-after": b"1"})
                return
            case "certificate":
                await _say(send, 401)
                return
        told = self._answer(path, question)
        if told is None:
            await _say(send, 404)
            return
        body = msgspec.json.encode(told)
        headers = {b"x-signature": self._sign("200", path, request_id, body)}
        match self.mode:
            case "slow":
                await _drip(send, body, headers)
            case "cut":
                await _break_off(send, body, headers)
            case _:
                await _say(send, 200, body, headers)

    def _answer(self, path: str, question: dict[str, Any]) -> dict[str, Any] | None:
        request_id = question.get("maYeuCau", "")
        if path == "/suc-khoe":
            found: Found | None = Found(FOUND, {})
            if self.mode == "other-person":
                request_id = secrets.token_hex(16)
        else:
            asked = self.book.somebody_else(question) if self.mode == "other-person" else question
            found = self.book.answer(path, asked)
        if found is None:
            return None
        if self.mode == "schema":
            return {"ketQua": {"ma": 0, "noiDung": [found.status]}}
        late = timedelta(days=1) if self.mode == "skew" else timedelta()
        records = [found.record] if found.record else []
        return {
            "maYeuCau": request_id,
            "maTrangThai": found.status,
            "thoiGian": (clock.now() - late).isoformat(),
            **found.about,
            "duLieu": [_doubled(r) for r in records * 2] if self.mode == "duplicate" else records,
        }

    def _sign(self, verb: str, path: str, request_id: str, body: bytes) -> bytes:
        lines = [verb, path, request_id, hashlib.sha256(body).hexdigest()]
        return hmac.new(self._key, "\n".join(lines).encode(), "sha256").hexdigest().encode()


def key_of(city: Settings, name: str) -> bytes:
    """The secret this register shares with the city; made by whichever start comes first."""
    path = city.keys / f"register-{name}.key"
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
        with suppress(FileExistsError):
            os.link(made, path)  # whole or not at all, and never over another's
        os.unlink(made)
    return path.read_bytes()


def _doubled(record: dict[str, Any]) -> dict[str, Any]:
    return {name: v * 2 if isinstance(v, list) else v for name, v in record.items()}


async def _read(receive: Receive) -> bytes | None:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > QUESTION_BYTES_MAX:
            return None
    return body


async def _say(
    send: Send, status: int, body: bytes = b"", headers: Mapping[bytes, bytes] | None = None
) -> None:
    await _begin(send, status, body, headers or {})
    await send({"type": "http.response.body", "body": body})


async def _begin(send: Send, status: int, body: bytes, headers: Mapping[bytes, bytes]) -> None:
    told = {
        b"content-type": b"application/json",
        b"content-length": str(len(body)).encode(),
        **headers,
    }
    await send({"type": "http.response.start", "status": status, "headers": list(told.items())})


async def _drip(send: Send, body: bytes, headers: Mapping[bytes, bytes]) -> None:
    """A byte now and then: each arrives in time, the whole never does."""
    await _begin(send, 200, body, headers)
    for i in range(min(DRIPS, len(body) - 1)):
        await send({"type": "http.response.body", "body": body[i : i + 1], "more_body": True})
        await asyncio.sleep(DRIP_SECONDS)


async def _break_off(send: Send, body: bytes, headers: Mapping[bytes, bytes]) -> None:
    """Promises the whole and sends half; the server then closes the connection."""
    await _begin(send, 200, body, headers)
    await send({"type": "http.response.body", "body": body[: len(body) // 2]})
