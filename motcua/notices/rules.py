"""What can be told, in the English sentences by which the catalogues know them."""

from motcua.notices.model import SIGNED, Template

__all__ = ["CONTEXT", "FACT_LENGTH_MAX", "SIGNED", "SUBJECT_LENGTH_MAX", "TEMPLATES"]

SUBJECT_LENGTH_MAX = 200
FACT_LENGTH_MAX = 1_000  # of the longest notice all fit; the page of the thing has the rest
CONTEXT = "notice"

NOT_YOU = "If you know nothing of it, call an administrator at once: they end all your keys."
SIGNED_ACCOUNT = "Done by: %(officer)s\nTime: %(at)s\nYour passkeys: %(address)s"

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
    "case.extended": Template(
        "The answer to your request %(code)s is put off",
        "The answer to “%(procedure)s” was due by %(due_at)s. The law lets us put it off, and we "
        "do.\nThe reason: %(reason)s\nYou get the answer by %(new_due_at)s.",
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
    "case.complaint_asked": Template(
        "About your complaint, request %(code)s",
        "Control of procedures has a question about your complaint on “%(procedure)s”.\n"
        "You find it on the page of your request, and answer there.",
    ),
    "case.complaint_answered": Template(
        "Your complaint about request %(code)s is answered",
        "Control of procedures has answered your complaint about “%(procedure)s”.\n"
        "You find the answer on the page of your request.",
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
    "account.passkey_added": Template(
        "A passkey was added to your account",
        "A new passkey opens the desk in your name from now on.\n" + NOT_YOU,
        SIGNED_ACCOUNT,
    ),
    "account.passkey_removed": Template(
        "A passkey of yours was removed",
        "One of your passkeys no longer opens the desk, and your other sessions have ended.\n"
        + NOT_YOU,
        SIGNED_ACCOUNT,
    ),
    "account.passkey_doubted": Template(
        "There may be a copy of a passkey of yours",
        "Somebody showed a passkey of yours whose counter went back, as that of a copy does. They "
        "were not let in.\nRemove that passkey, and tell an administrator.",
        SIGNED_ACCOUNT,
    ),
    "account.enrolment_asked": Template(
        "A new passkey for your account was asked for",
        "An administrator wants you to be able to make a new passkey.\n" + NOT_YOU,
        SIGNED_ACCOUNT,
    ),
    "account.enrolment_agreed": Template(
        "A code opens your account",
        "Two administrators gave a code by which a new passkey is made for your account. When it "
        "is used, your other passkeys end.\n" + NOT_YOU,
        SIGNED_ACCOUNT,
    ),
    "account.shut_out": Template(
        "Your passkeys and sessions were ended",
        "An administrator ended all your passkeys, codes and sessions. To come in again you need "
        "a new code.",
        SIGNED_ACCOUNT,
    ),
}
"""Those of an account are for officers: what happens to the keys by which they sign in."""
