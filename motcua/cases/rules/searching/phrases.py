"""What people say in everyday words, written out, and what they mean by it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, product
from typing import NamedTuple

from motcua.cases.model.search import SearchWords
from motcua.cases.rules.searching.spelling import bare, words

CHOICES_MAX = 300
APART_MAX = 5
"""How many words away from the first part of a phrase its other parts may stand."""

_NAMED, _FIRST_OF_EVENT, _NEXT_OF_EVENT, _OF_EVENT_MIN = 1.0, 0.9, 0.02, 0.7
_APART, _OTHER_MARKS = 0.9, 0.5

Spelt = tuple[str, str]
"""A word as typed, and bare as it should be spelt."""

Places = tuple[int, ...]
"""Which words of the question, from 0."""

Unit = tuple[str, ...]
"""Words that stand together."""


class Phrase(NamedTuple):
    said: tuple[Unit, ...]
    plain: tuple[Unit, ...]
    means: tuple[tuple[str, ...], ...]
    """In the words of the procedures, bare."""
    places: Mapping[int, float]
    """The procedures that are meant outright, and how surely."""


class Heard(NamedTuple):
    phrase: Phrase
    likeness: float


class Phrases:
    def __init__(self, known: SearchWords, place_of: Mapping[str, int]) -> None:
        self._beginning: dict[str, list[Phrase]] = defaultdict(list)
        for phrase in _written_out(known, place_of):
            self._beginning[phrase.plain[0][0]].append(phrase)
        units = [u for those in self._beginning.values() for p in those for u in p.plain]
        self.words = frozenset(word for unit in units for word in unit)
        self.pairs = frozenset(pair for u in units for pair in pairwise(u))

    def heard(self, spelt: Sequence[Spelt]) -> list[tuple[Places, list[Heard]]]:
        """Those in the question, by where they stand, the longest first."""
        found: dict[Places, list[Heard]] = defaultdict(list)
        at_word: dict[str, list[int]] = defaultdict(list)
        for at, (_, plain) in enumerate(spelt):
            at_word[plain].append(at)
        for start, (_, first) in enumerate(spelt):
            for phrase in self._beginning.get(first, ()):
                if places := _stands(phrase.plain, spelt, at_word, start):
                    likeness = _likeness(phrase, [spelt[at] for at in places])
                    if places != tuple(range(start, start + len(places))):
                        likeness *= _APART
                    if likeness:
                        found[tuple(sorted(places))].append(Heard(phrase, likeness))
        return sorted(found.items(), key=lambda f: (-len(f[0]), f[0][-1] - f[0][0], f[0]))


def _stands(
    units: tuple[Unit, ...], spelt: Sequence[Spelt], at_word: Mapping[str, list[int]], start: int
) -> Places:
    """Where its parts stand, each whole, the others not far from the first; else nowhere."""
    if not _is_at(units[0], spelt, start):
        return ()
    places = tuple(range(start, start + len(units[0])))
    for unit in units[1:]:
        near = [
            at
            for at in at_word.get(unit[0], ())
            if at not in places and _distance(at, places) <= APART_MAX and _is_at(unit, spelt, at)
        ]
        if not near:
            return ()
        # What follows at once, else the nearest.
        at = min(near, key=lambda at: (at != places[-1] + 1, _distance(at, places)))
        places += tuple(range(at, at + len(unit)))
    return places if len(set(places)) == len(places) else ()


def _distance(at: int, places: Places) -> int:
    return min(abs(at - place) for place in places)


def _is_at(unit: Unit, spelt: Sequence[Spelt], at: int) -> bool:
    return tuple(plain for _, plain in spelt[at : at + len(unit)]) == unit


def _likeness(phrase: Phrase, typed: list[Spelt]) -> float:
    """Somebody who types marks means them: `bí mật` is not `bị mắt`."""
    said = [word for unit in phrase.said for word in unit]
    differ = any(
        bare(word) == plain and word not in (plain, other)
        for (word, plain), other in zip(typed, said, strict=True)
    )
    if not differ:
        return 1.0
    return _OTHER_MARKS if len(phrase.said) == 1 < len(said) else 0.0


def _written_out(known: SearchWords, place_of: Mapping[str, int]) -> Iterator[Phrase]:
    for synonym in known.synonyms:
        means = tuple(tuple(map(bare, words(meant))) for meant in synonym.mean)
        named = {place_of[code]: _NAMED for code in synonym.procedures if code in place_of}
        for said in _choices(synonym.say):
            yield Phrase(said, _bare(said), means, named)
    for event in known.life_events:
        named = {
            place_of[code]: max(_OF_EVENT_MIN, _FIRST_OF_EVENT - _NEXT_OF_EVENT * after)
            for after, code in enumerate(event.procedures)
            if code in place_of
        }
        for said in _choices((*event.words, event.name.vi, event.name.en)):
            yield Phrase(said, _bare(said), (), named)


def _bare(said: tuple[Unit, ...]) -> tuple[Unit, ...]:
    return tuple(tuple(map(bare, unit)) for unit in said)


def _choices(written: Iterable[str]) -> Iterator[tuple[Unit, ...]]:
    """Each phrase that one stands for. Without choices it is one part: its words stay together."""
    for phrase in written:
        if "/" not in phrase:
            options = [[phrase]]
        else:
            options = [option.split("/") for option in phrase.split()]
        for _, chosen in zip(range(CHOICES_MAX), product(*options), strict=False):
            units = (tuple(words(part.replace("_", " "))) for part in chosen)
            if said := tuple(unit for unit in units if unit):
                yield said
