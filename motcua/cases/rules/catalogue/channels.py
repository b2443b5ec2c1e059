"""The table of ways to file: each line a way, a time, a fee with its note, and a remark."""

from collections.abc import Iterator

from msgspec import Struct

from motcua.cases.model.catalogue import FeeKind, ReadChannel, ReadFee
from motcua.cases.rules.catalogue.fees import kind_by_note, money_in, read_fee, whole
from motcua.cases.rules.catalogue.grammar import Grammar, squeezed
from motcua.cases.rules.catalogue.limits import read_limits

FIELD = "cach_thuc_thuc_hien"
LINES_MAX = 200
Fault = tuple[str, str, str]
"""Field, text, why."""


class Line(Struct, frozen=True):
    """One line, cut into its cells, none of them understood yet."""

    way: str
    time: str
    fee: str
    note: str
    remark: str
    why: str = ""
    """Why it could not be cut."""


class ReadTable(Struct, frozen=True):
    channels: tuple[ReadChannel, ...]
    limits: int
    limits_read: int
    fees: int
    fees_read: int
    faults: tuple[Fault, ...]


def read_channels(grammar: Grammar, cell: str, steps: str) -> ReadTable:
    """Of the time limits, those count that state a number and a word behind it; of the fees, every
    cell, also one that says there is no information: that is read as unknown."""
    heading = grammar.words.headings.channels
    body = cell.removeprefix(heading)
    faults: list[Fault] = []
    lines = list(cut(grammar, body))
    if squeezed(body) and (not lines or body[: body.find(lines[0].way)].strip()):
        faults.append((FIELD, _short(body), "no_line"))
    channels = []
    limits = limits_read = fees_read = 0
    for line in lines:
        found, why_limit = read_limits(grammar, line.time, line.remark, steps)
        fee, why_fee = read_fee(grammar, line.fee, line.note, line.remark)
        if line.why:
            fee, why_fee = _undivided(grammar, line, fee)
        way = grammar.words.channels[line.way]
        channels += [ReadChannel(channel=way, limit=limit, fee=fee) for limit in found]
        if grammar.mention.search(line.time) or grammar.time.fullmatch(line.time):
            limits += 1
            limits_read += all(limit.unit is not None for limit in found)
        fees_read += why_fee is None
        if why_limit:
            faults.append((FIELD, _short(f"{line.way}: {line.time}"), f"limit.{why_limit}"))
        if why_fee:
            note = f" ({line.note})" if line.note else ""
            faults.append((FIELD, _short(f"{line.way}: {line.fee}{note}"), f"fee.{why_fee}"))
    return ReadTable(
        tuple(channels), limits, limits_read, len(lines), fees_read, tuple(dict.fromkeys(faults))
    )


def _undivided(grammar: Grammar, line: Line, fee: ReadFee) -> tuple[ReadFee, str | None]:
    """A number and a sum that nobody can part; the note may still name what sets the sum."""
    is_set = bool(line.note) and kind_by_note(grammar, line.note) == "by_law"
    kind: FeeKind = "by_law" if is_set and not money_in(grammar, line.note) else "unknown"
    found = ReadFee(kind=kind, case=fee.case, text=line.fee)
    return found, None if kind == "by_law" else line.why


def cut(grammar: Grammar, body: str) -> Iterator[Line]:
    """The lines of the table. A way that is named inside a remark begins no line: no time and fee
    follow it."""
    found = list(grammar.line.finditer(body))[:LINES_MAX]
    for at, match in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(body)
        note, remark = _note(body[match.end() : end])
        if match["joined"]:
            yield _parted(grammar, match["way"], match["joined"], note, remark)
        elif match["said"]:
            yield Line(match["way"], squeezed(match["said"]), match["said_fee"], note, remark)
        elif match["told_fee"]:
            yield Line(match["way"], match["plain"], squeezed(match["told_fee"]), note, remark)
        elif match["odd"]:
            yield Line(match["way"], "", squeezed(match["odd"]), note, remark, "not_parted")
        else:
            yield Line(match["way"], match["time"], match["fee"], note, remark)


def _note(rest: str) -> tuple[str, str]:
    """What stands in brackets right behind the fee, and the remark behind that. A bracket that is
    never closed holds everything."""
    if not rest.startswith("("):
        return "", rest
    depth = 0
    for at, letter in enumerate(rest):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return rest[1:at], rest[at + 1 :]
    return rest[1:], ""


def _parted(grammar: Grammar, way: str, joined: str, note: str, remark: str) -> Line:
    """A bare number run into a fee: `3100,000 VNĐ` is 3 and 100,000, since sums are printed with
    commas. Where two readings remain the note decides, or nobody."""
    digits = joined[: len(joined) - len(joined.lstrip("0123456789,"))]
    rest = joined[len(digits) :]
    if not rest.startswith(" "):
        return Line(way, digits, rest, note, remark)
    ways = [
        (digits[:at], digits[at:] + rest)
        for at in range(1, len(digits))
        if digits[:at].isdigit()
        and int(digits[:at])
        and digits[at] != "0"
        and grammar.sum.fullmatch(digits[at:] + rest)
    ]
    if len(ways) > 1:
        said = {amount for amount, _ in money_in(grammar, note)}
        ways = [one for one in ways if {_sum(one[1]), 1000 * _sum(one[1])} & said]
    if len(ways) == 1:
        return Line(way, *ways[0], note, remark)
    return Line(way, "", joined, note, remark, "number_and_sum_in_one")


def _sum(fee: str) -> int:
    return whole(fee.split(" ")[0])


def _short(text: str) -> str:
    return squeezed(text)[:500]
