"""Whoever opens a case in office leaves a trace, by whatever door: an officer's token also opens
the pages of residents."""

from motcua.base import clock
from motcua.cases.actions import looking
from motcua.db import City
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY
from tests.cases.machine import Api


async def test_no_address_opens_a_case_to_an_officer_unseen(
    city: City, staff: cast.Cast, api: Api
) -> None:
    build.keys(city, AGENCY)
    case = await build.file(city, staff.hung)
    began = clock.now()
    for number, path in enumerate(
        (
            f"/cases/{case.code}",
            f"/cases/{case.code}/receipt.pdf",
            f"/api/v1/cases/{case.code}",
            f"/api/v1/cases/{case.code}/events",
        ),
        1,
    ):
        for name in ("handler", "hung"):
            with clock.at(began + number * 2 * looking.SAME_LOOK):
                assert (await api(name).get(path)).status_code == 200
            assert await looks_at(city, staff, case.code) == number, (name, path)


async def looks_at(city: City, staff: cast.Cast, code: str) -> int:
    async with city.database.read(staff.hung.person) as db:
        looks = await looking.looks_at_my_cases(db)
    return len([look for look in looks if look.case_code == code])
