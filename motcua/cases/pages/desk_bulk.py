"""Several cases at once: what all that are marked allow, and what came of it, case by case."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote, urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from msgspec import Struct, structs

from motcua import agencies
from motcua.base.errors import Fault, Invalid, NotFound, Refusal
from motcua.base.ids import PersonId, new_id
from motcua.base.text import Text
from motcua.cases.actions import bulk, desk
from motcua.cases.actions.bulk import Load, Marked
from motcua.cases.model.case import CODE_LENGTH_MAX
from motcua.cases.pages.desk_acts import FORMS, LIMIT_NEEDED, Act, Form, body_of, complain, field_of
from motcua.cases.pages.desk_doing import do, key_for
from motcua.cases.pages.desk_filters import kept_in, wanted_of
from motcua.cases.pages.desk_list import Office
from motcua.cases.rules import routes as rules
from motcua.db import City
from motcua.identity import Viewer
from motcua.web import Page, reasons, render
from motcua.web.forms import Problem
from motcua.web.language import Language, words
from motcua.web.render import language_of

OFFICER = {"access": "officer"}
DONE_AT_ONCE_MAX = 50
"""In one request; the page asks for the rest."""
ALONE = ("give_opinion", "ask_opinion", "transfer", "state_fee", "apologise")
"""What is said of one case in words, sums or promises of its own."""

Web = Request[Any, Any, Any]


class Outcome(Struct, frozen=True):
    mood: str
    text: str


class Row(Struct, frozen=True, kw_only=True):
    code: str
    address: str
    applicant: str
    title: Text
    stage: Text | str
    outcome: Outcome | None


class Run(Struct, frozen=True):
    """How far an act about many has come."""

    done: int
    failed: int
    left: int


class BulkPage(Page):
    template: ClassVar[str] = "cases/desk_bulk.html"

    rows: list[Row]
    codes: str
    """Of those that the forms speak of, with a space between."""
    acts: list[Act]
    run: Run | None
    problems: list[Problem]
    key: str
    back: str
    aside: int
    """How many of a colleague's cases nobody can be given at the step where they are."""


class HandoverPage(Page):
    template: ClassVar[str] = "cases/desk_handover.html"

    offices: list[Office]
    agency: str
    loads: list[Load]
    back: str


@get("/desk/handover", opt=OFFICER, include_in_schema=False)
async def choose_officer(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    agency: FromQuery[str] = "",
) -> Response[Any]:
    """Whose work is to be handed on: who is ill or away has it done by others."""
    book = city[agencies.Agencies]
    async with city.database.read(viewer.person) as db:
        mine = sorted({post.agency_code for post in await agencies.posts_of(db)})
        chosen = agency if agency in mine else (mine[0] if mine else "")
        loads = await bulk.loads(db, chosen) if chosen else []
    offices = [Office(code, book.name(code), code == chosen) for code in mine]
    return render(HandoverPage(offices, chosen, loads, "/desk"), request)


@get("/desk/bulk", opt=OFFICER, include_in_schema=False)
async def take_over(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    agency: FromQuery[str] = "",
    officer: FromQuery[str] = "",
) -> Response[Any]:
    """Everything of one officer in one agency, as far as somebody else can be given it now."""
    try:
        whose = PersonId(UUID(officer))
    except ValueError:
        raise NotFound("web.not_found") from None
    async with city.database.write(viewer.person) as db:
        found = await bulk.marked(db, viewer, await bulk.cases_of(db, viewer, agency, whose))
    given = [one for one in found if "assign" in rules.allowed(one.known.procedure, one.state)]
    back = f"/desk/handover?agency={quote(agency)}"
    return await _page(request, city, given, back, aside=len(found) - len(given))


@post("/desk/bulk", opt=OFFICER, include_in_schema=False)
async def mark(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer]
) -> Response[Any]:
    """What may be done with all of these."""
    codes = await _codes(request)
    async with city.database.write(viewer.person) as db:
        found = await bulk.marked(db, viewer, codes)
    return await _page(request, city, found, _back(request))


@post("/desk/bulk/{noun:str}", opt=OFFICER, include_in_schema=False)
async def act(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    noun: FromPath[str],
) -> Response[Any]:
    """Each case in its own transaction; sent again, it is done once and told again."""
    posted = {name: str(value) for name, value in (await request.form()).items()}
    form = next((f for f in FORMS if f.noun == noun and _is_it(f, posted)), None)
    if form is None or form.action in ALONE:
        raise NotFound("web.not_found")
    codes, language = await _codes(request), language_of(request)
    faults = rules.body_faults(form.action, {"action": form.action, **_body(form, posted)})  # type: ignore[arg-type]
    if faults:
        async with city.database.write(viewer.person) as db:
            found = await bulk.marked(db, viewer, codes)
        sent = {**posted, "noun": noun}
        return await _page(request, city, found, _back(request), sent=sent, faults=faults)
    outcomes = {
        code: await _outcome(city, viewer, code, form, posted, language)
        for code in codes[:DONE_AT_ONCE_MAX]
    }
    async with city.database.write(viewer.person) as db:
        found = await bulk.marked(db, viewer, codes)
    return await _page(request, city, found, _back(request), outcomes, {**posted, "noun": noun})


def _is_it(form: Form, posted: Mapping[str, str]) -> bool:
    return form.outcome in ("", posted.get("outcome", ""))


def _body(form: Form, posted: Mapping[str, str]) -> dict[str, Any]:
    return {name: said for name, said in body_of(form.action, posted).items() if name != "word"}


async def _codes(request: Web) -> list[str]:
    """Ticked one by one, or named together; each once, in their order."""
    form = await request.form()
    named = [str(value) for value in form.getall("case", [])]
    named += str(form.get("cases", "")).split()
    codes = list(dict.fromkeys(code for code in named if len(code) <= CODE_LENGTH_MAX))
    if len(codes) > bulk.MARKED_MAX:
        raise Invalid("case.too_many_marked", max=bulk.MARKED_MAX)
    return codes


def _back(request: Web) -> str:
    kept = urlencode(kept_in(wanted_of(request)))
    return f"/desk?{kept}" if kept else "/desk"


async def _outcome(
    city: City,
    viewer: Viewer,
    code: str,
    form: Form,
    posted: Mapping[str, str],
    language: Language,
) -> Outcome:
    sent = {**posted, "key": key_for(posted.get("key", ""), code) if posted.get("key") else ""}
    try:
        await do(city, viewer, code, form.action, sent)
    except Invalid as refusal:
        faults = refusal.faults or [Fault("", refusal.reason, refusal.facts)]
        return Outcome("late", " ".join(_sentence(f.reason, f.facts, language) for f in faults))
    except Refusal as refusal:
        return Outcome("late", _sentence(refusal.reason, refusal.facts, language))
    return Outcome("done", words(language).pgettext("done", form.noun))


def _sentence(reason: str, facts: Mapping[str, Any], language: Language) -> str:
    return reasons.sentence(reason, dict(facts), language)


async def _page(
    request: Web,
    city: City,
    found: list[Marked],
    back: str,
    outcomes: Mapping[str, Outcome] | None = None,
    sent: Mapping[str, str] | None = None,
    faults: Sequence[Fault] = (),
    aside: int = 0,
) -> Response[Any]:
    language = language_of(request)
    told = outcomes or {}
    left = [one for one in found if one.case.code not in told]
    failed = [one for one in found if told.get(one.case.code, _GOOD).mood != "done"]
    # What was done goes on by other acts; what was not, and what is left, is offered again.
    about = left if outcomes and left else failed if outcomes else found
    offered = await _acts(city, about, language, sent or {}, faults)
    if outcomes and left and sent:
        offered = [one for one in offered if one.noun == sent["noun"]]
    page = BulkPage(
        rows=[_row(one, told.get(one.case.code), language) for one in found],
        codes=" ".join(one.case.code for one in about),
        acts=offered,
        run=Run(len(told) - len(failed), len(failed), len(left)) if outcomes else None,
        problems=[p for one in offered for p in one.problems],
        key=(sent or {}).get("key") or new_id().hex,
        back=back,
        aside=aside,
    )
    return render(page, request, 422 if faults else 200)


_GOOD = Outcome("done", "")


def _row(one: Marked, outcome: Outcome | None, language: Language) -> Row:
    step = one.known.procedure.route.steps.get(one.case.step)
    return Row(
        code=one.case.code,
        address=f"/desk/cases/{quote(one.case.code)}",
        applicant=one.case.applicant_name,
        title=one.known.procedure.short_name,
        stage=step.name if step else words(language).gettext("Closed"),
        outcome=outcome,
    )


async def _acts(
    city: City,
    found: Sequence[Marked],
    language: Language,
    sent: Mapping[str, str],
    faults: Sequence[Fault],
) -> list[Act]:
    """What every one of them allows, in the order of the desk."""
    if not found:
        return []
    may = set.intersection(*(set(rules.allowed(m.known.procedure, m.state)) for m in found))
    return [
        await _act(city, form, found, language, sent, faults)
        for form in FORMS
        if form.action in may - set(ALONE) and (form.action != "accept" or _is_one(found))
    ]


def _is_one(found: Sequence[Marked]) -> bool:
    """Whether an officer must say how long it takes: of all of them, or of none."""
    return len({one.known.procedure.limit is None for one in found}) == 1


async def _act(
    city: City,
    form: Form,
    found: Sequence[Marked],
    language: Language,
    sent: Mapping[str, str],
    faults: Sequence[Fault],
) -> Act:
    is_it = sent.get("noun") == form.noun and _is_it(form, sent)
    boxes = form.boxes
    if form.action == "accept" and found[0].known.procedure.limit is None:
        boxes = (LIMIT_NEEDED,)
    made = Act(
        noun=form.noun,
        action=form.action,
        name=words(language).gettext(form.name),
        outcome=form.outcome,
        key="",
        is_main=False,
        is_open=is_it,
        fields=[
            field_of(
                f"{form.noun}-{form.outcome}-{box.name}", box, (), language, sent if is_it else {}
            )
            for box in boxes
        ],
    )
    for place, field in enumerate(made.fields):
        if field.name == "officer":
            made.fields[place] = structs.replace(field, choices=await _colleagues(city, found))
    if is_it:
        complain(made, faults, language)
    return made


async def _colleagues(city: City, found: Sequence[Marked]) -> list[tuple[str, str]]:
    """Who handles cases wherever these are in hand."""
    everywhere = [
        await desk.colleagues(city, agency)
        for agency in sorted({one.case.at_agency for one in found})
    ]
    common = set.intersection(*(set(one) for one in everywhere))
    return sorted(
        ((str(id), name) for id, name in everywhere[0].items() if id in common),
        key=lambda one: one[1],
    )


routes: list[HTTPRouteHandler] = [choose_officer, take_over, mark, act]
