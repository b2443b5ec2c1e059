"""The statements of `listing.sql`, declared: work lists, and what they are read from."""

from datetime import datetime
from uuid import UUID

from motcua.base.ids import CaseId, PersonId
from motcua.cases.model.case import Case
from motcua.cases.model.desk import Chosen, DeskCounts, DeskRow, Listed, Newest
from motcua.db import Read, Write, statement

__all__ = [
    "cases_after",
    "choices_of",
    "count_anew",
    "count_desk",
    "desk",
    "forget_listed",
    "keep_listed_until",
    "lay_anew",
    "lay_cases",
    "list_of",
    "lock_listed_until",
    "moved_between",
    "newest_event",
    "open_cases_of_agencies",
]


@statement
async def list_of(
    db: Read, posts: list[str], roles: list[str], state: str, is_mine: bool,
    before: datetime | None, procedures: list[str] | None, status: int | None,
    handler: PersonId | None, is_nobodys: bool, channel: str | None, since: datetime | None,
    until: datetime | None, words: list[str], code: str | None, sort: str, counted_max: int,
    at_most: int, skip: int,
) -> Listed: ...  # fmt: skip


@statement
async def desk(db: Read, ids: list[CaseId]) -> list[DeskRow]: ...


@statement
async def open_cases_of_agencies(
    db: Read, posts: list[str], roles: list[str], at_most: int, skip: int
) -> list[Case]: ...


@statement
async def count_desk(
    db: Read, posts: list[str], roles: list[str], now: datetime, tomorrow: datetime,
    next_week: datetime,
) -> DeskCounts: ...  # fmt: skip


@statement
async def choices_of(db: Read, posts: list[str], state: str) -> list[Chosen]: ...


@statement
async def newest_event(db: Read) -> Newest: ...


@statement
async def lock_listed_until(db: Write) -> int | None: ...


@statement
async def keep_listed_until(db: Write, sequence: int) -> None: ...


@statement
async def moved_between(db: Read, after: int, until: int) -> list[UUID]: ...


@statement
async def cases_after(db: Read, last: UUID, at_most: int) -> list[UUID]: ...


@statement
async def lay_cases(db: Write, cases: list[UUID]) -> None: ...


@statement
async def forget_listed(db: Write) -> None: ...


@statement
async def lay_anew(db: Write, cases: list[UUID]) -> None: ...


@statement
async def count_anew(db: Write) -> None: ...
