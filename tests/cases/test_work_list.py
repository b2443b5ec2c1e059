"""Lists that are counted and paged by index: what they hold, how many, and for whom."""

import itertools
from datetime import timedelta
from typing import Any, get_args

import pytest

from motcua.base import clock
from motcua.base.ids import SYSTEM
from motcua.cases import queries
from motcua.cases.actions import Procedures, desk, reading
from motcua.cases.actions.desk import DueBy, Wanted, WorkList
from motcua.cases.model.case import Case
from motcua.cases.rules.states import WAITING
from motcua.db import City
from motcua.identity import Viewer
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY

CUTS = list(itertools.product((False, True), get_args(DueBy)))


async def listed(city: City, viewer: Viewer, **cut: Any) -> WorkList:
    async with city.database.write(viewer.person) as db:
        return await desk.work_list(db, viewer, Wanted(**cut))


async def every(city: City, viewer: Viewer, **cut: Any) -> list[str]:
    """The codes of all pages."""
    codes: list[str] = []
    for page in itertools.count(1):
        found = await listed(city, viewer, page=page, **cut)
        codes += [row.code for row in found.rows]
        if not found.rows:
            return codes
    raise AssertionError


@pytest.fixture
async def work(city: City, staff: cast.Cast, monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    """Cases at reception, at a handler's, waiting for their people, and late; pages of three."""
    monkeypatch.setattr(desk, "ROWS_PER_PAGE", 3)
    made = [await build.to_step(city, staff, staff.an, "an", "accepted") for _ in range(3)]
    made += [await build.to_step(city, staff, staff.lan, "lan", "paid") for _ in range(2)]
    asked = await build.to_step(city, staff, staff.binh, "binh", "accepted")
    await build.act(city, staff.handler, asked, "request_supplement", text="Bổ sung giấy tờ.")
    late = clock.now() - timedelta(minutes=5)
    async with city.database.write(SYSTEM) as db:
        await db.execute(
            "UPDATE cases.cases SET accepted_at = $2, due_at = $3 WHERE code = $1",
            made[0].code, late - timedelta(days=1), late,
        )  # fmt: skip
    return [*made, asked]


async def test_every_cut_lists_what_it_counts_and_nothing_twice(
    city: City, staff: cast.Cast, work: list[Case]
) -> None:
    whole = await listed(city, staff.handler)
    now = clock.now()
    tomorrow, next_week = desk._midnights(city, now)
    before = {"late": now, "today": tomorrow, "week": next_week}
    async with city.database.write(staff.handler.person) as db:
        rows = await queries.desk(db, [AGENCY], ["handler"], False, None, "", 10_000, 0)
        known = {row.code: await db.city[Procedures].at_version(
            db, row.procedure_code, row.procedure_version) for row in rows}  # fmt: skip
    assert {case.code for case in work} <= {row.code for row in rows}
    for is_mine, due in CUTS:
        fits = [
            row.code
            for row in rows
            if not (is_mine or due)
            or (
                row.business not in WAITING
                and (not due or row.promised_at < before[due])
                and (
                    not is_mine or known[row.code].procedure.route.steps[row.step].role == "handler"
                )
            )
        ]
        found = await listed(city, staff.handler, is_mine=is_mine, due=due)
        assert found.total == len(fits), (is_mine, due)
        assert await every(city, staff.handler, is_mine=is_mine, due=due) == fits
    assert whole.total == whole.counts.everything == len(rows)


async def test_the_green_lane_comes_first_then_what_is_due_first(
    city: City, staff: cast.Cast, work: list[Case]
) -> None:
    async with city.database.write(staff.handler.person) as db:
        rows = await queries.desk(db, [AGENCY], ["handler"], False, None, "", 10_000, 0)
    order = [(row.lane != "green", row.promised_at, row.code) for row in rows]
    assert order == sorted(order)


async def test_words_find_by_name_without_marks_and_a_whole_code_finds_that_case(
    city: City, staff: cast.Cast, work: list[Case]
) -> None:
    case, asked = work[0], work[-1]
    found = await listed(city, staff.handler, words=case.code.lower())
    assert [row.code for row in found.rows] == [case.code]
    assert found.total == 1
    assert not (await listed(city, staff.handler, words=case.code, page=2)).rows
    # What waits for its person is nobody's work, even by its code.
    assert not (await listed(city, staff.handler, words=asked.code, is_mine=True)).rows
    assert not (await listed(city, staff.handler, words=work[-2].code, is_mine=True)).rows
    assert (await listed(city, staff.handler, words=case.code, due="late")).total == 1
    by_name = await every(city, staff.handler, words="nguyen van an")
    assert {one.code for one in work[:3]} <= set(by_name)
    assert work[-1].code not in by_name
    assert (await listed(city, staff.handler, words="nguyen van an")).total == len(by_name)
    by_part = await every(city, staff.handler, words=case.code[:-2])
    assert case.code in by_part


async def test_nobody_counts_or_finds_cases_of_an_agency_not_theirs(
    city: City, staff: cast.Cast, work: list[Case]
) -> None:
    """Whatever posts are named: the database knows who holds them."""
    given, now = ([AGENCY], ["handler"]), clock.now()
    for viewer in (staff.elsewhere, staff.hung, staff.an):
        async with city.database.read(viewer.person) as db:
            counts = await queries.count_desk(db, *given, now, now, now)
            assert {counts.everything, counts.mine, counts.late, counts.asked} == {0}
            for words in ("", work[0].code, "nguyen van an"):
                assert await queries.desk(db, *given, False, None, words, 100, 0) == []
                found = await db.fetch(
                    "SELECT id FROM cases.page_of_open($1, $2, false, NULL, $3, 100, 0)",
                    *given, words,
                )  # fmt: skip
                assert found == []
    foreign = await listed(city, staff.elsewhere, words=work[0].code)
    assert (foreign.rows, foreign.total) == ([], 0)


async def test_a_person_pages_through_all_their_cases_newest_first(
    city: City, staff: cast.Cast
) -> None:
    filed = [await build.file(city, staff.firm) for _ in range(3)]
    filed += [await build.file(city, staff.binh) for _ in range(2)]
    for viewer, wanted in ((staff.firm, filed[:3]), (staff.binh, filed[3:])):
        seen: list[Case] = []
        before = ""
        while True:
            async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
                page, more = await reading.list_cases(db, viewer, before, 2)
            seen += page
            if more is None:
                break
            before = more
        moments = [case.filed_at for case in seen]
        assert moments == sorted(moments, reverse=True)
        codes = [case.code for case in seen]
        assert len(codes) == len(set(codes))
        assert {case.code for case in wanted} <= set(codes)
        mine = {viewer.person, viewer.on_behalf_of}
        assert all({case.filed_by, case.applicant_id} & mine for case in seen)
