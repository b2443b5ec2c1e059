"""What money is here: accounts and transfers, a request to pay, and what the bank says of it."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from motcua.base.ids import PersonId
from motcua.base.pack import Kind
from motcua.base.text import Text

AMOUNT_MAX = 10**11
"""Above this a sum is a slip of the hand; with its point it fits the 13 characters of a QR code."""

CALLBACK_BYTES_MAX = 4096

Reference = Annotated[str, Meta(pattern=r"^[0-9A-Z]{8,25}$")]
State = Literal["none", "open", "settled", "cancelled", "refund_due"]
Outcome = Literal["settled", "overpaid", "mismatched", "unmatched"]


class Line(Struct, frozen=True):
    """One line of a sum and the reason for it."""

    rule: str
    amount: int
    reason: Text


class Payment(Struct, frozen=True):
    """How a thing stands with its money, as its payer sees it.

    `none`: there is nothing to pay. `open`: the only state in which anybody waits for money.
    `refund_due`: closed, and the city holds `refund_amount` that is not its own.
    """

    state: State
    amount: int
    currency: str
    url: str | None = None
    qr: str | None = None
    refund_amount: int = 0


class Request(Struct, frozen=True):
    """What is asked of the payer. The reference is all that a bank statement says of it."""

    id: UUID
    reference: str
    thing_id: UUID
    thing_code: str
    payer: PersonId
    agency: str
    amount: int
    currency: str
    lines: Any
    made_at: datetime
    closing: str | None
    refund_amount: int


class BankWord(Struct, frozen=True, forbid_unknown_fields=True):
    """The bank's call-back: this much has arrived, under this reference, by this transaction."""

    transaction: Annotated[str, Meta(pattern=r"^[0-9A-Za-z-]{1,64}$")]
    reference: Reference
    amount: Annotated[int, Meta(gt=0, le=AMOUNT_MAX)]
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
    paid_at: datetime
    sent_at: datetime


class Receipt(Struct, frozen=True):
    """Money that has arrived, and what became of it."""

    transaction: str
    reference: str
    amount: int
    currency: str
    outcome: Outcome


Method = Literal["cash", "transfer"]


class Till(Struct, frozen=True, kw_only=True):
    """Who takes money over which counter, and how it came. A transfer is one to the counter's own
    account, which the officer has seen."""

    counter: str
    method: Method
    officer: PersonId
    officer_name: str
    slip: str | None = None
    """Form, series and number of the printed slip, where one is handed out."""


class CounterReceipt(Struct, frozen=True):
    """Money that an officer took; numbered by counter and year without gaps."""

    counter: str
    year: int
    number: int
    method: Method
    amount: int
    currency: str
    taken_by: PersonId
    taken_by_name: str
    slip: str | None
    paid_at: datetime

    @property
    def text(self) -> str:
        return f"{self.number}/{self.year}"


class Transfer(Struct, frozen=True):
    """One movement between two accounts. Whoever makes it names it, so a repeat is harmless."""

    id: UUID
    debit: str
    credit: str
    amount: int
    currency: str


class Balance(Struct, frozen=True):
    """What an account holds, debits less credits, in the currency's smallest unit."""

    account: str
    currency: str
    amount: int


class LedgerFault(Struct, frozen=True):
    """Something the nightly count found that cannot be."""

    fault: str
    subject: str


class QrScheme(Struct, frozen=True, forbid_unknown_fields=True):
    """What a national QR scheme puts into an EMVCo merchant-presented code."""

    template: Annotated[str, Meta(pattern=r"^(2[6-9]|[34][0-9]|5[01])$")]
    """The merchant account template; EMVCo leaves 26 to 51 to the schemes."""
    guid: Annotated[str, Meta(min_length=1, max_length=32)]
    service: Annotated[str, Meta(min_length=1, max_length=32)]
    bank: Annotated[str, Meta(pattern=r"^[0-9]{6}$")]
    account: Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{1,19}$")]
    source: str
    verified: bool


class BankPlace(Struct, frozen=True, forbid_unknown_fields=True):
    """The bank that keeps the city's account. Without an address only the demonstration pays."""

    name: Text
    holder: Text
    url: str | None = None


class PaymentsFile(Struct, frozen=True, forbid_unknown_fields=True):
    """`payments.yaml` of a pack."""

    bank: BankPlace
    qr: QrScheme


class Bill(Struct, frozen=True):
    """A request with all that its page shows."""

    request: Request
    lines: list[Line]
    payment: Payment
    bank: BankPlace
    account: str


PAYMENTS = Kind(name="payments", place="payments.yaml", type=PaymentsFile)


class Order(Struct, frozen=True, forbid_unknown_fields=True):
    """What the city signs and a person carries to the bank's page. Nothing in it is personal."""

    reference: Reference
    amount: Annotated[int, Meta(gt=0, le=AMOUNT_MAX)]
    currency: str
    qr: str
    return_url: str
    made_at: datetime


class QrOrder(Struct, frozen=True):
    """What a banking app reads out of a code."""

    bank: str
    account: str
    amount: int
    purpose: str
