"""A case told in a few plain facts, and what each act needs: what the engine is held against.

It knows no machines. What a case shows is told from what has happened to it.
"""

from typing import Any
from uuid import UUID

from motcua.cases.model.procedure import Procedure, Step

NATIONAL: dict[int, set[int]] = {
    1: {2, 3, 5}, 5: {2, 4, 3}, 2: {4}, 4: {5, 6, 8, 9, 7}, 6: {4}, 9: {10}, 8: {10},
}  # fmt: skip
"""Which of the ten states may follow which: Decree 61/2018, articles 17-20, and the states of the
national dossier message. Withdrawal (7) is open from these besides:"""
WITHDRAWN_FROM = (1, 2, 5, 6)


WAYS: dict[str, list[tuple[str, str, str]]] = {
    "business": [
        ("new", "received", "Decree 61/2018, art. 17(1c): complete, a receipt with a date"),
        ("new", "refused", "art. 17(1b): refused at the counter, with the reason"),
        ("new", "incomplete", "art. 17(1a): one slip that says all that is missing"),
        ("new", "withdrawn", "withdrawal from state 1"),
        ("incomplete", "resupplied", "the applicant brings what was missing"),
        ("incomplete", "refused", "not brought: state 5 -> 3"),
        ("incomplete", "withdrawn", "withdrawal from state 5"),
        ("resupplied", "received", "state 5 -> 2"),
        ("resupplied", "refused", "state 5 -> 3"),
        ("resupplied", "incomplete", "asked once more, where the rules of the day let it"),
        ("resupplied", "withdrawn", "withdrawal from state 5"),
        ("received", "in_hand", "art. 18: handed to who decides it; state 2 -> 4"),
        ("received", "withdrawn", "withdrawal from state 2"),
        ("in_hand", "supplement", "art. 19(4): not enough; state 4 -> 5"),
        ("in_hand", "stopped", "art. 19(8), or stopped; state 4 -> 8"),
        ("in_hand", "decided", "state 4 -> 9"),
        ("in_hand", "withdrawn", "state 4 -> 7"),
        ("supplement", "in_hand", "art. 19(4): complete again; state 5 -> 4"),
        ("supplement", "withdrawn", "withdrawal from state 5"),
    ],
    "money": [
        ("unknown", "open", "the officer states the sum"),
        ("unknown", "none", "the officer states that nothing is owed"),
        ("unknown", "cancelled", "the case ends first"),
        ("open", "settled", "the bank's word"),
        ("open", "cancelled", "the case ends first"),
    ],
    "handing": [
        ("nothing", "ready", "art. 20: there is a result to hand over"),
        ("ready", "sent", "art. 16: by post"),
        ("ready", "handed", "at the counter, or in the vault"),
        ("sent", "handed", "the post has brought it"),
    ],
    "sync": [
        ("due", "sent", "told to the national portal"),
        ("due", "failed", "the portal did not take it"),
        ("failed", "sent", "tried again"),
        ("failed", "due", "something newer is to be told"),
        ("sent", "due", "something newer is to be told"),
    ],
}
PAIRS = {name: {(before, after) for before, after, _ in ways} for name, ways in WAYS.items()}


def may_follow(before: int, after: int) -> bool:
    if after == 7 and before in WITHDRAWN_FROM:
        return True
    return after == before or after in NATIONAL.get(before, set())


class Story:
    """What has happened to a case so far."""

    def __init__(self, procedure: Procedure, delivery: str, owes: str) -> None:
        self.route, self.delivery = procedure.route, delivery
        self.step = self.route.start
        self.owes = owes
        """`nothing`, `unknown`, `open`, `paid` or `dropped`."""
        self.end = ""
        """`refused`, `withdrawn`, `stopped`, `signed` (a no without a paper) or `handed`."""
        self.is_accepted = self.is_taken = self.is_waiting = self.was_asked_at_intake = False
        self.asked = self.apologies = self.opinions_open = 0
        self.proposer: UUID | None = None
        self.approver: UUID | None = None
        self.says_no = False
        self.answer = ""
        """`yes` or `no` once it is signed."""
        self.result = ""
        """`ready`, `sent` or `handed`."""
        self.no_has_paper = any(kind.outcome == "refused" for kind in procedure.results)
        self.unanswered: set[str] = {finding.before for finding in procedure.findings}
        """The acts for which a register's answer is missing."""
        self.joined_open: set[str] = set()
        """The acts that wait for joined cases."""
        self.asks_at_intake_max, self.has_receivers = 1, True
        self.is_fresh, self.may_apologise = True, False
        """Accepted lately; the promise can still be given anew."""

    @property
    def here(self) -> Step | None:
        return self.route.steps.get(self.step)

    @property
    def status(self) -> int:
        """One of the ten."""
        if self.result == "handed":
            return 10
        if self.end in ("refused", "withdrawn", "stopped"):
            return {"refused": 3, "withdrawn": 7, "stopped": 8}[self.end]
        if self.answer:
            return 9 if self.answer == "yes" else 8
        if self.is_waiting or (self.was_asked_at_intake and not self.is_accepted):
            return 5
        if not self.is_accepted:
            return 1
        if not self.is_taken:
            return 2
        return 6 if self.owes == "open" else 4

    def permits(
        self, act: str, who: UUID, roles: frozenset[str], is_mine: bool, is_asked: bool
    ) -> bool:
        if act == "message":
            return is_mine or bool(roles)
        if act == "rate":
            return is_mine and self.end not in ("", "withdrawn")
        here = self.here
        if here is None:
            return False
        if is_mine:
            return self._permits_applicant(act)
        if act == "give_opinion":
            return is_asked
        if act in ("stop", "state_fee", "assign", "apologise"):
            return self._permits_office(act, here, roles)
        return here.role in roles and self._permits_desk(act, here, who)

    def _permits_applicant(self, act: str) -> bool:
        if act == "withdraw":
            return not self.answer
        return (act == "pay" and self.owes == "open") or (act == "supply" and self.is_waiting)

    def _permits_office(self, act: str, here: Step, roles: frozenset[str]) -> bool:
        """What does not hang on whose turn it is."""
        if act == "stop":
            return "leader" in roles and self.status == 4
        if not roles & {"handler", "leader"}:
            return False
        if act == "assign":
            return here.role == "handler"
        is_ours = self.is_accepted and not self.is_waiting and not self.answer
        if act == "state_fee":
            return is_ours and self.owes == "unknown"
        return is_ours and self.may_apologise

    def _permits_desk(self, act: str, here: Step, who: UUID) -> bool:
        """What the officer does whose turn it is."""
        is_untouched = not self.is_accepted and not self.was_asked_at_intake
        if act == "transfer":
            return is_untouched and self.has_receivers
        if act == "request_supplement":
            return not self.is_waiting and self._may_ask(here)
        if act == "ask_opinion":
            return "propose" in here.on and not self.is_waiting and self.opinions_open < 20
        if act not in here.on or (self.is_waiting and act != "refuse"):
            return False
        if act in self.unanswered or act in self.joined_open:
            return False
        if act == "accept":
            return self.owes != "open"
        if act == "propose":
            return self.owes not in ("open", "unknown") and not self.opinions_open
        if act in ("approve", "sign") and self.proposer in (None, who):
            return False
        return act != "sign" or self.approver is not None

    def _may_ask(self, here: Step) -> bool:
        if not self.is_accepted:
            return self.asked < self.asks_at_intake_max
        return "propose" in here.on and self.owes != "open" and self.asked < 3 and self.is_fresh

    def does(self, act: str, who: UUID, says_no: bool = False, amount: int = 0) -> None:
        """It has been permitted. A payment that is owed ends with the case."""
        here = self.here
        if act in ("refuse", "withdraw", "stop"):
            self._ends({"refuse": "refused", "withdraw": "withdrawn", "stop": "stopped"}[act])
        elif act == "request_supplement":
            self.asked, self.is_waiting = self.asked + 1, True
            self.was_asked_at_intake |= not self.is_accepted
            self.is_taken = self.is_accepted
        elif act == "supply":
            self.is_waiting = False
        elif act == "state_fee":
            self.owes = "open" if amount else "nothing"
        elif act == "apologise":
            self.apologies += 1
        elif act == "ask_opinion":
            self.opinions_open += 1
        elif act == "give_opinion":
            self.opinions_open = max(self.opinions_open - 1, 0)
        elif here and act in here.on:
            self._goes_on(act, who, says_no, here.on[act])

    def _goes_on(self, act: str, who: UUID, says_no: bool, target: str) -> None:
        self.is_taken |= self.is_accepted
        if act == "accept":
            after = self.route.steps.get(target)
            self.is_accepted = True
            # What owes a sum that nobody has stated is taken up at once: somebody has to state it.
            self.is_taken = self.owes == "unknown" or after is None or after.status != 2
        elif act == "propose":
            self.proposer, self.approver, self.says_no = who, None, says_no
        elif act == "approve":
            self.approver = who
        elif act == "sign":
            self.answer = "no" if self.says_no else "yes"
            self.result = "" if self.says_no and not self.no_has_paper else "ready"
            target = target if self.result else "end"
        self.step = target
        after = self.here
        if after and self.delivery == "electronic" and set(after.on) == {"deliver"}:
            self.step = "end"
        if act == "release" and self.delivery == "post":
            self.result = "sent"
        if self.step == "end" and self.answer:
            self.end = "handed" if self.result else "signed"
            self.result = self.result and "handed"

    def _ends(self, end: str) -> None:
        self.end, self.step = end, "end"
        if self.owes in ("open", "unknown"):
            self.owes = "dropped"


def facts_of(story: Story) -> dict[str, Any]:
    """For a message when something is wrong."""
    return {name: value for name, value in vars(story).items() if name != "route"}
