"""A case as machines read it (design, section 5)."""

from datetime import date, datetime
from typing import Any

from msgspec import Struct


class ProcedureRef(Struct, frozen=True):
    code: str
    version: str
    name: str


class Named(Struct, frozen=True):
    code: str
    name: str


class FeeLineView(Struct, frozen=True):
    rule: str
    amount: int
    reason: str


class FeeView(Struct, frozen=True):
    total: int
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


class CaseView(Struct, frozen=True, kw_only=True):
    code: str
    procedure: ProcedureRef
    agency: Named
    status: int
    """1–10, the states exchanged with the national portal."""
    status_name: str
    step: str
    step_name: str | None
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
    documents: list[Named]
    waiting_for: list[WaitingView]
    actions: list[ActionView]
    result: ResultView | None


class EventView(Struct, frozen=True):
    id: int
    at: datetime
    kind: str
    text: str
    by: str
    on_behalf_of: str | None
    facts: dict[str, Any]
