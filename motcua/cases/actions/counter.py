"""At a counter: an officer writes a request down for whoever stands there, wherever they live."""

from datetime import date
from typing import Any, Literal

import msgspec
from msgspec import Struct, structs

from motcua import agencies, documents, exchange, identity
from motcua.base.errors import Fault, Invalid, NotAllowed, Unavailable
from motcua.base.ids import DocumentId, PersonId
from motcua.base.text import Text, fold
from motcua.cases import queries
from motcua.cases.actions import filing
from motcua.cases.actions.filing import Attached, Filed, Filing, Subject, Who
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.model.case import Case
from motcua.cases.model.counter import ApplicantGiven, RepresentativeGiven
from motcua.cases.model.procedure import Procedure
from motcua.cases.rules import forms
from motcua.cases.rules.deadline import moment
from motcua.cases.rules.expressions import Facts
from motcua.cases.rules.handing_in import kind_of
from motcua.db import City, Read, Write, answers
from motcua.identity import Viewer
from motcua.web import Throttle
from motcua.web.language import LANGUAGES, Language, words

LOOKUPS = Throttle(120, 600)
"""By one officer: more than anybody can serve."""


class Met(Struct, frozen=True, kw_only=True):
    """Whoever asks, as the register knows them or as the officer typed it."""

    subject: Subject
    person: PersonId | None
    """None: the platform has not met them before."""
    commune: str | None = None
    papers: str | None = None
    """What the officer was shown; typed, as number, name and birth date: no register knows them."""


class Prepared(Struct, frozen=True, kw_only=True):
    """A request that may be filed: everything that had to be asked outside has been asked."""

    known: InForce
    filing: Filing
    counter: str
    agency: str
    applicant: PersonId
    met: Met
    subject: Subject
    facts: Facts
    representative: dict[str, Any] | None


async def prepare(city: City, viewer: Viewer, asked: Filing) -> Prepared:
    """Ask the registers, refuse what is wrong, and know the applicant; takes no transaction.

    Nobody is met whose request could not be filed.
    """
    known = city[Procedures].by_code(asked.procedure)
    counter = await counter_of(city, viewer, known.procedure, asked.counter)
    met = await meet(city, viewer, asked.applicant, counter)
    representative, whom = await _present(city, viewer, asked, met, known.procedure)
    answers = forms.normalise(known.procedure.form, asked.answers)
    facts = filing.context(city, viewer, whom, answers)
    agency = agency_for(city, known.procedure, counter, met.commune, asked.agency)
    faults = _own_name(viewer, met, whom, representative)
    faults += [] if agency else [_no_agency(asked)]
    faults += _faults(city, known, asked, answers, whom, facts)
    if met.papers and asked.delivery == "electronic":
        faults.append(Fault("/delivery", "case.no_vault"))
    if faults:
        raise Invalid("request.faults", faults)
    assert agency is not None
    applicant = await identity.meet_at_counter(
        city, None if met.papers else met.subject.number, met.subject.name, met.subject.birth_date
    )
    return Prepared(
        known=known, filing=asked, counter=counter, agency=agency, applicant=applicant, met=met,
        subject=met.subject if representative else whom, facts=facts,
        representative=representative,
    )  # fmt: skip


async def take_in(db: Write, viewer: Viewer, ready: Prepared, language: Language) -> Filed:
    """Write it down: the officer filed it, the applicant has it, the agency decides it."""
    asked, shelf = ready.filing, db.city[Procedures]
    who = Who(viewer.person, viewer.name, ready.applicant, ready.met.subject.name, language)
    case = filing.draw(
        db.city, ready.known, who, ready.subject, ready.facts, ready.agency, asked.delivery
    )
    channel: Literal["counter", "post"] = "post" if asked.channel == "post" else "counter"
    procedure = ready.known.procedure
    limit = procedure.intake_limit_by.get(channel, procedure.intake_limit)
    due = moment(case.filed_at, limit, shelf.calendar)
    typed = {"typed": True, "papers": ready.met.papers} if ready.met.papers else {}
    case = structs.replace(
        case, channel=channel, counter_code=ready.counter, representative=ready.representative,
        subject={**case.subject, **typed}, intake_due_at=due, step_due_at=due,
    )  # fmt: skip
    origins = await origins_of(db, viewer, ready.applicant, asked.documents)
    filed = await filing.enter(db, ready.known, who, asked.documents, case)
    await hand_over(db, ready.counter, ready.applicant, origins)
    await _take_hand_ins(db, filed, origins)
    return filed


async def take_in_once(
    db: Write, viewer: Viewer, ready: Prepared, key: str, language: Language
) -> str:
    """The code of the case; the same form sent twice is one case."""
    name, digest = f"counter {key}", key.encode()
    if first := await answers.take_turn(db, name, digest):
        return msgspec.json.decode(first.body, type=str)
    code = (await take_in(db, viewer, ready, language)).case.code
    await answers.keep(db, name, digest, 303, msgspec.json.encode(code), "application/json")
    return code


async def counter_of(city: City, viewer: Viewer, procedure: Procedure, wanted: str | None) -> str:
    """The counter at which this officer receives, and which may take this procedure in."""
    async with city.database.read(viewer.person) as db:
        posts = {p.agency_code for p in await agencies.posts_of(db) if p.role == "reception"}
    if not posts:
        raise NotAllowed("case.officers_do_not_file")
    if wanted is not None and wanted not in posts:
        raise NotAllowed("case.not_at_this_counter")
    among = {wanted} if wanted else posts
    may = among & counters_of(city, procedure)
    if not may:
        raise Invalid("request.faults", [Fault("/counter", "case.not_taken_in_here")])
    if len(may) > 1:
        raise Invalid("request.faults", [Fault("/counter", "case.choose_counter")])
    return may.pop()


def counters_of(city: City, procedure: Procedure) -> set[str]:
    """Where it may be handed in: at the city's counters, and with whoever decides it."""
    found = city[agencies.Agencies].counters_for(filing.matter_of(procedure))
    return {one.code for one in (*found, *filing.receivers_of(city, procedure))}


async def meet(city: City, viewer: Viewer, given: ApplicantGiven | None, counter: str) -> Met:
    """Who asks. The look is written down with its purpose before the register is asked."""
    if given is None:
        raise Invalid("request.faults", [Fault("/applicant", "form.required")])
    given = _cleaned(given)
    LOOKUPS.take(viewer.person)
    is_typed = bool(given.name and given.birth_date and given.papers)
    person = await identity.person_with(city, given.number)
    try:
        found = await _look(city, viewer, given.number, person, counter)
    except Unavailable:
        if not is_typed:
            raise
        found = None
    if found is not None:
        return _as_registered(given, found, person)
    if not is_typed:
        raise Invalid("request.faults", _untyped(given))
    assert given.name is not None
    assert given.birth_date is not None
    if wrong := documents.unprintable(given.name):
        facts: dict[str, object] = {"characters": " ".join(sorted(wrong))}
        raise Invalid("request.faults", [Fault("/applicant/name", "form.unprintable", facts)])
    subject = Subject(given.number, given.name, given.birth_date)
    return Met(subject=subject, person=None, papers=given.papers)


def _cleaned(given: ApplicantGiven) -> ApplicantGiven:
    """Nothing in it that does not show; nothing at all is not said."""
    return structs.replace(
        given,
        number=forms.clean(given.number),
        name=forms.clean(given.name or "") or None,
        papers=forms.clean(given.papers or "") or None,
    )


async def _look(
    city: City, viewer: Viewer, number: str, person: PersonId | None, counter: str
) -> dict[str, Any] | None:
    name = city[agencies.Agencies].name(counter)
    why = "To take in your request at the counter: %(counter)s"
    told = (words(one).gettext(why) % {"counter": name.within(one)} for one in LANGUAGES)
    try:
        answer = await exchange.ask(
            city, *exchange.playing(city, "person"), {"number": number}, asker=viewer.person,
            subject=person, subject_number=number, purpose=Text(*told),
        )  # fmt: skip
    except Invalid:  # no number that any register could be asked for
        return None
    return answer.values if answer.state == "found" else None


def _as_registered(given: ApplicantGiven, found: dict[str, Any], person: PersonId | None) -> Met:
    """What was typed beside the number must agree: else it is somebody else's number."""
    born = date.fromisoformat(found["birth_date"])
    faults = []
    if given.name is not None and fold(given.name) != fold(found["name"]):
        faults.append(Fault("/applicant/name", "case.register_differs"))
    if given.birth_date not in (None, born):
        faults.append(Fault("/applicant/birth_date", "case.register_differs"))
    if faults:
        raise Invalid("request.faults", faults)
    home = (found.get("residence") or {}).get("commune")
    subject = Subject(given.number, found["name"], born)
    return Met(subject=subject, person=person, commune=home)


def _untyped(given: ApplicantGiven) -> list[Fault]:
    """The register knows nobody: then their papers say who they are, and all of it is typed."""
    return [Fault("/applicant/number", "case.nobody_with_number")] + [
        Fault(f"/applicant/{name}", "form.required")
        for name in ("name", "birth_date", "papers")
        if not getattr(given, name)
    ]


async def _present(
    city: City, viewer: Viewer, asked: Filing, met: Met, procedure: Procedure
) -> tuple[dict[str, Any] | None, Subject]:
    """Who stands there for the applicant, if anybody; and whom it is about, as a relation to the
    one who acts: the procedure's rules of delegation ask for nothing else."""
    given, number = asked.representative, asked.on_behalf_of
    if number is not None and number != met.subject.number:
        if given is not None:
            raise Invalid("request.faults", [Fault("/representative", "case.one_in_between")])
        LOOKUPS.take(viewer.person)
        mine = met.subject.number
        return None, await filing.related(city, viewer.person, met.person, mine, number)
    if given is None:
        return None, met.subject
    relation, name = await _relation(city, viewer, given, met)
    rule = procedure.delegation
    if given.document and given.document != (rule and rule.others_document):
        fault = Fault("/representative/document", "case.unknown_requirement")
        raise Invalid("request.faults", [structs.replace(fault, facts=_named(given.document))])
    kept = {"number": given.number, "name": name, "relation": relation, "document": given.document}
    return kept, structs.replace(met.subject, relation=relation)


def _named(requirement: str) -> dict[str, object]:
    return {"requirement": requirement}


async def _relation(
    city: City, viewer: Viewer, given: RepresentativeGiven, met: Met
) -> tuple[str, str]:
    """What the applicant is to them, and their name: by the registers where there is a number."""
    at = "/representative/number"
    if given.number is None:
        name = forms.clean(given.name or "")
        if not name:
            raise Invalid("request.faults", [Fault("/representative/name", "form.required")])
        return "other", name
    if given.number == met.subject.number:
        raise Invalid("request.faults", [Fault(at, "case.represents_oneself")])
    LOOKUPS.take(viewer.person)
    person = await identity.person_with(city, given.number)
    them = await filing.by_number(city, viewer.person, given.number, at, person)
    if met.papers:
        return "other", them.name
    whom = await filing.related(
        city, viewer.person, person, given.number, met.subject.number, "/applicant/number"
    )
    return whom.relation, them.name


def agency_for(
    city: City, procedure: Procedure, counter: str, commune: str | None, wanted: str | None
) -> str | None:
    """Who decides it: the one that is named, the only one, the one where the applicant lives, or
    the counter's own agency. None: the officer has to say."""
    everywhere = filing.receivers_of(city, procedure)
    here = city[agencies.Agencies].competent(filing.matter_of(procedure), commune)
    if wanted is not None:
        return wanted if wanted in {one.code for one in (*everywhere, *here)} else None
    at_home = [one for one in here if commune and one.commune == commune]
    for found in (here if commune else everywhere, at_home):
        if len(found) == 1:
            return found[0].code
    return counter if counter in {one.code for one in everywhere} else None


def _no_agency(asked: Filing) -> Fault:
    return Fault("/agency", "case.choose_agency" if asked.agency is None else "case.wrong_agency")


def _own_name(
    viewer: Viewer, met: Met, whom: Subject, representative: dict[str, Any] | None
) -> list[Fault]:
    """Officers sign in without their personal number, so a name is all there is to tell by: a
    namesake is taken in by a colleague."""
    own = fold(viewer.name)
    named = [met.subject.name, whom.name, representative["name"] if representative else ""]
    return [Fault("/applicant", "case.own_name")] if own in map(fold, named) else []


def _faults(
    city: City, known: InForce, asked: Filing, answers: dict[str, Any], whom: Subject, facts: Facts
) -> list[Fault]:
    """As for a request that comes on line; who decides has been looked at before."""
    any_agency = filing.receivers_of(city, known.procedure)[0].code
    online = structs.replace(asked, agency=any_agency)
    faults = filing.faults_of(city, known, online, answers, whom, facts)
    faults += [
        Fault(f"/documents/{place}", "documents.no_file")
        for place, one in enumerate(asked.documents)
        if one.id is None and one.digitised
    ]
    if asked.representative is None:
        return faults
    return [
        structs.replace(f, pointer="/representative") if f.pointer == "/on_behalf_of" else f
        for f in faults
    ]


class Origin(Struct, frozen=True):
    """A document as it came, and where its file is from (`HandIn.digitised`)."""

    given: Attached
    digitised: int


async def origins_of(
    db: Read, viewer: Viewer, applicant: PersonId, given: list[Attached]
) -> list[Origin]:
    """Refuses a file that is neither this officer's scan nor the applicant's already."""
    ids = [DocumentId(one.id) for one in given if one.id]
    seen = {file.id: file for file in await documents.describe(db, ids)}
    there = {one.file: one.is_result for one in await queries.where_from(db, ids, applicant)}
    found, faults = [], []
    for place, one in enumerate(given):
        digitised = 0
        if one.id is not None and one.id in seen:
            is_scan = seen[DocumentId(one.id)].owner == viewer.person
            digitised = 1 if is_scan else 3 if there.get(one.id) else 2 if one.id in there else 0
        if (one.id is not None and not digitised) or one.digitised not in (None, digitised):
            faults.append(Fault(f"/documents/{place}", "case.not_their_document"))
        found.append(Origin(one, digitised))
    if faults:
        raise Invalid("request.faults", faults)
    return found


async def hand_over(db: Write, counter: str, applicant: PersonId, origins: list[Origin]) -> None:
    """Scans are the applicant's from now on; the counter may still read them."""
    files = [DocumentId(one.given.id) for one in origins if one.given.id]
    if files:
        await documents.share(db, files, agency=counter)
        await documents.give(db, files, applicant)


async def attach_over_counter(db: Write, case: Case, origins: list[Origin]) -> None:
    """What comes after the case was filed."""
    await filing.attach(db, case.id, [one.given for one in origins], case.at_agency)
    await hand_over(db, case.taken_in_by, case.applicant_id, origins)


async def _take_hand_ins(db: Write, filed: Filed, origins: list[Origin]) -> None:
    """One for each requirement, whatever the number of its files."""
    needs = {need.code: need for need in filed.known.procedure.documents}
    first: dict[str, Origin] = {}
    for one in origins:
        first.setdefault(one.given.requirement, one)
    papers = list(first.values())
    kinds: list[str | None] = [
        one.given.kind or (kind_of(needs.get(name)) if one.digitised < 2 else None)
        for name, one in first.items()
    ]
    await queries.take_hand_ins(
        db, filed.case.id, list(first), kinds, [one.given.pages for one in papers],
        [one.digitised for one in papers],
        [DocumentId(one.given.id) if one.given.id else None for one in papers],
        filed.case.filed_at,
    )  # fmt: skip
