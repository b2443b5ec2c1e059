"""The statements of `vault.sql`, declared: what people have here, and what it served for."""

from datetime import date, datetime
from uuid import UUID

from motcua.cases.model.vault import Digitised, Held, Reuse
from motcua.db import Read, Write, statement

__all__ = [
    "count_reuses",
    "describe_paper",
    "digitised_paper",
    "held_by",
    "reused_in",
    "was_reused",
]


@statement
async def held_by(db: Read, person: UUID, at_most: int) -> list[Held]: ...


@statement
async def reused_in(db: Read, case_id: UUID, withdrawal: str) -> list[Reuse]: ...


@statement
async def count_reuses(
    db: Write, case_id: UUID, files: list[UUID], requirements: list[str], components: list[str],
    digitised: list[int], taken_by: UUID, at: datetime,
) -> list[int]: ...  # fmt: skip


@statement
async def digitised_paper(db: Read, file_id: UUID) -> Digitised | None: ...


@statement
async def describe_paper(
    db: Write, file_id: UUID, case_id: UUID, number: str, issuer: str, signer: str, holder: str,
    summary: str, issued_on: date | None, valid_until: date | None, agency_code: str,
    officer: UUID, officer_name: str, at: datetime, withdrawn_at: datetime | None,
    because: str | None,
) -> None: ...  # fmt: skip


@statement
async def was_reused(db: Read, case_id: UUID, file_id: UUID) -> bool: ...
