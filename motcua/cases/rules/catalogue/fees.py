"""A fee: a sum, nothing, by a law, or not said. `Free` beside a law or a sum is never nothing."""

import re
from decimal import Decimal

from motcua.cases.model.catalogue import FeeKind, ReadFee
from motcua.cases.rules.catalogue.grammar import Grammar, squeezed

_LETTERS = re.compile(r"[^\W\d_]{2,}")


def read_fee(
    grammar: Grammar, cell: str, note: str, remark: str = ""
) -> tuple[ReadFee, str | None]:
    """The fee, and why it was not read if it was not. `note` stands in brackets behind it, `remark`
    in the next cell."""
    note = squeezed(note)
    case = note or None
    if cell in grammar.words.nothing:
        kind = "unknown" if _says_nothing(grammar, note) else _kind_by_note(grammar, note)
        return ReadFee(kind="unknown" if kind == "free" else kind, case=case, text=cell), None
    if cell == grammar.words.fees.free:
        kind = "by_law" if grammar.money.search(remark) else _kind_by_note(grammar, note)
        is_all = _says_nothing(grammar, note) or bool(grammar.exempt.search(note))
        fee = ReadFee(kind=kind, case=case, is_settled=kind == "free" and is_all, text=cell)
        return fee, "unclear_note" if kind == "unknown" else None
    return _sum(grammar, cell, note, case)


def _kind_by_note(grammar: Grammar, note: str) -> FeeKind:
    """What `free` means with this note. A note that speaks of a law or of money never leaves it."""
    if _says_nothing(grammar, note):
        return "free"
    if grammar.money.search(note) or grammar.set_by.search(note):
        return "by_law"
    if grammar.exempt.search(note) and not grammar.some_people.search(note):
        return "free"
    # `Not collected, as the law on cooperatives rules` names a rule, but none about fees.
    if grammar.by_rule.search(note):
        return "by_law"
    return "unknown" if grammar.payable.search(note) else "free"


def _says_nothing(grammar: Grammar, note: str) -> bool:
    bare = note.lower().strip(" .,;:-+*()")
    return not _LETTERS.search(bare) or bare in grammar.words.fees.empty_notes


def _sum(grammar: Grammar, cell: str, note: str, case: str | None) -> tuple[ReadFee, str | None]:
    """The sum in the cell. A note may add sums for a while or for some: then it is not settled. A
    note that simply says another sum contradicts it, and a sum typed in thousands needs the note to
    say the whole; nobody is charged what only looks like a sum."""
    number, _, currency_word = cell.partition(" ")
    currency = grammar.words.fees.currencies[currency_word]
    stated = int(number.replace(",", ""))
    said = money_in(grammar, note)
    sums = {amount for amount, one in said if one == currency}
    unread = ReadFee(kind="unknown", case=case, text=cell)
    is_small = currency == _own(grammar) and stated < grammar.words.fees.smallest
    amount = stated
    if is_small:
        if stated * 1000 not in sums:
            return unread, "sums_differ" if said else "too_small"
        amount = stated * 1000
    elif said and stated not in sums and not grammar.varying.search(note):
        return unread, "sums_differ"
    is_settled = (
        sums <= {amount} and not grammar.varying.search(note) and _is_per_case(grammar, note)
    )
    return (
        ReadFee(
            kind="amount", amount=amount, currency=currency, case=case, is_settled=is_settled,
            text=cell,
        ),
        None,
    )  # fmt: skip


def money_in(grammar: Grammar, note: str) -> list[tuple[int, str]]:
    """Every sum that a note states, in whole units."""
    found = []
    for match in grammar.money.finditer(note):
        number, times = match[1], match[2]
        currency = grammar.words.fees.money_words[match[3].lower()] if match[3] else _own(grammar)
        if re.fullmatch(r"[0-9]{1,3}(?:[.,][0-9]{3})+", number):
            value = Decimal(re.sub("[.,]", "", number))
        else:
            value = Decimal(number.replace(",", "."))
        value *= grammar.words.fees.multipliers[times.lower()] if times else 1
        if value == int(value):
            found.append((int(value), currency))
    return found


def _is_per_case(grammar: Grammar, note: str) -> bool:
    """Once for a case: `a permit`, `each time`; not `a page`, `a gun`, `a person`."""
    per = [match[4] for match in grammar.money.finditer(note) if match[4]]
    per += grammar.bare_per.findall(note)
    known = grammar.words.fees.per_case
    return all(any(one.lower().startswith(word) for word in known) for one in per)


def _own(grammar: Grammar) -> str:
    return next(iter(grammar.words.fees.currencies.values()))
