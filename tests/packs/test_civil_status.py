"""What civil status, certified copies and mediation promise, cost, refuse, and say on paper."""

from datetime import date, timedelta
from typing import Any

import pytest

from motcua.cases.model.procedure import Procedure
from motcua.cases.rules import expressions, fees, forms
from motcua.cases.rules.expressions import Facts
from motcua.cases.rules.promise import limit_of
from tests.cases import papers

TODAY = date(2026, 11, 23)
LAN = {"name": "Hoàng Thị Lan", "number": "999191000086"}


def facts(
    code: str, born: date = date(1990, 3, 12), relation: str = "self", **changed: Any
) -> Facts:
    answers = procedure(code).form.example | changed
    return Facts(
        {
            "answers": {k: v for k, v in answers.items() if v is not None},
            "person": {"level": 2, "is_organisation": False},
            "subject": {**LAN, "birth_date": born, "relation": relation},
            "today": TODAY,
        }
    )


def procedure(code: str) -> Procedure:
    return papers.procedures()[code]


def refused(code: str, **changed: Any) -> list[str | None]:
    known = facts(code, **changed)
    return [
        c.field for c in procedure(code).conditions if not expressions.read(c.rule).holds(known)
    ]


def days_ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


# What it costs


@pytest.mark.parametrize(
    ("pages", "copies", "total"),
    [
        (1, 1, 2_000), (2, 1, 4_000), (3, 1, 5_000), (4, 2, 12_000), (10, 1, 12_000),
        (197, 1, 199_000), (198, 1, 200_000), (199, 1, 200_000), (2000, 3, 600_000),
    ],
)  # fmt: skip
def test_a_certified_copy_costs_by_the_page_up_to_a_sum(
    pages: int, copies: int, total: int
) -> None:
    known = facts("2.000815", pages=pages, copies=copies)
    due = fees.fee(procedure("2.000815").fee, known)
    assert (due.total, len(due.lines)) == (total, 1)


@pytest.mark.parametrize(
    ("code", "copies", "total"),
    [
        ("2.000635", 1, 8_000), ("2.000635", 50, 400_000), ("1.001193", 0, 0),
        ("1.001193", 3, 24_000), ("1.000894", 0, 0), ("1.000894", 2, 16_000),
    ],
)  # fmt: skip
def test_registering_is_free_and_a_copy_costs_8000(code: str, copies: int, total: int) -> None:
    assert fees.fee(procedure(code).fee, facts(code, copies=copies)).total == total


def test_what_the_council_sets_is_stated_by_an_officer() -> None:
    stated = {code for code, one in papers.procedures().items() if one.fee_assessed}
    assert stated >= {"1.000656", "1.004873"}
    for code in ("1.000656", "1.004873"):
        assert procedure(code).fee == ()
        assert not procedure(code).fee_source.verified


# How long it takes


@pytest.mark.parametrize(
    ("code", "changed", "limit"),
    [
        ("1.001193", {}, "1wd"), ("1.000894", {}, "1wd"),
        ("1.000894", {"lived_elsewhere": True}, "5wd"), ("1.000656", {}, "1wd"),
        ("1.004873", {}, "3wd"), ("2.000635", {}, "1sd"), ("2.000986", {}, "20wd"),
        ("2.000815", {}, "1sd"), ("1.012812", {}, "30d"), ("1.001939", {}, "5wd"),
    ],
)  # fmt: skip
def test_what_is_promised(code: str, changed: dict[str, Any], limit: str) -> None:
    assert limit_of(procedure(code), facts(code, **changed)) == limit


def test_after_three_in_the_afternoon_same_day_work_starts_the_next_day() -> None:
    late = {"1.001193", "1.000656", "2.000635", "2.000815"}
    assert all(procedure(code).cutoff for code in late)
    assert not procedure("1.000894").cutoff  # nobody says so of marriages


# Who may not


@pytest.mark.parametrize(
    ("side", "own", "partner", "fields"),
    [
        ("groom", "2006-11-23", "2008-11-23", []),
        ("groom", "2006-11-24", "2008-11-23", ["own_side"]),
        ("groom", "2006-11-23", "2008-11-24", ["partner_birth_date"]),
        ("bride", "2008-11-23", "2006-11-23", []),
        ("bride", "2008-11-24", "2006-11-23", ["own_side"]),
        ("bride", "2008-11-23", "2006-11-24", ["partner_birth_date"]),
    ],
)
def test_men_marry_from_twenty_and_women_from_eighteen(
    side: str, own: str, partner: str, fields: list[str]
) -> None:
    given = {"own_side": side, "partner_birth_date": partner}
    assert refused("1.000894", born=date.fromisoformat(own), **given) == fields


def test_nobody_marries_themselves_or_yesterday() -> None:
    assert refused("1.000894", partner_number=LAN["number"]) == ["partner_number"]
    assert refused("1.000894", signing_day=TODAY.isoformat()) == ["signing_day"]
    assert refused("1.000894", signing_day=days_ago(-1)) == []


def test_a_child_is_born_before_it_is_registered() -> None:
    for code in ("1.001193", "2.000986"):
        assert refused(code, child_birth_date=TODAY.isoformat()) == []
        assert refused(code, child_birth_date=days_ago(-1)) == ["child_birth_date"]


def test_joined_up_registration_is_for_children_under_six() -> None:
    assert refused("2.000986", child_birth_date="2020-11-24") == []
    assert refused("2.000986", child_birth_date="2020-11-23") == ["child_birth_date"]
    assert refused("1.001193", child_birth_date="2010-11-23") == []


def test_a_foundling_is_registered_by_whoever_takes_care_of_it() -> None:
    found = {"birth_proof": "abandoned", "notice_number": None}
    assert refused("1.001193", **found) == ["birth_proof"]
    assert refused("1.001193", informant="carer", **found) == []


def test_death_comes_after_birth_and_not_after_today() -> None:
    assert refused("1.000656", death_date=days_ago(0)) == []
    assert refused("1.000656", death_date=days_ago(-1)) == ["death_date"]
    assert refused("1.000656", death_date="1948-02-10") == ["death_date"]


def test_who_is_married_gets_no_paper_to_marry() -> None:
    assert refused("1.004873", status="married", purpose="marriage") == ["purpose"]
    assert refused("1.004873", status="married", purpose="loan") == []
    assert refused("1.004873", status="widowed", purpose="marriage") == []


def test_an_unreadable_original_is_not_certified() -> None:
    assert refused("2.000815", readable=False) == ["readable"]


# Whose papers are asked for


@pytest.mark.parametrize(("days", "asked"), [(0, False), (15, False), (16, True), (400, True)])
def test_within_fifteen_days_of_a_death_nobody_proves_an_exemption(days: int, asked: bool) -> None:
    for fee_class in ("ordinary", "poor"):
        known = facts("1.000656", fee_class=fee_class, death_date=days_ago(days))
        proof = next(d for d in procedure("1.000656").documents if d.code == "exemption_proof")
        is_asked = expressions.read(proof.required_if).holds(known)
        assert is_asked == (asked and fee_class != "ordinary")


@pytest.mark.parametrize("relation", ["self", "child", "other"])
def test_whoever_asks_for_another_persons_status_shows_an_authorisation(relation: str) -> None:
    need = next(d for d in procedure("1.004873").documents if d.code == "authorisation")
    known = facts("1.004873", relation=relation)
    assert expressions.read(need.required_if).holds(known) == (relation != "self")


# What the papers say


def said(code: str, **changed: Any) -> dict[str, Any]:
    kind = next(r for r in procedure(code).results if r.outcome == "granted")
    return papers.said(procedure(code), kind, **changed)


NO_FATHER = {
    "father_known": False, "father_name": None, "father_number": None, "father_birth_year": None,
    "father_ethnicity": None, "father_residence": None,
}  # fmt: skip
MOTHER = {
    "mother_known": True, "mother_name": "Trần Thị Mẫu", "mother_birth_year": 1995,
    "mother_ethnicity": "Tày", "mother_residence": "Xã Mẫu",
}  # fmt: skip


def test_a_birth_certificate_names_whoever_is_named() -> None:
    both = said("1.001193")
    assert (both["mother"]["name"], both["father"]["name"]) == ("Mẫu", "Nguyễn Văn An")
    assert both["mother"]["born"] == "1990-03-12"
    alone = said("1.001193", **NO_FATHER)
    assert alone["father"] is None
    father = said("1.001193", informant="father", **NO_FATHER | {"father_known": None}, **MOTHER)
    assert (father["mother"]["name"], father["mother"]["born"]) == ("Trần Thị Mẫu", "1995")
    assert father["father"]["name"] == "Mẫu"
    carer = said("1.001193", informant="carer", mother_known=False, **NO_FATHER)
    assert (carer["mother"], carer["father"]) == (None, None)


SECOND = ("second_parent", "second_name", "second_birth_year", "second_ethnicity",
          "second_residence")  # fmt: skip


def test_the_joined_up_certificate_names_them_too() -> None:
    mother = said("2.000986")
    assert (mother["mother"]["name"], mother["father"]["name"]) == ("Mẫu", "Nguyễn Văn An")
    father = said("2.000986", informant="father")
    assert (father["mother"]["name"], father["father"]["name"]) == ("Nguyễn Văn An", "Mẫu")
    nobody = dict.fromkeys(SECOND)
    parents = [
        {"role": "father", "name": "Lê Văn Mẫu", "birth_year": 1990, "ethnicity": "Kinh",
         "residence": "Xã Mẫu"},
    ]  # fmt: skip
    other = said("2.000986", informant="other", parents=parents, **nobody)
    assert (other["mother"], other["father"]["name"]) == (None, "Lê Văn Mẫu")
    unknown = said("2.000986", informant="other", **nobody)
    assert (unknown["mother"], unknown["father"]) == (None, None)


def test_a_copy_of_a_death_is_about_the_deceased() -> None:
    death = said("2.000635", extract="death", deceased_name="Lê Văn Mẫu", deceased_relation="Con")
    assert death["title"] == "Trích lục khai tử (bản sao)"
    assert (death["person"], death["asked_by"]) == ({"name": "Lê Văn Mẫu"}, "Mẫu")
    birth = said("2.000635")
    assert (birth["person"]["number"], birth["asked_by"]) == ("Mẫu", None)


STATUSES: list[tuple[dict[str, Any], str]] = [
    ({"status": "never"}, "Chưa đăng ký kết hôn với ai"),
    (
        {"status": "married", "spouse_name": "Lê Văn Mẫu", "marriage_paper": "số 1/2020"},
        "Hiện tại đang có vợ hoặc chồng là Lê Văn Mẫu (Giấy chứng nhận kết hôn: số 1/2020)",
    ),
    (
        {"status": "divorced"},
        "Đã ly hôn theo bản án, quyết định 21/2023/QĐST-HNGĐ của Tòa án nhân dân Mẫu, hiện tại"
        " chưa đăng ký kết hôn với ai",
    ),
    (
        {"status": "widowed", "death_extract": "số 2/2022"},
        "Có vợ hoặc chồng đã chết (Trích lục khai tử: số 2/2022), hiện tại chưa đăng ký kết hôn"
        " với ai",
    ),
]


@pytest.mark.parametrize(("changed", "words"), STATUSES, ids=lambda x: str(x)[:24])
def test_each_status_has_its_sentence(changed: dict[str, Any], words: str) -> None:
    if changed["status"] != "divorced":
        changed = {"divorce_number": None, "divorce_court": None, **changed}
    assert said("1.004873", **changed)["status"] == words


def test_each_purpose_has_its_words() -> None:
    to_marry = {
        "purpose": "marriage", "partner_name": "Lê Văn Mẫu", "partner_number": "C1234567",
        "marriage_place": "Úc", "copies": None,
    }  # fmt: skip
    marrying = said("1.004873", **to_marry)
    assert marrying["purpose"] == "Kết hôn với Lê Văn Mẫu, số C1234567, tại Úc"
    assert marrying["copies"] == 1
    assert said("1.004873", purpose="property")["purpose"] == "Mua bán, tặng cho nhà đất"
    other = said("1.004873", purpose="other", purpose_other="Du học")
    assert other["purpose"] == "Du học"


def test_the_joined_cases_are_filled_in_as_their_forms_accept() -> None:
    lead = procedure("2.000986")
    known = facts("2.000986")
    for part in lead.joined:
        form = procedure(part.procedure).form
        answers = {k: expressions.read(rule).answer(known) for k, rule in part.answers.items()}
        assert forms.Checker(form).faults(answers, TODAY) == []
