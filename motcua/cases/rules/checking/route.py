"""The way of a case: every step can be reached, and every step can reach the end."""

from collections.abc import Iterator
from typing import get_args, get_type_hints

from motcua.base.pack import Place
from motcua.cases.model.procedure import Finding, Route, Step

END = "end"
ACTIONS: tuple[str, ...] = get_args(get_args(get_type_hints(Step)["on"])[0])

Fault = tuple[Place, str, str]


def route_faults(route: Route, findings: tuple[Finding, ...]) -> Iterator[Fault]:
    """Places are inside the procedure file."""
    steps = route.steps
    if route.start not in steps:
        yield ("route", "start"), f"unknown step '{route.start}'", f"known: {', '.join(steps)}"
    for name, step in steps.items():
        for action, target in step.on.items():
            if action not in ACTIONS:
                place = ("route", "steps", name, "on", action)
                yield place, f"unknown action '{action}'", f"known: {', '.join(ACTIONS)}"
            if target != END and target not in steps:
                mend = f"known: {', '.join(steps)}, {END}"
                place = ("route", "steps", name, "on", action)
                yield place, f"'{action}' leads to an unknown step '{target}'", mend
    reached = _reached(route, {route.start})
    for name in steps.keys() - reached:
        yield (
            ("route", "steps", name),
            f"step '{name}' cannot be reached",
            "lead to it or remove it",
        )
    for name in reached & steps.keys():
        if END not in _reached(route, {name}):
            what = f"step '{name}' leads nowhere"
            yield ("route", "steps", name), what, f"let one of its actions lead on to '{END}'"
    actions = {action for step in steps.values() for action in step.on}
    for i, finding in enumerate(findings):
        if finding.before not in actions:
            what = f"no step has the action '{finding.before}' for which this finding waits"
            yield ("findings", i), what, "mend 'before' or the route"


def _reached(route: Route, found: set[str]) -> set[str]:
    waiting = [*found]
    while waiting:
        step = route.steps.get(waiting.pop())
        fresh = set(step.on.values()) - found if step else set()
        found |= fresh
        waiting.extend(fresh)
    return found
