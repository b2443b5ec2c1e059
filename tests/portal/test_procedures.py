"""All procedures: by words, by life event, cut by field, level and agency, page after page."""

import re
from collections.abc import AsyncIterator

import pytest

from motcua import cases
from motcua.cases.actions.catalogue import load_catalogue
from motcua.db import City
from motcua.portal import pages
from tests.cases import shelf
from tests.cases.build import big_city
from tests.cases.catalogue import encoded, raw
from tests.cases.visit import Enter, visitors

MANY = 45
MINISTRY = "9.940099"


@pytest.fixture
async def big(city: City, database_url: str) -> AsyncIterator[City]:
    """With procedures of one field, one of them a ministry's."""
    async with big_city(city) as found:
        rows = [
            raw(f"9.94{n:04}", ten_thu_tuc=f"Cấp giấy phép thử {n:02}", linh_vuc="Thử trang")
            for n in range(MANY)
        ]
        own = {"ten_thu_tuc": "Cấp giấy thử của bộ", "linh_vuc": "Thử trang"}
        rows.append(raw(MINISTRY, cap_thuc_hien="Cấp bộ", **own))
        await cases.import_catalogue(found, encoded(*rows))
        await load_catalogue(found)
        yield found
    await shelf.empty(database_url)


@pytest.fixture
async def enter(big: City) -> AsyncIterator[Enter]:
    async with visitors(big, pages.routes) as found:
        yield found


def codes(page: str) -> list[str]:
    return re.findall(r'href="/procedures/([0-9.]+)"', page)


async def show(enter: Enter, path: str = "/procedures", **query: str) -> str:
    answer = await enter(None).get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_every_page_of_a_field_is_reached_once_by_the_links(enter: Enter) -> None:
    seen: list[str] = []
    page = await show(enter, field="Thử trang")
    for _ in range(10):
        seen += codes(page)
        further = re.search(r'href="(/procedures\?[^"]+)" rel="next"', page)
        if not further:
            break
        page = (await enter(None).get(further[1].replace("&amp;", "&"))).text
    assert len(seen) == len(set(seen)) == MANY + 1


async def test_a_list_is_cut_by_level_kind_and_agency(enter: Enter) -> None:
    field = {"field": "Thử trang"}
    assert codes(await show(enter, **field, level="ministry")) == [MINISTRY]
    assert codes(await show(enter, **field, kind="central")) == [MINISTRY]
    of_finance = await show(enter, **field, agency="H26.05")
    assert f"{MANY} procedures" in of_finance
    assert "No procedure fits this." in await show(enter, **field, kind="commune")
    assert codes(await show(enter, **field, agency="nobody")) == []


async def test_what_is_found_says_by_whom_it_is_decided(enter: Enter) -> None:
    page = await show(enter, "/", q="cap giay thu cua bo")
    assert codes(page)[0] == MINISTRY
    assert "state level · filed outside the city" in page


async def test_results_of_a_search_have_pages_too(enter: Enter) -> None:
    first = await show(enter, "/", q="cấp giấy phép thử")
    second = await show(enter, "/", q="cấp giấy phép thử", page="2")
    assert len(codes(first)) == len(codes(second)) == 20
    assert not set(codes(first)) & set(codes(second))
    beyond = await show(enter, "/", q="cấp giấy phép thử", page="900")
    assert not codes(beyond)


async def test_the_front_door_asks_what_has_happened_and_leads_to_it(enter: Enter) -> None:
    page = await show(enter, "/")
    events = re.findall(r'href="(/procedures\?event=[a-z_]+)"', page)
    assert 5 <= len(events) <= 10
    for event in events[:3]:
        assert codes((await enter(None).get(event)).text)
    assert re.search(r'href="/procedures">All [0-9,]+ procedures<', page)


async def test_nothing_found_says_so_and_what_to_do(enter: Enter) -> None:
    nothing = await show(enter, "/", q="zzqqxx")
    assert "We found nothing for “zzqqxx”." in nothing
    assert 'href="/procedures"' in nothing
    assert "No procedure fits this." in await show(enter, q="zzqqxx")


async def test_addresses_that_make_no_sense_are_refused_or_empty(enter: Enter) -> None:
    for query in ("page=0", "page=x", "q=" + "x" * 201, "page=100000"):
        assert (await enter(None).get(f"/procedures?{query}")).status_code in (400, 404, 422)
    assert "There is no such page." in await show(enter, field="Thử trang", page="999")
    assert (await enter(None).get("/procedures?event=nothing&level=%3Cb%3E")).status_code == 200
