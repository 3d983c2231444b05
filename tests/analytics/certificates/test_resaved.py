"""A signed file that went through other hands: what was signed still holds, or was drawn over."""

from __future__ import annotations

import datetime as dt
import io

import pypdf
import pytest
from pypdf.annotations import FreeText, Highlight, Line
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    StreamObject,
    TextStringObject,
)

from analytics.certificates.certificate_pdf import Facts, Press, make_signed_paper
from analytics.certificates.resaved import signed_part
from analytics.certificates.signing import Signer, check_signature

FACTS = Facts(
    number="MC-2026-000123-7KQ2ZDWF",
    full_name="Vũ Thị Mẫu B",
    unit="",
    programme="Chuyển đổi số",
    issued_at=dt.datetime(2026, 2, 4, tzinfo=dt.UTC),
    authority="Đơn vị cấp",
    signer="Thủ trưởng",
    place="Hà Nội",
    verify_url="https://motcham.example/verify/MC-2026-000123-7KQ2ZDWF",
    sample=True,
)


@pytest.fixture(scope="module")
def paper(signer: Signer) -> bytes:
    return make_signed_paper(Press(), signer, FACTS)


def writer_on(paper: bytes) -> pypdf.PdfWriter:
    """Adds to the end of the file, as editors do that keep signatures."""
    return pypdf.PdfWriter(io.BytesIO(paper), incremental=True)


def saved(writer: pypdf.PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def annotated(paper: bytes, annotation: object) -> bytes:
    writer = writer_on(paper)
    writer.add_annotation(0, annotation)  # type: ignore[arg-type]
    return saved(writer)


def note(rect: tuple[float, float, float, float]) -> FreeText:
    return FreeText(text="ĐÃ NHẬN", rect=rect)


def test_the_signed_part_is_found_whatever_follows(paper: bytes) -> None:
    assert signed_part(paper) == paper
    assert signed_part(paper + b"\n% more") == paper
    assert signed_part(b"%PDF-1.7 /ByteRange [0 5 3 900]") == b""
    assert signed_part(b"") == b""


def with_metadata(paper: bytes) -> bytes:
    writer = writer_on(paper)
    writer.add_metadata({"/Producer": "Kho lưu trữ"})
    return saved(writer)


@pytest.mark.parametrize(
    "change",
    [
        lambda paper: paper + b"\n",
        lambda paper: paper + b"\r\n\0\0",
        lambda paper: paper + b"\n%",
        with_metadata,
        lambda paper: annotated(paper, note((5, 5, 60, 20))),
        lambda paper: annotated(paper, note((500, 2, 700, 24))),
        lambda paper: annotated(annotated(paper, note((5, 5, 60, 20))), note((700, 575, 800, 590))),
    ],
    ids=["newline", "blanks", "comment", "metadata", "margin", "foot", "two"],
)
def test_what_was_signed_still_holds_after_something_harmless(
    paper: bytes, signer: Signer, change
) -> None:
    file = change(paper)
    assert file != paper
    check = check_signature(file, signer.certificate)
    assert (check.signed, check.unbroken, check.ours, check.added) == (
        True,
        False,
        True,
        "harmless",
    )
    assert check.keywords == FACTS.number
    assert "lưu lại" in str(check.reason)


def over_contents(paper: bytes) -> bytes:
    writer = writer_on(paper)
    page = writer.pages[0]
    drawn = StreamObject()
    drawn.set_data(b"0 0 842 595 re f")
    page[NameObject("/Contents")] = ArrayObject([writer._add_object(drawn)])
    return saved(writer)


def turned(paper: bytes) -> bytes:
    writer = writer_on(paper)
    writer.pages[0][NameObject("/CropBox")] = ArrayObject(map(FloatObject, (0, 0, 400, 300)))
    return saved(writer)


def another_page(paper: bytes) -> bytes:
    writer = writer_on(paper)
    writer.add_blank_page(842, 595)
    return saved(writer)


def runs_something(paper: bytes) -> bytes:
    writer = writer_on(paper)
    action = {"/S": "/JavaScript", "/JS": "app.alert(1)"}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {NameObject(key): TextStringObject(value) for key, value in action.items()}
    )
    return saved(writer)


@pytest.mark.parametrize(
    "change",
    [
        lambda paper: annotated(paper, note((200, 280, 640, 340))),
        lambda paper: annotated(paper, note((0, 0, 842, 595))),
        lambda paper: annotated(
            paper,
            Highlight(
                rect=(5, 5, 20, 20),
                quad_points=ArrayObject(map(FloatObject, (200, 340, 640, 340, 200, 280, 640, 280))),
            ),
        ),
        lambda paper: annotated(paper, Line(p1=(100, 300), p2=(700, 310), rect=(5, 5, 20, 20))),
        over_contents,
        turned,
        another_page,
        runs_something,
        lambda paper: paper + b"\nxref\n0 1\ntrailer << /Size 9 >>\nstartxref\n99\n%%EOF",
    ],
    ids=["name", "page", "quad points", "line", "contents", "crop", "page two", "action", "broken"],
)
def test_what_is_drawn_over_or_turned_is_bad(paper: bytes, signer: Signer, change) -> None:
    check = check_signature(change(paper), signer.certificate)
    assert (check.unbroken, check.added) == (False, "over")
    assert "vẽ đè" in str(check.reason)


def test_a_file_with_a_password_is_said_to_have_one(paper: bytes, signer: Signer) -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(Press().print(FACTS)))
    writer.encrypt("bí mật", algorithm="AES-256")
    check = check_signature(saved(writer), signer.certificate)
    assert "mật khẩu" in str(check.reason)


def test_a_file_that_another_program_wrote_anew_is_sent_to_its_number(
    paper: bytes, signer: Signer
) -> None:
    writer = pypdf.PdfWriter()
    writer.append(io.BytesIO(paper))
    check = check_signature(saved(writer), signer.certificate)
    assert not check.ours or not check.unbroken
    assert check.reason is not None
