"""Where the catalogue says something else than the procedure that the pack models by hand."""

from collections.abc import Iterable, Iterator

from motcua.base.text import fold
from motcua.cases.model.catalogue import Difference, Reading
from motcua.cases.model.procedure import Procedure
from motcua.cases.rules.catalogue.making import limit_text


def differences(procedure: Procedure, read: Reading, currency: str) -> Iterator[Difference]:
    """The pack's stands; somebody has to look."""
    pairs: dict[str, tuple[Iterable[str], Iterable[str]]] = {
        "name": ([procedure.name.vi], [read.name]),
        "level": ([procedure.level], [one for one in read.levels if one != "ministry"]),
        "field": ([procedure.field.vi], [read.field]),
        "limits": (
            [one.limit or "" for channel in procedure.channels for one in channel.limits],
            [limit_text(line.limit) or line.limit.text for line in read.channels],
        ),
        "fees": (
            [
                f"{fee.amount} {currency}" if fee.kind == "amount" else fee.kind
                for channel in procedure.channels
                for fee in channel.fees
            ],
            [
                f"{line.fee.amount} {line.fee.currency}"
                if line.fee.kind == "amount"
                else line.fee.kind
                for line in read.channels
            ],
        ),
        "results": ([r.code for r in procedure.results], [r.code or r.name for r in read.results]),
    }
    for what, (ours, theirs) in pairs.items():
        one, other = sorted({*ours}), sorted({*theirs})
        if [fold(text) for text in one] != [fold(text) for text in other]:
            yield Difference(procedure.code, what, ", ".join(one), ", ".join(other))
