"""The way of a case: every step is reached, every act can happen, and all lead to the end."""

from collections.abc import Iterator, Mapping
from typing import Literal, get_args, get_type_hints

from msgspec import Struct

from motcua.base.pack import Place
from motcua.cases.model.procedure import Finding, Route, Step

END = "end"
ACTIONS: tuple[str, ...] = get_args(get_args(get_type_hints(Step)["on"])[0])

Fault = tuple[Place, str, str]
Phase = Literal["filed", "accepted", "proposed", "approved", "signed"]
Stand = tuple[str, Phase]
"""A step, and how far a case has come that stands there."""


class _Order(Struct, frozen=True):
    """When an act can happen, how far the case is then, and what has to come before it."""

    phases: frozenset[Phase]
    then: Phase | None
    """None: as far as it was."""
    before: str


_AFTER_PROPOSAL: frozenset[Phase] = frozenset({"proposed", "approved"})
_ORDER: Mapping[str, _Order] = {
    "accept": _Order(frozenset({"filed"}), "accepted", "only what is new is accepted"),
    "refuse": _Order(frozenset({"filed"}), None, "only what is new is refused"),
    "propose": _Order(
        frozenset({"accepted", "proposed", "approved"}), "proposed", "'accept' comes before it"
    ),
    "approve": _Order(_AFTER_PROPOSAL, "approved", "'propose' comes before it"),
    "return_to_handler": _Order(_AFTER_PROPOSAL, None, "'propose' comes before it"),
    "sign": _Order(frozenset({"approved"}), "signed", "'approve' comes before it"),
    "release": _Order(frozenset({"signed"}), None, "'sign' comes before it"),
    "deliver": _Order(frozenset({"signed"}), None, "'sign' comes before it"),
}
"""As `rules.routes` and `rules.states` let a case move: the pack's steps cannot change it."""
_ENDING = frozenset({"refuse", "sign", "release", "deliver"})
"""What may be a case's last act."""


def route_faults(route: Route, findings: tuple[Finding, ...]) -> Iterator[Fault]:
    """Places are inside the procedure file."""
    steps = route.steps
    if route.start not in steps:
        yield ("route", "start"), f"unknown step '{route.start}'", f"known: {', '.join(steps)}"
    yield from _names(route)
    reached = _reached(route, {route.start})
    for name in steps.keys() - reached:
        yield (
            ("route", "steps", name),
            f"step '{name}' cannot be reached",
            "lead to it or remove it",
        )
    stuck = [name for name in reached & steps.keys() if END not in _reached(route, {name})]
    for name in stuck:
        what = f"step '{name}' leads nowhere"
        yield ("route", "steps", name), what, f"let one of its actions lead on to '{END}'"
    if not stuck:
        yield from _out_of_order(route)
    actions = {action for step in steps.values() for action in step.on}
    for i, finding in enumerate(findings):
        if finding.before not in actions:
            what = f"no step has the action '{finding.before}' for which this finding waits"
            yield ("findings", i), what, "mend 'before' or the route"


def _names(route: Route) -> Iterator[Fault]:
    for name, step in route.steps.items():
        for action, target in step.on.items():
            place: Place = ("route", "steps", name, "on", action)
            if action not in ACTIONS:
                yield place, f"unknown action '{action}'", f"known: {', '.join(ACTIONS)}"
            if target != END and target not in route.steps:
                mend = f"known: {', '.join(route.steps)}, {END}"
                yield place, f"'{action}' leads to an unknown step '{target}'", mend


def _out_of_order(route: Route) -> Iterator[Fault]:
    """Acts that no case can come to, ends without an answer, and steps where nothing is left to do:
    what waits there waits for ever."""
    stands = _stands(route)
    for name, step in route.steps.items():
        phases = {phase for at, phase in stands if at == name}
        if not phases:
            continue  # told already: nothing leads here
        known = [action for action in step.on if action in _ORDER]
        for action in known:
            place: Place = ("route", "steps", name, "on", action)
            order = _ORDER[action]
            if not order.phases & phases:
                what = f"'{action}' at step '{name}' can never happen: {order.before}"
                yield place, what, "mend the order of the steps"
            elif step.on[action] == END and action not in _ENDING:
                what = f"'{action}' ends the case before anything is signed"
                yield place, what, "lead it to the step that signs"
        for phase in get_args(Phase):
            if phase in phases and known and not any(phase in _ORDER[a].phases for a in known):
                what = f"step '{name}' has nothing to do for a case that is only {phase}"
                mend = "lead the case elsewhere, or give the step what comes next"
                yield ("route", "steps", name), what, mend


def _stands(route: Route) -> set[Stand]:
    """Every step with every phase in which a case can come to it."""
    found: set[Stand] = {(route.start, "filed")}
    waiting = [*found]
    while waiting:
        name, phase = waiting.pop()
        step = route.steps.get(name)
        for action, target in step.on.items() if step else ():
            order = _ORDER.get(action)
            # Whatever the step says, a refusal at intake is the end.
            if order is None or phase not in order.phases or action == "refuse":
                continue
            stand: Stand = (target, order.then or phase)
            if stand not in found:
                found.add(stand)
                waiting.append(stand)
    return found


def _reached(route: Route, found: set[str]) -> set[str]:
    waiting = [*found]
    while waiting:
        step = route.steps.get(waiting.pop())
        fresh = set(step.on.values()) - found if step else set()
        found |= fresh
        waiting.extend(fresh)
    return found
