"""Writing a request down at a counter: who asks, who came, how; then the procedure's own pages."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec.structs import replace

from motcua import agencies
from motcua.base.errors import Fault, Invalid, NotAllowed, Refusal, Unavailable
from motcua.base.ids import new_id
from motcua.base.text import Text
from motcua.cases.actions import counter_drafts
from motcua.cases.actions.counter_drafts import CounterDraft
from motcua.cases.actions.drafting import Ready
from motcua.cases.model.procedure import Field, Procedure
from motcua.cases.pages import intake
from motcua.cases.pages.applying import UPLOAD_BYTES_MAX, show_own, take_own
from motcua.cases.pages.asking import (
    CHECK,
    DELIVERY,
    Web,
    asked,
    oaths_of,
    onward,
    problems_of,
    text,
)
from motcua.cases.pages.checking import summed_up, unfinished
from motcua.cases.pages.intake import CAME, PLACE, WHO, Intake, intake_of
from motcua.cases.pages.whom import show_delivery, take_way
from motcua.cases.rules.fees import Fee
from motcua.db import City
from motcua.identity import Viewer
from motcua.web import Page, figures, forms, reasons, render
from motcua.web.forms import Answered, Problem, Question

OFFICER: dict[str, Any] = {"opt": {"access": "officer"}, "include_in_schema": False}
NEW = "/desk/counter/new/{code:str}"
DRAFT = f"{NEW}/{{draft:uuid}}"
_FIELDS = {WHO: intake.who_fields, CAME: intake.came_fields, PLACE: intake.place_fields}
_OF_DRAFT = {"agency": "agency_code", "behalf_number": "subject_number"}


class IntakeCheck(Page):
    template: ClassVar[str] = "cases/counter_check.html"

    procedure: Procedure
    back: str
    action: str
    about: list[Answered]
    pages: list[tuple[Text, list[Answered]]]
    delivery: list[Answered]
    fee: Fee | None
    oaths: list[Question]
    problems: list[Problem]
    trouble: str | None


@get(NEW, **OFFICER)
async def begin(code: FromPath[str]) -> Redirect:
    """Each request has an address of its own, so that two windows write two requests down."""
    return Redirect(f"/desk/counter/new/{code}/{new_id()}/{WHO}", status_code=303)


@post(f"{DRAFT}/drop", **OFFICER)
async def drop(
    city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str],
    draft: FromPath[UUID],
) -> Redirect:  # fmt: skip
    async with city.database.write(viewer.person) as db:
        await counter_drafts.drop(db, draft)
    return Redirect("/desk/counter", status_code=303)


@get(f"{DRAFT}/{{page:str}}", **OFFICER)
async def ask(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer],
    code: FromPath[str], draft: FromPath[UUID], page: FromPath[str],
) -> Response[Any]:  # fmt: skip
    here = await intake_of(request, city, viewer, code, draft)
    if page == CHECK:
        return await _ask_check(here)
    if page == DELIVERY:
        return await show_delivery(here, intake.way_fields())
    if page not in _FIELDS:
        return await show_own(here, page)
    faults = []
    if "check" in request.query_params:
        checked = await here.ready()
        faults = [_placed(f) for f in checked.faults if here.stop_of(f) == page]
    return _shown(here, page, faults)


@post(f"{DRAFT}/{{page:str}}", request_max_body_size=UPLOAD_BYTES_MAX, **OFFICER)
async def take(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer],
    code: FromPath[str], draft: FromPath[UUID], page: FromPath[str],
) -> Response[Any]:  # fmt: skip
    here = await intake_of(request, city, viewer, code, draft)
    if page == CHECK:
        return await _send(here)
    if page == DELIVERY:
        return await take_way(here, intake.way_fields())
    if page not in _FIELDS:
        return await take_own(here, page)
    return await _take_said(here, page)


def _shown(
    here: Intake, page: str, faults: list[Fault], refusal: Refusal | None = None
) -> Response[Any]:
    trouble = None
    if refusal is not None:
        trouble = reasons.sentence(refusal.reason, refusal.facts, here.language)
    if not here.counters:
        trouble = reasons.sentence("case.not_taken_in_here", {}, here.language)
    response = asked(here, intake.asking(here, page, _FIELDS[page](here), faults, trouble))
    if refusal is not None:
        response.status_code = 503 if isinstance(refusal, Unavailable) else 403
    return response


async def _take_said(here: Intake, page: str) -> Response[Any]:
    """Kept first; then the registers are asked who that is."""
    posted = {k: v for k, v in (await here.request.form()).items() if isinstance(v, str)}
    fields = _FIELDS[page](here)
    said = forms.read(fields, list(fields), posted).answers
    draft = _with(here.kept, fields, said)
    faults = intake.unreadable(fields, said)
    now = replace(here, draft=draft)
    refusal: Refusal | None = None
    if not faults:
        try:
            now = replace(now, draft=await _looked_up(now, page))
        except Invalid as found:
            faults = [_placed(fault) for fault in found.faults] or [Fault("", found.reason)]
        except (Unavailable, NotAllowed) as found:
            refusal = found
    async with here.city.database.write(here.viewer.person) as db:
        await counter_drafts.keep(db, now.kept)
    if faults or refusal:
        return _shown(now, page, _on_page(faults, fields), refusal)
    return onward(now, page)


def _with(draft: CounterDraft, fields: dict[str, Field], said: dict[str, Any]) -> CounterDraft:
    kept = {k: v for k, v in draft.said.items() if k not in fields}
    own = {_OF_DRAFT[k]: said.get(k) for k in fields if k in _OF_DRAFT}
    more = {k: v for k, v in said.items() if k not in _OF_DRAFT}
    return replace(draft, said={**kept, **more}, **own)


async def _looked_up(here: Intake, page: str) -> CounterDraft:
    if page == WHO:
        return await counter_drafts.meet(here.city, here.viewer, here.kept, here.at)
    if page == CAME:
        return await counter_drafts.see(here.city, here.viewer, here.kept, here.at)
    return here.kept


_BOXES = {
    "applicant": "number", "applicant/kind": "kind", "representative": "helper_number",
    "representative/number": "helper_number", "representative/name": "helper_name",
    "representative/papers": "helper_papers", "on_behalf_of": "behalf_number",
}  # fmt: skip


def _placed(fault: Fault) -> Fault:
    """At the box where it can be put right."""
    at = fault.pointer.strip("/")
    return replace(fault, pointer=f"/{_BOXES.get(at, at.removeprefix('applicant/'))}")


def _on_page(faults: list[Fault], fields: dict[str, Field]) -> list[Fault]:
    """What leads to no box of this page is told once, at its first; but nobody is asked for the
    words of papers where a number was to say it."""
    return [f for f in faults if f.pointer.strip("/") in fields] or [
        replace(f, pointer=f"/{next(iter(fields))}") for f in faults[:1]
    ]


# ---- the last page


async def _ask_check(here: Intake) -> Response[Any]:
    checked = await here.ready()
    if page := unfinished(here, checked):
        return Redirect(f"{here.address(page)}?change&check", status_code=303)
    return _check_page(here, checked, checked.faults, {})


async def _send(here: Intake) -> Response[Any]:
    posted = {k: str(v) for k, v in (await here.request.form()).items()}
    async with here.city.database.read(here.viewer.person) as db:
        sent = await counter_drafts.sent_before(db, here.kept.id)
    if sent:
        return Redirect(f"/desk/counter/cases/{sent}", status_code=303)
    form = here.procedure.form
    sworn = forms.read(form.fields, oaths_of(here.procedure), posted).answers
    whole = replace(here.kept, answers={**here.kept.answers, **sworn})
    checked = await counter_drafts.ready(here.city, here.viewer, whole, here.at)
    if page := unfinished(here, checked):
        return Redirect(f"{here.address(page)}?change&check", status_code=303)
    faults, refusal = checked.faults, None
    if not faults:
        try:
            code = await counter_drafts.send(here.city, here.viewer, whole, here.language)
            return Redirect(f"/desk/counter/cases/{code}", status_code=303)
        except Invalid as found:
            faults = found.faults
        except (Unavailable, NotAllowed) as found:
            refusal = found
    return _check_page(here, checked, faults, sworn, refusal)


def _check_page(
    here: Intake, checked: Ready, faults: list[Fault], sworn: dict[str, Any],
    refusal: Refusal | None = None,
) -> Response[Any]:  # fmt: skip
    fields, language, ways = here.procedure.form.fields, here.language, intake.way_fields()
    trouble = reasons.sentence(refusal.reason, refusal.facts, language) if refusal else None
    page = IntakeCheck(
        procedure=here.procedure,
        back=here.address(DELIVERY),
        action=here.address(CHECK),
        about=_about(here),
        pages=summed_up(here, checked),
        delivery=forms.summary(ways, ["delivery"], {"delivery": here.draft.delivery}, language,
                               f"{here.address(DELIVERY)}?change"),
        fee=checked.fee,
        oaths=forms.questions(fields, oaths_of(here.procedure), sworn, language, faults),
        problems=problems_of(faults, language, fields),
        trouble=trouble,
    )  # fmt: skip
    status = 422 if faults else 503 if isinstance(refusal, Unavailable) else 403 if refusal else 200
    return render(page, here.request, status)


def _about(here: Intake) -> list[Answered]:
    """Who asks, who came, whom it is about, who decides: to compare with the papers shown."""
    change = {stop: f"{here.address(stop)}?change" for stop in (WHO, CAME, PLACE)}
    seen, book = here.kept.seen, here.city[agencies.Agencies]
    assert seen is not None
    met, whom, came = seen.met, seen.whom, seen.representative
    rows = [Answered(text("Who asks"), _lines(here, met.name, met.number, met.birth_date),
                     change[WHO])]  # fmt: skip
    if came:
        lines = [came["name"], came.get("number"), came.get("papers")]
        rows.append(Answered(text("Who stands here"), [x for x in lines if x], change[CAME]))
    elif whom.number != met.number:
        lines = _lines(here, whom.name, whom.number, whom.birth_date)
        rows.append(Answered(text("Whom it is about"), lines, change[CAME]))
    agency = counter_drafts.decider(here.city, here.kept, here.at)
    where = [book.name(agency).within(here.language)] if agency else []
    return [*rows, Answered(text("Who decides"), where, change[PLACE])]


def _lines(here: Intake, name: str, number: str, born: date | None) -> list[str]:
    said = figures.written_day(born.isoformat(), here.language) if born else None
    return [one for one in (name, number, said) if one]


routes: list[Any] = [begin, drop, ask, take]
