"""Is this file a paper of an authority we trust, whole and unchanged? Its bytes alone answer.

The signature must cover every byte of the file but its own hexadecimal digits. Then the file is
what the authority signed, however strangely a reader might take its structure.
"""

import asyncio
import logging
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO

import msgspec
import pikepdf
from asn1crypto import cms, core, x509
from asn1crypto import pem as pem_format
from pyhanko.sign.general import CMSExtractionError, CMSStructuralError, extract_certificate_info
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import StandardCMSSignatureStatus
from pyhanko_certvalidator import ValidationContext

from motcua.documents.model import Verdict

FILE_BYTES_MAX = 20 * 1024 * 1024
SIGNATURES_MAX = 20
CLOCK_SKEW = timedelta(minutes=10)

# It writes a stack trace for every path it tries, with names in it. The verdict says enough.
for library in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(library).setLevel(logging.CRITICAL + 1)

_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]")
_DIGITS = re.compile(rb"<(?:[0-9a-f]{2})+>|<(?:[0-9A-F]{2})+>")
_TIME = re.compile(rb"/M\s*\(D(?::|\\072)(\d{14})(?:Z|([+-])(\d\d)'?(\d\d)'?)?\)")
_TRACES = (b"/ByteRange", b"ETSI.CAdES.detached", b"adbe.pkcs7", b"/Type/Sig", b"/Type /Sig")
_LINK = re.compile(r"/verify/([0-9A-HJKMNP-TV-Z]{20})$")
_NO_PARAMETERS = (b"", b"\x05\x00")
_BROKEN = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, NotImplementedError,
    SignatureValidationError, CMSExtractionError, CMSStructuralError,
)  # fmt: skip
"""What the ASN.1 readers raise on bytes that somebody has bent."""


def check(file: bytes, trust_pem: bytes, moment: datetime) -> Verdict:
    """The verdict on `file` for one who trusts the authorities in `trust_pem` and nobody else.

    Blocks and runs a loop of its own: from a coroutine, call it in a thread.
    """
    if len(file) > FILE_BYTES_MAX:
        return Verdict("unknown", "too_large")
    if not any(trace in file for trace in _TRACES):
        reason = "no_signature" if b"%PDF-" in file[:1024] else "not_a_pdf"
        return Verdict("unknown", reason, reference=_reference(file))
    anchors = _anchors(trust_pem)
    if not anchors:
        return Verdict("unknown", "no_trust_anchor")
    ranges = [tuple(map(int, found)) for found in _RANGE.findall(file)[:SIGNATURES_MAX]]
    whole = [r for r in ranges if r[0] == 0 and r[1] <= r[2] and r[2] + r[3] == len(file)]
    if not whole:
        return Verdict("invalid", "appended" if ranges else "changed")
    _, before, after, _ = whole[-1]
    if not _DIGITS.fullmatch(file, before, after):
        return Verdict("invalid", "changed")
    signed = file[:before] + file[after:]
    near = file[max(0, before - 4096) : before] + file[after : after + 4096]
    container = bytes.fromhex(file[before + 1 : after - 1].decode())
    judged = _judged(container, signed, _claimed(near), anchors, moment)
    if judged.outcome == "invalid":
        return judged
    return msgspec.structs.replace(judged, reference=_reference(file))


def _judged(
    container: bytes,
    signed: bytes,
    claimed: datetime | None,
    anchors: list[x509.Certificate],
    moment: datetime,
) -> Verdict:
    at = claimed or moment
    try:
        message = _message(container)
        status = asyncio.run(_status(message, signed, anchors, at))
        info = extract_certificate_info(message)
    except _BROKEN:
        return Verdict("invalid", "changed")
    # Readers compare names without regard to case, so that a letter could be bent there.
    named = message["signer_infos"][0]["sid"].chosen["issuer"].dump()
    is_plain = named == info.signer_cert["tbs_certificate"]["issuer"].dump()
    if not (status.intact and status.valid and is_plain):
        return Verdict("invalid", "changed")
    signer = _common_name(info.signer_cert.subject)
    authority = _common_name(info.signer_cert.issuer)
    if not status.trusted or status.validation_path is None:
        return Verdict("invalid", "untrusted", signer, authority, claimed)
    used = {link.dump(): link for link in status.validation_path.iter_certs(include_root=False)}
    if used.keys() != {link.dump() for link in (info.signer_cert, *info.other_certs)}:
        return Verdict("invalid", "changed")  # a certificate was slipped in beside the signature
    if at > moment + CLOCK_SKEW:
        return Verdict("unknown", "signed_in_future", signer, authority, claimed)
    if moment > min(link.not_valid_after for link in used.values()):
        # It was in force when it says it was signed, but nobody else vouches for that time.
        return Verdict("unknown", "certificate_expired", signer, authority, claimed)
    return Verdict("valid", "genuine", signer, authority, claimed)


async def _status(
    message: cms.SignedData, signed: bytes, anchors: list[x509.Certificate], at: datetime
) -> StandardCMSSignatureStatus:
    context = ValidationContext(
        trust_roots=anchors, allow_fetching=False, moment=at, best_signature_time=at,
        revocation_mode="soft-fail",
    )  # fmt: skip
    usage = KeyUsageConstraints(key_usage={"non_repudiation"})
    return await async_validate_detached_cms(
        signed, message, signer_validation_context=context, key_usage_settings=usage
    )


def _message(container: bytes) -> cms.SignedData:
    """The CMS inside. Parts that no signature covers must be the only ones they can be."""
    info = cms.ContentInfo.load(container)
    inner = info["content_type"].dump() + info["content"].dump()
    exact = info.contents == inner and not container[len(info.dump()) :].strip(b"\0")
    if not exact or info["content_type"].native != "signed_data":
        raise ValueError("bytes after the signature")
    message: cms.SignedData = info["content"]
    signer = message["signer_infos"][0]
    plain = (
        len(message["signer_infos"]) == 1
        and message["version"].native == "v1"
        and signer["version"].native == "v1"
        and signer["sid"].name == "issuer_and_serial_number"
        and [a.dump() for a in message["digest_algorithms"]] == [signer["digest_algorithm"].dump()]
        and signer["digest_algorithm"]["parameters"].dump() in _NO_PARAMETERS
        and all(c.chosen["signature_value"].contents[0] == 0 for c in message["certificates"])
        and message["encap_content_info"]["content_type"].native == "data"
        and message["encap_content_info"]["content"] is core.VOID
        and message["crls"] is core.VOID
        and signer["unsigned_attrs"] is core.VOID
    )
    if not plain:
        raise ValueError("more than a signature")
    return message


def _anchors(trust_pem: bytes) -> list[x509.Certificate]:
    if not pem_format.detect(trust_pem):
        return []
    found = pem_format.unarmor(trust_pem, multiple=True)
    return [x509.Certificate.load(der) for kind, _, der in found if kind == "CERTIFICATE"]


def _claimed(near: bytes) -> datetime | None:
    found: Sequence[bytes] | None = (m := _TIME.search(near)) and m.groups()
    if not found:
        return None
    offset = timedelta(hours=int(found[2] or 0), minutes=int(found[3] or 0))
    try:
        local = datetime.strptime(found[0].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return local + offset if found[1] == b"-" else local - offset


def _reference(file: bytes) -> str | None:
    """From the paper's keywords. A claim of the file, to look it up by; never a proof."""
    try:
        with pikepdf.open(BytesIO(file)) as paper:
            keywords = str(paper.docinfo.get("/Keywords", ""))
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, RuntimeError):
        return None
    found = _LINK.search(keywords)
    return found.group(1) if found else None


def _common_name(name: x509.Name) -> str:
    return str(name.native.get("common_name", name.human_friendly))
