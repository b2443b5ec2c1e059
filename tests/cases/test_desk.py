"""The officers' desk over HTTP, in process, on the sample city; who is behind a request is said by
a header, and what registers answer is put in by hand."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from httpx import ASGITransport, AsyncClient
from litestar import Litestar
from litestar.di import Provide
from litestar.types import Scope
from msgspec import Struct, convert, structs

from motcua import agencies, identity, payments, web
from motcua.base import clock
from motcua.base.errors import Unavailable
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.cases import actions, keep_procedures, queries
from motcua.cases.model.calendar import PackCalendar
from motcua.cases.model.case import Case
from motcua.cases.pages.desk import routes
from motcua.cases.pages.desk_rows import left
from motcua.cases.rules.deadline import Calendar
from motcua.db import City
from motcua.db.events import Listener
from motcua.identity import Viewer
from tests.cast import LEVEL_2
from tests.payments.build import word

AGENCY, OTHER = "SM.1", "SM.2"
LONG_AGO = date(2024, 1, 1)
Enter = Callable[[Viewer | None], AsyncClient]


class Staff(Struct, frozen=True):
    reception: Viewer
    handler: Viewer
    leader: Viewer
    elsewhere: Viewer
    """A leader of another agency."""


@pytest.fixture
async def staff(city: City) -> Staff:
    await keep_procedures(city)
    people = {}
    async with city.database.write(SYSTEM) as db:
        for name, agency, roles in (
            ("reception", AGENCY, ["reception"]), ("handler", AGENCY, ["handler"]),
            ("leader", AGENCY, ["leader", "handler"]), ("elsewhere", OTHER, ["leader"]),
        ):  # fmt: skip
            person = await identity.enrol_officer(db, str(uuid4()), f"Officer {name}")
            people[name] = Viewer(person=person, name=f"Officer {name}", is_officer=True)
            for role in roles:
                await agencies.appoint(db, person, agency, role, LONG_AGO)
    return Staff(**people)


@pytest.fixture
async def enter(city: City) -> AsyncIterator[Enter]:
    """A browser of whoever is named; the pages are the real ones, with the kit's own guard."""
    opened: list[AsyncClient] = []

    def browser(viewer: Viewer | None) -> AsyncClient:
        async def who(_: Any) -> Viewer | None:
            return viewer

        info = city.pack.info
        site = web.Site(name=info.name, zone=ZoneInfo(info.time_zone), currency=info.currency.code)
        app = Litestar(
            list(routes),
            plugins=[web.build(site, who)],
            dependencies={
                "city": Provide(lambda: city, sync_to_thread=False),
                "viewer": Provide(viewer_of, sync_to_thread=False),
            },
        )
        opened.append(
            AsyncClient(
                transport=ASGITransport(cast(Any, app)), base_url=city.settings.public_url,
                headers={
                    "sec-fetch-site": "same-origin", "accept": "text/html", "accept-language": "en",
                },
            )
        )  # fmt: skip
        return opened[-1]

    yield browser
    for one in opened:
        await one.aclose()


def viewer_of(scope: Scope) -> Viewer | None:
    found: Viewer | None = scope["state"].get("viewer")
    return found


def resident(name: str = "Trần Thị Bưởi") -> Viewer:
    return Viewer(person=PersonId(uuid4()), name=name, assurance=LEVEL_2)


async def filed(
    city: City, who: Viewer | None = None, is_paid: bool = True, agency: str = AGENCY
) -> Case:
    who = who or resident()
    known = city[actions.Procedures].by_code("9.000001")
    answers = known.procedure.form.example
    subject = actions.Subject("010203040506", who.name, date(1990, 3, 12))
    asked = actions.Filing("9.000001", answers, agency=agency)
    async with city.database.write(who.person) as db:
        case = (await actions.file(db, who, asked, subject)).case
    if is_paid:
        async with city.database.write(SYSTEM) as db:
            reference, _ = await payments.open_reference(db, case.code)
            settled = word(reference, case.fee_amount, currency=city.pack.info.currency.code)
            assert await payments.book(db, settled) == "settled"
    return case


async def answered(city: City, case: Case, officer: Viewer, values: dict[str, Any] | None) -> None:
    state = "found" if values else "nothing"
    async with city.database.write(officer.person) as db:
        assert await queries.keep_finding(
            db, case.id, "identity", "population", new_id(), state, values or {}, clock.now()
        )


async def do(browser: AsyncClient, case: Case, noun: str, **said: str) -> Any:
    """Open the case, then send one of its forms."""
    page = await browser.get(f"/desk/cases/{case.code}")
    return await send(browser, case, page.text, noun, **said)


async def send(browser: AsyncClient, case: Case, page: str, noun: str, **said: str) -> Any:
    hidden = re.findall(r'name="(key|seen)" value="([^"]*)"', page)
    form = {**dict(hidden), "key": uuid4().hex, **said}
    return await browser.post(f"/desk/cases/{case.code}/{noun}", data=form)


def offered(page: str) -> set[str]:
    """The acts; a note among colleagues may be written of every case."""
    return set(re.findall(r'action="/desk/cases/[^/]+/([a-z-]+)"', page)) - {"notes"}


async def test_a_resident_at_the_desk_is_asked_to_sign_in(city: City, enter: Enter) -> None:
    for address in ("/desk", "/desk/cases/SM.1-1", "/desk/events", "/desk/documents/x"):
        for viewer in (None, resident()):
            answer = await enter(viewer).get(address)
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/desk/sign-in?next=")


async def test_the_list_has_the_open_cases_of_my_agencies_and_of_no_other(
    city: City, staff: Staff, enter: Enter
) -> None:
    case = await filed(city)
    mine = (await enter(staff.reception).get("/desk")).text
    assert case.code in mine
    assert "Trần Thị Bưởi" in mine
    theirs = (await enter(staff.elsewhere).get("/desk")).text
    assert case.code not in theirs
    assert (await enter(staff.elsewhere).get(f"/desk/cases/{case.code}")).status_code == 404


async def test_the_list_is_cut_by_name_without_marks_by_code_and_by_whose_turn_it_is(
    city: City, staff: Staff, enter: Enter
) -> None:
    one, other = await filed(city, resident("Đặng Văn Ướt")), await filed(city)
    browser = enter(staff.reception)
    found = (await browser.get("/desk", params={"q": "dang van uot"})).text
    assert one.code in found
    assert other.code not in found
    assert other.code in (await browser.get("/desk", params={"q": other.code.lower()})).text
    assert one.code in (await browser.get("/desk", params={"work": "mine"})).text
    not_theirs = await enter(staff.handler).get("/desk", params={"work": "mine"})
    assert one.code not in not_theirs.text
    assert one.code not in (await browser.get("/desk", params={"agency": OTHER})).text
    assert one.code not in (await browser.get("/desk", params={"due": "late"})).text
    with clock.at(clock.now() + timedelta(days=30)):
        late = (await browser.get("/desk", params={"due": "late"})).text
    assert one.code in late
    assert "days late" in late


async def test_what_is_promised_first_stands_first(city: City, staff: Staff, enter: Enter) -> None:
    with clock.at(clock.now() + timedelta(days=3)):
        later = await filed(city)
    sooner = await filed(city)
    page = (await enter(staff.reception).get("/desk")).text
    assert page.index(sooner.code) < page.index(later.code)


async def test_an_officer_is_offered_only_what_the_rules_allow(
    city: City, staff: Staff, enter: Enter
) -> None:
    case = await filed(city)
    reception = await enter(staff.reception).get(f"/desk/cases/{case.code}")
    assert offered(reception.text) == {
        "acceptance", "refusal", "supplement-request", "transfer", "message",
    }  # fmt: skip
    handler = await enter(staff.handler).get(f"/desk/cases/{case.code}")
    assert offered(handler.text) == {"message"}
    assert "This step belongs to: reception." in handler.text


async def test_a_case_with_its_fee_open_says_why_it_cannot_be_accepted(
    city: City, staff: Staff, enter: Enter
) -> None:
    case = await filed(city, is_paid=False)
    page = (await enter(staff.reception).get(f"/desk/cases/{case.code}")).text
    assert "acceptance" not in offered(page)
    assert "Not paid yet" in page


async def test_a_case_goes_from_acceptance_to_approval_by_the_forms_of_its_pages(
    city: City, staff: Staff, enter: Enter
) -> None:
    case = await filed(city)
    accepted = await do(enter(staff.reception), case, "acceptance")
    assert accepted.status_code == 303
    assert accepted.headers["location"] == f"/desk/cases/{case.code}?done=acceptance"
    told = await enter(staff.reception).get(accepted.headers["location"])
    assert "You accepted the case." in told.text
    await answered(city, case, staff.handler, IDENTITY)
    proposed = await do(enter(staff.handler), case, "proposal", outcome="granted")
    assert proposed.status_code == 303
    page = (await enter(staff.leader).get(f"/desk/cases/{case.code}")).text
    assert {"approval", "return"} <= offered(page)
    assert "Officer handler" in page
    assert (await do(enter(staff.leader), case, "approval")).status_code == 303
    async with city.database.read(staff.leader.person) as db:
        assert (await actions.open_case(db, case.code)).step == "signing"


IDENTITY = {
    "number": "010203040506", "name": "Trần Thị Bưởi", "birth_date": "1990-03-12",
    "residence": None,
}  # fmt: skip


async def test_a_double_click_acts_once(city: City, staff: Staff, enter: Enter) -> None:
    case = await filed(city)
    browser = enter(staff.reception)
    first = await do(browser, case, "message", text="Xin chào", key="k1")
    again = await do(browser, case, "message", text="Xin chào", key="k1")
    assert (first.status_code, again.status_code) == (303, 303)
    async with city.database.read(staff.reception.person) as db:
        kinds = [e.kind for e in await actions.history(db, case, "en")]
    assert kinds.count("case.message") == 1


async def test_what_was_changed_on_an_old_page_is_not_called_sent(
    city: City, staff: Staff, enter: Enter
) -> None:
    case = await filed(city)
    browser = enter(staff.reception)
    await do(browser, case, "message", text="Xin chào", key="k1")
    changed = await do(browser, case, "message", text="Xin lỗi", key="k1")
    assert changed.status_code == 422


async def test_the_second_of_two_officers_gets_409_and_sees_who_did_what(
    city: City, staff: Staff, enter: Enter
) -> None:
    case = await filed(city)
    second = structs.replace(staff.reception)
    shown = (await enter(second).get(f"/desk/cases/{case.code}")).text
    async with city.database.write(SYSTEM) as db:
        rival = await identity.enrol_officer(db, str(uuid4()), "Officer Rival")
        await agencies.appoint(db, rival, AGENCY, "reception", LONG_AGO)
    rivals = enter(Viewer(person=rival, name="Officer Rival", is_officer=True))
    assert (await do(rivals, case, "acceptance")).status_code == 303
    refused = await send(enter(second), case, shown, "acceptance")
    assert refused.status_code == 409
    assert "Somebody else was faster. Your act was not done." in refused.text
    assert "Officer Rival · Accepted" in refused.text
    assert "Now: Examination." in refused.text
    assert "acceptance" not in offered(refused.text)


async def test_required_words_are_asked_on_the_same_page_and_what_was_typed_stays(
    city: City, staff: Staff, enter: Enter
) -> None:
    case = await filed(city)
    browser = enter(staff.reception)
    refused = await do(browser, case, "refusal", reason="   ")
    assert refused.status_code == 422
    assert 'href="#refusal-reason"' in refused.text
    long = await do(browser, case, "refusal", reason="x" * 4001)
    assert long.status_code == 422
    assert "x" * 4001 in long.text
    hostile = await do(browser, case, "message", text="<script>alert(1)</script>")
    assert hostile.status_code == 303
    page = (await browser.get(f"/desk/cases/{case.code}")).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


async def test_nobody_approves_their_own_proposal_and_the_page_says_so(
    city: City, staff: Staff, enter: Enter
) -> None:
    case = await filed(city)
    await do(enter(staff.reception), case, "acceptance")
    await answered(city, case, staff.leader, IDENTITY)
    assert (await do(enter(staff.leader), case, "proposal", outcome="granted")).status_code == 303
    page = (await enter(staff.leader).get(f"/desk/cases/{case.code}")).text
    assert "approval" not in offered(page)
    assert "own proposal" in page
    assert (await do(enter(staff.leader), case, "approval")).status_code == 409


async def test_without_the_registers_answer_the_case_waits_and_can_be_asked_for_again(
    city: City, staff: Staff, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: Any, **__: Any) -> None:
        raise Unavailable("register.down", register="population", tries=3)

    monkeypatch.setattr("motcua.exchange.ask", down)
    case = await filed(city)
    await do(enter(staff.reception), case, "acceptance")
    browser = enter(staff.handler)
    page = (await browser.get(f"/desk/cases/{case.code}")).text
    assert "No answer yet" in page
    assert "proposal" not in offered(page)
    assert "inquiry" in offered(page)
    asked = await do(browser, case, "inquiry")
    assert asked.status_code == 503
    assert "nothing of it is lost" in asked.text
    assert (await do(browser, case, "proposal", outcome="granted")).status_code == 409
    await answered(city, case, staff.handler, IDENTITY)
    page = (await browser.get(f"/desk/cases/{case.code}")).text
    assert "12 March 1990" in page
    assert "proposal" in offered(page)


async def test_answers_stand_in_words_and_not_in_codes(
    city: City, staff: Staff, enter: Enter
) -> None:
    case = await filed(city)
    page = (await enter(staff.handler).get(f"/desk/cases/{case.code}")).text
    assert "What do you need it for?" in page
    assert "School" in page
    assert "Ordinary" in page
    assert "12 March 1990" in page


async def test_a_case_is_handed_to_those_who_handle_in_the_agency_and_to_nobody_else(
    city: City, staff: Staff, enter: Enter
) -> None:
    case = await filed(city)
    await do(enter(staff.reception), case, "acceptance")
    page = (await enter(staff.leader).get(f"/desk/cases/{case.code}")).text
    assert str(staff.handler.person) in page
    assert str(staff.reception.person) not in page
    assert str(staff.elsewhere.person) not in page
    given = await do(enter(staff.leader), case, "assignment", officer=str(staff.handler.person))
    assert given.status_code == 303
    async with city.database.read(staff.leader.person) as db:
        assert (await actions.open_case(db, case.code)).handler_id == staff.handler.person


async def test_a_bell_rings_for_the_agency_in_which_something_happened(
    city: City, staff: Staff
) -> None:
    listener = city[Listener]
    listener.start()
    try:
        me = staff.reception.person
        async with listener.about(me, AGENCY) as bell, listener.about(me, OTHER) as elsewhere:
            assert listener.streams == 2
            await asyncio.sleep(0.3)  # on connecting every bell rings once
            bell.clear()
            elsewhere.clear()
            await filed(city, is_paid=False)
            await asyncio.wait_for(bell.wait(), 5)
            assert not elsewhere.is_set()
        assert listener.streams == 0
    finally:
        await listener.stop()


async def test_addresses_that_make_no_sense_are_refused_calmly(
    city: City, staff: Staff, enter: Enter
) -> None:
    case = await filed(city)
    browser = enter(staff.reception)
    for query in ("page=0", "page=-1", "page=x", "due=never", "agency='--", "q=%00", "q=%25_"):
        assert (await browser.get(f"/desk?{query}")).status_code == 200
    assert (await browser.get("/desk/cases/%00")).status_code == 404
    assert (await do(browser, case, "message", text="a\x00b")).status_code == 303
    assert (await do(browser, case, "nonsense")).status_code == 404
    assert (await do(browser, case, "message", text="x", key="")).status_code == 422
    assert (await browser.get(f"/desk/documents/{uuid4()}")).status_code == 404
    assert (await browser.get("/desk/documents/..%2Fx")).status_code == 404


# A working week of 8 to 12 and 13 to 17; 2026-11-28 is a Saturday.
CALENDAR = Calendar(
    convert(
        {
            "time_zone": "UTC",
            "hours": [
                {"valid_from": "2024-01-01", "cut_off": "15:00",
                 "office_hours": [["08:00", "12:00"], ["13:00", "17:00"]]}
            ],
            "years": [{"year": 2026}],
        },
        PackCalendar,
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ("2026-11-23T10:48", "48 minutes left"),
        ("2026-11-23T10:01", "1 minute left"),
        ("2026-11-23T15:30", "5 hours left"),
        ("2026-11-24T09:00", "1 working day left"),
        ("2026-11-30T09:00", "5 working days left"),  # Saturday and Sunday do not count
        ("2026-11-23T09:30", "30 minutes late"),
        ("2026-11-23T07:00", "3 hours late"),
        ("2026-11-20T10:00", "3 days late"),
    ],
)
def test_what_is_left_is_counted_as_people_at_work_count(due: str, said: str) -> None:
    zone = ZoneInfo("UTC")
    now = datetime(2026, 11, 23, 10, tzinfo=zone)
    assert left(datetime.fromisoformat(due).replace(tzinfo=zone), now, CALENDAR, "en") == said
