"""A request that was answered is answered the same way again. Kept in the transaction of the act,
so that the answer and what it reports both exist or neither does."""

from motcua.base import clock
from motcua.base.errors import Conflict, Invalid
from motcua.db import queries
from motcua.db.database import Read, Write
from motcua.db.queries import Remembered

IN_FLIGHT, ANSWERED = 1, 2
"""What `db.take_turn` says beside 0."""


async def take_turn(db: Write, key: str, digest: bytes) -> Remembered | None:
    """What the acting person was answered before under this key; None: act now, then `keep`.

    Holds the key to the end of the transaction. While another request holds it: Conflict. The key
    of another question, told by its digest: Invalid.
    """
    stands = db.turns[key] if key in db.turns else await queries.take_turn(db, key)
    if stands == IN_FLIGHT:
        raise Conflict("request.in_flight")
    return await given(db, key, digest) if stands == ANSWERED else None


async def keep(
    db: Write, key: str, digest: bytes, status: int, body: bytes, media_type: str
) -> None:
    """Conflict when somebody answered between our look and our turn; nothing is done then."""
    kept = await queries.keep_answer(
        db, db.person, key, digest, status, body, media_type, clock.now()
    )
    if kept is None:
        raise Conflict("request.in_flight")


async def given(db: Read, key: str, digest: bytes) -> Remembered | None:
    """Only looks."""
    found = await queries.answer_by_key(db, db.person, key)
    return _same(found, digest) if found else None


def _same(found: Remembered, digest: bytes) -> Remembered:
    if found.request_digest != digest:
        raise Invalid("request.key_used_for_another")
    return found
