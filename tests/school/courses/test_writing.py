"""Lessons written on forms: every kind passes the course's own check and is marked as it says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lesson_drafts import DRAFTS

import courses
from core.messages import Refused
from courses.writing.draft import BY_HAND
from graders import Marker
from school.courses import publishing, writing

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"
    b"\x90wS\xde"
)


@pytest.fixture
def files() -> dict[str, bytes]:
    made = publishing.template_files("so-lieu", "Số liệu (mẫu)", "4.1")
    return writing.empty_course(made, "Bài 1")


def opened(files: dict[str, bytes], lesson: str = "bai-1") -> writing.Opened:
    found = writing.open_lesson(files, lesson)
    assert found is not None
    return found


def kept(files: dict[str, bytes], change: writing.Change) -> dict[str, bytes]:
    left = {path: held for path, held in files.items() if path not in change.remove}
    return {**left, **change.write}


@pytest.mark.slow
def test_every_kind_passes_the_check_of_a_course(files: dict[str, bytes]) -> None:
    for draft in DRAFTS.values():
        files = kept(files, writing.save_exercise(opened(files), draft))
    about = {"title": "Số liệu", "title_en": "Figures", "summary": "Đọc được số liệu."}
    files = kept(files, writing.save_about(files, about))
    course = publishing.load_files(files)
    assert len(course.lessons[0].exercises) == len(DRAFTS)
    with Marker() as marker:
        found = publishing.check(course, marker)
    assert [str(one) for one in found if one.severity == "error"] == []
    by_hand = [one for one in course.lessons[0].exercises if one.rubric]
    assert len(by_hand) == len(BY_HAND)


@pytest.mark.parametrize(
    ("kind", "answer", "points", "said"),
    [
        ("single", "'a1'", 0, "Đoán thì không ai kiểm tra được."),
        ("single", "'a2'", 2, ""),
        ("multiple", "['a2']", 0, "Quy tắc phải viết ra chứ?"),
        ("text", "'mẫu hai.'", 2, ""),
        ("text", "'xã mẫu  một'", 0, "Nhìn cột “Số hồ sơ”."),
        ("number", "tong * 0.4", 0, "Đó là phần còn lại."),
        ("number", "tong", 0, "Tính 60% của"),
        (
            "table",
            "[{'c1': 'Xã Mẫu Một', 'c2': 58.34, 'c3': 'a2', 'c4': 'Một'},"
            " {'c1': 'Xã Mẫu Hai', 'c2': 7, 'c3': 'a1', 'c4': 'hai'}]",
            1,
            "Lấy số trên mạng chia cho tổng.",
        ),
    ],
)
@pytest.mark.slow
def test_a_mistake_earns_what_it_should_and_hears_its_own_word(
    files: dict[str, bytes], kind: str, answer: str, points: float, said: str
) -> None:
    change = writing.save_exercise(opened(files), DRAFTS[kind])
    lesson = opened(kept(files, change)).lesson
    own, _handed = courses.lesson_for(courses.write_notebook(lesson.source), 3)
    submitted = courses.read_notebook(own)
    place = next(n for n, one in enumerate(submitted["cells"]) if one["id"] == "bai-1-tra-loi")
    name = "tra_loi_bai_1"
    cell = submitted["cells"][place]
    cell["source"] = cell["source"].replace(f"{name} = None", f"{name} = {answer}")
    source = courses.variant(lesson.source, 3)
    with Marker() as marker:
        marks = marker.mark(
            courses.write_notebook(source), courses.write_notebook(submitted), mode="strict"
        )
    (one,) = marks.cells
    assert one.points == points
    assert said in (one.feedback or "")


def test_a_piece_changed_meanwhile_is_not_written_over(files: dict[str, bytes]) -> None:
    files = kept(files, writing.save_exercise(opened(files), DRAFTS["single"]))
    seen = next(one for one in opened(files).pieces if one.name == "bai-1").digest
    other = replace(DRAFTS["single"], title="Của người khác")
    files = kept(files, writing.save_exercise(opened(files), other, piece="bai-1", seen=seen))
    with pytest.raises(Refused, match="vừa được sửa ở nơi khác"):
        writing.save_exercise(opened(files), DRAFTS["single"], piece="bai-1", seen=seen)


def test_a_picture_is_put_in_and_leaves_with_the_text_that_showed_it(
    files: dict[str, bytes],
) -> None:
    held, shown = writing.with_upload(opened(files), "Biểu Đồ 1.PNG", PNG, "Cột [xanh] cao hơn")
    assert shown == "![Cột (xanh) cao hơn](../media/bieu-do-1.png)"
    change = writing.with_files(writing.save_text(opened(files), shown, piece="chu-1"), held)
    files = kept(files, change)
    assert files["media/bieu-do-1.png"] == PNG
    again, _shown = writing.with_upload(opened(files), "bieu-do-1.png", PNG + b"x", "Cột đỏ")
    assert list(again) == ["media/bieu-do-1-2.png"], "another picture of the same name"
    gone = writing.save_text(opened(files), "Chỉ chữ", piece="chu-1")
    assert gone.remove == ("media/bieu-do-1.png",)


def test_a_picture_that_another_lesson_shows_stays(files: dict[str, bytes]) -> None:
    held, shown = writing.with_upload(opened(files), "a.png", PNG, "Cột xanh cao hơn")
    change = writing.with_files(writing.save_text(opened(files), shown, piece="chu-1"), held)
    files = kept(files, change)
    files = kept(files, writing.add_lesson(files, "Bài hai", "Two", "5"))
    two = writing.save_text(opened(files, "bai-hai"), shown, piece="chu-1")
    files = kept(files, two)
    assert writing.save_text(opened(files), "Chỉ chữ", piece="chu-1").remove == ()


@pytest.mark.parametrize(
    ("name", "content", "words", "field", "why"),
    [
        ("", b"", "Cột xanh", "upload", "Nhận hình và tệp kiểu .png"),
        ("a.exe", b"MZ", "Cột xanh", "upload", "Nhận hình và tệp kiểu"),
        ("a.svg", b"<svg>", "Cột xanh", "upload", "Nhận hình và tệp kiểu"),
        ("a.png", b"khong phai hinh", "Cột xanh", "upload", "không phải kiểu .png"),
        ("a.png", PNG + b"x" * 300_001, "Cột xanh", "upload", "nhiều nhất 300 kB"),
        ("a.pdf", b"khong phai pdf", "Mẫu đơn", "upload", "a.pdf"),
        ("a.png", PNG, " ", "words", "Hãy viết hình cho thấy gì"),
        ("a.png", PNG, "hình 1", "words", "không nói hình cho thấy gì"),
    ],
)
def test_a_file_that_cannot_be_shown_is_refused_at_its_field(
    files: dict[str, bytes], name: str, content: bytes, words: str, field: str, why: str
) -> None:
    with pytest.raises(Refused) as refused:
        writing.with_upload(opened(files), name, content, words)
    assert why in str(refused.value.fields[field][0])


def test_a_document_becomes_a_link_that_the_release_carries(files: dict[str, bytes]) -> None:
    pdf = b"%PDF-1.4 mau don"
    held, shown = writing.with_upload(opened(files), "Mẫu đơn.pdf", pdf, "Mẫu đơn")
    assert shown == "[Mẫu đơn](../media/mau-don.pdf)"
    change = writing.with_files(writing.save_text(opened(files), shown, piece="chu-1"), held)
    release = courses.make_release(publishing.load_files(kept(files, change)))
    assert release.learner_files["media/mau-don.pdf"] == pdf


def test_lessons_are_added_with_names_of_their_own(files: dict[str, bytes]) -> None:
    for _ in range(2):
        files = kept(files, writing.add_lesson(files, "Dữ liệu mở", "Open data", "7,5"))
    lessons = publishing.load_files(files).lessons
    assert [one.slug for one in lessons] == ["bai-1", "du-lieu-mo", "du-lieu-mo-2"]
    assert lessons[2].theory_minutes == 7.5
    files = kept(files, writing.remove_lesson(files, "du-lieu-mo"))
    assert len(publishing.load_files(files).lessons) == 2
    with pytest.raises(Refused) as refused:
        writing.add_lesson(files, "", "x", "0")
    assert "title" in refused.value.fields
