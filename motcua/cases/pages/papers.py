"""The forms of a case: given to its person, and at the desk listed and printed."""

from typing import Any, ClassVar

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from motcua.base.text import Text
from motcua.cases import actions
from motcua.cases.actions import papers, vault
from motcua.cases.actions.deeds.deed import law_of
from motcua.cases.actions.papers import FormOffered
from motcua.cases.pages.asking import PERSON
from motcua.db import City
from motcua.identity import Viewer
from motcua.web import Page, render
from motcua.web.files import safely

OFFICER: dict[str, Any] = {"opt": {"access": "officer"}, "include_in_schema": False}
Web = Request[Any, Any, Any]


class FormRow(Struct, frozen=True):
    name: Text
    number: str
    """Of the form in the rules."""
    address: str
    kept: FormOffered | None
    """None: it is made when asked for."""


class CasePapers(Page):
    template: ClassVar[str] = "cases/desk_papers.html"

    code: str
    applicant: str
    rules: Text
    forms: list[FormRow]
    files: list[tuple[Text, str]]
    """What was handed in, each with the page of what is known of it."""
    source: str
    is_verified: bool


@get("/cases/{code:str}/receipt.pdf", **PERSON)
async def receipt(
    city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[bytes]:
    return _given(await papers.open_form(city, viewer, code, "receipt"), f"{code}.pdf")


@get("/cases/{code:str}/papers/{name:str}", **PERSON)
async def open_form(
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    code: FromPath[str],
    name: FromPath[str],
) -> Response[bytes]:
    """The form that tells of one event, named by its place in the history."""
    return _given(await papers.open_form(city, viewer, code, name), f"{code}-{name}.pdf")


@get("/desk/cases/{code:str}/papers", **OFFICER)
async def list_forms(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[bytes]:
    async with city.database.write(viewer.person) as db:
        case = await actions.open_case(db, code)
        await actions.note_look(db, viewer, case)
        offered = await papers.forms_of(db, case)
        files = await vault.files_of(db, viewer, case)
        law = law_of(city, case)
    source = law.forms.source if law.forms else law.source
    page = CasePapers(
        code=case.code,
        applicant=case.applicant_name,
        rules=law.name,
        forms=[
            FormRow(
                one.form.name,
                one.form.number,
                f"/desk/cases/{case.code}/papers/{one.name}",
                one if one.paper else None,
            )
            for one in offered
        ],
        files=[(name, f"/desk/cases/{case.code}/files/{file}") for file, name in files],
        source=source.text,
        is_verified=source.verified and all(_is_verified(one) for one in offered),
    )
    return render(page, request)


@get("/desk/cases/{code:str}/papers/{name:str}", **OFFICER)
async def print_form(
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    code: FromPath[str],
    name: FromPath[str],
) -> Response[bytes]:
    return _given(await papers.open_form(city, viewer, code, name), f"{code}-{name}.pdf")


@get("/desk/counter/cases/{code:str}/receipt.pdf", **OFFICER)
async def print_receipt(
    city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[bytes]:
    """For the hand of whoever stands there; whoever decides has signed it."""
    return _given(await papers.open_form(city, viewer, code, "receipt"), f"{code}.pdf")


def _is_verified(one: FormOffered) -> bool:
    return one.form.source is None or one.form.source.verified


def _given(pdf: bytes, name: str) -> Response[bytes]:
    return Response(pdf, media_type="application/pdf", headers=safely(name))


routes: list[Any] = [receipt, open_form, list_forms, print_form, print_receipt]
