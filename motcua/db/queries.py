"""The statements of the ground, declared."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from motcua.db.database import Read, Write
from motcua.db.query import statement


class Event(msgspec.Struct, frozen=True):
    """One thing that happened. `sequence` grows within a subject and is where a stream resumes."""

    sequence: int
    id: UUID
    at: datetime
    kind: str
    subject_id: UUID
    actor_id: UUID
    behalf_id: UUID | None
    agency_code: str | None
    facts: dict[str, Any]


class Remembered(msgspec.Struct, frozen=True):
    request_digest: bytes
    status: int
    body: bytes
    media_type: str


class Turn(msgspec.Struct, frozen=True):
    """Whether the key is ours for this transaction, and what it was answered before."""

    is_mine: bool
    request_digest: bytes | None
    status: int | None
    body: bytes | None
    media_type: str


@statement
async def record_event(
    db: Write,
    id: UUID,
    at: datetime,
    kind: str,
    subject_id: UUID,
    actor_id: UUID,
    behalf_id: UUID | None,
    person_id: UUID | None,
    agency_code: str | None,
    facts: dict[str, Any],
    salt: bytes,
    digest: bytes,
    jobs: list[str],
    payloads: list[str],
) -> int: ...


@statement
async def ring(db: Read, channel: str, calls: list[str]) -> None: ...


@statement
async def enqueue_job(db: Write, job: str, payload: bytes, delay: timedelta) -> None: ...


@statement
async def events_of(db: Read, subject_id: UUID, after: int, at_most: int) -> list[Event]: ...


@statement
async def queue_length(db: Read) -> int: ...


@statement
async def held_jobs(db: Read) -> int: ...


@statement
async def turn_of_key(db: Write, person_id: UUID, key: str) -> Turn: ...


@statement
async def answer_by_key(db: Read, person_id: UUID, key: str) -> Remembered | None: ...


@statement
async def keep_answer(
    db: Write,
    person_id: UUID,
    key: str,
    request_digest: bytes,
    status: int,
    body: bytes,
    media_type: str,
    at: datetime,
) -> bool | None: ...


@statement
async def forget_old_answers(db: Write, before: datetime) -> None: ...
