"""At a counter: an officer writes a request down for whoever stands there, wherever they live."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct, structs

from motcua import agencies, documents, identity
from motcua.base.errors import Fault, Invalid, NotAllowed
from motcua.base.ids import DocumentId, PersonId
from motcua.base.text import fold
from motcua.cases import queries
from motcua.cases.actions import applicants, filing
from motcua.cases.actions.applicants import Seen
from motcua.cases.actions.filing import Attached, Filed, Filing, Who
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.model.case import Case
from motcua.cases.model.procedure import Procedure
from motcua.cases.rules import forms
from motcua.cases.rules.deadline import moment
from motcua.cases.rules.expressions import Facts
from motcua.cases.rules.handing_in import kind_of
from motcua.db import City, Read, Write, answers
from motcua.identity import Viewer
from motcua.web.language import Language


class Prepared(Struct, frozen=True, kw_only=True):
    """A request that may be filed: everything that had to be asked outside has been asked."""

    known: InForce
    filing: Filing
    counter: str
    agency: str
    applicant: PersonId
    seen: Seen
    facts: Facts
    came: PersonId | None = None
    """Who stands there in an organisation's name."""


class Judged(Struct, frozen=True, kw_only=True):
    """A request as far as it has come: what follows from it, and everything that is wrong."""

    facts: Facts
    agency: str | None
    faults: list[Fault]


async def prepare(city: City, viewer: Viewer, asked: Filing) -> Prepared:
    """Ask the registers, refuse what is wrong, and know the applicant; takes no transaction.

    Nobody is met whose request could not be filed.
    """
    known = city[Procedures].by_code(asked.procedure)
    counter = await counter_of(city, viewer, known.procedure, asked.counter)
    seen = await applicants.see(city, viewer, known.procedure, asked, counter)
    judged = judge(city, viewer, known, asked, seen, counter)
    if judged.faults:
        raise Invalid("request.faults", judged.faults)
    assert judged.agency is not None
    applicant, came = await _meet(city, seen)
    return Prepared(
        known=known, filing=asked, counter=counter, agency=judged.agency, applicant=applicant,
        seen=seen, facts=judged.facts, came=came,
    )  # fmt: skip


def judge(
    city: City, viewer: Viewer, known: InForce, asked: Filing, seen: Seen, counter: str
) -> Judged:
    """By what is known of the people concerned; asks nobody."""
    given = forms.normalise(known.procedure.form, asked.answers)
    # Whoever comes for an organisation acts in its name, as they would on line.
    behalf = viewer.person if seen.met.is_organisation else None
    acting = structs.replace(viewer, on_behalf_of=behalf)
    facts = filing.context(city, acting, seen.whom, given, channel=asked.channel)
    agency = agency_for(city, known.procedure, counter, seen.met.commune, asked.agency)
    faults = _own_name(viewer, seen)
    faults += [] if agency else [_no_agency(asked)]
    faults += _faults(city, known, asked, given, seen, facts)
    if seen.met.papers and asked.delivery == "electronic":
        faults.append(Fault("/delivery", "case.no_vault"))
    return Judged(facts=facts, agency=agency, faults=faults)


async def _meet(city: City, seen: Seen) -> tuple[PersonId, PersonId | None]:
    """The applicant, and who came where that is an organisation."""
    met, whom = seen.met, seen.whom
    if met.is_organisation:
        came = await identity.meet_at_counter(city, whom.number, whom.name, whom.birth_date)
        return await identity.meet_organisation(city, met.number, met.name), came
    number = None if met.papers else met.number
    return await identity.meet_at_counter(city, number, met.name, met.birth_date), None


async def take_in(db: Write, viewer: Viewer, ready: Prepared, language: Language) -> Filed:
    """Write it down: the officer filed it, the applicant has it, the agency decides it."""
    asked, seen, shelf = ready.filing, ready.seen, db.city[Procedures]
    who = Who(viewer.person, viewer.name, ready.applicant, seen.met.name, language)
    case = filing.draw(
        db.city, ready.known, who, seen.subject, ready.facts, ready.agency, asked.delivery
    )
    channel: Literal["counter", "post"] = "post" if asked.channel == "post" else "counter"
    procedure = ready.known.procedure
    limit = procedure.intake_limit_by.get(channel, procedure.intake_limit)
    due = moment(case.filed_at, limit, shelf.calendar)
    typed = {"typed": True, "papers": seen.met.papers} if seen.met.papers else {}
    came = {"person": str(ready.came)} if ready.came else {}
    case = structs.replace(
        case, channel=channel, counter_code=ready.counter,
        representative=seen.representative and {**seen.representative, **came},
        subject={**case.subject, **typed}, intake_due_at=due, step_due_at=due,
    )  # fmt: skip
    origins = await origins_of(db, viewer, ready.applicant, asked.documents)
    filed = await filing.enter(db, ready.known, who, asked.documents, case)
    await hand_over(db, ready.counter, ready.applicant, origins)
    await take_hand_ins(db, filed.case, ready.known, origins, case.filed_at)
    return filed


async def taken_in_before(db: Read, key: str) -> str | None:
    """The case that this form has become, if it was sent."""
    found = await answers.given(db, f"counter {key}", key.encode())
    return msgspec.json.decode(found.body, type=str) if found else None


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
        posts = await agencies.where_may(db, "take_in", "case")
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


def _own_name(viewer: Viewer, seen: Seen) -> list[Fault]:
    """Officers sign in without their personal number, so a name is all there is to tell by: a
    namesake is taken in by a colleague."""
    own, came = fold(viewer.name), seen.representative
    named = [seen.met.name, seen.whom.name, came["name"] if came else ""]
    return [Fault("/applicant", "case.own_name")] if own in map(fold, named) else []


def _faults(
    city: City, known: InForce, asked: Filing, given: dict[str, Any], seen: Seen, facts: Facts
) -> list[Fault]:
    """As for a request that comes on line; who decides has been looked at before."""
    any_agency = filing.receivers_of(city, known.procedure)[0].code
    online = structs.replace(asked, agency=any_agency)
    faults = filing.faults_of(city, known, online, given, seen.whom, facts)
    faults += [
        Fault(f"/documents/{place}", "documents.no_file")
        for place, one in enumerate(asked.documents)
        if one.id is None and one.digitised
    ]
    faults += _unproved(asked, seen)
    if asked.representative is None:
        return faults
    return [
        structs.replace(f, pointer="/representative") if f.pointer == "/on_behalf_of" else f
        for f in faults
    ]


def _unproved(asked: Filing, seen: Seen) -> list[Fault]:
    """Who says that their authorisation is among the papers has handed it in."""
    named = seen.representative and seen.representative["document"]
    if not (named and seen.met.is_organisation):
        return []
    given = {one.requirement for one in asked.documents}
    return [] if named in given else [Fault("/representative", "case.may_not_represent")]


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


async def take_hand_ins(
    db: Write, case: Case, known: InForce, origins: list[Origin], at: datetime
) -> None:
    """One for each requirement, whatever the number of its files. What was taken on paper before
    stays as it was: more of the same comes as a file."""
    needs = {need.code: need for need in known.procedure.documents}
    kept = {paper.requirement for paper in await queries.hand_ins_of_case(db, case.id)}
    first: dict[str, Origin] = {}
    for place, one in enumerate(origins):
        name = one.given.requirement
        if name not in kept:
            first.setdefault(name, one)
        elif one.given.id is None:
            raise Invalid("request.faults", [Fault(f"/documents/{place}", "documents.no_file")])
    papers = list(first.values())
    kinds: list[str | None] = [
        one.given.kind or (kind_of(needs.get(name)) if one.digitised < 2 else None)
        for name, one in first.items()
    ]
    await queries.take_hand_ins(
        db, case.id, list(first), kinds, [one.given.pages for one in papers],
        [one.digitised for one in papers],
        [DocumentId(one.given.id) if one.given.id else None for one in papers], at,
    )  # fmt: skip
