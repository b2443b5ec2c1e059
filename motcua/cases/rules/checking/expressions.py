"""CEL in a pack: does it compile, and does it name only what is there."""

import re
from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct, structs

from motcua.base.pack import PackFault, Place, Where
from motcua.cases.model.procedure import Procedure
from motcua.cases.rules import expressions
from motcua.cases.rules.expressions import Expression, ExpressionError

ASKING = frozenset({"answers", "person", "subject", "today"})
"""What a rule sees when a case is filed: the answers, who asks, whom it is about, the day (ISO)."""
COSTING = ASKING | {"channel"}
"""What a fee may hang on: also how the case comes in."""
KNOWN = frozenset({"answers", "subject"})
"""What a question to a register may be made of."""
ANSWERED = KNOWN | {"findings", "today"}
"""What picks a result: also what the registers answered, by the id of the finding."""
DECIDED = ANSWERED | {"decision"}
"""What a result says: also the words of the decision."""

_MEMBERS = {
    "person": frozenset({"level", "is_organisation"}),
    "subject": frozenset({"number", "name", "birth_date", "relation"}),
}
_HAS = re.compile(r"\bhas\(\s*((?:answers|findings)\.[A-Za-z_]\w*)")

_WORDS = {
    "expression.too_long": ("CEL longer than {max} characters", "split the rule in two"),
    "expression.too_deep": ("CEL nested deeper than {max}", "split the rule in two"),
    "expression.too_many_loops": ("CEL with more than {max} nested loops", "split the rule in two"),
    "expression.syntax": ("bad CEL: it stops making sense at column {column}", "mend it there"),
    "expression.unknown_function": ("unknown function '{name}' in CEL", "mend the name"),
}


class Written(Struct, frozen=True):
    """An expression where it is written, and the names that are there for it."""

    place: Place
    source: str
    names: Collection[str]


def written(procedure: Procedure) -> Iterator[Written]:
    """Every CEL expression of a procedure."""
    for i, document in enumerate(procedure.documents):
        yield Written(("documents", i, "required_if"), document.required_if, ASKING)
    for i, condition in enumerate(procedure.conditions):
        yield Written(("conditions", i, "rule"), condition.rule, ASKING)
    for i, line in enumerate(procedure.fee):
        yield Written(("fee", i, "when"), line.when, COSTING)
        yield Written(("fee", i, "amount"), line.amount, COSTING)
    if isinstance(procedure.fee_assessed, str):
        yield Written(("fee_assessed",), procedure.fee_assessed, COSTING)
    for i, special in enumerate(procedure.limit_if):
        yield Written(("limit_if", i, "when"), special.when, KNOWN)
    yield from _of_others(procedure)
    if procedure.delegation:
        for key in ("family_if", "others_if"):
            yield Written(("delegation", key), getattr(procedure.delegation, key), ASKING)
    for i, finding in enumerate(procedure.findings):
        yield Written(("findings", i, "when"), finding.when, KNOWN)
        for name, source in finding.with_.items():
            yield Written(("findings", i, "with", name), source, KNOWN)
    for field, asked in procedure.form.fields.items():
        for name, source in asked.known_from.with_.items() if asked.known_from else ():
            yield Written(("form", "fields", field, "known_from", "with", name), source, KNOWN)
    for i, result in enumerate(procedure.results):
        yield Written(("results", i, "when"), result.when, ANSWERED)
        for name, source in result.data.items():
            yield Written(("results", i, "data", name), source, DECIDED)
        for name, source in structs.asdict(result.holder).items() if result.holder else ():
            yield Written(("results", i, "holder", name), source, DECIDED)


def _of_others(procedure: Procedure) -> Iterator[Written]:
    """Whom else a case sets to work, and which cases go first."""
    yield Written(("green_if",), procedure.green_if, ASKING)
    for i, need in enumerate(procedure.opinions):
        yield Written(("opinions", i, "when"), need.when, KNOWN)
    for i, other in enumerate(procedure.joined):
        yield Written(("joined", i, "when"), other.when, KNOWN)
        for name, source in other.answers.items():
            yield Written(("joined", i, "answers", name), source, KNOWN)


def expression_faults(procedure: Procedure, where: Where, file: str) -> Iterator[PackFault]:
    known = {
        **_MEMBERS,
        "answers": frozenset(procedure.form.fields),
        "findings": frozenset(f.id for f in procedure.findings),
    }
    for one in written(procedure):
        try:
            read = expressions.read(one.source)
        except ExpressionError as error:
            yield where.fault(file, one.place, *_told(error))
            continue
        for what, mend in (*_names(read, one, known), *_unsure(read, procedure)):
            yield where.fault(file, one.place, what, mend)


def _told(error: ExpressionError) -> tuple[str, str]:
    what, mend = _WORDS.get(error.reason, (f"bad CEL ({error.reason})", "mend the expression"))
    return what.format(**error.facts, column=error.column), mend


def _names(
    read: Expression, one: Written, known: Mapping[str, Collection[str]]
) -> Iterator[tuple[str, str]]:
    for name in sorted(read.names - set(one.names)):
        yield f"unknown name '{name}' in CEL", f"known here: {', '.join(sorted(one.names))}"
    for path in sorted(read.paths):
        root, member = path.split(".")
        if root in one.names and root in known and member not in known[root]:
            mend = f"known: {', '.join(sorted(known[root])) or 'nothing'}"
            yield f"unknown name '{path}' in CEL", mend


def _unsure(read: Expression, procedure: Procedure) -> Iterator[tuple[str, str]]:
    """Answers of people and registers that are not always there must be asked for with has(): a
    missing key is an error."""
    guarded = set(_HAS.findall(read.source))
    for path in sorted((read.paths & _unsure_paths(procedure)) - guarded):
        yield f"'{path}' may be missing", f"ask first: has({path}) && …"


def _unsure_paths(procedure: Procedure) -> set[str]:
    fields = procedure.form.fields.items()
    given = {f"answers.{name}" for name, field in fields if field.when or not field.required}
    return given | {f"findings.{f.id}" for f in procedure.findings if f.when != "true"}
