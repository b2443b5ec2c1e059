"""The search words of a pack: phrases that stand for something, events told apart."""

from collections.abc import Iterator
from math import prod

from motcua.base.pack import Kind, Pack, PackFault, Place, Where
from motcua.cases.model.search import SearchWords
from motcua.cases.rules.searching.phrases import CHOICES_MAX
from motcua.cases.rules.searching.spelling import words

SEARCH = Kind(name="search", place="search.yaml", type=SearchWords)


def search_faults(pack: Pack, where: Where) -> Iterator[PackFault]:
    if pack.has(SEARCH.name):
        known = pack.file(SEARCH.name, SearchWords)
        for place, what, mend in (*_synonyms(known), *_events(known)):
            yield where.fault(SEARCH.place, place, what, mend)


def _synonyms(known: SearchWords) -> Iterator[tuple[Place, str, str]]:
    for i, synonym in enumerate(known.synonyms):
        if not synonym.mean and not synonym.procedures:
            mend = "write 'mean' or 'procedures'"
            yield ("synonyms", i), "it is said, but not what is meant", mend
        for j, phrase in enumerate(synonym.say):
            yield from _phrase(("synonyms", i, "say", j), phrase)


def _events(known: SearchWords) -> Iterator[tuple[Place, str, str]]:
    seen = set()
    for i, event in enumerate(known.life_events):
        if event.id in seen:
            yield ("life_events", i, "id"), f"'{event.id}' is listed twice", "keep one"
        seen.add(event.id)
        for j, phrase in enumerate(event.words):
            yield from _phrase(("life_events", i, "words", j), phrase)


def _phrase(place: Place, phrase: str) -> Iterator[tuple[Place, str, str]]:
    if not words(phrase):
        yield place, "there is no word in it", "write what people say"
    choices = prod(part.count("/") + 1 for part in phrase.split())
    if choices > CHOICES_MAX:
        yield place, f"it stands for {choices} phrases", f"at most {CHOICES_MAX}: write it as two"
