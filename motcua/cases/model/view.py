"""A case as machines read it (design, section 5)."""

from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct


class ProcedureRef(Struct, frozen=True):
    code: str
    version: str
    name: str


class Named(Struct, frozen=True):
    code: str
    name: str


class HandInView(Struct, frozen=True):
    """What was taken on paper. `digitised`: 0 not yet, 1 here, 2 reused from another case, 3 reused
    from a result."""

    kind: str | None
    pages: int | None
    digitised: int
    returned_at: datetime | None


class DocumentView(Struct, frozen=True):
    """A document of a case: a file, or a paper that nobody has digitised yet (`code` is null)."""

    code: str | None
    name: str
    requirement: str
    on_paper: HandInView | None = None


class FeeLineView(Struct, frozen=True):
    rule: str
    amount: int
    reason: str


class FeeView(Struct, frozen=True):
    total: int | None
    """None: an officer has yet to state it."""
    currency: str
    lines: list[FeeLineView]


class PaymentView(Struct, frozen=True):
    state: str
    url: str | None
    qr: str | None


class ActionView(Struct, frozen=True):
    """Something the reader may do now, with the JSON Schema of its body."""

    action: str
    schema: dict[str, Any]


class ResultView(Struct, frozen=True):
    document: str
    verify: str
    number: str
    issued_on: date


class WaitingView(Struct, frozen=True):
    """A register that has not answered yet, and the action that waits for it."""

    finding: str
    register: str
    before: str


class StatesView(Struct, frozen=True):
    """The four machines of which `status` is what they show."""

    business: str
    money: str
    handing: str
    sync: str


class OpinionView(Struct, frozen=True):
    """What another agency was asked; `outcome` (agrees, objects) and `text` once it has said."""

    id: str
    agency: Named
    question: str
    asked_at: datetime
    due_at: datetime
    given_at: datetime | None
    by: str | None
    outcome: str | None
    text: str | None


class JoinedView(Struct, frozen=True):
    """One of the cases that belong together."""

    code: str
    procedure: str
    agency: Named
    status: int
    status_name: str
    due_at: datetime | None


class CaseView(Struct, frozen=True, kw_only=True):
    code: str
    procedure: ProcedureRef
    agency: Named
    status: int
    """1–10, the states exchanged with the national portal."""
    status_name: str
    states: StatesView
    step: str
    step_name: str | None
    at_agency: Named
    """Who has it in hand now."""
    regime: str
    """The rules of procedure under which it was filed."""
    lane: str
    acted_by: str
    """Who filed it; `on_behalf_of` for whom, when that is somebody else."""
    on_behalf_of: str | None
    subject: str
    delivery: str
    filed_at: datetime
    intake_due_at: datetime
    accepted_at: datetime | None
    due_at: datetime | None
    due_reasons: list[str]
    closed_at: datetime | None
    fee: FeeView
    payment: PaymentView
    documents: list[DocumentView]
    waiting_for: list[WaitingView]
    channel: str = "online"
    counter: Named | None = None
    """The counter that took it in, which need not be of the agency that decides."""
    representative: str | None = None
    """Who stood at the counter for the applicant."""
    opinions: list[OpinionView] = []
    """For officers, of one case."""
    lead: JoinedView | None = None
    """The case of which this one is a part."""
    joined: list[JoinedView] = []
    """Its parts; of a part the other parts."""
    actions: list[ActionView]
    result: ResultView | None


class FormView(Struct, frozen=True):
    """A form of a case; `address` gives it as PDF."""

    kind: str
    form: str
    """Its number in the rules of the case."""
    name: str
    number: str | None
    """None: it is made when it is asked for."""
    issued_on: date | None
    address: str


class ComponentView(Struct, frozen=True):
    """What lies in one's vault; `document` may be handed in again under its id."""

    document: str
    name: str
    components: list[str]
    """The kinds by which forms ask for it."""
    source: Literal["result", "paper"]
    status: str
    """valid, replaced, revoked, withdrawn or expired; only what is valid is offered."""
    number: str | None
    issuer: str | None
    signer: str | None
    holder: str | None
    issued_on: date | None
    valid_until: date | None
    media_type: str
    size: int
    verify: str | None
    uses: int


class EventView(Struct, frozen=True):
    id: int
    at: datetime
    kind: str
    text: str
    by: str
    on_behalf_of: str | None
    facts: dict[str, Any]
