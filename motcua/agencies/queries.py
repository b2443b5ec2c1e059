"""The statements of `queries.sql`, declared."""

from datetime import date, datetime

from motcua.agencies.model import Post, StandIn
from motcua.base.ids import PersonId
from motcua.db import Read, Write, statement


@statement
async def posts_of_person(
    db: Read, person_id: PersonId, today: date, among: list[str] | None
) -> list[Post]: ...


@statement
async def add_post(
    db: Write,
    person_id: PersonId,
    agency_code: str,
    role: str,
    from_date: date,
    unit: str | None,
    title: str | None,
) -> None: ...


@statement
async def end_post(
    db: Write, person_id: PersonId, agency_code: str, role: str, to_date: date
) -> bool | None: ...


@statement
async def holds(db: Read, person_id: PersonId, agency_code: str, role: str) -> bool: ...


@statement
async def may_give(
    db: Read,
    person_id: PersonId,
    absent_id: PersonId,
    agency_code: str,
    role: str,
    from_date: date,
) -> bool: ...


@statement
async def add_stand_in(
    db: Write,
    person_id: PersonId,
    absent_id: PersonId,
    agency_code: str,
    role: str,
    from_date: date,
    to_date: date,
    given_by: PersonId,
    given_at: datetime,
) -> bool | None: ...


@statement
async def end_stand_ins(
    db: Write, absent_id: PersonId, agency_code: str, day: date
) -> list[bool]: ...


@statement
async def stand_ins_of_agency(db: Read, agency_code: str, day: date) -> list[StandIn]: ...
