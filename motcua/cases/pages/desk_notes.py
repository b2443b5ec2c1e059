"""What officers wrote for each other about a case, and what its person put right in it."""

from datetime import datetime

from msgspec import Struct

from motcua import agencies
from motcua.base.text import Text
from motcua.cases.actions.desk import CaseAtDesk
from motcua.cases.actions.noting import Version
from motcua.db import City
from motcua.web.forms import summary
from motcua.web.language import Language, words


class NoteShown(Struct, frozen=True, kw_only=True):
    at: datetime
    by: str
    agency: Text
    words: str
    to: str | None


class Changed(Struct, frozen=True, kw_only=True):
    """One question, what was answered before and what is answered now."""

    label: Text | str
    before: list[str]
    after: list[str]


class ChangeShown(Struct, frozen=True):
    at: datetime
    fields: list[Changed]


def notes(city: City, found: CaseAtDesk) -> list[NoteShown]:
    book = city[agencies.Agencies]
    return [
        NoteShown(
            at=one.at,
            by=one.officer_name,
            agency=book.name(one.agency_code),
            words=one.words,
            to=one.to_name,
        )
        for one in found.notes
    ]


def changes(found: CaseAtDesk, language: Language) -> list[ChangeShown]:
    """The last time first; nothing to who may not see what was answered."""
    if "answers" not in found.sees:
        return []
    shown = [ChangeShown(v.until, _fields(found, v, language)) for v in reversed(found.versions)]
    return [one for one in shown if one.fields]


def _fields(found: CaseAtDesk, version: Version, language: Language) -> list[Changed]:
    """In the order of the form; a question that was not asked then says so."""
    form = found.known.procedure.form
    names = [name for page in form.pages for name in page.fields]
    nothing = [words(language).gettext("Not asked")]
    changed = []
    for name in names:
        if version.before.get(name) == version.after.get(name):
            continue
        before = summary(form.fields, [name], version.before, language)
        after = summary(form.fields, [name], version.after, language)
        changed.append(
            Changed(
                label=form.fields[name].label,
                before=before[0].lines if before else nothing,
                after=after[0].lines if after else nothing,
            )
        )
    return changed
