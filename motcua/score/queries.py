"""The statements of `queries.sql`, declared."""

from datetime import date, datetime
from uuid import UUID

from motcua.db import Read, Write, statement
from motcua.score.model import (
    Batch,
    By,
    CaseBehind,
    Counts,
    Cut,
    Edition,
    Grain,
    Kind,
    List,
    Named,
    Overdue,
)


@statement
async def begin_first_edition(db: Write, at: datetime) -> None: ...


@statement
async def lock_shown(db: Write) -> int | None: ...


@statement
async def lock_edition(db: Write, edition: int) -> int | None: ...


@statement
async def take_batch(db: Write, edition: int, at_most: int, at: datetime) -> Batch: ...


@statement
async def close_gaps(db: Write, edition: int, before: datetime) -> None: ...


@statement
async def read_by_index(db: Write) -> str: ...


@statement
async def learn_procedures(db: Write) -> None: ...


@statement
async def fold(
    db: Write, edition: int, after: int, until: int, filled: list[int], subjects: list[UUID]
) -> None: ...


@statement
async def begin_edition(db: Write, at: datetime) -> Edition: ...


@statement
async def cases_after(db: Read, after: UUID, at_most: int) -> list[UUID]: ...


@statement
async def hide_shown(db: Write) -> None: ...


@statement
async def show_edition(db: Write, edition: int) -> None: ...


@statement
async def forget_editions(db: Write, but: int) -> None: ...


@statement
async def drop_leftovers(db: Write, at_most: int) -> int: ...


@statement
async def figures(
    db: Read,
    cut: Cut,
    by: By,
    grain: Grain,
    agencies: list[str],
    field: str,
    procedure: str,
    since: date,
    until: date,
) -> list[Counts]: ...


@statement
async def figures_of_officers(db: Read, agency: str, since: date, until: date) -> list[Counts]: ...


@statement
async def named_figures(
    db: Read,
    cut: Cut,
    kind: Kind,
    agencies: list[str],
    field: str,
    procedure: str,
    since: date,
    until: date,
) -> list[Named]: ...


@statement
async def overdue(db: Read, agencies: list[str], today: date, now: datetime) -> list[Overdue]: ...


@statement
async def cases_behind(
    db: Read,
    which: List,
    agencies: list[str],
    field: str,
    procedure: str,
    officer: UUID | None,
    since: datetime,
    until: datetime,
    now: datetime,
    at_most: int,
    skip: int,
) -> list[CaseBehind]: ...
