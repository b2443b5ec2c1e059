"""The same request twice has one effect: `Idempotency-Key`, held in the transaction of the act.

The answer is stored beside what it reports, so both exist or neither does; a refusal stores
nothing and the key may be used again.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from litestar import Request, Response
from litestar.params import HeaderParameter

from motcua.base.errors import Invalid
from motcua.base.ids import PersonId
from motcua.db import Write, answers
from motcua.db.queries import Remembered

KEY_HEADER = "Idempotency-Key"
KEY_LENGTH_MAX = 255
NUL = b"\\u0000"  # PostgreSQL has no such character
JSON = "application/json"


class KeyMissing(Invalid):
    """Nothing is wrong with what was sent but for the missing key: 400, not 422."""


IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name=KEY_HEADER,
        required=False,
        description="Required, 1 to 255 characters: what was asked under a key is done once.",
    ),
]
"""For the description of the API; `once` reads the header itself."""

Act = Callable[[Write], Awaitable[Any]]

_encoder = msgspec.json.Encoder()


async def once(
    request: Request[Any, Any, Any],
    person: PersonId,
    behalf: PersonId | None,
    act: Act,
    status: int = 201,
    said: bytes | None = None,
) -> Response[bytes]:
    """Do `act` in one transaction and remember what it returned, or repeat what was remembered.

    `said` stands for the body where the same request is never the same bytes (multipart).

    No key is Invalid (400), another body under the same key Invalid (422), the same request
    still at work Conflict (409).
    """
    key, digest = await _read(request, behalf, said)
    async with request.app.state.city.database.write(person, behalf, key) as db:
        if first := await answers.take_turn(db, key, digest):
            return _again(first)
        body = _encoder.encode(await act(db))
        await answers.keep(db, key, digest, status, body, JSON)
    return Response(body, status_code=status, media_type=JSON)


async def repeated(
    request: Request[Any, Any, Any], person: PersonId, behalf: PersonId | None
) -> Response[bytes] | None:
    """The answer of an earlier same request, asked for before anything outside is troubled."""
    key, digest = await _read(request, behalf, None)
    async with request.app.state.city.database.read(person, behalf) as db:
        first = await answers.given(db, key, digest)
    return _again(first) if first else None


async def _read(
    request: Request[Any, Any, Any], behalf: PersonId | None, said: bytes | None
) -> tuple[str, bytes]:
    """The key, and a digest of what was asked: how, where, in whose name, in what words."""
    key = request.headers.get("idempotency-key", "")
    if not 1 <= len(key) <= KEY_LENGTH_MAX:
        raise KeyMissing("request.no_idempotency_key")
    if said is None and NUL in await request.body():
        raise Invalid("request.nul_character")
    seen = hashlib.sha256(f"{request.method} {request.url.path} {behalf or ''}\n".encode())
    seen.update(await request.body() if said is None else said)
    return key, seen.digest()


def _again(first: Remembered) -> Response[bytes]:
    return Response(first.body, status_code=first.status, media_type=first.media_type)
