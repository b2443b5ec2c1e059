"""Who may receive what, and what an agency list may not say."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from motcua.agencies.model import Agency, AgencyFile, AgencyKind
from motcua.base.pack import Kind, Pack, PackFault, Where

AGENCIES = Kind(name="agencies", place="agencies.yaml", type=AgencyFile)

_FILE = "agencies.yaml"


def receivers(
    file: AgencyFile,
    codes: Collection[str],
    kind: AgencyKind | None,
    commune: str | None,
    day: date,
) -> list[Agency]:
    """The agencies named (by code or authority) or of that kind, on that day, in the pack's order.

    `commune` narrows communes down to the one; agencies of the whole city receive from all of them.
    """
    named = {file.authorities.get(code, code) for code in codes}
    return [
        agency
        for agency in file.agencies
        if (agency.code in named or agency.kind == kind)
        and (commune is None or agency.commune in (None, commune))
        and agency.valid_from <= day
        and (agency.valid_to is None or day < agency.valid_to)
    ]


def agency_faults(pack: Pack, where: Where) -> Iterator[PackFault]:
    """Codes used twice, authorities that are no agency, communes without a code."""
    if not pack.has("agencies"):
        return
    file = pack.file("agencies", AgencyFile)
    for field in ("code", "former_code", "commune"):
        for i in _repeats([getattr(a, field) for a in file.agencies]):
            what = f"{field} '{getattr(file.agencies[i], field)}' is used twice"
            yield where.fault(_FILE, ("agencies", i, field), what, "give each agency its own")
    for i, agency in enumerate(file.agencies):
        if (agency.kind == "commune") != (agency.commune is not None):
            what = f"'{agency.code}' is of kind {agency.kind}: 'commune' does not fit"
            mend = "write the statistical code for communes, and only for them"
            yield where.fault(_FILE, ("agencies", i, "kind"), what, mend)
        if agency.valid_to and agency.valid_to <= agency.valid_from:
            what = f"'{agency.code}' ends before it begins"
            yield where.fault(_FILE, ("agencies", i, "valid_to"), what, "mend the dates")
    codes = {a.code for a in file.agencies}
    for name, code in file.authorities.items():
        if code not in codes:
            what = f"unknown agency '{code}'"
            yield where.fault(_FILE, ("authorities", name), what, "name the code of an agency")


def known_codes(pack: Pack) -> dict[str, str] | None:
    """Codes and authorities with their kind of agency; None where the pack lists no agencies."""
    if not pack.has("agencies"):
        return None
    file = pack.file("agencies", AgencyFile)
    kinds: dict[str, str] = {agency.code: agency.kind for agency in file.agencies}
    return kinds | {name: kinds.get(code, "") for name, code in file.authorities.items()}


def _repeats(values: Iterable[str | None]) -> Iterator[int]:
    seen: set[str] = set()
    for i, value in enumerate(values):
        if value is not None and value in seen:
            yield i
        seen.add(value or "")
