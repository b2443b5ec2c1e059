"""What a case holds of its person lies sealed with the applicant's key: sealed and opened here."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from msgspec import structs

from motcua import identity
from motcua.base.ids import SYSTEM, PersonId
from motcua.base.keys import Erased
from motcua.cases import queries
from motcua.cases.model.case import Case, Draft, FindingKept
from motcua.db import City, Read, Write

ANSWERS, SUBJECT = "cases.cases.answers", "cases.cases.subject"
REPRESENTATIVE = "cases.cases.representative"
FINDING, DRAFT = "cases.findings.answer", "cases.drafts.answers"
COMPLAINT = "cases.complaint_words.words"
ROWS_AT_ONCE = 200
SUBJECT_SEALED = ("number", "birth_date", "papers", "authority")
"""The name, and what they are to each other, a list shows without opening anything."""


def sealed(city: City, case: Case) -> Case:
    """As it is written down. All answers: none is in the clear because somebody forgot it."""
    who = case.applicant_id
    return structs.replace(
        case,
        subject=identity.seal_some(city, who, SUBJECT, case.id, case.subject, SUBJECT_SEALED),
        answers=sealed_answers(city, case, case.answers),
        representative=case.representative
        and identity.seal_some(
            city,
            who,
            REPRESENTATIVE,
            case.id,
            case.representative,
            ("number", "document", "papers"),
        ),
    )


def sealed_answers(city: City, case: Case, answers: dict[str, Any]) -> dict[str, Any]:
    return identity.seal_some(city, case.applicant_id, ANSWERS, case.id, answers)


def opened(city: City, case: Case) -> Case:
    """As it was filed. What is open already stays as it is."""
    who = case.applicant_id
    return structs.replace(
        case,
        subject=identity.unseal_some(city, who, SUBJECT, case.id, case.subject),
        answers=identity.unseal_some(city, who, ANSWERS, case.id, case.answers),
        representative=case.representative
        and identity.unseal_some(city, who, REPRESENTATIVE, case.id, case.representative),
    )


def opened_all(city: City, cases: Iterable[Case]) -> Iterator[Case]:
    """Those of whose people something is left."""
    for case in cases:
        try:
            yield opened(city, case)
        except Erased:
            continue


def sealed_finding(city: City, case: Case, finding: str, answer: dict[str, Any]) -> dict[str, Any]:
    row = f"{case.id}/{finding}"
    return identity.seal_some(city, case.applicant_id, FINDING, row, answer)


async def findings_of(db: Read, case: Case) -> list[FindingKept]:
    """What registers said of it, opened."""
    who = case.applicant_id
    return [
        structs.replace(
            kept,
            answer=identity.unseal_some(
                db.city, who, FINDING, f"{case.id}/{kept.finding}", kept.answer
            ),
        )
        for kept in await queries.findings_of_case(db, case.id)
    ]


def sealed_draft(city: City, person: PersonId, draft: Draft) -> dict[str, Any]:
    """As its answers are kept: all of them, and the number of whom it is about."""
    return _sealed_draft(
        city, person, draft.procedure_code, draft.answers, draft.subject_number, draft.authority
    )


def _sealed_draft(
    city: City, person: PersonId, procedure: str, answers: dict[str, Any], number: str | None,
    authority: dict[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    told = {"answers": answers, "subject_number": number, "authority": authority}
    return identity.seal_some(city, person, DRAFT, f"{person}/{procedure}", told)


def opened_draft(city: City, person: PersonId, kept: Draft) -> Draft:
    if identity.SEALED not in kept.answers:
        return kept
    row = f"{person}/{kept.procedure_code}"
    return structs.replace(kept, **identity.unseal_some(city, person, DRAFT, row, kept.answers))


def opened_row(city: City, place: str, data: dict[str, Any]) -> dict[str, Any]:
    """A row of this room as JSON, opened; others are as they are."""
    match place:
        case "cases.cases":
            who, row = UUID(data["applicant_id"]), data["id"]
            parts = {ANSWERS: "answers", SUBJECT: "subject", REPRESENTATIVE: "representative"}
        case "cases.findings":
            who, row = UUID(data["applicant_id"]), f"{data['case_id']}/{data['finding']}"
            parts = {FINDING: "answer"}
        case "cases.answer_versions":
            who, row = UUID(data["applicant_id"]), data["case_id"]
            parts = {ANSWERS: "answers"}
        case "cases.complaint_words":
            who, row = UUID(data["person_id"]), data["id"]
            parts = {COMPLAINT: "words"}
        case "cases.drafts":
            who, row = UUID(data["person_id"]), f"{data['person_id']}/{data['procedure_code']}"
            parts = {DRAFT: "answers"}
        case _:
            return data
    opened = {
        name: identity.unseal_some(city, who, part, row, data[name])
        for part, name in parts.items()
        if data[name]
    }
    return {**data, **opened}


async def seal_old_cases(city: City) -> None:
    """Seal what was filed or begun before people had keys. Twice is once."""
    more = True
    while more:
        async with city.database.write(SYSTEM) as db:
            cases = await queries.cases_not_sealed(db, ROWS_AT_ONCE)
            for case in cases:
                await _seal_old_case(db, case)
            drafts = await queries.drafts_not_sealed(db, ROWS_AT_ONCE)
            for one in drafts:
                down = _sealed_draft(
                    city, one.person_id, one.procedure_code, one.answers, one.subject_number
                )
                await queries.seal_draft(db, one.person_id, one.procedure_code, down)
        more = ROWS_AT_ONCE in (len(cases), len(drafts))


async def _seal_old_case(db: Write, case: Case) -> None:
    down = sealed(db.city, case)
    await queries.seal_case(db, case.id, down.subject, down.answers, down.representative)
    for one in await queries.findings_of_case(db, case.id):
        answer = sealed_finding(db.city, case, one.finding, one.answer)
        await queries.seal_finding(db, case.id, one.finding, answer)
