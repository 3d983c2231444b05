"""The public page that judges a certificate: strangers' files, numbers as people paste them, papers
that were handed out, and what may be mended after."""

from __future__ import annotations

import datetime as dt
import re
import time
import zlib
from typing import Any
from urllib.parse import quote

import pytest
from stocked import certify

from records.people import persons
from records.platform import audit
from records.tables.assessment import Certificate, CertificatePaper


async def hand_in(site: Any, content: bytes, headers: Any = None) -> Any:
    browser = site.as_(None)
    await browser.get("verify")
    edge = b"----motcham"
    body = b"\r\n".join(
        [
            b"--" + edge,
            b'Content-Disposition: form-data; name="_xsrf"',
            b"",
            (await browser.xsrf()).encode(),
            b"--" + edge,
            b'Content-Disposition: form-data; name="file"; filename="a.pdf"',
            b"Content-Type: application/pdf",
            b"",
            content,
            b"--" + edge + b"--",
            b"",
        ]
    )
    kind = {"Content-Type": "multipart/form-data; boundary=" + edge.decode(), **(headers or {})}
    return await browser.ask("POST", "verify", body=body, headers=kind)


def bomb() -> bytes:
    """A file of 200 bytes whose cross-reference stream lists a thousand million objects that take
    no room in it."""
    rows, head = zlib.compress(b"\1"), b"%PDF-1.7\n"
    listed = b"<< /Type /XRef /Size 1000000000 /W [0 0 0] /Root 1 0 R /Filter /FlateDecode "
    stream = b"/Length %d >>\nstream\n%s\nendstream\nendobj\n" % (len(rows), rows)
    return head + b"1 0 obj\n" + listed + stream + b"startxref\n%d\n%%%%EOF" % len(head)


# --- strangers' files ----------------------------------------------------------------------------


async def test_a_file_made_to_burst_its_reader_hurts_nobody(site: Any) -> None:
    began = time.monotonic()
    assert len(bomb()) < 300
    answer = await hand_in(site, bomb())
    assert answer.status == 200
    assert "không phải tệp pdf đọc được" in answer.text.lower()
    assert time.monotonic() - began < 60
    assert (await site.as_(None).get("verify")).status == 200


async def test_a_learner_whose_name_cannot_be_printed_reads_which_letters(site: Any) -> None:
    with site.records.begin() as session:
        persons.find_person(session, "an").full_name = "Ｎguyễn Thị An"
    for path in ("", "marks"):
        assert "không in được lên giấy: Ｎ" in (await site.as_("an").get(path)).text
    assert "không in được" not in (await site.as_("binh").get("marks")).text


async def test_files_of_one_address_are_looked_into_only_so_often(site: Any) -> None:
    for _ in range(20):
        answer = await hand_in(site, b"%PDF-1.7\nnothing")
        if answer.status == 429:
            break
    assert answer.status == 429
    assert "theo số" in answer.text


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04 rest", "Word, Excel, không phải PDF"),
        (b"\xff\xd8\xff\xe0", "ảnh"),
        (b"Rar!\x1a\x07", "rar"),
        (b"", "Tệp trống"),
        (b"xin chao", "không phải tệp PDF"),
        (b"%PDF-1.7" + b"0" * 5_500_000, "lớn hơn 5 MB"),
    ],
    ids=["zip", "picture", "rar", "empty", "text", "large"],
)
async def test_what_is_no_certificate_is_named(site: Any, content: bytes, says: str) -> None:
    answer = await hand_in(site, content)
    assert answer.status in (200, 413)
    assert says in answer.text


async def test_a_file_larger_than_any_form_is_named_too(site: Any) -> None:
    answer = await hand_in(site, b"%PDF-1.7" + b"0" * 27_000_000)
    assert answer.status == 413
    assert "lớn hơn 5 MB" in answer.text


async def test_a_form_without_its_token_is_refused(site: Any) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\na\r\n--x--\r\n'
    answer = await site.as_(None).ask("POST", "verify", body=body, headers=kind)
    assert answer.status == 403


# --- papers that were handed out -----------------------------------------------------------------


async def test_a_paper_is_the_same_each_time_and_known_at_sight(site: Any) -> None:
    number = certify(site)
    first = await site.as_("an").get(f"certificates/{number}.pdf")
    again = await site.as_("bo").get(f"certificates/{number}.pdf")
    assert first.status == 200
    assert first.body == again.body
    site.portal.desk.examine = None  # nothing has to look into it
    answer = await hand_in(site, first.body)
    assert "tệp nguyên vẹn" in answer.text
    assert number in answer.text
    resaved = await hand_in(site, first.body + b"\r\n")
    assert "lưu lại sau khi ký" in resaved.text
    assert number in resaved.text


async def test_a_paper_with_metadata_added_is_told_apart_with_its_number(site: Any) -> None:
    import io

    import pypdf

    number = certify(site)
    paper = (await site.as_("an").get(f"certificates/{number}.pdf")).body
    writer = pypdf.PdfWriter(io.BytesIO(paper), incremental=True)
    writer.add_metadata({"/Producer": "Kho lưu trữ"})
    out = io.BytesIO()
    writer.write(out)
    answer = await hand_in(site, out.getvalue())
    assert "lưu lại sau khi ký" in answer.text
    assert number in answer.text


async def test_a_paper_that_cannot_be_printed_is_a_sentence_and_can_be_mended(site: Any) -> None:
    number = certify(site)
    with site.records.begin() as session:  # as an older version may have issued it
        session.get(Certificate, number).full_name = "阮文范"
    answer = await site.as_("an").get(f"certificates/{number}.pdf")
    assert answer.status == 422
    assert "không in được" in answer.text
    await site.as_("bo").post_form(
        f"certificates/{number}", act="correct", full_name="Nguyễn Văn Phạm", reason="Tên chữ Hán"
    )
    assert (await site.as_("an").get(f"certificates/{number}.pdf")).status == 200


async def test_a_corrected_name_keeps_the_number_and_supersedes_the_old_paper(site: Any) -> None:
    number = certify(site)
    old = (await site.as_("an").get(f"certificates/{number}.pdf")).body
    site.clock.at += dt.timedelta(days=2)
    page = f"certificates/{number}"
    answer = await site.as_("bo").post_form(
        page, act="correct", full_name="Nguyễn Thị Ân (mẫu)", reason="Sai dấu"
    )
    assert answer.status == 302
    new = (await site.as_("an").get(f"certificates/{number}.pdf")).body
    assert new != old
    assert "giấy cũ" in (await hand_in(site, old)).text.lower()
    assert "tệp nguyên vẹn" in (await hand_in(site, new)).text
    public = (await site.as_(None).get(f"verify/{number}")).text
    assert "Nguyễn Thị Ân (mẫu)" in public
    with site.records.read() as session:
        papers = {paper.content: paper for paper in session.query(CertificatePaper)}
        assert set(papers) == {old, new}
        assert papers[old].superseded_at == site.clock.at
        (entry,) = [e for e in audit.entries(session) if e.action == "certificate.correct"]
        assert entry.detail == {"reason": "Sai dấu"}
        assert session.query(Certificate).count() == 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"full_name": "Nguyễn Thị Ân", "reason": " "}, "Phải ghi lý do"),
        ({"full_name": "阮", "reason": "x"}, "không in được"),
        ({"full_name": "", "reason": "x"}, "Chưa có họ tên"),
        ({"full_name": "Nguyễn Thị An (mẫu)", "reason": "x"}, "đã là như vậy"),
        ({"full_name": "Ng" * 150, "reason": "x"}, "dài quá"),
    ],
)
async def test_a_correction_that_cannot_be_is_refused_and_what_was_typed_stays(
    site: Any, fields: dict[str, str], says: str
) -> None:
    number = certify(site)
    answer = await site.as_("bo").post_form(f"certificates/{number}", act="correct", **fields)
    assert answer.status == 422
    assert says in answer.text


@pytest.mark.parametrize("username", ["an", "can-bo", "kiem", "thay"])
async def test_only_the_ministry_corrects_and_replaces(site: Any, username: str) -> None:
    number = certify(site)
    for act in ("correct", "again"):
        answer = await site.as_(username).post_form(
            f"certificates/{number}", act=act, full_name="Kẻ Gian", reason="x"
        )
        assert answer.status == 404


async def test_a_revocation_in_error_is_mended_by_a_new_certificate(site: Any) -> None:
    number = certify(site)
    page = f"certificates/{number}"
    bo = site.as_("bo")
    assert (await bo.post_form(page, act="again", reason="x")).status == 422  # not revoked yet
    await bo.post_form(page, reason="Nộp hộ bài")
    shown = (await bo.get(page)).text
    assert re.search(r'class="button"[^>]*\.pdf', shown) is None
    answer = await bo.post_form(page, act="again", reason="Thu hồi nhầm người")
    assert answer.status == 302
    fresh = answer.headers["Location"].rpartition("/")[2]
    assert fresh != number
    assert "Có hiệu lực" in (await site.as_(None).get(f"verify/{fresh}")).text
    assert "Đã thu hồi" in (await site.as_(None).get(f"verify/{number}")).text
    assert (await bo.post_form(page, act="again", reason="lần nữa")).status == 422
    assert fresh in (await bo.get(page)).text


# --- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "https://hoc.example.vn/services/portal/verify/{}",
        "Số: {}",
        "  {} . ",
        "Giấy chứng nhận số {} (Bộ)",
    ],
)
async def test_a_number_is_found_in_what_was_pasted(site: Any, typed: str) -> None:
    number = certify(site)
    answer = await site.as_(None).get("verify?number=" + quote(typed.format(number.lower())))
    assert answer.status == 302
    assert answer.headers["Location"].endswith(f"/verify/{number}")
