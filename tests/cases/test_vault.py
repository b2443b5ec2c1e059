"""The vault: what lies there is offered where it is asked for, taken with one tap, counted."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from motcua import documents
from motcua.base import clock
from motcua.base.errors import Conflict, Invalid, NotAllowed, NotFound
from motcua.base.ids import SYSTEM, DocumentId, new_id
from motcua.base.text import Source, Text
from motcua.cases import jobs
from motcua.cases.actions import Procedures, drafting, vault
from motcua.cases.actions.vault import Components, InVault, Metadata, Offered
from motcua.cases.model.case import Case, Draft
from motcua.cases.model.vault import AskedBy, Component, Held
from motcua.cases.pages import routes
from motcua.cases.rules.vault import Shelf, until
from motcua.db import City, events
from motcua.identity import Viewer
from tests import cast
from tests.cases import build
from tests.cases.build import SAMPLE
from tests.cases.visit import Enter, visitors

CARD = "student_card"
SOURCE = Source(text="Invented")
APPLY = f"/procedures/{SAMPLE}/apply"


@pytest.fixture
async def enter(city: City) -> AsyncIterator[Enter]:
    async with visitors(city, routes) as found:
        yield found


@dataclass
class Student:
    """Somebody whose student card an office has accepted with a case."""

    case: Case
    card: DocumentId


async def student(city: City, staff: cast.Cast, who: Viewer, *, accepted: bool = True) -> Student:
    card = await build.upload(city, who, "card.pdf")
    asked = build.filing(city, documents={CARD: card}, fee_class="student")
    case = await build.file(city, who, asked)
    if accepted:
        await build.pay(city, case)
        case = await build.act(city, staff.reception, case, "accept")
    return Student(case, card)


async def offered(city: City, who: Viewer) -> list[Offered]:
    known = city[Procedures].by_code(SAMPLE)
    async with city.database.read(who.person, who.on_behalf_of) as db:
        found = await vault.offers(db, known, known.procedure.documents)
    return found.get(CARD, [])


async def files_offered(city: City, who: Viewer) -> set[UUID]:
    return {UUID(one.key) for one in await offered(city, who)}


async def held(city: City, who: Viewer) -> dict[UUID, InVault]:
    async with city.database.read(who.person, who.on_behalf_of) as db:
        return {one.held.file: one for one in await vault.vault_of_me(db)}


async def describe(city: City, who: Viewer, one: Student, **told: Any) -> None:
    async with city.database.write(who.person) as db:
        await vault.describe(db, who, one.case.code, one.card, Metadata(**told))


async def test_what_an_office_has_accepted_is_offered_to_its_owner_only(
    city: City, staff: cast.Cast
) -> None:
    new = await student(city, staff, staff.binh, accepted=False)
    assert new.card not in await files_offered(city, staff.binh)
    await build.pay(city, new.case)
    await build.act(city, staff.reception, new.case, "accept")
    assert new.card in await files_offered(city, staff.binh)
    assert new.card not in await files_offered(city, staff.an)
    assert new.card not in await held(city, staff.an)
    found = (await held(city, staff.binh))[new.card]
    assert [kind.code for kind in found.kinds] == ["student-card"]


async def test_only_what_was_offered_can_be_taken_and_for_that_need(
    city: City, staff: cast.Cast
) -> None:
    mine = await student(city, staff, staff.binh)
    theirs = await student(city, staff, staff.an)
    known = city[Procedures].by_code(SAMPLE)
    draft = drafting.new_draft(staff.binh, SAMPLE)

    async def take(draft: Draft, need: str, file: object) -> Draft:
        async with city.database.read(staff.binh.person) as db:
            return await vault.take(db, draft, known, need, str(file))

    with_card = await take(draft, CARD, mine.card)
    assert [(d["requirement"], d["id"]) for d in with_card.documents] == [(CARD, str(mine.card))]
    assert await take(with_card, CARD, mine.card) == with_card
    for need, file in (
        (CARD, theirs.card),
        ("authorisation", mine.card),
        (CARD, new_id()),
        ("x", "y"),
    ):
        with pytest.raises(NotFound):
            await take(draft, need, file)


async def test_each_reuse_is_counted_once_and_told(city: City, staff: cast.Cast) -> None:
    first = await student(city, staff, staff.binh)
    asked = build.filing(city, documents={CARD: first.card}, fee_class="student")
    second = await build.file(city, staff.binh, asked)
    for _ in range(2):
        await vault.count_reuses(city, second.id)
        await vault.count_reuses(city, first.case.id)
    assert (await held(city, staff.binh))[first.card].held.uses == 1
    async with city.database.read(SYSTEM) as db:
        told = [e for e in await events.history(db, second.id) if e.kind.endswith("reused")]
        assert [e.facts for e in told] == [{"results": 0, "papers": 1}]
        assert not [e for e in await events.history(db, first.case.id) if e.kind.endswith("reused")]
        row = await db.fetch_row(
            "SELECT component, requirement, digitised, taken_by FROM cases.reuses"
            " WHERE case_id = $1",
            second.id,
        )
    assert row is not None
    assert tuple(row) == ("student-card", CARD, 2, staff.binh.person)


async def test_filing_writes_no_reuse_itself_but_the_job_that_follows(
    city: City, staff: cast.Cast
) -> None:
    first = await student(city, staff, staff.binh)
    asked = build.filing(city, documents={CARD: first.card}, fee_class="student")
    second = await build.file(city, staff.binh, asked)
    assert (await held(city, staff.binh))[first.card].held.uses == 0
    await jobs.count_reuses(city, {"subject": str(second.id)})
    assert (await held(city, staff.binh))[first.card].held.uses == 1


# What ends it


async def test_what_an_officer_withdraws_is_offered_no_more(city: City, staff: cast.Cast) -> None:
    one = await student(city, staff, staff.binh)
    await describe(city, staff.handler, one, because="The card was lost.")
    assert one.card not in await files_offered(city, staff.binh)
    found = (await held(city, staff.binh))[one.card].held
    assert (found.status, found.because) == ("withdrawn", "The card was lost.")
    await describe(city, staff.handler, one, number="7")  # and stays withdrawn
    assert one.card not in await files_offered(city, staff.binh)


async def test_a_paper_is_offered_until_the_day_that_it_names(city: City, staff: cast.Cast) -> None:
    one, today = await student(city, staff, staff.binh), city[Procedures].local_day()
    for valid_until, is_there in ((today, True), (today - timedelta(days=1), False), (None, True)):
        await describe(city, staff.handler, one, valid_until=valid_until)
        assert (one.card in await files_offered(city, staff.binh)) is is_there
    await describe(city, staff.handler, one, issued_on=today - timedelta(days=400))
    assert one.card not in await files_offered(city, staff.binh)  # a year is its time here


async def test_who_is_not_of_the_case_writes_nothing_down(city: City, staff: cast.Cast) -> None:
    one = await student(city, staff, staff.binh)
    for who, refusal in ((staff.elsewhere, NotFound), (staff.binh, NotAllowed)):
        with pytest.raises(refusal):
            await describe(city, who, one, number="1")
    day = date(2026, 1, 2)
    with pytest.raises(Invalid):
        await describe(city, staff.handler, one, issued_on=day, valid_until=date(2026, 1, 1))
    told = {"number": "12/SV", "issuer": "Trường Mẫu", "signer": "Ai", "holder": "Bình"}
    await describe(city, staff.handler, one, issued_on=day, **told)
    [found] = [o for o in await offered(city, staff.binh) if o.key == str(one.card)]
    assert (found.number, found.issued_on, found.until) == ("12/SV", day, date(2027, 1, 2))
    assert found.issuer
    assert found.issuer.vi == "Trường Mẫu"


async def test_the_office_that_took_it_first_says_what_it_is(city: City, staff: cast.Cast) -> None:
    first = await student(city, staff, staff.binh)
    asked = build.filing(city, documents={CARD: first.card}, fee_class="student")
    second = await build.file(city, staff.binh, asked)
    with pytest.raises(Conflict):
        await describe(city, staff.handler, Student(second, first.card), number="1")


@pytest.fixture
def by_result(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the certificate of the city stood for a student card."""
    kind = Component(
        code="certificate", name=Text("Giấy", "Paper"), results=("KQ.SM.000001",),
        documents=(AskedBy(procedure=SAMPLE, document=CARD),), source=SOURCE,
    )  # fmt: skip
    monkeypatch.setattr(city[Components], "shelf", Shelf([kind]))


@pytest.mark.usefixtures("by_result")
async def test_a_result_serves_until_its_agency_takes_it_back(city: City, staff: cast.Cast) -> None:
    case = await build.to_step(city, staff, staff.lan, "lan", "signed")
    async with city.database.read(staff.lan.person) as db:
        [paper] = await documents.of_case(db, case.id)
    [found] = [one for one in await offered(city, staff.lan) if one.key == str(paper.document)]
    assert (found.number, found.issued_on) == (paper.number, paper.issued_on)
    asked = build.filing(city, documents={CARD: paper.document}, fee_class="student")
    later = await build.file(city, staff.lan, asked)
    await vault.count_reuses(city, later.id)
    assert (await held(city, staff.lan))[paper.document].held.uses == 1
    async with city.database.write(staff.leader.person) as db:
        await documents.declare(db, paper.reference, "revoked")
    assert paper.document not in await files_offered(city, staff.lan)
    assert (await held(city, staff.lan))[paper.document].held.status == "revoked"


# The rules

TODAY = date(2026, 8, 31)


def lying(**changed: Any) -> Held:
    told: dict[str, Any] = dict.fromkeys(Held.__struct_fields__) | {
        "file": DocumentId(new_id()), "file_name": "a.pdf", "media_type": "application/pdf",
        "size": 1, "result_code": "KQ.X.000001", "status": "valid", "kept_at": clock.now(),
        "uses": 0,
    }  # fmt: skip
    return Held(**(told | changed))


def kind(valid_for: str | None, even_expired: bool = False) -> Component:
    asked = AskedBy(procedure=SAMPLE, document=CARD, even_expired=even_expired)
    name = Text("Giấy", "Paper")
    return Component(
        code="k", name=name, results=("KQ.X.000001",), documents=(asked,), valid_for=valid_for,
        source=SOURCE,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("valid_for", "issued", "stated", "ends"),
    [
        (None, TODAY, None, None),
        ("6m", TODAY, None, date(2027, 2, 28)),
        ("1y", date(2024, 2, 29), None, date(2025, 2, 28)),
        ("90d", TODAY, None, date(2026, 11, 29)),
        ("6m", TODAY, date(2030, 1, 1), date(2030, 1, 1)),
        ("6m", None, None, None),
    ],
)
def test_until_when_a_paper_holds(
    valid_for: str | None, issued: date | None, stated: date | None, ends: date | None
) -> None:
    assert until(kind(valid_for), lying(issued_on=issued, stated_until=stated)) == ends


@pytest.mark.parametrize(
    ("changed", "valid_for", "even_expired", "serves"),
    [
        ({"issued_on": TODAY}, "1d", False, True),
        ({"issued_on": TODAY - timedelta(days=1)}, "1d", False, True),
        ({"issued_on": TODAY - timedelta(days=2)}, "1d", False, False),
        ({"issued_on": TODAY - timedelta(days=2)}, "1d", True, True),
        ({"status": "revoked"}, None, True, False),
        ({"status": "replaced"}, None, False, False),
        ({"status": "withdrawn"}, None, False, False),
        ({"result_code": "KQ.X.000002"}, None, False, False),
    ],
)
def test_what_serves_today(
    changed: dict[str, Any], valid_for: str | None, even_expired: bool, serves: bool
) -> None:
    shelf = Shelf([kind(valid_for, even_expired)])
    found = list(shelf.serving([lying(**changed)], SAMPLE, CARD, TODAY))
    assert bool(found) is serves
    assert not list(shelf.serving([lying(**changed)], SAMPLE, "authorisation", TODAY))


# On the page


async def test_a_form_offers_it_and_one_tap_takes_it(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    one = await student(city, staff, staff.binh)
    browser = enter(staff.binh)
    await browser.post(APPLY)
    draft = replace(drafting.new_draft(staff.binh, SAMPLE), answers={"fee_class": "student"})
    async with city.database.write(staff.binh.person) as db:
        await drafting.keep(db, draft)
    procedure = city[Procedures].by_code(SAMPLE).procedure
    page = next(page.id for page in procedure.form.pages if page.documents)
    shown = (await browser.get(f"{APPLY}/{page}")).text
    assert f'value="{CARD} {one.card}"' in shown
    taken = await browser.post(f"{APPLY}/{page}", data={"take": f"{CARD} {one.card}"})
    assert taken.status_code == 303
    again = (await browser.get(f"{APPLY}/{page}")).text
    assert f'value="{CARD} {one.card}"' not in again
    assert f'name="drop" value="{one.card}"' in again
    stolen = await student(city, staff, staff.an)
    refused = await browser.post(f"{APPLY}/{page}", data={"take": f"{CARD} {stolen.card}"})
    assert refused.status_code == 404


async def test_the_vault_is_a_page_and_an_address_for_machines(
    city: City, staff: cast.Cast, enter: Enter, api: Any
) -> None:
    one = await student(city, staff, staff.binh)
    page = await enter(staff.binh).get("/me/vault")
    assert f"/api/v1/documents/{one.card}" in page.text
    assert f"/api/v1/documents/{one.card}" not in (await enter(staff.an).get("/me/vault")).text
    listed = (await api("binh").get("/api/v1/vault")).json()["items"]
    [mine] = [item for item in listed if item["document"] == str(one.card)]
    assert (mine["source"], mine["status"], mine["components"], mine["uses"]) == (
        "paper", "valid", ["student-card"], 0,
    )  # fmt: skip
    assert (await api().get("/api/v1/vault")).status_code == 401


async def test_an_officer_writes_down_what_a_paper_says(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    one = await student(city, staff, staff.binh)
    desk = enter(staff.handler)
    listed = (await desk.get(f"/desk/cases/{one.case.code}/papers")).text
    address = f"/desk/cases/{one.case.code}/files/{one.card}"
    assert address in listed
    wrong = await desk.post(address, data={"issued_on": "2026-02-30", "withdrawn": "1"})
    assert wrong.status_code == 422
    assert 'value="2026-02-30"' in wrong.text
    done = await desk.post(address, data={"number": "12/SV", "issued_on": "2026-02-03"})
    assert done.status_code == 303
    assert 'value="12/SV"' in (await desk.get(address)).text
    assert (await enter(staff.elsewhere).get(address)).status_code == 404
