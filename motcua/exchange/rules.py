"""When to ask a register again, when to leave it in peace, and what its file may not say."""

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from motcua.base.pack import Kind, Pack, PackFault, Place, Where
from motcua.exchange.model import PARTS, Operation, Part, Register, Told

REGISTERS = Kind(name="register", place="registers/", type=Register)

PAUSE_SECONDS = 0.1
PAUSE_SECONDS_MAX = 1.0
CLOCK_SKEW_SECONDS_MAX = 300  # the window in which message signatures are commonly accepted

# The register works and said no to this question; asking it less often would help nobody.
NOT_THE_REGISTERS_FAULT = frozenset({"register.not_permitted", "register.mismatch"})
# It may go better in a moment. A wrong answer would only be wrong again.
WORTH_ANOTHER_TRY = frozenset(
    {"register.down", "register.slow", "register.busy", "register.cut_off"}
)
# Nobody is at home. Every other trouble comes from a register that is there.
DOWN = frozenset({"register.down", "register.not_configured"})


class Breaker(Struct, frozen=True):
    """Closed while `retry_at` is None; then open until that moment, when one probe may go.

    Letting the probe go moves `retry_at` on: if it is never heard of again, the next may go later.
    """

    failures: int = 0
    retry_at: float | None = None


def may_ask(breaker: Breaker, at: float, rest: float) -> tuple[bool, Breaker]:
    """Whether a question may go at `at`, and the breaker after letting it go."""
    if breaker.retry_at is None:
        return True, breaker
    if at < breaker.retry_at:
        return False, breaker
    return True, replace(breaker, retry_at=at + rest)


def answered() -> Breaker:
    return Breaker()


def failed(breaker: Breaker, at: float, limit: int, rest: float) -> Breaker:
    """Opens after `limit` failures in a row, and at once when a probe fails."""
    failures = min(breaker.failures + 1, limit)
    if failures < limit:
        return replace(breaker, failures=failures)
    # A late failure of an old question never brings the next probe forward.
    return Breaker(failures, max(at + rest, breaker.retry_at or 0.0))


def pause(tried: int, chance: float, asked_to_wait: float = 0.0) -> float:
    """Seconds before the next try: exponential with full jitter (`chance` in 0…1), and no less than
    the register itself asked for."""
    longest = min(PAUSE_SECONDS_MAX, PAUSE_SECONDS * 2.0 ** (tried - 1))
    return max(chance * longest, asked_to_wait)


def has_time(spent: float, wait: float, budget: float) -> bool:
    """Whether after waiting there is still time worth a try."""
    return spent + wait < budget - PAUSE_SECONDS


def state(trouble: str | None) -> Literal["up", "degraded", "down"]:
    """How a register is, by what was wrong when it was last asked."""
    if trouble is None:
        return "up"
    return "down" if trouble in DOWN else "degraded"


def register_faults(pack: Pack, where: Where) -> Iterator[PackFault]:
    """What would make an answer unreadable, or let it pass for another person's."""
    for name, register in pack.folder("registers", Register).items():
        file = f"registers/{name}.yaml"
        words = register.envelope
        spoken = [*words.found, *words.nothing, *words.not_permitted, *words.mismatch]
        for word in sorted({w for w in spoken if spoken.count(w) > 1}):
            what = f"the status '{word}' has two meanings"
            yield where.fault(file, ("envelope",), what, "let each status stand in one list")
        for key, operation in register.operations.items():
            for place, what, mend in _operation_faults(operation):
                yield where.fault(file, ("operations", key, *place), what, mend)
    yield from _part_faults(pack.folder("registers", Register), where)


def playing(registers: Mapping[str, Register], part: Part) -> list[tuple[str, str]]:
    """The register and operation that play a part; one, unless the pack is wrong."""
    return [
        (name, key)
        for name, register in registers.items()
        for key, operation in register.operations.items()
        if operation.part == part
    ]


def _part_faults(registers: Mapping[str, Register], where: Where) -> Iterator[PackFault]:
    for part, fields in PARTS.items():
        players = playing(registers, part)
        if registers and not players:
            what = f"no operation of a register plays the part '{part}'"
            yield where.fault("registers", (), what, f"give one of them 'part: {part}'")
        for number, (name, key) in enumerate(players):
            file, place = f"registers/{name}.yaml", ("operations", key)
            if number:
                what = f"'{part}' is played by {'.'.join(players[0])} too"
                yield where.fault(file, (*place, "part"), what, "let one operation play it")
            operation = registers[name].operations[key]
            asked = {k for k, sent in operation.request.items() if sent.required}
            if asked != {"number"}:
                what = f"the platform asks the part '{part}' by 'number' alone"
                yield where.fault(file, (*place, "request"), what, "require that and no other")
            for field, inner in fields:
                told = operation.response.get(field)
                if told is None or (inner is not None and inner not in told.fields):
                    what = f"the part '{part}' must answer '{inner or field}'"
                    yield where.fault(file, (*place, "response"), what, "add it")


def _operation_faults(operation: Operation) -> Iterator[tuple[Place, str, str]]:
    for field, argument in operation.echo.items():
        sent = operation.request.get(argument)
        if sent is None or not sent.required:
            what = f"'{argument}' is not an argument that is always sent"
            yield ("echo", field), what, "name a required argument of 'request'"
    yield from _told_faults(operation.response, ("response",))


def _told_faults(fields: Mapping[str, Told], place: Place) -> Iterator[tuple[Place, str, str]]:
    for name, told in fields.items():
        here = (*place, name)
        if (told.type == "choice") != bool(told.values):
            yield here, f"'values' does not fit the type {told.type}", "write it for a choice only"
        if (told.type in ("group", "list")) != bool(told.fields):
            what = f"'fields' does not fit the type {told.type}"
            yield here, what, "write it for a group or a list only"
        yield from _told_faults(told.fields, (*here, "fields"))
