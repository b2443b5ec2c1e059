"""Applying: a draft kept page by page, and what is still wrong, needed or due before it is sent."""

from collections.abc import Collection
from typing import Any

import msgspec
from msgspec import Struct, structs

from motcua import agencies, documents, exchange, identity
from motcua.base import clock
from motcua.base.errors import Conflict, Fault, Unavailable
from motcua.base.text import Text
from motcua.cases import queries
from motcua.cases.actions.filing import (
    RELATIONS,
    Filing,
    Subject,
    authority_faults,
    context,
    faults_of,
    file,
    joined_by,
    subject_of,
)
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.actions.sealing import opened_draft, sealed_draft
from motcua.cases.model.case import Draft
from motcua.cases.model.procedure import DocumentNeed, FormPage, KnownRows, Procedure
from motcua.cases.rules import expressions, fees, forms
from motcua.cases.rules.expressions import ExpressionError, Facts
from motcua.db import City, Read, Write
from motcua.db import answers as answers_given
from motcua.identity import Viewer
from motcua.web.language import LANGUAGES, Language, words

FILES_PER_DRAFT_MAX = 20
DELIVERIES = ("electronic", "counter", "post")


class Relative(Struct, frozen=True):
    """A member of the family, as the population register names them."""

    number: str
    name: str
    relation: str


class KnownValue(Struct, frozen=True):
    """What a register knows of the person a request is about. None: it has nothing there."""

    label: Any
    value: str | None


class Ready(Struct, frozen=True):
    """A draft with everything that follows from it.

    `subject` is None while the register that must name the person does not answer.
    """

    draft: Draft
    known: InForce
    subject: Subject | None
    facts: Facts
    needs: list[DocumentNeed]
    fee: fees.Fee | None
    faults: list[Fault]
    by_register: Subject | None = None
    """The subject with what they are to the person as the register alone says."""


async def draft_of(db: Read, code: str) -> Draft | None:
    kept = await queries.draft(db, db.person, code)
    return opened_draft(db.city, db.person, kept) if kept else None


def new_draft(viewer: Viewer, code: str) -> Draft:
    return Draft(code, viewer.on_behalf_of, {}, [], None, None, "electronic", clock.now())


async def keep(db: Write, draft: Draft) -> Draft:
    """As it is, right or wrong: nothing typed is lost. It belongs to the person alone."""
    kept = structs.replace(draft, behalf_id=db.behalf, kept_at=clock.now())
    down = sealed_draft(db.city, db.person, kept)
    await queries.keep_draft(
        db, db.person, kept.procedure_code, kept.behalf_id, down, kept.documents, None,
        kept.agency_code, kept.delivery, kept.kept_at,
    )  # fmt: skip
    return kept


async def drop(db: Write, code: str) -> None:
    await queries.drop_draft(db, db.person, code)


async def drafts_of_me(db: Read) -> list[tuple[Draft, Procedure]]:
    """Those whose procedure is still offered; newest first."""
    shelf = db.city[Procedures]
    kept = await queries.drafts_of_person(db, db.person)
    return [
        (opened_draft(db.city, db.person, draft), shelf.today[draft.procedure_code].procedure)
        for draft in kept
        if draft.procedure_code in shelf.today
    ]


async def ready(city: City, viewer: Viewer, draft: Draft) -> Ready:
    """Asks the register whom it is about, when that is somebody else. Takes no transaction."""
    known = city[Procedures].by_code(draft.procedure_code)
    procedure = known.procedure
    try:
        by_register = await subject_of(city, viewer, draft.subject_number)
    except Unavailable:
        return Ready(draft, known, None, Facts({}), list(procedure.documents), None, [])
    subject = joined_by(procedure, by_register, _filing(draft, []))
    facts = context(city, viewer, subject, draft.answers)
    needs = needed(procedure, subject, facts)
    if by_register.relation != subject.relation and procedure.delegation:
        paper = procedure.delegation.guardian_document
        needs += [n for n in procedure.documents if n.code == paper and n not in needs]
    filing = _filing(draft, needs)
    faults = faults_of(city, known, filing, draft.answers, subject, facts)
    faults += authority_faults(city, procedure, filing, by_register, faults)
    fee = fee_of(procedure, facts)
    return Ready(draft, known, subject, facts, needs, fee, faults, by_register)


def needed(procedure: Procedure, subject: Subject, facts: Facts) -> list[DocumentNeed]:
    """The documents that the answers so far call for; an answer still missing calls for none."""
    rule = procedure.delegation
    wanted = {need.code for need in procedure.documents if _holds(need.required_if, facts)}
    if rule and rule.others_document and subject.relation != "self":
        is_family = subject.relation in rule.family and _holds(rule.family_if, facts)
        if not is_family and _holds(rule.others_if, facts):
            wanted.add(rule.others_document)
    return [need for need in procedure.documents if need.code in wanted]


def _holds(rule: str, facts: Facts) -> bool:
    try:
        return expressions.read(rule).holds(facts)
    except ExpressionError:
        return False


def broken_conditions(
    procedure: Procedure, facts: Facts, fields: Collection[str | None]
) -> list[Fault]:
    """What the rules of these fields (None: of the person) say against it already. A rule that
    looks at an answer still missing says nothing yet."""
    return [
        Fault(f"/{rule.field}" if rule.field else "", "case.condition", {"text": rule.otherwise})
        for rule in procedure.conditions
        if rule.field in fields and _fails(rule.rule, facts)
    ]


def _fails(rule: str, facts: Facts) -> bool:
    try:
        return not expressions.read(rule).holds(facts)
    except ExpressionError:
        return False


def fee_of(procedure: Procedure, facts: Facts) -> fees.Fee | None:
    try:
        return fees.fee(procedure.fee, facts)
    except ExpressionError:
        return None


def _filing(draft: Draft, needs: list[DocumentNeed]) -> Filing:
    wanted = {need.code for need in needs}
    attached = [
        {"requirement": one["requirement"], "id": one["id"]}
        for one in draft.documents
        if one["requirement"] in wanted
    ]
    return msgspec.convert(
        {
            "procedure": draft.procedure_code,
            "answers": draft.answers,
            "documents": attached,
            "agency": draft.agency_code,
            "on_behalf_of": draft.subject_number,
            "delivery": draft.delivery,
            "authority": draft.authority,
        },
        Filing,
    )


async def family_of(city: City, viewer: Viewer) -> list[Relative]:
    """Whom the register calls family of the person who acts. Raises Unavailable."""
    async with city.database.read(viewer.person) as db:
        me = await identity.person(db, viewer.person)
    if me.number is None:
        return []
    answer = await exchange.ask(
        city, *exchange.playing(city, "family"), {"number": me.number}, asker=viewer.person,
        subject=viewer.person, subject_number=me.number,
    )  # fmt: skip
    return [
        Relative(one["number"], one["name"], RELATIONS.get(one["relation"], one["relation"]))
        for one in answer.values.get("relations", [])
        if one["number"]
    ]


async def near_home(
    city: City, viewer: Viewer, may: list[agencies.Agency]
) -> agencies.Agency | None:
    """The agency that governs where the person lives, as the register says. Raises Unavailable.

    None for an organisation, and where no agency governs a commune: then nobody is asked.
    """
    if viewer.on_behalf_of is not None or not any(agency.area for agency in may):
        return None
    async with city.database.read(viewer.person) as db:
        me = await identity.person(db, viewer.person)
    if me.number is None:
        return None
    why = "To offer you the office of the commune where you live"
    answer = await exchange.ask(
        city, *exchange.playing(city, "person"), {"number": me.number}, asker=viewer.person,
        subject=viewer.person, subject_number=me.number,
        purpose=Text(*(words(language).gettext(why) for language in LANGUAGES)),
    )  # fmt: skip
    home = (answer.values.get("residence") or {}).get("commune")
    near = (agency for agency in may if home and agency.area and agency.covers(home))
    return next(near, None)


async def known_values(
    city: City, viewer: Viewer, procedure: Procedure, page: FormPage, subject: Subject
) -> list[tuple[str, list[KnownValue]]]:
    """What a page shows and does not ask, by register. Only of oneself. Raises Unavailable.

    Which operation of a register is asked is what the procedure's first finding there asks.
    """
    shown = []
    for register in dict.fromkeys(one.from_.split(".")[0] for one in page.known):
        finding = next(f for f in procedure.findings if f.register == register)
        facts = Facts({"subject": msgspec.to_builtins(subject), "answers": {}})
        given = {k: expressions.read(v).answer(facts) for k, v in finding.with_.items()}
        answer = await exchange.ask(
            city, register, finding.operation, given, asker=viewer.person, subject=viewer.person,
            subject_number=subject.number,
        )  # fmt: skip
        mine = [one for one in page.known if one.from_.split(".")[0] == register]
        values = [KnownValue(one.label, _at(answer.values, one.from_)) for one in mine]
        shown.append((register, values))
    return shown


async def known_rows(
    city: City, viewer: Viewer, asked: KnownRows, subject: Subject
) -> list[dict[str, Any]]:
    """The rows of a list that a register can fill in. Only of oneself. Raises Unavailable."""
    facts = Facts({"subject": msgspec.to_builtins(subject), "answers": {}})
    given = {k: expressions.read(v).answer(facts) for k, v in asked.with_.items()}
    answer = await exchange.ask(
        city, asked.register, asked.operation, given, asker=viewer.person, subject=viewer.person,
        subject_number=subject.number,
    )  # fmt: skip
    rows = answer.values.get(asked.rows) or []
    return [{ours: row.get(theirs) for ours, theirs in asked.fields.items()} for row in rows]


def _at(values: dict[str, Any], path: str) -> str | None:
    found: Any = values
    for part in path.split(".")[1:]:
        found = found.get(part) if isinstance(found, dict) else None
    return None if found is None else str(found)


async def attach(
    db: Write, draft: Draft, requirement: str, uploads: list[documents.Upload]
) -> Draft:
    assert len(draft.documents) + len(uploads) <= FILES_PER_DRAFT_MAX
    added = []
    for upload in uploads:
        stored = await documents.store_upload(db, upload)
        added.append({"requirement": requirement, "id": str(stored.id), "name": stored.name})
    return structs.replace(draft, documents=[*draft.documents, *added])


def without_file(draft: Draft, file_id: str) -> Draft:
    return structs.replace(draft, documents=[d for d in draft.documents if d["id"] != file_id])


async def send(db: Write, viewer: Viewer, checked: Ready, language: Language = "vi") -> str:
    """File the draft and forget it; the case's code. The same draft twice is one case.

    Dropping comes first: it holds the draft's row, so a second sender waits for the first.
    """
    assert checked.subject is not None
    draft = checked.draft
    key = send_key(draft)
    await drop(db, draft.procedure_code)
    if earlier := await sent_before(db, key):
        return earlier
    if await answers_given.take_turn(db, key, key.encode()):
        raise Conflict("request.in_flight")
    other = None if checked.subject.relation == "self" else checked.by_register
    filed = await file(db, viewer, _filing(draft, checked.needs), other, language)
    code = filed.case.code
    said = msgspec.json.encode(code)
    await answers_given.keep(db, key, key.encode(), 201, said, "application/json")
    return code


def send_key(draft: Draft) -> str:
    """One state of one draft: a draft that was changed since is another."""
    return f"draft:{draft.procedure_code}:{draft.kept_at.isoformat()}"


async def sent_before(db: Read, key: str) -> str | None:
    found = await answers_given.given(db, key, key.encode())
    return msgspec.json.decode(found.body, type=str) if found else None


def page_faults(known: InForce, answers: dict[str, Any], page: FormPage, city: City) -> list[Fault]:
    return known.checker.page_faults(answers, page.id, city[Procedures].local_day())


def tidy(procedure: Procedure, answers: dict[str, Any]) -> dict[str, Any]:
    """As answers are kept: cleaned, and without what a changed answer no longer asks for."""
    cleaned: dict[str, Any] = forms.normalise(procedure.form, answers)
    return forms.without_unasked(procedure.form, cleaned)
