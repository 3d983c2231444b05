"""Signs certificates (PAdES) and says whether a file's signature is ours and unbroken.

The key is the operator's own (PEM files named in the settings) or, at the first start, one we make:
RSA with a self-signed certificate that calls itself a demonstration. It never leaves the folder of
secrets. RSA, because elliptic curves need PDF 2.0, which PDF/A-2 does not allow.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import os
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from analytics.certificates.resaved import Added, judge_added, signed_part
from core.messages import Message, Refused

KEY_FILE = "certificate-signing-key.pem"
CERTIFICATE_FILE = "certificate-signing-certificate.pem"
FIELD = "DonViCap"
RESERVED_BYTES = 8192  # room for the signature; stating it saves pyHanko a dry run
DEMONSTRATION_YEARS = 5
KEY_BITS = 3072
DIGEST = "sha256"


LOCKED = Message("Tệp PDF có mật khẩu nên không xem được chữ ký; hãy gỡ mật khẩu rồi gửi lại")
NOT_SIGNED = Message(
    "Tệp không có chữ ký số: có thể là bản quét, bản in lại hoặc bản do chương trình khác lưu; hãy "
    "kiểm tra theo số in trên giấy"
)
RESAVED = Message(
    "Tệp đã được lưu lại sau khi ký; phần đã ký vẫn nguyên và là của đơn vị cấp. Hãy đối chiếu họ "
    "tên và số trên giấy với thông tin dưới đây"
)
UNREADABLE = Message("Không phải tệp PDF đọc được")
ODD_SIGNATURE = Message("Chữ ký số không đọc được")
CHANGED = Message("Tệp đã bị thay đổi sau khi ký")
COVERED = Message("Tệp đã bị thay đổi sau khi ký: có phần vẽ đè lên nội dung đã ký")
FOREIGN = Message("Chữ ký số không phải của đơn vị cấp chứng nhận này")
REASONS = (UNREADABLE, LOCKED, NOT_SIGNED, ODD_SIGNATURE, CHANGED, COVERED, FOREIGN, RESAVED)
# What pyHanko raises for files that are not what they should be.
_UNREADABLE = (
    PdfError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    RecursionError,
    OverflowError,
    zlib.error,
)


@dataclass(frozen=True)
class Signer:
    """A private key with its certificate, ready to sign. Make one per process."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def name(self) -> str:
        """Who signs, as the certificate says it."""
        return self.certificate.subject.rfc4514_string()

    def sign(self, pdf: bytes, *, reason: str, place: str) -> bytes:
        """Return ``pdf`` with an invisible PAdES signature (B-B level) added to it."""
        writer = _SameMetadata(io.BytesIO(pdf))
        metadata = PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm=DIGEST,
            subfilter=SigSeedSubFilter.PADES,
            reason=reason,
            location=place,
        )
        signed = PdfSigner(metadata, signer=self._pyhanko).sign_pdf(
            writer, bytes_reserved=RESERVED_BYTES
        )
        return bytes(signed.getbuffer())

    @cached_property
    def _pyhanko(self) -> _LoadedKey:
        return _LoadedKey(
            signing_cert=_as_asn1(self.certificate), cert_registry=_no_chain(), signing_key=self.key
        )


class _SameMetadata(IncrementalPdfFileWriter):
    """Leaves the document's metadata as Typst wrote it: pyHanko would write them anew in a form
    that loses the names PDF/A prescribes, and to no use.
    `tests/analytics/certificates/test_certificate_pdf.py` holds it.
    """

    def _update_meta(self) -> None:
        return


class _LoadedKey(signers.Signer):
    """pyHanko's own `SimpleSigner` parses and checks the RSA key anew for each signature (200 ms
    for 3072 bits); this one keeps it as it was loaded (2 ms)."""

    def __init__(self, *, signing_key: rsa.RSAPrivateKey, **rest: Any) -> None:
        super().__init__(**rest)
        self._key = signing_key

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        assert digest_algorithm == DIGEST
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


@dataclass(frozen=True)
class SignatureCheck:
    """What the signature of a file is worth."""

    signed: bool
    unbroken: bool  # the file is, byte for byte, what was signed, and nothing was added after
    ours: bool  # signed by the certificate we were given
    signer: str
    keywords: str  # of the document; only to be believed when ``unbroken`` and ``ours``
    reason: Message | None  # what is wrong, when something is
    added: Added = "nothing"  # behind what was signed


def load_signer(key_file: Path, certificate_file: Path) -> Signer:
    """Read the operator's own key (PEM, RSA) and certificate. Raises `Refused`."""
    try:
        key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
        certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise Refused(
            Message(
                "Không đọc được khóa ký chứng nhận {file}: {reason}",
                {"file": key_file.name, "reason": str(error)},
            )
        ) from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise Refused(
            Message("Khóa ký chứng nhận {file} phải là khóa RSA", {"file": key_file.name})
        )
    if key.public_key() != certificate.public_key():
        raise Refused(
            Message(
                "Khóa ký {file} không khớp chứng thư {certificate}",
                {"file": key_file.name, "certificate": certificate_file.name},
            )
        )
    return Signer(key, certificate)


def load_or_make_signer(folder: Path, *, authority: str, at: dt.datetime) -> Signer:
    """The signer kept in ``folder``; made there (files 0600) when there is none yet.

    Two processes that start together agree: whoever writes first wins and both read that one.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key_file, certificate_file = folder / KEY_FILE, folder / CERTIFICATE_FILE
    if not certificate_file.exists():
        # One file holds both, written whole and put in place at once by `link`, which refuses
        # to replace: no reader ever sees the key of one process and the certificate of another.
        bundle = _demonstration_bundle(authority, at)
        descriptor, draft = tempfile.mkstemp(dir=folder)  # 0600
        with os.fdopen(descriptor, "wb") as file:
            file.write(bundle)
        with contextlib.suppress(FileExistsError):
            os.link(draft, certificate_file)
        Path(draft).unlink()
    return load_signer(key_file if key_file.exists() else certificate_file, certificate_file)


def check_signature(pdf: bytes, certificate: x509.Certificate) -> SignatureCheck:
    """Judge the signature of ``pdf`` against our ``certificate``. Never raises for a bad file.

    A hostile file may take all the time and memory there is: give those of strangers to a walled
    child (`hub.portal.paper_desk`).
    """
    signed = signed_part(pdf)
    try:
        reader = PdfFileReader(io.BytesIO(signed or pdf))
        if reader.encrypted:
            return _unsigned(LOCKED)
        signatures = reader.embedded_signatures
        keywords = str(reader.trailer["/Info"].get("/Keywords", ""))
    except _UNREADABLE:
        return _unsigned(UNREADABLE)
    if not signed or not signatures:
        return _unsigned(NOT_SIGNED)
    own = _as_asn1(certificate)
    trust = ValidationContext(trust_roots=[own], allow_fetching=False)
    try:
        embedded = signatures[-1]
        status = validate_pdf_signature(embedded, signer_validation_context=trust)
        whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    except (SignatureValidationError, *_UNREADABLE):
        return SignatureCheck(True, False, False, "", "", ODD_SIGNATURE)
    intact = bool(status.intact and status.valid and whole)
    ours = embedded.signer_cert.sha256 == own.sha256
    added: Added = _added(signed, pdf) if intact and ours else "nothing"
    reason = None
    if not intact:
        reason = CHANGED
    elif not ours:
        reason = FOREIGN
    elif added == "over":
        reason = COVERED
    elif added == "harmless":
        reason = RESAVED
    name = embedded.signer_cert.subject.human_friendly
    unbroken = intact and added == "nothing"
    return SignatureCheck(True, unbroken, ours, name, keywords, reason, added)


def _added(signed: bytes, pdf: bytes) -> Added:
    try:
        return judge_added(signed, pdf)
    except _UNREADABLE:
        return "over"  # what a reader would show of it, nobody knows


def _unsigned(reason: Message) -> SignatureCheck:
    return SignatureCheck(False, False, False, "", "", reason)


def _as_asn1(certificate: x509.Certificate) -> Any:
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    return next(iter(load_certs_from_pemder_data(pem)))


def _no_chain() -> Any:
    store: Callable[[], Any] = SimpleCertificateStore
    return store()


def _demonstration_bundle(authority: str, at: dt.datetime) -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, authority[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, "Một Chạm - khóa trình diễn, tự ký"),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - dt.timedelta(days=1))
        .not_valid_after(at + dt.timedelta(days=365 * DEMONSTRATION_YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)
