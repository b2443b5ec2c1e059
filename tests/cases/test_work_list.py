"""Lists that are counted and paged by index: what they hold, how many, and for whom."""

import itertools
import random
from datetime import timedelta
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from motcua import agencies
from motcua.base import clock
from motcua.base.ids import SYSTEM
from motcua.cases import queries
from motcua.cases.actions import Procedures, folding, reading, work
from motcua.cases.actions.work import DueBy, Wanted, WorkList
from motcua.cases.model.case import Case
from motcua.db import City, events
from motcua.identity import Viewer
from tests import cast
from tests.cases import build, naive_list
from tests.cases.build import AGENCY

CUTS = list(itertools.product((False, True), get_args(DueBy)))


async def listed(city: City, viewer: Viewer, cut: Wanted, page: int = 1) -> WorkList:
    async with city.database.write(viewer.person) as db:
        return await work.work_list(db, viewer, replace(cut, page=page))


async def every(city: City, viewer: Viewer, cut: Wanted) -> list[str]:
    """The codes of all pages."""
    codes: list[str] = []
    for page in itertools.count(1):
        found = await listed(city, viewer, cut, page)
        codes += [row.code for row in found.rows]
        if not found.rows:
            return codes
    raise AssertionError


@pytest.fixture
async def work_there(city: City, staff: cast.Cast) -> list[Case]:
    """Cases at reception, at a handler's, waiting for their people, late, and over."""
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
        # What no act did is no event: lists would never hear of it.
        await events.record(db, "case.moved_by_hand", made[0].id)
    await build.act(
        city, staff.reception, await build.file(city, staff.hoa), "refuse", reason="Không."
    )
    return [*made, asked]


@pytest.mark.parametrize("folded", ["never", "before", "between", "after"])
async def test_every_cut_shows_exactly_what_the_policies_show_however_far_it_is_folded(
    city: City, staff: cast.Cast, work_there: list[Case], folded: str
) -> None:
    """Whoever asks, however the list is cut, on every page together; each moment's own folding."""
    chance = random.Random(folded)
    if folded == "never":
        async with city.database.write(SYSTEM) as db:
            await queries.forget_listed(db)
    elif folded in ("before", "between"):
        await folding.fold_lists(city)
    if folded == "between":
        # What moved since the fold lies elsewhere, and one is new.
        await build.act(city, staff.reception, work_there[3], "accept")
        await build.act(
            city, staff.reception, await build.file(city, staff.lan), "refuse", reason="Không."
        )
        await build.to_step(city, staff, staff.hoa, "hoa", "accepted")
    elif folded == "after":
        await folding.fold_lists(city)
        assert await folding.fold_lists(city) == 0
    now = clock.now()
    for viewer in (
        staff.reception,
        staff.handler,
        staff.leader,
        staff.both,
        staff.elsewhere,
        staff.an,
    ):
        rows = await naive_list.seen(city, viewer)
        async with city.database.read(viewer.person) as db:
            posts = {(post.agency_code, post.role) for post in await agencies.posts_of(db)}
        for cut in [Wanted(), *(_any_cut(chance, rows) for _ in range(12))]:
            with clock.at(now):
                wanted = naive_list.expected(city, viewer, posts, rows, cut, now)
                pages = [await listed(city, viewer, cut, n) for n in range(1, len(wanted) // 7 + 3)]
            assert [row.code for page in pages for row in page.rows] == wanted, (viewer.name, cut)
            assert {page.total for page in pages} == {len(wanted)}, (viewer.name, cut)
            assert not any(page.is_more for page in pages)


def _any_cut(chance: random.Random, rows: list[naive_list.Row]) -> Wanted:
    """Most of a list's cuts are left alone, or nothing would ever be found."""
    some = chance.choice(rows) if rows else None
    today = clock.now().date()
    cuts: dict[str, list[Any]] = {
        "agency": [AGENCY],
        "state": ["over", "all"],
        "is_mine": [True],
        "due": ["late", "today", "week"],
        "procedure": [build.SAMPLE, "0.000000"],
        "status": [1, 2, 3, 4, 5],
        "assigned": [work.ME, work.NOBODY],
        "channel": ["online", "counter"],
        "since": [today - timedelta(days=1), today + timedelta(days=2)],
        "until": [today + timedelta(days=1), today - timedelta(days=2)],
        "words": ["nguyen van", "An", "đ", *([some["code"], some["code"][:-2]] if some else [])],
        "sort": ["newest", "oldest"],
    }
    chosen = chance.sample(sorted(cuts), chance.choice([1, 1, 2, 2, 3]))
    return Wanted(rows=7, **{name: chance.choice(cuts[name]) for name in chosen})


async def test_counts_are_those_of_the_lists_and_choices_those_of_their_cuts(
    city: City, staff: cast.Cast, work_there: list[Case]
) -> None:
    for viewer in (staff.reception, staff.handler):
        counts = (await listed(city, viewer, Wanted())).counts
        for is_mine, due in CUTS:
            name = (
                f"mine_{due}" if is_mine and due else due or ("mine" if is_mine else "everything")
            )
            found = await listed(city, viewer, Wanted(is_mine=is_mine, due=due))
            assert getattr(counts, name) == found.total, name
        for state in get_args(work.State):
            async with city.database.read(viewer.person) as db:
                offered = await work.choices(db, Wanted(state=state))
            for status, count in offered.statuses.items():
                found = await listed(city, viewer, Wanted(state=state, status=status))
                assert found.total == count > 0, (state, status)
            for code, count in offered.procedures.items():
                found = await listed(city, viewer, Wanted(state=state, procedure=code))
                assert found.total == count
            for handler, count in offered.handlers.items():
                cut = Wanted(state=state, assigned=str(handler) if handler else work.NOBODY)
                assert (await listed(city, viewer, cut)).total == count


async def test_a_field_holds_its_procedures_and_an_unknown_one_holds_none(
    city: City, staff: cast.Cast, work_there: list[Case]
) -> None:
    field = city[Procedures].by_code(build.SAMPLE).procedure.field
    whole = await listed(city, staff.handler, Wanted(procedure=build.SAMPLE))
    for name in (field.vi, field.en):
        found = await listed(city, staff.handler, Wanted(field=name, procedure=build.SAMPLE))
        assert found.total == whole.total > 0
    assert (await listed(city, staff.handler, Wanted(field="Không có"))).total == 0


async def test_words_find_by_name_without_marks_and_a_whole_code_finds_that_case(
    city: City, staff: cast.Cast, work_there: list[Case]
) -> None:
    case, asked, handler = work_there[0], work_there[-1], staff.handler
    found = await listed(city, handler, Wanted(words=case.code.lower()))
    assert [row.code for row in found.rows] == [case.code]
    assert found.total == 1
    assert not (await listed(city, handler, Wanted(words=case.code), page=2)).rows
    # What waits for its person is nobody's work, even by its code.
    assert not (await listed(city, handler, Wanted(words=asked.code, is_mine=True))).rows
    assert not (await listed(city, handler, Wanted(words=work_there[-2].code, is_mine=True))).rows
    assert (await listed(city, handler, Wanted(words=case.code, due="late"))).total == 1
    by_name = await every(city, handler, Wanted(words="nguyen van an"))
    assert {one.code for one in work_there[:3]} <= set(by_name)
    assert work_there[-1].code not in by_name
    assert (await listed(city, handler, Wanted(words="nguyen van an"))).total == len(by_name)
    by_part = await every(city, handler, Wanted(words=case.code[:-2]))
    assert case.code in by_part


async def test_of_what_is_searched_for_no_more_is_counted_than_anybody_reads(
    city: City, staff: cast.Cast, work_there: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await every(city, staff.handler, Wanted(words="nguyen"))
    monkeypatch.setattr(work, "FOUND_MAX", 2)
    for fold in (False, True):
        if fold:
            await folding.fold_lists(city)
            found = await listed(city, staff.handler, Wanted(words="nguyen", rows=2))
            assert (found.is_more, found.total) == (True, 2)
            assert [row.code for row in found.rows] == whole[:2]


async def test_nobody_counts_or_finds_cases_of_an_agency_not_theirs(
    city: City, staff: cast.Cast, work_there: list[Case]
) -> None:
    """Whatever posts are named: the database knows who holds them."""
    given, now = ([AGENCY], ["handler"]), clock.now()
    for fold in (False, True):
        if fold:
            await folding.fold_lists(city)
        for viewer in (staff.elsewhere, staff.hung, staff.an):
            async with city.database.read(viewer.person) as db:
                counts = await queries.count_desk(db, *given, now, now, now)
                assert {counts.everything, counts.mine, counts.late, counts.asked} == {0}
                for state in get_args(work.State):
                    assert await queries.choices_of(db, given[0], state) == []
                    for code, words in ((None, []), (work_there[0].code, []), (None, ["nguyen"])):
                        found = await queries.list_of(
                            db, *given, state, False, None, None, None, None, False, None, None,
                            None, words, code, "newest", 100, 100, 0,
                        )  # fmt: skip
                        assert (found.total, found.is_more, found.ids) == (0, False, [])
    foreign = await listed(city, staff.elsewhere, Wanted(words=work_there[0].code))
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
