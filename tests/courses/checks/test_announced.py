"""A lesson keeps what it announces."""

import pytest

from courses import load_course
from courses.checks.announced import opening, parts, untrue_announcements
from courses.checks.check import check_lesson
from skills_framework.framework import load_framework

TRUE = """## Chào
| Phần | Việc | Thời gian |
|---|---|---|
| Đọc | Hai ý | 2 phút |
| Làm | Một bài tập, chấm ngay khi nộp | 5 phút |

- Chặng 1, đọc: 2 phút
- Chặng 2, làm: 5 phút
"""


def announced(course_folder, text):
    """What is told of a little lesson (2 minutes to read, 5 to do, one exercise) that opens so."""
    [lesson] = load_course(course_folder).lessons
    lesson.source["cells"][0]["source"] = text
    found = list(untrue_announcements(lesson))
    assert {problem.severity for problem in found} <= {"warning"}
    return [str(problem) for problem in found]


@pytest.mark.parametrize("text", [TRUE, "## Chào\nKhông báo gì.", ""])
def test_what_is_true_or_not_announced_is_no_finding(course_folder, text):
    assert announced(course_folder, text) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("| 2 phút |", "| 3 phút |", "phần mở đầu báo 3 phút đọc, bài có 2"),
        ("| 5 phút |", "| 62 phút |", "phần mở đầu báo 62 phút làm, bài có 5"),
        ("Một bài tập", "Tám bài tập", "phần mở đầu báo 8 bài tập, bài có 1"),
        ("Một bài tập", "mười lăm bài tập", "phần mở đầu báo 15 bài tập, bài có 1"),
        ("Một bài tập", "Làm 12 bài tập", "phần mở đầu báo 12 bài tập, bài có 1"),
        ("đọc: 2 phút", "đọc: 4 phút", "các chặng cộng lại 9 phút, bài có 7"),
    ],
)
def test_another_number_than_the_lesson_has_is_told(course_folder, old, new, said):
    [told] = announced(course_folder, TRUE.replace(old, new))
    assert told == f"lessons/01.ipynb: {said}"


def test_the_check_of_a_lesson_tells_it(course_folder):
    [lesson] = load_course(course_folder).lessons
    lesson.source["cells"][0]["source"] = TRUE.replace("Một bài tập", "Hai bài tập")
    found = [str(problem) for problem in check_lesson(lesson, load_framework())]
    assert found == ["lessons/01.ipynb: phần mở đầu báo 2 bài tập, bài có 1"]


def test_a_unit_longer_than_ten_minutes_is_told(course_folder):
    told = announced(course_folder, TRUE.replace("làm: 5 phút", "làm: 12 phút"))
    assert "Chặng 2 dài 12 phút; một chặng nên xong trong 10 phút" in told[-1]


def test_a_sentence_announces_as_rows_do(course_folder):
    rows = "| Phần | Ý | Thời gian |\n|---|---|---|\n| 1 | Đếm | 5 phút |\n| 2 | So | 12 phút |\n"
    told = announced(course_folder, rows + "\nCả bài: đọc 9 phút, làm ba bài tập 8 phút.\n")
    assert len(told) == 5
    assert "Phần 2 dài 12 phút" in told[-1]


def test_numbers_that_are_no_announcement_are_left_alone(course_folder):
    words = "Làm bài tập hằng ngày 62 phút.\n\n| Lớp | Làm gì | 90 phút |\n"
    assert announced(course_folder, TRUE + words) == []


def test_every_lesson_that_is_taught_announces_its_minutes_and_exercises(real_course):
    for lesson in real_course.lessons:
        assert {which for which, _, _ in parts(opening(lesson))} == {"read", "do"}
        assert list(untrue_announcements(lesson)) == []
