"""A fee: a sum, nothing, by a law, or not said. `Free` beside a law or a sum is never nothing."""

import re
from decimal import Decimal

from motcua.cases.model.catalogue import Currency, FeeKind, ReadFee
from motcua.cases.rules.catalogue.grammar import Grammar, squeezed
from motcua.cases.rules.catalogue.numerals import spelled

AMOUNT_END = 10**15
"""No sum of a fee is so large."""

_LETTERS = re.compile(r"[^\W\d_]{2,}|[0-9]")
_PARTS = re.compile(r"[.;]\s|\s[-+]\s|\n")
_SENTENCE = re.compile(r"[^.;\n]+(?:\.(?=[0-9])[^.;\n]+)*")


def read_fee(
    grammar: Grammar, cell: str, note: str, remark: str = ""
) -> tuple[ReadFee, str | None]:
    """The fee, and why it was not read if it was not. `note` stands in brackets behind it, `remark`
    in the next cell."""
    note = squeezed(note)
    case = note or None
    if cell in grammar.words.nothing:
        kind = "unknown" if _says_nothing(grammar, note) else kind_by_note(grammar, note)
        return ReadFee(kind="unknown" if kind == "free" else kind, case=case, text=cell), None
    stated = grammar.sum.fullmatch(cell)
    if stated and stated["number"] != "0":
        return _sum(grammar, cell, stated, note, case)
    if stated or cell == grammar.words.fees.free:
        return _free(grammar, cell, note, case, remark)
    return _in_words(grammar, cell, note, case, remark)


def _free(
    grammar: Grammar, cell: str, note: str, case: str | None, remark: str
) -> tuple[ReadFee, str | None]:
    kind = "by_law" if _asks_for_money(grammar, remark) else kind_by_note(grammar, note)
    if kind == "free" and _speaks_of_a_fee(grammar, remark):
        kind = "unknown"
    is_all = _says_nothing(grammar, note) or bool(grammar.exempt.search(note))
    fee = ReadFee(kind=kind, case=case, is_settled=kind == "free" and is_all, text=cell)
    return fee, "unclear_note" if kind == "unknown" else None


def _asks_for_money(grammar: Grammar, remark: str) -> bool:
    """Whether the remark states a sum, or names in one sentence a fee and what sets it."""
    return bool(grammar.money.search(remark)) or any(
        grammar.nouns.search(grammar.exempt.sub("", said[0])) and _is_set(grammar, said[0])
        for said in _SENTENCE.finditer(remark)
    )


def _speaks_of_a_fee(grammar: Grammar, remark: str) -> bool:
    """Whether a sentence of the remark names a fee, and not only to say that there is none."""
    return any(
        grammar.nouns.search(grammar.postage.sub("", said[0]))
        and not grammar.exempt.search(said[0])
        and not grammar.none_said.search(said[0])
        for said in _SENTENCE.finditer(remark)
    )


def kind_by_note(grammar: Grammar, note: str) -> FeeKind:
    """What `free` means with this note. A note that speaks of a law or of money never leaves it."""
    if _says_nothing(grammar, note):
        return "free"
    if grammar.money.search(note) or grammar.percent.search(note) or _is_set(grammar, note):
        return "by_law"
    is_exempt, is_for_some = grammar.exempt.search(note), grammar.some_people.search(note)
    if is_exempt and not is_for_some:
        return "free"
    # `Not collected, as the law on cooperatives rules` names a rule, but none about fees.
    if grammar.by_rule.search(note):
        return "by_law"
    if grammar.postage.search(note) and not grammar.nouns.search(grammar.postage.sub("", note)):
        return "free"
    is_unclear = is_exempt or grammar.payable.search(note) or grammar.bare_sum.search(note)
    return "unknown" if is_unclear else "free"


def _is_set(grammar: Grammar, text: str) -> bool:
    """Whether it names what a fee is set by, be it by its number alone."""
    return bool(grammar.set_by.search(text) or grammar.law_number.search(text))


def _says_nothing(grammar: Grammar, note: str) -> bool:
    parts = [
        grammar.fee_heading.sub("", part).lower().strip(" .,;:-+*()") for part in _PARTS.split(note)
    ]
    return all(not _LETTERS.search(part) or grammar.none.fullmatch(part) for part in parts)


def _in_words(
    grammar: Grammar, cell: str, note: str, case: str | None, remark: str
) -> tuple[ReadFee, str | None]:
    """A cell that the portal left to whoever filled it in."""
    heading = grammar.fee_heading.match(cell)
    said = squeezed(cell[heading.end() if heading else 0 :]).strip(" .,;")
    if said.lower() in grammar.words.fees.unsaid:
        return ReadFee(kind="unknown", case=case, text=cell), None
    if said == grammar.words.fees.free or _says_nothing(grammar, said):
        return _free(grammar, cell, note, case, remark)
    money, sums = grammar.money.fullmatch(said), money_in(grammar, said)
    if money and len(sums) == 1 and sums[0][0] < AMOUNT_END:
        [(amount, currency)] = sums
        if currency == _own(grammar) and amount < grammar.words.fees.smallest:
            return ReadFee(kind="unknown", case=case, text=cell), "too_small"
        is_settled = _says_nothing(grammar, note) and _is_per_case(grammar, said)
        fee = ReadFee(
            kind="amount", amount=amount, currency=currency, case=(money["per"] and said) or case,
            is_settled=is_settled, text=cell,
        )  # fmt: skip
        return fee, None
    if grammar.percent.search(said) or _is_set(grammar, said) or grammar.by_rule.search(said):
        return ReadFee(kind="by_law", case=case, text=cell), None
    return ReadFee(kind="unknown", case=case, text=cell), "not_a_fee"


def _sum(
    grammar: Grammar, cell: str, stated: re.Match[str], note: str, case: str | None
) -> tuple[ReadFee, str | None]:
    """The sum in the cell. A note may add sums for a while or for some: then it is not settled. A
    note that simply says another sum contradicts it, and a sum typed in thousands needs the note to
    say the whole, or what sets it; nobody is charged what only looks like a sum."""
    currency = _currency(grammar, stated["currency"])
    amount = whole(stated["number"])
    said = money_in(grammar, note)
    sums = {one for one, money in said if money == currency}
    if currency == _own(grammar) and amount < grammar.words.fees.smallest:
        wholes = sums & ({1000 * amount} | _in_thousands(grammar, note, amount))
        if len(wholes) != 1:
            if _is_set(grammar, note) and not grammar.exempt.search(note):
                return ReadFee(kind="by_law", case=case, text=cell), None
            why = "sums_differ" if said else "too_small"
            return ReadFee(kind="unknown", case=case, text=cell), why
        amount = wholes.pop()
    elif said and amount not in {*sums, sum(sums)} and not grammar.varying.search(note):
        return ReadFee(kind="unknown", case=case, text=cell), "sums_differ"
    is_settled = sums <= {amount} and _is_whole(grammar, note) and _is_per_case(grammar, note)
    fee = ReadFee(
        kind="amount", amount=amount, currency=currency, case=case, is_settled=is_settled, text=cell
    )
    return fee, None


def _in_thousands(grammar: Grammar, note: str, number: int) -> set[int]:
    """The same number with its thousands or millions in words: `3` and `3 million`. In figures a
    million may be a slip: `25` and `25.000.000` for a paper that costs 25.000."""
    return {
        number * grammar.words.fees.multipliers[match["times"].lower()]
        for match in grammar.money.finditer(note)
        if match["times"] and match["number"].lstrip("0") == str(number)
    }


def _is_whole(grammar: Grammar, note: str) -> bool:
    """Whether nothing says that some pay another sum, or that it is another for a while."""
    others = (grammar.varying, grammar.conditions, grammar.exempt)
    return not any(words.search(note) for words in others)


def money_in(grammar: Grammar, note: str) -> list[tuple[int, str]]:
    """Every sum that a note states, in whole units."""
    found = []
    thousands = grammar.words.fees.multipliers
    for match in grammar.money.finditer(note):
        money = match["money"] or match["said_money"]
        value = (
            spelled(grammar.words.numerals, match["words"], thousands)
            if match["words"]
            else _figures(match["number"])
        )
        if value is None:
            continue
        value *= thousands[match["times"].lower()] if match["times"] else 1
        if value == int(value):
            found.append((int(value), _currency(grammar, money) if money else _own(grammar)))
    return found


def _figures(number: str) -> Decimal:
    if re.fullmatch(r"[0-9]{1,3}(?:[.,][0-9]{3})+", number):
        return Decimal(whole(number))
    return Decimal(number.replace(",", "."))


def whole(number: str) -> int:
    return int(re.sub("[.,]", "", number))


def _is_per_case(grammar: Grammar, note: str) -> bool:
    """Once for a case: `a permit`, `each time`; not `a page`, `a gun`, `a person`."""
    per = [match["per"] for match in grammar.money.finditer(note) if match["per"]]
    per += grammar.bare_per.findall(note)
    known, counted = grammar.words.fees.per_case, grammar.words.fees.per_unit
    return all(
        any(one.lower().startswith(word) for word in known)
        and not any(one.lower().startswith(word) for word in counted)
        for one in per
    )


def _currency(grammar: Grammar, word: str) -> Currency:
    fees = grammar.words.fees
    known = {name.lower(): code for name, code in {**fees.currencies, **fees.money_words}.items()}
    return known[word.lower()]


def _own(grammar: Grammar) -> Currency:
    return next(iter(grammar.words.fees.currencies.values()))
