"""Working on a case: who has it, what others think of it, proposal, approval, signature, result."""

from uuid import UUID

from msgspec import structs

from motcua import agencies, documents
from motcua.base.errors import Conflict, Fault, Invalid
from motcua.base.ids import DocumentId, PersonId, new_id
from motcua.cases import queries
from motcua.cases.actions import issuing
from motcua.cases.actions.deeds.deed import Act, move, tell
from motcua.cases.model.case import DONE, Opinion
from motcua.cases.rules import expressions
from motcua.cases.rules.deadline import moment
from motcua.cases.rules.expressions import Facts


async def assign(deed: Act) -> None:
    officer = PersonId(UUID(deed.body["officer"]))
    if not await agencies.holds(deed.db, officer, deed.case.at_agency, "handler"):
        raise Invalid("request.faults", [Fault("/officer", "case.no_such_officer")])
    await queries.hand_case_to(deed.db, deed.case.id, officer)
    await tell(deed, "case.assigned", officer=str(officer))


async def ask_everyone(deed: Act) -> None:
    """The opinions that the procedure wants, all at once (Decree 61/2018, art. 19(6))."""
    facts = Facts({"answers": deed.case.answers, "subject": deed.case.subject})
    book = deed.db.city[agencies.Agencies]
    commune = book.by_code(deed.case.agency_code).only_commune
    for need in deed.known.procedure.opinions:
        if expressions.read(need.when).holds(facts):
            asked = book.receivers(need.agencies.codes, need.agencies.kind, commune)
            for agency in asked[:1]:
                await _ask(deed, agency.code, need.question.vi, need.limit)


async def ask_opinion(deed: Act) -> None:
    book, wanted = deed.db.city[agencies.Agencies], deed.body["agency"]
    known = {agency.code for agency in book.all if agency.holds_on(book.today())}
    if wanted not in known - {deed.case.at_agency}:
        raise Invalid("request.faults", [Fault("/agency", "case.no_such_agency")])
    await _ask(deed, wanted, deed.body["text"], deed.body["limit"])


async def _ask(deed: Act, agency: str, question: str, limit: str) -> None:
    case, due = deed.case, moment(deed.at, limit, deed.calendar)
    if agency == case.at_agency:
        return
    await queries.ask_opinion(
        deed.db, new_id(), case.id, case.at_agency, agency, deed.viewer.person, question, deed.at,
        due,
    )  # fmt: skip
    papers = await queries.documents_of_case(deed.db, case.id)
    await documents.share(deed.db, [DocumentId(p.file_id) for p in papers], agency=agency)
    deed.db.touched.add(agency)
    # What was asked is between the agencies; the applicant reads that one was asked.
    facts = {"agency": agency, "opinion_due_at": due.isoformat()}
    await tell(deed, "case.opinion_asked", **facts)


async def give_opinion(deed: Act) -> None:
    """The one that is asked of an agency in which the officer holds a post; named where several."""
    posts = {post.agency_code for post in await agencies.posts_of(deed.db)}
    wanted = [
        one
        for one in await queries.opinions_of_case(deed.db, deed.case.id)
        if one.given_at is None and one.agency_code in posts
    ]
    opinion = _chosen(wanted, deed.body.get("opinion"))
    await queries.give_opinion(
        deed.db, opinion.id, deed.viewer.person, deed.viewer.name, deed.at, deed.body["outcome"],
        deed.body["text"],
    )  # fmt: skip
    await tell(deed, "case.opinion_given", agency=opinion.agency_code, outcome=deed.body["outcome"])


def _chosen(wanted: list[Opinion], named: str | None) -> Opinion:
    found = [one for one in wanted if named is None or one.id == UUID(named)]
    if len(found) != 1:
        raise Invalid("request.faults", [Fault("/opinion", "case.which_opinion")])
    return found[0]


async def propose(deed: Act) -> None:
    outcome, words = deed.body["outcome"], deed.body.get("text", "")
    if outcome == "refused" and not words:
        raise Invalid("request.faults", [Fault("/text", "form.required")])
    me = deed.viewer
    await queries.propose(
        deed.db, new_id(), deed.case.id, me.person, me.name, outcome, words, deed.at
    )
    await queries.hand_case_to(deed.db, deed.case.id, me.person)
    await move(deed, "propose")


async def approve(deed: Act) -> None:
    proposal = await queries.last_proposal(deed.db, deed.case.id)
    assert proposal is not None
    await queries.approve(
        deed.db, proposal.id, proposal.proposed_by, deed.viewer.person, deed.viewer.name, deed.at
    )
    await move(deed, "approve", text=deed.body.get("text", ""))


async def return_to_handler(deed: Act) -> None:
    await move(deed, "return_to_handler", text=deed.body["text"])


async def sign(deed: Act) -> None:
    """The answer, yes or no, in writing (Decree 61/2018, art. 19(8)): both are results."""
    refuses = deed.state.refuses
    if deed.made is not None:
        await issuing.issue(deed.db, deed.case, deed.made)
    elif deed.state.has_paper:
        raise Conflict("case.not_now")
    proposal = await queries.last_proposal(deed.db, deed.case.id)
    assert proposal is not None
    facts = {"text": proposal.words} if refuses else {}
    signed = await move(deed, "sign", "case.refusal_signed" if refuses else None, **facts)
    if signed.case.step != DONE and deed.case.delivery == "electronic":
        await release_at_once(signed)


async def release_at_once(deed: Act) -> None:
    """What lies in the vault needs nobody to hand it over; it waits for its joined cases only."""
    step = deed.known.procedure.route.steps.get(deed.case.step)
    if step and "release" in step.on and "release" not in deed.state.waits_for_joined:
        await move(structs.replace(deed, state=deed.state), "release")


async def release(deed: Act) -> None:
    await move(deed, "release")


async def deliver(deed: Act) -> None:
    await move(deed, "deliver")


async def stop(deed: Act) -> None:
    """Not to be gone on with, for a reason that is told (form 05 of circular 03/2025)."""
    await move(deed, "stop", text=deed.body["text"])
