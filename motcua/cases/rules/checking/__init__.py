"""What a pack's procedures and calendar may not say, beyond what the structs already refuse."""

from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct

from motcua.base.pack import Kind, Pack, PackBroken, PackFault, Place, Where
from motcua.cases.model.calendar import PackCalendar
from motcua.cases.model.procedure import Agencies, Finding, KnownRows, Procedure
from motcua.cases.model.vault import AnsweredBy
from motcua.cases.rules.checking.calendar import calendar_faults
from motcua.cases.rules.checking.catalogue import CATALOGUE, GENERAL, catalogue_faults
from motcua.cases.rules.checking.expressions import expression_faults
from motcua.cases.rules.checking.form import example_faults, form_faults
from motcua.cases.rules.checking.hours import hours_faults
from motcua.cases.rules.checking.rehearsal import rehearsal_faults
from motcua.cases.rules.checking.route import route_faults
from motcua.cases.rules.checking.searching import SEARCH, search_faults

PROCEDURES = Kind(name="procedure", place="procedures/", type=Procedure)
CALENDAR = Kind(name="calendar", place="calendar.yaml", type=PackCalendar)

Fault = tuple[Place, str, str]

__all__ = [
    "CALENDAR",
    "CATALOGUE",
    "GENERAL",
    "PROCEDURES",
    "SEARCH",
    "Around",
    "Operation",
    "calendar_faults",
    "catalogue_faults",
    "procedure_faults",
    "question_faults",
    "search_faults",
]


class Operation(Struct, frozen=True, kw_only=True):
    takes: Collection[str]
    lists: Mapping[str, Collection[str]]
    """The lists of its answer, with the columns of each."""


class Around(Struct, frozen=True, kw_only=True):
    """What procedures refer to. None: the pack does not say (a national one has no agencies)."""

    agencies: Mapping[str, str] | None
    """Codes and authorities, each with its kind of agency."""
    registers: Mapping[str, Mapping[str, Operation]] | None
    """Register, and its operations by name."""


def procedure_faults(pack: Pack, where: Where, around: Around) -> Iterator[PackFault]:
    codes: dict[str, str] = {}
    for stem, procedure in pack.folder("procedures", Procedure).items():
        file = f"procedures/{stem}.yaml"
        if procedure.code in codes:
            what = f"the code '{procedure.code}' is also in {codes[procedure.code]}.yaml"
            yield where.fault(file, ("code",), what, "give each procedure its own")
        elif procedure.code != stem:
            what = f"the file is not named after its code '{procedure.code}'"
            yield where.fault(file, ("code",), what, "rename the file or mend the code")
        codes.setdefault(procedure.code, stem)
        for place, what, mend in _faults(pack, procedure, around):
            yield where.fault(file, place, what, mend)
        yield from expression_faults(procedure, where, file)


def _faults(pack: Pack, procedure: Procedure, around: Around) -> Iterator[Fault]:
    yield from form_faults(procedure.form)
    yield from example_faults(procedure.form)
    yield from route_faults(procedure.route, procedure.findings)
    yield from _limits(procedure)
    yield from hours_faults(procedure)
    yield from _fees(procedure)
    yield from _repeats(procedure)
    yield from _names(procedure)
    yield from rehearsal_faults(procedure)
    yield from _papers(pack, procedure)
    if around.agencies is not None:
        yield from _agencies(procedure, around.agencies)
    if around.registers is not None:
        yield from _registers(procedure, around.registers)


def _limits(procedure: Procedure) -> Iterator[Fault]:
    """The pattern of a limit refuses these too; this says what is missing."""
    limits: dict[Place, str | None] = {
        ("intake_limit",): procedure.intake_limit,
        ("limit",): procedure.limit,
    }
    for i, special in enumerate(procedure.limit_if):
        limits["limit_if", i, "limit"] = special.limit
    for name, step in procedure.route.steps.items():
        limits["route", "steps", name, "limit"] = step.limit
    for i, channel in enumerate(procedure.channels):
        for j, published in enumerate(channel.limits):
            limits["channels", i, "limits", j, "limit"] = published.limit
    for place, limit in limits.items():
        if limit and limit.isdecimal():
            mend = f"write {limit}wd (working days), {limit}wh (office hours), {limit}d or {limit}m"
            yield place, f"deadline without unit: {limit}", mend


def _fees(procedure: Procedure) -> Iterator[Fault]:
    for i, channel in enumerate(procedure.channels):
        for j, fee in enumerate(channel.fees):
            place: Place = ("channels", i, "fees", j)
            if (fee.kind == "amount") != (fee.amount is not None):
                yield place, "'amount' and kind 'amount' go together", "write both or neither"
            elif fee.amount is not None and fee.amount < 0:
                yield place, "a published fee is negative", "write 0 or more"


def _repeats(procedure: Procedure) -> Iterator[Fault]:
    lists: dict[str, tuple[str, list[str]]] = {
        "documents": ("code", [d.code for d in procedure.documents]),
        "findings": ("id", [f.id for f in procedure.findings]),
        "opinions": ("id", [o.id for o in procedure.opinions]),
        "results": ("code", [r.code for r in procedure.results]),
        "fee": ("rule", [line.rule for line in procedure.fee]),
    }
    for part, (key, values) in lists.items():
        for i, value in enumerate(values):
            if value in values[:i]:
                yield (part, i, key), f"duplicate {key} '{value}' in {part}", "rename one"


def _names(procedure: Procedure) -> Iterator[Fault]:
    fields, documents = procedure.form.fields, [d.code for d in procedure.documents]
    for i, condition in enumerate(procedure.conditions):
        if condition.field and condition.field not in fields:
            what = f"unknown field '{condition.field}'"
            yield ("conditions", i, "field"), what, f"known: {', '.join(fields)}"
    for name in ("others_document", "guardian_document"):
        needed = getattr(procedure.delegation, name, None)
        if needed and needed not in documents:
            place = ("delegation", name)
            yield place, f"unknown document '{needed}'", f"known: {', '.join(documents)}"
    asks_documents = any(page.documents for page in procedure.form.pages)
    if documents and not asks_documents:
        yield ("form", "pages"), "no page asks for the documents", "add 'documents: true' to a page"


_OF_EVERY_PAPER = frozenset(
    {
        "case_code", "issued_on", "issuer", "number", "place", "qr", "reference", "signer",
        "verify_url",
    }
)  # fmt: skip


def _papers(pack: Pack, procedure: Procedure) -> Iterator[Fault]:
    for i, result in enumerate(procedure.results):
        for name in sorted(_OF_EVERY_PAPER & result.data.keys()):
            what = f"'{name}' is said by every paper, and would be written over"
            yield ("results", i, "data", name), what, "give it another name"
        if "{sequence}" not in result.number:
            what = "numbers would repeat: '{sequence}' is missing"
            yield ("results", i, "number"), what, "add {sequence}"
        try:
            pack.path("results", result.template)
        except PackBroken:
            what = f"there is no results/{result.template}"
            yield ("results", i, "template"), what, "write the template or mend its name"


def _agencies(procedure: Procedure, known: Mapping[str, str]) -> Iterator[Fault]:
    wanted = procedure.agencies
    places: dict[Place, Agencies] = {("agencies",): wanted}
    for name, step in procedure.route.steps.items():
        if step.at:
            places["route", "steps", name, "at"] = step.at
    for i, need in enumerate(procedure.opinions):
        places["opinions", i, "agencies"] = need.agencies
    for place, named in places.items():
        for i, code in enumerate(named.codes):
            if code not in known:
                mend = "name an agency or an authority of agencies.yaml"
                yield (*place, "codes", i), f"unknown agency '{code}'", mend
    if not wanted.codes and wanted.kind not in known.values():
        yield ("agencies",), "no agency may receive it", "name codes, or a kind that has agencies"


def _registers(
    procedure: Procedure, known: Mapping[str, Mapping[str, Operation]]
) -> Iterator[Fault]:
    for i, finding in enumerate(procedure.findings):
        yield from question_faults(("findings", i), finding, known)
    for name, field in procedure.form.fields.items():
        if field.known_from:
            place: Place = ("form", "fields", name, "known_from")
            yield from question_faults(place, field.known_from, known)
            yield from _rows(place, field.known_from, known)
    for i, page in enumerate(procedure.form.pages):
        for j, shown in enumerate(page.known):
            register = shown.from_.partition(".")[0]
            if register not in known:
                place = ("form", "pages", i, "known", j, "from")
                mend = f"known: {', '.join(sorted(known))}"
                yield place, f"unknown register '{register}'", mend


def question_faults(
    place: Place,
    asked: Finding | KnownRows | AnsweredBy,
    known: Mapping[str, Mapping[str, Operation]],
) -> Iterator[Fault]:
    operations = known.get(asked.register)
    if operations is None:
        what = f"unknown register '{asked.register}'"
        yield (*place, "register"), what, f"known: {', '.join(sorted(known))}"
    elif asked.operation not in operations:
        what = f"'{asked.register}' has no operation '{asked.operation}'"
        yield (*place, "operation"), what, f"known: {', '.join(sorted(operations))}"
    elif unknown := asked.with_.keys() - operations[asked.operation].takes:
        what = f"'{asked.operation}' does not take {', '.join(sorted(unknown))}"
        mend = f"it takes: {', '.join(sorted(operations[asked.operation].takes))}"
        yield (*place, "with"), what, mend


def _rows(
    place: Place, asked: KnownRows, known: Mapping[str, Mapping[str, Operation]]
) -> Iterator[Fault]:
    operation = known.get(asked.register, {}).get(asked.operation)
    if operation is None:
        return
    if asked.rows not in operation.lists:
        what = f"'{asked.operation}' answers with no list '{asked.rows}'"
        yield (*place, "rows"), what, f"known: {', '.join(sorted(operation.lists)) or 'none'}"
        return
    columns = operation.lists[asked.rows]
    for ours, theirs in asked.fields.items():
        if theirs not in columns:
            what = f"'{asked.rows}' has no '{theirs}'"
            yield (*place, "fields", ours), what, f"known: {', '.join(sorted(columns))}"
