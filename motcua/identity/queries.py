"""The statements of this room, declared."""

from datetime import date, datetime, timedelta
from uuid import UUID

from motcua.db import Read, Write, statement
from motcua.identity.model import Person, Session


@statement
async def meet(
    db: Write,
    id: UUID,
    kind: str,
    issuer: str,
    subject: str,
    number: str | None,
    name: str,
    birth_date: date | None,
    email: str | None,
    phone: str | None,
    level: int | None,
    at: datetime,
) -> UUID: ...


@statement
async def person_by_id(db: Read, id: UUID) -> Person | None: ...


@statement
async def people_by_ids(db: Read, ids: list[UUID]) -> list[Person]: ...


@statement
async def represents_still(
    db: Read, issuer: str, organisation: str, subject: str, at: datetime
) -> bool: ...


@statement
async def learn_representative(
    db: Write, organisation_id: UUID, person_id: UUID, source: str, until: datetime
) -> None: ...


@statement
async def forget_representative(
    db: Write, issuer: str, organisation: str, subject: str, at: datetime
) -> None: ...


@statement
async def open_session(
    db: Write,
    id: UUID,
    token_hash: bytes,
    realm: str,
    person_id: UUID,
    behalf_id: UUID | None,
    level: int | None,
    at: datetime,
    until: datetime,
    idle: timedelta,
) -> None: ...


@statement
async def session_by_hash(
    db: Read, token_hash: bytes, realm: str, at: datetime
) -> Session | None: ...


@statement
async def touch_session(db: Write, id: UUID, at: datetime) -> None: ...


@statement
async def close_session(db: Write, id: UUID) -> None: ...


@statement
async def close_stale_sessions(db: Write, person_id: UUID, at: datetime) -> None: ...


@statement
async def owner_of_session(db: Read, token_hash: bytes, realm: str) -> UUID | None: ...


@statement
async def keep_form(
    db: Write, id_hash: bytes, realm: str, person_id: UUID | None, sealed: bytes, at: datetime
) -> None: ...


@statement
async def kept_form(db: Read, id_hash: bytes, realm: str, since: datetime) -> bytes | None: ...


@statement
async def forget_forms(db: Write, before: datetime) -> None: ...


@statement
async def lock_number(db: Write, number: str) -> None: ...


@statement
async def person_by_number(db: Read, number: str, issuer: str, unclaimed: str) -> UUID | None: ...


@statement
async def claim_person(
    db: Write, issuer: str, subject: str, number: str, unclaimed: str
) -> UUID | None: ...
