"""Conditions and sums of a pack, in CEL: read once, then asked many times about plain facts.

The engine has no limit on steps and dies of deep nesting, so sources and lists are capped before
it sees them. Its own errors may quote a person's value; ours never do.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import cel

from motcua.base.errors import Fault

SOURCE_CHARACTERS_MAX = 1000
NESTING_MAX = 40
LOOPS_NESTED_MAX = 2
LIST_MAX = 200
FACTS_DEPTH_MAX = 12
_WHOLE_MAX = 2**63 - 1
_CONSTANTS = {"true": True, "false": False}

# Texts and comments, so that what stands inside them is neither counted nor looked up.
_QUIET = re.compile(
    r"""[bB]?[rR][bB]?(?:\'\'\'.*?\'\'\'|"{3}.*?"{3}|'[^']*'|"[^"]*")"""
    r"""|\'\'\'.*?\'\'\'|"{3}.*?"{3}|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|//[^\n]*""",
    re.DOTALL,
)
_LOOP = re.compile(r"\.\s*(all|exists|exists_one|map|filter)\s*\(\s*([A-Za-z_]\w*)\s*,")
_PATH = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\s*\.\s*([A-Za-z_]\w*)\b(?!\s*\()")
_PLACE = re.compile(r"<input>:(\d+):(\d+)")
_FUNCTIONS = {"size", "contains", "startsWith", "endsWith", "matches", "int", "string"} | {
    "age",
    "days",
    "length",
}


class ExpressionError(Exception):
    """A pack's expression that cannot be read or answered: a fault of the pack, not of a person.

    `line` and `column` count from 1; they are known only for what the parser refuses.
    """

    def __init__(self, reason: str, line: int = 1, column: int = 1, **facts: object) -> None:
        super().__init__(f"{reason} {facts}" if facts else reason)
        self.reason = reason
        self.line, self.column = line, column
        self.facts = facts

    def fault(self, pointer: str) -> Fault:
        return Fault(pointer, self.reason, {**self.facts, "line": self.line, "column": self.column})


class Facts:
    """What expressions may look at. The engine is handed only what an expression names: copying a
    whole form for it would cost more than all the expressions.

    Dates become ISO text. Own functions: `age(born, on)` in whole years and `days(from, to)` over
    ISO dates, `length(text)` in letters as people count them (`size` of a text counts bytes).
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def context(self, looks: Mapping[str, frozenset[str] | None]) -> cel.Context:
        """Of each fact the keys that are looked at; None: all of it."""
        plain = {}
        for name, keys in looks.items():
            value = self.values.get(name)
            if keys is not None and isinstance(value, Mapping):
                plain[name] = {key: _plain(value[key], 2) for key in keys if key in value}
            elif name in self.values:
                plain[name] = _plain(value, 1)
        return cel.Context(variables=plain, functions=_OWN)


class Expression:
    """One expression, read. `names` are the facts it looks at, `paths` the dotted ones."""

    def __init__(self, source: str) -> None:
        self.source = source
        bare = _QUIET.sub("''", source)
        _refuse_oversize(source, bare)
        self._program = _compile(source)
        loops = {found[2] for found in _LOOP.finditer(bare)}
        used = self._program.references()
        self.names = frozenset(set(used["variables"]) - loops)
        self.paths = frozenset(
            f"{root}.{name}" for root, name in _PATH.findall(bare) if root in self.names
        )
        self._looks = {name: _keys_of(name, bare) for name in self.names}
        unknown = {f for f in used["functions"] if f.isidentifier() and not f.startswith("_")}
        if unknown := unknown - _FUNCTIONS:
            raise ExpressionError("expression.unknown_function", name=min(unknown))

    def answer(self, facts: Facts) -> Any:
        if self.source in _CONSTANTS:  # most conditions and many sums
            return _CONSTANTS[self.source]
        try:
            return self._program.execute(facts.context(self._looks))
        except KeyError as error:
            name = str(error.args[0])  # a key that was looked up by a value stays unsaid
            facts_told: dict[str, Any] = {"name": name} if name in self.source else {}
            raise ExpressionError("expression.unknown_key", **facts_told) from None
        except (TypeError, ValueError, ArithmeticError, IndexError) as error:
            raise ExpressionError(_WHY.get(type(error), "expression.wrong_type")) from None
        except RuntimeError:
            raise ExpressionError("expression.unknown_name") from None

    def holds(self, facts: Facts) -> bool:
        found = self.answer(facts)
        if not isinstance(found, bool):
            raise ExpressionError("expression.not_yes_or_no")
        return found

    def whole(self, facts: Facts) -> int:
        found = self.answer(facts)
        if isinstance(found, bool) or not isinstance(found, int):
            raise ExpressionError("expression.not_a_whole_number")
        return found


def _keys_of(name: str, bare: str) -> frozenset[str] | None:
    """Which keys of a fact are looked at; None where it is also looked at as a whole."""
    keys = [key for root, key in _PATH.findall(bare) if root == name]
    times = len(re.findall(rf"(?<![\w.]){name}(?!\w)", bare))
    return frozenset(keys) if len(keys) == times else None


@lru_cache(maxsize=8192)
def read(source: str) -> Expression:
    """The expression, compiled once. Raises ExpressionError with the place of what is wrong."""
    return Expression(source)


def references(source: str) -> set[str]:
    """The root names it looks at: `answers`, `subject`, `today`."""
    return set(read(source).names)


_WHY: dict[type[Exception], str] = {
    ZeroDivisionError: "expression.division_by_zero",
    OverflowError: "expression.overflow",
}


def _refuse_oversize(source: str, bare: str) -> None:
    if len(source) > SOURCE_CHARACTERS_MAX:
        raise ExpressionError("expression.too_long", max=SOURCE_CHARACTERS_MAX)
    loops = {found.end(1): found for found in _LOOP.finditer(bare)}
    open_brackets: list[bool] = []
    for index, letter in enumerate(bare):
        if letter in "([{":
            open_brackets.append(any(end <= index < loops[end].start(2) for end in loops))
            if len(open_brackets) > NESTING_MAX:
                raise ExpressionError("expression.too_deep", max=NESTING_MAX)
            if sum(open_brackets) > LOOPS_NESTED_MAX:
                raise ExpressionError("expression.too_many_loops", max=LOOPS_NESTED_MAX)
        elif letter in ")]}" and open_brackets:
            open_brackets.pop()


def _compile(source: str) -> cel.Program:
    try:
        return cel.compile(source)
    except ValueError as error:
        place = _PLACE.search(str(error))
        line, column = (int(place[1]), int(place[2])) if place else (1, 1)
        raise ExpressionError("expression.syntax", line, column) from None


def _plain(value: Any, depth: int) -> Any:
    """Only what the engine handles safely and the specification agrees on."""
    if value is None or isinstance(value, bool | str | float):
        return value
    if isinstance(value, int):
        if abs(value) > _WHOLE_MAX:
            raise ExpressionError("expression.overflow")
        return value
    if depth > FACTS_DEPTH_MAX:
        raise ExpressionError("expression.facts_too_deep", max=FACTS_DEPTH_MAX)
    if isinstance(value, Mapping):
        return {name: _plain(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        if len(value) > LIST_MAX:
            raise ExpressionError("expression.list_too_long", max=LIST_MAX)
        return [_plain(inner, depth + 1) for inner in value]
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    raise ExpressionError("expression.unfit_fact", type=type(value).__name__)


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


# The engine prints what an own function raises, values and all. So these never raise: they answer
# null, and the comparison around them fails with a type error that names nobody.
def _age(*given: object) -> int | None:
    born, on = (_day(text) for text in given) if len(given) == 2 else (None, None)
    if born is None or on is None:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _days(*given: object) -> int | None:
    first, last = (_day(text) for text in given) if len(given) == 2 else (None, None)
    return None if first is None or last is None else (last - first).days


def _length(*given: object) -> int | None:
    return len(given[0]) if len(given) == 1 and isinstance(given[0], str) else None


_OWN = {"age": _age, "days": _days, "length": _length}
