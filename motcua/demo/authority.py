"""A demonstration authority: a root, an issuing authority below it, and a certificate an agency.

Made once in the city's folder of keys; whoever trusts these papers trusts a toy, and the names say
so. A city at work puts its own keys there instead and never runs this.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from motcua.base import clock
from motcua.base.settings import Settings

ROOT_DAYS, ISSUING_DAYS, AGENCY_DAYS = 20 * 365, 10 * 365, 3 * 365
MARK = "DEMONSTRATION ONLY"
COMMON_NAME_BYTES_MAX = 64  # RFC 5280; the library counts bytes

Pair = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def signing_certificate(settings: Settings, agency_code: str, agency_name: str) -> Path:
    """The agency's certificate above its chain. All are made on first use, and `trust.pem`."""
    folder = settings.keys / "agencies"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.keys.chmod(0o700)
    chain, key = folder / f"{agency_code}.pem", folder / f"{agency_code}.key"
    if not (chain.exists() and key.exists()):
        issuing, issuing_key = _chain(settings)
        name = _name(agency_name, agency_code)
        made, made_key = _certificate(name, (issuing, issuing_key), AGENCY_DAYS, authority=None)
        _write(key, _pem_key(made_key), 0o600)
        _write(chain, _pem(made) + _pem(issuing), 0o644)
    return chain


def _chain(settings: Settings) -> Pair:
    folder = settings.keys / "authority"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    root = _kept(folder / "root", _name("Root authority"), None, ROOT_DAYS, 1)
    issuing = _kept(folder / "issuing", _name("Issuing authority"), root, ISSUING_DAYS, 0)
    if not (settings.keys / "trust.pem").exists():
        _write(settings.keys / "trust.pem", _pem(root[0]), 0o644)
    return issuing


def _kept(stem: Path, name: x509.Name, issuer: Pair | None, days: int, depth: int) -> Pair:
    pem, key_pem = stem.with_suffix(".pem"), stem.with_suffix(".key")
    if pem.exists() and key_pem.exists():
        key = serialization.load_pem_private_key(key_pem.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return x509.load_pem_x509_certificate(pem.read_bytes()), key
    made, key = _certificate(name, issuer, days, authority=depth)
    _write(key_pem, _pem_key(key), 0o600)
    _write(pem, _pem(made), 0o644)
    return made, key


def _certificate(name: x509.Name, issuer: Pair | None, days: int, authority: int | None) -> Pair:
    """`authority` is how many authorities may stand below this one; None: it signs papers only."""
    key = ec.generate_private_key(ec.SECP256R1())
    above, signing_key = issuer or (None, key)
    start = _today() - timedelta(days=1)
    signs_papers = authority is None
    usage = x509.KeyUsage(
        digital_signature=signs_papers, content_commitment=signs_papers,
        key_cert_sign=not signs_papers, crl_sign=not signs_papers,
        key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(above.subject if above else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.BasicConstraints(not signs_papers, authority), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()),
            critical=False,
        )
        .sign(signing_key, hashes.SHA256())
    )
    return made, key


def _today() -> datetime:
    return clock.now().replace(hour=0, minute=0, second=0, microsecond=0)


def _name(common: str, agency_code: str | None = None) -> x509.Name:
    short = common.encode()[:COMMON_NAME_BYTES_MAX].decode(errors="ignore")
    parts = [
        x509.NameAttribute(NameOID.COMMON_NAME, short),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, MARK),
    ]
    if agency_code:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, agency_code))
    return x509.Name(parts)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _pem_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    """Whole or not at all, and never readable by others even for a moment."""
    part = path.with_name(path.name + ".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
    part.rename(path)
