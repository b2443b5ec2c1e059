"""A signed paper stands before readers that we did not write."""

import os
import re
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from motcua.base import clock
from motcua.base.errors import Unavailable
from motcua.base.settings import Settings
from motcua.demo import authority
from motcua.documents.outside.signing import Signer
from motcua.documents.outside.typesetting import typeset
from tests.documents import build


def poppler(tool: str, paper: bytes, tmp_path: Path, *options: str) -> str:
    (tmp_path / "p.pdf").write_bytes(paper)
    command = [tool, *options, "p.pdf"] + (["-"] if tool == "pdftotext" else [])
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    return done.stdout.decode(errors="replace")


def test_poppler_calls_the_signature_valid(paper: bytes, tmp_path: Path) -> None:
    said = poppler("pdfsig", paper, tmp_path)
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    assert "DEMONSTRATION ONLY" in said


def test_openssl_follows_the_chain_to_the_root(
    paper: bytes, keys: Settings, tmp_path: Path
) -> None:
    start, before, after, rest = map(
        int,
        re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]", paper).groups(),  # type: ignore[union-attr]
    )
    container = bytes.fromhex(paper[before + 1 : after - 1].decode()).rstrip(b"\0")
    (tmp_path / "cms").write_bytes(container)
    (tmp_path / "content").write_bytes(paper[start:before] + paper[after : after + rest])
    command = ["openssl", "cms", "-verify", "-cades", "-inform", "DER", "-in", "cms", "-binary",
               "-content", "content", "-CAfile", str(keys.keys / "trust.pem"), "-purpose", "any",
               "-out", os.devnull]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert b"successful" in done.stderr, done.stderr


def test_signing_keeps_what_makes_the_paper_archival(keys: Settings) -> None:
    draft = typeset(build.NATIONAL / "criminal-record-1.typ", build.facts())
    paper = build.signer(keys).sign(draft, clock.now())
    with pikepdf.open(BytesIO(draft)) as before, pikepdf.open(BytesIO(paper)) as after:
        assert after.Root.Metadata.read_bytes() == before.Root.Metadata.read_bytes()
        with after.open_metadata() as xmp:
            assert (xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == ("2", "A")
            assert xmp["pdfuaid:part"] == "1"
        assert after.Root.MarkInfo.Marked
        assert b"ns0:" not in after.Root.Metadata.read_bytes()


def test_a_screen_reader_finds_the_signature_field(paper: bytes, tmp_path: Path) -> None:
    with pikepdf.open(BytesIO(paper)) as read:
        field = read.Root.AcroForm.Fields[0]
        assert [float(side) for side in field.Rect] == [0, 0, 0, 0]  # so it needs no appearance
        assert field.TU
        element = pikepdf.NumberTree(read.Root.StructTreeRoot.ParentTree)[int(field.StructParent)]
        assert element.S == "/Form"
        assert element.K.Obj.objgen == field.objgen
        assert read.pages[0].Tabs == "/S"
    assert "Form" in poppler("pdfinfo", paper, tmp_path, "-struct").split()


def test_the_paper_allows_no_change_after_signing(paper: bytes) -> None:
    with pikepdf.open(BytesIO(paper)) as read:
        assert read.Root.Perms.DocMDP.Reference[0].TransformParams.P == 1


def test_letters_come_back_unchanged_after_signing(paper: bytes, tmp_path: Path) -> None:
    assert "Nguyễn Văn An" in poppler("pdftotext", paper, tmp_path)


def test_the_root_is_not_carried_in_the_paper(paper: bytes, keys: Settings) -> None:
    root = x509.load_pem_x509_certificate(build.trust(keys))
    issuing = x509.load_pem_x509_certificate((keys.keys / "authority" / "issuing.pem").read_bytes())
    encoding = serialization.Encoding.DER
    assert issuing.public_bytes(encoding).hex().upper().encode() in paper
    assert root.public_bytes(encoding).hex().upper().encode() not in paper


def test_an_agency_without_a_key_says_so(keys: Settings) -> None:
    with pytest.raises(Unavailable) as refused:
        Signer.load(keys.keys, "no-such-agency")
    assert refused.value.reason == "documents.no_signing_key"
    assert refused.value.facts == {"agency": "no-such-agency"}


def test_an_operator_may_bring_a_key_file_of_their_own(keys: Settings, tmp_path: Path) -> None:
    pem = authority.signing_certificate(keys, "treasury", "Kho bạc")
    chain = x509.load_pem_x509_certificates(pem.read_bytes())
    key = serialization.load_pem_private_key(pem.with_suffix(".key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    bundle = pkcs12.serialize_key_and_certificates(
        b"x",
        key,
        chain[0],
        chain[1:],
        serialization.NoEncryption(),
    )
    (tmp_path / "agencies").mkdir()
    (tmp_path / "agencies" / "own.p12").write_bytes(bundle)
    draft = typeset(build.NATIONAL / "criminal-record-1.typ", build.facts())
    paper = Signer.load(tmp_path, "own").sign(draft, clock.now())
    assert "Signature is Valid" in poppler("pdfsig", paper, tmp_path)


def test_nobody_signs_with_a_certificate_that_has_ended(keys: Settings) -> None:
    late = datetime.now(UTC) + timedelta(days=authority.AGENCY_DAYS + 1)
    with pytest.raises(Unavailable) as refused:
        build.signer(keys).sign(b"", late)
    assert refused.value.reason == "documents.signing_key_expired"


def test_demonstration_keys_are_made_once_and_kept_private(tmp_path: Path) -> None:
    settings = Settings(pack=tmp_path, data=tmp_path)
    first = authority.signing_certificate(settings, "police", "Công an").read_bytes()
    assert authority.signing_certificate(settings, "police", "Công an").read_bytes() == first
    private = [*settings.keys.glob("*/*.key")]
    assert len(private) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
    assert stat.S_IMODE(settings.keys.stat().st_mode) == 0o700
    for certificate in x509.load_pem_x509_certificates(first):
        assert "DEMONSTRATION ONLY" in certificate.subject.rfc4514_string()


def test_a_signed_paper_stays_a_pdf_of_the_version_its_archive_kind_allows(paper: bytes) -> None:
    """PDF/A-2 is PDF 1.7; the library would declare 2.0 for the curve of the signature."""
    with pikepdf.open(BytesIO(paper)) as signed:
        assert signed.pdf_version == "1.7"
        assert "/Version" not in signed.Root
        assert set(signed.Root.Extensions.keys()) == {"/ESIC"}
