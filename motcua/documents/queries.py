"""The statements of `queries.sql`, declared."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from motcua.base.ids import CaseId
from motcua.db import Read, Write, statement
from motcua.documents.model import (
    File,
    HolderFound,
    Issued,
    OpenedFor,
    Opening,
    Record,
    Reserved,
    VaultPaper,
)


@statement
async def add_file(
    db: Write, file_id: UUID, owner_id: UUID, made_by: UUID, name: str, media_type: str, size: int,
    sha256: bytes, at: datetime, scan: str, sent_sha256: bytes,
) -> None: ...  # fmt: skip


@statement
async def files_in_quarantine(db: Read, at_most: int) -> list[File]: ...


@statement
async def note_scan(db: Write, file_id: UUID, scan: str, at: datetime) -> None: ...


@statement
async def file_by_id(db: Read, file_id: UUID) -> File | None: ...


@statement
async def files_by_id(db: Read, file_ids: list[UUID]) -> list[File]: ...


@statement
async def share_files(
    db: Write, file_ids: list[UUID], agency_code: str | None, person_id: UUID | None, made_by: UUID,
    at: datetime,
) -> None: ...  # fmt: skip


@statement
async def next_in_sequence(db: Write, agency_code: str, kind_code: str, year: int) -> int: ...


@statement
async def reserved_number(db: Read, case_id: UUID, kind_code: str) -> Reserved | None: ...


@statement
async def reserve_number(
    db: Write, reference: str, case_id: UUID, kind_code: str, agency_code: str, year: int,
    sequence: int | None, number: str, issued_on: date,
) -> None: ...  # fmt: skip


@statement
async def issued_by_reference(db: Read, reference: str) -> Issued | None: ...


@statement
async def results_of_cases(db: Read, cases: list[CaseId]) -> list[Issued]: ...


@statement
async def record_result(
    db: Write, reference: str, case_id: UUID, kind_code: str, kind_name_vi: str, kind_name_en: str,
    agency_code: str, issuer_name_vi: str, issuer_name_en: str, number: str, issued_on: date,
    file_id: UUID, holder_id: UUID | None, holder_salt: bytes, holder_check: bytes,
    holder: dict[str, Any], at: datetime,
) -> None: ...  # fmt: skip


@statement
async def declare_status(
    db: Write, reference: str, status: str, made_by: UUID, at: datetime
) -> None: ...


@statement
async def papers_of(db: Read, person_id: UUID, most: int) -> list[VaultPaper]: ...


@statement
async def record_of(db: Read, reference: str) -> Record | None: ...


@statement
async def holder_of(db: Read, reference: str, number: str) -> HolderFound | None: ...


@statement
async def opened_for(db: Read, file_id: UUID, owner_id: UUID, at: datetime) -> OpenedFor | None: ...


@statement
async def openings_of(db: Read, person_id: UUID, before: UUID, at_most: int) -> list[Opening]: ...


@statement
async def give_files(db: Write, file_ids: list[UUID], person_id: UUID) -> None: ...
