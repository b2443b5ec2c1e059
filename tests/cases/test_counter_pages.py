"""The pages of the counter and of the waiting room, in process, with the kit's own guard."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from httpx import AsyncClient, Response

from motcua.base.settings import Settings
from motcua.cases.pages import counter, queue
from motcua.db import City
from tests import cast
from tests.cases import build
from tests.cases.build import SAMPLE
from tests.cases.visit import Enter, visitors
from tests.cases.windows import BRANCH, Windows, gather
from tests.exchange.build import simulator

FORM = f"/desk/counter/new/{SAMPLE}"


@pytest.fixture(scope="module")
def population(settings: Settings) -> Iterator[None]:
    with simulator(settings, "population"):
        yield


@pytest.fixture
async def windows(city: City, staff: cast.Cast) -> Windows:
    return await gather(city)


@pytest.fixture
async def enter(city: City) -> AsyncIterator[Enter]:
    async with visitors(city, [*counter.routes, *queue.routes]) as found:
        yield found


def key_in(page: Response) -> str:
    found = re.search(r'name="key" value="([0-9a-f]+)"', page.text)
    assert found
    return found[1]


async def filled(city: City, browser: AsyncClient, **changed: str) -> dict[str, str]:
    """The form as an officer fills it in for An."""
    page = await browser.get(FORM)
    said = {
        "key": key_in(page), "applicant-number": cast.number(city, "an"), "purpose": "school",
        "copies": "1", "fee_class": "ordinary", "declaration": "true", "case-channel": "counter",
        "case-delivery": "counter", "case-agency": "SM.1",
    }  # fmt: skip
    return {k: v for k, v in (said | changed).items() if v}


async def test_an_officer_finds_a_procedure_by_everyday_words(
    enter: Enter, windows: Windows
) -> None:
    page = await enter(windows.taker).get("/desk/counter", params={"q": "noi o"})
    assert page.status_code == 200
    assert f'href="{FORM}"' in page.text
    nowhere = await enter(windows.back_office).get("/desk/counter", params={"q": "noi o"})
    assert FORM not in nowhere.text
    assert "You receive at no counter today." in nowhere.text


@pytest.mark.usefixtures("population")
async def test_looking_somebody_up_files_nothing(
    city: City, enter: Enter, windows: Windows
) -> None:
    browser = enter(windows.taker)
    page = await browser.post(FORM, data=await filled(city, browser, look="1"))
    assert page.status_code == 200
    assert "Nguyễn Văn An" in page.text
    assert 'value="school" checked' in page.text
    wrong = await filled(city, browser, look="1", **{"applicant-number": "999000000000"})
    page = await browser.post(FORM, data=wrong)
    assert page.status_code == 422
    assert 'href="#applicant-number"' in page.text


@pytest.mark.usefixtures("population")
async def test_a_request_is_written_down_paid_and_given_a_receipt(
    city: City, enter: Enter, staff: cast.Cast, windows: Windows
) -> None:
    build.keys(city, "SM.1")
    browser = enter(windows.taker)
    sent = await filled(city, browser, **{"paper-student_card": "original"})
    made = await browser.post(FORM, data=sent)
    assert made.status_code == 303, made.text
    address = made.headers["location"]
    assert (await browser.post(FORM, data=sent)).headers["location"] == address
    page = await browser.get(address)
    assert "Nguyễn Văn An" in page.text
    assert "Not digitised yet" in page.text
    paid = await browser.post(f"{address}/fee", data={"method": "cash", "slip": "AA-26/7"})
    assert paid.status_code == 303
    assert (await browser.post(f"{address}/fee", data={"method": "gold"})).status_code == 422
    page = await browser.get(address)
    assert re.search(r"taken here, receipt \d+/20\d\d", page.text)
    assert 'name="method"' not in page.text
    scan = {"file": ("card.pdf", build.pdf(), "application/pdf")}
    data = {"requirement": "student_card"}
    assert (await browser.post(f"{address}/papers", data=data, files=scan)).status_code == 303
    assert (await browser.post(f"{address}/papers", data=data, files=scan)).status_code == 409
    back = await browser.post(f"{address}/papers", data=data | {"returned": "1"})
    assert back.status_code == 303
    receipt = await browser.get(f"{address}/receipt.pdf")
    assert receipt.content.startswith(b"%PDF")
    code = address.rpartition("/")[2]
    assert (await build.show(city, staff.an, code)).payment.state == "settled"


@pytest.mark.usefixtures("population")
async def test_every_fault_leads_to_its_box_and_no_scan_is_lost(
    city: City, enter: Enter, windows: Windows
) -> None:
    browser = enter(windows.taker)
    sent = await filled(
        city, browser, copies="0", **{"case-agency": "SM.2", "pages-student_card": "x"}
    )
    scan = {"file-student_card": ("thẻ.pdf", build.pdf(), "application/pdf")}
    page = await browser.post(FORM, data=sent, files=scan)
    assert page.status_code == 422
    assert 'href="#pages-student_card"' in page.text
    kept = re.search(r'name="kept-student_card" value="([0-9a-f-]+)"', page.text)
    assert kept
    assert "thẻ.pdf" in page.text
    again = sent | {"kept-student_card": kept[1], "pages-student_card": "1"}
    page = await browser.post(FORM, data=again)
    assert {'href="#copies"', 'href="#case-agency"'} <= set(re.findall(r'href="#[^"]+"', page.text))
    done = await browser.post(FORM, data=again | {"copies": "1", "case-agency": "SM.1"})
    assert done.status_code == 303
    colleagues = await build.upload(city, windows.colleague, "của người khác.pdf")
    stolen = await filled(city, browser, copies="0", **{"kept-student_card": str(colleagues)})
    assert "của người khác.pdf" not in (await browser.post(FORM, data=stolen)).text


@pytest.mark.usefixtures("population")
async def test_strangers_and_residents_see_no_counter(
    city: City, enter: Enter, staff: cast.Cast, windows: Windows
) -> None:
    for address in ("/desk/counter", FORM, "/desk/queue"):
        assert (await enter(None).get(address)).status_code in (302, 303, 401)
        assert (await enter(staff.an).get(address)).status_code in (302, 303, 401)
    case = await build.file(city, staff.an)
    address = f"/desk/counter/cases/{case.code}"
    assert (await enter(windows.taker).get(address)).status_code == 404
    assert (await enter(windows.taker).get(f"{address}/receipt.pdf")).status_code == 404


async def test_a_number_is_drawn_called_and_shown(
    city: City, enter: Enter, windows: Windows
) -> None:
    kiosk, desk = enter(None), enter(windows.taker)
    page = await kiosk.get(f"/agencies/{BRANCH}/queue/take")
    assert page.text.count('name="line"') == 3
    drawn = await kiosk.post(f"/agencies/{BRANCH}/queue/take", data={"line": "collect"})
    assert drawn.status_code == 201
    number = int(re.findall(r"figures\">(\d+)<", drawn.text)[0])
    room: dict[str, Any] = {"params": {"agency": BRANCH, "place": "Quầy 7"}}
    for _ in range(number):
        called = await desk.post("/desk/queue", data={"act": "next", "line": ""}, **room)
    assert called.status_code == 303
    board = await kiosk.get(f"/agencies/{BRANCH}/queue")
    assert board.headers["refresh"]
    assert re.search(rf"figures\">{number}</strong></td><td[^>]*>Quầy 7<", board.text)
    assert "refresh" not in (await kiosk.get(f"/agencies/{BRANCH}/queue?still")).headers
    data = {"act": "done", "number": f"{number}"}
    assert (await desk.post("/desk/queue", data=data, **room)).status_code == 303
    assert (await desk.post("/desk/queue", data=data, **room)).status_code == 409
    nobody = await desk.post("/desk/queue", data={"act": "next"}, **room)
    assert "Nobody is waiting." in nobody.text
    bad = await kiosk.post(f"/agencies/{BRANCH}/queue/take", data={"line": "vip"})
    assert bad.status_code == 422
    assert (await kiosk.get("/agencies/SM.9/queue")).status_code == 404
    for wrong in ({"act": "explode", "number": "1"}, {"act": "done", "number": "1; DROP"}):
        assert (await desk.post("/desk/queue", data=wrong, **room)).status_code == 404


@pytest.mark.usefixtures("population")
@pytest.mark.parametrize(
    ("name", "value", "box"),
    [
        ("applicant-number", "", "applicant-number"),
        ("applicant-number", "9" * 51, "applicant-number"),
        ("applicant-name", "x" * 301, "applicant-name"),
        ("applicant-birth_date-day", "99", "applicant-birth_date"),
        ("case-delivery", "gold", "case-delivery"),
        ("case-channel", "pigeon", "case-channel"),
        ("case-agency", "SM.9'--", "case-agency"),
        ("paper-student_card", "gold", "paper-student_card"),
        ("pages-student_card", "0", "pages-student_card"),
        ("representative-number", "no number", "representative-number"),
        ("behalf-number", "999000000000", "behalf-number"),
    ],
)
async def test_whatever_is_posted_is_refused_at_its_box(
    city: City, enter: Enter, windows: Windows, name: str, value: str, box: str
) -> None:
    browser = enter(windows.taker)
    page = await browser.post(FORM, data=await filled(city, browser) | {name: value})
    assert page.status_code == 422, page.text
    assert f'href="#{box}"' in page.text
    assert f'id="{box}"' in page.text
