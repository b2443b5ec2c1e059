"""What people without an account come back to a counter for: what was asked for, or to withdraw."""

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct
from msgspec.structs import replace

from motcua import documents
from motcua.base.errors import Conflict, Fault, Invalid
from motcua.cases import actions
from motcua.cases.actions import handing_in, telling
from motcua.cases.actions.procedures import InForce
from motcua.cases.model.case import Case
from motcua.cases.model.procedure import DocumentNeed, Field
from motcua.cases.model.view import CaseView, EventView
from motcua.cases.pages.applying import UPLOAD_BYTES_MAX, uploads_of
from motcua.cases.pages.asking import Need, need_of, problems_of, text
from motcua.cases.pages.intake import paper_fields
from motcua.cases.rules.handing_in import PAPERS_LENGTH_MAX
from motcua.db import City, Write
from motcua.identity import Viewer
from motcua.web import Page, forms, language_of, render
from motcua.web.forms import Problem, Question

OFFICER: dict[str, Any] = {"opt": {"access": "officer"}, "include_in_schema": False}
Web = Request[Any, Any, Any]
Act = Callable[[Write], Awaitable[dict[str, Any]]]


class BroughtPage(Page):
    """What was asked for, as it is handed over the counter."""

    template: ClassVar[str] = "cases/counter_supplement.html"

    code: str
    applicant: str
    asked: str
    shown: list[Question]
    """By which papers they are known."""
    questions: list[Question]
    needs: list[Need]
    problems: list[Problem]


class WithdrawnPage(Page):
    template: ClassVar[str] = "cases/counter_withdrawal.html"

    code: str
    applicant: str
    shown: list[Question]
    need: Need
    problems: list[Problem]


class _Opened(Struct, frozen=True):
    request: Web
    city: City
    viewer: Viewer
    case: Case
    known: InForce
    view: CaseView
    events: list[EventView]

    @property
    def address(self) -> str:
        return f"/desk/counter/cases/{self.case.code}"

    def must(self, act: str) -> None:
        if act not in {one.action for one in self.view.actions}:
            raise Conflict("case.not_now", code=self.case.code)


async def _open(request: Web, city: City, viewer: Viewer, code: str) -> _Opened:
    language = language_of(request)
    async with city.database.write(viewer.person) as db:
        case = await actions.open_case(db, code)
        await actions.note_look(db, viewer, case)
        view = await actions.show_case(db, viewer, case, language)
        events = await actions.history(db, case, language)
        known = await actions.definition(db, case)
    return _Opened(request, city, viewer, case, known, view, events)


@get("/desk/counter/cases/{code:str}/supplement", **OFFICER)
async def ask_brought(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    opened = await _open(request, city, viewer, code)
    opened.must("supply_at_counter")
    return _brought(opened, opened.case.answers, {}, [])


@post(
    "/desk/counter/cases/{code:str}/supplement", request_max_body_size=UPLOAD_BYTES_MAX, **OFFICER
)
async def take_brought(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    """Answers, papers and scans together, or nothing."""
    opened = await _open(request, city, viewer, code)
    opened.must("supply_at_counter")
    sent = await request.form()
    posted = {k: v for k, v in sent.items() if isinstance(v, str)}
    names, needs = _lacking(opened)
    read = forms.read(opened.known.procedure.form.fields, names, posted, opened.case.answers)
    answers = {**opened.case.answers, **read.answers}
    beside = {**shown_fields(), **{k: f for need in needs for k, f in paper_fields(need).items()}}
    said = forms.read(beside, list(beside), posted).answers
    uploads, faults = await uploads_of(city, needs, sent.multi_items())
    if read.is_editing or faults:
        return _brought(opened, answers, said, faults)
    changed = {k: v for k, v in read.answers.items() if opened.case.answers.get(k) != v}

    async def body(db: Write) -> dict[str, Any]:
        files: dict[str, list[str]] = {}
        for need, upload in uploads:
            files.setdefault(need, []).append(str((await documents.store_upload(db, upload)).id))
        papers = [
            _paper(need, file, said) for need in needs for file in files.get(need.code, [None])
        ]
        return {"answers": changed, "documents": [one for one in papers if one]}

    try:
        return await _do(opened, handing_in.supply, said, body)
    except Invalid as refusal:
        return _brought(opened, answers, said, refusal.faults)


def _paper(need: DocumentNeed, file: Any, said: dict[str, Any]) -> dict[str, Any]:
    """Nothing where neither a scan nor a paper was taken."""
    kind, pages = said.get(f"paper-{need.code}"), said.get(f"pages-{need.code}")
    if file is None and kind is None:
        return {}
    told = {"requirement": need.code, "id": file, "kind": kind, "pages": pages}
    return {k: v for k, v in told.items() if v is not None}


@get("/desk/counter/cases/{code:str}/withdrawal", **OFFICER)
async def ask_withdrawn(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    opened = await _open(request, city, viewer, code)
    opened.must("withdraw_at_counter")
    return _withdrawn(opened, {}, [])


@post(
    "/desk/counter/cases/{code:str}/withdrawal", request_max_body_size=UPLOAD_BYTES_MAX, **OFFICER
)
async def take_withdrawn(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    opened = await _open(request, city, viewer, code)
    opened.must("withdraw_at_counter")
    sent = await request.form()
    posted = {k: v for k, v in sent.items() if isinstance(v, str)}
    fields = {**shown_fields(), **_reason()}
    said = forms.read(fields, list(fields), posted).answers
    file = sent.get("file-request")
    try:
        upload = None
        if isinstance(file, UploadFile) and file.filename:
            upload = await documents.examine(city, file.filename, await file.read())

        async def body(db: Write) -> dict[str, Any]:
            given = {"id": str((await documents.store_upload(db, upload)).id)} if upload else {}
            return {**given, **({"reason": said["reason"]} if "reason" in said else {})}

        return await _do(opened, handing_in.withdraw, said, body)
    except Invalid as refusal:
        at_file = [replace(f, pointer="/file-request") if f.pointer == "/id" else f
                   for f in refusal.faults or [Fault("/id", refusal.reason)]]  # fmt: skip
        return _withdrawn(opened, said, at_file)


async def _do(opened: _Opened, act: Any, said: dict[str, Any], body: Act) -> Redirect:
    code, viewer = opened.case.code, opened.viewer
    async with opened.city.database.write(viewer.person) as db:
        told = {"papers": said["shown"]} if said.get("shown") else {}
        await act(db, viewer, code, {**{k: v for k, v in (await body(db)).items() if v}, **told})
    return Redirect(opened.address, status_code=303)


def _lacking(opened: _Opened) -> tuple[list[str], list[DocumentNeed]]:
    return telling.lacking(opened.known.procedure, opened.case.answers, _request(opened).facts)


def _request(opened: _Opened) -> EventView:
    kind = "case.supplement_requested"
    return next(event for event in reversed(opened.events) if event.kind == kind)


def shown_fields() -> dict[str, Field]:
    hint = text("An identity card, or a passport: with its number. Who came, if it is not they.")
    label = text("Which papers did you look at?")
    return {"shown": Field(label=label, kind="text", hint=hint, max=PAPERS_LENGTH_MAX)}


def _reason() -> dict[str, Field]:
    label = text("Why do they withdraw it?")
    return {"reason": Field(label=label, kind="text", required=False, max=300)}


def _brought(
    opened: _Opened, answers: dict[str, Any], said: dict[str, Any], faults: list[Fault]
) -> Response[Any]:
    language, fields = language_of(opened.request), opened.known.procedure.form.fields
    names, needs = _lacking(opened)
    placed = [_placed(fault, needs) for fault in faults]
    problems = problems_of(placed, language, {**fields, **shown_fields()})
    page = BroughtPage(
        code=opened.case.code,
        applicant=opened.case.applicant_name,
        asked=str(_request(opened).facts.get("text", "")),
        shown=forms.questions(shown_fields(), ["shown"], said, language, placed),
        questions=forms.questions(fields, names, answers, language, placed),
        needs=[
            replace(need_of(need, [], problems), questions=forms.questions(
                paper_fields(need), list(paper_fields(need)), said, language, placed))
            for need in needs
        ],
        problems=problems,
    )  # fmt: skip
    return render(page, opened.request, 422 if faults else 200)


def _placed(fault: Fault, needs: list[DocumentNeed]) -> Fault:
    if fault.pointer == "/papers":
        return replace(fault, pointer="/shown")
    if fault.pointer == "":
        return replace(fault, pointer="/shown")
    named = [need.code for need in needs if need.name == fault.facts.get("document")]
    if fault.pointer.startswith("/documents"):
        codes = named or [need.code for need in needs]
        return replace(fault, pointer=f"/file-{codes[0]}") if codes else fault
    return fault


def _withdrawn(opened: _Opened, said: dict[str, Any], faults: list[Fault]) -> Response[Any]:
    language = language_of(opened.request)
    fields = {**shown_fields(), **_reason()}
    placed = [_placed(fault, []) for fault in faults]
    problems = problems_of(placed, language, fields)
    errors = [one.text for one in problems if one.anchor == "file-request"]
    page = WithdrawnPage(
        code=opened.case.code,
        applicant=opened.case.applicant_name,
        shown=forms.questions(fields, list(fields), said, language, placed),
        need=Need("request", text("Signed request to withdraw"), None, [], errors),
        problems=problems,
    )
    return render(page, opened.request, 422 if faults else 200)


routes: list[Any] = [ask_brought, take_brought, ask_withdrawn, take_withdrawn]
