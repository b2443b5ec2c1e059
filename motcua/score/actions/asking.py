"""A question about figures, as an address says it."""

from collections.abc import Mapping
from typing import Any, get_args
from urllib.parse import urlencode

from motcua.agencies import Agencies
from motcua.base.errors import Fault, Invalid, NotFound
from motcua.base.text import Text
from motcua.cases import Procedures
from motcua.db import City
from motcua.score.model import Asked, By
from motcua.score.rules import periods

NARROWED = ("agency", "commune", "field", "procedure")
LENGTH_MAX = 200


def asked_of(city: City, given: Mapping[str, str]) -> Asked:
    """By default of this year, agency by agency. What it names and nobody knows has no cases."""
    said = {name: given.get(name, "")[:LENGTH_MAX] for name in ("period", "by", *NARROWED)}
    way: Any = said["by"] or "agency"
    if way not in get_args(By):
        raise Invalid("request.faults", [Fault("/by", "score.no_such_way")])
    try:
        agency = said["agency"] and city[Agencies].by_code(said["agency"]).code
    except NotFound as unknown:
        raise Invalid("request.faults", [Fault("/agency", unknown.reason)]) from None
    return Asked(
        period=periods.period(said["period"] or choices(city)[0]), by=way, agency=agency,
        commune=said["commune"], field=said["field"], procedure=said["procedure"],
    )  # fmt: skip


def query_of(asked: Asked, **changed: str) -> str:
    """The same question as an address says it, with some of it changed."""
    said = {"period": asked.period.id, "by": asked.by}
    said |= {name: getattr(asked, name) for name in NARROWED} | changed
    return urlencode({name: value for name, value in said.items() if value})


def choices(city: City) -> list[str]:
    """The periods that a reader is offered."""
    return periods.choices(city[Agencies].today())


def fields(city: City) -> list[Text]:
    of_all = (known.procedure.field for known in city[Procedures].today.values())
    found = {field.vi: field for field in of_all}
    return [found[name] for name in sorted(found)]


def name_of(city: City, by: str, name: str) -> Text:
    """What a row is called; what the pack no longer lists is called by its code."""
    if by == "agency":
        return city[Agencies].name(name)
    if by == "procedure" and name in city[Procedures].today:
        return city[Procedures].today[name].procedure.name
    if by == "commune":
        for agency in city[Agencies].all:
            if agency.commune == name:
                return agency.commune_name or agency.name
    if by == "field":
        return next((one for one in fields(city) if one.vi == name), Text(name, name))
    return Text(name, name)
