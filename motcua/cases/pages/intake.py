"""The form at a counter: the pages of a person's own form, and what only an officer is asked."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, cast
from uuid import UUID

from msgspec.structs import replace

from motcua import agencies
from motcua.base.errors import Fault
from motcua.base.text import Text
from motcua.cases import actions
from motcua.cases.actions import counter, counter_drafts, handing_in
from motcua.cases.actions.counter_drafts import (
    HELPER,
    ORGANISATION,
    OTHER,
    PERSON,
    SELF,
    TYPED,
    CounterDraft,
)
from motcua.cases.actions.drafting import Ready
from motcua.cases.actions.filing import receivers_of
from motcua.cases.model.case import Draft
from motcua.cases.model.procedure import DocumentNeed, Field, Option
from motcua.cases.pages.asking import (
    CHECK,
    DELIVERY,
    Application,
    Ask,
    Asking,
    Web,
    stop_of,
    text,
)
from motcua.db import City, Write
from motcua.identity import Viewer
from motcua.web import Page, forms, language_of
from motcua.web.forms import Question

WHO, CAME, PLACE = "who-asks", "who-came", "how-it-comes"
PAGES_MAX = 9999


class IntakeAsk(Ask):
    template: ClassVar[str] = "cases/counter_page.html"


class Intake(Application, frozen=True):
    """A form that an officer fills in for whoever stands there."""

    counters: list[str]
    """At which they receive, of those that may take it in."""

    @property
    def kept(self) -> CounterDraft:
        return cast(CounterDraft, self.draft)

    @property
    def at(self) -> str:
        """The counter, as far as it is chosen."""
        wanted = self.kept.said.get("counter")
        return wanted if wanted in self.counters else (self.counters or [""])[0]

    @property
    def home(self) -> str:
        return "/desk/counter"

    def address(self, page: str) -> str:
        return f"/desk/counter/new/{self.procedure.code}/{self.kept.id}/{page}"

    @property
    def first(self) -> list[str]:
        return [WHO, CAME, PLACE]

    @property
    def for_whom(self) -> str | None:
        """The applicant, as far as they are known."""
        known = self.kept.seen.met if self.kept.seen else self.kept.met
        return known.name if known else None

    @property
    def shows_known(self) -> bool:
        return False

    @property
    def given(self) -> set[str]:
        return {*super().given, *(k for k, paper in self.kept.papers.items() if paper.get("kind"))}

    async def ready(self) -> Ready:
        draft = replace(self.kept, answers={**self.kept.answers, **self.sworn})
        return await counter_drafts.ready(self.city, self.viewer, draft, self.at)

    async def store(self, db: Write, draft: Draft) -> Draft:
        return await counter_drafts.keep(db, cast(CounterDraft, draft))

    def stop_of(self, fault: Fault) -> str:
        part = fault.pointer.strip("/").partition("/")[0]
        if part in _STOPS:
            return _STOPS[part]
        found = stop_of(self.procedure, fault)
        return found if found == CHECK or found in self.own else CAME

    @property
    def own(self) -> set[str]:
        return {page.id for page in self.procedure.form.pages}

    def on_paper(self, need: DocumentNeed, faults: list[Fault]) -> list[Question]:
        fields = paper_fields(need)
        paper = self.kept.papers.get(need.code, {})
        said = {f"paper-{need.code}": paper.get("kind"), f"pages-{need.code}": paper.get("pages")}
        return forms.questions(fields, list(fields), said, self.language, faults)

    def with_papers(self, draft: Draft, posted: Mapping[str, str]) -> tuple[Draft, list[Fault]]:
        """Whatever was typed is kept; only what can be read is kept as a paper."""
        papers: dict[str, dict[str, Any]] = {}
        faults = []
        for need in self.procedure.documents:
            fields = paper_fields(need)
            said = forms.read(fields, list(fields), posted).answers
            kind, pages = said.get(f"paper-{need.code}"), said.get(f"pages-{need.code}")
            if kind not in (None, "original", "copy"):
                faults.append(Fault(f"/paper-{need.code}", "form.not_an_option"))
            if pages is not None and not (isinstance(pages, int) and 0 < pages <= PAGES_MAX):
                faults.append(Fault(f"/pages-{need.code}", "form.wrong_type"))
            if said:
                papers[need.code] = {"kind": kind, "pages": pages}
        if faults:
            return draft, faults
        return replace(cast(CounterDraft, draft), papers=papers), []

    def page(self, **shown: Any) -> Page:
        return IntakeAsk(**shown)


_STOPS = {
    "applicant": WHO, "number": WHO, "representative": CAME, "came": CAME, "on_behalf_of": CAME,
    "agency": PLACE, "counter": PLACE, "channel": PLACE, "delivery": DELIVERY,
}  # fmt: skip


async def intake_of(request: Web, city: City, viewer: Viewer, code: str, draft: UUID) -> Intake:
    known = city[actions.Procedures].by_code(code)
    async with city.database.read(viewer.person) as db:
        mine = await handing_in.counters_of_me(db)
        kept = await counter_drafts.draft_of(db, code, draft)
    may = counter.counters_of(city, known.procedure)
    language = language_of(request)
    return Intake(request, city, viewer, known, kept, language, [c for c in mine if c in may])


# ---- what only a counter asks


def who_fields(here: Intake) -> dict[str, Field]:
    kinds = [
        (PERSON, text("A person, by their personal number")),
        (TYPED, text("A person, by the papers that they show")),
    ]
    if here.procedure.sign_in.organisations:
        kinds.append((ORGANISATION, text("An organisation, by its tax code")))
    typed = {"kind": [TYPED]}
    return {
        "kind": _choice("Who asks?", *kinds),
        "number": _text("Personal number, number of the papers shown, or tax code", most=50),
        "name": _text("Full name", when=typed),
        "birth_date": _text("Date of birth", "date", when=typed),
        "papers": _text("Papers shown: which, and of which country", when=typed),
    }


def came_fields(here: Intake) -> dict[str, Field]:
    number = "Personal number of who stands here"
    if here.kept.said.get("kind") == ORGANISATION:
        hint = "Where the business register does not name them: which, of whom, of what day."
        return {
            "helper_number": _text(number, most=50),
            "helper_papers": _text("Authorisation that was shown", hint=hint, required=False),
        }
    ways = [(SELF, text("The applicant")), (HELPER, text("Somebody in the applicant's place"))]
    fields = {"came": _choice("Who stands here?", *ways)}
    helped = {"came": [HELPER]}
    fields["helper_number"] = _text(number, most=50, when=helped, required=False)
    hint = "Only where they have no personal number."
    fields["helper_name"] = _text(
        "Full name of who stands here", when=helped, required=False, hint=hint
    )
    if here.procedure.delegation:
        other = Option(value=OTHER, label=text("The applicant, and it is about somebody else"))
        asked = fields["came"]
        fields["came"] = replace(asked, options=(*asked.options, other))
        fields["behalf_number"] = _text(
            "Personal number of whom it is about", hint="A child, for example.", most=50,
            when={"came": [OTHER]},
        )  # fmt: skip
    return fields


def place_fields(here: Intake) -> dict[str, Field]:
    book = here.city[agencies.Agencies]
    fields = {
        "channel": _choice(
            "How did the papers come?", ("counter", text("Over the counter")),
            ("post", text("By post")),
        ),
    }  # fmt: skip
    if len(here.counters) > 1:
        offered = [(code, book.name(code)) for code in here.counters]
        fields["counter"] = _choice("Which counter is this?", *offered)
    receivers = receivers_of(here.city, here.procedure)
    if len(receivers) > 1:
        named = [(one.code, one.name) for one in receivers]
        home = "Leave it open for the agency of the place where the applicant lives."
        fields["agency"] = replace(
            _choice("Which agency decides?", *named), hint=text(home), required=False
        )
    return fields


def way_fields() -> dict[str, Field]:
    return {
        "delivery": _choice(
            "How does the result come back?", ("counter", text("At this counter")),
            ("electronic", text("To the person's account")), ("post", text("By post")),
        )
    }  # fmt: skip


def paper_fields(need: DocumentNeed) -> dict[str, Field]:
    kinds = (("original", text("Original")), ("copy", text("Copy")))
    return {
        f"paper-{need.code}": replace(_choice("Taken on paper", *kinds), required=False),
        f"pages-{need.code}": _text("Number of pages", "number", most=PAGES_MAX, required=False),
    }


def _text(
    name: str, kind: Any = "text", *, hint: str = "", most: int = 300, required: bool = True,
    when: dict[str, Any] | None = None,
) -> Field:  # fmt: skip
    said = text(hint) if hint else None
    return Field(
        label=text(name), kind=kind, hint=said, required=required, max=most, when=when or {}
    )


def _choice(name: str, *options: tuple[str, Text]) -> Field:
    listed = tuple(Option(value=value, label=label) for value, label in options)
    return Field(label=text(name), kind="choice", options=listed)


def asking(
    here: Intake, stop: str, fields: dict[str, Field], faults: list[Fault],
    trouble: str | None = None,
) -> Asking:  # fmt: skip
    return Asking(
        stop=stop, fields=fields, answers=said_of(here), faults=faults, trouble=trouble,
        title=text(_TITLES[stop]),
    )  # fmt: skip


_TITLES = {WHO: "Who asks", CAME: "Who stands here", PLACE: "How it comes in"}


def said_of(here: Intake) -> dict[str, Any]:
    """As the pages ask it: the first choices are those of most people."""
    draft = here.kept
    return {
        "kind": PERSON, "came": SELF, "channel": "counter", "agency": draft.agency_code,
        "behalf_number": draft.subject_number, **draft.said,
    }  # fmt: skip


def unreadable(fields: Mapping[str, Field], said: Mapping[str, Any]) -> list[Fault]:
    """What of a page cannot be passed on: missing, no option, too long, no day."""
    faults = []
    for name, field in fields.items():
        if not forms.is_asked(field, said):
            continue
        value, at = said.get(name), f"/{name}"
        if value is None:
            if field.required:
                faults.append(Fault(at, "form.required"))
        elif field.kind == "choice" and value not in {o.value for o in field.options}:
            faults.append(Fault(at, "form.not_an_option"))
        elif field.kind == "date" and not _is_day(value):
            faults.append(Fault(at, "form.not_a_date"))
        elif field.kind == "text" and len(value) > (field.max or 0):
            faults.append(Fault(at, "form.too_long", {"max": field.max}))
    return faults


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
