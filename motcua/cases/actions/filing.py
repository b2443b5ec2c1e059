"""Filing: from answers to a case with a number, a fee and a clock."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct, structs, to_builtins

from motcua import agencies, documents, exchange, identity, payments
from motcua.base import clock
from motcua.base.errors import Fault, Invalid, NotAllowed
from motcua.base.ids import CaseId, DocumentId, PersonId, new_id
from motcua.base.text import Text
from motcua.cases import queries
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.actions.sealing import sealed
from motcua.cases.model.authority import Authority
from motcua.cases.model.case import STATUS_NEW, Case
from motcua.cases.model.counter import ApplicantGiven, RepresentativeGiven
from motcua.cases.model.procedure import Procedure
from motcua.cases.rules import authority, expressions, fees, forms
from motcua.cases.rules.deadline import moment
from motcua.cases.rules.expressions import Facts
from motcua.cases.rules.regimes import regime_of
from motcua.db import City, Read, Write, events
from motcua.identity import Viewer
from motcua.web import Throttle
from motcua.web.language import Language

DOCUMENTS_PER_CASE_MAX = 50
LOOKUPS = Throttle(10, 600, "lookups")
"""By one person, of others' numbers: nobody finds out by trying which ones exist."""
RELATIONS = {"father": "parent", "mother": "parent"}
"""The register names each parent; a procedure's rule says `parent`."""


Delivery = Literal["electronic", "counter", "post"]


class Attached(Struct, frozen=True, forbid_unknown_fields=True):
    """A file; at a counter perhaps only a paper. `digitised`, where said, must be what it is."""

    requirement: str
    id: UUID | None = None
    kind: Literal["original", "copy"] | None = None
    pages: Annotated[int, Meta(ge=1, le=9999)] | None = None
    digitised: Annotated[int, Meta(ge=0, le=3)] | None = None


class Filing(Struct, frozen=True, forbid_unknown_fields=True):
    """What `POST /api/v1/cases` takes. `on_behalf_of`: the number of whom it is about.

    `applicant`, `channel`, `counter` and `representative` are an officer's at a counter.
    """

    procedure: str
    answers: dict[str, Any]
    documents: list[Attached] = []
    agency: str | None = None
    on_behalf_of: str | None = None
    delivery: Delivery = "electronic"
    applicant: ApplicantGiven | None = None
    channel: Literal["online", "counter", "post"] = "online"
    counter: Annotated[str, Meta(max_length=35)] | None = None
    representative: RepresentativeGiven | None = None
    authority: Authority | None = None
    """By which paper one asks for somebody whom no register joins to one."""


class Subject(Struct, frozen=True):
    """Whom the result is about. `relation`: what they are to the person who acts; `self` mostly."""

    number: str
    name: str
    birth_date: date
    relation: str = "self"


async def subject_of(city: City, viewer: Viewer, number: str | None) -> Subject:
    """Whom the result will be about: another by their number, or the person who acts."""
    if other := await other_of(city, viewer, number):
        return other
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        return await oneself(db, viewer)


async def other_of(city: City, viewer: Viewer, number: str | None) -> Subject | None:
    """Another person whom the result will be about, as the register knows them; None: oneself.

    The register also says what they are to each other, so nobody is asked for it.
    """
    if number is None:
        return None
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        me = await oneself(db, viewer)
        firm = await identity.person(db, viewer.on_behalf_of) if viewer.on_behalf_of else None
    if number in (me.number, firm and firm.number):
        return None
    return await related(city, viewer.person, viewer.person, me.number, number)


async def related(
    city: City,
    asker: PersonId,
    person: PersonId | None,
    mine: str,
    number: str,
    pointer: str = "/on_behalf_of",
    agency: str | None = None,
) -> Subject:
    """Somebody by their number, and what they are to the person whose number is `mine`."""
    answer = await exchange.ask(
        city, *exchange.playing(city, "family"), {"number": mine}, asker=asker, subject=person,
        subject_number=mine, agency=agency,
    )  # fmt: skip
    for relative in answer.values.get("relations", []):
        if relative["number"] == number and relative["birth_date"]:
            relation = RELATIONS.get(relative["relation"], relative["relation"])
            born = date.fromisoformat(relative["birth_date"])
            return Subject(number, relative["name"], born, relation)
    return await by_number(city, asker, number, pointer, agency=agency)


async def oneself(db: Read, viewer: Viewer) -> Subject:
    """The person who acts, as their e-ID knows them."""
    if viewer.number and viewer.birth_date:
        return Subject(viewer.number, viewer.name, viewer.birth_date)
    me = await identity.person(db, viewer.person)
    if me.number is None or me.birth_date is None:
        raise NotAllowed("case.not_a_person")
    return Subject(me.number, me.name, me.birth_date)


async def by_number(
    city: City,
    asker: PersonId,
    number: str,
    pointer: str,
    person: PersonId | None = None,
    agency: str | None = None,
) -> Subject:
    """Whoever has that number; they are nothing to anybody as far as this knows."""
    nobody = Invalid("request.faults", [Fault(pointer, "case.nobody_with_number")])
    try:
        answer = await exchange.ask(
            city, *exchange.playing(city, "person"), {"number": number}, asker=asker,
            subject=person, subject_number=number, agency=agency,
        )  # fmt: skip
    except Invalid:  # empty or longer than any number: no register is asked for it
        raise nobody from None
    if answer.state == "nothing":
        raise nobody
    born = date.fromisoformat(answer.values["birth_date"])
    return Subject(number, answer.values["name"], born, "other")


class Filed(Struct, frozen=True):
    case: Case
    known: InForce
    payment: payments.Payment


async def file(
    db: Write, viewer: Viewer, filing: Filing, other: Subject | None, language: Language = "vi"
) -> Filed:
    """Receive a request, or refuse it with everything that is wrong. `other`: by `other_of`."""
    known = db.city[Procedures].by_code(filing.procedure)
    procedure = known.procedure
    may_file(procedure, viewer)
    by_register = other or await oneself(db, viewer)
    subject = joined_by(procedure, by_register, filing)
    answers = forms.normalise(procedure.form, filing.answers)
    facts = context(db.city, viewer, subject, answers)
    faults = _counter_faults(filing) + faults_of(db.city, known, filing, answers, subject, facts)
    faults += authority_faults(db.city, procedure, filing, by_register, faults)
    if faults:
        raise Invalid("request.faults", faults)
    agency = filing.agency or receivers_of(db.city, procedure)[0].code
    who = Who(
        viewer.person, viewer.name, viewer.on_behalf_of or viewer.person,
        viewer.organisation_name or viewer.name, language,
    )  # fmt: skip
    case = draw(db.city, known, who, subject, facts, agency, filing.delivery)
    if filing.authority is not None:
        told = {**case.subject, "authority": to_builtins(filing.authority)}
        case = structs.replace(case, subject=told)
    return await enter(db, known, who, filing.documents, case)


def joined_by(procedure: Procedure, subject: Subject, filing: Filing) -> Subject:
    """Whom it is about, with what they are to the person who acts: a guardian by document, too."""
    relation = authority.relation_by(procedure.delegation, filing.authority, subject.relation)
    return structs.replace(subject, relation=relation)


def authority_faults(
    city: City, procedure: Procedure, filing: Filing, by_register: Subject, found: list[Fault]
) -> list[Fault]:
    """Besides those already found. Where nobody may act for that person, no paper is asked for."""
    if any(fault.pointer == "/on_behalf_of" for fault in found):
        return []
    today = city[Procedures].local_day()
    return authority.faults(
        procedure.delegation, filing.authority, by_register.relation, procedure.code, today
    )


def _counter_faults(filing: Filing) -> list[Fault]:
    """Who files for themselves has files, and nobody stands between them and the city."""
    given = {
        "/applicant": filing.applicant,
        "/channel": filing.channel != "online" or None,
        "/counter": filing.counter,
        "/representative": filing.representative,
    }
    faults = [Fault(at, "case.only_at_a_counter") for at, said in given.items() if said is not None]
    for place, one in enumerate(filing.documents):
        if one.id is None or one.digitised is not None:
            faults.append(Fault(f"/documents/{place}", "documents.no_file"))
    return faults


class Who(Struct, frozen=True):
    """Who acts and for whom, as the case will say."""

    filed_by: PersonId
    filed_by_name: str
    applicant: PersonId
    applicant_name: str
    language: Language


async def enter(db: Write, known: InForce, who: Who, papers: list[Attached], case: Case) -> Filed:
    """Give a case its number and write it down, with what it owes."""
    facts: dict[str, Any] = {"status": STATUS_NEW, **structs.asdict(case.states)}
    if case.counter_code:
        facts |= {"channel": case.channel, "counter": case.counter_code}
    await events.record(
        db, "case.filed", case.id, person=case.applicant_id, agency=case.agency_code, facts=facts
    )
    down = sealed(db.city, case)
    # The day's number is held from here to the commit, so as little as possible comes after it.
    code = await queries.file_case(
        db, case.id, case.code, db.city[Procedures].local_day(), case.procedure_code,
        case.procedure_version, case.agency_code, case.step, case.status, case.filed_by,
        case.filed_by_name, case.applicant_id, case.applicant_name, down.subject, down.answers,
        case.delivery, case.fee, case.fee_amount, case.filed_at, case.intake_due_at, case.language,
        case.money, case.regime, case.at_agency, case.step_due_at, case.lane, case.lead_id,
        case.channel, case.counter_code, down.representative, case.step_role,
    )  # fmt: skip
    await attach(db, case.id, papers, case.agency_code)
    owed = [line for line in case.fee["lines"] if case.fee_amount]
    lines = [payments.Line(x["rule"], x["amount"], Text(**x["reason"])) for x in owed]
    payment = await payments.open_request(
        db, case.id, code, case.applicant_id, case.agency_code, case.fee_amount, lines,
        case.counter_code,
    )  # fmt: skip
    return Filed(structs.replace(case, code=code), known, payment)


def draw(
    city: City, known: InForce, who: Who, subject: Subject, facts: Facts, agency: str,
    delivery: Delivery,
) -> Case:  # fmt: skip
    """The case as it will stand, but for its number: `code` is what stands before it."""
    shelf, now, procedure = city[Procedures], clock.now(), known.procedure
    today = shelf.calendar.local(now)
    fee, is_assessed = fees.fee(procedure.fee, facts), fees.is_assessed(procedure, facts)
    intake_due = moment(now, procedure.intake_limit, shelf.calendar)
    return Case(
        id=CaseId(new_id()),
        code=f"{agency}-{today:%y%m%d}-",
        procedure_code=procedure.code,
        procedure_version=known.version,
        agency_code=agency,
        step=procedure.route.start,
        step_role=procedure.route.steps[procedure.route.start].role,
        status=STATUS_NEW,
        filed_by=who.filed_by,
        filed_by_name=who.filed_by_name,
        applicant_id=who.applicant,
        applicant_name=who.applicant_name,
        subject=to_builtins(subject),
        answers=facts.values["answers"],
        delivery=delivery,
        fee={"total": None, "lines": []} if is_assessed else to_builtins(fee),
        fee_amount=0 if is_assessed else fee.total,
        filed_at=now,
        intake_due_at=intake_due,
        accepted_at=None,
        due_at=None,
        due_reasons=[],
        handler_id=None,
        closed_at=None,
        language=who.language,
        money="unknown" if is_assessed else "open" if fee.total else "none",
        regime=regime_of(city.pack, today.date()).id,
        at_agency=agency,
        step_due_at=intake_due,
        lane="green" if expressions.read(procedure.green_if).holds(facts) else "ordinary",
    )


def may_file(procedure: Procedure, viewer: Viewer) -> None:
    """Whether this sign-in reaches far enough; a draft waits meanwhile."""
    if viewer.is_officer:
        raise NotAllowed("case.officers_do_not_file")
    if viewer.on_behalf_of is not None:
        if not procedure.sign_in.organisations:
            raise NotAllowed("case.not_for_organisations")
        if not viewer.may("files"):
            raise NotAllowed("identity.role_missing")
        return
    shown, needed = viewer.assurance or identity.ORDINARY, needed_of(procedure)
    if shown.proofing < needed.proofing:
        raise NotAllowed("case.level_too_low", level=viewer.level, needed=needed.proofing)
    if not shown.reaches(needed):
        raise NotAllowed(
            "case.sign_in_too_weak", shown=shown.authentication, needed=needed.authentication
        )


def needed_of(procedure: Procedure) -> identity.Assurance:
    """What a person's sign-in must show for it."""
    asked = procedure.sign_in
    return identity.Assurance(proofing=asked.level, authentication=asked.authentication)


def context(
    city: City,
    viewer: Viewer,
    subject: Subject,
    answers: dict[str, Any],
    on: date | None = None,
    channel: str = "online",
) -> Facts:
    """What a procedure's expressions may look at: answers, person, subject, the day (`on`), and for
    fees how the case comes in."""
    return Facts(
        {
            "answers": answers,
            "subject": to_builtins(subject),
            "person": {
                "level": viewer.level or 0,
                "is_organisation": viewer.on_behalf_of is not None,
            },
            "today": on or city[Procedures].local_day(),
            "channel": channel,
        }
    )


def faults_of(
    city: City,
    known: InForce,
    filing: Filing,
    answers: dict[str, Any],
    subject: Subject,
    facts: Facts,
) -> list[Fault]:
    """Everything wrong with a request, all at once. Conditions wait until the form is whole."""
    procedure = known.procedure
    at_agency = _agency_faults(city, procedure, filing.agency)
    faults = known.checker.faults(answers, city[Procedures].local_day())
    if faults:
        return [*at_agency, *in_answers(faults)]
    faults = at_agency + [
        Fault(f"/answers{pointer}", "form.unprintable", {"characters": " ".join(sorted(found))})
        for pointer, found in _unprintable(answers)
    ]
    if len(filing.documents) > DOCUMENTS_PER_CASE_MAX:
        faults.append(Fault("/documents", "case.too_many_documents"))
    needs = {need.code for need in procedure.documents}
    given = {document.requirement for document in filing.documents}
    faults += [
        Fault("/documents", "case.unknown_requirement", {"requirement": name[:60]})
        for name in sorted(given - needs)
    ]
    faults += [
        Fault("/documents", "case.document_missing", {"document": need.name})
        for need in procedure.documents
        if need.code not in given and expressions.read(need.required_if).holds(facts)
    ]
    faults += [
        Fault(
            f"/answers/{rule.field}" if rule.field else "",
            "case.condition",
            {"text": rule.otherwise},
        )
        for rule in procedure.conditions
        if not expressions.read(rule.rule).holds(facts)
    ]
    if subject.relation != "self":
        refusal = _not_for_them(procedure, subject, given, facts, filing.authority)
        if refusal and refusal not in faults:
            faults.append(refusal)
    return faults


def in_answers(faults: list[Fault]) -> list[Fault]:
    """The form points into the answers; a request holds them under `answers`."""
    return [structs.replace(fault, pointer=f"/answers{fault.pointer}") for fault in faults]


def _not_for_them(
    procedure: Procedure, subject: Subject, given: set[str], facts: Facts, by: Authority | None
) -> Fault | None:
    """Whether one may ask for this other person; the register has said what they are."""
    rule = procedure.delegation
    if rule is None:
        return Fault("/on_behalf_of", "case.only_for_oneself")
    paper = authority.document_by(rule, by)
    if subject.relation in rule.family and expressions.read(rule.family_if).holds(facts):
        is_by_paper = by is not None and by.kind == "guardian"
        return _missing(procedure, paper) if is_by_paper and paper not in given else None
    by_document = rule.others_document is not None and expressions.read(rule.others_if).holds(facts)
    if not by_document:
        return Fault("/on_behalf_of", "case.condition", {"text": rule.refusal})
    return None if rule.others_document in given else _missing(procedure, rule.others_document)


def _missing(procedure: Procedure, paper: str | None) -> Fault:
    name = next(need.name for need in procedure.documents if need.code == paper)
    return Fault("/documents", "case.document_missing", {"document": name})


def _unprintable(value: Any, pointer: str = "") -> list[tuple[str, set[str]]]:
    """Characters that the fonts of a result lack: said now, not on the day of issue."""
    if isinstance(value, str):
        found = documents.unprintable(value)
        return [(pointer, found)] if found else []
    if isinstance(value, dict):
        return [x for k, v in value.items() for x in _unprintable(v, f"{pointer}/{k}")]
    if isinstance(value, list):
        return [x for i, v in enumerate(value) for x in _unprintable(v, f"{pointer}/{i}")]
    return []


def receivers_of(city: City, procedure: Procedure) -> list[agencies.Agency]:
    """The agencies that may receive it today; where there is one, nobody has to choose."""
    return city[agencies.Agencies].competent(matter_of(procedure))


def matter_of(procedure: Procedure) -> agencies.Matter:
    """What decides who is competent for it. A procedure modelled by hand has said which kind of
    agency; one of the catalogue only its level, and the city's rules for its field decide."""
    wanted = procedure.agencies
    is_said = procedure.origin == "pack" and wanted.kind is not None
    return agencies.Matter(
        procedure=procedure.code, field="" if is_said else procedure.field.vi,
        level=procedure.level, codes=wanted.codes, kind=wanted.kind,
    )  # fmt: skip


def _agency_faults(city: City, procedure: Procedure, wanted: str | None) -> list[Fault]:
    may = [agency.code for agency in receivers_of(city, procedure)]
    if wanted in may or (wanted is None and len(may) == 1):
        return []
    return [Fault("/agency", "case.choose_agency" if wanted is None else "case.wrong_agency")]


async def attach(db: Write, case_id: CaseId, attached: list[Attached], agency: str) -> None:
    scanned = [(one.requirement, DocumentId(one.id)) for one in attached if one.id]
    if not scanned:
        return
    requirements, files = [name for name, _ in scanned], [file for _, file in scanned]
    await documents.share(db, files, agency=agency)
    await queries.attach_documents(db, case_id, requirements, files, clock.now())
