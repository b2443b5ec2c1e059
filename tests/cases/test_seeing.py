"""Who sees a case, what its history says, and under which version of the rules it stays."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg
import msgspec
import pytest

from motcua.base import clock
from motcua.base.errors import NotFound
from motcua.base.pack import Pack
from motcua.cases import actions, keep_procedures
from motcua.db import City
from tests import cast
from tests.cases import build

# Who sees it


async def test_to_another_agency_the_case_does_not_exist(city: City, staff: cast.Cast) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "accepted")
    with pytest.raises(NotFound):
        await build.show(city, staff.elsewhere, case.code)
    with pytest.raises(NotFound):
        await build.act(city, staff.elsewhere, case, "propose", outcome="granted")
    async with city.database.read(staff.elsewhere.person) as db:
        listed, _ = await actions.list_cases(db, staff.elsewhere, "", 100)
        assert case.code not in {one.code for one in listed}


async def test_another_resident_sees_nothing_of_it(city: City, staff: cast.Cast) -> None:
    mine = await build.upload(city, staff.an)
    asked = build.filing(city, documents={"student_card": mine})
    case = await build.to_step(city, staff, staff.an, "an", "proposed", asked)
    await build.act(city, staff.leader, case, "return_to_handler", text="Xem lại")
    for who in (staff.hung, staff.lan):
        with pytest.raises(NotFound):
            await build.show(city, who, case.code)
        with pytest.raises(NotFound):
            await build.act(city, who, case, "withdraw")
        with pytest.raises(NotFound):
            await build.bytes_of(city, who, str(mine))
        async with city.database.read(who.person) as db:
            for table in ("cases.case_documents", "cases.findings", "cases.proposals"):
                found = await db.fetch_row(
                    f"SELECT count(*) FROM {table} WHERE case_id = $1", case.id
                )
                assert found[0] == 0, table
            found = await db.fetch_row(
                "SELECT count(*) FROM db.events WHERE subject_id = $1", case.id
            )
            assert found[0] == 0


async def test_the_applicant_does_not_see_what_officers_found_or_propose(
    city: City, staff: cast.Cast
) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "proposed")
    async with city.database.read(staff.an.person) as db:
        for table in ("cases.findings", "cases.proposals"):
            found = await db.fetch_row(f"SELECT count(*) FROM {table} WHERE case_id = $1", case.id)
            assert found[0] == 0, table


async def test_the_history_names_who_did_what_for_whom_and_when(
    city: City, staff: cast.Cast
) -> None:
    moment = datetime.fromisoformat("2027-05-10T10:00:00+09:00")
    with clock.at(moment):
        case = await build.to_step(city, staff, staff.firm, "an", "proposed")
    named = [
        (e.kind, e.by, e.on_behalf_of)
        for e in await build.history(city, staff.firm, case.code)
        if e.kind.startswith("case.")
    ]
    assert named == [
        ("case.filed", "Nguyễn Văn An", "Công ty TNHH Thử Nghiệm"),
        ("case.accepted", "Đặng Thu Hà", None),
        ("case.taken_up", "Đặng Thu Hà", None),
        ("case.proposed", "Bùi Quang Minh", None),
    ]
    for event in await build.history(city, staff.firm, case.code):
        assert timedelta(0) <= event.at - moment < timedelta(minutes=1)
        assert event.at.utcoffset() == timedelta(hours=9)
        assert event.text
        assert event.text != event.kind


async def test_an_application_may_not_change_what_was_asked_or_said(
    city: City, staff: cast.Cast
) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "proposed")
    for change in (
        "DELETE FROM cases.cases WHERE id = $1",
        "UPDATE cases.cases SET fee_amount = 0 WHERE id = $1",
        "UPDATE cases.cases SET applicant_id = applicant_id WHERE id = $1",
        "DELETE FROM cases.proposals WHERE case_id = $1",
        "UPDATE cases.findings SET answer = '{}' WHERE case_id = $1",
        "DELETE FROM db.events WHERE subject_id = $1",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with city.database.write(staff.handler.person) as db:
                await db.execute(change, case.id)


# Versions


async def test_a_case_keeps_the_procedure_under_which_it_was_filed(
    city: City, staff: cast.Cast, tmp_path: Path
) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "paid")
    pack = tmp_path / "sample"
    shutil.copytree(city.settings.pack, pack)
    file = pack / "procedures" / "9.000001.yaml"
    edited = file.read_text().replace("Tiếp nhận, en: Intake", "Quầy mới, en: New counter")
    edited = edited.replace("limit: 5wd\ncutoff", "limit: 30wd\ncutoff")
    edited = edited.replace("? 250 : 500", "? 250 : 900")
    assert edited != file.read_text()
    file.write_text(edited)
    later = City(
        msgspec.structs.replace(city.settings, pack=pack), Pack.read(pack), city.database.url
    )
    await later.database.open()
    try:
        await keep_procedures(later)
        old = await build.show(later, staff.an, case.code)
        assert (old.procedure.version, old.step_name) == (case.procedure_version, "Tiếp nhận")
        accepted = await build.act(later, staff.reception, case, "accept")
        new = await build.file(later, staff.an)
        fresh = await build.show(later, staff.an, new.code)
        assert (fresh.step_name, fresh.fee.total) == ("Quầy mới", 900)
        assert fresh.procedure.version != case.procedure_version
        assert accepted.due_at is not None
        assert accepted.due_at - clock.now() < timedelta(days=20)
    finally:
        await later.close()
