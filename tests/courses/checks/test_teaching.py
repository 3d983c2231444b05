"""An exercise has a hint, and its test has words for a mistake."""

from dataclasses import replace

from courses import load_course
from courses.checks.teaching import untaught


def lesson_of(course_folder, old="", new=""):
    path = course_folder / "lessons" / "01.ipynb"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    [lesson] = load_course(course_folder).lessons
    return lesson


def told(lesson):
    return [str(one) for one in untaught(lesson)]


def test_a_hint_and_words_for_a_mistake_are_enough(course_folder):
    assert told(lesson_of(course_folder)) == []


def test_an_exercise_without_a_hint_is_named_but_in_an_exam(course_folder):
    lesson = lesson_of(course_folder, "#| hint: Đọc lại đề.\\n", "")
    assert told(lesson) == ["lessons/01.ipynb (cham): bài tập chưa có gợi ý (hint)"]
    assert told(replace(lesson, exam=True)) == []


def test_a_test_that_says_nothing_is_named(course_folder):
    lesson_of(course_folder, ', \\"Anh chị chưa chọn.\\"', "")
    [said] = told(lesson_of(course_folder, ', \\"Chưa đúng.\\"', ""))
    assert "phép thử không nói gì" in said
    assert (
        told(lesson_of(course_folder, "### END HIDDEN", 'print(\\"Xem lại.\\")\\n### END HIDDEN'))
        == []
    )
