"""The procedures modelled by hand, over HTTP: each from form to paper, and to its refusal."""

import pytest

from tests.cases import walking
from tests.cases.walking import REASON, Hall, Walk
from tests.cases.ways import WAYS
from tests.cases.ways_civil import CIVIL_WAYS
from tests.cases.ways_family import FAMILY_WAYS, OTHER_ENDS
from tests.cases.ways_land import LAND_ENDS, LAND_WAYS

WALKS = [*CIVIL_WAYS, *WAYS, *FAMILY_WAYS, *OTHER_ENDS, *LAND_WAYS, *LAND_ENDS]


@pytest.mark.parametrize("walk", WALKS, ids=lambda w: w.code)
async def test_a_case_ends_in_its_paper(hall: Hall, walk: Walk) -> None:
    case = await walking.walked(hall, walk, "granted")
    assert case["status"] == 10
    assert case["result"] is not None
    assert case["fee"]["total"] == (walking.STATED_FEE if walk.fee is None else walk.fee)
    ((code, text),) = await walking.papers(hall, case["code"])
    assert code == walk.result
    for words in walk.says:
        assert words.lower() in text.lower()
    parts = {part.procedure_code: part for part in await walking.parts(hall, case["code"])}
    assert parts.keys() == walk.joined.keys()
    for procedure, (agency, result) in walk.joined.items():
        assert (parts[procedure].status, parts[procedure].agency_code) == (10, agency)
        ((of_part, _),) = await walking.papers(hall, parts[procedure].code)
        assert of_part == result


@pytest.mark.parametrize("walk", [w for w in WALKS if w.refusal], ids=lambda w: w.code)
async def test_a_case_ends_in_its_refusal(hall: Hall, walk: Walk) -> None:
    case = await walking.walked(hall, walk, "refused")
    assert case["status"] == 10
    assert case["states"]["business"] == "stopped"
    ((code, text),) = await walking.papers(hall, case["code"])
    assert code == walk.refusal
    assert REASON in text
    assert await walking.parts(hall, case["code"]) == []
