"""Cases for tests: filed, paid, answered by registers, and taken along their route."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pikepdf
import pytest

from motcua import agencies, documents, payments
from motcua.base import clock
from motcua.base.errors import Conflict
from motcua.base.ids import SYSTEM, DocumentId, new_id
from motcua.base.pack import Pack
from motcua.cases import actions, queries
from motcua.cases.model.authority import Authority
from motcua.cases.model.case import Case
from motcua.cases.model.view import CaseView, EventView
from motcua.db import City
from motcua.demo import authority
from motcua.identity import Viewer
from motcua.web.language import Language
from tests import cast
from tests.payments.build import word

PACKS = Path(__file__).parents[2] / "packs"
SAMPLE, RECORD = "9.000001", "3.000333"
PAPER = Authority(number="12/2026", issuer="Phòng công chứng Mẫu", signed_on=date(2026, 1, 5))
"""By which somebody acts for another, where the procedure wants it stated."""
"""The sample city's one procedure; the criminal-record certificate of the big pack."""
AGENCY, OTHER = "SM.1", "SM.2"
POLICE = "H26.11"


@asynccontextmanager
async def big_city(small: City) -> AsyncIterator[City]:
    """The city of `packs/hanoi` on the same database: its agencies have codes of their own."""
    settings = msgspec.structs.replace(small.settings, pack=PACKS / "hanoi")
    city = City(settings, _read(settings.pack), small.database.url)
    await city.database.open()
    yield city
    await city.close()


@cache
def _read(pack: Path) -> Pack:
    return Pack.read(pack)


def example(city: City, procedure: str = SAMPLE) -> dict[str, Any]:
    return dict(city[actions.Procedures].by_code(procedure).procedure.form.example)


def filing(
    city: City,
    procedure: str = SAMPLE,
    documents: Mapping[str, DocumentId] | None = None,
    delivery: Any = "electronic",
    agency: str | None = None,
    **changed: Any,
) -> actions.Filing:
    """The pack's example with some answers changed; `None` leaves one out."""
    if agency is None and procedure == SAMPLE:
        agency = AGENCY
    answers = {k: v for k, v in (example(city, procedure) | changed).items() if v is not None}
    attached = [actions.Attached(code, id) for code, id in (documents or {}).items()]
    return actions.Filing(procedure, answers, attached, agency, None, delivery)


async def file(
    city: City,
    viewer: Viewer,
    asked: actions.Filing | None = None,
    other: actions.Subject | None = None,
) -> Case:
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        return (await actions.file(db, viewer, asked or filing(city), other)).case


async def upload(city: City, viewer: Viewer, name: str = "giấy.pdf") -> DocumentId:
    """A file that somebody handed in."""
    found = await documents.examine(city, name, pdf())
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        return (await documents.store_upload(db, found)).id


async def pay(city: City, case: Case) -> None:
    async with city.database.write(SYSTEM) as db:
        reference, _ = await payments.open_reference(db, case.code)
        said = word(reference, case.fee_amount, currency=city.pack.info.currency.code)
        assert await payments.book(db, said) == "settled"


async def answer(
    city: City, case: Case, officer: Viewer, finding: str, values: Mapping[str, Any] | None
) -> None:
    """A register's answer, put in by hand: `None` is an explicit "nothing known"."""
    state = "nothing" if values is None else "found"
    async with city.database.write(officer.person) as db:
        assert await queries.keep_finding(
            db, case.id, finding, "register", new_id(), state, dict(values or {}), clock.now()
        )


def particulars(city: City, id: str) -> dict[str, Any]:
    """What the population register says of a sample person."""
    one = cast.sample(city, id)
    return {
        "number": one.number,
        "name": one.name,
        "birth_date": str(one.birth_date),
        "sex": one.sex,
        "nationality": "Mẫu",
        "residence": {"commune": one.commune, "address": one.address},
    }


async def act(city: City, viewer: Viewer, case: Case | str, action: str, **body: Any) -> Case:
    """One act as the API does it, but for asking registers: their answers are put in by hand."""
    code = case if isinstance(case, str) else case.code
    made = await actions.make_before(city, viewer, code, action) if action == "sign" else None
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        return await actions.act(db, viewer, code, action, body, made)


async def show(city: City, viewer: Viewer, code: str, language: Language = "vi") -> CaseView:
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        return await actions.show_case(db, viewer, await actions.open_case(db, code), language)


async def history(city: City, viewer: Viewer, code: str) -> list[EventView]:
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        return await actions.history(db, await actions.open_case(db, code), "vi")


async def may(city: City, viewer: Viewer, code: str) -> set[str]:
    return {one.action for one in (await show(city, viewer, code)).actions}


async def to_step(
    city: City,
    staff: cast.Cast,
    who: Viewer,
    id: str,
    last: str,
    asked: actions.Filing | None = None,
) -> Case:
    """A case of a sample person, taken as far as `last`: filed, paid, accepted, proposed, approved,
    signed."""
    case = await file(city, who, asked)
    steps = ["filed", "paid", "accepted", "answered", "proposed", "approved", "signed"]
    for step in steps[1 : steps.index(last) + 1]:
        if step == "paid":
            await pay(city, case)
        elif step == "accepted":
            case = await act(city, staff.reception, case, "accept")
        elif step == "answered":
            await answer(city, case, staff.handler, "identity", particulars(city, id))
        elif step == "proposed":
            case = await act(city, staff.handler, case, "propose", outcome="granted")
        elif step == "approved":
            case = await act(city, staff.leader, case, "approve")
        else:
            keys(city, case.agency_code)
            case = await act(city, staff.leader, case, "sign")
    return case


def pdf() -> bytes:
    made, page = BytesIO(), pikepdf.new()
    page.add_blank_page()
    page.save(made)
    return made.getvalue()


def keys(city: City, agency: str) -> None:
    """The agency's signing certificate, made as the demonstration makes it."""
    name = city[agencies.Agencies].name(agency).vi
    authority.signing_certificate(city.settings, agency, name)


async def bytes_of(city: City, viewer: Viewer, document: str) -> bytes:
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        _, content = await documents.open_file(db, DocumentId(UUID(document)))
    return content


def born(years_ago: int) -> date:
    today = clock.now().date()
    return date(today.year - years_ago, 1, 1)


async def refusal(city: City, who: Viewer, case: Case, action: str, **body: Any) -> Conflict:
    """Why this may not be done now; nothing may have changed."""
    before = await rows(city, case)
    with pytest.raises(Conflict) as refused:
        await act(city, who, case, action, **body)
    assert await rows(city, case) == before
    return refused.value


async def rows(city: City, case: Case) -> tuple[Any, ...]:
    async with city.database.read(SYSTEM) as db:
        return tuple(
            await db.fetch_row(
                "SELECT to_jsonb(c)::text, (SELECT count(*) FROM db.events e"
                " WHERE e.subject_id = c.id), (SELECT count(*) FROM cases.proposals p"
                " WHERE p.case_id = c.id) FROM cases.cases c WHERE c.code = $1",
                case.code,
            )
        )


def told(refused: Conflict, fact: str) -> list[Any]:
    found = refused.facts[fact]
    assert isinstance(found, list)
    return found
