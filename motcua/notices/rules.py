"""What can be told, in the English sentences by which the catalogues know them."""

from motcua.notices.model import Template

SUBJECT_LENGTH_MAX = 200
FACT_LENGTH_MAX = 1_000  # of the longest notice all fit; the page of the thing has the rest
CONTEXT = "notice"

# Every notice names the agency, who received or handles the case, and when: people have that right.
SIGNED = "%(agency)s\nHandled by: %(officer)s\nTime: %(at)s\nFollow your request: %(address)s"

TEMPLATES = {
    "case.received": Template(
        "We have received your request %(code)s",
        "Your request “%(procedure)s” has arrived. Its code is %(code)s.\n"
        "By %(intake_due_at)s we tell you whether it is accepted. You need not do anything now.",
    ),
    "case.accepted": Template(
        "Your request %(code)s is accepted",
        "Your request “%(procedure)s” is complete and accepted. You get the answer by %(due_at)s.\n"
        "You need not do anything now.",
    ),
    "case.refused": Template(
        "Your request %(code)s is not accepted",
        "We cannot accept your request “%(procedure)s”. The reason: %(reason)s\n"
        "You may file again, or complain to the agency below.",
    ),
    "case.supplement_requested": Template(
        "Your request %(code)s needs something more",
        "For your request “%(procedure)s” we still need: %(missing)s\n"
        "Please add it on the page of your request.",
    ),
    "case.result_ready": Template(
        "The result of your request %(code)s is ready",
        "The result of your request “%(procedure)s” is signed and lies in your vault.",
    ),
    "case.result_refused": Template(
        "Your request %(code)s is answered",
        "Your request “%(procedure)s” could not be granted. The reason: %(reason)s\n"
        "The signed answer lies in your vault and says how to complain.",
    ),
    "case.late": Template(
        "We need more time for your request %(code)s",
        "We promised the answer to “%(procedure)s” by %(due_at)s and cannot keep it. "
        "We apologise.\n"
        "The reason: %(reason)s\nYou get the answer by %(new_due_at)s.",
    ),
    "case.fee_stated": Template(
        "What your request %(code)s costs",
        "The fee for your request “%(procedure)s” is %(amount)s. What it rests on: %(reason)s\n"
        "Please pay on the page of your request. Work goes on when the money has arrived.",
    ),
    "case.transferred": Template(
        "Your request %(code)s is with another agency",
        "Your request “%(procedure)s” belongs to another agency; we have sent it there. "
        "The reason: %(reason)s\nIts code stays the same, and you need not do anything.",
    ),
    "case.stopped": Template(
        "Your request %(code)s has ended",
        "Work on your request “%(procedure)s” has stopped. The reason: %(reason)s",
    ),
    "payment.settled": Template(
        "We have received your payment for %(code)s",
        "%(amount)s for your request “%(procedure)s” has arrived.",
    ),
    "payment.refund_due": Template(
        "You paid too much for %(code)s",
        "For your request “%(procedure)s” more has arrived than was asked: %(amount)s.\n"
        "We hold it for you and return it.",
    ),
}
