"""Words that officers use again and again: the facts of a case that they may name, filled in."""

import re
from collections.abc import Iterator, Mapping

from motcua.base.pack import Kind, Pack, PackFault, Where
from motcua.cases.model.working import TemplatesFile

TEMPLATES = Kind(name="templates", place="templates.yaml", type=TemplatesFile)
PLACEHOLDERS = ("code", "applicant", "procedure", "agency", "officer", "due", "today")
"""What stands for a fact of the case, in braces. `due`: the moment promised now."""
_BRACES = re.compile(r"\{([^{}\n]*)\}")


def filled(words: str, facts: Mapping[str, str]) -> str:
    """What is in braces and stands for nothing stays as it was written."""
    return _BRACES.sub(lambda found: facts.get(found[1], found[0]), words)


def unknown_in(words: str) -> list[str]:
    """What is in braces and stands for nothing."""
    return [name for name in _BRACES.findall(words) if name not in PLACEHOLDERS]


def templates_faults(pack: Pack, where: Where) -> Iterator[PackFault]:
    if not pack.has(TEMPLATES.name):
        return
    seen = set()
    for i, one in enumerate(pack.file(TEMPLATES.name, TemplatesFile).templates):
        place = ("templates", i)
        if one.id in seen:
            what = f"'{one.id}' is listed twice"
            yield where.fault(TEMPLATES.place, (*place, "id"), what, "keep one")
        seen.add(one.id)
        for name in (*unknown_in(one.words.vi), *unknown_in(one.words.en)):
            mend = "write one of " + ", ".join(f"{{{p}}}" for p in PLACEHOLDERS)
            what = f"'{{{name}}}' stands for nothing"
            yield where.fault(TEMPLATES.place, (*place, "words"), what, mend)
