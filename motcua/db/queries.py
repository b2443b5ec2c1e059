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


@statement
async def record_events(
    db: Write,
    subject_id: UUID,
    actor_id: UUID,
    behalf_id: UUID | None,
    at: datetime,
    ids: list[UUID],
    kinds: list[str],
    persons: list[UUID | None],
    agencies: list[str | None],
    facts: list[str],
    salts: list[bytes],
    digests: list[bytes],
    jobs: list[str],
    payloads: list[bytes],
) -> None: ...


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
async def take_turn(db: Write, key: str) -> int: ...


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


class Deleted(msgspec.Struct, frozen=True):
    kind: str
    count: int


@statement
async def count_deleted(db: Write, kind: str, count: int) -> None: ...


@statement
async def deleted_so_far(db: Read) -> list[Deleted]: ...
