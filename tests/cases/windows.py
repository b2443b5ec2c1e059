"""A one-stop branch that decides nothing, and requests as they are written down there."""

from datetime import date
from typing import Any

import pytest
from msgspec import Struct, structs

from motcua.base.errors import Invalid
from motcua.cases import actions
from motcua.cases.actions import counter
from motcua.cases.model.case import Case
from motcua.cases.model.counter import ApplicantGiven
from motcua.db import City
from motcua.identity import Viewer
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY, SAMPLE

BRANCH = "SM.B"
STUDENT = {"fee_class": "student"}
FOREIGNER = ApplicantGiven(
    "XX1234567", name="Jane Doe", birth_date=date(1980, 5, 1), papers="Hộ chiếu Hoa Kỳ"
)


class Windows(Struct, frozen=True):
    """Officers of the one-stop branch, which decides nothing."""

    taker: Viewer
    colleague: Viewer
    back_office: Viewer
    """Works there, but receives nobody."""


async def gather(city: City) -> Windows:
    return Windows(
        taker=await cast.officer(city, "taker", "Đỗ Thị Quầy", BRANCH, "reception"),
        colleague=await cast.officer(city, "colleague", "Vũ Văn Bên", BRANCH, "reception"),
        back_office=await cast.officer(city, "back", "Cao Hậu Cần", BRANCH, "handler"),
    )


def asked(city: City, who: str | ApplicantGiven, **given: Any) -> actions.Filing:
    """A request as it is written down at the counter of the branch."""
    changed = given.pop("answers", {})
    applicant = who if isinstance(who, ApplicantGiven) else numbered(city, who)
    made = actions.Filing(
        given.pop("procedure", SAMPLE), build.example(city) | changed, delivery="counter",
        agency=given.pop("agency", AGENCY), applicant=applicant, channel="counter", counter=BRANCH,
    )  # fmt: skip
    return structs.replace(made, **given)


def numbered(city: City, who: str) -> ApplicantGiven:
    return ApplicantGiven(number=cast.number(city, who))


async def take_in(city: City, officer: Viewer, filing: actions.Filing) -> Case:
    ready = await counter.prepare(city, officer, filing)
    async with city.database.write(officer.person) as db:
        return (await counter.take_in(db, officer, ready, "vi")).case


async def refused(city: City, officer: Viewer, filing: actions.Filing) -> dict[str, str]:
    with pytest.raises(Invalid) as found:
        await take_in(city, officer, filing)
    return {fault.pointer: fault.reason for fault in found.value.faults}
