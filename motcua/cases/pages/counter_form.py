"""The form of the counter: what it asks beside the procedure's own questions, and how it looks."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from litestar import Request, Response
from msgspec import Struct
from msgspec.structs import replace

from motcua import agencies
from motcua.base.errors import Fault, Invalid, Refusal, Unavailable
from motcua.base.ids import new_id
from motcua.base.text import Text
from motcua.cases import actions
from motcua.cases.actions.filing import receivers_of
from motcua.cases.model.procedure import Field, Option, Procedure
from motcua.cases.pages.asking import Kept, problems_of, text
from motcua.db import City
from motcua.identity import Viewer
from motcua.web import Page, forms, reasons, render
from motcua.web.forms import Problem, Question
from motcua.web.language import Language

Web = Request[Any, Any, Any]


class NeedAsked(Struct, frozen=True):
    """A document of the procedure: on paper, as a scan, or not brought at all."""

    code: str
    name: Text
    hint: Text | None
    questions: list[Question]
    files: list[Kept]
    errors: list[str]


class IntakePage(Page):
    template: ClassVar[str] = "cases/counter_form.html"

    procedure: Procedure
    action: str
    key: str
    problems: list[Problem]
    trouble: str | None
    """A register that does not answer, or that this officer does not receive here."""
    known: list[tuple[str, str]]
    """What the register said of the applicant, when it was asked."""
    place: list[Question]
    applicant: list[Question]
    helper: list[Question]
    questions: list[Question]
    papers: list[NeedAsked]
    result: list[Question]


class Sent(Struct, frozen=True):
    """What the page posted, in our words."""

    said: dict[str, Any]
    answers: dict[str, Any]
    papers: dict[str, Any]
    kept: dict[str, list[Kept]]


NOTHING = Sent({}, {}, {}, {})
NO_FILE: list[Kept | None] = [None]


class Here(Struct, frozen=True):
    """What every handler of the form begins with."""

    request: Web
    city: City
    viewer: Viewer
    procedure: Procedure
    language: Language
    counters: list[str]


def show(
    here: Here, sent: Sent, faults: list[Fault], refusal: Refusal | None = None,
    known: list[tuple[str, str]] | None = None,
) -> Response[Any]:  # fmt: skip
    place, papers = place_fields(here), paper_fields(here.procedure)
    placed = [_placed(fault, here, sent) for fault in faults]
    language, said = here.language, {"case-channel": "counter", "case-delivery": "counter"}
    every = {**own_fields(here), **papers, **here.procedure.form.fields}
    problems = problems_of(placed, language, every)

    def asked(fields: Mapping[str, Field], answers: dict[str, Any]) -> list[Question]:
        return forms.questions(fields, list(fields), answers, language, placed)

    trouble = reasons.sentence(refusal.reason, refusal.facts, language) if refusal else None
    if not here.counters:
        trouble = reasons.sentence("case.not_taken_in_here", {}, language)
    page = IntakePage(
        procedure=here.procedure,
        action=f"/desk/counter/new/{here.procedure.code}",
        key=new_id().hex,
        problems=problems,
        trouble=trouble,
        known=known or [],
        place=asked(place, said | sent.said),
        applicant=asked(applicant_fields(), sent.said),
        helper=asked(helper_fields(), sent.said),
        questions=asked(here.procedure.form.fields, sent.answers),
        papers=[
            NeedAsked(
                need.code, need.name, need.hint,
                asked({k: papers[k] for k in papers if k.endswith(f"-{need.code}")}, sent.papers),
                sent.kept.get(need.code, []),
                [one.text for one in problems if one.anchor == f"file-{need.code}"],
            )
            for need in here.procedure.documents
        ],
        result=asked(result_fields(), said | sent.said),
    )  # fmt: skip
    return render(page, here.request, _status(faults, refusal))


def _status(faults: list[Fault], refusal: Refusal | None) -> int:
    if faults or isinstance(refusal, Invalid):
        return 422
    return 200 if refusal is None else 503 if isinstance(refusal, Unavailable) else 403


_BOXES = {
    "/applicant": "/applicant-number", "/representative": "/representative-number",
    "/on_behalf_of": "/behalf-number", "/agency": "/case-agency", "/counter": "/case-counter",
    "/delivery": "/case-delivery", "/channel": "/case-channel",
}  # fmt: skip


def _placed(fault: Fault, here: Here, sent: Sent) -> Fault:
    """At the box of this page where it can be put right."""
    head, _, rest = fault.pointer.strip("/").partition("/")
    if head in ("applicant", "representative") and rest not in ("", "document"):
        return replace(fault, pointer=f"/{head}-{rest}")
    if head != "documents" and rest != "document":
        return replace(fault, pointer=_BOXES.get(fault.pointer, fault.pointer))
    given = [one.requirement for one in given_papers(here, sent)]
    named = fault.facts.get("document")
    needs = [need.code for need in here.procedure.documents if need.name == named]
    if rest.isdigit() and int(rest) < len(given):
        needs = [given[int(rest)]]
    return replace(fault, pointer=f"/file-{needs[0]}") if needs else fault


def given_papers(here: Here, sent: Sent) -> list[actions.Attached]:
    """Every scan, and every paper that was taken without one."""
    return [
        actions.Attached(
            need.code, UUID(one.id) if one else None, sent.papers.get(f"paper-{need.code}"),
            sent.papers.get(f"pages-{need.code}"),
        )
        for need in here.procedure.documents
        for one in (sent.kept.get(need.code) or NO_FILE)
        if one or f"paper-{need.code}" in sent.papers
    ]  # fmt: skip


def _text(name: str, kind: Any = "text", hint: str = "", most: int = 300) -> Field:
    said = text(hint) if hint else None
    return Field(label=text(name), kind=kind, hint=said, required=False, max=most)


def _choice(name: str, *options: tuple[str, Text], required: bool = True) -> Field:
    listed = tuple(Option(value=value, label=label) for value, label in options)
    return Field(label=text(name), kind="choice", options=listed, required=required)


def own_fields(here: Here) -> dict[str, Field]:
    """Everything that the counter asks beside the procedure's own form and its papers."""
    return {**place_fields(here), **applicant_fields(), **helper_fields(), **result_fields()}


def place_fields(here: Here) -> dict[str, Field]:
    book = here.city[agencies.Agencies]
    fields = {
        "case-channel": _choice(
            "How did the papers come?", ("counter", text("Over the counter")),
            ("post", text("By post")),
        ),
    }  # fmt: skip
    if len(here.counters) > 1:
        offered = [(code, book.name(code)) for code in here.counters]
        fields["case-counter"] = _choice("Which counter is this?", *offered)
    receivers = receivers_of(here.city, here.procedure)
    if len(receivers) > 1:
        named = [(one.code, one.name) for one in receivers]
        home = "Leave it open for the agency of the place where the applicant lives."
        fields["case-agency"] = replace(
            _choice("Which agency decides?", *named, required=False), hint=text(home)
        )
    return fields


def applicant_fields() -> dict[str, Field]:
    typed = "Only where the register does not know them, or does not answer."
    return {
        "applicant-number": _text("Personal number, or the number of the papers shown", most=50),
        "applicant-name": _text("Full name", hint=typed),
        "applicant-birth_date": _text("Date of birth", "date"),
        "applicant-papers": _text("Papers shown: which, and of which country"),
    }


def helper_fields() -> dict[str, Field]:
    return {
        "representative-number": _text("Personal number of who stands here", most=50),
        "representative-name": _text("Full name of who stands here"),
        "behalf-number": _text(
            "Personal number of whom it is about", hint="A child, for example.", most=50
        ),
    }


def result_fields() -> dict[str, Field]:
    return {
        "case-delivery": _choice(
            "How does the result come back?", ("counter", text("At this counter")),
            ("electronic", text("To the person's account")), ("post", text("By post")),
        )
    }  # fmt: skip


def paper_fields(procedure: Procedure) -> dict[str, Field]:
    fields = {}
    for need in procedure.documents:
        fields[f"paper-{need.code}"] = _choice(
            "Taken on paper", ("original", text("Original")), ("copy", text("Copy")),
            required=False,
        )  # fmt: skip
        fields[f"pages-{need.code}"] = _text("Number of pages", "number", most=9999)
    return fields


_JUDGED = ("case-agency", "case-counter")
"""Looked at with the rest of the request, so that everything wrong is told at once."""


def unreadable(here: Here, sent: Sent) -> list[Fault]:
    """What this page itself cannot pass on; everything else is judged where every door is."""
    fields = {**own_fields(here), **paper_fields(here.procedure)}
    said = {**sent.said, **sent.papers}
    faults = [
        fault
        for name, value in said.items()
        if name not in _JUDGED and (fault := _unreadable(name, fields[name], value))
    ]
    if "applicant-number" not in said:
        faults.append(Fault("/applicant-number", "form.required"))
    return faults


def _unreadable(name: str, field: Field, value: Any) -> Fault | None:
    at, most = f"/{name}", field.max or 0
    match field.kind:
        case "choice" if value not in {option.value for option in field.options}:
            return Fault(at, "form.not_an_option")
        case "number" if not (isinstance(value, int) and 0 < value <= most):
            return Fault(at, "form.wrong_type")
        case "date" if not _is_day(value):
            return Fault(at, "form.not_a_date")
        case "text" if len(value) > most:
            return Fault(at, "form.too_long", {"max": most})
    return None


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
