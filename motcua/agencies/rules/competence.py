"""Who may receive what, who decides it, where it may be handed in: by procedure, place and day."""

from collections.abc import Collection, Iterable
from datetime import date

from motcua.agencies.model import Agency, AgencyFile, AgencyKind, CompetenceFile, Matter, Rule


def receivers(
    file: AgencyFile,
    codes: Collection[str],
    kind: AgencyKind | None,
    commune: str | None,
    day: date,
) -> list[Agency]:
    """The agencies named (by code or authority) or of that kind, on that day, in the pack's order.

    `commune` leaves out those that are bound to other communes.
    """
    named = {file.authorities.get(code, code) for code in codes}
    return [
        agency
        for agency in file.agencies
        if (agency.code in named or agency.kind == kind)
        and agency.covers(commune)
        and agency.holds_on(day)
    ]


def decided_by(
    file: AgencyFile, known: CompetenceFile, matter: Matter, commune: str | None, day: date
) -> list[Agency]:
    """Who decides it, of every place: `commune` only finds the rule. Who asks for one commune
    leaves out those that do not cover it; what is left then are the choices."""
    special = [rule for rule in known.rules if rule.procedures]
    general = [rule for rule in known.rules if not rule.procedures]
    return (
        _by_rules(file, special, matter, commune, day)
        or receivers(file, matter.codes, None, None, day)
        or _by_rules(file, general, matter, commune, day)
        or receivers(file, (), matter.kind, None, day)
    )


def counters_for(
    file: AgencyFile, known: CompetenceFile, matter: Matter, day: date
) -> list[Agency]:
    """Who may take it in at a counter; where the pack names nobody, those who decide it."""
    kinds = {
        kind
        for counters in known.counters
        if counters.holds_on(day) and (not counters.levels or matter.level in counters.levels)
        for kind in counters.kinds
    }
    found = [a for a in file.agencies if a.kind in kinds and a.holds_on(day)]
    return found or decided_by(file, known, matter, None, day)


def parents(agencies: Iterable[Agency]) -> dict[str, str]:
    """Of every agency that has one: the one it names, else the nearest whose code it continues."""
    listed = tuple(agencies)
    codes = {agency.code for agency in listed}
    found: dict[str, str] = {}
    for agency in listed:
        above = agency.parent or _above(agency.code, codes)
        if above:
            found[agency.code] = above
    return found


def _above(code: str, codes: set[str]) -> str | None:
    while "." in code:
        code = code.rpartition(".")[0]
        if code in codes:
            return code
    return None


def _by_rules(
    file: AgencyFile, rules: list[Rule], matter: Matter, commune: str | None, day: date
) -> list[Agency]:
    rule = next((rule for rule in rules if _fits(rule, matter, commune, day)), None)
    if rule is None:
        return []
    if rule.below is None:
        return receivers(file, rule.agencies, rule.kind, None, day)
    above = parents(file.agencies)
    return [
        agency
        for agency in file.agencies
        if above.get(agency.code) == rule.below
        and rule.kind in (None, agency.kind)
        and agency.holds_on(day)
    ]


def _fits(rule: Rule, matter: Matter, commune: str | None, day: date) -> bool:
    return (
        rule.holds_on(day)
        and (not rule.procedures or matter.procedure in rule.procedures)
        and (not rule.fields or matter.field in rule.fields)
        and (not rule.levels or matter.level in rule.levels)
        and (not rule.communes or commune in rule.communes)
    )
