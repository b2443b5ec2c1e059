"""The five ways in which the platform refuses. Everything else is a bug.

A refusal carries a stable reason (`case.already_accepted`) and facts; no HTTP status and no
sentence. `motcua.web` turns it into both, in the reader's language.
"""

import msgspec


class Refusal(Exception):
    """`reason` is stable and listed in the word catalogues; `facts` fill its sentence."""

    def __init__(self, reason: str, **facts: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


class NotFound(Refusal):
    """It does not exist, or this person may not know that it does."""


class NotAllowed(Refusal):
    """Known person, known thing, and still no."""


class Conflict(Refusal):
    """The thing has moved on; `facts` say where it stands now."""


class Unavailable(Refusal):
    """An outside party is down; `facts["register"]` names it."""


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong with what was sent: where (JSON pointer), which rule, and its facts."""

    pointer: str
    reason: str
    facts: dict[str, object] = {}


class Invalid(Refusal):
    """What was sent cannot be used; `faults` name every field, all at once."""

    def __init__(self, reason: str, faults: list[Fault] | None = None, **facts: object) -> None:
        super().__init__(reason, **facts)
        self.faults = faults or []
