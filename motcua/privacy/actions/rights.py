"""A right that an officer has granted is carried out: nobody has to remember to."""

from motcua import cases, identity
from motcua.base import clock
from motcua.base.ids import SYSTEM, CaseId, PersonId
from motcua.cases import RightAsked
from motcua.db import City, Write, events
from motcua.privacy import queries
from motcua.privacy.actions.exporting import begin_export
from motcua.privacy.model import Erasure


async def carry_out(city: City, case_id: CaseId) -> None:
    """After the answer was signed; forgetting waits until it was handed over. Twice is once."""
    async with city.database.write(SYSTEM) as db:
        asked = await cases.right_asked(db, case_id)
        if asked is None or (asked.right == "delete" and not asked.is_closed):
            return
        if await queries.is_carried_out(db, case_id):
            return
        facts = await _done(db, asked)
        await events.record(
            db, "right.carried_out", case_id, person=asked.person, agency=asked.agency,
            facts={"right": asked.right, **facts},
        )  # fmt: skip


async def _done(db: Write, asked: RightAsked) -> dict[str, object]:
    person = asked.person
    match asked.right:
        case "view" | "copy":
            return {"export": str(await begin_export(db, person))}
        case "correct":
            await identity.correct_contact(
                db, person, asked.answers.get("email"), asked.answers.get("phone")
            )
        case "restrict" | "object":
            await identity.restrict(db, person, asked.case, asked.agency)
        case "withdraw":
            for one in identity.consents_asked(db.city):
                await identity.withdraw_consent(db, one.id, person)
        case "delete":
            erasure = await erase(db, person, asked.case)
            return {"is_whole": erasure.is_whole, "kept": erasure.kept}
    return {}


async def erase(db: Write, person: PersonId, case: CaseId) -> Erasure:
    """All that no law keeps goes at once. Where nothing is kept the person's key goes too, and with
    it what copies of the database hold of them."""
    owed = await queries.must_stay(db, person, rights_of(db.city))
    await queries.forget_drafts_of(db, person)
    await queries.forget_answers_of(db, person)
    await queries.forget_forms_of(db, person)
    await queries.forget_files_of(db, person)
    await queries.forget_exports_of(db, person)
    await queries.record_erasure(db, case, person, clock.now(), owed.kept == 0, owed.kept)
    if owed.kept == 0:
        await queries.forget_subject(db, person)
        await queries.forget_delegations_of(db, person)
        await identity.erase_person(db, person)
    return Erasure(owed.kept == 0, owed.kept)


def rights_of(city: City) -> list[str]:
    """The procedures by which rights over one's own data are asked for."""
    known = city[cases.Procedures].today.values()
    return [one.procedure.code for one in known if one.procedure.right]
