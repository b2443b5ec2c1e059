"""The forms of a person's cases are theirs: they go along in the copy of everything."""

from motcua import documents
from motcua.base.ids import SYSTEM
from motcua.cases.actions import papers
from motcua.db import City
from motcua.privacy import queries
from tests import cast
from tests.cases import build


async def test_the_copy_of_everything_holds_the_forms_of_ones_cases(
    city: City, staff: cast.Cast
) -> None:
    case = await build.file(city, staff.lan)
    build.keys(city, case.agency_code)
    given = await papers.open_form(city, staff.lan, case.code, "receipt")
    async with city.database.read(SYSTEM) as db:
        mine = await queries.files_about(db, staff.lan.person, 1000)
        theirs = await queries.files_about(db, staff.an.person, 1000)
        named = await queries.still_named(db, [one.sha256 for one in mine])
    [form] = [one for one in mine if one.kind == "papers" and one.name.startswith(case.code)]
    assert await documents.kept_bytes(city, form.sha256) == given
    assert form.sha256 in named  # what time takes away leaves it
    assert form.id not in {one.id for one in theirs}
