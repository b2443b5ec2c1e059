"""My vault: everything that serves again. At the desk: what a digitised paper says of itself."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from motcua.base.errors import Conflict, Fault, Invalid, NotFound, Refusal
from motcua.base.ids import DocumentId
from motcua.cases.actions import vault
from motcua.cases.actions.vault import InVault, Metadata, PaperAtDesk
from motcua.cases.pages.asking import PERSON
from motcua.db import City
from motcua.identity import Viewer
from motcua.web import Page, forms, language_of, reasons, render
from motcua.web.forms import Problem

OFFICER: dict[str, Any] = {"opt": {"access": "officer"}, "include_in_schema": False}
LENGTHS = {"number": 100, "issuer": 300, "signer": 300, "holder": 300, "summary": 1000}
Web = Request[Any, Any, Any]


class Vault(Page):
    template: ClassVar[str] = "cases/vault.html"

    results: list[InVault]
    papers: list[InVault]


class DeskPaper(Page):
    template: ClassVar[str] = "cases/desk_paper.html"

    code: str
    paper: PaperAtDesk
    typed: dict[str, str]
    lengths: dict[str, int]
    problems: list[Problem]
    told: str | None


@get("/me/vault", **PERSON)
async def show_vault(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer]
) -> Response[bytes]:
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        found = await vault.vault_of_me(db)
    page = Vault(
        results=[one for one in found if one.held.reference],
        papers=[one for one in found if not one.held.reference],
    )
    return render(page, request)


@get("/desk/cases/{code:str}/files/{file:str}", **OFFICER)
async def show_paper(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    code: FromPath[str],
    file: FromPath[str],
) -> Response[bytes]:
    return await _paper_page(request, city, viewer, code, _id(file))


@post("/desk/cases/{code:str}/files/{file:str}", **OFFICER)
async def describe_paper(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    code: FromPath[str],
    file: FromPath[str],
) -> Response[Any]:
    typed = {name: str(value).strip() for name, value in (await request.form()).items()}
    try:
        told = _metadata(typed)
        async with city.database.write(viewer.person) as db:
            await vault.describe(db, viewer, code, _id(file), told)
    except (Invalid, Conflict) as refusal:
        return await _paper_page(request, city, viewer, code, _id(file), typed, refusal)
    return Redirect(f"/desk/cases/{code}/papers", status_code=303)


async def _paper_page(
    request: Web, city: City, viewer: Viewer, code: str, file: DocumentId,
    typed: dict[str, str] | None = None, refusal: Refusal | None = None,
) -> Response[bytes]:  # fmt: skip
    async with city.database.write(viewer.person) as db:
        paper = await vault.paper_at_desk(db, viewer, code, file)
    language = language_of(request)
    faults = refusal.faults if isinstance(refusal, Invalid) else []
    told = None
    if isinstance(refusal, Conflict):
        told = reasons.sentence(refusal.reason, refusal.facts, language)
    page = DeskPaper(
        code=paper.case.code,
        paper=paper,
        typed=_known(paper) if typed is None else typed,
        lengths=LENGTHS,
        problems=forms.problems(faults, language),
        told=told,
    )
    status = 200 if refusal is None else 422 if faults else 409
    return render(page, request, status)


def _known(paper: PaperAtDesk) -> dict[str, str]:
    known = paper.known
    if known is None:
        return {"holder": paper.case.applicant_name}
    typed = {name: getattr(known, name) for name in LENGTHS}
    days = {name: getattr(known, name) for name in ("issued_on", "valid_until")}
    return typed | {name: day.isoformat() for name, day in days.items() if day}


def _metadata(typed: dict[str, str]) -> Metadata:
    faults = [
        Fault(f"/{name}", "form.too_long", {"max": most})
        for name, most in {**LENGTHS, "because": LENGTHS["summary"]}.items()
        if len(typed.get(name, "")) > most
    ]
    days: dict[str, Any] = {}
    for name in ("issued_on", "valid_until"):
        text = typed.get(name, "")
        try:
            days[name] = date.fromisoformat(text) if text else None
        except ValueError:
            faults.append(Fault(f"/{name}", "form.not_a_date"))
    is_withdrawn = "withdrawn" in typed
    if is_withdrawn and not typed.get("because"):
        faults.append(Fault("/because", "form.required"))
    if faults:
        raise Invalid("request.faults", faults)
    because = typed.get("because", "") if is_withdrawn else ""
    told: dict[str, Any] = {name: typed.get(name, "") for name in LENGTHS}
    return Metadata(**told, **days, because=because)


def _id(text: str) -> DocumentId:
    try:
        return DocumentId(UUID(text))
    except ValueError:
        raise NotFound("documents.no_such_file") from None


routes: list[Any] = [show_vault, show_paper, describe_paper]
