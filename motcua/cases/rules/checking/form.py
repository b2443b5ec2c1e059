"""The form of a procedure: what its fields and pages may not say."""

import re
from collections.abc import Iterator, Mapping

import msgspec

from motcua.base.pack import Place
from motcua.cases.model.procedure import Field, Form
from motcua.cases.rules import forms

Fault = tuple[Place, str, str]


def form_faults(form: Form) -> Iterator[Fault]:
    """Places are inside the procedure file."""
    for name, field in form.fields.items():
        yield from _field(("form", "fields", name), field, form.fields)
    yield from _pages(form)


def example_faults(form: Form) -> Iterator[Fault]:
    """Waits until the form itself is whole: a broken form says nothing about its example."""
    try:
        whole = msgspec.convert(msgspec.to_builtins(form), Form)
        checker = forms.Checker(whole)
    except ValueError:
        return
    for fault in checker.faults(forms.normalise(whole, form.example)):
        path = fault.pointer.split("/")[1:]
        place: Place = ("form", "example", *(int(p) if p.isdecimal() else p for p in path))
        what = f"the form does not accept its example ({fault.reason})"
        yield place, what, "mend the form or the example"


def _field(place: Place, field: Field, beside: Mapping[str, Field]) -> Iterator[Fault]:
    yield from _options(place, field)
    if (field.kind == "list") != bool(field.fields):
        yield place, "'fields' and kind 'list' go together", "add the columns, or change the kind"
    if field.known_from and field.kind != "list":
        yield (*place, "known_from"), "only a list can be known from a register", "take it away"
    for name in field.known_from.fields.keys() - field.fields.keys() if field.known_from else ():
        where, mend = (*place, "known_from", "fields", name), f"known: {', '.join(field.fields)}"
        yield where, f"the list has no column '{name}'", mend
    if field.min is not None and field.max is not None and field.min > field.max:
        yield (*place, "min"), "'min' is more than 'max'", "mend one of them"
    if field.pattern is not None and not _compiles(field.pattern):
        yield (*place, "pattern"), "'pattern' is no regular expression", "mend it"
    for other, values in field.when.items():
        yield from _when((*place, "when", other), other, values, beside)
    for name, column in field.fields.items():
        yield from _field((*place, "fields", name), column, field.fields)


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _options(place: Place, field: Field) -> Iterator[Fault]:
    if (field.kind == "choice") != bool(field.options):
        yield place, "'options' and kind 'choice' go together", "add options, or change the kind"
    seen: set[str | int] = set()
    for i, option in enumerate(field.options):
        if option.value in seen:
            yield (*place, "options", i), f"'{option.value}' is offered twice", "keep one"
        seen.add(option.value)


def _when(
    place: Place, other: str, values: list[str | int | bool], beside: Mapping[str, Field]
) -> Iterator[Fault]:
    if other not in beside:
        yield place, f"'when' names an unknown field '{other}'", f"known: {', '.join(beside)}"
        return
    possible: list[str | int | bool] = [option.value for option in beside[other].options]
    if beside[other].kind == "yes_no":
        possible = [True, False]
    for value in values:
        # 1 and true are equal to Python and different to a form.
        if possible and (type(value), value) not in [(type(p), p) for p in possible]:
            what = f"'when' names '{value}', which '{other}' cannot be"
            yield place, what, f"possible: {', '.join(str(p) for p in possible)}"


def _pages(form: Form) -> Iterator[Fault]:
    shown: set[str] = set()
    ids: set[str] = set()
    for i, page in enumerate(form.pages):
        place: Place = ("form", "pages", i)
        if page.id in ids:
            yield (*place, "id"), f"two pages are called '{page.id}'", "rename one"
        ids.add(page.id)
        for j, name in enumerate(page.fields):
            if name not in form.fields:
                mend = f"known: {', '.join(form.fields)}"
                yield (*place, "fields", j), f"the page asks for an unknown field '{name}'", mend
            elif name in shown:
                yield (*place, "fields", j), f"'{name}' is asked twice", "keep it on one page"
            else:
                yield from _order(
                    form.fields[name], shown | set(page.fields), (*place, "fields", j)
                )
            shown.add(name)
    for name in form.fields.keys() - shown:
        yield ("form", "fields", name), f"no page asks for '{name}'", "put it on a page"


def _order(field: Field, known: set[str], place: Place) -> Iterator[Fault]:
    for other in field.when:
        if other not in known:
            what = f"asked before '{other}', on which it depends"
            yield place, what, "put it on the same page or a later one"
