"""Applying: one short page after another, kept at each, checked on the server, sent once."""

from collections.abc import Iterable
from typing import Any, ClassVar

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec.structs import replace

from motcua import documents, exchange, identity
from motcua.base.errors import Fault, Invalid, NotFound, Unavailable
from motcua.base.text import Text
from motcua.cases import actions
from motcua.cases.actions import Subject, drafting, extracts, vault
from motcua.cases.actions.drafting import Ready
from motcua.cases.actions.vault import Offered
from motcua.cases.model.case import Draft
from motcua.cases.model.procedure import DocumentNeed, Field, FormPage, Procedure
from motcua.cases.pages.asking import (
    PERSON,
    Application,
    Asking,
    KnownGroup,
    Offer,
    Web,
    application_of,
    asked,
    has_anything,
    may_begin,
    no_subject,
    onward,
    page_of,
    say,
    stops,
)
from motcua.db import City
from motcua.identity import Assurance, Viewer
from motcua.web import Page, forms, render
from motcua.web.figures import written_day
from motcua.web.forms import Known
from motcua.web.language import Language, words

UPLOAD_BYTES_MAX = 32 * 1024 * 1024  # three of the largest files in one go


class Begin(Page):
    """Before the first page: a draft that waits, or a sign-in that does not reach far enough."""

    template: ClassVar[str] = "cases/apply_begin.html"

    procedure: Procedure
    draft: Draft | None
    needed: Assurance | None
    sign_in_again: str
    go_on: str


@get("/procedures/{code:str}/apply", **PERSON)
async def begin(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any]:
    known = city[actions.Procedures].by_code(code)
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        draft = await drafting.draft_of(db, code)
    here = Application(
        request, city, viewer, known, draft or drafting.new_draft(viewer, code), "vi"
    )
    may_begin(here)
    first = here.address(stops(here)[0])
    if draft is None and here.needed is None:
        return Redirect(first, status_code=303)
    page = Begin(
        procedure=known.procedure,
        draft=draft,
        needed=here.needed,
        sign_in_again=here.sign_in_again,
        go_on=first,
    )
    return render(page, request)


@post("/procedures/{code:str}/apply", **PERSON)
async def begin_again(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Redirect:
    """What was kept is dropped, and the first page comes empty."""
    here = await application_of(request, city, viewer, code)
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        await drafting.drop(db, code)
    return Redirect(here.address(stops(here)[0]), status_code=303)


# ---- the pages of the pack


@get("/procedures/{code:str}/apply/{page:str}", **PERSON)
async def ask_page(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    code: FromPath[str],
    page: FromPath[str],
) -> Response[Any]:
    return await show_own(await application_of(request, city, viewer, code), page)


async def show_own(here: Application, page: str) -> Response[Any]:
    """One of the procedure's own pages."""
    wanted = page_of(here.procedure, page)
    is_checking = "check" in here.request.query_params
    checked = None
    if is_checking or _looks_further(here, wanted):
        checked = await here.ready()
    if checked and not has_anything(here, wanted, checked):
        return onward(here, page)
    faults = checked.faults if checked and is_checking else []
    mine = [fault for fault in faults if here.stop_of(fault) == page]
    return await _form_page(here, wanted, checked, mine)


@post("/procedures/{code:str}/apply/{page:str}", request_max_body_size=UPLOAD_BYTES_MAX, **PERSON)
async def take_page(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    code: FromPath[str],
    page: FromPath[str],
) -> Response[Any]:
    return await take_own(await application_of(request, city, viewer, code), page)


async def take_own(here: Application, page: str) -> Response[Any]:
    """Kept as it was posted, then judged; onward where nothing is wrong with it."""
    wanted = page_of(here.procedure, page)
    sent = await here.request.form()
    posted = {k: v for k, v in sent.items() if isinstance(v, str)}
    read = forms.read(here.procedure.form.fields, wanted.fields, posted, here.draft.answers)
    others = {k: v for k, v in here.draft.answers.items() if k not in wanted.fields}
    answers = drafting.tidy(here.procedure, {**others, **read.answers})
    draft = replace(here.draft, answers=answers)
    if "drop" in posted:
        draft = drafting.without_file(draft, posted["drop"])
    if "take" in posted and here.shows_known:
        draft = await _taken(here, draft, posted["take"])
    uploads, faults = await uploads_of(here.city, here.procedure.documents, sent.multi_items())
    if uploads and len(draft.documents) + len(uploads) > drafting.FILES_PER_DRAFT_MAX:
        faults.append(Fault(f"/file-{uploads[0][0]}", "case.too_many_documents"))
        uploads = []
    draft, unread = here.with_papers(draft, posted) if wanted.documents else (draft, [])
    faults += unread
    draft = await _keep_with(here, draft, uploads)
    if read.is_editing:
        return Redirect(_at_row(here, posted, answers), status_code=303)
    if faults or {"upload", "drop", "take"} & posted.keys():
        if not faults:
            return Redirect(_same_page(here), status_code=303)
    else:
        faults = await _judge(replace(here, draft=draft), wanted)
    if faults:
        now = replace(here, draft=draft)
        checked = await now.ready() if _looks_further(here, wanted) else None
        return await _form_page(now, wanted, checked, faults)
    return onward(replace(here, draft=draft), page)


def _looks_further(here: Application, page: FormPage) -> bool:
    """Whether the page shows more than the answers: what registers know, what they call for."""
    fields = here.procedure.form.fields
    is_telling = bool(page.known) or any(fields[n].known_from for n in page.fields)
    return page.documents or (is_telling and here.shows_known)


async def _judge(here: Application, page: FormPage) -> list[Fault]:
    """What is wrong with this page; what later pages lack is no fault yet."""
    faults = drafting.page_faults(here.known, here.draft.answers, page, here.city)
    has_rules = any(rule.field in page.fields for rule in here.procedure.conditions)
    if faults or not (has_rules or page.documents):
        return faults
    checked = await here.ready()
    if checked.subject is None:
        return []
    if page.documents:
        given = here.given
        faults = [
            Fault(f"/file-{need.code}", "case.document_missing", {"document": need.name})
            for need in checked.needs
            if need.code not in given
        ]
    return faults + drafting.broken_conditions(here.procedure, checked.facts, page.fields)


async def _form_page(
    here: Application, page: FormPage, checked: Ready | None, faults: list[Fault]
) -> Response[Any]:
    knowns: list[KnownGroup] = []
    trouble = None
    if page.known and checked and here.shows_known:
        knowns, trouble = await _knowns(here, page, checked)
    needs: list[DocumentNeed] = []
    if page.documents and checked:
        needs = checked.needs
        trouble = trouble or (no_subject(here.language) if checked.subject is None else None)
    fields = {name: here.procedure.form.fields[name] for name in page.fields}
    offers, no_offers = await _offers(here, fields, checked)
    asking = Asking(
        stop=page.id,
        fields=fields,
        answers={**{o.field: o.rows for o in offers if o.rows}, **here.draft.answers},
        offers=offers,
        faults=_at_files(faults, needs),
        trouble=trouble or no_offers,
        title=page.title,
        hint=page.hint,
        knowns=knowns,
        needs=needs,
        has_documents=page.documents,
        held=await _held(here, needs, checked),
    )
    return asked(here, asking)


async def _offers(
    here: Application, fields: dict[str, Field], checked: Ready | None
) -> tuple[list[Offer], str | None]:
    """What registers can fill in, of oneself only; and why nothing, where one does not answer."""
    subject = checked.subject if checked else None
    is_own = here.shows_known and subject is not None and subject.relation == "self"
    if subject is None or not is_own or here.needed is not None:
        return [], None
    offers = []
    for name, field in fields.items():
        if field.known_from is None:
            continue
        source = here.city[exchange.Registers].registers[field.known_from.register].name
        try:
            rows = await drafting.known_rows(here.city, here.viewer, field.known_from, subject)
        except Unavailable:
            sentence = (
                "The register does not answer just now, so we could not fill this in for you. "
                "Please fill it in yourself, or come back in a while."
            )
            return [], say(here.language, sentence)
        offers.append(Offer(name, rows, source))
    return offers, None


async def _knowns(
    here: Application, page: FormPage, checked: Ready
) -> tuple[list[KnownGroup], str | None]:
    """Of oneself what the registers say; of family their name and birth; of others only what
    was typed: an authorisation is not proven yet."""
    language, subject = here.language, checked.subject
    if subject is None:
        return [], no_subject(language)
    if subject.relation == "self" and here.needed is None:
        try:
            found = await drafting.known_values(
                here.city, here.viewer, here.procedure, page, subject
            )
        except Unavailable:
            sentence = (
                "The register does not answer just now, so we cannot show what it knows. You can "
                "go on: it is asked again when your request is worked on, and you need not tell "
                "us these things."
            )
            return [], say(language, sentence)
        registers = here.city[exchange.Registers].registers
        return [
            KnownGroup(
                registers[name].name,
                [
                    Known(v.label, _readable(v.value, language), registers[name].name)
                    for v in values
                ],
            )
            for name, values in found
        ], None
    rows = [("Personal number", subject.number)]
    source: Text | str = say(language, "You typed this")
    if subject.relation != "other":
        born = written_day(subject.birth_date.isoformat(), language)
        rows = [("Full name", subject.name), *rows, ("Date of birth", born)]
        provider = identity.provider(here.city, "residents").name
        register, _ = exchange.playing(here.city, "family")
        family = here.city[exchange.Registers].registers[register].name
        source = provider if subject.relation == "self" else family
    values = [Known(say(language, label), value, source) for label, value in rows]
    return [KnownGroup(source, values)], None


def _readable(value: str | None, language: Language) -> str:
    if value is None:
        return say(language, "Not recorded")
    return words(language).pgettext("value", written_day(value, language))


async def uploads_of(
    city: City, needs: Iterable[DocumentNeed], sent: Iterable[tuple[str, Any]]
) -> tuple[list[tuple[str, documents.Upload]], list[Fault]]:
    """The files that came along and can be kept; the others with what is wrong with them."""
    good: list[tuple[str, documents.Upload]] = []
    faults: list[Fault] = []
    for need in needs:
        for name, file in sent:
            if name != f"file-{need.code}" or not isinstance(file, UploadFile) or not file.filename:
                continue
            try:
                upload = await documents.examine(city, file.filename, await file.read())
            except Invalid as refusal:
                reason = refusal.faults[0] if refusal.faults else Fault("", refusal.reason)
                faults.append(replace(reason, pointer=f"/{name}"))
            else:
                good.append((need.code, upload))
    return good, faults


async def _keep_with(
    here: Application, draft: Draft, uploads: list[tuple[str, documents.Upload]]
) -> Draft:
    async with here.city.database.write(here.viewer.person, here.viewer.on_behalf_of) as db:
        for code, upload in uploads:
            draft = await drafting.attach(db, draft, code, [upload])
        return await here.store(db, draft)


async def _held(
    here: Application, needs: list[DocumentNeed], checked: Ready | None
) -> dict[str, list[Offered]]:
    """What the person has here already for these needs; where nothing lies, what registers say."""
    if not needs or not here.shows_known:
        return {}
    async with here.city.database.read(here.viewer.person, here.viewer.on_behalf_of) as db:
        found = await vault.offers(db, here.known, needs)
    open_needs = [need for need in needs if need.code not in here.given | found.keys()]
    subject = _oneself(here, checked)
    if subject is None:
        return found
    return found | await extracts.offers(here.city, here.viewer, here.known, open_needs, subject)


async def _taken(here: Application, draft: Draft, said: str) -> Draft:
    """`said`: the need, and what was offered for it."""
    need, _, key = said.partition(" ")
    if not key.startswith(extracts.BY_REGISTER):
        async with here.city.database.read(here.viewer.person, here.viewer.on_behalf_of) as db:
            return await vault.take(db, draft, here.known, need, key)
    subject = _oneself(here, await here.ready())
    if subject is None:
        raise NotFound("vault.not_offered")
    if len(draft.documents) >= drafting.FILES_PER_DRAFT_MAX:
        raise Invalid("request.faults", [Fault(f"/file-{need}", "case.too_many_documents")])
    made = await extracts.take(here.city, here.viewer, here.known, need, key, subject)
    return await _keep_with(here, draft, [(need, made)])


def _oneself(here: Application, checked: Ready | None) -> Subject | None:
    """Whoever asks for themselves and has shown enough for a register to speak of them."""
    subject = checked.subject if checked else None
    is_own = subject is not None and subject.relation == "self" and here.needed is None
    return subject if is_own and here.viewer.on_behalf_of is None else None


def _at_files(faults: list[Fault], needs: list[DocumentNeed]) -> list[Fault]:
    """A fault of all documents leads to the box of the one that it names."""
    return [
        replace(fault, pointer=f"/file-{need.code}")
        if fault.pointer == "/documents" and need
        else fault
        for fault in faults
        for need in [next((n for n in needs if n.name == fault.facts.get("document")), None)]
    ]


def _at_row(here: Application, posted: dict[str, str], answers: dict[str, Any]) -> str:
    """Back to the list that was made longer or shorter, at its last row."""
    name = posted.get("add") or posted.get("remove", "").rpartition("-")[0]
    field = here.procedure.form.fields.get(name)
    rows = answers.get(name)
    anchor = ""
    if field and field.fields and isinstance(rows, list) and rows:
        anchor = f"#{name}-{len(rows) - 1}-{next(iter(field.fields))}"
    return f"{_same_page(here)}{anchor}"


def _same_page(here: Application) -> str:
    url = here.request.url
    return f"{url.path}?{url.query}" if url.query else url.path


routes: list[Any] = [begin, begin_again, ask_page, take_page]
