"""The paper: PDF/A, Vietnamese that can be searched, a signature that notices every change."""

from __future__ import annotations

import datetime as dt
import io
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from analytics.certificates.certificate_pdf import (
    SAMPLE,
    Facts,
    Press,
    make_signed_paper,
)
from analytics.certificates.credential import make_credential, public_key, read_credential
from analytics.certificates.signing import Signer, check_signature, load_or_make_signer, load_signer
from core.messages import Refused

FACTS = Facts(
    number="MC-2026-000123-7KQ2ZDWF",
    full_name="Đặng Thị Ngọc Ánh Nguyễn Hữu Khuyến (mẫu)",
    unit="Ủy ban nhân dân xã Nghĩa Thuận",
    programme="Bồi dưỡng, tập huấn về chuyển đổi số cho 10.000 cán bộ",
    issued_at=dt.datetime(2026, 2, 4, 18, 30, tzinfo=dt.UTC),
    authority="Đơn vị cấp",
    signer="Thủ trưởng",
    place="Hà Nội",
    verify_url="https://motcham.example/services/portal/verify/MC-2026-000123-7KQ2ZDWF",
    sample=True,
)


@pytest.fixture(scope="module")
def press() -> Press:
    return Press()


@pytest.fixture(scope="module")
def paper(press: Press, signer: Signer) -> bytes:
    return make_signed_paper(press, signer, FACTS)


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def test_the_paper_is_one_page_of_pdf_a_2u_and_of_pdf_1_7(paper: bytes) -> None:
    reader = read(paper)
    assert len(reader.pages) == 1
    assert reader.pdf_header == "%PDF-1.7"
    assert "/Version" not in reader.trailer["/Root"]  # signing must not lift it to 2.0
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>U</pdfaid:conformance>" in xmp
    assert reader.trailer["/Root"]["/OutputIntents"]


def test_names_can_be_found_in_the_text(paper: bytes) -> None:
    text = read(paper).pages[0].extract_text()
    for words in (
        FACTS.full_name,
        FACTS.number,
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "GIẤY CHỨNG NHẬN",
        "Hà Nội, ngày 05 tháng 02 năm 2026",  # the day in Việt Nam, not in UTC
    ):
        assert words in text


def test_a_demonstration_says_so_and_the_real_one_does_not(press: Press) -> None:
    sample = read(press.print(FACTS))
    real = read(press.print(replace(FACTS, sample=False)))
    assert SAMPLE in sample.pages[0].extract_text()
    assert SAMPLE in str(sample.metadata.title)
    assert SAMPLE not in real.pages[0].extract_text()


def test_the_longest_name_stays_on_one_page(press: Press) -> None:
    long = replace(FACTS, full_name="Nguyễn " * 20, unit="Ủy ban nhân dân " * 12)
    assert len(read(press.print(long)).pages) == 1


def test_markup_in_a_name_is_only_text(press: Press) -> None:
    name = '#panic("x") *đậm* $x$ \\ <a> @ref `m`'
    assert name in read(press.print(replace(FACTS, full_name=name))).pages[0].extract_text()


def test_two_threads_may_print(press: Press) -> None:
    numbers = [f"MC-2026-{n:06d}-7KQ2ZDWF" for n in range(20)]
    with ThreadPoolExecutor(2) as threads:
        papers = list(threads.map(lambda n: press.print(replace(FACTS, number=n)), numbers))
    for number, paper in zip(numbers, papers, strict=True):
        assert number in read(paper).pages[0].extract_text()


def test_our_signature_is_known_and_the_number_is_read_from_the_file(
    paper: bytes, signer: Signer
) -> None:
    check = check_signature(paper, signer.certificate)
    assert (check.signed, check.unbroken, check.ours, check.reason) == (True, True, True, None)
    assert check.keywords == FACTS.number


def test_a_changed_byte_an_added_tail_and_no_signature_are_noticed(
    paper: bytes, press: Press, signer: Signer
) -> None:
    changed = bytearray(paper)
    changed[5000] ^= 1
    for file in (bytes(changed), paper + b"\n%", press.print(FACTS), b"", b"khong phai PDF"):
        check = check_signature(file, signer.certificate)
        assert not (check.unbroken and check.ours)
        assert check.reason is not None


def test_a_signature_by_somebody_else_is_not_ours(
    press: Press, signer: Signer, tmp_path: Path
) -> None:
    other = load_or_make_signer(tmp_path, authority="Kẻ khác", at=dt.datetime.now(dt.UTC))
    check = check_signature(make_signed_paper(press, other, FACTS), signer.certificate)
    assert (check.unbroken, check.ours) == (True, False)


def test_the_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    at = dt.datetime.now(dt.UTC)
    with ThreadPoolExecutor(4) as threads:
        signers = list(
            threads.map(
                lambda _: load_or_make_signer(folder, authority="Đơn vị cấp", at=at), range(4)
            )
        )
    assert len({one.certificate.serial_number for one in signers}) == 1
    assert [stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()] == [0o600]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_key_that_does_not_fit_its_certificate_is_refused(tmp_path: Path) -> None:
    at = dt.datetime.now(dt.UTC)
    for name in ("a", "b"):
        load_or_make_signer(tmp_path / name, authority=name, at=at)
    first, second = (next((tmp_path / name).iterdir()) for name in ("a", "b"))
    with pytest.raises(Refused, match="không khớp"):
        load_signer(first, second)
    with pytest.raises(Refused, match="Không đọc được"):
        load_signer(tmp_path / "khong-co", second)


def test_the_credential_is_open_badges_3_and_only_ours_is_read(
    signer: Signer, tmp_path: Path
) -> None:
    token = make_credential(signer, FACTS, issuer_url="https://motcham.example/")
    claims = read_credential(token, signer)
    assert claims is not None
    assert "OpenBadgeCredential" in claims["type"]
    assert claims["credentialSubject"]["achievement"]["name"] == FACTS.programme
    assert claims["validFrom"] == "2026-02-04T18:30:00+00:00"
    other = load_or_make_signer(tmp_path, authority="Kẻ khác", at=dt.datetime.now(dt.UTC))
    assert read_credential(token, other) is None
    assert read_credential("khong.phai.jwt", signer) is None
    assert "d" not in public_key(signer)  # never the private part


# --- names that are hard on a printer ----------------------------------------------------------

LONG_NAMES = {
    "many words": "Công Tằng Tôn Nữ Thị Hoàng Mẫu Phương Thảo Nguyên An Bình Minh Châu Ngọc Bảo "
    "Trân Kim Ngân Thúy Vy Hồng Hạnh Diễm My Mỹ Duyên Thiên Kim",
    "one word": "Nguyễn" * 25,
    "wide letters": "M" * 200,
    "many marks": "Ễ" * 200,
    "long after short": "Lê " + "Ư" * 190,
}


@pytest.mark.parametrize("name", LONG_NAMES.values(), ids=LONG_NAMES)
def test_a_long_name_stays_between_the_frames(name: str) -> None:
    import numpy as np
    import typst
    from PIL import Image

    from analytics.certificates.certificate_pdf import _TEMPLATE, _on_paper

    def picture(full_name: str) -> np.ndarray:
        facts = json.dumps(_on_paper(replace(FACTS, full_name=full_name)), ensure_ascii=False)
        drawn = typst.compile(
            _TEMPLATE.encode(),
            format="png",
            ppi=72,
            sys_inputs={"facts": facts},
            ignore_system_fonts=True,
        )
        assert isinstance(drawn, bytes), "more than one page"
        return np.asarray(Image.open(io.BytesIO(drawn)).convert("L")).astype(int)

    long, short = picture(name), picture("Lê An")
    assert (long != short).any(), "the name is not there at all"
    edge = 60  # points: less than the margin, more than the frames
    for strip in (np.s_[:, :edge], np.s_[:, -edge:], np.s_[:40, :], np.s_[-36:, :]):
        assert (long[strip] == short[strip]).all()
