"""The four machines of a case: what each can be. How they move is `rules.states`."""

from typing import Literal

from msgspec import Struct

Business = Literal[
    "new", "incomplete", "resupplied", "refused", "received", "in_hand", "supplement", "withdrawn",
    "stopped", "decided",
]  # fmt: skip
"""`incomplete` and `resupplied`: something was asked for at intake, and is there again.
`supplement`: it was asked for later. `stopped` also means: answered with no."""
Money = Literal["none", "unknown", "open", "settled", "cancelled"]
"""`unknown`: an officer has yet to state the sum."""
Handing = Literal["nothing", "ready", "sent", "handed"]
Sync = Literal["due", "sent", "failed"]
Machine = Literal["business", "money", "handing", "sync"]


class States(Struct, frozen=True):
    business: Business = "new"
    money: Money = "none"
    handing: Handing = "nothing"
    sync: Sync = "due"
