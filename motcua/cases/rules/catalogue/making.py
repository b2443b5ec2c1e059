"""From a row that was read to a procedure that works: a general form, the standard route, the row's
own limits, fees, papers and results."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal

from msgspec import structs

from motcua.base.text import Source, Text, fold
from motcua.cases.model.catalogue import (
    CatalogueWords,
    General,
    ReadChannel,
    Reading,
    ReadLimit,
    ReadPaper,
)
from motcua.cases.model.procedure import (
    Agencies,
    Channel,
    DocumentNeed,
    FeeLine,
    Field,
    Form,
    FormPage,
    Option,
    Procedure,
    PublishedFee,
    PublishedLimit,
    ResultKind,
)
from motcua.cases.rules.catalogue.grammar import Grammar

FEE_CASE = "fee_case"
DEMANDED_MAX = 40
"""More papers than this nobody has to hand in: such a list is one of cases, whatever it says."""
TITLE_LENGTH_MAX = 300
LABEL_LENGTH_MAX = 600
CLOCK_HOURS_MIN = 24
"""Fewer hours than a day are office hours: a request of the evening is not answered at night."""


def make(
    grammar: Grammar, general: General, read: Reading, valid_from: date, currency: str
) -> Procedure:
    """The procedure of a row of city or commune level. Sums and limits that the row does not state
    beyond doubt are left to the officer (`fee_assessed`, `limit: None`)."""
    source = Source(text=_filled(general.source, read))
    here = _filed_here(read.channels)
    fee, options = _fee(here, general, source, currency)
    fee, assessed = _by_way(fee, here, read.channels, general, source, currency)
    needs = _documents(grammar, read)
    return Procedure(
        code=read.code,
        valid_from=valid_from,
        name=_same(read.name),
        short_name=_same(read.name),
        summary=Text(_filled(general.summary.vi, read), _filled(general.summary.en, read)),
        level="city" if read.level == "city" else "commune",
        field=_same(read.field),
        applicants=tuple(_same(one) for one in read.applicants),
        agencies=agencies_of(grammar.words, read, valid_from),
        channels=_channels(grammar, read.channels, source, currency),
        steps=tuple(_same(step) for step in read.steps),
        legal_basis=tuple(_laws(read)),
        sign_in=general.sign_in,
        documents=needs,
        form=_form(general, options, bool(needs)),
        fee=fee or (),
        fee_source=source,
        fee_assessed=assessed,
        intake_limit=general.intake_limit,
        limit=promise([line.limit for line in here]),
        cutoff=general.cutoff,
        route=general.route,
        results=_results(grammar, general, read),
        origin="catalogue",
    )


def agencies_of(words: CatalogueWords, read: Reading, day: date) -> Agencies:
    """For what communes do, every commune; for what the city does, the first agency that the row
    names and the city knows. Where it knows none, its own rules of competence decide."""
    kind: Literal["commune"] | None = "commune" if "commune" in read.levels else None
    if "city" not in read.levels:
        return Agencies(kind=kind)
    named = [
        receiver.agency
        for executing in read.executing
        for receiver in words.receivers
        if f" {fold(receiver.says)} " in f" {fold(executing)} "
        and receiver.valid_from <= day
        and (receiver.valid_to is None or day < receiver.valid_to)
    ]
    return Agencies(codes=tuple(named[:1]), kind=kind)


def promise(limits: Iterable[ReadLimit]) -> str | None:
    """Where several are stated by case, the longest: it is kept in every case. None: no limit can
    be read, and the officer who accepts says one."""
    stated = [text for limit in limits if (text := limit_text(limit, is_promise=True))]
    return max(stated, key=_length, default=None)


def limit_text(limit: ReadLimit, is_promise: bool = False) -> str | None:
    """As the pack writes limits; None where number or unit is missing."""
    match limit:
        case ReadLimit(unit="sd"):
            return "1sd"
        case ReadLimit(value=float(value), unit="wd") if value % 1 == 0.5:
            return f"{value:g}wd"
        case ReadLimit(value=int(value), unit="y"):
            return f"{12 * value}m" if 12 * value <= 9999 else None
        case ReadLimit(value=int(value), unit="w"):
            return f"{7 * value}d" if 7 * value <= 9999 else None
        case ReadLimit(value=int(value), unit="min"):
            return None
        case ReadLimit(value=int(value), unit="h") if is_promise and value < CLOCK_HOURS_MIN:
            return f"{value}wh"
        case ReadLimit(value=int(value), unit=str(unit)):
            return f"{value}{unit}"
    return None


_DAYS = {"sd": 0.5, "wh": 1.4 / 8, "h": 1 / 24, "wd": 1.4, "d": 1.0, "m": 30.0}


def _length(text: str) -> float:
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz")
    return float(number) * _DAYS[text[len(number) :]]


def _filed_here(lines: Sequence[ReadChannel]) -> list[ReadChannel]:
    """What holds for those who file here: the lines of the online way, or of all if it is none."""
    return [line for line in lines if line.channel == "online"] or list(lines)


def _channels(
    grammar: Grammar, lines: Sequence[ReadChannel], source: Source, currency: str
) -> tuple[Channel, ...]:
    made = []
    for name in dict.fromkeys(line.channel for line in lines):
        own = [line for line in lines if line.channel == name]
        limits = dict.fromkeys(_published_limit(grammar, line.limit, source) for line in own)
        fees = dict.fromkeys(_published_fee(line, source, currency) for line in own)
        made.append(Channel(channel=name, limits=tuple(limits), fees=tuple(fees)))
    return tuple(made)


def _published_limit(grammar: Grammar, limit: ReadLimit, source: Source) -> PublishedLimit:
    """A time that the pack has no form for, or of which only one end is promised, is shown in the
    row's own words."""
    text, bare = limit_text(limit), bare_number(limit)
    is_told = text is None or limit.least is not None
    is_said = bare is None and limit.text not in ("", *grammar.words.nothing)
    return PublishedLimit(
        limit=text,
        value=bare,
        case=_same(limit.case) if limit.case else None,
        quote=limit.quote or (limit.text if is_told and is_said else None),
        source=source,
    )


def bare_number(limit: ReadLimit) -> int | None:
    """The number of a time that stands without a unit anywhere."""
    return int(limit.text) if limit.value and not limit.unit and limit.text.isdigit() else None


def _published_fee(line: ReadChannel, source: Source, currency: str) -> PublishedFee:
    fee = line.fee
    words = f"{fee.text} ({fee.case})" if fee.case else fee.text
    is_read = fee.kind in ("amount", "free")
    return PublishedFee(
        kind=fee.kind,
        amount=fee.amount,
        currency=fee.currency if fee.kind == "amount" and fee.currency != currency else None,
        case=_same(fee.case) if fee.case and is_read else None,
        note=None if is_read else words,
        source=source,
    )


def _fee(
    lines: Sequence[ReadChannel], general: General, source: Source, currency: str
) -> tuple[tuple[FeeLine, ...] | None, tuple[Option, ...]]:
    """One sum, or one of several that the person's case picks; None: an officer states it."""
    by_way: dict[str, set[tuple[int, str]]] = {}
    for line in lines:
        fee = line.fee
        is_ours = fee.kind == "free" or fee.currency == currency
        if not fee.is_settled or not is_ours:
            return None, ()
        by_way.setdefault(line.channel, set()).add((fee.amount or 0, _label(line)))
    sums = {amount for way in by_way.values() for amount, _ in way}
    if not sums:
        return None, ()
    if len(sums) == 1:
        return (_line("fee", "true", sums.pop(), general, source),), ()
    cases = sorted(next(iter(by_way.values())), key=lambda one: (one[1], one[0]))
    labels = [label for _, label in cases]
    if len(by_way) > 1 or len(set(labels)) < len(labels) or not all(labels):
        return None, ()
    options = tuple(Option(value=f"c{n}", label=_same(label)) for n, label in enumerate(labels, 1))
    fee_lines = tuple(
        _line(f"case_{n}", f"answers.{FEE_CASE} == 'c{n}'", amount, general, source)
        for n, (amount, _) in enumerate(cases, 1)
    )
    return fee_lines, options


def _by_way(
    fee: tuple[FeeLine, ...] | None, here: Sequence[ReadChannel], lines: Sequence[ReadChannel],
    general: General, source: Source, currency: str,
) -> tuple[tuple[FeeLine, ...] | None, bool | str]:  # fmt: skip
    """Where a way to file costs something else than filing here: its own sum, or an officer's."""
    if fee is None:
        return None, True
    ours = {line.fee.amount or 0 for line in here}
    own: dict[str, int | None] = {}
    for way in dict.fromkeys(line.channel for line in lines if line not in here):
        fees = [line.fee for line in lines if line.channel == way]
        is_sure = all(f.is_settled and (f.kind == "free" or f.currency == currency) for f in fees)
        sums = {f.amount or 0 for f in fees}
        if not is_sure or sums != ours:
            own[way] = sums.pop() if is_sure and len(sums) == 1 else None
    apart = "".join(f"channel != '{way}' && " for way in own)
    made = [structs.replace(one, when=f"{apart}{one.when}") for one in fee] if own else list(fee)
    made += [
        _line(f"fee_{way}", f"channel == '{way}'", amount, general, source)
        for way, amount in own.items()
        if amount is not None
    ]
    stated = [f"channel == '{way}'" for way, amount in own.items() if amount is None]
    return tuple(made), " || ".join(stated) or False


def _label(line: ReadChannel) -> str:
    return (line.fee.case or line.limit.case or "")[:LABEL_LENGTH_MAX]


def _line(rule: str, when: str, amount: int, general: General, source: Source) -> FeeLine:
    reason = general.fee_reason if amount else general.free_reason
    return FeeLine(rule=rule, when=when, amount=str(amount), reason=reason, source=source)


def _form(general: General, options: tuple[Option, ...], has_documents: bool) -> Form:
    fields: dict[str, Field] = dict(general.fields)
    example: dict[str, Any] = dict(general.example)
    pages: list[FormPage] = [page for page in general.pages if has_documents or not page.documents]
    if options:
        fields[FEE_CASE] = structs.replace(general.fee_field, options=options)
        example[FEE_CASE] = options[0].value
        pages.insert(1, general.fee_page)
    return Form(fields=fields, pages=tuple(pages), example=example)


def _documents(grammar: Grammar, read: Reading) -> tuple[DocumentNeed, ...]:
    """Demanded is only what the row asks of everybody, without an if; the rest may be handed in."""
    papers = [(group.case, paper) for group in read.groups for paper in group.papers]
    demanded = [_is_demanded(grammar, case, paper) for case, paper in papers]
    if sum(demanded) > DEMANDED_MAX:
        demanded = [False] * len(papers)
    return tuple(
        DocumentNeed(
            code=f"d{n}",
            name=_same(paper.name),
            original=paper.original or 0,
            copies=paper.copies or 0,
            required_if="true" if is_demanded else "false",
            hint=_hint(case, paper),
        )
        for n, ((case, paper), is_demanded) in enumerate(zip(papers, demanded, strict=True), 1)
    )


def _is_demanded(grammar: Grammar, case: str | None, paper: ReadPaper) -> bool:
    count = (paper.original or 0) + (paper.copies or 0)
    return case is None and count > 0 and not grammar.some_only.search(paper.name)


def _hint(case: str | None, paper: ReadPaper) -> Text | None:
    said = " · ".join(one for one in (case, paper.form) if one)
    return _same(said) if said else None


def _results(grammar: Grammar, general: General, read: Reading) -> tuple[ResultKind, ...]:
    """In the row's order: of several that a case may end in, the first is issued. A row that names
    only refusals, or nothing, gets the general answer besides."""
    kinds: dict[str, ResultKind] = {}
    for number, result in enumerate(read.results, 1):
        model = general.refusal if _is_refusal(grammar, result.name) else general.result
        code, name = result.code, result.name
        if not result.is_national or code is None:
            name = f"{name} ({code})" if code else name
            code = f"{model.code[:-3]}{number:03}"
        kinds.setdefault(code, _kind(model, code, _same(name), read))
    if not any(kind.outcome == "granted" for kind in kinds.values()):
        model = general.result
        kinds[model.code] = _kind(model, model.code, model.name, read)
    return tuple(kinds.values())


def _is_refusal(grammar: Grammar, name: str) -> bool:
    """A result that may be either, `the licence or a refusal`, is what people come for."""
    return bool(grammar.refusal.search(name)) and not grammar.either.search(name)


def _kind(model: ResultKind, code: str, name: Text, read: Reading) -> ResultKind:
    """The paper says its own name and the procedure's."""
    said = {"title": name.vi, "procedure": f"{read.name} ({read.code})"}
    quoted = {
        key: json.dumps(text[:TITLE_LENGTH_MAX], ensure_ascii=False) for key, text in said.items()
    }
    return structs.replace(model, code=code, name=name, data={**model.data, **quoted})


def _laws(read: Reading) -> Iterable[Source]:
    for law in read.laws:
        is_named = law.number is None or law.number in law.title
        yield Source(text=law.title if is_named else f"{law.title} ({law.number})")


def _filled(template: str, read: Reading) -> str:
    return template.format(decision=read.decision or "–", code=read.code, field=read.field)


def _same(text: str) -> Text:
    """The catalogue speaks one language; nothing is translated."""
    return Text(text, text)
