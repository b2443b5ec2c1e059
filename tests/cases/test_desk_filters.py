"""How a work list is cut stands in its address: all of it, and nothing that nobody understands."""

import re
from collections.abc import AsyncIterator
from datetime import date
from typing import Any, get_args
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar.testing import RequestFactory
from msgspec import structs

from motcua.cases.actions import work
from motcua.cases.actions.work import Channel, DueBy, Sort, State, Wanted, WorkList
from motcua.cases.model.desk import DeskCounts
from motcua.cases.pages import desk
from motcua.cases.pages.desk_filters import kept_in, pages_of, wanted_of
from motcua.db import City
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY, SAMPLE
from tests.cases.visit import Enter, visitors

SAID = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x1EF9, categories=("L", "N")), max_size=30
)
PARTS = ["page", "status", "since", "until", "state", "due", "sort", "channel", "work"]
DAYS = st.dates(date(2000, 1, 1), date(2999, 12, 31))
WANTED = st.builds(
    Wanted,
    agency=st.sampled_from(["", AGENCY]),
    state=st.sampled_from(get_args(State)),
    is_mine=st.just(False),
    is_asked=st.booleans(),
    due=st.sampled_from(get_args(DueBy)),
    procedure=st.sampled_from(["", SAMPLE]),
    field=SAID,
    status=st.integers(0, 10),
    assigned=st.sampled_from(["", work.ME, work.NOBODY, str(uuid4())]),
    channel=st.sampled_from(get_args(Channel)),
    since=st.none() | DAYS,
    until=st.none() | DAYS,
    words=SAID,
    sort=st.sampled_from(get_args(Sort)),
    page=st.integers(1, work.PAGES_MAX),
)


def read(query: str) -> Wanted:
    return wanted_of(RequestFactory().get("/desk", query_params=dict(parse_qsl(query))))


@given(WANTED)
@settings(deadline=None)
def test_the_address_says_the_whole_cut(wanted: Wanted) -> None:
    assert read(urlencode(kept_in(wanted))) == wanted


@given(st.dictionaries(st.sampled_from(PARTS), st.text(max_size=40)))
@settings(deadline=None)
def test_what_nobody_understands_cuts_nothing(said: dict[str, str]) -> None:
    found = read(urlencode(said))
    assert 1 <= found.page <= work.PAGES_MAX
    assert 0 <= found.status <= 10
    assert found.state in get_args(State)


def found(total: int) -> WorkList:
    counts = DeskCounts(*[0] * len(structs.fields(DeskCounts)))
    return WorkList([], [], {}, counts, [], total, False)


@pytest.mark.parametrize(
    "day", ["0001-01-01", "9999-12-31", "2026-02-30", "20260101", "٢٠٢٦-٠١-٠١"]
)
def test_days_that_no_calendar_reaches_cut_nothing(day: str) -> None:
    assert read(urlencode({"since": day, "until": day})) == Wanted()


@given(st.integers(0, 30_000), st.integers(1, work.PAGES_MAX))
def test_pages_lead_to_the_first_the_last_and_the_next_ones(total: int, page: int) -> None:
    last = min(-(-total // work.ROWS_PER_PAGE), work.PAGES_MAX)
    links = pages_of(Wanted(page=page), found(total))
    numbers = [link.number for link in links if link.number]
    assert numbers == sorted(set(numbers))
    assert all(1 <= number <= last for number in numbers)
    if last > 1:
        assert {1, last} <= set(numbers)
        assert {n for n in range(page - 2, page + 3) if 1 <= n <= last} <= set(numbers)
        named = [link.number for link in links if link.is_current]
        assert named == ([page] if page <= last else [])
    else:
        assert links == []


@pytest.fixture
async def enter(city: City) -> AsyncIterator[Enter]:
    async with visitors(city, desk.routes) as opened:
        yield opened


def rows(page: str) -> list[str]:
    return re.findall(r'<tr[^>]* data-case="([^"]+)"', page)


async def test_boxes_cut_the_list_and_a_link_takes_each_cut_away(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    handed = await cast.officer(city, f"cut-{uuid4()}", "Người Có Việc", AGENCY, "handler")
    case = await build.to_step(city, staff, staff.an, "an", "accepted")
    other = await build.to_step(city, staff, staff.an, "an", "accepted")
    await build.act(city, staff.leader, case, "assign", officer=str(handed.person))
    browser = enter(handed)

    async def shown(**cut: Any) -> str:
        answer = await browser.get("/desk", params=cut)
        assert answer.status_code == 200
        return answer.text

    mine = await shown(assigned="me")
    assert rows(mine) == [case.code]
    assert "1 case<" in mine
    assert re.search(r'<a href="/desk">[^<]*In whose hands: Me', mine)
    assert "Người Có Việc (1)" in mine
    assert case.code not in rows(await shown(assigned="nobody", sort="newest"))
    assert other.code in rows(await shown(assigned="nobody", sort="newest"))
    assert rows(await shown(assigned=str(handed.person), q=case.code)) == [case.code]
    assert rows(await shown(procedure=SAMPLE, q=other.code)) == [other.code]
    assert rows(await shown(procedure="1.000001", state="all")) == []
    assert rows(await shown(channel="post", assigned="me")) == []
    assert rows(await shown(since="2024-01-01", until="2024-12-31", assigned="me")) == []
    both = await shown(assigned="me", channel="online", since="2024-01-01")
    assert rows(both) == [case.code]
    assert "/desk?assigned=me&amp;since=2024-01-01" in both
    # Marking and opening keep the cut.
    assert 'action="/desk/bulk?assigned=me' in both
    assert f"/desk/cases/{case.code}?assigned=me" in both


async def test_never_by_colour_alone(city: City, staff: cast.Cast, enter: Enter) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "accepted")
    await build.act(city, staff.handler, case, "request_supplement", text="Thiếu.")
    page = (await enter(staff.handler).get("/desk", params={"q": case.code})).text
    row = re.search(rf'data-case="{re.escape(case.code)}".*?</tr>', page, re.S)
    assert row
    assert 'shape shape--waiting" aria-hidden="true"' in row[0]
    assert "clock stopped" in row[0]
