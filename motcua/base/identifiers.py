"""Numbers and codes that people, firms and offices go by; their rules are data of the pack."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal, Protocol

from msgspec import Meta, Struct

from motcua.base.pack import Kind, Pack, PackFault, Where
from motcua.base.settings import Settings
from motcua.base.text import Text

TEXT_MAX = 64
"""No identifier is longer; nothing longer is looked at."""

Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,40}$")]


class WeightsMod(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A check digit: `minus_from` less the weighted sum of the digits before it, mod `modulus`.

    A result that is not one digit means that no such number is given out.
    """

    kind: Literal["weights_mod"]
    weights: Annotated[tuple[int, ...], Meta(min_length=1, max_length=30)]
    modulus: Annotated[int, Meta(ge=2, le=97)]
    minus_from: Annotated[int, Meta(ge=0, le=97)]

    def holds(self, digits: str) -> bool:
        before, check = digits[: len(self.weights)], digits[len(self.weights) :][:1]
        total = sum(w * int(d) for w, d in zip(self.weights, before, strict=False))
        return check == str(self.minus_from - total % self.modulus)


class Reversal(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Codes of dotted groups that another kind writes in the opposite order and without padding.

    `widths` are those of the groups behind the first one, as the other kind orders them; a group of
    zeros stands for none: `000.01.02.A1` here is `A1.02.01` there, with widths 2, 2 and 3.
    """

    kind: Name
    widths: Annotated[tuple[int, ...], Meta(min_length=1, max_length=9)]

    def turned(self, text: str) -> str:
        *behind, first = text.split(".")
        behind.reverse()
        while behind and not behind[-1].strip("0"):
            behind.pop()
        return ".".join((first, *behind))

    def turned_back(self, text: str) -> str | None:
        """None for what fixed widths cannot hold."""
        first, *behind = text.split(".")
        padded = [*behind, *("0" * width for width in self.widths[len(behind) :])]
        made = ".".join((*reversed(padded), first))
        fits = tuple(len(group) for group in padded) == self.widths
        return made if fits and self.turned(made) == text else None


class Rule(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: Text
    pattern: Annotated[str, Meta(max_length=300)]
    """A regular expression for the whole text."""
    check: WeightsMod | None = None
    reverses: Reversal | None = None
    """The kind whose codes these are, the other way round."""
    demo_prefix: str | None = None
    """Numbers that begin so belong to invented people: accepted in the demo, and only there."""
    valid: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()
    """Vectors that `pack check` tries."""
    source: str
    verified: bool = True


class IdentifierFile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`identifiers.yaml` of a pack."""

    identifiers: dict[Name, Rule]


IDENTIFIERS = Kind(name="identifiers", place="identifiers.yaml", type=IdentifierFile)


class _City(Protocol):
    @property
    def pack(self) -> Pack: ...
    @property
    def settings(self) -> Settings: ...


class Identifiers:
    def __init__(self, rules: dict[str, Rule], *, demo: bool) -> None:
        self.rules = rules
        self.demo = demo

    @classmethod
    def of(cls, city: _City) -> "Identifiers":
        file = city.pack.file("identifiers", IdentifierFile)
        return cls(file.identifiers, demo=city.settings.demo)

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        return {name: re.compile(rule.pattern, re.ASCII) for name, rule in self.rules.items()}

    def valid(self, kind: str, text: str) -> bool:
        return self.fault(kind, text) is None

    def fault(self, kind: str, text: str) -> str | None:
        """Why this is no identifier of that kind, or None. KeyError for an unknown kind."""
        rule = self.rules[kind]
        if len(text) > TEXT_MAX or not self._patterns[kind].fullmatch(text):
            return "identifier.form"
        if rule.demo_prefix and text.startswith(rule.demo_prefix) and not self.demo:
            return "identifier.demo_only"
        digits = "".join(c for c in text if c.isdigit())
        if rule.check and not rule.check.holds(digits):
            return "identifier.check_digit"
        return None

    def other_form(self, kind: str, text: str) -> str | None:
        """The same code as the kind that this one reverses, or is reversed by, writes it."""
        for name, rule in self.rules.items():
            if rule.reverses is None or rule.reverses.kind not in self.rules.keys() - {name}:
                continue
            pair = {name: rule.reverses.turned, rule.reverses.kind: rule.reverses.turned_back}
            if kind not in pair or not self.valid(kind, text):
                continue
            (other,) = pair.keys() - {kind}
            made = pair[kind](text)
            if made and self.valid(other, made):
                return made
        return None


def identifier_faults(pack: Pack, where: Where) -> Iterator[PackFault]:
    """Patterns that do not compile, and vectors that the rules do not bear out."""
    if not pack.has("identifiers"):
        return
    rules = pack.file("identifiers", IdentifierFile).identifiers
    for name, rule in rules.items():
        place = ("identifiers", name)
        try:
            re.compile(rule.pattern, re.ASCII)
        except re.error as error:
            what = f"'pattern' is no regular expression: {error}"
            yield where.fault("identifiers.yaml", (*place, "pattern"), what, "mend it")
            continue
        if rule.reverses and rule.reverses.kind not in rules.keys() - {name}:
            what = f"reverses an unknown kind '{rule.reverses.kind}'"
            mend = f"known: {', '.join(rules.keys() - {name})}"
            yield where.fault("identifiers.yaml", (*place, "reverses", "kind"), what, mend)
        single = Identifiers({name: rule}, demo=True)
        for expected, texts in (("valid", rule.valid), ("invalid", rule.invalid)):
            for i, text in enumerate(texts):
                if single.valid(name, text) != (expected == "valid"):
                    what = f"'{text}' is listed as {expected}, and the rule says otherwise"
                    here = (*place, expected, i)
                    yield where.fault("identifiers.yaml", here, what, "mend the rule or the list")
