"""Which rules of procedure hold on a day, and what a pack may not say about them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise

from motcua.base.errors import Invalid
from motcua.base.pack import Kind, Pack, PackBroken, PackFault, Place, Where
from motcua.cases.model.calendar import PackCalendar
from motcua.cases.model.regime import PackRegimes, Regime

REGIMES = Kind(name="regimes", place="regimes.yaml", type=PackRegimes)

_FILE = "regimes.yaml"
_DAY = timedelta(days=1)

Fault = tuple[Place, str, str]


def regime_of(pack: Pack, day: date) -> Regime:
    """The regime of a case filed on that day, whatever holds today."""
    for regime in pack.file("regimes", PackRegimes).regimes:
        if _holds(regime, day):
            return regime
    raise Invalid("regime.unknown", day=day)


def apology_by(due: datetime, regime: Regime) -> datetime | None:
    """The latest moment to apologise for a promise that will not be kept; None: no rule known."""
    if regime.reappointment is None:
        return None
    return due - timedelta(days=regime.reappointment.notice_days)


def regime_faults(pack: Pack, where: Where) -> Iterator[PackFault]:
    if not pack.has("regimes"):
        return
    regimes = pack.file("regimes", PackRegimes).regimes
    faults = [*_stretches(regimes), *_ids(regimes), *_forms(regimes), *_texts(regimes)]
    faults += _templates(regimes, pack)
    if pack.has("calendar"):
        faults += _cut_offs(regimes, pack.file("calendar", PackCalendar))
    for place, what, mend in faults:
        yield where.fault(_FILE, place, what, mend)


def _holds(regime: Regime, day: date) -> bool:
    return regime.valid_from <= day and (regime.valid_to is None or day <= regime.valid_to)


def _stretches(regimes: tuple[Regime, ...]) -> Iterator[Fault]:
    for i, (one, after) in enumerate(pairwise(regimes)):
        place: Place = ("regimes", i, "valid_to")
        mend = f"'{after.id}' begins on {after.valid_from}: end this one the day before"
        if one.valid_to is None:
            yield place, f"'{one.id}' has no end and overlaps the next", mend
        elif one.valid_to + _DAY < after.valid_from:
            yield place, f"no regime holds after {one.valid_to}", mend
        elif one.valid_to + _DAY > after.valid_from:
            yield place, f"'{one.id}' and '{after.id}' overlap", mend
    for i, regime in enumerate(regimes):
        if regime.valid_to is not None and regime.valid_to < regime.valid_from:
            yield ("regimes", i, "valid_to"), "it ends before it begins", "mend one of the dates"
    if regimes and (end := regimes[-1].valid_to) is not None:
        place = ("regimes", len(regimes) - 1, "valid_to")
        yield place, f"no regime holds after {end}", "leave out the end of the last one"


def _ids(regimes: tuple[Regime, ...]) -> Iterator[Fault]:
    seen: set[str] = set()
    for i, regime in enumerate(regimes):
        if regime.id in seen:
            yield ("regimes", i, "id"), f"duplicate id '{regime.id}'", "rename one"
        seen.add(regime.id)


def _forms(regimes: tuple[Regime, ...]) -> Iterator[Fault]:
    for i, regime in enumerate(regimes):
        numbers: set[str] = set()
        for j, form in enumerate(regime.forms.list if regime.forms else ()):
            place: Place = ("regimes", i, "forms", "list", j)
            if form.number in numbers:
                yield (*place, "number"), f"duplicate form number '{form.number}'", "rename one"
            numbers.add(form.number)


def _templates(regimes: tuple[Regime, ...], pack: Pack) -> Iterator[Fault]:
    for i, regime in enumerate(regimes):
        events: set[str] = set()
        for j, form in enumerate(regime.forms.list if regime.forms else ()):
            place: Place = ("regimes", i, "forms", "list", j)
            if form.made_on in events:
                what = f"'{form.made_on}' makes two forms"
                yield (*place, "made_on"), what, "name each event once"
            events |= {form.made_on} if form.made_on else set()
            if form.template is None:
                continue
            if "{sequence}" not in form.numbered:
                what = "numbers would repeat: '{sequence}' is missing"
                yield (*place, "numbered"), what, "add {sequence}"
            try:
                pack.path("papers", form.template)
            except PackBroken:
                what = f"there is no papers/{form.template}"
                yield (*place, "template"), what, "write the template or mend its name"


def _texts(regimes: tuple[Regime, ...]) -> Iterator[Fault]:
    """The structs ask for both languages; an empty one is no words either."""
    for i, regime in enumerate(regimes):
        texts: dict[Place, object] = {("name",): regime.name}
        if regime.counting:
            texts["counting", "text"] = regime.counting.text
        for j, form in enumerate(regime.forms.list if regime.forms else ()):
            texts["forms", "list", j, "name"] = form.name
        for place, text in texts.items():
            for language in ("vi", "en"):
                if not getattr(text, language).strip():
                    full: Place = ("regimes", i, *place, language)
                    yield full, f"no words in '{language}'", "write them"


def _cut_offs(regimes: tuple[Regime, ...], calendar: PackCalendar) -> Iterator[Fault]:
    """The calendar reckons with its own hour; the regime gives the article for it."""
    for i, regime in enumerate(regimes):
        for j, hours in enumerate(calendar.hours):
            ends = calendar.hours[j + 1].valid_from if j + 1 < len(calendar.hours) else date.max
            meet = hours.valid_from <= (regime.valid_to or date.max) and regime.valid_from < ends
            if meet and regime.cut_off and regime.cut_off.at != hours.cut_off:
                what = f"the calendar's cut-off hour is {hours.cut_off} from {hours.valid_from}"
                yield ("regimes", i, "cut_off", "at"), what, "make the two the same"
