"""What officers keep beside their cases: notes, words used again and again, earlier answers."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from msgspec import Meta, Struct

from motcua.base.text import Text

Noun = Annotated[str, Meta(pattern=r"^[a-z][a-z-]{0,40}$")]


class _Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class PackTemplate(_Strict, frozen=True, kw_only=True):
    """Words for one or several forms of the desk; `{code}` and its like are filled in."""

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
    nouns: Annotated[tuple[Noun, ...], Meta(min_length=1)]
    """The forms, by the last part of their address: `supplement-request`, `refusal`, …"""
    name: Text
    words: Text


class TemplatesFile(_Strict, frozen=True, kw_only=True):
    """`templates.yaml` of a pack: a city's are added to the country's."""

    GROWS: ClassVar[tuple[str, ...]] = ("templates",)
    templates: tuple[PackTemplate, ...] = ()
    source: str = ""
    verified: bool = True


class Template(Struct, frozen=True):
    """An agency's own."""

    id: UUID
    agency_code: str
    noun: str
    name: str
    words: str
    made_at: datetime


class Note(Struct, frozen=True):
    """What an officer wrote for colleagues, never for the people of the case."""

    at: datetime
    agency_code: str
    officer_name: str
    words: str
    to_name: str | None
    """To whom the case was handed with these words."""


class AnswersBefore(Struct, frozen=True):
    """Answers as they stood until a moment, sealed as they were."""

    until: datetime
    answers: dict[str, Any]
