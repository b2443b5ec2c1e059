"""The statements of `queries.sql`, declared."""

from datetime import date

from motcua.agencies.model import Post
from motcua.base.ids import PersonId
from motcua.db import Read, Write, statement


@statement
async def posts_of_person(db: Read, person_id: PersonId, today: date) -> list[Post]: ...


@statement
async def add_post(
    db: Write, person_id: PersonId, agency_code: str, role: str, from_date: date
) -> None: ...


@statement
async def roles_of_person(
    db: Read, person_id: PersonId, agency_code: str, today: date
) -> list[str]: ...


@statement
async def holds(db: Read, person_id: PersonId, agency_code: str, role: str) -> bool: ...
