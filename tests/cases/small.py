"""Small procedures for tests: between them they need every part of the engine."""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import structs

from motcua.base.ids import SYSTEM
from motcua.base.text import Text
from motcua.cases import actions, keep_procedures
from motcua.cases.model.procedure import (
    Agencies,
    FeeLine,
    Joined,
    OpinionNeed,
    Procedure,
    ResultKind,
    Route,
)
from motcua.db import City
from tests.cases.build import AGENCY, OTHER, SAMPLE

NORTH = "SM.N"
UNSTATED, ASSESSED, LEAD, PART, SEQUEL = (f"9.00010{n}" for n in range(1, 6))
"""Without a limit and with an opinion; with a sum that an officer states, decided elsewhere; with
two joined cases; those two, the first of another agency."""
_ANSWERS = {
    "purpose": "'school'", "copies": "1", "fee_class": "'ordinary'", "declaration": "true",
}  # fmt: skip


async def offer(city: City) -> None:
    """From now on this city has them beside its own."""
    shelf = city[actions.Procedures]
    shelf.of_pack |= {p.code: actions.InForce(p) for p in _made(shelf.of_pack[SAMPLE].procedure)}
    shelf.offer(())
    await keep_procedures(city)


async def close_all(city: City, codes: Sequence[str]) -> None:
    """What is left open of them stands in nobody's list any more."""
    async with city.database.write(SYSTEM) as db:
        await db.execute(
            "UPDATE cases.cases SET closed_at = now()"
            " WHERE procedure_code = ANY ($1) AND closed_at IS NULL", list(codes),
        )  # fmt: skip


def _made(sample: Procedure) -> Iterator[Procedure]:
    said = {"person": "{'name': subject.name, 'number': subject.number}"}
    yes: ResultKind = structs.replace(sample.results[0], data=said)
    no = structs.replace(yes, code="KQ.SM.000002", outcome="refused")
    plain: dict[str, Any] = {
        "documents": (), "delegation": None, "findings": (), "fee": (), "results": (yes,),
        "agencies": Agencies(codes=(AGENCY,)),
    }  # fmt: skip
    question = Text("Được không?", "May it be?")

    def made(code: str, **given: Any) -> Procedure:
        return structs.replace(sample, code=code, **{**plain, **given})

    def opinion(agency: str) -> OpinionNeed:
        return OpinionNeed(
            id="other", question=question, agencies=Agencies(codes=(agency,)), limit="3wd"
        )

    base: tuple[FeeLine, ...] = sample.fee
    yield made(
        UNSTATED, agencies=Agencies(codes=(AGENCY, NORTH)), limit=None, fee=base,
        findings=sample.findings, results=(yes, no), opinions=(opinion(OTHER),),
        route=_changed(sample.route, {"examine": {"status": 2}}),
    )  # fmt: skip
    there = {"at": Agencies(codes=(OTHER,)), "limit": "3wh"}
    yield made(
        ASSESSED, limit="30wd", fee_assessed=True, opinions=(opinion(NORTH),),
        route=_changed(sample.route, {"examine": there, "decide": there, "signing": there}),
    )  # fmt: skip
    joined = Joined(procedure=PART, answers=_ANSWERS)
    sequel = Joined(procedure=SEQUEL, answers=_ANSWERS, opens_on="signed")
    yield made(LEAD, limit="30wd", results=(yes, no), joined=(joined, sequel))
    yield made(PART, agencies=Agencies(codes=(OTHER,)))
    yield made(SEQUEL)


def _changed(route: Route, steps: dict[str, dict[str, Any]]) -> Route:
    return structs.replace(
        route,
        steps={name: structs.replace(s, **steps.get(name, {})) for name, s in route.steps.items()},
    )
