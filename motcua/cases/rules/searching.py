"""Finding a procedure by what people type: without marks, half a word, one slip of the finger.

Every word that was typed must be found somewhere (the rare ones at least, when there are many);
rare words and the words of the title weigh most. Words typed with marks prefer equal marks.
"""

import heapq
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from motcua.base.text import fold, nfc
from motcua.cases.model.procedure import Procedure

WORDS_CHARACTERS_MAX = 200
WORDS_MAX = 12
TYPO_LETTERS_MIN = 4
PREFIXES_MAX = 60

_WORD = re.compile(r"[^\W_]+(?:\.[0-9]+)?")
_WEIGHTS = {"short_name": 4.0, "keyword": 3.0, "name": 2.0, "field": 0.8}
_PREFIX, _TYPO, _MARKED, _NEIGHBOURS = 0.7, 0.5, 0.25, 0.6
_SHARE_FOUND_MIN = 0.4
_NOWHERE: frozenset[int] = frozenset()


class Index:
    """Made once; a search over thousands of procedures takes about a millisecond."""

    def __init__(self, procedures: Iterable[Procedure]) -> None:
        self._codes: list[str] = []
        self._by_code: dict[str, int] = {}
        self._weights: dict[str, dict[int, float]] = defaultdict(dict)
        self._marked: dict[str, set[int]] = defaultdict(set)
        self._pairs: dict[tuple[str, str], set[int]] = defaultdict(set)
        for procedure in procedures:
            self._add(procedure)
        count = len(self._codes)
        self._rarity = {w: math.log(1 + count / len(at)) for w, at in self._weights.items()}
        for word, places in self._weights.items():
            rarity = self._rarity[word]
            self._weights[word] = {at: weight * rarity for at, weight in places.items()}
        self._prefixes: dict[str, list[str]] = defaultdict(list)
        self._deletions: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._weights):
            for end in range(1, len(word)):
                self._prefixes[word[:end]].append(word)
            if len(word) >= TYPO_LETTERS_MIN - 1:
                for less in _one_less(word):
                    self._deletions[less].append(word)

    def search(self, words: str, limit: int) -> list[str]:
        """Codes, best first. An empty question finds nothing."""
        typed = _words(words[:WORDS_CHARACTERS_MAX])[:WORDS_MAX]
        if not typed:
            return []
        found = [self._like(bare, n == len(typed) - 1) for n, (_, bare) in enumerate(typed)]
        rarities = [max((self._rarity[word] for word in f), default=1.0) for f in found]
        asked = left = sum(rarities)
        scores: dict[int, float] = {}
        reached: dict[int, float] = {}
        # Rare words first: what only the common ones still to come could find is not worth ranking.
        for rarity, (marked, bare), matches in sorted(
            zip(rarities, typed, found, strict=True), key=lambda each: -each[0]
        ):
            marks = self._marked.get(marked, _NOWHERE) if marked != bare else _NOWHERE
            best = self._scored(matches)
            places = best.keys() & scores.keys() if left < _SHARE_FOUND_MIN * asked else best
            for at in places:
                score = best[at] * (1 + _MARKED) if at in marks else best[at]
                scores[at] = scores.get(at, 0.0) + score
                reached[at] = reached.get(at, 0.0) + rarity
            left -= rarity
        for one, other in pairwise(bare for _, bare in typed):
            for at in self._pairs.get((one, other), _NOWHERE) & scores.keys():
                scores[at] += _NEIGHBOURS * self._rarity[other]
        whole = self._by_code.get(words.strip())
        enough = _SHARE_FOUND_MIN * asked
        ranked = heapq.nsmallest(
            limit,
            (
                (at != whole, -score * (reached[at] / asked) ** 3, at)
                for at, score in scores.items()
                if reached[at] >= enough or at == whole
            ),
        )
        return [self._codes[at] for _, _, at in ranked]

    def _scored(self, matches: dict[str, float]) -> dict[int, float]:
        """For one typed word: where any of its meanings stands, by the best of them."""
        best: dict[int, float] = {}
        for word, likeness in matches.items():
            if len(matches) == 1 and likeness == 1.0:
                return self._weights[word]
            for at, weight in self._weights[word].items():
                if (score := weight * likeness) > best.get(at, 0.0):
                    best[at] = score
        return best

    def _add(self, procedure: Procedure) -> None:
        at = len(self._codes)
        self._codes.append(procedure.code)
        self._by_code[procedure.code] = at
        for kind, text in _texts(procedure):
            words = _words(text)
            # A long title says each of its words less loudly.
            weight = _WEIGHTS[kind] / (1 + len(words) / 20)
            for marked, bare in words:
                self._weights[bare][at] = max(self._weights[bare].get(at, 0.0), weight)
                self._marked[marked].add(at)
            for (_, one), (_, other) in pairwise(words):
                self._pairs[one, other].add(at)
        self._weights[procedure.code][at] = _WEIGHTS["short_name"]

    def _like(self, bare: str, is_last: bool) -> dict[str, float]:
        """The known words that a typed one may mean, and how surely."""
        found = {bare: 1.0} if bare in self._weights else {}
        if is_last and len(bare) >= 2:
            for word in self._prefixes.get(bare, ())[:PREFIXES_MAX]:
                found.setdefault(word, _PREFIX)
        if found or len(bare) < TYPO_LETTERS_MIN:
            return found
        near = set(self._deletions.get(bare, ()))
        for less in _one_less(bare):
            near.update(self._deletions.get(less, ()))
            near.update({less} & self._weights.keys())
        return {word: _TYPO for word in near if _is_one_slip(bare, word)}


def _texts(procedure: Procedure) -> Iterator[tuple[str, str]]:
    for kind, text in (
        ("short_name", procedure.short_name),
        ("name", procedure.name),
        ("field", procedure.field),
    ):
        yield kind, text.vi
        yield kind, text.en
    for keyword in procedure.keywords:
        yield "keyword", keyword


def _words(text: str) -> list[tuple[str, str]]:
    """Each word as written, in small letters, and bare of marks."""
    return [(word, fold(word)) for word in _WORD.findall(nfc(text).lower())]


def _one_less(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


def _is_one_slip(typed: str, word: str) -> bool:
    """One letter wrong, missing, doubled, or two neighbours exchanged."""
    if abs(len(typed) - len(word)) > 1:
        return False
    start = 0
    while start < min(len(typed), len(word)) and typed[start] == word[start]:
        start += 1
    one, other = typed[start:], word[start:]
    swapped = len(one) > 1 and one[1] + one[0] + one[2:] == other
    return swapped or one[1:] == other[1:] or one[1:] == other or one == other[1:]
