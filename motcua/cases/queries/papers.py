"""The statements of `papers.sql`, declared: forms, and the book of cases."""

from datetime import date, datetime
from uuid import UUID

from motcua.cases.model.paper import BookLine, Paper
from motcua.db import Read, Write, statement

__all__ = [
    "book_lines",
    "count_book",
    "keep_paper",
    "lock_paper",
    "paper_by_cause",
    "papers_of_case",
    "reserve_paper",
]


@statement
async def lock_paper(db: Write, cause: UUID) -> None: ...


@statement
async def paper_by_cause(db: Read, case_id: UUID, cause: UUID, kind: str) -> Paper | None: ...


@statement
async def papers_of_case(db: Read, case_id: UUID) -> list[Paper]: ...


@statement
async def reserve_paper(
    db: Write, id: UUID, case_id: UUID, cause: UUID, cause_sequence: int, kind: str, form: str,
    agency_code: str, year: int, sequence: int, number: str, issued_on: date,
) -> None: ...  # fmt: skip


@statement
async def keep_paper(db: Write, id: UUID, sha256: bytes, size: int) -> None: ...


@statement
async def book_lines(
    db: Read, agency: str, first: str, beyond: str, since: datetime, until: datetime,
    procedure: str, state: str, now: datetime, after_at: datetime, after_code: str, at_most: int,
) -> list[BookLine]: ...  # fmt: skip


@statement
async def count_book(
    db: Read, agency: str, first: str, beyond: str, since: datetime, until: datetime,
    procedure: str, state: str, now: datetime,
) -> int: ...  # fmt: skip
