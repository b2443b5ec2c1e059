"""What surrounds every answer: a number, headers that protect, one line in the log."""

import logging
import secrets
import time
from typing import Any

from litestar.types import Message, Scope

from motcua.web import meters

log = logging.getLogger("motcua.access")

PERMISSIONS = b"camera=(self), geolocation=(self), microphone=(), payment=(), usb=()"
HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
NEVER_KEPT = (b"cache-control", b"no-store")
"""What was made for one person stays in no cache, not even their browser's."""
NUMBER_BYTES = 8


def policy(form_targets: tuple[str, ...] = ()) -> str:
    """Own files only; no script or style inside a page; nobody may frame us."""
    forms = " ".join(["'self'", *form_targets])
    return (
        "default-src 'none'; object-src 'none'; script-src 'self'; style-src 'self'; "
        "font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; "
        f"form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
    )


class Envelope:
    """Litestar's hook before each message goes out; it sees errors and unknown addresses too."""

    def __init__(self, form_targets: tuple[str, ...] = ()) -> None:
        self.protection = (
            (b"content-security-policy", policy(form_targets).encode()),
            (b"referrer-policy", b"same-origin"),
            (b"x-content-type-options", b"nosniff"),
            (b"permissions-policy", PERMISSIONS),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
        )

    async def __call__(self, message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = message["headers"] = list(message["headers"])
        said = {name.lower() for name, _ in headers}
        headers += [(name, value) for name, value in self.protection if name not in said]
        if b"cache-control" not in said and scope["state"].get("viewer"):
            headers.append(NEVER_KEPT)
        headers.append((b"x-request-id", number_of(scope).encode()))
        if scope.get("scheme") == "https":
            headers.append(HSTS)
        self._log(message, scope)

    def _log(self, message: Any, scope: Any) -> None:
        """The address is its pattern, `/cases/{code}`: what a person asked about is no one's."""
        started = scope["state"].get("started")
        seconds = time.perf_counter() - started if started else 0.0
        method, address = scope.get("method"), scope.get("path_template") or "-"
        told = {
            "request": number_of(scope),
            "method": method,
            "address": address,
            "status": message["status"],
            "ms": round(seconds * 1000, 1),
        }
        if reason := scope["state"].get("refused"):
            told["reason"] = reason
        log.info("answered", extra=told)
        meters.count(method, address, message["status"], seconds)


def number_of(scope: Any) -> str:
    """The request's number, by which a person's call to the desk finds the line in the log."""
    state: dict[str, Any] = scope.setdefault("state", {})
    if "number" not in state:
        state["number"] = secrets.token_hex(NUMBER_BYTES)
    return str(state["number"])


def note_refusal(scope: Any, reason: str) -> None:
    """Why a request was refused, for its line in the log: the reason is a stable name."""
    scope.setdefault("state", {})["refused"] = reason


def note_start(scope: Any) -> None:
    scope["state"].setdefault("started", time.perf_counter())
