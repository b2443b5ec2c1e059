"""What civil status, certified copies, mediation and the insurance card ask only of some."""

from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from motcua.cases.actions import Procedures
from tests.cases import walking
from tests.cases.machine import problem
from tests.cases.walking import Hall, Walk
from tests.cases.ways_civil import CIVIL_WAYS

Answers = dict[str, Any]

# Procedure, the answers that call for it, a field that is asked then (its answer stands here too).
FIELDS: list[tuple[str, Answers, str, Any]] = [
    ("1.001193", {"father_known": True}, "father_name", "Nguyễn Văn An"),
    ("1.000894", {"own_before": "divorced", "own_divorce_abroad": False}, "own_divorce", "21/2020"),
    ("1.000656", {"relation": "representative"}, "organisation", "Bệnh viện Mẫu"),
    ("1.004873", {"earlier": "lost"}, "lost_reason", "Bị thất lạc khi chuyển nhà."),
    ("2.000635", {"extract": "marriage"}, "spouse_name", "Nguyễn Văn An"),
    ("2.000986", {"second_parent": True}, "second_name", "Nguyễn Văn An"),
    ("2.000815", {"issuer_kind": "foreign"}, "foreign_paper", "diploma"),
    ("1.012812", {"dispute": "boundary"}, "boundary_metres", 6),
    ("1.001939", {"group": "household"}, "months", 12),
]
# The same procedures where nobody asks for it.
ELSEWISE: dict[str, Answers] = {
    "1.001193": {
        "father_known": False, "father_number": None, "father_birth_year": None,
        "father_ethnicity": None, "father_residence": None,
    },
    "2.000986": {
        "second_parent": False, "second_birth_year": None, "second_ethnicity": None,
        "second_residence": None,
    },
    "1.012812": {"dispute": "contract"},
    "1.001939": {"group": "state_paid"},
}  # fmt: skip

# Procedure, the answers that call for it, the paper.
PAPERS: list[tuple[str, Answers, str]] = [
    ("1.001193", {"surrogacy": True}, "surrogacy_confirmation"),
    ("1.001193", {"birth_proof": "witness", "notice_number": None}, "witness_statement"),
    (
        "1.000894",
        {"own_before": "divorced", "own_divorce": "21/2020", "own_divorce_abroad": True},
        "foreign_divorce_note",
    ),
    ("1.000656", {"residence_known": False, "last_residence": None}, "place_proof"),
    ("1.000656", {"fee_class": "poor", "death_date": "2026-01-05"}, "exemption_proof"),
    ("1.004873", {"earlier": "expired"}, "earlier_certificate"),
    ("2.000986", {"lives_with": "others"}, "household_consent"),
    ("2.000815", {"on_vneid": False}, "original"),
    ("2.000815", {"issuer_kind": "foreign", "foreign_paper": "other"}, "legalisation"),
    ("1.012812", {"has_papers": True}, "land_papers"),
    ("1.001939", {"group": "state_supported", "months": 6}, "group_proof"),
]


def way(code: str) -> Walk:
    return next(walk for walk in CIVIL_WAYS if walk.code == code)


def changed(walk: Walk, **answers: Any) -> Walk:
    return replace(walk, answers={**walk.answers, **answers})


@pytest.mark.parametrize(("code", "when", "field", "answer"), FIELDS, ids=lambda x: str(x)[:24])
async def test_a_question_is_asked_only_of_those_whom_it_concerns(
    hall: Hall, code: str, when: Answers, field: str, answer: Any
) -> None:
    asked = await walking.post(hall, changed(way(code), **when, **{field: None}))
    assert told(asked) == [(f"/answers/{field}", "form.required")]
    elsewise = ELSEWISE.get(code, {}) | {field: answer}
    unasked = await walking.post(hall, changed(way(code), **elsewise))
    assert told(unasked) == [(f"/answers/{field}", "form.not_asked")]


@pytest.mark.parametrize(("code", "when", "paper"), PAPERS, ids=lambda x: str(x)[:24])
async def test_a_paper_is_asked_only_of_those_whom_it_concerns(
    hall: Hall, code: str, when: Answers, paper: str
) -> None:
    """The walks above show that it is asked of nobody else."""
    assert paper not in way(code).documents
    answer = await walking.post(hall, changed(way(code), **when))
    assert told(answer) == [("/documents", "case.document_missing")]
    need = next(
        d for d in hall.city[Procedures].by_code(code).procedure.documents if d.code == paper
    )
    assert need.name.vi in answer.json()["errors"][0]["detail"]


def told(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(one["pointer"], one["reason"]) for one in problem(answer, 422)["errors"]]
