"""Finding a procedure by what people type: everyday words, no marks, half a word, a slip or two.

A question is read into parts, each with its meanings (`reading`). Where the rare words of any
meaning stand is gathered; the best of that is compared word by word with the titles (`comparing`).
"""

import heapq
from collections.abc import Container, Iterable, Sequence

from msgspec.structs import replace

from motcua.base.pack import Pack
from motcua.cases.model.procedure import Procedure
from motcua.cases.model.search import Entry, LifeEvent, SearchWords
from motcua.cases.rules.searching.comparing import AROUND, Titles
from motcua.cases.rules.searching.reading import CHARACTERS_MAX, Meaning, Part, Reader

__all__ = ["Index", "entry", "life_events", "words_of"]

COMPARED_MAX = 60
VISITS_MAX = 60_000
"""Bounds the work of one question, whatever it is."""
CODE_CHARACTERS_MIN = 4

_COMMON_SHARE, _SHARE_WORTH_COMPARING = 0.04, 0.35

Scores = dict[int, float]


def entry(procedure: Procedure, *around: str) -> Entry:
    """What a search needs of a procedure; `around` are other words that lead to it, an agency's."""
    name, short = procedure.name, procedure.short_name
    return Entry(
        code=procedure.code,
        names=(name.vi, short.vi, name.en, short.en),
        keywords=procedure.keywords,
        around=(procedure.field.vi, procedure.field.en, *around),
        is_local=procedure.level != "ministry",
    )


def words_of(pack: Pack) -> SearchWords:
    return pack.file("search", SearchWords) if pack.has("search") else SearchWords()


def life_events(known: SearchWords, codes: Container[str]) -> list[LifeEvent]:
    """The events for which this city has something, each with what it has."""
    here = [
        replace(event, procedures=tuple(code for code in event.procedures if code in codes))
        for event in known.life_events
    ]
    return [event for event in here if event.procedures]


class Index:
    """Made once at start; answers in milliseconds over ten thousand procedures."""

    def __init__(self, entries: Iterable[Entry], known: SearchWords | None = None) -> None:
        known = known or SearchWords()
        often = frozenset(code for group in known.often for code in group.procedures)
        self._titles = Titles(entries, often)
        self._codes = self._titles.codes
        self._plain_codes = {_plain_code(code): at for at, code in enumerate(self._codes)}
        self._common = max(COMPARED_MAX, len(self._codes) * _COMMON_SHARE)
        usual = sum(self._titles.masses) / max(1, len(self._codes))
        self._lift = [
            title.favour / (0.5 + 0.5 * mass / usual)
            for title, mass in zip(self._titles.all, self._titles.masses, strict=True)
        ]
        """Short titles before long ones: the same words say more there."""
        self._reader = Reader(
            known, {code: at for at, code in enumerate(self._codes)}, self._titles
        )

    def search(self, question: str, limit: int) -> list[str]:
        """Codes, best first. An empty question finds nothing."""
        named = self._by_code(question[:CHARACTERS_MAX])
        parts = [part for part in self._reader.read(question) if part.mass]
        found = {*self._gathered(parts, max(COMPARED_MAX, limit)), *named}
        scores = ((at in named, self._titles.compared(at, parts), -at) for at in found)
        best = heapq.nlargest(limit, (score for score in scores if score[0] or score[1]))
        places = [-place for _, _, place in best] or self._around(parts)[:limit]
        return [self._codes[at] for at in places]

    def _around(self, parts: list[Part]) -> list[int]:
        """Where no title answers: what belongs to a field or an agency that is called so."""
        found: set[int] | None = None
        for part in parts:
            here = {at for meaning in part.meanings for at in self._holding(meaning.words)}
            found = here if found is None else found & here
        return sorted(found or (), key=lambda at: (-self._titles.all[at].favour, at))

    def _holding(self, words: Iterable[str]) -> set[int]:
        titles = self._titles
        each = [{*titles.in_title.get(w, ()), *titles.in_around.get(w, ())} for w in words]
        return set.intersection(*each) if each else set()

    def _by_code(self, question: str) -> set[int]:
        """Codes are copied with what follows them elsewhere, or typed without their point."""
        found = set()
        for piece in map(_plain_code, question.split()):
            for end in range(len(piece), CODE_CHARACTERS_MIN - 1, -1):
                if (at := self._plain_codes.get(piece[:end])) is not None:
                    found.add(at)
                    break
        return found

    def _gathered(self, parts: list[Part], wanted: int) -> list[int]:
        scores: Scores = {}
        visits = 0
        for part in sorted(parts, key=lambda each: -each.mass):
            best: Scores = {}
            for meaning in part.meanings:
                found = self._found(meaning, part.mass, scores)
                visits += len(found)
                for at, score in found.items():
                    if score > best.get(at, 0.0):
                        best[at] = score
                if visits > VISITS_MAX:
                    break
            for at, score in best.items():
                scores[at] = scores.get(at, 0.0) + score
        worth = _SHARE_WORTH_COMPARING * max(scores.values(), default=0.0)
        lift = self._lift
        ranks = [(score * lift[at], -at) for at, score in scores.items() if score >= worth]
        return [-at for _, at in heapq.nlargest(wanted, ranks)]

    def _found(self, meaning: Meaning, mass: float, scores: Scores) -> Scores:
        """Rare words find; common ones only add to what rarer ones found, here or before."""
        found = {at: mass * meaning.likeness * share for at, share in meaning.places.items()}
        titles = self._titles
        for share, word in sorted(zip(meaning.shares, meaning.words, strict=True), reverse=True):
            score = mass * meaning.likeness * share
            for places, weight in (
                (titles.in_title.get(word, ()), score),
                (titles.in_around.get(word, ()), score * AROUND),
            ):
                for at in self._worth_counting(places, found or scores):
                    found[at] = found.get(at, 0.0) + weight
        return found

    def _worth_counting(self, places: Sequence[int], found: Scores) -> Sequence[int]:
        if len(places) <= self._common or not found:
            return places
        if len(found) <= COMPARED_MAX:  # all of them will be compared anyway
            return ()
        return [at for at in places if at in found]


def _plain_code(text: str) -> str:
    return "".join(c for c in text if c.isalnum()).casefold()
