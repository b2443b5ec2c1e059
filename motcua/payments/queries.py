"""The statements of the room, declared."""

from datetime import datetime
from typing import Any
from uuid import UUID

from motcua.base.ids import PersonId
from motcua.db import Read, Write, statement
from motcua.payments.model import (
    Balance,
    CounterReceipt,
    LedgerFault,
    Receipt,
    Request,
    Transfer,
)


@statement
async def open_request(
    db: Write, id: UUID, reference: str, thing_id: UUID, thing_code: str, payer: PersonId,
    agency: str, amount: int, currency: str, lines: list[Any], at: datetime, counter: str | None,
) -> None: ...  # fmt: skip


@statement
async def requests_of_things(db: Read, thing_ids: list[UUID]) -> list[Request]: ...


@statement
async def request_by_id(db: Read, id: UUID) -> Request | None: ...


@statement
async def request_by_reference(db: Read, reference: str) -> Request | None: ...


@statement
async def request_by_thing_code(db: Read, code: str) -> Request | None: ...


@statement
async def lock_name(db: Write, name: str) -> None: ...


@statement
async def receipt_by_transaction(db: Read, bank_transaction: str) -> Receipt | None: ...


@statement
async def record_receipt(
    db: Write, bank_transaction: str, reference: str, request_id: UUID | None, amount: int,
    currency: str, outcome: str, transfer_id: UUID, paid_at: datetime, at: datetime,
) -> None: ...  # fmt: skip


@statement
async def close_request(
    db: Write, request_id: UUID, closing: str, bank_transaction: str | None, at: datetime
) -> None: ...


@statement
async def open_account(db: Write, code: str, kind: str, currency: str) -> None: ...


@statement
async def record_transfer(
    db: Write, id: UUID, debit: str, credit: str, amount: int, currency: str, at: datetime
) -> None: ...


@statement
async def transfer_by_id(db: Read, id: UUID) -> Transfer | None: ...


@statement
async def balances(db: Read) -> list[Balance]: ...


@statement
async def ledger_faults(db: Read) -> list[LedgerFault]: ...


@statement
async def next_counter_number(db: Write, counter: str, year: int) -> int: ...


@statement
async def record_counter_receipt(
    db: Write, bank_transaction: str, counter: str, year: int, number: int, method: str,
    taken_by: PersonId, taken_by_name: str, slip: str | None,
) -> None: ...  # fmt: skip


@statement
async def counter_receipt_of_thing(db: Read, thing_id: UUID) -> CounterReceipt | None: ...


@statement
async def pass_request_on(
    db: Write, thing_id: UUID, agency: str, made_by: PersonId, at: datetime
) -> None: ...


@statement
async def share_request(
    db: Write, thing_id: UUID, agency: str, made_by: PersonId, at: datetime
) -> None: ...
