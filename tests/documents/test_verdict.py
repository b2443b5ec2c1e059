"""What a file's bytes prove, and to whom."""

import re
import subprocess
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from motcua.base import clock
from motcua.base.settings import Settings
from motcua.demo import authority
from motcua.documents import check, verify_command
from motcua.documents.outside.typesetting import typeset
from tests.documents import build


def outcome(file: bytes, keys: Settings) -> tuple[str, str]:
    verdict = check(file, build.trust(keys), clock.now())
    return verdict.outcome, verdict.reason


def gap(paper: bytes) -> tuple[int, int]:
    """Where the signature's own digits begin and end."""
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) ", paper)
    assert found
    return int(found[1]), int(found[2])


def test_a_paper_as_it_was_signed_is_genuine(paper: bytes, keys: Settings) -> None:
    verdict = check(paper, build.trust(keys), clock.now())
    assert (verdict.outcome, verdict.reason) == ("valid", "genuine")
    assert verdict.signer == "Công an thành phố Mẫu"
    assert verdict.authority == "Issuing authority"
    assert verdict.reference == build.REFERENCE
    assert verdict.signed_at is not None
    assert abs(clock.now() - verdict.signed_at) < timedelta(minutes=10)


@cache
def shared_paper() -> tuple[bytes, Settings]:
    import tempfile

    folder = Path(tempfile.mkdtemp())
    keys = Settings(pack=folder, data=folder)
    return build.signed_paper(keys), keys


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_byte_changed_anywhere_is_seen(data: st.DataObject) -> None:
    paper, keys = shared_paper()
    at = data.draw(st.integers(0, len(paper) - 1))
    bent = bytearray(paper)
    bent[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte != paper[at]))
    assert outcome(bytes(bent), keys)[0] == "invalid"


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_digit_changed_in_the_signature_itself_is_seen(data: st.DataObject) -> None:
    paper, keys = shared_paper()
    before, after = gap(paper)
    at = data.draw(st.integers(before + 1, after - 2))
    bent = bytearray(paper)
    bent[at] = data.draw(st.sampled_from(b"0123456789ABCDEF").filter(lambda d: d != paper[at]))
    assert outcome(bytes(bent), keys)[0] == "invalid"


def test_a_letter_bent_in_a_name_is_seen(paper: bytes, keys: Settings) -> None:
    # The name by which the signature picks its certificate is covered by no signature, and names
    # are compared without regard to case.
    name = b"Issuing authority".hex().upper().encode()
    places = [found.start() for found in re.finditer(name, paper)]
    assert len(places) >= 3
    for at in places:
        bent = paper[:at] + b"69" + paper[at + 2 :]  # I -> i
        assert outcome(bent, keys)[0] == "invalid"


@pytest.mark.parametrize("more", [b"\n", b"\0", b" ", b"%%EOF\n", b"1 0 obj\n<<>>\nendobj\n"])
def test_bytes_added_after_signing_are_seen(paper: bytes, keys: Settings, more: bytes) -> None:
    assert outcome(paper + more, keys) == ("invalid", "appended")


def test_a_second_revision_that_covers_the_first_page_is_seen(paper: bytes, keys: Settings) -> None:
    forged = typeset(
        build.NATIONAL / "criminal-record-1.typ", build.facts(convictions=build.CONVICTIONS)
    )
    assert outcome(paper + forged, keys) == ("invalid", "appended")


def test_a_paper_cut_short_is_seen(paper: bytes, keys: Settings) -> None:
    assert outcome(paper[:-1], keys)[0] == "invalid"
    assert outcome(paper[: gap(paper)[0]], keys)[0] in ("invalid", "unknown")


def test_another_authority_of_the_same_names_is_not_trusted(keys: Settings, tmp_path: Path) -> None:
    twin = Settings(pack=tmp_path, data=tmp_path)
    forged = build.signed_paper(twin)
    verdict = check(forged, build.trust(keys), clock.now())
    assert (verdict.outcome, verdict.reason) == ("invalid", "untrusted")
    assert verdict.signer == "Công an thành phố Mẫu"
    assert outcome(forged, twin) == ("valid", "genuine")


def test_a_chain_in_the_file_is_no_reason_to_trust_it(keys: Settings, tmp_path: Path) -> None:
    """An issuing authority that is trusted by nobody but itself, shown by the file."""
    twin = Settings(pack=tmp_path, data=tmp_path)
    forged = build.signed_paper(twin)
    own_root = (twin.keys / "authority" / "root.pem").read_bytes()
    assert check(forged, own_root, clock.now()).outcome == "valid"
    assert check(forged, build.trust(keys), clock.now()).outcome == "invalid"


def test_an_agency_cannot_make_agencies(keys: Settings) -> None:
    """A paper signed by a certificate that another agency's key issued."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    from motcua.documents.outside.signing import Signer

    pem = authority.signing_certificate(keys, "mine", "Cơ quan của tôi")
    chain = x509.load_pem_x509_certificates(pem.read_bytes())
    key = serialization.load_pem_private_key(pem.with_suffix(".key").read_bytes(), None)
    name = authority._name("Công an thành phố Mẫu")
    made, made_key = authority._certificate(name, (chain[0], key), 30, None)  # type: ignore[arg-type]
    draft = typeset(build.NATIONAL / "criminal-record-1.typ", build.facts())
    forged = Signer(made_key, made, chain).sign(draft, clock.now())
    assert outcome(forged, keys) == ("invalid", "untrusted")


def test_without_a_signature_nothing_can_be_told(keys: Settings) -> None:
    assert outcome(build.plain_pdf(), keys) == ("unknown", "no_signature")
    draft = typeset(build.NATIONAL / "criminal-record-1.typ", build.facts())
    verdict = check(draft, build.trust(keys), clock.now())
    assert (verdict.outcome, verdict.reference) == ("unknown", build.REFERENCE)


@pytest.mark.parametrize("file", [b"", b"hello", build.picture(), b"PK\x03\x04" + b"\0" * 100])
def test_what_is_no_pdf_cannot_be_told(keys: Settings, file: bytes) -> None:
    assert outcome(file, keys) == ("unknown", "not_a_pdf")


@pytest.mark.parametrize("trust", [b"", b"nonsense", b"-----BEGIN X-----\nAA==\n-----END X-----\n"])
def test_without_anchors_nothing_can_be_told(paper: bytes, trust: bytes) -> None:
    verdict = check(paper, trust, clock.now())
    assert (verdict.outcome, verdict.reason) == ("unknown", "no_trust_anchor")


def test_after_its_certificate_ended_a_paper_cannot_be_told(paper: bytes, keys: Settings) -> None:
    late = clock.now() + timedelta(days=authority.AGENCY_DAYS + 1)
    verdict = check(paper, build.trust(keys), late)
    assert (verdict.outcome, verdict.reason) == ("unknown", "certificate_expired")


def test_a_paper_from_the_future_cannot_be_told(paper: bytes, keys: Settings) -> None:
    verdict = check(paper, build.trust(keys), clock.now() - timedelta(hours=5))
    assert (verdict.outcome, verdict.reason) == ("unknown", "signed_in_future")


def test_a_paper_signed_before_its_certificate_began_is_refused(keys: Settings) -> None:
    draft = typeset(build.NATIONAL / "criminal-record-1.typ", build.facts())
    early = build.signer(keys).sign(draft, clock.now() - timedelta(days=30))
    assert outcome(early, keys) == ("invalid", "untrusted")


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=300), st.binary(max_size=300))
def test_no_bytes_bring_it_down(before: bytes, inside: bytes) -> None:
    _, keys = shared_paper()
    digits = b"<" + inside.hex().encode() + b">"
    head = b"%PDF-1.7\n" + before
    tail = b" /SubFilter /ETSI.CAdES.detached /ByteRange [0 %d %d %d]"
    for _ in range(3):  # until the numbers in the tail fit its own length
        made = tail % (len(head), len(head) + len(digits), len(tail))
        tail_length = len(made)
        made = tail % (len(head), len(head) + len(digits), tail_length)
    assert outcome(head + digits + made, keys)[0] in ("invalid", "unknown")


def test_the_command_says_yes_no_and_cannot_tell(
    paper: bytes, keys: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "paper.pdf"
    file.write_bytes(paper)
    code, said = verify_command(file, None, keys)
    assert (code, said["outcome"], said["status"]) == (0, "valid", "unknown")
    file.write_bytes(paper + b"x")
    assert verify_command(file, keys.keys / "trust.pem", keys)[0] == 1
    file.write_bytes(b"x")
    code, said = verify_command(file, None, keys)
    assert (code, said["reason"], said["status"]) == (2, "not_a_pdf", "unknown")


def test_poppler_and_we_agree_on_a_changed_byte(paper: bytes, tmp_path: Path) -> None:
    bent = bytearray(paper)
    at = paper.index(b"/Keywords")
    bent[at + 12] ^= 1
    (tmp_path / "p.pdf").write_bytes(bent)
    said = subprocess.run(["pdfsig", "p.pdf"], cwd=tmp_path, capture_output=True, check=False)
    assert b"Digest Mismatch" in said.stdout
