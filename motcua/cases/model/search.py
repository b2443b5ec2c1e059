"""What a search knows besides the procedures: everyday words, life events, what many need."""

from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from motcua.base.text import Text

Code = Annotated[str, Meta(pattern=r"^[0-9]\.[0-9]{6}$")]
Phrase = Annotated[str, Meta(min_length=1, max_length=200)]
"""What people say. `ông/bà mất/qua_đời` stands for each choice: ông mất, ông qua đời, bà mất …; the
parts of such a phrase may be some words apart. Without choices its words stand together."""


class _Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Entry(_Strict, frozen=True, kw_only=True):
    """A procedure as a search sees it: short texts only, so that no form need be compiled."""

    code: str
    names: tuple[str, ...]
    """The full name first; then shorter ones, and names in other languages."""
    keywords: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    """Field and agency: found too, but they say little about which procedure it is."""
    is_local: bool = True
    """Filed in the city or the commune; what only a ministry receives comes a little later."""


class Synonym(_Strict, frozen=True, kw_only=True):
    """What people say, and what procedures call it; or which procedures they mean by it."""

    say: Annotated[tuple[Phrase, ...], Meta(min_length=1)]
    mean: tuple[Phrase, ...] = ()
    procedures: tuple[Code, ...] = ()


class LifeEvent(_Strict, frozen=True, kw_only=True):
    """What happens to people, and what they then ask for, the first thing first."""

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
    name: Text
    words: tuple[Phrase, ...] = ()
    procedures: Annotated[tuple[Code, ...], Meta(min_length=1)]


class Often(_Strict, frozen=True, kw_only=True):
    """Procedures that many people ask for stand a little before their like."""

    procedures: Annotated[tuple[Code, ...], Meta(min_length=1)]
    reason: str


class SearchWords(_Strict, frozen=True, kw_only=True):
    """`search.yaml`. A code may be unknown: the catalogue may bring it, or another city's pack."""

    GROWS: ClassVar[tuple[str, ...]] = ("skip", "synonyms", "life_events", "often")
    skip: tuple[str, ...] = ()
    """Words that say nothing about what is wanted."""
    synonyms: tuple[Synonym, ...] = ()
    life_events: tuple[LifeEvent, ...] = ()
    often: tuple[Often, ...] = ()
