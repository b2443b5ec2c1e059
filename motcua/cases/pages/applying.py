"""Applying: one short page after another, kept at each, checked on the server, sent once."""

from typing import Any, ClassVar

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.response import Redirect
from msgspec import Struct
from msgspec.structs import replace

from motcua import documents, exchange, identity
from motcua.base.errors import Fault, Invalid, NotAllowed, NotFound, Unavailable
from motcua.base.text import Text
from motcua.cases import actions
from motcua.cases.actions import InForce, Subject, drafting
from motcua.cases.actions.drafting import Ready
from motcua.cases.model.case import Draft
from motcua.cases.model.procedure import DocumentNeed, Field, FormPage, Option, Procedure
from motcua.db import City
from motcua.identity import Viewer
from motcua.web import Page, forms, language_of, render
from motcua.web.figures import written_day
from motcua.web.forms import Answered, Known, Problem, Question
from motcua.web.language import LANGUAGES, Language, words

# A page of the pack is named by letters and underscores, so none of these can be one.
WHOM, DELIVERY, CHECK = "for-whom", "get-result", "check-answers"
UPLOAD_BYTES_MAX = 32 * 1024 * 1024  # three of the largest files in one go
NUMBER_LENGTH_MAX = 40
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


class Begin(Page):
    """Before the first page: a draft that waits, or a sign-in that does not reach far enough."""

    template: ClassVar[str] = "cases/apply_begin.html"

    procedure: Procedure
    draft: Draft | None
    level_needed: int | None
    go_on: str


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
    knowns: list[Known]
    trouble: str | None
    """A register that does not answer, in words."""
    questions: list[Question]
    needs: list[Need]


class Check(Page):
    template: ClassVar[str] = "cases/apply_check.html"

    procedure: Procedure
    back: str
    action: str
    key: str
    acting: str
    organisation: str | None
    about: list[Answered]
    pages: list[tuple[Text, list[Answered]]]
    delivery: list[Answered]
    fee: Any
    oaths: list[Question]
    problems: list[Problem]
    trouble: str | None
    is_changed: bool
    level_needed: int | None


class Desk(Struct, frozen=True):
    """What every handler of this file begins with."""

    request: Web
    city: City
    viewer: Viewer
    known: InForce
    draft: Draft
    language: Language

    @property
    def procedure(self) -> Procedure:
        return self.known.procedure

    def address(self, page: str) -> str:
        return f"/procedures/{self.procedure.code}/apply/{page}"

    @property
    def is_change(self) -> bool:
        """Come from the last page to put one thing right, and going back there."""
        return "change" in self.request.query_params

    @property
    def level_needed(self) -> int | None:
        needed = self.procedure.sign_in.level
        is_short = self.viewer.on_behalf_of is None and (self.viewer.level or 0) < needed
        return needed if is_short else None


@get("/procedures/{code:str}/apply", **PERSON)
async def begin(request: Web, city: City, viewer: Viewer, code: str) -> Response[Any]:
    known = city[actions.Procedures].by_code(code)
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        draft = await drafting.draft_of(db, code)
    desk = Desk(request, city, viewer, known, draft or drafting.new_draft(viewer, code), "vi")
    _may_begin(desk)
    first = desk.address(_stops(known.procedure)[0])
    if draft is None and desk.level_needed is None:
        return Redirect(first, status_code=303)
    page = Begin(
        procedure=known.procedure, draft=draft, level_needed=desk.level_needed, go_on=first
    )
    return render(page, request)


@post("/procedures/{code:str}/apply", **PERSON)
async def begin_again(city: City, viewer: Viewer, code: str) -> Redirect:
    """What was kept is dropped, and the first page comes empty."""
    known = city[actions.Procedures].by_code(code)
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        await drafting.drop(db, code)
    first = _stops(known.procedure)[0]
    return Redirect(f"/procedures/{code}/apply/{first}", status_code=303)


# ---- for whom


@get("/procedures/{code:str}/apply/for-whom", **PERSON)
async def ask_whom(request: Web, city: City, viewer: Viewer, code: str) -> Response[Any]:
    desk = await _desk(request, city, viewer, code)
    faults = []
    if "check" in request.query_params:
        checked = await drafting.ready(city, viewer, desk.draft)
        faults = [f for f in checked.faults if _stop_of(desk.procedure, f) == WHOM]
    return await _whom_page(desk, desk.draft.subject_number, faults)


@post("/procedures/{code:str}/apply/for-whom", **PERSON)
async def take_whom(request: Web, city: City, viewer: Viewer, code: str) -> Response[Any]:
    desk = await _desk(request, city, viewer, code)
    posted = {k: str(v)[:NUMBER_LENGTH_MAX] for k, v in (await request.form()).items()}
    chosen = posted.get("whom", "")
    number = posted.get("number", "") if chosen == "other" else chosen
    number = "".join(letter for letter in number if letter.isalnum())
    if not chosen or not number:
        fault = Fault("/number" if chosen else "/whom", "form.required")
        return await _whom_page(desk, None, [fault], chosen)
    wanted = None if chosen == "self" else number
    faults = []
    try:
        subject = await actions.subject_of(city, viewer, wanted)
    except Unavailable:
        pass  # who it is will be looked up again before the request is sent
    except Invalid:
        faults = [Fault("/number", "case.nobody_with_number")]
    else:
        wanted = wanted if subject.relation != "self" else None
        facts = drafting.context(city, viewer, subject, {})
        found = drafting.broken_conditions(desk.procedure, facts, [None])
        faults = [replace(fault, pointer="/whom") for fault in found]
    if faults:
        return await _whom_page(desk, number, faults, chosen)
    await _keep(desk, replace(desk.draft, subject_number=wanted))
    return _on(desk, WHOM)


async def _whom_page(
    desk: Desk, number: str | None, faults: list[Fault], chosen: str | None = None
) -> Response[Any]:
    trouble, family = None, []
    if desk.level_needed is None:
        try:
            family = await drafting.family_of(desk.city, desk.viewer)
        except Unavailable:
            trouble = _say(desk.language, "The population register does not answer just now, so we "
                "cannot show your family. You can go on for yourself, or come back later.")  # fmt: skip
    fields = _whom_fields(desk, family)
    if chosen is None:
        is_kin = any(one.number == number for one in family)
        chosen = (number if is_kin else "other") if number else "self"
    answers = {"whom": chosen, "number": number if chosen == "other" else None}
    moved = [replace(f, pointer="/whom") if f.pointer == "/on_behalf_of" else f for f in faults]
    return _asked(desk, WHOM, fields, answers, moved, trouble)


def _whom_fields(desk: Desk, family: list[drafting.Relative]) -> dict[str, Field]:
    rule = desk.procedure.delegation
    offered = [Option(value="self", label=_text("For myself"))]
    offered += [
        Option(value=one.number, label=_relative(one))
        for one in family
        if rule and one.relation in rule.family
    ]
    if rule and rule.others_document:
        offered.append(Option(value="other", label=_text("For somebody else")))
    return {
        "whom": Field(
            kind="choice", label=_text("Whom should the result be about?"), options=tuple(offered)
        ),
        "number": Field(
            kind="text",
            label=_text("Their personal number"),
            hint=_text("You need their authorisation, and they will see that you looked them up."),
            when={"whom": ["other"]},
            max=NUMBER_LENGTH_MAX,
        ),
    }


def _relative(one: drafting.Relative) -> Text:
    kin = {
        "child": "For my child %(name)s", "parent": "For my parent %(name)s",
        "spouse": "For my spouse %(name)s", "ward": "For my ward %(name)s",
    }  # fmt: skip
    return _text(kin.get(one.relation, "For %(name)s"), name=one.name)


# ---- how to get the result


@get("/procedures/{code:str}/apply/get-result", **PERSON)
async def ask_delivery(request: Web, city: City, viewer: Viewer, code: str) -> Response[Any]:
    desk = await _desk(request, city, viewer, code)
    checked = await drafting.ready(city, viewer, desk.draft)
    answers = {"delivery": desk.draft.delivery}
    return _asked(desk, DELIVERY, _delivery_fields(), answers, [], needs=checked.needs)


@post("/procedures/{code:str}/apply/get-result", **PERSON)
async def take_delivery(request: Web, city: City, viewer: Viewer, code: str) -> Response[Any]:
    desk = await _desk(request, city, viewer, code)
    chosen = str((await request.form()).get("delivery", ""))
    if chosen not in drafting.DELIVERIES:
        return _asked(desk, DELIVERY, _delivery_fields(), {}, [Fault("/delivery", "form.required")])
    await _keep(desk, replace(desk.draft, delivery=chosen))
    return _on(desk, DELIVERY)


def _delivery_fields() -> dict[str, Field]:
    ways = {
        "electronic": "In my vault here, as a signed file",
        "counter": "On paper, at the one-stop counter; also in my vault",
        "post": "On paper, by post to my permanent residence; also in my vault",
    }
    offered = tuple(Option(value=way, label=_text(said)) for way, said in ways.items())
    label = _text("How do you want to get the result?")
    hint = _text("The signed file counts as much as paper, and it comes first.")
    return {"delivery": Field(kind="choice", label=label, hint=hint, options=offered)}


# ---- check and send


@get("/procedures/{code:str}/apply/check-answers", **PERSON)
async def ask_check(request: Web, city: City, viewer: Viewer, code: str) -> Response[Any]:
    desk = await _desk(request, city, viewer, code)
    checked = await drafting.ready(city, viewer, desk.draft)
    unfinished = _unfinished(desk, checked)
    if unfinished:
        return Redirect(f"{desk.address(unfinished)}?change&check", status_code=303)
    return _check_page(desk, checked, _without_oaths(desk, checked.faults), {})


@post("/procedures/{code:str}/apply/check-answers", **PERSON)
async def send(request: Web, city: City, viewer: Viewer, code: str) -> Response[Any]:
    posted = {k: str(v) for k, v in (await request.form()).items()}
    key = posted.get("key", "")[:200]
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        sent = await drafting.sent_before(db, key)
    if sent:
        return Redirect(f"/cases/{sent}", status_code=303)
    desk = await _desk(request, city, viewer, code)
    names = _oaths(desk.procedure)
    sworn = forms.read(desk.procedure.form.fields, names, posted).answers
    draft = replace(desk.draft, answers={**desk.draft.answers, **sworn})
    checked = await drafting.ready(city, viewer, draft)
    if _unfinished(desk, checked):
        return Redirect(desk.address(CHECK), status_code=303)
    is_changed = key != drafting.send_key(desk.draft)
    if checked.faults or checked.subject is None or desk.level_needed or is_changed:
        status = 409 if is_changed else 403 if desk.level_needed else 422
        return _check_page(desk, checked, checked.faults, sworn, is_changed, status)
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        sent = await drafting.send(db, viewer, checked)
    return Redirect(f"/cases/{sent}", status_code=303)


def _check_page(
    desk: Desk, checked: Ready, faults: list[Fault], sworn: dict[str, Any],
    is_changed: bool = False, status: int = 200,
) -> Response[Any]:  # fmt: skip
    form, draft = desk.procedure.form, desk.draft
    change = {page.id: f"{desk.address(page.id)}?change" for page in form.pages}
    pages = [
        (page.title, forms.summary(form.fields, _asked_of(desk, page), draft.answers,
                                   desk.language, change[page.id]))
        for page in form.pages
        if _asked_of(desk, page) and not _is_oath(desk.procedure, page)
    ]  # fmt: skip
    handed = [_handed_in(desk, need, checked.draft, change) for need in checked.needs]
    if handed and checked.subject is not None:
        pages.append((_text("Documents"), handed))
    delivery = _delivery_fields()
    page = Check(
        procedure=desk.procedure,
        back=desk.address(DELIVERY),
        action=desk.address(CHECK),
        key=drafting.send_key(draft),
        acting=desk.viewer.name,
        organisation=desk.viewer.organisation_name,
        about=_about(desk, checked.subject),
        pages=pages,
        delivery=forms.summary(delivery, ["delivery"], {"delivery": draft.delivery},
                               desk.language, f"{desk.address(DELIVERY)}?change"),
        fee=checked.fee,
        oaths=forms.questions(form.fields, _oaths(desk.procedure), sworn, desk.language, faults),
        problems=forms.problems(faults, desk.language, form.fields),
        trouble=_no_subject(desk.language) if checked.subject is None else None,
        is_changed=is_changed,
        level_needed=desk.level_needed,
    )  # fmt: skip
    return render(page, desk.request, status)


def _about(desk: Desk, subject: Subject | None) -> list[Answered]:
    number = desk.draft.subject_number
    said = number or ""
    if number is None:
        said = _say(desk.language, "Myself")
    elif subject and subject.relation != "other":
        said = f"{subject.name} · {number}"
    can_change = desk.procedure.delegation is not None
    change = f"{desk.address(WHOM)}?change" if can_change else ""
    return [Answered(_say(desk.language, "The result is about"), [said], change)]


def _handed_in(
    desk: Desk, need: DocumentNeed, draft: Draft, change: dict[str, str]
) -> Answered:
    names = [one["name"] for one in draft.documents if one["requirement"] == need.code]
    place = next((page.id for page in desk.procedure.form.pages if page.documents), "")
    none = [_say(desk.language, "Nothing handed in yet")]
    return Answered(need.name, names or none, change.get(place, ""))


# ---- the pages of the pack


@get("/procedures/{code:str}/apply/{page:str}", **PERSON)
async def ask_page(
    request: Web, city: City, viewer: Viewer, code: str, page: str
) -> Response[Any]:
    desk = await _desk(request, city, viewer, code)
    wanted = _page_of(desk.procedure, page)
    is_checking = "check" in request.query_params
    checked = None
    if wanted.documents or wanted.known or is_checking:
        checked = await drafting.ready(city, viewer, desk.draft)
    if checked and not _has_anything(desk, wanted, checked):
        return _on(desk, page)
    faults = checked.faults if checked and is_checking else []
    mine = [fault for fault in faults if _stop_of(desk.procedure, fault) == page]
    return await _form_page(desk, wanted, checked, mine)


@post("/procedures/{code:str}/apply/{page:str}", request_max_body_size=UPLOAD_BYTES_MAX, **PERSON)
async def take_page(
    request: Web, city: City, viewer: Viewer, code: str, page: str
) -> Response[Any]:
    desk = await _desk(request, city, viewer, code)
    wanted = _page_of(desk.procedure, page)
    sent = await request.form()
    posted = {k: v for k, v in sent.items() if isinstance(v, str)}
    read = forms.read(desk.procedure.form.fields, wanted.fields, posted, desk.draft.answers)
    others = {k: v for k, v in desk.draft.answers.items() if k not in wanted.fields}
    answers = drafting.tidy(desk.procedure, {**others, **read.answers})
    draft = replace(desk.draft, answers=answers)
    if "drop" in posted:
        draft = drafting.without_file(draft, posted["drop"])
    uploads, faults = await _uploads(desk.procedure, sent.multi_items())
    draft = await _keep_with(desk, draft, uploads)
    if read.is_editing:
        return Redirect(_at_row(desk, posted, answers), status_code=303)
    if faults or "upload" in posted or "drop" in posted:
        if not faults:
            return Redirect(str(request.url), status_code=303)
    else:
        faults = await _judge(desk, wanted, draft)
    if faults:
        checked = None
        if wanted.documents or wanted.known:
            checked = await drafting.ready(city, viewer, draft)
        return await _form_page(replace(desk, draft=draft), wanted, checked, faults, 422)
    return _on(replace(desk, draft=draft), page)


async def _judge(desk: Desk, page: FormPage, draft: Draft) -> list[Fault]:
    """What is wrong with this page; what later pages lack is no fault yet."""
    faults = drafting.page_faults(desk.known, draft.answers, page, desk.city)
    has_rules = any(rule.field in page.fields for rule in desk.procedure.conditions)
    if faults or not (has_rules or page.documents):
        return faults
    checked = await drafting.ready(desk.city, desk.viewer, draft)
    if checked.subject is None:
        return []
    if page.documents:
        given = {one["requirement"] for one in draft.documents}
        faults = [
            Fault(f"/file-{need.code}", "case.document_missing", {"document": need.name})
            for need in checked.needs
            if need.code not in given
        ]
    return faults + drafting.broken_conditions(desk.procedure, checked.facts, page.fields)


async def _form_page(
    desk: Desk, page: FormPage, checked: Ready | None, faults: list[Fault], status: int = 200
) -> Response[Any]:
    knowns, trouble = [], None
    if page.known and checked:
        knowns, trouble = await _knowns(desk, page, checked)
    needs: list[DocumentNeed] = []
    if page.documents and checked:
        needs = checked.needs
        trouble = trouble or (_no_subject(desk.language) if checked.subject is None else None)
    return _asked(
        desk, page.id, {n: desk.procedure.form.fields[n] for n in page.fields},
        desk.draft.answers, _at_files(faults, needs), trouble, page.title, page.hint, knowns,
        needs, status, page.documents,
    )  # fmt: skip


async def _knowns(
    desk: Desk, page: FormPage, checked: Ready
) -> tuple[list[Known], str | None]:
    """Of oneself what the registers say; of family their name and birth; of others only what
    was typed: an authorisation is not proven yet."""
    language, subject = desk.language, checked.subject
    if subject is None:
        return [], _no_subject(language)
    if subject.relation == "self" and desk.level_needed is None:
        try:
            found = await drafting.known_values(
                desk.city, desk.viewer, desk.procedure, page, subject
            )
        except Unavailable:
            sentence = (
                "The register does not answer just now, so we cannot show what it knows. You can "
                "go on: it is asked again when your request is worked on, and you need not tell "
                "us these things."
            )
            return [], _say(language, sentence)
        registers = desk.city[exchange.Registers].registers
        return [
            Known(one.label, _readable(one.value, language), registers[name].name)
            for name, values in found
            for one in values
        ], None
    rows = [("Personal number", subject.number)]
    source: Text | str = _say(language, "You typed this")
    if subject.relation != "other":
        born = written_day(subject.birth_date.isoformat(), language)
        rows = [("Full name", subject.name), *rows, ("Date of birth", born)]
        provider = identity.provider(desk.city, "residents").name
        family = desk.city[exchange.Registers].registers["population"].name
        source = provider if subject.relation == "self" else family
    return [Known(_say(language, label), value, source) for label, value in rows], None


def _readable(value: str | None, language: Language) -> str:
    if value is None:
        return _say(language, "Not recorded")
    return words(language).pgettext("value", written_day(value, language))


async def _uploads(
    procedure: Procedure, sent: list[tuple[str, Any]]
) -> tuple[list[tuple[str, documents.Upload]], list[Fault]]:
    """The files that came along and can be kept; the others with what is wrong with them."""
    good: list[tuple[str, documents.Upload]] = []
    faults: list[Fault] = []
    for need in procedure.documents:
        for name, file in sent:
            if name != f"file-{need.code}" or not isinstance(file, UploadFile) or not file.filename:
                continue
            try:
                upload = await documents.examine(file.filename, await file.read())
            except Invalid as refusal:
                reason = refusal.faults[0] if refusal.faults else Fault("", refusal.reason)
                faults.append(replace(reason, pointer=f"/{name}"))
            else:
                good.append((need.code, upload))
    return good, faults


async def _keep_with(
    desk: Desk, draft: Draft, uploads: list[tuple[str, documents.Upload]]
) -> Draft:
    async with desk.city.database.write(desk.viewer.person, desk.viewer.on_behalf_of) as db:
        for code, upload in uploads:
            draft = await drafting.attach(db, draft, code, [upload])
        return await drafting.keep(db, draft)


def _at_files(faults: list[Fault], needs: list[DocumentNeed]) -> list[Fault]:
    """A fault of all documents leads to the box of the one that it names."""
    return [
        replace(fault, pointer=f"/file-{need.code}")
        if fault.pointer == "/documents" and need
        else fault
        for fault in faults
        for need in [next((n for n in needs if n.name == fault.facts.get("document")), None)]
    ]


def _at_row(desk: Desk, posted: dict[str, str], answers: dict[str, Any]) -> str:
    """Back to the list that was made longer or shorter, at its last row."""
    name = posted.get("add") or posted.get("remove", "").rpartition("-")[0]
    field = desk.procedure.form.fields.get(name)
    rows = answers.get(name)
    anchor = ""
    if field and field.fields and isinstance(rows, list) and rows:
        anchor = f"#{name}-{len(rows) - 1}-{next(iter(field.fields))}"
    return f"{desk.request.url}{anchor}"


# ---- what all of them share


async def _desk(request: Web, city: City, viewer: Viewer, code: str) -> Desk:
    known = city[actions.Procedures].by_code(code)
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        draft = await drafting.draft_of(db, code)
    if draft and draft.behalf_id != viewer.on_behalf_of:
        draft = replace(draft, documents=[])  # they belong to whoever the person acted for then
    kept = draft or drafting.new_draft(viewer, code)
    desk = Desk(request, city, viewer, known, kept, language_of(request))
    _may_begin(desk)
    return desk


def _may_begin(desk: Desk) -> None:
    """A level that is too low may prepare a draft; an officer and a stranger organisation not."""
    try:
        actions.may_file(desk.procedure, desk.viewer)
    except NotAllowed as refusal:
        if refusal.reason != "case.level_too_low":
            raise


async def _keep(desk: Desk, draft: Draft) -> None:
    async with desk.city.database.write(desk.viewer.person, desk.viewer.on_behalf_of) as db:
        await drafting.keep(db, draft)


def _asked(
    desk: Desk, stop: str, fields: dict[str, Field], answers: dict[str, Any], faults: list[Fault],
    trouble: str | None = None, title: Text | str = "", hint: Text | None = None,
    knowns: list[Known] | None = None, needs: list[DocumentNeed] | None = None, status: int = 0,
    has_documents: bool = False,
) -> Response[Any]:  # fmt: skip
    problems = forms.problems(faults, desk.language, fields)
    query = "?change" if desk.is_change else ""
    page = Ask(
        procedure=desk.procedure,
        title=title,
        hint=hint,
        back=desk.address(CHECK) if desk.is_change else _before(desk, stop, needs),
        action=f"{desk.address(stop)}{query}",
        for_whom=desk.viewer.organisation_name,
        problems=problems,
        knowns=knowns or [],
        trouble=trouble,
        questions=forms.questions(fields, list(fields), answers, desk.language, faults),
        needs=[_need(desk, need, problems) for need in needs or []] if has_documents else [],
    )
    return render(page, desk.request, status or (422 if faults else 200))


def _need(desk: Desk, need: DocumentNeed, problems: list[Problem]) -> Need:
    mine = [one for one in desk.draft.documents if one["requirement"] == need.code]
    return Need(
        code=need.code,
        name=need.name,
        hint=need.hint,
        files=[Kept(one["id"], one["name"]) for one in mine],
        errors=[p.text for p in problems if p.anchor == f"file-{need.code}"],
    )


def _stops(procedure: Procedure) -> list[str]:
    """The pages in order. An oath has no page of its own: it stands below what it confirms."""
    own = [page.id for page in procedure.form.pages if not _is_oath(procedure, page)]
    return [*([WHOM] if procedure.delegation else []), *own, DELIVERY, CHECK]


def _is_oath(procedure: Procedure, page: FormPage) -> bool:
    fields = procedure.form.fields
    return bool(page.fields) and all(fields[name].kind == "oath" for name in page.fields)


def _oaths(procedure: Procedure) -> list[str]:
    return [n for p in procedure.form.pages if _is_oath(procedure, p) for n in p.fields]


def _asked_of(desk: Desk, page: FormPage) -> list[str]:
    fields = desk.procedure.form.fields
    return [n for n in page.fields if forms.is_asked(fields[n], desk.draft.answers)]


def _has_anything(desk: Desk, page: FormPage, checked: Ready | None) -> bool:
    needs = checked.needs if checked else []
    beside = {n for name in page.fields for n in desk.procedure.form.fields[name].when}
    is_asking = bool(_asked_of(desk, page)) or bool(beside & set(page.fields))
    return bool(page.known) or is_asking or (page.documents and bool(needs))


def _on(desk: Desk, stop: str) -> Redirect:
    """To the next page that asks something; after a change, back to the check."""
    stops = _stops(desk.procedure)
    target = CHECK if desk.is_change else stops[stops.index(stop) + 1]
    while (page := _find(desk.procedure, target)) and not page.documents:
        if _has_anything(desk, page, None):
            break
        target = stops[stops.index(target) + 1]
    return Redirect(desk.address(target), status_code=303)


def _before(desk: Desk, stop: str, needs: list[DocumentNeed] | None) -> str:
    stops = _stops(desk.procedure)
    place = stops.index(stop) - 1
    while place >= 0 and (page := _find(desk.procedure, stops[place])):
        is_empty = page.documents and not needs and not page.fields
        if not is_empty and (page.documents or _has_anything(desk, page, None)):
            break
        place -= 1
    return desk.address(stops[place]) if place >= 0 else f"/procedures/{desk.procedure.code}"


def _find(procedure: Procedure, id: str) -> FormPage | None:
    return next((page for page in procedure.form.pages if page.id == id), None)


def _page_of(procedure: Procedure, id: str) -> FormPage:
    page = _find(procedure, id)
    if page is None or _is_oath(procedure, page):
        raise NotFound("web.not_found")
    return page


def _stop_of(procedure: Procedure, fault: Fault) -> str:
    """The page on which a fault can be put right; the check itself where none can."""
    parts = fault.pointer.strip("/").split("/")
    if parts[0] == "on_behalf_of" or (fault.pointer == "" and procedure.delegation):
        return WHOM if procedure.delegation else CHECK
    if parts[0] == "documents":
        return next((page.id for page in procedure.form.pages if page.documents), CHECK)
    name = parts[1] if parts[0] == "answers" and len(parts) > 1 else parts[0]
    page = next((page for page in procedure.form.pages if name in page.fields), None)
    return CHECK if page is None or _is_oath(procedure, page) else page.id


def _unfinished(desk: Desk, checked: Ready) -> str | None:
    stops = _stops(desk.procedure)
    found = [_stop_of(desk.procedure, fault) for fault in checked.faults]
    return min((s for s in found if s in stops and s != CHECK), key=stops.index, default=None)


def _without_oaths(desk: Desk, faults: list[Fault]) -> list[Fault]:
    names = _oaths(desk.procedure)
    return [fault for fault in faults if fault.pointer.rpartition("/")[2] not in names]


def _no_subject(language: Language) -> str:
    return _say(
        language,
        "The population register does not answer just now, so we cannot see whom the request is "
        "about. Everything you wrote is kept; come back in a while to send it.",
    )


def _say(language: Language, sentence: str) -> str:
    return words(language).gettext(sentence)


def _text(sentence: str, **facts: str) -> Text:
    said = [words(language).gettext(sentence) % facts for language in LANGUAGES]
    return Text(*said)


routes: list[Any] = [
    begin, begin_again, ask_whom, take_whom, ask_delivery, take_delivery, ask_check, send,
    ask_page, take_page,
]  # fmt: skip
