"""The statements of the exchange, declared."""

from datetime import datetime
from uuid import UUID

from motcua.base.ids import PersonId
from motcua.db import Read, Write, statement
from motcua.exchange.model import Calls, CovertOrder, Look


@statement
async def record_look(
    db: Write,
    look_id: UUID,
    at: datetime,
    asker: PersonId,
    subject_hash: bytes,
    register: str,
    operation: str,
    purpose_vi: str,
    purpose_en: str,
    legal_basis: str,
    case_code: str | None,
    agency_code: str | None,
) -> None: ...


@statement
async def record_subject(
    db: Write, person: PersonId | None, subject_hash: bytes, look_id: UUID
) -> None: ...


@statement
async def record_outcome(
    db: Write, look_id: UUID, at: datetime, outcome: str, milliseconds: int, tries: int
) -> None: ...


@statement
async def claim_looks(db: Write, person: PersonId, subject_hash: bytes) -> None: ...


@statement
async def looks_of(db: Read, person: PersonId, before: UUID, most: int) -> list[Look]: ...


@statement
async def calls_of_registers(db: Read, since: datetime) -> list[Calls]: ...


@statement
async def order_covert(
    db: Write,
    order_id: UUID,
    subject_hash: bytes,
    agency_code: str,
    reason: str,
    legal_basis: str,
    at: datetime,
    until: datetime,
    ordered_by: PersonId,
) -> None: ...


@statement
async def lift_covert(db: Write, order_id: UUID, at: datetime) -> bool | None: ...


@statement
async def covert_orders(db: Read, most: int) -> list[CovertOrder]: ...
