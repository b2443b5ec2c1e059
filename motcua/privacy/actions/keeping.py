"""What time takes away is deleted for good, and counted for whoever watches."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from motcua import documents, identity
from motcua.base import clock
from motcua.base.ids import SYSTEM
from motcua.db import City, Write
from motcua.db import queries as ground
from motcua.privacy import queries, rules
from motcua.privacy.model import Kept, PrivacyPack

UNTOUCHED_SECONDS = 86_400
"""Bytes that somebody has just put down may be named in a moment."""


async def _files(db: Write, before: datetime) -> int:
    return len(await queries.forget_files(db, before))


TAKEN: dict[Kept, Callable[[Write, datetime], Coroutine[Any, Any, int]]] = {
    "answers": queries.forget_answers,
    "challenges": queries.forget_challenges,
    "deliveries": queries.forget_deliveries,
    "drafts": queries.forget_drafts,
    "exports": queries.forget_exports,
    "files": _files,
    "forms": queries.forget_forms,
    "looks": queries.forget_looks,
    "messages": queries.forget_messages,
    "sessions": queries.forget_sessions,
}


async def forget_old(city: City) -> dict[str, int]:
    """How many rows of each kind went; what the pack gives no time for stays."""
    periods = city.pack.file("privacy", PrivacyPack).retention
    counts: dict[str, int] = {}
    for name, forget in TAKEN.items():
        if name not in periods:
            continue
        # An export's own end is in its row.
        ago = rules.period(periods[name]) if name != "exports" else timedelta()
        async with city.database.write(SYSTEM) as db:
            counts[name] = await forget(db, clock.now() - ago)
            await ground.count_deleted(db, name, counts[name])
    return counts


def kept_for(city: City, kind: Kept) -> timedelta | None:
    """How long it stays; None: for good."""
    has_periods = city.pack.has("privacy")
    periods = city.pack.file("privacy", PrivacyPack).retention if has_periods else {}
    return rules.period(periods[kind]) if kind in periods else None


async def sweep(city: City, seconds: float = UNTOUCHED_SECONDS) -> int:
    """Bytes that no row names any more, and keys that an old copy of their folder brought back."""
    async with city.database.read(SYSTEM) as db:
        erased = await queries.erased_people(db)
    await asyncio.to_thread(identity.destroy_again, city, erased)

    async def named(digests: list[bytes]) -> set[bytes]:
        async with city.database.read(SYSTEM) as db:
            return set(await queries.still_named(db, digests))

    gone = await documents.sweep(city, seconds, named)
    async with city.database.write(SYSTEM) as db:
        await ground.count_deleted(db, "bytes", gone)
    return gone
