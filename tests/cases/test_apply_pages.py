"""Pages of an application in the big city: which agency receives it, what registers fill in."""

from collections.abc import AsyncIterator, Iterator

import pytest
from msgspec.structs import replace

from motcua.base.settings import Settings
from motcua.cases import actions
from motcua.cases.actions import InForce, Procedures, drafting
from motcua.cases.model.procedure import Agencies
from motcua.cases.pages import routes
from motcua.db import City
from tests import cast
from tests.cases.build import PACKS, POLICE, RECORD
from tests.cases.visit import Enter, visitors
from tests.exchange.build import simulator

APPLY = f"/procedures/{RECORD}/apply"
KNOWN_SINCE = ('value="7"', 'value="2021"')
"""As the register of the demonstration has it: everybody from July 2021."""


@pytest.fixture
async def staff(police: cast.Cast) -> cast.Cast:
    return police


@pytest.fixture
async def enter(big: City) -> AsyncIterator[Enter]:
    async with visitors(big, routes) as found:
        yield found


@pytest.fixture(scope="module", autouse=True)
def population(settings: Settings) -> Iterator[None]:
    with simulator(replace(settings, pack=PACKS / "hanoi"), "population"):
        yield


@pytest.fixture
async def communes(big: City, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The procedure as if every commune received it; their codes."""
    shelf = big[Procedures]
    given = replace(shelf.by_code(RECORD).procedure, agencies=Agencies(kind="commune"))
    monkeypatch.setitem(shelf.today, RECORD, InForce(given))
    await actions.keep_procedures(big)
    return [agency.code for agency in actions.receivers_of(big, given)]


def of_home(big: City, communes: list[str]) -> str:
    """The commune in which An lives, by the register of the demonstration."""
    lives = cast.sample(big, "an").commune
    procedure = big[Procedures].by_code(RECORD).procedure
    book = {a.commune: a.code for a in actions.receivers_of(big, procedure)}
    assert book[lives] in communes
    return book[lives]


async def test_the_commune_where_one_lives_is_chosen_beforehand(
    big: City, staff: cast.Cast, enter: Enter, communes: list[str]
) -> None:
    browser, home = enter(staff.an), of_home(big, communes)
    await browser.post(APPLY)
    led = await browser.post(f"{APPLY}/for-whom", data={"whom": "self"})
    assert led.headers["location"] == f"{APPLY}/where-to"
    page = (await browser.get(f"{APPLY}/where-to")).text
    assert f'value="{home}" checked' in page
    assert page.count("<option") == len(communes)  # all others, and "Choose"
    await browser.post(f"{APPLY}/where-to", data={"agency": home})
    check = (await browser.get(f"{APPLY}/where-to?change")).text
    assert f'value="{home}" checked' in check


async def test_another_commune_may_be_chosen_and_is_kept(
    big: City, staff: cast.Cast, enter: Enter, communes: list[str]
) -> None:
    browser, home = enter(staff.an), of_home(big, communes)
    await browser.post(APPLY)
    away = next(code for code in communes if code != home)
    none = await browser.post(f"{APPLY}/where-to", data={"agency": "other", "agency_other": ""})
    assert none.status_code == 422
    assert 'href="#agency_other"' in none.text
    assert "Choose the agency that should receive it." in none.text
    wrong = await browser.post(f"{APPLY}/where-to", data={"agency": POLICE})
    assert "This agency does not receive such requests." in wrong.text
    await browser.post(f"{APPLY}/where-to", data={"agency": "other", "agency_other": away})
    assert f'value="{away}" selected' in (await browser.get(f"{APPLY}/where-to")).text
    async with big.database.read(staff.an.person) as db:
        draft = await drafting.draft_of(db, RECORD)
    assert draft is not None
    assert draft.agency_code == away


async def test_where_one_agency_receives_it_nobody_chooses(staff: cast.Cast, enter: Enter) -> None:
    browser = enter(staff.an)
    await browser.post(APPLY)
    led = await browser.post(f"{APPLY}/for-whom", data={"whom": "self"})
    assert led.headers["location"] == f"{APPLY}/certificate"
    assert (await browser.get(f"{APPLY}/where-to")).status_code == 404


async def test_known_rows_come_filled_in_with_their_source_until_they_are_changed(
    staff: cast.Cast, enter: Enter
) -> None:
    browser = enter(staff.an)
    await browser.post(APPLY)
    page = (await browser.get(f"{APPLY}/history")).text
    assert all(value in page for value in KNOWN_SINCE)
    assert page.count("Source: National population register. Add what is missing") == 1
    row = {
        "residence_history-0-from-month": "7", "residence_history-0-from-year": "2021",
        "residence_history-0-address": "Số 1 đường Khác",
    }  # fmt: skip
    refused = await browser.post(f"{APPLY}/history", data=row)
    assert refused.status_code == 422
    assert "Occupation (row 1)" in refused.text
    assert "Số 1 đường Khác" in refused.text
    assert "Source: National population register" not in refused.text


async def test_for_somebody_else_no_register_fills_in_rows(staff: cast.Cast, enter: Enter) -> None:
    browser = enter(staff.hoa)
    await browser.post(APPLY)
    page = (await browser.get(f"{APPLY}/for-whom")).text
    child = page.split('name="whom" value="')[2].partition('"')[0]
    await browser.post(f"{APPLY}/for-whom", data={"whom": child})
    assert KNOWN_SINCE[1] not in (await browser.get(f"{APPLY}/history")).text
