"""What is counted of cases, and how a pack makes figures and points of the counts."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from motcua.base.text import Text

NOBODY = UUID(int=0)
"""In place of an officer: of nobody alone."""

Cut = Literal[
    "city", "agency", "field", "procedure", "agency_field", "agency_procedure", "agency_officer"
]
By = Literal["all", "agency", "commune", "field", "procedure", "period"]
"""What the rows of an answer stand for."""
Grain = Literal["day", "month"]
Kind = Literal["step", "waiting", "asked_field", "asked_document", "rating_reason"]
Outcome = Literal["open", "refused", "withdrawn", "stopped", "granted", "denied"]
List = Literal[
    "received", "open", "overdue", "late", "supplemented", "refused", "withdrawn", "stopped",
    "granted", "denied",
]  # fmt: skip
"""The cases that lie behind a figure."""


class Counts(Struct, frozen=True):
    """What happened in some time to the cases of some agency, field or procedure (`name`)."""

    name: str
    received: int
    received_online: int
    received_counter: int
    received_post: int
    fields_asked: int
    fields_known: int
    accepted: int
    supplemented: int
    transferred_in: int
    transferred_out: int
    refused: int
    withdrawn: int
    stopped: int
    granted: int
    denied: int
    early: int
    on_time: int
    late: int
    complete_at_once: int
    completed_once: int
    completed_often: int
    answer_seconds: int
    waited_seconds: int
    apologised: int
    opinions_early: int
    opinions_on_time: int
    opinions_late: int
    returned: int
    returned_online: int
    paid: int
    paid_at_counter: int
    paid_amount: int
    from_registers: int
    digitised: int
    reused: int
    rated_1: int
    rated_2: int
    rated_3: int
    rated_4: int
    complained: int
    complaints_upheld: int


class Named(Struct, frozen=True):
    """How often something that has a name, and for how long together. `procedure`: in which; empty:
    in all of them."""

    procedure: str
    name: str
    count: int
    seconds: int


class Overdue(Struct, frozen=True):
    name: str
    count: int


class CaseBehind(Struct, frozen=True):
    """A case behind a figure. `outcome` and what follows: as the history says."""

    code: str
    procedure: str
    agency: str
    status: int
    filed_at: datetime
    due_at: datetime
    ended_at: datetime | None
    outcome: Outcome
    punctuality: Literal["", "early", "on_time", "late"]
    supplements: int


class Batch(Struct, frozen=True):
    """Events after one number up to another; `filled`: earlier ones that can be seen by now."""

    after: int
    until: int
    count: int
    filled: list[int]
    subjects: list[UUID]


class Edition(Struct, frozen=True):
    edition: int
    folded_to: int


class Rebuilt(Struct, frozen=True):
    """What was counted anew, and how long it took."""

    edition: int
    cases: int
    events: int
    seconds: float


class Period(Struct, frozen=True):
    """A day, a month, a quarter or a year: `2026-11-24`, `2026-11`, `2026-Q4`, `2026`."""

    id: str
    since: date
    until: date
    """The first day after it."""
    grain: Grain
    """The narrowest counts that it is put together from."""


class Asked(Struct, frozen=True, kw_only=True):
    """A question about figures. What is left empty is not narrowed."""

    period: Period
    by: By = "all"
    agency: str = ""
    commune: str = ""
    field: str = ""
    procedure: str = ""


# The pack's words for it


class _Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


Id = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
Sum = Annotated[tuple[Id, ...], Meta(min_length=1)]
"""Counts that are added up."""


class Share(_Strict, frozen=True, kw_only=True):
    """How much of one is the other: what `of` counts ÷ what `among` counts."""

    of: Sum
    among: Sum


class Mean(_Strict, frozen=True, kw_only=True):
    """What `weights` gives to each ÷ what `among` counts: of points, of money, of time."""

    weights: Annotated[dict[Id, float], Meta(min_length=1)]
    among: Sum
    per: Annotated[float, Meta(gt=0)] = 1
    """So many make one of its unit: 3600 seconds an hour."""


class Condition(_Strict, frozen=True, kw_only=True):
    share: Share
    at_least: float | None = None
    at_most: float | None = None


class Band(_Strict, frozen=True, kw_only=True):
    """So many points to whoever meets every condition; the first band that fits counts."""

    points: float
    all: tuple[Condition, ...] = ()


class Figure(_Strict, frozen=True, kw_only=True):
    """One figure: a share, a mean, or points by bands. None of them: nothing is known to count."""

    id: Id
    name: Text
    meaning: Text | None = None
    """In a sentence, where the name does not say it all."""
    share: Share | None = None
    mean: Mean | None = None
    bands: tuple[Band, ...] = ()
    unit: Literal["share", "money", "hours", "points", "number"] = "share"
    points_max: float | None = None
    """A share times this is its points; None: it is shown, and gives none."""
    cases: List | None = None
    """Which cases a leader looks at behind it."""
    better: Literal["more", "less"] = "more"
    source: str = ""
    verified: bool = True

    @property
    def is_known(self) -> bool:
        return bool(self.share or self.mean or self.bands)


class Group(_Strict, frozen=True, kw_only=True):
    id: Id
    name: Text
    points_max: float
    figures: Annotated[tuple[Figure, ...], Meta(min_length=1)]


class Grade(_Strict, frozen=True, kw_only=True):
    """What somebody with at least so many points is called, once every figure is known."""

    at_least: float
    name: Text


class Framework(_Strict, frozen=True, kw_only=True):
    """A set of figures that a rule lays down, with its points."""

    id: Id
    name: Text
    source: str
    verified: bool = True
    groups: Annotated[tuple[Group, ...], Meta(min_length=1)]
    grades: tuple[Grade, ...] = ()

    @property
    def points_max(self) -> float:
        return sum(group.points_max for group in self.groups)


class ScorePack(_Strict, frozen=True, kw_only=True):
    """`score.yaml`: what is shown of how well the city keeps its word."""

    floor: Annotated[int, Meta(ge=1, le=1000)]
    """The public is told of no fewer cases than this at once."""
    ranked: Id
    """The tile by which agencies are ranked; a share."""
    tiles: Annotated[tuple[Figure, ...], Meta(min_length=1)]
    frameworks: tuple[Framework, ...] = ()


class Marked(Struct, frozen=True):
    """A figure with its value: null where there is nothing to divide by, or to count. `among`: of
    how many. `points` where it gives any."""

    figure: Figure
    value: float | None
    among: int
    points: float | None = None


class GroupMarked(Struct, frozen=True):
    group: Group
    marked: tuple[Marked, ...]
    points: float
    reachable: float
    """Of its points, how many could be had by what is counted here."""


class Scored(Struct, frozen=True):
    """A framework over some counts. `grade` only where every figure of it is known."""

    framework: Framework
    groups: tuple[GroupMarked, ...]
    points: float
    reachable: float
    grade: Text | None


class Ranked(Struct, frozen=True):
    """One in a ranking. The interval is where its true share lies, nineteen times in twenty;
    `first` to `last`: the ranks that it may hold, for who overlaps is not told apart."""

    name: str
    value: float
    among: int
    low: float
    high: float
    first: int
    last: int
