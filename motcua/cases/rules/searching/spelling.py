"""Words as people type them: marks, slips of the finger, keyboards, words that sound alike."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from motcua.base.text import fold, nfc

LETTERS_MAX = 20
SLIP_LETTERS_MIN = 3
PREFIXES_MAX = 40

_WORD = re.compile(r"[^\W_]+")
_LAST_Y = re.compile(r"(?<=[bcdghklmnpqrstvx])y$")
_TELEX = (("dd", "d"), ("aa", "a"), ("ee", "e"), ("oo", "o"), ("w", ""))
_BEGINNINGS = (("tr", "ch"), ("s", "x"), ("gi", "d"), ("r", "d"), ("r", "gi"), ("l", "n"))
_ENDINGS = (("ng", "n"), ("nh", "n"), ("c", "t"), ("ch", "t"), ("ao", "au"), ("iu", "ieu"))


def words(text: str) -> list[str]:
    """Each word as written, in small letters."""
    return [word[:LETTERS_MAX] for word in _WORD.findall(nfc(text).lower())]


@lru_cache(maxsize=20_000)
def bare(word: str) -> str:
    """Without marks; `ký` and `kí` are one word."""
    return _LAST_Y.sub("i", fold(word))


class Vocabulary:
    """The bare words that exist, and which of them a typed word may have been."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = set(known)
        self._sorted = sorted(self._known)
        self._deletions: dict[str, list[str]] = defaultdict(list)
        for word in self._sorted:
            if len(word) >= SLIP_LETTERS_MIN:
                for less in _one_less(word):
                    self._deletions[less].append(word)

    def __contains__(self, word: str) -> bool:
        return word in self._known

    def beginning(self, start: str) -> Iterator[str]:
        at = bisect_left(self._sorted, start)
        for word in self._sorted[at : at + PREFIXES_MAX]:
            if word.startswith(start):
                yield word

    def mistyped(self, word: str) -> dict[str, float]:
        """What an unknown word was meant to be, and how surely: keyboard, sound, slip."""
        if found := {meant: 0.95 for meant in _typed_by_keyboard(word) if meant in self._known}:
            return found
        found = dict.fromkeys(self.alike(word), 0.8)
        if len(word) >= SLIP_LETTERS_MIN:
            for meant in self._one_slip(word):
                found.setdefault(meant, 0.7 if meant[0] == word[0] else 0.55)
        return found

    def alike(self, word: str) -> list[str]:
        """Known words that sound like this one."""
        return [other for other in _sounding(word) if other in self._known]

    def halves(self, word: str) -> Iterator[tuple[str, str]]:
        """Two known words written without the space between them."""
        for at in range(2, len(word) - 1):
            if word[:at] in self._known and word[at:] in self._known:
                yield word[:at], word[at:]

    def _one_slip(self, word: str) -> list[str]:
        near = set(self._deletions.get(word, ()))
        for less in _one_less(word):
            near.update(self._deletions.get(less, ()))
            if less in self._known:
                near.add(less)
        return sorted(other for other in near if _is_one_slip(word, other))


def _typed_by_keyboard(word: str) -> list[str]:
    """`giaays`, `ddawng`, `gia61y`: letters and digits that should have become marks."""
    plain = "".join(c for c in word if not c.isdigit())
    for typed, meant in _TELEX:
        plain = plain.replace(typed, meant)
    toneless = plain[:-1] if plain[-1:] in tuple("sfrxj") else plain
    return [bare(form) for form in dict.fromkeys((plain, toneless)) if form and form != word]


def _sounding(word: str) -> Iterator[str]:
    for pairs, swap in ((_BEGINNINGS, _begun), (_ENDINGS, _ended)):
        for one, other in pairs:
            for old, new in ((one, other), (other, one)):
                if (made := swap(word, old, new)) is not None:
                    yield made


def _begun(word: str, old: str, new: str) -> str | None:
    return new + word[len(old) :] if word.startswith(old) and len(word) > len(old) + 1 else None


def _ended(word: str, old: str, new: str) -> str | None:
    return word[: -len(old)] + new if word.endswith(old) and len(word) > len(old) + 1 else None


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
