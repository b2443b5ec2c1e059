"""Agencies as the pack lists them, who is competent for what, and the posts that officers hold."""

from datetime import date
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from motcua.base.ids import PersonId
from motcua.base.text import Text

AgencyKind = Literal[
    "city", "department", "commune", "vertical", "centre", "branch", "point", "district"
]
"""The city's own government; its departments; the governments of its communes; the state's bodies
that work in the city; the one-stop centre, its branches, its points in the communes; the districts
that were."""

KINDS: tuple[AgencyKind, ...] = get_args(AgencyKind)
GOVERNS: tuple[AgencyKind, ...] = ("commune", "district")
"""Every commune is in the hands of exactly one of these at a time."""

Authority = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
Code = Annotated[str, Meta(pattern=r"^[0-9A-Z]+(\.[0-9A-Z]+)*$", max_length=35)]
Commune = Annotated[str, Meta(pattern=r"^[0-9A-Z]{1,10}$")]
Level = Literal["ministry", "city", "commune"]
Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,40}$")]


class _Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Dated(_Strict, frozen=True, kw_only=True):
    valid_from: date | None = None
    """None: as far back as anybody asks."""
    valid_to: date | None = None
    """The first day on which it is no more."""

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day < self.valid_to
        )


class Agency(_Strict, frozen=True, kw_only=True):
    code: Code
    """The first part of its case codes."""
    former_code: Annotated[str, Meta(max_length=35)] | None = None
    """The same agency in codes of an older kind, where it is not the same groups turned round."""
    parent: Code | None = None
    """None: the agency whose code its own continues, if there is one."""
    name: Text
    kind: AgencyKind
    commune: Commune | None = None
    """The statistical code of the commune that it governs."""
    commune_name: Text | None = None
    """How people call that commune; None: as the agency."""
    communes: tuple[Commune, ...] = ()
    """Those that it works for without governing just one. Empty: all of them, or not known."""
    valid_from: date
    valid_to: date | None = None
    """The first day on which it is no more."""
    verified: bool = True

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    @property
    def area(self) -> tuple[str, ...]:
        """The communes to which it is bound; empty: to none."""
        return (self.commune,) if self.commune else self.communes

    @property
    def only_commune(self) -> str | None:
        """Where it is bound to one."""
        return self.area[0] if len(self.area) == 1 else None

    def covers(self, commune: str | None) -> bool:
        if commune is None or commune == self.commune:
            return True
        return self.commune is None and (not self.communes or commune in self.communes)


class Title(_Strict, frozen=True, kw_only=True):
    code: Name
    name: Text
    role: Literal["reception", "handler", "leader"] | None = None
    """What its holders do to cases; None: nothing, or what the agency says."""


class Unit(_Strict, frozen=True, kw_only=True):
    """A part of an agency that has people and decides nothing in its own name."""

    code: Name
    name: Text
    titles: Annotated[tuple[Title, ...], Meta(min_length=1)]


class Structure(Dated, frozen=True, kw_only=True):
    """The units that every agency of these kinds has."""

    kinds: Annotated[tuple[AgencyKind, ...], Meta(min_length=1)]
    units: Annotated[tuple[Unit, ...], Meta(min_length=1)]
    source: str
    verified: bool = True


class AgencyFile(_Strict, frozen=True, kw_only=True):
    """`agencies.yaml` of a pack."""

    agencies: tuple[Agency, ...]
    structures: tuple[Structure, ...] = ()
    authorities: dict[Authority, str] = {}
    """What only one agency may do, and which: a national procedure names the authority, and each
    city says who that is (`criminal_records: <code>`)."""
    source: str
    verified: bool = True


class Rule(Dated, frozen=True, kw_only=True):
    """Who decides: of these procedures, or of these fields, at these levels; empty: any."""

    procedures: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    """As a procedure names its field in Vietnamese."""
    levels: tuple[Level, ...] = ()
    communes: tuple[Commune, ...] = ()
    agencies: tuple[Code, ...] = ()
    kind: AgencyKind | None = None
    below: Code | None = None
    """The agencies whose parent this is: of `kind`, if that is said too."""
    source: str
    verified: bool = True


class Counters(Dated, frozen=True, kw_only=True):
    """Where cases of these levels may be handed in, whoever decides them and wherever one lives."""

    levels: tuple[Level, ...] = ()
    kinds: Annotated[tuple[AgencyKind, ...], Meta(min_length=1)]
    source: str
    verified: bool = True


class CompetenceFile(_Strict, frozen=True, kw_only=True):
    """`competence.yaml` of a pack."""

    rules: tuple[Rule, ...] = ()
    """The first that fits decides. One that names the procedure goes before what the procedure
    itself says; any other only fills in where that names no agency."""
    counters: tuple[Counters, ...] = ()


class Matter(Struct, frozen=True, kw_only=True):
    """What is asked for, as far as it decides who is competent."""

    procedure: str
    field: str
    level: Level
    codes: tuple[str, ...] = ()
    """The agencies, or authorities, that the procedure names."""
    kind: AgencyKind | None = None


class Post(Struct, frozen=True):
    agency_code: str
    role: str
    from_date: date
    to_date: date | None
    unit: str | None = None
    title: str | None = None
    absent: PersonId | None = None
    """Whose post it is, of somebody who stands in; None: their own."""


class StandIn(Struct, frozen=True):
    """One officer in another's place, until the day before `to_date`."""

    person: PersonId
    absent: PersonId
    agency_code: str
    role: str
    from_date: date
    to_date: date
    given_by: PersonId


WORKING = ("reception", "handler", "leader")
"""The roles that work on cases: only to these does the database show any (`agencies.mine`)."""

Place = Literal["own", "hand", "step", "receiver", "counter", "beside", "agency"]
"""Where somebody is what they are, seen from a thing: it is their own; the agency that has it in
hand, with its very step; that received it; the counter that took it in; one that was asked, or had
it before; or any agency, where a thing has no place."""

Held = frozenset[tuple[str, str]]
"""What somebody is where a thing lies: pairs of place and role."""


class RoleName(_Strict, frozen=True, kw_only=True):
    name: Text
    works: bool = False
    """On cases. Others find none."""


class Right(_Strict, frozen=True, kw_only=True):
    """Holders of one of these roles at one of these places may do it to such a thing."""

    act: Name
    on: Name
    fields: tuple[Name, ...] = ()
    """To these parts of it alone. Empty: the act knows no parts."""
    roles: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[a-z][a-z-]{0,40}$")], ...], Meta(min_length=1)
    ]
    places: Annotated[tuple[Place, ...], Meta(min_length=1)]


class AccessFile(_Strict, frozen=True, kw_only=True):
    """`access.yaml` of a pack. Without it no officer may do anything by right of a role."""

    roles: dict[str, RoleName] = {}
    rights: tuple[Right, ...] = ()
    source: str = ""
    verified: bool = True
