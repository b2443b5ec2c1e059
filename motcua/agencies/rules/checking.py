"""What the lists of agencies and of competence may not say; each fault at its line."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from motcua.agencies.model import (
    GOVERNS,
    Agency,
    AgencyFile,
    CompetenceFile,
    Dated,
    Rule,
    Structure,
)
from motcua.agencies.rules.competence import parents
from motcua.base.identifiers import IdentifierFile, Identifiers, identifier_faults
from motcua.base.pack import Kind, Pack, PackFault, Place, Where

AGENCIES = Kind(name="agencies", place="agencies.yaml", type=AgencyFile)
COMPETENCE = Kind(name="competence", place="competence.yaml", type=CompetenceFile)

CODE, FORMER_CODE = "agency_code", "agency_code_former"
"""The kinds of identifiers that agencies go by, where the pack has rules for them."""

Fault = tuple[Place, str, str]


def agency_faults(pack: Pack, where: Where) -> Iterator[PackFault]:
    """Codes, parents, dates, places and units that contradict each other."""
    if not pack.has("agencies"):
        return
    file = pack.file("agencies", AgencyFile)
    # Codes are held against sound rules only; what is wrong with the rules is told elsewhere.
    is_sound = not any(identifier_faults(pack, where))
    rules = identifiers_of(pack) if is_sound else Identifiers({}, demo=False)
    for part in (_codes(file, rules), _parents(file), _places(file), _units(file)):
        for place, what, mend in part:
            yield where.fault("agencies.yaml", place, what, mend)
    codes = {a.code for a in file.agencies}
    for name, code in file.authorities.items():
        if code not in codes:
            what = f"unknown agency '{code}'"
            mend = "name the code of an agency"
            yield where.fault("agencies.yaml", ("authorities", name), what, mend)


def competence_faults(pack: Pack, where: Where) -> Iterator[PackFault]:
    """Rules about agencies that are not there, that say nothing, or that run backwards.

    A national pack may have rules by kind and leave the agencies to each city.
    """
    if not pack.has("competence"):
        return
    file = pack.file("competence", CompetenceFile)
    found = [*_rules(file.rules)]
    found += [
        fault for i, one in enumerate(file.counters) for fault in _backwards(one, ("counters", i))
    ]
    if pack.has("agencies"):
        found += _strangers(file, pack.file("agencies", AgencyFile).agencies)
    for place, what, mend in found:
        yield where.fault("competence.yaml", place, what, mend)


def identifiers_of(pack: Pack) -> Identifiers:
    """The pack's rules for codes; without any, every code is taken as it is written."""
    rules = pack.file("identifiers", IdentifierFile).identifiers if pack.has("identifiers") else {}
    return Identifiers({k: r for k, r in rules.items() if k in (CODE, FORMER_CODE)}, demo=False)


def known_codes(pack: Pack) -> dict[str, str] | None:
    """Codes and authorities with their kind of agency; None where the pack lists no agencies."""
    if not pack.has("agencies"):
        return None
    file = pack.file("agencies", AgencyFile)
    kinds: dict[str, str] = {agency.code: agency.kind for agency in file.agencies}
    return kinds | {name: kinds.get(code, "") for name, code in file.authorities.items()}


def _codes(file: AgencyFile, identifiers: Identifiers) -> Iterator[Fault]:
    for field in ("code", "former_code"):
        for i in _repeats([getattr(a, field) for a in file.agencies]):
            what = f"{field} '{getattr(file.agencies[i], field)}' is used twice"
            yield ("agencies", i, field), what, "give each agency its own"
    codes = {agency.code for agency in file.agencies}
    for i, agency in enumerate(file.agencies):
        for field, kind in (("code", CODE), ("former_code", FORMER_CODE)):
            said = getattr(agency, field)
            if said and kind in identifiers.rules and not identifiers.valid(kind, said):
                what = f"{field} '{said}' does not have the form of '{kind}'"
                mend = f"write it as identifiers.yaml says: {identifiers.rules[kind].pattern}"
                yield ("agencies", i, field), what, mend
        former = agency.former_code or ""
        meant = identifiers.other_form(FORMER_CODE, former)
        if meant in codes and meant != agency.code:
            what = f"former_code '{former}', turned round, is the code of '{meant}'"
            yield ("agencies", i, "former_code"), what, "mend one of the two"


def _parents(file: AgencyFile) -> Iterator[Fault]:
    above = parents(file.agencies)
    codes = {agency.code for agency in file.agencies}
    for i, agency in enumerate(file.agencies):
        if agency.parent and agency.parent not in codes:
            what = f"unknown parent '{agency.parent}'"
            yield ("agencies", i, "parent"), what, "name the code of an agency"
        elif agency.parent and (ring := _ring(agency.code, above)):
            what = f"is its own parent: {' > '.join(ring)}"
            yield ("agencies", i, "parent"), what, "mend one of these parents"


def _ring(code: str, above: Mapping[str, str]) -> list[str]:
    """The way up from an agency back to itself; empty where it ends at the top."""
    way = [code]
    while (parent := above.get(way[-1])) and parent not in way:
        way.append(parent)
    return [*way, code] if parent == code else []


def _places(file: AgencyFile) -> Iterator[Fault]:
    for i, agency in enumerate(file.agencies):
        if (agency.kind == "commune") != (agency.commune is not None):
            what = f"'{agency.code}' is of kind {agency.kind}: 'commune' does not fit"
            mend = "write the statistical code for communes, and only for them"
            yield ("agencies", i, "kind"), what, mend
        if agency.valid_to and agency.valid_to <= agency.valid_from:
            what = f"'{agency.code}' ends before it begins"
            yield ("agencies", i, "valid_to"), what, "mend the dates"
    known = {a.commune for a in file.agencies if a.commune and a.kind in GOVERNS}
    for i, agency in enumerate(file.agencies):
        for j, commune in enumerate(agency.communes):
            if commune not in known:
                what = f"unknown commune '{commune}'"
                yield ("agencies", i, "communes", j), what, "name one that has an agency"
    for commune in sorted(known):
        yield from _in_turn(file, commune)


def _in_turn(file: AgencyFile, commune: str) -> Iterator[Fault]:
    """From its first day on every commune is in exactly one pair of hands."""
    held = sorted(
        (
            (agency.valid_from, i, agency)
            for i, agency in enumerate(file.agencies)
            if agency.kind in GOVERNS and commune in agency.area
        ),
        key=lambda one: one[:2],
    )
    until = held[0][0]
    for since, i, agency in held:
        if since < until:
            what = f"commune '{commune}' has two agencies from {since}"
            yield ("agencies", i, "valid_from"), what, "end one of them first"
        elif until < since:
            what = f"commune '{commune}' has no agency from {until} to {since}"
            yield ("agencies", i, "valid_from"), what, "let one begin where the other ends"
        until = max(until, agency.valid_to or date.max)
    if until < date.max:
        what = f"commune '{commune}' has no agency from {until}"
        yield ("agencies", held[-1][1], "valid_to"), what, "name the one that comes after"


def _units(file: AgencyFile) -> Iterator[Fault]:
    for i, structure in enumerate(file.structures):
        place: Place = ("structures", i)
        yield from _backwards(structure, place)
        for j in _repeats([unit.code for unit in structure.units]):
            what = f"unit '{structure.units[j].code}' is written twice"
            yield (*place, "units", j, "code"), what, "give each unit its own"
        for other in file.structures[:i]:
            for kind in structure.kinds:
                if kind in other.kinds and _overlap(structure, other):
                    what = f"agencies of kind {kind} have two structures at a time"
                    yield (*place, "kinds"), what, "end one before the other begins"


def _rules(rules: tuple[Rule, ...]) -> Iterator[Fault]:
    for i, rule in enumerate(rules):
        place: Place = ("rules", i)
        yield from _backwards(rule, place)
        if not (rule.agencies or rule.kind or rule.below):
            yield place, "the rule names nobody", "add 'agencies', 'kind' or 'below'"
        if rule.agencies and (rule.kind or rule.below):
            yield place, "'agencies' stands beside 'kind' or 'below'", "keep one of the two"


def _strangers(file: CompetenceFile, known: tuple[Agency, ...]) -> Iterator[Fault]:
    """What the rules name and the list of agencies does not have."""
    codes = {agency.code for agency in known}
    kinds = {agency.kind for agency in known}
    communes = {agency.commune for agency in known}
    above = set(parents(known).values())
    for i, rule in enumerate(file.rules):
        place: Place = ("rules", i)
        for j, code in enumerate(rule.agencies):
            if code not in codes:
                what = f"unknown agency '{code}'"
                yield (*place, "agencies", j), what, "name the code of an agency"
        for j, commune in enumerate(rule.communes):
            if commune not in communes:
                what = f"unknown commune '{commune}'"
                yield (*place, "communes", j), what, "name one that has an agency"
        if rule.below is not None and rule.below not in above:
            what = f"no agency stands below '{rule.below}'"
            yield (*place, "below"), what, "name an agency that is a parent"
        if rule.kind is not None and rule.kind not in kinds:
            yield (*place, "kind"), f"no agency is of kind {rule.kind}", "name a kind that has some"
    for i, counters in enumerate(file.counters):
        for j, kind in enumerate(counters.kinds):
            if kind not in kinds:
                what = f"no agency is of kind {kind}"
                yield ("counters", i, "kinds", j), what, "name a kind that has some"


def _backwards(one: Dated, place: Place) -> Iterator[Fault]:
    if one.valid_from and one.valid_to and one.valid_to <= one.valid_from:
        yield (*place, "valid_to"), "ends before it begins", "mend the dates"


def _overlap(one: Structure, other: Structure) -> bool:
    return (one.valid_to is None or (other.valid_from or date.min) < one.valid_to) and (
        other.valid_to is None or (one.valid_from or date.min) < other.valid_to
    )


def _repeats(values: Iterable[str | None]) -> Iterator[int]:
    seen: set[str] = set()
    for i, value in enumerate(values):
        if value is not None and value in seen:
            yield i
        seen.add(value or "")
