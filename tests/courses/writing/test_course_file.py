import tomllib

import pytest

from core.messages import Refused
from courses.writing.course_file import with_lesson, with_values, without_lesson

TEXT = """slug = "khoa"  # mã
# Tên khóa
title = "Khóa"
pass_share = 0.5

[[lesson]]
slug = "mot"
title = "Một"  # bài đầu
theory_minutes = 5

[[lesson]]
slug = "hai"
title = "Hai"
theory_minutes = 6
"""


def test_a_value_is_set_and_comments_stay():
    made = with_values(TEXT, {"title": 'Khóa "mới" \\1', "summary": "Tóm tắt"})
    read = tomllib.loads(made)
    assert (read["title"], read["summary"]) == ('Khóa "mới" \\1', "Tóm tắt")
    assert "# mã" in made
    assert read["lesson"] == tomllib.loads(TEXT)["lesson"]


def test_a_lesson_s_value_is_its_own():
    made = tomllib.loads(with_values(TEXT, {"title": "Bài hai", "exam_note": "x"}, lesson="hai"))
    assert [one["title"] for one in made["lesson"]] == ["Một", "Bài hai"]
    assert made["title"] == "Khóa"


def test_lessons_are_added_at_the_end_and_taken_out():
    made = with_lesson(TEXT, {"slug": "ba", "title": "Ba", "theory_minutes": 7})
    assert [one["slug"] for one in tomllib.loads(made)["lesson"]] == ["mot", "hai", "ba"]
    assert tomllib.loads(without_lesson(made, "ba")) == tomllib.loads(TEXT)


@pytest.mark.parametrize(
    "change",
    [
        lambda: with_values('title = """\nhai\ndòng"""\n', {"title": "x"}),
        lambda: with_values(TEXT, {"title": "x"}, lesson="khong-co"),
        lambda: without_lesson(TEXT, "khong-co"),
        lambda: with_lesson("lesson = [{slug = 'a'}]\n", {"slug": "b"}),
        lambda: with_values("title = ", {"title": "x"}),
    ],
)
def test_what_lines_cannot_change_is_left_and_said(change):
    with pytest.raises(Refused, match="JupyterLab"):
        change()
