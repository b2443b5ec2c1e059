"""The forms of a case: which one an event makes, how a case went from hand to hand."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from motcua.cases.model.paper import Handover, Outcome
from motcua.cases.model.procedure import Route
from motcua.cases.model.regime import Form, Regime

PROMISES = ("case.filed", "case.accepted", "case.supplied", "case.resumed")
"""What a receipt tells of: each of these gives the applicant a time, the last one counts."""


def form_of(law: Regime, kind: str) -> Form | None:
    """The form of this kind that the case's own rules know and the pack can set."""
    forms = law.forms.list if law.forms else ()
    return next((one for one in forms if one.kind == kind and one.template), None)


def form_after(law: Regime, event: str) -> Form | None:
    """The form that this event makes; None: it makes none."""
    forms = law.forms.list if law.forms else ()
    return next((one for one in forms if one.made_on == event and one.template), None)


class Happened(Struct, frozen=True):
    """An event as a control sheet needs it. All times are those of the wall."""

    kind: str
    at: datetime
    by: str
    text: str
    step: str | None
    """To which step it took the case; None: it says nothing of steps."""
    step_due_at: datetime | None
    """The time that a step got anew, after it had waited for the applicant."""


def handovers(
    happened: Iterable[Happened],
    route: Route,
    applicant: str,
    end: str,
    moment: Callable[[datetime, str], datetime],
) -> Iterator[Handover]:
    """Each time the case changed hands. `moment` adds a step's limit; what waited for its applicant
    goes by the time that it got anew."""
    step, due = route.start, None

    def name(code: str) -> str:
        return route.steps[code].name.vi if code in route.steps else end

    for one in happened:
        target = one.step or step
        here = f"{name(step)} · {one.by}" if one.by else name(step)
        if one.kind in _FROM_APPLICANT:
            yield Handover(applicant, name(target), one.at, None, one.text)
        elif one.kind == "case.supplement_requested":
            yield Handover(here, applicant, one.at, _outcome(due, one.at), one.text)
        elif target != step:
            yield Handover(here, name(target), one.at, _outcome(due, one.at), one.text)
        if one.step_due_at:
            due = one.step_due_at
        elif target != step or one.kind == "case.filed":
            limit = route.steps[target].limit if target in route.steps else None
            due = moment(one.at, limit) if limit else None
        step = target


_FROM_APPLICANT = ("case.filed", "case.supplied")


def _outcome(due: datetime | None, at: datetime) -> Outcome | None:
    """Early: on a day before the one on which the step's time ended."""
    if due is None:
        return None
    if at > due:
        return "late"
    return "on_time" if at.date() == due.date() else "early"
