"""An agency as the pack lists it, and the posts that officers hold in it."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from motcua.base.text import Text

AgencyKind = Literal["department", "commune", "vertical"]
"""Of the city; of a commune; of the state, working in the city."""

Authority = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,40}$")]


class Agency(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    code: Annotated[str, Meta(pattern=r"^[0-9A-Z]+(\.[0-9A-Z]+)*$", max_length=35)]
    """The first part of its case codes."""
    former_code: Annotated[str, Meta(max_length=35)] | None = None
    """The same agency in codes of an older kind, which old papers still carry."""
    name: Text
    kind: AgencyKind
    commune: Annotated[str, Meta(pattern=r"^[0-9A-Z]{1,10}$")] | None = None
    """The statistical code of the commune that it governs."""
    valid_from: date
    valid_to: date | None = None
    """The first day on which it is no more."""
    verified: bool = True


class AgencyFile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`agencies.yaml` of a pack."""

    agencies: tuple[Agency, ...]
    authorities: dict[Authority, str] = {}
    """What only one agency may do, and which: a national procedure names the authority, and each
    city says who that is (`criminal_records: <code>`)."""
    source: str
    verified: bool = True


class Post(Struct, frozen=True):
    agency_code: str
    role: str
    from_date: date
    to_date: date | None
