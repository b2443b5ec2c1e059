"""By what a work list is cut: the address that says so, and the boxes and links that change it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, get_args
from urllib.parse import urlencode

from litestar import Request
from msgspec import Struct

from motcua.base.ids import PersonId
from motcua.base.text import Text
from motcua.cases.actions import Procedures, reading, work
from motcua.cases.actions.work import Channel, Choices, DueBy, Sort, State, Wanted, WorkList
from motcua.db import City
from motcua.web.language import Language, words

WORDS_LENGTH_MAX = 100
NUMBER_LENGTH_MAX = 19
VALUE_LENGTH_MAX = 200
STATUSES = {str(one) for one in reading.STATUS_NAMES}
YEARS = range(2000, 3000)
PAGES_BESIDE = 2
"""How many pages are named to each side of the one that is shown."""

Web = Request[Any, Any, Any]


class Option(Struct, frozen=True):
    value: str
    name: Text | str
    count: int | None
    is_chosen: bool


class Select(Struct, frozen=True):
    """One thing by which the list may be cut; the first option is: whatever it is."""

    name: str
    label: str
    options: list[Option]


class Chip(Struct, frozen=True):
    """What the list is cut by, and the list without that cut."""

    text: str
    address: str


class PageLink(Struct, frozen=True):
    """None as the number: pages are left out here."""

    number: int | None
    address: str
    is_current: bool


class Filters(Struct, frozen=True, kw_only=True):
    selects: list[Select]
    since: str
    until: str
    chips: list[Chip]
    hidden: list[tuple[str, str]]
    """What the form does not ask and must not lose."""


def wanted_of(request: Web) -> Wanted:
    """What the address says; what nobody understands cuts nothing."""
    asked = {name: value[:VALUE_LENGTH_MAX] for name, value in request.query_params.items()}
    page, status = asked.get("page", "1"), asked.get("status", "")
    return Wanted(
        agency=asked.get("agency", "")[:35],
        state=_one_of(asked, "state", State, "open"),
        is_mine=asked.get("work") == "mine",
        is_asked=asked.get("work") == "asked",
        due=_one_of(asked, "due", DueBy, ""),
        procedure=_said(asked, "procedure"),
        field=_said(asked, "field"),
        status=int(status) if status in STATUSES else 0,
        assigned=_said(asked, "assigned"),
        channel=_one_of(asked, "channel", Channel, ""),
        since=_day(asked.get("since", "")),
        until=_day(asked.get("until", "")),
        words=_said(asked, "q")[:WORDS_LENGTH_MAX],
        sort=_one_of(asked, "sort", Sort, "due"),
        page=min(max(int(page), 1), work.PAGES_MAX) if is_number(page) else 1,
    )


def is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < NUMBER_LENGTH_MAX


def _said(asked: Mapping[str, str], name: str) -> str:
    return "".join(c for c in asked.get(name, "") if c.isprintable())


def _one_of(asked: Mapping[str, str], name: str, kind: Any, usual: str) -> Any:
    said = asked.get(name, usual)
    return said if said in get_args(kind) else usual


def _day(text: str) -> date | None:
    """None also for what lies beyond any case: the reckoning of time has ends."""
    try:
        day = date.fromisoformat(text) if len(text) == 10 and text.isascii() else None
    except ValueError:
        return None
    return day if day and day.year in YEARS else None


def kept_in(wanted: Wanted, **other: str) -> dict[str, str]:
    """How the list is cut, as an address says it."""
    said = {
        "agency": wanted.agency,
        "work": "mine" if wanted.is_mine else "asked" if wanted.is_asked else "",
        "due": wanted.due,
        "state": wanted.state if wanted.state != "open" else "",
        "procedure": wanted.procedure,
        "field": wanted.field,
        "status": str(wanted.status) if wanted.status else "",
        "assigned": wanted.assigned,
        "channel": wanted.channel,
        "since": wanted.since.isoformat() if wanted.since else "",
        "until": wanted.until.isoformat() if wanted.until else "",
        "q": wanted.words,
        "sort": wanted.sort if wanted.sort != "due" else "",
        "page": str(wanted.page) if wanted.page > 1 else "",
        **other,
    }
    return {name: value for name, value in said.items() if value}


def address_of(wanted: Wanted, **other: str) -> str:
    kept = urlencode(kept_in(wanted, **other))
    return f"/desk?{kept}" if kept else "/desk"


def filters_of(
    city: City,
    wanted: Wanted,
    choices: Choices,
    names: Mapping[PersonId, str],
    language: Language,
) -> Filters:
    selects = [
        _procedures(city, wanted, choices, language),
        _fields(city, wanted, choices, language),
        _statuses(wanted, choices, language),
        _handlers(wanted, choices, names, language),
        _channels(wanted, choices, language),
        *_plain(wanted, language),
    ]
    kept = kept_in(wanted)
    return Filters(
        selects=selects,
        since=kept.get("since", ""),
        until=kept.get("until", ""),
        chips=_chips(wanted, selects, language),
        hidden=[(name, kept[name]) for name in ("work", "due") if name in kept],
    )


def _select(name: str, label: str, whatever: str, chosen: str, options: Iterable[Option]) -> Select:
    first = Option("", whatever, None, not chosen)
    return Select(name, label, [first, *options])


def _procedures(city: City, wanted: Wanted, choices: Choices, language: Language) -> Select:
    shelf, say = city[Procedures].today, words(language).gettext
    named = [
        (code, shelf[code].procedure.short_name.within(language) if code in shelf else code, count)
        for code, count in choices.procedures.items()
    ]
    options = [
        Option(code, name, count, code == wanted.procedure)
        for code, name, count in sorted(named, key=lambda one: one[1])
    ]
    return _select(
        "procedure", say("Which procedure"), say("Every procedure"), wanted.procedure, options
    )


def _fields(city: City, wanted: Wanted, choices: Choices, language: Language) -> Select:
    shelf, say = city[Procedures].today, words(language).gettext
    counts: dict[str, int] = {}
    for code, count in choices.procedures.items():
        if code in shelf:
            name = shelf[code].procedure.field.within(language)
            counts[name] = counts.get(name, 0) + count
    options = [
        Option(name, name, counts[name], name == wanted.field) for name in sorted(counts) if name
    ]
    return _select("field", say("Field"), say("Every field"), wanted.field, options)


def _statuses(wanted: Wanted, choices: Choices, language: Language) -> Select:
    say = words(language).gettext
    options = [
        Option(str(one), reading.status_name(one, language), count, one == wanted.status)
        for one, count in sorted(choices.statuses.items())
    ]
    chosen = str(wanted.status or "")
    return _select("status", say("State"), say("Every state"), chosen, options)


def _handlers(
    wanted: Wanted, choices: Choices, names: Mapping[PersonId, str], language: Language
) -> Select:
    say = words(language).gettext
    fixed = [
        Option(work.ME, say("Me"), None, wanted.assigned == work.ME),
        Option(
            work.NOBODY, say("Not assigned yet"), choices.handlers.get(None),
            wanted.assigned == work.NOBODY,
        ),
    ]  # fmt: skip
    officers = [
        Option(str(officer), names.get(officer, "–"), count, wanted.assigned == str(officer))
        for officer, count in choices.handlers.items()
        if officer is not None
    ]
    officers.sort(key=lambda one: str(one.name))
    return _select(
        "assigned", say("In whose hands"), say("Anybody's"), wanted.assigned, [*fixed, *officers]
    )


def _channels(wanted: Wanted, choices: Choices, language: Language) -> Select:
    say = words(language)
    options = [
        Option(one, say.pgettext("channel", one), choices.channels.get(one), one == wanted.channel)
        for one in get_args(Channel)
        if one
    ]
    label, whatever = say.gettext("How it came"), say.gettext("Any way")
    return _select("channel", label, whatever, wanted.channel, options)


def _plain(wanted: Wanted, language: Language) -> list[Select]:
    """What has no counts: open or over, and the order."""
    say = words(language)
    return [
        Select("state", say.gettext("Open or over"), [
            Option("" if one == "open" else one, say.pgettext("list", one), None,
                   one == wanted.state)
            for one in get_args(State)
        ]),
        Select("sort", say.gettext("Order"), [
            Option("" if one == "due" else one, say.pgettext("list", one), None,
                   one == wanted.sort)
            for one in get_args(Sort)
        ]),
    ]  # fmt: skip


def _chips(wanted: Wanted, selects: list[Select], language: Language) -> list[Chip]:
    say, chips = words(language).gettext, []
    for one in selects:
        chosen = next((o for o in one.options[1:] if o.is_chosen), None)
        if chosen:
            name = chosen.name.within(language) if isinstance(chosen.name, Text) else chosen.name
            other = {one.name: "", "page": ""}
            chips.append(Chip(f"{one.label}: {name}", address_of(wanted, **other)))
    days = {"since": ("Filed from %(day)s", wanted.since)}
    days["until"] = ("Filed until %(day)s", wanted.until)
    for name, (label, day) in days.items():
        if day:
            text = say(label) % {"day": day.strftime("%d/%m/%Y")}
            chips.append(Chip(text, address_of(wanted, **{name: "", "page": ""})))
    if wanted.words:
        chips.append(Chip(f"“{wanted.words}”", address_of(wanted, q="", page="")))
    return chips


def pages_of(wanted: Wanted, found: WorkList) -> list[PageLink]:
    """The first, the last, and those around the one that is shown; of one page none."""
    last = min(-(-found.total // wanted.rows_per_page), work.PAGES_MAX)
    if last < 2:
        return []
    near = range(wanted.page - PAGES_BESIDE, wanted.page + PAGES_BESIDE + 1)
    shown = sorted({1, last, *(page for page in near if 1 <= page <= last)})
    links: list[PageLink] = []
    for before, page in zip([0, *shown], shown, strict=False):
        if page - before > 1:
            links.append(PageLink(None, "", False))
        links.append(PageLink(page, address_of(wanted, page=str(page)), page == wanted.page))
    return links
