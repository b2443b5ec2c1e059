"""Signing: an agency's key in memory puts a PAdES B-B signature on a paper and closes it.

The field is laid into the structure tree first, because pyHanko would leave it outside (PDF/UA-1
asks for it inside), and the XMP stays as it was, because pyHanko would rewrite it into something
PDF/A does not allow.
"""

from datetime import datetime
from io import BytesIO
from pathlib import Path

import pikepdf
from asn1crypto import x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pikepdf import Array, Dictionary, Name, String
from pyhanko.pdf_utils.extensions import DeveloperExtension
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko_certvalidator.registry import SimpleCertificateStore

from motcua.base.errors import Unavailable

FIELD = "Signature"
LABEL = "Chữ ký số · Digital signature"  # what a screen reader says at the field

AgencyKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Signer(signers.Signer):
    """One agency's key and certificate. pyHanko's own signer would parse the key at each paper."""

    def __init__(
        self, key: AgencyKey, certificate: pyca.Certificate, chain: list[pyca.Certificate]
    ):
        # Without the root: trust comes from outside the file.
        below = [_asn1(link) for link in chain if link.issuer != link.subject]
        store = SimpleCertificateStore.from_certs(below)  # type: ignore[no-untyped-call]
        self._key = key
        self.not_after = certificate.not_valid_after_utc
        self._links = [certificate, *chain]
        super().__init__(signing_cert=_asn1(certificate), cert_registry=store, embed_roots=False)

    @classmethod
    def load(cls, keys_folder: Path, agency: str) -> "Signer":
        """From `<keys>/agencies/<agency>.p12` (no password), or `.key` and `.pem` (chain below)."""
        stem = keys_folder / "agencies" / agency
        if stem.with_name(f"{agency}.p12").exists():
            found = pkcs12.load_pkcs12(stem.with_name(f"{agency}.p12").read_bytes(), None)
            assert isinstance(found.key, AgencyKey)
            assert found.cert is not None
            return cls(
                found.key, found.cert.certificate, [c.certificate for c in found.additional_certs]
            )
        if not stem.with_name(f"{agency}.key").exists():
            raise Unavailable("documents.no_signing_key", agency=agency)
        key = serialization.load_pem_private_key(stem.with_name(f"{agency}.key").read_bytes(), None)
        assert isinstance(key, AgencyKey)
        chain = pyca.load_pem_x509_certificates(stem.with_name(f"{agency}.pem").read_bytes())
        return cls(key, chain[0], chain[1:])

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        assert digest_algorithm == "sha256"
        # A DER signature varies by a byte or two; the estimate must not fall short.
        is_guess = dry_run and not isinstance(self._key, rsa.RSAPrivateKey)
        return b"\0" * 72 if is_guess else self._signed(data)

    def _signed(self, data: bytes) -> bytes:
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))

    def _must_be_valid(self, moment: datetime) -> None:
        if moment > self.not_after:
            raise Unavailable(
                "documents.signing_key_expired", expired=self.not_after.date().isoformat()
            )

    def sign_bytes(self, content: bytes, moment: datetime) -> tuple[bytes, bytes]:
        """A signature beside the content (with SHA-256), and the certificates as PEM."""
        self._must_be_valid(moment)
        links = b"".join(link.public_bytes(serialization.Encoding.PEM) for link in self._links)
        return self._signed(content), links

    def sign(self, pdf: bytes, moment: datetime) -> bytes:
        """The paper, certified: nothing may be added to it.

        Blocks for some milliseconds and runs a loop of its own: from a coroutine, use a thread.
        """
        self._must_be_valid(moment)
        meta = signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        out = BytesIO()
        _PdfSigner(meta, self, moment).sign_pdf(
            _Writer(BytesIO(_with_field(pdf))), existing_fields_only=True, output=out
        )
        return out.getvalue()


class _PdfSigner(signers.PdfSigner):
    def __init__(
        self, meta: signers.PdfSignatureMetadata, signer: Signer, moment: datetime
    ) -> None:
        super().__init__(meta, signer)
        self.moment = moment

    def init_signing_session(
        self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.moment  # from our clock, not the machine's
        return session


class _Writer(IncrementalPdfFileWriter):
    def _update_meta(self) -> None:
        """Leaves the XMP alone: the rewritten one loses its PDF/A extension schema."""

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """PDF/A-2 is PDF 1.7, as the paper already is; the library would raise it for the curve."""

    def register_extension(self, ext: DeveloperExtension) -> None:
        """So an extension of 2.0 (ISO/TS 32002, curves) cannot be declared either."""
        if ext.base_version == "/1.7":
            super().register_extension(ext)


def _with_field(pdf: bytes) -> bytes:
    with pikepdf.open(BytesIO(pdf)) as paper:
        page = paper.pages[0]
        root = paper.Root.StructTreeRoot
        parent = _next_parent(root)
        field = paper.make_indirect(Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T=String(FIELD),
            TU=String(LABEL), F=132, Rect=Array([0, 0, 0, 0]),
            P=page.obj, StructParent=parent,
        ))  # fmt: skip
        document = root.K if isinstance(root.K, Dictionary) else root.K[0]
        element = paper.make_indirect(Dictionary(
            Type=Name.StructElem, S=Name.Form, P=document, Pg=page.obj,
            K=Dictionary(Type=Name.OBJR, Obj=field, Pg=page.obj),
        ))  # fmt: skip
        if not isinstance(document.K, Array):
            document.K = Array([document.K])
        document.K.append(element)
        pikepdf.NumberTree(root.ParentTree)[parent] = element
        root.ParentTreeNextKey = parent + 1
        page.Annots = Array([*page.get("/Annots", []), field])
        paper.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)
        out = BytesIO()
        paper.save(out, deterministic_id=True, fix_metadata_version=False)
    return out.getvalue()


def _next_parent(root: pikepdf.Object) -> int:
    return max((int(key) for key in pikepdf.NumberTree(root.ParentTree)), default=-1) + 1


def _asn1(certificate: pyca.Certificate) -> x509.Certificate:
    return x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
