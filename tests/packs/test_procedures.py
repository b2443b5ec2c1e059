"""The procedures modelled by hand, side by side: all that were asked for, no two the same."""

import json
from itertools import combinations

import pytest

from motcua.cases.rules.expressions import Facts
from motcua.cases.rules.fees import fee
from tests.cases import papers
from tests.conftest import shared

SHARED_MAX = 0.4
"""Of what two forms ask together; a change to something asks some of what its beginning asked."""

MODELLED = {code: p for code, p in papers.procedures().items() if p.right is None}
"""Without the rights over one's own data, which are asked for in one way on purpose."""

TOGETHER = [{"1.001193", "2.000986"}, {"1.004194", "1.004222"}]
"""The same birth certificate, joined up or not; one notice of registered residence."""


@pytest.mark.shared
def test_every_listed_procedure_is_modelled() -> None:
    listed = json.loads(shared("examples/procedures.json").read_text("utf-8"))
    wanted = {one["code"] for group in ("first", "second") for one in listed[group]}
    assert len(wanted) == 45
    assert wanted - MODELLED.keys() == set()


def test_no_two_forms_ask_the_same() -> None:
    asked = {
        code: {field.label.vi for field in procedure.form.fields.values()}
        for code, procedure in MODELLED.items()
    }
    alike = [
        (one, other)
        for one, other in combinations(sorted(asked), 2)
        if len(asked[one] & asked[other]) > SHARED_MAX * len(asked[one] | asked[other])
    ]
    assert alike == []


def test_no_two_procedures_are_told_in_the_same_words() -> None:
    for told in ("name", "short_name", "summary"):
        said = [getattr(procedure, told).vi for procedure in MODELLED.values()]
        assert len(said) == len(set(said)), told


def test_what_nobody_could_check_is_marked() -> None:
    """A file as a whole, once one of its sources is."""
    for code, procedure in MODELLED.items():
        sources = [*procedure.legal_basis, procedure.fee_source]
        sources += [one.source for one in procedure.conditions]
        sources += [one.source for one in procedure.fee]
        sources += [one.source for way in procedure.channels for one in way.limits]
        sources += [one.source for way in procedure.channels for one in way.fees]
        assert all(one.verified for one in sources) or not procedure.verified, code


@pytest.mark.parametrize(
    ("channel", "total"), [("online", 100_000), ("counter", 125_000), ("post", 125_000)]
)
def test_a_company_in_shares_is_registered_for_less_online(channel: str, total: int) -> None:
    procedure = MODELLED["2.002043"]
    facts = Facts({"answers": procedure.form.example, "channel": channel})
    assert fee(procedure.fee, facts).total == total
