"""A case beside its story, all that the database keeps of it, and what must hold of the two."""

from datetime import datetime
from typing import Any

from msgspec import Struct, field

from motcua.base.ids import SYSTEM
from motcua.cases.model.case import DONE, Case
from motcua.db import City
from tests.cases import model
from tests.cases.model import PAIRS, Story

MONEY = {
    "nothing": "none", "unknown": "unknown", "open": "open", "paid": "settled",
    "dropped": "cancelled",
}  # fmt: skip
_KEPT = """
SELECT to_jsonb(c),
       (SELECT jsonb_agg(jsonb_build_array(e.kind, e.facts) ORDER BY e.sequence)
        FROM db.events e WHERE e.subject_id = c.id),
       (SELECT jsonb_agg(to_jsonb(o) ORDER BY o.asked_at, o.id)
        FROM cases.opinions o WHERE o.case_id = c.id),
       (SELECT jsonb_agg(jsonb_build_array(p.proposed_by, p.outcome, a.approved_by)
                         ORDER BY p.proposed_at)
        FROM cases.proposals p LEFT JOIN cases.approvals a ON a.proposal_id = p.id
        WHERE p.case_id = c.id),
       (SELECT coalesce(k.closing, 'open') FROM payments.requests r
        LEFT JOIN payments.closings k ON k.request_id = r.id WHERE r.thing_id = c.id),
       ARRAY[(SELECT count(*) FROM cases.supplements s WHERE s.case_id = c.id),
             (SELECT count(*) FROM cases.apologies a WHERE a.case_id = c.id),
             (SELECT count(*) FROM documents.results d WHERE d.case_id = c.id)]
FROM cases.cases c WHERE c.id = $1
"""


class Kept(Struct):
    """Everything that the database knows of a case."""

    row: dict[str, Any]
    events: list[tuple[str, dict[str, Any]]]
    opinions: list[dict[str, Any]]
    proposals: list[list[str | None]]
    bill: str | None
    others: list[int]


class Tale(Struct, eq=False):
    """A case and its story, and what a story does not tell: where, and of whom."""

    case: Case
    story: Story
    agency: str
    kept: Kept
    lead: "Tale | None" = None
    overdue: set[str] = field(default_factory=set)
    """The opinions that did not come in time."""
    is_settling: bool = False
    """The bank has said it; the case does not know yet."""

    @property
    def at_agency(self) -> str:
        here = self.story.here
        return here.at.codes[0] if here and here.at else self.agency


async def kept(city: City, case: Case) -> Kept:
    async with city.database.read(SYSTEM) as db:
        row, events, opinions, *others = await db.fetch_row(_KEPT, case.id)
    return Kept(row, [(k, f) for k, f in events], opinions or [], others[0] or [], *others[1:])


def check(tale: Tale, before: Kept) -> None:
    """What must hold after every step of a case, whatever was done."""
    story, row, kept = tale.story, tale.kept.row, tale.kept
    facts = (model.facts_of(story), row)
    # The bank's word reaches the case a moment later.
    status = 6 if tale.is_settling and story.status == 4 else story.status
    assert (row["step"], row["status"]) == (story.step, status), facts
    assert row["handing"] == (story.result or "nothing"), facts
    assert (row["agency_code"], row["at_agency"]) == (tale.agency, tale.at_agency), facts
    assert (row["closed_at"] is not None) == (row["step"] == DONE), facts
    if before.row["closed_at"]:
        assert row == before.row, "closed stays closed"
    check_money(tale)
    check_history(kept, tale.is_settling)
    check_promises(before, kept)
    for proposed_by, _, approved_by in kept.proposals:
        assert proposed_by != approved_by, "four eyes"
    if story.answer:
        assert kept.proposals[-1][2] is not None, "four eyes"


def check_money(tale: Tale) -> None:
    row, bill = tale.kept.row, tale.kept.bill
    if tale.is_settling:
        assert (row["money"], bill) == ("open", "settled")
        return
    assert row["money"] == MONEY[tale.story.owes]
    # What nobody had stated yet was never billed.
    bills: dict[str, set[str | None]] = {
        "none": {None}, "unknown": {None}, "cancelled": {None, "cancelled"},
    }  # fmt: skip
    assert bill in bills.get(row["money"], {row["money"]})
    assert (row["status"] == 6) == (row["business"] == "in_hand" and row["money"] == "open")
    if row["business"] == "decided":
        assert row["money"] not in ("open", "unknown"), "nothing is decided while money is owed"
    if row["handing"] != "nothing":
        assert row["business"] in ("decided", "stopped"), "what is handed over was decided"


def check_history(kept: Kept, is_settling: bool) -> None:
    """Told one after the other, the events are allowed moves and end where the case stands."""
    now: dict[str, Any] = {"step": kept.row["step"], "due_at": None}
    for kind, facts in kept.events:
        told = {k: facts[k] for k in (*PAIRS, "status", "step", "due_at") if k in facts}
        if kind == "payment.settled":
            told = {"money": "settled"}
        for machine, pairs in PAIRS.items():
            if kind != "case.filed" and told.get(machine, now[machine]) != now[machine]:
                assert (now[machine], told[machine]) in pairs, (kind, now, told)
        if kind != "case.filed":
            assert model.may_follow(now["status"], told.get("status", now["status"])), (
                kind,
                now,
                told,
            )
        now |= told
    now |= {"money": "open"} if is_settling else {}
    due = kept.row["due_at"]
    assert _moment(now.pop("due_at")) == _moment(due), (due, kept.events)
    assert now == {name: kept.row[name] for name in now}, kept.events


def check_promises(before: Kept, kept: Kept) -> None:
    """A promised moment moves with an event that says so and with its reasons, or not at all."""
    old, row = before.row, kept.row
    assert row["intake_due_at"] == old["intake_due_at"]
    fresh = [facts["due_at"] for _, facts in kept.events[len(before.events) :] if "due_at" in facts]
    if row["due_at"] != old["due_at"]:
        assert [_moment(one) for one in fresh[-1:]] == [_moment(row["due_at"])]
        assert row["due_reasons"]
    elif fresh:
        assert _moment(fresh[-1]) == _moment(row["due_at"])
    else:
        assert row["due_reasons"] == old["due_reasons"]
    if row["step"] == old["step"] and row["step_due_at"] != old["step_due_at"]:
        told = [f for _, f in kept.events[len(before.events) :] if "step_due_reasons" in f]
        assert _moment(told[-1]["step_due_at"]) == _moment(row["step_due_at"])
        assert told[-1]["step_due_reasons"]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
