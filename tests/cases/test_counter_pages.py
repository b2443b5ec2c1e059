"""The pages of the counter and of the waiting room, in process, with the kit's own guard."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from httpx import AsyncClient, Response

from motcua.base.settings import Settings
from motcua.cases.pages import counter, counter_acts, counter_form, papers, queue
from motcua.db import City
from tests import cast
from tests.cases import build
from tests.cases.build import SAMPLE
from tests.cases.visit import Enter, visitors
from tests.cases.windows import BRANCH, Windows, gather
from tests.exchange.build import simulator

NEW = f"/desk/counter/new/{SAMPLE}"
PAGES = ["who-asks", "who-came", "how-it-comes", "purpose", "fee", "documents", "get-result"]


@pytest.fixture(scope="module")
def population(settings: Settings) -> Iterator[None]:
    with simulator(settings, "population"), simulator(settings, "business"):
        yield


@pytest.fixture
async def windows(city: City, staff: cast.Cast) -> Windows:
    return await gather(city)


@pytest.fixture
async def enter(city: City) -> AsyncIterator[Enter]:
    parts = (counter, counter_form, counter_acts, papers, queue)
    routes = [route for part in parts for route in part.routes]
    async with visitors(city, routes) as found:
        yield found


class Form:
    """A request as an officer writes it down, page by page."""

    def __init__(self, city: City, browser: AsyncClient, **said: str) -> None:
        self.browser, self.address = browser, ""
        self.said = {
            "kind": "person", "number": cast.number(city, "an"), "came": "self",
            "channel": "counter", "agency": "SM.1", "purpose": "school", "copies": "1",
            "fee_class": "ordinary", "delivery": "counter", "declaration": "true",
        } | said  # fmt: skip

    async def begin(self) -> str:
        first = (await self.browser.get(NEW)).headers["location"]
        self.address = first.rpartition("/")[0]
        return first

    async def post(self, page: str, files: Any = None, **changed: str) -> Response:
        data = {k: v for k, v in (self.said | changed).items() if v}
        return await self.browser.post(f"{self.address}/{page}", data=data, files=files)

    async def get(self, page: str, **query: str) -> Response:
        return await self.browser.get(f"{self.address}/{page}", params=query)

    async def until(self, last: str) -> list[str]:
        """The pages one is led over from the first on, each answered, up to this one."""
        at = await self.begin()
        way = [at.rpartition("/")[2]]
        while way[-1] != last:
            made = await self.post(way[-1])
            assert made.status_code == 303, made.text
            way.append(made.headers["location"].rpartition("/")[2])
        return way


async def test_an_officer_finds_a_procedure_by_everyday_words(
    enter: Enter, windows: Windows
) -> None:
    page = await enter(windows.taker).get("/desk/counter", params={"q": "noi o"})
    assert page.status_code == 200
    assert f'href="{NEW}"' in page.text
    nowhere = await enter(windows.back_office).get("/desk/counter", params={"q": "noi o"})
    assert NEW not in nowhere.text
    assert "You receive at no counter today." in nowhere.text


@pytest.mark.usefixtures("population")
async def test_the_form_is_a_few_short_pages_and_each_is_kept(
    city: City, enter: Enter, windows: Windows
) -> None:
    browser = enter(windows.taker)
    form = Form(city, browser)
    assert await form.until("check-answers") == [*PAGES, "check-answers"]
    # Nothing calls for a document here, so nobody is shown an empty page of them.
    assert (await form.get("documents")).headers["location"].endswith("get-result")
    for page, shown in (
        ("who-asks", cast.number(city, "an")), ("purpose", 'value="school" checked'),
        ("fee", "for Nguyễn Văn An"), ("check-answers", "Nguyễn Văn An"),
    ):  # fmt: skip
        assert shown in (await form.get(page)).text
    mine = await browser.get("/desk/counter")
    assert f'href="{form.address}/who-asks"' in mine.text
    assert form.address not in (await enter(windows.colleague).get("/desk/counter")).text
    theirs = Form(city, enter(windows.colleague))
    theirs.address = form.address
    assert cast.number(city, "an") not in (await theirs.get("who-asks")).text
    assert (await form.post("drop")).status_code == 303
    assert form.address not in (await browser.get("/desk/counter")).text


@pytest.mark.usefixtures("population")
async def test_who_asks_is_looked_up_once_and_shown_before_anything_is_filed(
    city: City, enter: Enter, windows: Windows
) -> None:
    form = Form(city, enter(windows.taker), number="999000000000")
    await form.begin()
    unknown = await form.post("who-asks")
    assert unknown.status_code == 422
    assert 'href="#number"' in unknown.text
    known = await form.post("who-asks", number=cast.number(city, "an"))
    assert known.status_code == 303
    assert "for Nguyễn Văn An" in (await form.get("who-came")).text
    straight = await form.get("check-answers")
    assert straight.headers["location"].endswith("who-came?change&check")
    assert 'href="#came"' in (await form.get("who-came", change="", check="")).text
    assert (await form.post("check-answers")).headers["location"].endswith("who-came?change&check")


@pytest.mark.usefixtures("population")
async def test_a_request_is_written_down_paid_and_given_a_receipt(
    city: City, enter: Enter, staff: cast.Cast, windows: Windows
) -> None:
    build.keys(city, "SM.1")
    browser = enter(windows.taker)
    form = Form(city, browser, fee_class="student", **{"paper-student_card": "original"})
    await form.until("check-answers")
    assert "On paper" in (await form.get("check-answers")).text
    bare = await form.post("check-answers", declaration="")
    assert bare.status_code == 422
    assert 'href="#declaration"' in bare.text
    made = await form.post("check-answers")
    assert made.status_code == 303, made.text
    address = made.headers["location"]
    assert (await form.post("check-answers")).headers["location"] == address
    assert form.address not in (await browser.get("/desk/counter")).text
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
async def test_every_fault_stands_at_its_box_and_no_scan_is_lost(
    city: City, enter: Enter, windows: Windows
) -> None:
    form = Form(city, enter(windows.taker), fee_class="student")
    await form.until("documents")
    missing = await form.post("documents")
    assert missing.status_code == 422
    assert 'href="#file-student_card"' in missing.text
    scan = {"file-student_card": ("thẻ.pdf", build.pdf(), "application/pdf")}
    wrong = await form.post("documents", scan, **{"pages-student_card": "x"})
    assert wrong.status_code == 422
    assert 'href="#pages-student_card"' in wrong.text
    assert "thẻ.pdf" in wrong.text
    done = await form.post("documents", **{"pages-student_card": "1"})
    assert done.status_code == 303, done.text
    await form.post("how-it-comes")
    await form.post("get-result")
    # What a later change of mind calls for is told on its own page, after the last one.
    await form.post("documents", drop=re.findall(r'value="([0-9a-f-]{36})"', wrong.text)[0])
    back = (await form.get("check-answers")).headers["location"]
    assert back.endswith("documents?change&check")
    assert 'href="#file-student_card"' in (await form.get("documents", change="", check="")).text
    mended = await form.browser.post(back, data={"paper-student_card": "original"})
    assert mended.headers["location"].endswith("check-answers")
    assert (await form.post("check-answers")).status_code == 303


@pytest.mark.usefixtures("population")
async def test_a_firm_asks_by_its_tax_code_through_whoever_came(
    city: City, enter: Enter, staff: cast.Cast, windows: Windows
) -> None:
    firm = Form(
        city, enter(windows.taker), kind="organisation", number=cast.number(city, cast.FIRM),
        helper_number=cast.number(city, "binh"), came="",
    )  # fmt: skip
    await firm.begin()
    assert (await firm.post("who-asks")).status_code == 303
    stranger = await firm.post("who-came")
    assert stranger.status_code == 422
    assert 'href="#helper_papers"' in stranger.text
    firm.said["helper_number"] = cast.number(city, "an")
    way = await firm.until("check-answers")
    assert way[1] == "who-came"
    shown = await firm.get("check-answers")
    assert cast.sample(city, cast.FIRM).name in shown.text
    assert "Nguyễn Văn An" in shown.text
    code = (await firm.post("check-answers")).headers["location"].rpartition("/")[2]
    assert (await build.show(city, staff.firm, code)).code == code


@pytest.mark.usefixtures("population")
async def test_strangers_and_residents_see_no_counter(
    city: City, enter: Enter, staff: cast.Cast, windows: Windows
) -> None:
    for address in ("/desk/counter", NEW, "/desk/queue"):
        assert (await enter(None).get(address)).status_code in (302, 303, 401)
        assert "/desk/counter/new/" not in (await enter(staff.an).get(address)).headers.get(
            "location", ""
        )
    case = await build.file(city, staff.an)
    address = f"/desk/counter/cases/{case.code}"
    assert (await enter(windows.taker).get(address)).status_code == 404
    for page in ("receipt.pdf", "supplement", "withdrawal"):
        assert (await enter(windows.taker).get(f"{address}/{page}")).status_code == 404


@pytest.mark.usefixtures("population")
async def test_what_was_asked_for_is_brought_to_the_counter_and_the_case_withdrawn_there(
    city: City, enter: Enter, staff: cast.Cast, windows: Windows
) -> None:
    browser = enter(windows.taker)
    form = Form(city, browser, number=cast.number(city, "cuong"))
    await form.until("check-answers")
    address = (await form.post("check-answers")).headers["location"]
    code = address.rpartition("/")[2]
    assert f"{address}/supplement" not in (await browser.get(address)).text
    assert (await browser.get(f"{address}/supplement")).status_code == 409
    fields = ["purpose", "purpose_other"]
    await build.act(
        city, staff.reception, code, "request_supplement", text="Ghi rõ việc gì", fields=fields
    )
    assert f'href="{address}/supplement"' in (await browser.get(address)).text
    page = await browser.get(f"{address}/supplement")
    assert "Ghi rõ việc gì" in page.text
    told = {"purpose": "other", "purpose_other": "Vay vốn"}
    bare = await browser.post(f"{address}/supplement", data=told)
    assert bare.status_code == 422
    assert 'href="#shown"' in bare.text
    brought = await browser.post(f"{address}/supplement", data=told | {"shown": "Căn cước"})
    assert brought.status_code == 303, brought.text
    ask = await browser.get(f"{address}/withdrawal")
    assert 'name="file-request"' in ask.text
    bare = await browser.post(f"{address}/withdrawal", data={"shown": "Căn cước"})
    assert bare.status_code == 422
    assert 'href="#file-request"' in bare.text
    scan = {"file-request": ("đơn.pdf", build.pdf(), "application/pdf")}
    gone = await browser.post(f"{address}/withdrawal", data={"shown": "Căn cước"}, files=scan)
    assert gone.status_code == 303, gone.text
    assert (await browser.get(f"{address}/withdrawal")).status_code == 409


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
    ("page", "name", "value", "box"),
    [
        ("who-asks", "number", "", "number"),
        ("who-asks", "number", "9" * 51, "number"),
        ("who-asks", "kind", "pigeon", "kind"),
        ("who-asks", "kind", "organisation", "number"),
        ("who-came", "came", "nobody", "came"),
        ("how-it-comes", "channel", "pigeon", "channel"),
        ("how-it-comes", "agency", "SM.9'--", "agency"),
        ("purpose", "copies", "0", "copies"),
        ("documents", "paper-student_card", "gold", "paper-student_card"),
        ("documents", "pages-student_card", "0", "pages-student_card"),
        ("get-result", "delivery", "gold", "delivery"),
    ],
)
async def test_whatever_is_posted_is_refused_at_its_box(
    city: City, enter: Enter, windows: Windows, page: str, name: str, value: str, box: str
) -> None:
    form = Form(city, enter(windows.taker), fee_class="student", **{"paper-student_card": "copy"})
    await form.until(page)
    answer = await form.post(page, **{name: value})
    assert answer.status_code == 422, answer.text
    assert f'href="#{box}"' in answer.text
    assert f'id="{box}"' in answer.text


@pytest.mark.usefixtures("population")
@pytest.mark.parametrize(
    ("said", "box"),
    [
        ({"came": "representative", "helper_number": "no number"}, "helper_number"),
        ({"came": "representative"}, "helper_name"),
        ({"came": "behalf", "behalf_number": "999000000000"}, "behalf_number"),
        ({"came": "behalf"}, "behalf_number"),
    ],
)
async def test_who_came_is_refused_at_its_box(
    city: City, enter: Enter, windows: Windows, said: dict[str, str], box: str
) -> None:
    form = Form(city, enter(windows.taker))
    await form.until("who-came")
    answer = await form.post("who-came", **said)
    assert answer.status_code == 422, answer.text
    assert f'href="#{box}"' in answer.text
    assert f'id="{box}"' in answer.text


@pytest.mark.usefixtures("population")
async def test_whom_no_register_knows_is_written_down_by_the_papers_shown(
    city: City, enter: Enter, windows: Windows
) -> None:
    passport = {
        "kind": "typed", "number": "XX1234567", "name": "Jane Doe", "birth_date-day": "1",
        "birth_date-month": "5", "birth_date-year": "1980", "papers": "Hộ chiếu Hoa Kỳ",
    }  # fmt: skip
    form = Form(city, enter(windows.taker), **passport, delivery="electronic")
    await form.until("get-result")
    for name in ("name", "birth_date-year", "papers"):
        await form.begin()
        lacking = await form.post("who-asks", **{name: ""})
        assert lacking.status_code == 422
        assert f'href="#{name.partition("-")[0]}"' in lacking.text
    await form.until("get-result")
    assert (await form.post("get-result")).status_code == 303
    back = (await form.get("check-answers")).headers["location"]
    assert back.endswith("get-result?change&check"), "nobody has an account for the result"
    await form.post("get-result", delivery="counter")
    assert (await form.post("check-answers")).status_code == 303
