"""`item.md` becomes a notebook as lessons have."""

from __future__ import annotations

import pytest
from an_item import TASK, faults_of, make_item

from core.messages import Refused
from courses.bank.task import pieces_of
from courses.course import exercises_of
from courses.notebooks import learner_notebook, read_notebook, source_of, write_notebook


def test_the_parts_stand_in_order_and_other_fences_stay_text():
    text = "Một\n\n```text\nthư\n```\n\n```python setup\nx = 1\n```\nHai\n"
    assert [(one.kind, one.source, one.line) for one in pieces_of(text)] == [
        ("text", "Một\n\n```text\nthư\n```", 1),
        ("setup", "x = 1", 7),
        ("text", "Hai", 10),
    ]


def test_a_block_without_an_end_or_of_another_name_is_said_with_its_line():
    with pytest.raises(Refused, match="khối ở dòng 2: khối mã chưa có dòng"):
        pieces_of("Một\n```python answer\nx = 1\n")
    with pytest.raises(Refused, match="khối ở dòng 1: không có loại khối “python answr”"):
        pieces_of("```python answr\nx = 1\n```\n")


def test_candidates_receive_neither_answer_nor_test():
    received = learner_notebook(make_item().source)
    text = "\n".join(map(source_of, received["cells"]))
    assert "cach = None" in text
    assert 'cach = "mot"' not in text
    assert "assert" not in text
    assert "nhac" not in text


def test_the_notebook_is_one_that_nbgrader_and_lessons_know():
    source = make_item().source
    assert read_notebook(write_notebook(source))["cells"][1]["id"] == "cau-mau-answer-1"
    (exercise,) = exercises_of(source)
    assert (exercise.title, exercise.competence, exercise.level) == ("Chọn cách tìm", "1.1", 2)
    assert (exercise.points, exercise.minutes, exercise.kind) == (1, 2, "form")


def test_a_title_with_quotes_comes_through():
    item = make_item(settings=('"Chọn cách tìm"', "'Chọn \"cách\" \\ tìm'"))
    (exercise,) = exercises_of(item.source)
    assert exercise.title == 'Chọn "cách" \\ tìm'


def test_an_answer_may_be_computed_over_several_lines():
    item = make_item(task=('cach = "mot"', 'ten = "mot"\ncach = ten'))
    answer = source_of(item.answer_cells[0])
    assert answer.endswith(
        'cach = None\n### BEGIN SOLUTION\nten = "mot"\ncach = ten\n### END SOLUTION'
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("```python test", "```python setup"), "phải có đúng một khối “python test”, ở cuối"),
        (('"\n```\n\n```python test', '"\n'), "phải có đúng một khối “python test”"),
        (("Chị Mẫu cần tìm một văn bản. Nên làm gì?\n", ""), "chưa có đề bài"),
        (('cach = "mot"', 'print("mot")'), "dòng cuối của ô trả lời phải là phép gán"),
        (('cach = "mot"', 'cach = "mot'), "mã Python sai cú pháp ở dòng 7"),
        (("nhac = {", "#| hint: x\nnhac = {"), "khối “python test” không có dòng “#|”"),
        (("#| label: Cách làm\n", ""), "khóa “label”"),
        (("Chị Mẫu", "![](a.svg) Chị Mẫu"), "hình a.svg chưa có lời mô tả"),
        (("Chị Mẫu", "![Cột](b.svg) Chị Mẫu"), "hình b.svg lớn hơn 100 kB"),
        (("Chị Mẫu", "![Cột](c.svg) Chị Mẫu"), "không có hình c.svg"),
    ],
)
def test_a_fault_of_the_task_is_said(change, said):
    pictures = {"a.svg": b"<svg/>", "b.svg": b"x" * 100_001}
    assert said in faults_of(task=change, pictures=pictures)


def test_no_answer_is_a_fault():
    task = TASK[: TASK.index("```python answer")] + TASK[TASK.index("```python test") :]
    assert "chưa có khối “python answer” nào" in faults_of(task=task)
