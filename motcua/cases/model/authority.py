"""The paper by which somebody acts for another whom no register joins to them, and its limits."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

Said = Annotated[str, Meta(min_length=1, max_length=200)]


class Authority(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """As whoever acts states it; the document itself is handed in, and an officer compares."""

    kind: Literal["authorised", "guardian"] = "authorised"
    number: Annotated[str, Meta(min_length=1, max_length=60)]
    issuer: Said
    """The notary, or whoever recognised the guardian."""
    signed_on: date
    until: date | None = None
    """Its last day; None: it names none."""
    procedures: Annotated[list[Annotated[str, Meta(max_length=20)]], Meta(max_length=50)] = []
    """Codes of what it is for; empty: of everything that may be done in another's name."""
