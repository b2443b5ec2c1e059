"""What somebody means by what they typed: words, everyday phrases, events, slips of the finger."""

from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import NamedTuple, Protocol

from motcua.cases.model.search import SearchWords
from motcua.cases.rules.searching.phrases import Heard, Phrases, Spelt
from motcua.cases.rules.searching.spelling import Vocabulary, bare, words

CHARACTERS_MAX = 200
WORDS_MAX = 16
MEANINGS_MAX = 40

_UNFINISHED, _OR_UNFINISHED, _OR_ALIKE = 0.7, 0.4, 0.6
_MEANT, _LITERAL = 0.95, 0.9
_WORD_MASS_MIN, _WORD_MASS_MAX, _PHRASE_MASS_MAX = 3.0, 6.0, 16.0
_UNKNOWN_MASS, _BESIDE_PHRASE = 0.3, 0.4


class Meaning(NamedTuple):
    """One reading of a part: words that a title may hold, or procedures outright."""

    likeness: float
    words: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()
    """How much of the meaning each word carries: all together 1."""
    pairs: tuple[str, ...] = ()
    """Its neighbouring words as they stand in a title."""
    places: Mapping[int, float] = {}
    """Which procedures are meant, and how much."""


class Part(NamedTuple):
    """Some words of the question, what they may mean, and how much they say."""

    typed: tuple[str, ...]
    mass: float
    meanings: list[Meaning]


class Lexicon(Protocol):
    """The words of the titles."""

    @property
    def known(self) -> Collection[str]: ...

    def rarity(self, word: str) -> float: ...
    def is_pair(self, one: str, other: str) -> bool: ...


class Reader:
    def __init__(self, known: SearchWords, place_of: Mapping[str, int], lexicon: Lexicon) -> None:
        self._rarity, self._is_pair = lexicon.rarity, lexicon.is_pair
        self._skip = {word for phrase in known.skip for word in words(phrase)}
        self._skip_bare = frozenset(map(bare, self._skip))
        self._phrases = Phrases(known, place_of)
        self._indexed = frozenset(lexicon.known)
        self._vocabulary = Vocabulary(self._indexed | self._phrases.words | self._skip_bare)

    def read(self, question: str) -> list[Part]:
        typed = words(question[:CHARACTERS_MAX])[:WORDS_MAX]
        spelt = self._spelt(typed)
        taken = [False] * len(spelt)
        parts: list[tuple[int, Part]] = []
        for places, heard in self._phrases.heard(spelt):
            if not any(taken[at] for at in places):
                for at in places:
                    taken[at] = True
                parts.append((places[0], self._phrase([spelt[at] for at in places], heard)))
        left = [at for at in range(len(spelt)) if not taken[at]]
        wanted = [at for at in left if not self._says_nothing(spelt, at)]
        worth = _BESIDE_PHRASE if parts else 1.0
        for at in wanted if wanted or parts else left:
            part = self._word(spelt, at)
            parts += [(at, part._replace(mass=worth * part.mass))]
        return [part for _, part in sorted(parts, key=lambda each: each[0])]

    def _spelt(self, typed: list[str]) -> list[Spelt]:
        """Each word as typed and as it should be spelt, bare; words run together are parted."""
        spelt: list[Spelt] = []
        for at, word in enumerate(typed):
            plain = bare(word)
            if plain in self._vocabulary or plain.isdigit():
                spelt.append((word, plain))
                continue
            before = spelt[-1][1] if spelt else ""
            after = bare(typed[at + 1]) if at + 1 < len(typed) else ""
            halves = [h for h in self._vocabulary.halves(plain) if self._go_together(*h)]
            meant = self._vocabulary.mistyped(plain)
            if halves and max(meant.values(), default=0) < 0.9:
                spelt += [(half, half) for half in halves[0]]
            elif meant:
                best = max(meant, key=lambda m: self._fits(before, m, after, meant[m]))
                spelt.append((word, best))
            else:
                spelt.append((word, plain))
        return spelt

    def _fits(self, before: str, word: str, after: str, likeness: float) -> tuple[float, float]:
        """Words that stand beside these neighbours elsewhere come first, then common ones."""
        together = self._go_together(before, word) + self._go_together(word, after)
        return likeness + 0.5 * together, -self._rarity(word)

    def _go_together(self, one: str, other: str) -> bool:
        return self._is_pair(one, other) or (one, other) in self._phrases.pairs

    def _phrase(self, spelt: list[Spelt], heard: list[Heard]) -> Part:
        literal = tuple(plain for _, plain in spelt)
        likely = {literal: _LITERAL} if self._indexed.issuperset(literal) else {}
        named: dict[int, float] = {}
        for phrase, likeness in heard:
            for means in phrase.means:
                likely[means] = max(likely.get(means, 0.0), _MEANT * likeness)
            for at, share in phrase.places.items():
                named[at] = max(named.get(at, 0.0), share * likeness)
        meanings = [self._meaning(means, likeness) for means, likeness in likely.items()]
        if named:
            meanings.append(Meaning(1.0, places=named))
        mass = max(self._mass(words) for words in (literal, *likely))
        mass = min(max(mass, _WORD_MASS_MIN), _WORD_MASS_MAX * len(literal), _PHRASE_MASS_MAX)
        return Part(tuple(word for word, _ in spelt), mass, meanings[-MEANINGS_MAX:])

    def _word(self, spelt: list[Spelt], at: int) -> Part:
        typed, meant = spelt[at]
        plain = bare(typed)
        found = {plain: 1.0} if plain in self._indexed else {}
        if plain not in self._vocabulary and not plain.isdigit():
            found |= self._vocabulary.mistyped(plain)
        elif self._stands_alone(spelt, at):
            found |= {
                other: _OR_ALIKE
                for other in self._vocabulary.alike(plain)
                if self._goes_with_neighbours(spelt, at, other)
            }
        if at == len(spelt) - 1 and len(plain) >= 2:
            likeness = _OR_UNFINISHED if plain in self._indexed else _UNFINISHED
            for word in self._vocabulary.beginning(plain):
                found.setdefault(word, likeness)
        found = {word: likeness for word, likeness in found.items() if word in self._indexed}
        mass = self._rarity(meant) if meant in self._indexed else 0.0
        if not mass and found:
            mass = max(self._rarity(word) for word in found)
        ranked = sorted(found.items(), key=lambda f: -f[1])[:MEANINGS_MAX]
        meanings = [self._meaning((word,), likeness) for word, likeness in ranked]
        return Part((typed,), mass or _UNKNOWN_MASS * self._rarity(""), meanings)

    def _says_nothing(self, spelt: list[Spelt], at: int) -> bool:
        typed, plain = spelt[at]
        if plain not in self._skip_bare:
            return False
        has_marks = typed != bare(typed)
        return typed in self._skip if has_marks else self._stands_alone(spelt, at)

    def _stands_alone(self, spelt: list[Spelt], at: int) -> bool:
        return not self._goes_with_neighbours(spelt, at, spelt[at][1])

    def _goes_with_neighbours(self, spelt: list[Spelt], at: int, word: str) -> bool:
        before = spelt[at - 1][1] if at else ""
        after = spelt[at + 1][1] if at + 1 < len(spelt) else ""
        return self._go_together(before, word) or self._go_together(word, after)

    def _meaning(self, means: tuple[str, ...], likeness: float) -> Meaning:
        mass = self._mass(means)
        shares = tuple(self._rarity(word) / mass for word in means)
        pairs = tuple(f" {one} {other} " for one, other in pairwise(means))
        return Meaning(likeness, means, shares, pairs)

    def _mass(self, plain: tuple[str, ...]) -> float:
        return sum(self._rarity(word) for word in plain)
