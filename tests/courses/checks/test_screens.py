"""No page of text longer than three screens of a phone without something to do."""

import pytest

from courses import load_course
from courses.checks.check import check_media
from courses.checks.screens import SCREEN, SCREENS, far_from_doing, height_of

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 200"></svg>'


def text(source, name="chu"):
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def paragraphs(count):
    """Each five lines on a phone."""
    return "\n\n".join(["chữ " * 43] * count)


def told(course_folder, *before):
    course = load_course(course_folder)
    [lesson] = course.lessons
    lesson.source["cells"][:0] = before
    return [str(one) for one in far_from_doing(lesson, course.media)]


# What Chromium shows of these at 360 pixels with the lesson page's styles.
@pytest.mark.parametrize(
    ("source", "pixels"),
    [
        ("chữ " * 43, 153),
        ("## Một tiêu đề ngắn", 48),
        ("- một\n- hai\n- ba", 110),
        ("| a | b |\n|---|---|\n| c | d |", 91),
    ],
)
def test_a_height_is_about_what_a_browser_shows(source, pixels):
    assert height_of(text(source), {}) == pytest.approx(pixels, rel=0.4)


def test_a_picture_counts_by_its_shape_and_a_number_of_ones_own_by_its_digits():
    shown = height_of(text("![Cột](../media/a.svg)"), {"media/a.svg": SVG})
    assert 600 < shown < 700
    assert height_of(text("![Cột](../media/khong-co.svg)"), {}) < shown / 2
    assert height_of(text("{{" + "ten_bien_rat_dai" * 20 + "}}"), {}) < 60
    assert height_of(text("<!--\n" + "x\n" * 200 + "-->"), {}) == 0


def test_three_screens_are_allowed_and_more_is_told_with_the_cell_it_begins_with(course_folder):
    fits = paragraphs(SCREENS * SCREEN // 153 - 2)
    assert told(course_folder, text(fits)) == []
    [said] = told(course_folder, text(paragraphs(10), "mo"), text(paragraphs(10), "tiep"))
    assert said.startswith("lessons/01.ipynb, ô số 1 (mo): khoảng 11")
    assert "dòng trên điện thoại chỉ để đọc, chưa có gì để làm (tối đa 71 dòng, là 3 màn" in said


def test_what_stands_behind_the_last_exercise_counts_for_itself(course_folder):
    course = load_course(course_folder)
    [lesson] = course.lessons
    lesson.source["cells"].insert(0, text(paragraphs(8), "mo"))
    lesson.source["cells"].append(text(paragraphs(8), "ket"))
    assert list(far_from_doing(lesson, course.media)) == []
    lesson.source["cells"].append(text(paragraphs(8), "nua"))
    [problem] = far_from_doing(lesson, course.media)
    assert "(nguon)" in str(problem.where)  # it begins behind the exercise


def test_a_lessons_announcement_is_not_read_through(course_folder):
    units = "\n".join(f"- Chặng {n}, một việc có tên khá dài: 9 phút" for n in range(1, 20))
    table = (
        "| Phần | Việc | Thời gian |\n|---|---|---|\n"
        "| Đọc | Hai ý | 2 phút |\n| Làm | Một bài tập | 5 phút |"
    )
    assert height_of(text(f"{table}\n\n{units}"), {}) < 30
    assert height_of(text(units.replace("phút", "trang")), {}) > SCREEN


def test_the_check_of_a_course_tells_it(course_folder):
    path = course_folder / "lessons" / "01.ipynb"
    path.write_text(path.read_text().replace("Chọn đi.", "chữ " * 1200), encoding="utf-8")
    found = [str(one) for one in check_media(load_course(course_folder))]
    assert len(found) == 1
    assert "màn hình" in found[0]
