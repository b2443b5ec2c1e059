"""What the pages of an application share: the draft in hand, the order of the pages, their look."""

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from litestar import Request, Response
from litestar.response import Redirect
from msgspec import Struct
from msgspec.structs import replace

from motcua import agencies
from motcua.base.errors import Fault, NotAllowed, NotFound
from motcua.base.text import Text
from motcua.cases import actions
from motcua.cases.actions import InForce, drafting
from motcua.cases.actions.drafting import Ready
from motcua.cases.actions.filing import needed_of, receivers_of
from motcua.cases.actions.vault import Offered
from motcua.cases.model.case import Draft
from motcua.cases.model.procedure import DocumentNeed, Field, FormPage, Procedure
from motcua.db import City, Write
from motcua.identity import ORDINARY, Assurance, Viewer
from motcua.web import Page, forms, language_of, render
from motcua.web.forms import Known, Problem, Question
from motcua.web.language import LANGUAGES, Language, words

# A page of the pack is named by letters and underscores, so none of these can be one.
WHOM, RECEIVER, DELIVERY, CHECK = "for-whom", "where-to", "get-result", "check-answers"
PERSON: dict[str, Any] = {"opt": {"access": "person"}, "include_in_schema": False}
Web = Request[Any, Any, Any]


class Kept(Struct, frozen=True):
    id: str
    name: str


class Need(Struct, frozen=True):
    """A document as the page asks for it, with what was handed in already."""

    code: str
    name: Text
    hint: Text | None
    files: list[Kept]
    errors: list[str]
    questions: list[Question] = []
    """At a counter: whether it was taken on paper."""
    offers: list[Offered] = []
    """What the person has here already."""


class KnownGroup(Struct, frozen=True):
    """What one source knows."""

    source: Text | str
    values: list[Known]


class Offer(Struct, frozen=True):
    """Rows of a list that a register filled in, by the name of the field."""

    field: str
    rows: list[dict[str, Any]]
    source: Text


class Ask(Page):
    """One page of questions, of what is known already, or of documents."""

    template: ClassVar[str] = "cases/apply_page.html"

    procedure: Procedure
    title: Text | str
    hint: Text | None
    back: str
    action: str
    for_whom: str | None
    problems: list[Problem]
    knowns: list[KnownGroup]
    trouble: str | None
    """A register that does not answer, in words."""
    questions: list[Question]
    needs: list[Need]


class Application(Struct, frozen=True):
    """What every handler of a form's pages begins with: a person's own, or at a counter."""

    request: Web
    city: City
    viewer: Viewer
    known: InForce
    draft: Draft
    language: Language

    @property
    def procedure(self) -> Procedure:
        return self.known.procedure

    @property
    def home(self) -> str:
        """Whence the first page is opened."""
        return f"/procedures/{self.procedure.code}"

    def address(self, page: str) -> str:
        return f"{self.home}/apply/{page}"

    @property
    def first(self) -> list[str]:
        """The pages before the procedure's own."""
        whom = [WHOM] if self.procedure.delegation else []
        return [*whom, RECEIVER] if len(self.receivers) > 1 else whom

    @property
    def for_whom(self) -> str | None:
        return self.viewer.organisation_name

    @property
    def shows_known(self) -> bool:
        """What registers know is shown beside the questions to the person themself only."""
        return True

    @property
    def given(self) -> set[str]:
        """The requirements for which something was handed in."""
        return {one["requirement"] for one in self.draft.documents}

    @property
    def sworn(self) -> dict[str, bool]:
        """Every oath taken: it is asked last, and what else is wrong is told before."""
        return dict.fromkeys(oaths_of(self.procedure), True)

    async def ready(self) -> Ready:
        """What follows from the answers so far, as if every oath were taken."""
        answers = {**self.draft.answers, **self.sworn}
        return await drafting.ready(self.city, self.viewer, replace(self.draft, answers=answers))

    async def store(self, db: Write, draft: Draft) -> Draft:
        return await drafting.keep(db, draft)

    def stop_of(self, fault: Fault) -> str:
        return stop_of(self.procedure, fault)

    def on_paper(self, need: DocumentNeed, faults: list[Fault]) -> list[Question]:
        return []

    def with_papers(self, draft: Draft, posted: Mapping[str, str]) -> tuple[Draft, list[Fault]]:
        """What was posted of papers that are no files."""
        return draft, []

    def page(self, **shown: Any) -> Page:
        return Ask(**shown)

    @property
    def receivers(self) -> list[agencies.Agency]:
        return receivers_of(self.city, self.procedure)

    @property
    def is_change(self) -> bool:
        """Come from the last page to put one thing right, and going back there."""
        return "change" in self.request.query_params

    @property
    def needed(self) -> Assurance | None:
        """What the service asks of a sign-in, where this one shows less."""
        needed = needed_of(self.procedure)
        shown = self.viewer.assurance or ORDINARY
        is_short = self.viewer.on_behalf_of is None and not shown.reaches(needed)
        return needed if is_short else None

    @property
    def sign_in_again(self) -> str:
        """Where to show what is needed, and come back to this page; the draft waits."""
        needed = needed_of(self.procedure)
        asked = {
            "next": self.request.url.path,
            "level": needed.proofing,
            "authentication": needed.authentication,
        }
        return f"/sign-in/start?{urlencode(asked)}"


async def application_of(request: Web, city: City, viewer: Viewer, code: str) -> Application:
    known = city[actions.Procedures].by_code(code)
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        draft = await drafting.draft_of(db, code)
    if draft and draft.behalf_id != viewer.on_behalf_of:
        draft = replace(draft, documents=[])  # they belong to whoever the person acted for then
    kept = draft or drafting.new_draft(viewer, code)
    here = Application(request, city, viewer, known, kept, language_of(request))
    may_begin(here)
    return here


def may_begin(here: Application) -> None:
    """A sign-in that shows too little may prepare a draft; an officer and a stranger organisation
    not."""
    try:
        actions.may_file(here.procedure, here.viewer)
    except NotAllowed as refusal:
        if refusal.reason not in ("case.level_too_low", "case.sign_in_too_weak"):
            raise


async def keep(here: Application, draft: Draft) -> None:
    async with here.city.database.write(here.viewer.person, here.viewer.on_behalf_of) as db:
        await here.store(db, draft)


class Asking(Struct, frozen=True, kw_only=True):
    """What one page asks and shows; most pages ask a question and no more."""

    stop: str
    fields: dict[str, Field]
    answers: dict[str, Any]
    faults: list[Fault] = []
    trouble: str | None = None
    title: Text | str = ""
    hint: Text | None = None
    knowns: list[KnownGroup] = []
    offers: list[Offer] = []
    needs: list[DocumentNeed] = []
    """What the answers call for; shown only on a page of documents."""
    has_documents: bool = False
    held: dict[str, list[Offered]] = {}
    """By need what lies in the person's vault for it."""


def asked(here: Application, asking: Asking) -> Response[Any]:
    fields, language = asking.fields, here.language
    problems = problems_of(asking.faults, language, fields)
    is_change, needs = here.is_change, asking.needs
    page = here.page(
        procedure=here.procedure,
        title=asking.title,
        hint=asking.hint,
        back=here.address(CHECK) if is_change else _before(here, asking.stop, needs),
        action=here.address(asking.stop) + ("?change" if is_change else ""),
        for_whom=here.for_whom,
        problems=problems,
        knowns=asking.knowns,
        trouble=asking.trouble,
        questions=_questions(asking, language),
        needs=[_need(here, n, asking, problems) for n in needs] if asking.has_documents else [],
    )
    return render(page, here.request, 422 if asking.faults else 200)


def _questions(asking: Asking, language: Language) -> list[Question]:
    """Each row that still says what a register said has its source beside it."""
    fields, answers = asking.fields, asking.answers
    offers = {offer.field: offer for offer in asking.offers}
    return [
        replace(
            question,
            row_sources=[_source(offer, row) for row in answers.get(question.name) or []],
        )
        if (offer := offers.get(question.name))
        else question
        for question in forms.questions(fields, list(fields), answers, language, asking.faults)
    ]


def _source(offer: Offer, row: dict[str, Any]) -> Text | None:
    is_theirs = any(all(row.get(k) == v for k, v in known.items()) for known in offer.rows)
    return offer.source if is_theirs else None


def _need(here: Application, need: DocumentNeed, asking: Asking, problems: list[Problem]) -> Need:
    mine = [one for one in here.draft.documents if one["requirement"] == need.code]
    made = need_of(need, [Kept(one["id"], one["name"]) for one in mine], problems)
    offered = [] if mine else asking.held.get(need.code, [])
    return replace(made, questions=here.on_paper(need, asking.faults), offers=offered)


def problems_of(
    faults: list[Fault], language: Language, fields: Mapping[str, Field]
) -> list[Problem]:
    """The error summary: each line names its field, and in a list its row."""
    plain = forms.problems(faults, language, fields)
    return [
        Problem(_named(fault, problem.text, language, fields), problem.anchor)
        for fault, problem in zip(faults, plain, strict=True)
    ]


def _named(fault: Fault, said: str, language: Language, fields: Mapping[str, Field]) -> str:
    parts = fault.pointer.removeprefix("/answers").strip("/").split("/")
    field, row = fields.get(parts[0]), ""
    if field and len(parts) == 3 and parts[1].isdigit():
        field = field.fields.get(parts[2])
        row = say(language, "row %(number)s") % {"number": int(parts[1]) + 1}
    if field is None or field.kind == "oath":
        return said
    label = field.label.within(language)
    place = f"{label} ({row})" if row else label
    return f"{place} {said}" if place.endswith("?") else f"{place}: {said}"


def need_of(need: DocumentNeed, files: list[Kept], problems: list[Problem]) -> Need:
    errors = [problem.text for problem in problems if problem.anchor == f"file-{need.code}"]
    return Need(need.code, need.name, need.hint, files, errors)


def stops(here: Application) -> list[str]:
    """The pages in order. An oath has no page of its own: it stands below what it confirms."""
    procedure = here.procedure
    own = [page.id for page in procedure.form.pages if not is_oath(procedure, page)]
    return [*here.first, *own, DELIVERY, CHECK]


def is_oath(procedure: Procedure, page: FormPage) -> bool:
    fields = procedure.form.fields
    return bool(page.fields) and all(fields[name].kind == "oath" for name in page.fields)


def oaths_of(procedure: Procedure) -> list[str]:
    return [n for p in procedure.form.pages if is_oath(procedure, p) for n in p.fields]


def asked_of(here: Application, page: FormPage) -> list[str]:
    fields = here.procedure.form.fields
    return [n for n in page.fields if forms.is_asked(fields[n], here.draft.answers)]


def has_anything(here: Application, page: FormPage, checked: Ready | None) -> bool:
    needs = checked.needs if checked else []
    beside = {n for name in page.fields for n in here.procedure.form.fields[name].when}
    is_asking = bool(asked_of(here, page)) or bool(beside & set(page.fields))
    is_telling = bool(page.known) and here.shows_known
    return is_telling or is_asking or (page.documents and bool(needs))


def onward(here: Application, stop: str) -> Redirect:
    """To the next page that asks something; after a change, back to the check."""
    order = stops(here)
    target = CHECK if here.is_change else order[order.index(stop) + 1]
    while (page := _find(here.procedure, target)) and not page.documents:
        if has_anything(here, page, None):
            break
        target = order[order.index(target) + 1]
    return Redirect(here.address(target), status_code=303)


def _before(here: Application, stop: str, needs: list[DocumentNeed]) -> str:
    order = stops(here)
    place = order.index(stop) - 1
    while place >= 0 and (page := _find(here.procedure, order[place])):
        is_empty = page.documents and not needs and not page.fields
        if not is_empty and (page.documents or has_anything(here, page, None)):
            break
        place -= 1
    return here.address(order[place]) if place >= 0 else here.home


def _find(procedure: Procedure, id: str) -> FormPage | None:
    return next((page for page in procedure.form.pages if page.id == id), None)


def page_of(procedure: Procedure, id: str) -> FormPage:
    page = _find(procedure, id)
    if page is None or is_oath(procedure, page):
        raise NotFound("web.not_found")
    return page


def stop_of(procedure: Procedure, fault: Fault) -> str:
    """The page on which a fault can be put right; the check itself where none can."""
    parts = fault.pointer.strip("/").split("/")
    if parts[0] in ("on_behalf_of", "authority") or (fault.pointer == "" and procedure.delegation):
        return WHOM if procedure.delegation else CHECK
    if parts[0] == "agency":
        return RECEIVER
    if parts[0] == "documents":
        return next((page.id for page in procedure.form.pages if page.documents), CHECK)
    name = parts[1] if parts[0] == "answers" and len(parts) > 1 else parts[0]
    page = next((page for page in procedure.form.pages if name in page.fields), None)
    return CHECK if page is None or is_oath(procedure, page) else page.id


def no_subject(language: Language) -> str:
    return say(
        language,
        "The population register does not answer just now, so we cannot see whom the request is "
        "about. Everything you wrote is kept; come back in a while to send it.",
    )


def say(language: Language, sentence: str) -> str:
    return words(language).gettext(sentence)


def text(sentence: str, **facts: str) -> Text:
    said = [words(language).gettext(sentence) % facts for language in LANGUAGES]
    return Text(*said)
