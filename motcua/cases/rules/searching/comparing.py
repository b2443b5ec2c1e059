"""How well a procedure's own words answer a question that was read into parts."""

import math
from array import array
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from sys import intern
from typing import NamedTuple

from motcua.cases.model.search import Entry
from motcua.cases.rules.searching.reading import Meaning, Part
from motcua.cases.rules.searching.spelling import bare, words

AROUND = 0.35
"""What a word of the field or the agency is worth beside one of the title."""

_SHARE_FOUND_MIN = 0.4
_OTHER_MARKS, _NEXT_PART, _SCATTERED = 0.8, 0.3, 0.6
_UNNAMED = 0.6
_OFTEN, _ELSEWHERE = 1.1, 0.85
_GAP = "|"


class Title(NamedTuple):
    plain: str
    """Its names and keywords, bare, with spaces around each word and a gap after each name."""
    marked: tuple[str, ...]
    """Those of its words that have marks, as written."""
    around: tuple[str, ...]
    """What only its field and agency say."""
    size: int
    """How many words the full name has."""
    favour: float

    @property
    def name(self) -> set[str]:
        return set(self.plain.split()[: self.size])


class _Answer(NamedTuple):
    """How one meaning of one part is met: how well, what share of it, by which words."""

    score: float
    share: float
    words: tuple[str, ...]


_NONE = _Answer(0.0, 0.0, ())


class Titles:
    """The words of all procedures, and how rare each is."""

    def __init__(self, entries: Iterable[Entry], often: frozenset[str]) -> None:
        self.codes: list[str] = []
        self.all: list[Title] = []
        self.in_title: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self.in_around: dict[str, array[int]] = defaultdict(lambda: array("I"))
        for one in entries:
            self._add(one, _OFTEN if one.code in often else 1.0)
        count = len(self.all)
        self._none = math.log(2 + count)
        self._rarities = {w: math.log(1 + count / len(at)) for w, at in self.in_around.items()}
        self._rarities |= {w: math.log(1 + count / len(at)) for w, at in self.in_title.items()}
        self.known = frozenset(self._rarities)
        self._numbers = {word: number for number, word in enumerate(self.in_title)}
        self._pairs = {
            (self._numbers[one] << 32) + self._numbers[other]
            for title in self.all
            for one, other in pairwise(title.plain.split())
            if _GAP not in (one, other)
        }
        self.masses = [self.rarity_of(title.name) for title in self.all]

    def rarity(self, word: str) -> float:
        return self._rarities.get(word, self._none)

    def rarity_of(self, of: Iterable[str]) -> float:
        return sum(map(self.rarity, of))

    def is_pair(self, one: str, other: str) -> bool:
        """Whether they stand side by side in any title."""
        first, second = self._numbers.get(one), self._numbers.get(other)
        return first is not None and second is not None and (first << 32) + second in self._pairs

    def compared(self, at: int, parts: list[Part]) -> float:
        """How well a procedure answers the whole question; 0 when too little of it is there."""
        title = self.all[at]
        here = set(title.plain.split())
        asked = reached = scored = outright = 0.0
        named: set[str] = set()
        before = ""
        for part in parts:
            met = self._met(part, at, here)
            asked += part.mass
            reached += part.mass * met.share
            scored += part.mass * met.score
            if met.words:
                if f" {before} {met.words[0]} " in title.plain:
                    scored += _NEXT_PART * part.mass * met.score
                before = met.words[-1]
                named.update(met.words)
            else:
                outright += part.mass * met.share
        if reached < _SHARE_FOUND_MIN * asked:
            return 0.0
        whole = self.masses[at]
        # The more of its name was said, the likelier it is that very procedure.
        covered = self.rarity_of(named & title.name) / whole
        closeness = _UNNAMED + (1 - _UNNAMED) * max(covered, outright / asked)
        return scored / asked * (reached / asked) * closeness * title.favour

    def _met(self, part: Part, at: int, here: set[str]) -> _Answer:
        best = _NONE
        for meaning in part.meanings:
            met = self._likeness(meaning, at, here)
            if met.score > best.score:
                best = met
        typed = part.typed[0]
        is_plain = len(part.typed) == 1 and best.words == (bare(typed),) != (typed,)
        if is_plain and typed not in self.all[at].marked:
            return best._replace(score=best.score * _OTHER_MARKS)
        return best

    def _likeness(self, meaning: Meaning, at: int, here: set[str]) -> _Answer:
        if at in meaning.places:
            return _Answer(meaning.likeness * meaning.places[at], 1.0, ())
        title = self.all[at]
        share = 0.0
        for word, part in zip(meaning.words, meaning.shares, strict=True):
            if word in here:
                share += part
            elif word in title.around:
                share += part * AROUND
        if not share or len(meaning.words) == 1:
            return _Answer(meaning.likeness * share, share, meaning.words)
        near = sum(pair in title.plain for pair in meaning.pairs) / len(meaning.pairs)
        share *= _SCATTERED + (1 - _SCATTERED) * near
        return _Answer(meaning.likeness * share * share, share, meaning.words)

    def _add(self, one: Entry, favour: float) -> None:
        at = len(self.all)
        texts = [words(text) for text in dict.fromkeys((*one.names, *one.keywords)) if text]
        written = [word for text in texts for word in (*text, _GAP)]
        plain = [intern(bare(word)) for word in written]
        said = set(plain)
        around = {intern(bare(word)) for text in one.around for word in words(text)} - said
        marked = {intern(word) for word in written if word != bare(word)}
        size = len(texts[0]) if texts else 0
        favour = favour if one.is_local else favour * _ELSEWHERE
        self.codes.append(one.code)
        self.all.append(Title(f" {' '.join(plain)} ", tuple(marked), tuple(around), size, favour))
        for word in said - {_GAP}:
            self.in_title[word].append(at)
        for word in around:
            self.in_around[word].append(at)
