"""Documents: files that people hand in, and the papers that agencies issue and anyone verifies.

A *file* is bytes with an owner; a *share* lets an agency or a person read it; a *paper* is a file
that an agency issued: set from a template of the pack, signed, numbered. Its *reference* is the
unguessable name in its QR code; its *record* is what anyone may know of it; its *status* is whether
it still holds. A *verdict* is what a file's bytes alone prove.
"""

from motcua.documents.actions import (
    Signers,
    declare,
    describe,
    examine,
    give,
    hand_out,
    keep_bytes,
    kept_bytes,
    next_number,
    of_case,
    of_cases,
    open_file,
    openings_of_me,
    prepare,
    record,
    record_of,
    reserve,
    share,
    sign_bytes,
    store_upload,
    sweep,
    trust_anchors,
    vault,
    verify_command,
)
from motcua.documents.model import (
    File,
    Holder,
    Issued,
    Opening,
    Paper,
    Prepared,
    Record,
    Reserved,
    Upload,
    VaultPaper,
    Verdict,
)
from motcua.documents.rules.letters import unprintable
from motcua.documents.rules.verdict import check

__all__ = [
    "File",
    "Holder",
    "Issued",
    "Opening",
    "Paper",
    "Prepared",
    "Record",
    "Reserved",
    "Signers",
    "Upload",
    "VaultPaper",
    "Verdict",
    "check",
    "declare",
    "describe",
    "examine",
    "give",
    "hand_out",
    "keep_bytes",
    "kept_bytes",
    "next_number",
    "of_case",
    "of_cases",
    "open_file",
    "openings_of_me",
    "prepare",
    "record",
    "record_of",
    "reserve",
    "share",
    "sign_bytes",
    "store_upload",
    "sweep",
    "trust_anchors",
    "unprintable",
    "vault",
    "verify_command",
]
