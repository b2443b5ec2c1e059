"""The exchange: the one way out to other people's registers, and the record of every look.

register   an authority's book of facts, reached over a wire (`population`, `convictions`)
operation  one question a register answers, with its purpose and legal basis
part       what the platform itself asks; the pack says which operation plays it
wire       the shape of the messages; which register speaks which is written in the pack
answer     what a register said: `found` with values, or an explicit `nothing`
look       the record that somebody asked about a person: who, what, why. Never what was answered
covert     of a look that the law hides from its person until a day, by an order
outcome    how a look ended
fault      a register that is down, slow or wrong. It raises `Unavailable`, never `nothing`
breaker    stops asking a register that keeps failing, and tries again later
"""

from motcua.exchange.actions import (
    ask,
    claim_looks,
    covert_orders,
    fault,
    hide_looks,
    lift,
    looks_of_me,
    playing,
    status,
)
from motcua.exchange.model import (
    FAULTS,
    Answer,
    CovertOrder,
    Look,
    LookPage,
    Register,
    RegisterStatus,
)
from motcua.exchange.outside import Registers
from motcua.exchange.rules import REGISTERS, register_faults

__all__ = [
    "FAULTS",
    "REGISTERS",
    "Answer",
    "CovertOrder",
    "Look",
    "LookPage",
    "Register",
    "RegisterStatus",
    "Registers",
    "ask",
    "claim_looks",
    "covert_orders",
    "fault",
    "hide_looks",
    "lift",
    "looks_of_me",
    "playing",
    "register_faults",
    "status",
]
