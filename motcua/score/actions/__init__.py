"""What is done with figures: they are counted, and told to whoever asks."""

from motcua.score.actions.asking import (
    NARROWED,
    asked_of,
    choices,
    fields,
    name_of,
    query_of,
)
from motcua.score.actions.folding import fold, rebuild
from motcua.score.actions.naming import Called, called
from motcua.score.actions.telling import (
    CASES_PER_PAGE,
    PAGES_MAX,
    Told,
    by,
    cases_behind,
    must_lead,
    named,
    of_officers,
    pack_of,
    tell,
)

__all__ = [
    "CASES_PER_PAGE",
    "NARROWED",
    "PAGES_MAX",
    "Called",
    "Told",
    "asked_of",
    "by",
    "called",
    "cases_behind",
    "choices",
    "fields",
    "fold",
    "must_lead",
    "name_of",
    "named",
    "of_officers",
    "pack_of",
    "query_of",
    "rebuild",
    "tell",
]
