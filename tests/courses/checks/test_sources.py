"""Sources can be looked up: a document with a number or a known draft, and a place in it."""

import pytest

from courses import load_course
from courses.checks.sources import unresolvable

BEGINS = "Văn bản dùng trong bài: "


def told(course_folder, sources, task="Chọn đi."):
    [lesson] = load_course(course_folder).lessons
    lesson.source["cells"][0]["source"] = task
    lesson.source["cells"][-1]["source"] = sources
    found = list(unresolvable(lesson))
    assert {one.severity for one in found} <= {"warning"}
    return [str(one.message) for one in found]


@pytest.mark.parametrize(
    "sources",
    [
        BEGINS + "QĐ 749/QĐ-TTg ngày 03/6/2020, mục II, khoản 1; mục IV, khoản 5, điểm a.",
        BEGINS + "Nghị định 47/2020/NĐ-CP, các Điều 9 và 17. Số liệu của xã là giả định.",
        BEGINS + "dự thảo Kế hoạch chuyển đổi số quốc gia\nnăm 2025, mục I, điểm b.",
        "**Nguồn.** Công văn 16-CV/BCSĐ ngày 26/5/2021, mẫu nghị quyết, mục II. QĐ 1970/QĐ-BTTTT,"
        " Phụ lục I.",
        "## Kết\n\nMang về.\n\n"
        + BEGINS
        + "Thông tư 02/2025/TT-BGDĐT, miền 6.\nNgoài tập tài liệu của khóa học, anh chị mở bản gốc"
        " trước khi trích: Luật 91/2025/QH15; Nghị quyết 202/2025/QH15.",
        "Sources: Decision 749/QĐ-TTg, section II, clause 1.",
    ],
)
def test_what_a_reader_can_look_up_is_no_finding(course_folder, sources):
    assert told(course_folder, sources) == []


def test_a_lesson_without_sources_says_how_to_name_them(course_folder):
    [said] = told(course_folder, "Hết.")
    assert "đoạn bắt đầu bằng “Văn bản dùng trong bài:”" in said


def test_a_document_without_a_place_and_one_that_nobody_knows_are_named(course_folder):
    found = told(
        course_folder,
        BEGINS + "QĐ 749/QĐ-TTg ngày 03/6/2020; QĐ 64/QĐ-BTTTT, mục 4; một cuốn sách hay.",
    )
    assert found == [
        "nguồn “QĐ 749/QĐ-TTg ngày 03/6/2020” chưa nói ở điều, khoản, mục hay phụ lục nào",
        "nguồn “một cuốn sách hay” không có số hiệu và không phải tài liệu đã biết; ghi rõ văn bản"
        " nào",
    ]


def test_a_source_document_that_the_text_refers_to_stands_among_the_sources(course_folder):
    sources = BEGINS + "QĐ 749/QĐ-TTg, mục II."
    found = told(course_folder, sources, "Theo QĐ 186/QĐ-BTTTT và công văn 12/UBND-VX của xã Mẫu.")
    assert found == ["bài dẫn văn bản 186/QĐ-BTTTT mà phần nguồn ở cuối bài không có"]
    assert told(course_folder, sources, "Theo QĐ 749/QĐ-TTg, mục II.") == []
