"""Filing: from answers to a case with a number, a fee and a clock."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct, structs, to_builtins

from motcua import agencies, documents, exchange, identity, payments
from motcua.base import clock
from motcua.base.errors import Fault, Invalid, NotAllowed
from motcua.base.ids import CaseId, DocumentId, new_id
from motcua.cases import queries
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.model.case import STATUS_NEW, Case
from motcua.cases.model.procedure import Procedure
from motcua.cases.rules import expressions, fees, forms
from motcua.cases.rules.deadline import due_at
from motcua.cases.rules.expressions import Facts
from motcua.db import City, Read, Write, events
from motcua.identity import Viewer
from motcua.web import Throttle

DOCUMENTS_PER_CASE_MAX = 50
LOOKUPS = Throttle(10, 600)
"""By one person, of others' numbers: nobody finds out by trying which ones exist."""
RELATIONS = {"father": "parent", "mother": "parent"}
"""The register names each parent; a procedure's rule says `parent`."""


class Attached(Struct, frozen=True, forbid_unknown_fields=True):
    requirement: str
    id: UUID


class Filing(Struct, frozen=True, forbid_unknown_fields=True):
    """What `POST /api/v1/cases` takes. `on_behalf_of`: the number of whom it is about."""

    procedure: str
    answers: dict[str, Any]
    documents: list[Attached] = []
    agency: str | None = None
    on_behalf_of: str | None = None
    delivery: Literal["electronic", "counter", "post"] = "electronic"


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
    answer = await exchange.ask(
        city, "population", "family", {"number": me.number}, asker=viewer.person,
        subject=viewer.person, subject_number=me.number,
    )  # fmt: skip
    for relative in answer.values.get("relations", []):
        if relative["number"] == number and relative["birth_date"]:
            relation = RELATIONS.get(relative["relation"], relative["relation"])
            born = date.fromisoformat(relative["birth_date"])
            return Subject(number, relative["name"], born, relation)
    return await _stranger(city, viewer, number)


async def oneself(db: Read, viewer: Viewer) -> Subject:
    """The person who acts, as their e-ID knows them."""
    if viewer.number and viewer.birth_date:
        return Subject(viewer.number, viewer.name, viewer.birth_date)
    me = await identity.person(db, viewer.person)
    if me.number is None or me.birth_date is None:
        raise NotAllowed("case.not_a_person")
    return Subject(me.number, me.name, me.birth_date)


async def _stranger(city: City, viewer: Viewer, number: str) -> Subject:
    nobody = Invalid("request.faults", [Fault("/on_behalf_of", "case.nobody_with_number")])
    try:
        answer = await exchange.ask(
            city, "population", "person", {"number": number}, asker=viewer.person, subject=None,
            subject_number=number,
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


async def file(db: Write, viewer: Viewer, filing: Filing, other: Subject | None) -> Filed:
    """Receive a request, or refuse it with everything that is wrong. `other`: by `other_of`."""
    known = db.city[Procedures].by_code(filing.procedure)
    procedure = known.procedure
    may_file(procedure, viewer)
    subject = other or await oneself(db, viewer)
    answers = forms.normalise(procedure.form, filing.answers)
    facts = context(db.city, viewer, subject, answers)
    faults = faults_of(db.city, known, filing, answers, subject, facts)
    if faults:
        raise Invalid("request.faults", faults)
    agency = filing.agency or receivers_of(db.city, procedure)[0].code
    fee = fees.fee(procedure.fee, facts)
    case = _case(db.city, viewer, known, filing, subject, answers, agency, fee)
    await events.record(
        db, "case.filed", case.id, person=case.applicant_id, agency=agency,
        facts={"status": STATUS_NEW},
    )  # fmt: skip
    # The day's number is held from here to the commit, so as little as possible comes after it.
    code = await queries.file_case(
        db, case.id, case.code, db.city[Procedures].local_day(), case.procedure_code,
        case.procedure_version, agency, case.step, case.status, case.filed_by, case.filed_by_name,
        case.applicant_id, case.applicant_name, case.subject, answers, case.delivery, case.fee,
        fee.total, case.filed_at, case.intake_due_at,
    )  # fmt: skip
    await attach(db, case.id, filing.documents, agency)
    lines = [payments.Line(line.rule, line.amount, line.reason) for line in fee.lines]
    payment = await payments.open_request(
        db, case.id, code, case.applicant_id, agency, fee.total, lines
    )
    return Filed(structs.replace(case, code=code), known, payment)


def _case(
    city: City, viewer: Viewer, known: InForce, filing: Filing, subject: Subject,
    answers: dict[str, Any], agency: str, fee: fees.Fee,
) -> Case:  # fmt: skip
    """The case as it will stand, but for its number: `code` is what stands before it."""
    shelf, now, procedure = city[Procedures], clock.now(), known.procedure
    return Case(
        id=CaseId(new_id()),
        code=f"{agency}-{shelf.calendar.local(now):%y%m%d}-",
        procedure_code=procedure.code,
        procedure_version=known.version,
        agency_code=agency,
        step=procedure.route.start,
        status=STATUS_NEW,
        filed_by=viewer.person,
        filed_by_name=viewer.name,
        applicant_id=viewer.on_behalf_of or viewer.person,
        applicant_name=viewer.organisation_name or viewer.name,
        subject=to_builtins(subject),
        answers=answers,
        delivery=filing.delivery,
        fee=to_builtins(fee),
        fee_amount=fee.total,
        filed_at=now,
        intake_due_at=due_at(now, procedure.intake_limit, shelf.calendar).due_at,
        accepted_at=None,
        due_at=None,
        due_reasons=[],
        handler_id=None,
        closed_at=None,
    )


def may_file(procedure: Procedure, viewer: Viewer) -> None:
    """Whether this sign-in reaches far enough; a draft waits meanwhile."""
    if viewer.is_officer:
        raise NotAllowed("case.officers_do_not_file")
    if viewer.on_behalf_of is not None:
        if not procedure.sign_in.organisations:
            raise NotAllowed("case.not_for_organisations")
    elif (viewer.level or 0) < procedure.sign_in.level:
        raise NotAllowed("case.level_too_low", level=viewer.level, needed=procedure.sign_in.level)


def context(
    city: City,
    viewer: Viewer,
    subject: Subject,
    answers: dict[str, Any],
    on: date | None = None,
) -> Facts:
    """What a procedure's expressions may look at: answers, person, subject, and the day, `on`."""
    return Facts(
        {
            "answers": answers,
            "subject": to_builtins(subject),
            "person": {
                "level": viewer.level or 0,
                "is_organisation": viewer.on_behalf_of is not None,
            },
            "today": on or city[Procedures].local_day(),
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
        refusal = _not_for_them(procedure, subject, given, facts)
        if refusal and refusal not in faults:
            faults.append(refusal)
    return faults


def in_answers(faults: list[Fault]) -> list[Fault]:
    """The form points into the answers; a request holds them under `answers`."""
    return [structs.replace(fault, pointer=f"/answers{fault.pointer}") for fault in faults]


def _not_for_them(
    procedure: Procedure, subject: Subject, given: set[str], facts: Facts
) -> Fault | None:
    """Whether one may ask for this other person; the register has said what they are."""
    rule = procedure.delegation
    if rule is None:
        return Fault("/on_behalf_of", "case.only_for_oneself")
    if subject.relation in rule.family and expressions.read(rule.family_if).holds(facts):
        return None
    by_document = rule.others_document is not None and expressions.read(rule.others_if).holds(facts)
    if not by_document:
        return Fault("/on_behalf_of", "case.condition", {"text": rule.refusal})
    if rule.others_document not in given:
        name = next(need.name for need in procedure.documents if need.code == rule.others_document)
        return Fault("/documents", "case.document_missing", {"document": name})
    return None


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
    may = procedure.agencies
    return city[agencies.Agencies].receivers(may.codes, may.kind)


def _agency_faults(city: City, procedure: Procedure, wanted: str | None) -> list[Fault]:
    may = [agency.code for agency in receivers_of(city, procedure)]
    if wanted in may or (wanted is None and len(may) == 1):
        return []
    return [Fault("/agency", "case.choose_agency" if wanted is None else "case.wrong_agency")]


async def attach(db: Write, case_id: CaseId, attached: list[Attached], agency: str) -> None:
    if not attached:
        return
    files = [DocumentId(document.id) for document in attached]
    await documents.share(db, files, agency=agency)
    requirements = [document.requirement for document in attached]
    await queries.attach_documents(db, case_id, requirements, files, clock.now())
