"""Words for reasons: one sentence for each, in the reader's language, with its facts filled in."""

import re
from collections.abc import Mapping

from motcua.base.text import Text
from motcua.web.figures import number
from motcua.web.language import Language, words

CONTEXT = "reason"
FACT_LENGTH_MAX = 200
_PLACE = re.compile(r"%\((\w+)\)s")


def sentence(reason: str, facts: Mapping[str, object], language: Language) -> str:
    """Falls back to plain words where a reason has none; a structure test finds such reasons."""
    say = words(language)
    if not say.knows(reason, CONTEXT):
        reason = "web.unnamed"
    return _PLACE.sub(lambda m: _fact(facts.get(m[1], ""), language), say.pgettext(CONTEXT, reason))


def _fact(value: object, language: Language) -> str:
    if isinstance(value, Text):
        return value.within(language)
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value, language)
    if isinstance(value, list | tuple):
        return ", ".join(_fact(part, language) for part in value)[:FACT_LENGTH_MAX]
    return str(value)[:FACT_LENGTH_MAX]
