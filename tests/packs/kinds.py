"""Every kind of file and every check, as `motcua pack check` joins them."""

from collections.abc import Iterator
from pathlib import Path

from motcua import agencies, exchange, identity, payments
from motcua.base import identifiers, pack
from motcua.base.pack import Pack, PackFault, Where
from motcua.cases.rules import checking
from motcua.exchange.model import Register

ROOT = Path(__file__).parents[2]
PACKS = ROOT / "packs"


def procedure_faults(read: Pack, where: Where) -> Iterator[PackFault]:
    registers = {
        name: {op: frozenset(o.request) for op, o in register.operations.items()}
        for name, register in read.folder("registers", Register).items()
    }
    around = checking.Around(agencies=agencies.known_codes(read), registers=registers)
    return checking.procedure_faults(read, where, around)


KINDS = (
    identifiers.IDENTIFIERS,
    agencies.AGENCIES,
    checking.CALENDAR,
    checking.PROCEDURES,
    exchange.REGISTERS,
    identity.KIND,
    payments.PAYMENTS,
)
CHECKS = (
    identifiers.identifier_faults,
    agencies.agency_faults,
    checking.calendar_faults,
    exchange.register_faults,
    procedure_faults,
)


def faults(folder: Path) -> list[PackFault]:
    return pack.faults(folder, KINDS, CHECKS)
