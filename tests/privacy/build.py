"""Somebody new, so that a test may delete all that is known of them."""

import secrets
from datetime import date

from motcua import identity
from motcua.base.ids import SYSTEM
from motcua.db import City
from motcua.identity import Viewer
from tests import cast

BORN = date(1988, 8, 8)


async def somebody(city: City, name: str = "Người Mới Đến") -> Viewer:
    number = f"999{secrets.randbelow(10**9):09}"
    met = await identity.meet_at_counter(city, number, name, BORN)
    async with city.database.write(SYSTEM) as db:
        await identity.correct_contact(db, met, "moi@example.com", "0900000000")
    return Viewer(person=met, name=name, number=number, birth_date=BORN, assurance=cast.LEVEL_2)
