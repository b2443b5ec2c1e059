"""What may be asked for, as machines read it: found by words, and where else it is filed."""

from motcua import agencies
from motcua.cases.actions.filing import matter_of
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.actions.reading import mark_of, rows_of
from motcua.cases.model.catalogue import Elsewhere, General
from motcua.cases.model.offered import (
    ChannelTold,
    ElsewhereTold,
    FeeTold,
    FormTold,
    LimitTold,
    NeedTold,
    ProcedureView,
    ResultTold,
)
from motcua.cases.model.procedure import (
    Channel,
    Procedure,
    PublishedFee,
    PublishedLimit,
    ResultKind,
)
from motcua.cases.rules import forms
from motcua.cases.rules.deadline import read_limit
from motcua.db import City
from motcua.web.language import Language

Found = InForce | Elsewhere


def find_procedures(city: City, words: str, field: str, agency: str, limit: int) -> list[Found]:
    """What matches the words, best first, also what is filed elsewhere; without words everything
    that is offered here, by name."""
    shelf = city[Procedures]
    found: list[Found] = [*shelf.find(words, limit * 5)] if words.strip() else [*shelf.all()]
    return [k for k in found if _fits(city, k, field, agency)][:limit]


def _fits(city: City, known: Found, field: str, agency: str) -> bool:
    if isinstance(known, Elsewhere):
        return not agency and field in ("", known.field)
    is_of_field = not field or field in (known.procedure.field.vi, known.procedure.field.en)
    book = city[agencies.Agencies]
    return is_of_field and (
        not agency or agency in {a.code for a in book.competent(matter_of(known.procedure))}
    )


def list_procedures(
    city: City, words: str, field: str, agency: str, before: str, at_most: int
) -> tuple[list[Found], str | None]:
    """One page of them, and what `before` gives the next."""
    skip = mark_of(before, rows_of) if before else 0
    found = find_procedures(city, words, field, agency, skip + at_most + 1)[skip:]
    return found[:at_most], str(skip + at_most) if len(found) > at_most else None


def any_procedure(city: City, code: str) -> Found:
    """One that is offered here, or filed elsewhere."""
    shelf = city[Procedures]
    return shelf.elsewhere.get(code) or shelf.by_code(code)


def procedure_view(city: City, known: Found, language: Language) -> ProcedureView:
    """A procedure as the API tells it; `form.example` is accepted by `POST /api/v1/cases` where it
    is filed here (`elsewhere` is null)."""
    if isinstance(known, Elsewhere):
        return _elsewhere(known)
    procedure = known.procedure
    return ProcedureView(
        code=procedure.code,
        version=known.version,
        name=procedure.name.within(language),
        level=procedure.level,
        field=procedure.field.within(language),
        verified=procedure.verified,
        channels=[_channel(city, channel, language) for channel in procedure.channels],
        documents=[
            NeedTold(
                code=need.code, name=need.name.within(language), original=need.original,
                copies=need.copies, required_if=need.required_if,
            )
            for need in procedure.documents
        ],
        results=[
            ResultTold(code=_code(city, procedure, result), name=result.name.within(language))
            for result in procedure.results
        ],
        form=FormTold(
            rules=forms.schema(procedure.form, language), example=procedure.form.example
        ),
    )  # fmt: skip


def _elsewhere(known: Elsewhere) -> ProcedureView:
    """Where to go with it: who carries it out, where they sit, and its page in the catalogue."""
    where = ElsewhereTold(
        agencies=list(known.executing), address=known.address or None, url=known.url or None
    )
    return ProcedureView(
        code=known.code, elsewhere=where, name=known.name, level=known.level, field=known.field
    )


def _code(city: City, procedure: Procedure, result: ResultKind) -> str | None:
    """None where the catalogue gives the result no code of the national list: ours is nobody's."""
    if procedure.origin == "pack" or not city.pack.has("general"):
        return result.code
    general = city.pack.file("general", General)
    ours = {one.code[:-3] for one in (general.result, general.refusal)}
    return None if result.code[:-3] in ours else result.code


def _channel(city: City, channel: Channel, language: Language) -> ChannelTold:
    return ChannelTold(
        channel=channel.channel,
        limits=[_limit(one, language) for one in channel.limits],
        fees=[_fee(one, city.pack.info.currency.code, language) for one in channel.fees],
    )


def _limit(promised: PublishedLimit, language: Language) -> LimitTold:
    limit = read_limit(promised.limit) if promised.limit else None
    return LimitTold(
        value=limit.value if limit else promised.value,
        unit=limit.unit if limit else None,
        case=promised.case.within(language) if promised.case else None,
        source=promised.source.text,
        quote=promised.quote,
    )


def _fee(fee: PublishedFee, currency: str, language: Language) -> FeeTold:
    return FeeTold(
        kind=fee.kind,
        amount=fee.amount,
        currency=fee.currency or currency,
        case=fee.case.within(language) if fee.case else None,
        note=fee.note,
    )
