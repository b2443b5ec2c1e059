"""Payments: what is asked of a payer, what the bank says has arrived, and the books of both.

request    a sum asked for one thing; it closes once, settled or cancelled
reference  the short word by which a bank statement names a request
call-back  the bank's signed word that money has arrived
receipt    money that arrived, and its outcome: `settled`, or held for return because it was
           `overpaid`, `mismatched` (a wrong sum) or `unmatched` (an unknown reference)
till       who takes money over which counter, and how it came; its receipts are numbered
account    where money is: at the `bank`, earned (`revenue` of an agency) or to be given back
transfer   one movement from account to account; only ever added

Events: `payment.settled`, `payment.overpaid`, `payment.mismatched`, `payment.cancelled`, each
about the thing that is paid for.
"""

from motcua.payments.actions import (
    balances,
    book,
    cancel,
    ledger_faults,
    nothing,
    open_reference,
    open_request,
    pass_on,
    payment_of,
    payments_of,
    post,
    share,
    take,
    taken_for,
)
from motcua.payments.model import (
    PAYMENTS,
    Balance,
    BankWord,
    CounterReceipt,
    LedgerFault,
    Line,
    Payment,
    PaymentsFile,
    Till,
    Transfer,
)

__all__ = [
    "PAYMENTS",
    "Balance",
    "BankWord",
    "CounterReceipt",
    "LedgerFault",
    "Line",
    "Payment",
    "PaymentsFile",
    "Till",
    "Transfer",
    "balances",
    "book",
    "cancel",
    "ledger_faults",
    "nothing",
    "open_reference",
    "open_request",
    "pass_on",
    "payment_of",
    "payments_of",
    "post",
    "share",
    "take",
    "taken_for",
]
