"""The hours of a route: its steps together take no longer than what is promised."""

from collections.abc import Iterator

from motcua.base.errors import Invalid
from motcua.base.pack import Place
from motcua.cases.model.procedure import Procedure, Route
from motcua.cases.rules.deadline import read_limit

HOURS_A_DAY = 8
_DAYS_A_MONTH = 20

Fault = tuple[Place, str, str]


def hours_faults(procedure: Procedure) -> Iterator[Fault]:
    """Steps without a limit take what the others leave."""
    promised: dict[Place, str | None] = {("limit",): procedure.limit}
    for i, one in enumerate(procedure.limit_if):
        promised["limit_if", i, "limit"] = one.limit
    taken = _longest(procedure.route, procedure.route.start, frozenset())
    for place, limit in promised.items():
        left = _office_hours(limit) if limit else None
        if left is not None and taken > left:
            what = f"the steps may take {taken:g} office hours, and {limit} leaves {left:g}"
            yield place, what, "shorten the limits of the steps"


def _longest(route: Route, name: str, seen: frozenset[str]) -> float:
    """Back to the handler is a detour of the same hours."""
    step = route.steps.get(name)
    if step is None or name in seen:
        return 0
    onward = [to for act, to in step.on.items() if act not in ("return_to_handler", "refuse")]
    own = _office_hours(step.limit) if step.limit else None
    return (own or 0) + max((_longest(route, to, seen | {name}) for to in onward), default=0)


def _office_hours(text: str) -> float | None:
    """The fewest that a limit leaves, holidays aside. None: unreadable, which is told elsewhere."""
    try:
        limit = read_limit(text)
    except Invalid:
        return None
    match limit.unit:
        case "wd" | "sd":
            return limit.value * HOURS_A_DAY
        case "wh":
            return limit.value
        case "d":
            return _working_days(int(limit.value)) * HOURS_A_DAY
        case "h":
            days, hours = divmod(int(limit.value), 24)
            return _working_days(days) * HOURS_A_DAY if days else hours
    return limit.value * _DAYS_A_MONTH * HOURS_A_DAY


def _working_days(days: int) -> int:
    """Two of seven are days off; a promise that would end on one ends on the day after."""
    weeks, rest = divmod(days, 7)
    return 5 * weeks + (max(1, rest - 2) if rest else 0)
