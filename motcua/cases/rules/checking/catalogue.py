"""How a pack words the national catalogue, and what it gives every procedure that comes from it."""

import string
from collections.abc import Collection, Iterator
from datetime import date

from motcua.base.pack import Kind, Pack, PackBroken, PackFault, Place, Where
from motcua.cases.model.catalogue import CatalogueWords, Counts, General, Reading
from motcua.cases.model.procedure import Procedure
from motcua.cases.rules.catalogue import Grammar, make
from motcua.cases.rules.checking.expressions import expression_faults
from motcua.cases.rules.checking.form import example_faults, form_faults
from motcua.cases.rules.checking.route import route_faults

CATALOGUE = Kind(name="catalogue", place="catalogue.yaml", type=CatalogueWords)
GENERAL = Kind(name="general", place="general.yaml", type=General)

_WORDS, _GENERAL = "catalogue.yaml", "general.yaml"
_FILLED_IN = {"decision", "code", "field"}
_ROW = Reading(
    code="0.000000", name="–", decision="–", levels=("city",), field="–", applicants=(),
    executing=(), address="", channels=(), groups=(), results=(), laws=(), steps=(), conditions="",
    counts=Counts(), unread=(),
)  # fmt: skip


def catalogue_faults(
    pack: Pack, where: Where, agencies: Collection[str] | None
) -> Iterator[PackFault]:
    """`agencies`: codes and authorities; None where the pack lists none."""
    if pack.has("catalogue"):
        words = pack.file("catalogue", CatalogueWords)
        for place, what, mend in (*_words(words), *_receivers(words, agencies)):
            yield where.fault(_WORDS, place, what, mend)
    if pack.has("general"):
        general = pack.file("general", General)
        for place, what, mend in _templates(general):
            yield where.fault(_GENERAL, place, what, mend)
        if pack.has("catalogue"):
            yield from _as_a_procedure(pack, where, general)


def _words(words: CatalogueWords) -> Iterator[tuple[Place, str, str]]:
    lists: dict[Place, Collection[str]] = {
        ("nothing",): words.nothing,
        ("channels",): words.channels,
        ("levels",): words.levels,
        ("applicants",): words.applicants,
        ("limits", "units"): words.limits.units,
        ("fees", "currencies"): words.fees.currencies,
        ("fees", "money_words"): words.fees.money_words,
    }
    for place, known in lists.items():
        if not known or "" in known:
            yield place, "a list of words is empty, or has an empty word", "write the words"


def _receivers(
    words: CatalogueWords, agencies: Collection[str] | None
) -> Iterator[tuple[Place, str, str]]:
    mend = "name an agency or an authority of agencies.yaml"
    for i, receiver in enumerate(words.receivers):
        if agencies is not None and receiver.agency not in agencies:
            yield ("receivers", i, "agency"), f"unknown agency '{receiver.agency}'", mend
        if receiver.valid_to and receiver.valid_to <= receiver.valid_from:
            yield ("receivers", i, "valid_to"), "it ends before it begins", "mend the dates"
    if agencies is not None and words.otherwise not in agencies:
        yield ("otherwise",), f"unknown agency '{words.otherwise}'", mend


def _templates(general: General) -> Iterator[tuple[Place, str, str]]:
    texts = {
        ("source",): general.source,
        ("summary", "vi"): general.summary.vi,
        ("summary", "en"): general.summary.en,
    }
    for place, text in texts.items():
        try:
            names = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        except ValueError:
            names = {text}
        if names - _FILLED_IN:
            known = ", ".join(f"{{{name}}}" for name in sorted(_FILLED_IN))
            yield place, "a name between braces is unknown", f"known: {known}"


def _as_a_procedure(pack: Pack, where: Where, general: General) -> Iterator[PackFault]:
    """The general form, route and papers by the rules of any procedure."""
    grammar = Grammar(pack.file("catalogue", CatalogueWords))
    try:
        made = make(grammar, general, _ROW, date(2026, 1, 1), pack.info.currency.code)
    except (KeyError, ValueError, IndexError):
        return  # told above
    checks = (form_faults(made.form), example_faults(made.form), route_faults(made.route, ()))
    for place, what, mend in (one for check in checks for one in check):
        yield where.fault(_GENERAL, _there(place), what, mend)
    yield from expression_faults(made, where, _GENERAL)
    yield from _papers(pack, where, made)


def _there(place: Place) -> Place:
    return place[1:] if place[:1] == ("form",) else place


def _papers(pack: Pack, where: Where, made: Procedure) -> Iterator[PackFault]:
    for result in made.results:
        if "{sequence}" not in result.number:
            what = "numbers would repeat: '{sequence}' is missing"
            yield where.fault(_GENERAL, ("result", "number"), what, "add {sequence}")
        try:
            pack.path("results", result.template)
        except PackBroken:
            what = f"there is no results/{result.template}"
            mend = "write the template or mend its name"
            yield where.fault(_GENERAL, ("result", "template"), what, mend)
