"""How a request may arrive: the size of its head, and how long it may take on its way.

Who sends a letter a minute, or a head without end, keeps a connection and nothing else.
"""

from asyncio import TimerHandle, Transport
from http import HTTPStatus
from typing import Any, Literal

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES_MAX = 32_768
HEAD_SECONDS_MAX = 10.0
BODY_SECONDS_MAX = 300.0  # the largest file over a poor telephone line


class Arrival(HttpToolsProtocol):
    """The server's reader of HTTP, with limits. One for each connection."""

    _stage: Literal["head", "body"] | None = "head"
    _head_bytes = 0
    _due: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait(HEAD_SECONDS_MAX)

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        before = self._stage
        super().data_received(data)
        if self._stage == "head":
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES_MAX:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        if self._stage is not None and (self._due is None or self._stage != before):
            self._wait(HEAD_SECONDS_MAX if self._stage == "head" else BODY_SECONDS_MAX)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._stage, self._head_bytes = "head", 0

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._stage = "body"

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._arrived()

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        self._due = self.loop.call_later(seconds, self._refuse, HTTPStatus.REQUEST_TIMEOUT)

    def _arrived(self) -> None:
        self._stage = None
        self._stop_waiting()

    def _stop_waiting(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _refuse(self, status: HTTPStatus) -> None:
        """Nobody is told more than the number: what came may not even be a request."""
        self._arrived()
        if self.transport.is_closing():
            return
        answering: Any = self.cycle
        if answering is None or answering.response_complete or not answering.response_started:
            line = f"HTTP/1.1 {status.value} {status.phrase}\r\n"
            self.transport.write(f"{line}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        self.transport.close()
