"""What a person marks: nbgrader's manual cells and tasks, and rubrics for them."""

from pathlib import Path

import pytest

from core.messages import Refused
from courses import (
    blocks,
    check_picks,
    exercises_of,
    learner_notebook,
    lesson_for,
    load_course,
    make_release,
    picked,
    read_notebook,
    write_notebook,
    written_answer,
)
from courses.notebooks import write_text
from courses.rubric import read_rubric
from graders.read_submission import read_cells
from graders.strict.reading.plan import make_plan, read_source

TEMPLATE = Path(__file__).parents[2] / "courses" / "template"
OPTIONS = """<!--
#| exercise: Viết thông báo
#| competence: "2.2"
#| level: 3
#| minutes: 8
#| rubric:
#|   Đủ ý:
#|     2: Đủ ba ý.
#|     0: Thiếu ý.
#|   Dễ hiểu:
#|     1: Đọc một lần hiểu ngay.
#|     0.5: Có câu dài.
#|     0: Khó hiểu.
-->
"""
RUBRIC = {"Đủ ý": {2: "Đủ.", 0: "Thiếu."}, "Dễ hiểu": {1: "Dễ.", 0.5: "Vừa.", 0: "Khó."}}


@pytest.fixture
def essays(cells):
    """A text answer and a task, as nbgrader's bar makes them, with options in a comment."""
    scheme = "=== BEGIN MARK SCHEME ===\nMột việc thật là đủ.\n=== END MARK SCHEME ==="
    return cells.notebook(
        cells.text("de", "Viết cho bà con."),
        cells.marked("manual", "viet", f"{OPTIONS}Bài mẫu của tác giả", cell_type="markdown"),
        cells.marked(
            "task", "viec", f"{OPTIONS}### Làm đi\n{scheme}", cell_type="markdown", points=3
        ),
        cells.text("ket", "Hết."),
    )


def test_manual_cells_and_tasks_are_exercises_with_a_rubric(essays):
    answer, task = exercises_of(essays)
    assert (answer.kind, answer.answers, answer.points) == ("text", ("viet",), 3)
    assert (task.kind, task.answers, task.points) == ("text", ("viec-answer",), 3)
    assert [criterion.title for criterion in answer.rubric] == ["Đủ ý", "Dễ hiểu"]
    assert [level.points for level in answer.rubric[1].levels] == [1, 0.5, 0]


def test_the_learner_gets_the_rubric_but_neither_model_answer_nor_mark_scheme(essays):
    content, _files = lesson_for(write_notebook(essays), 0)
    text = content.decode()
    assert "Bài mẫu của tác giả" not in text
    assert "Một việc thật" not in text
    own = read_notebook(content)
    kinds = [(block.kind, block.cell_id) for block in blocks(own)]
    assert kinds == [
        ("exercise", "de"),
        ("text", "de"),
        ("written", "viet"),
        ("marks", "viet"),
        ("exercise", "viec"),
        ("text", "viec"),
        ("written", "viec-answer"),
        ("marks", "viec-answer"),
        ("text", "ket"),
    ]
    shown = {block.kind: block for block in blocks(own) if block.kind in ("written", "text")}
    assert shown["written"].exercise.rubric
    assert "#|" not in "".join(block.html for block in blocks(own))
    assert {block.grade_id for block in blocks(own) if block.kind == "marks"} == {"viet", "viec"}


def test_what_is_written_can_be_read_back_and_taken_away_again(essays):
    content, _files = lesson_for(write_notebook(essays), 0)
    for cell in read_notebook(content)["cells"][1:4:2]:
        assert written_answer(cell) == ""
        handed_out = cell["source"]
        cell["source"] = write_text(cell, "Kính gửi bà con")
        assert written_answer(cell) == "Kính gửi bà con"
        assert cell["source"].startswith("<!--") == handed_out.startswith("<!--")
        cell["source"] = write_text(cell, "  ")
        assert cell["source"] == handed_out


def steps_after(notebook, **written):
    """Of the plan that marks ``notebook`` once these cells were written: is each untouched?"""
    own = read_notebook(lesson_for(write_notebook(notebook), 0)[0])
    for cell in own["cells"]:
        if cell["id"] in written:
            cell["source"] = write_text(cell, written[cell["id"]])
    plan = make_plan(read_source(write_notebook(notebook)), read_cells(write_notebook(own)))
    return {step.grade_id: step.unchanged for step in plan if step.place == "manual"}


def test_only_what_was_written_waits_for_a_person(essays):
    assert steps_after(essays) == {"viet": True, "viec": True}
    assert steps_after(essays, viet="Thưa bà con") == {"viet": False, "viec": True}
    assert steps_after(essays, **{"viec-answer": "Tôi đã giúp."}) == {"viet": True, "viec": False}


def test_cells_a_learner_adds_below_a_task_in_jupyter_count_too(essays):
    own = learner_notebook(essays)  # as nbgrader itself hands it out
    added = {"cell_type": "code", "id": "them", "metadata": {}, "source": "x = 1"}
    own["cells"].insert(3, added | {"outputs": [], "execution_count": None})
    plan = make_plan(read_source(write_notebook(essays)), read_cells(write_notebook(own)))
    assert {s.grade_id: s.unchanged for s in plan if s.place == "manual"} == {
        "viet": True,
        "viec": False,
    }


def test_the_template_shows_both_and_its_release_holds_their_rubrics():
    release = make_release(load_course(TEMPLATE))
    exercises = release.manifest.lessons[0].exercises
    by_hand = [one for one in exercises if one.kind == "text"]
    assert len(by_hand) == 2
    for one in by_hand:
        assert sum(criterion.max_points for criterion in one.rubric) == one.points
    assert not any(one.rubric for one in exercises if one.kind != "text")


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ("văn xuôi", "phải gồm các dòng"),
        ({"Đủ ý": {3: "Đủ."}}, "ít nhất hai mức"),
        ({"Đủ ý": {"1,5": "Vừa.", 3: "Đủ."}}, "điểm “1,5” phải là số từ 0"),
        ({"Đủ ý": {2: "Đủ.", 0: "Thiếu."}}, "cộng lại được 2 điểm, bài tập ghi 3 điểm"),
    ],
)
def test_a_rubric_that_makes_no_sense_is_refused_with_the_reason(found, why):
    with pytest.raises(Refused, match=why):
        read_rubric(found, 3)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda s: s.replace("-->\n", ""), "rồi dòng “-->”"),
        (lambda s: s.split("-->\n")[1], "trong một chú thích"),
        (lambda s: s.replace("#| minutes: 8\n", ""), "khóa “minutes”"),
        (lambda s: s.replace("2: Đủ ba ý", "7: Đủ ba ý"), "cộng lại được 8 điểm"),
    ],
)
def test_a_manual_cell_says_what_it_lacks_and_where(cells, spoil, why):
    cell = cells.marked("manual", "viet", spoil(f"{OPTIONS}Bài mẫu"), cell_type="markdown")
    with pytest.raises(Refused, match=rf"ô số 2 \(viet\): .*{why}"):
        exercises_of(cells.notebook(cells.text("de", "Đề"), cell))


def test_a_rubric_belongs_to_what_a_person_marks(cells):
    test = (
        "#| exercise: A\n#| competence: '1.1'\n#| level: 1\n#| minutes: 2\n"
        "#| rubric: {Ý: {2: a, 0: b}}\nassert x, 'x'"
    )
    answer, check = cells.marked("solution", "lam", "x = 1"), cells.marked("test", "cham", test)
    with pytest.raises(Refused, match="chỉ dùng cho bài tập do người chấm"):
        exercises_of(cells.notebook(answer, check))


def test_picks_must_be_levels_and_of_two_markers_the_mean_is_told():
    rubric = read_rubric(RUBRIC, 3)
    assert check_picks(rubric, [2.0, 0.5]) == [2.0, 0.5]
    with pytest.raises(Refused, match="Đủ ý") as refused:
        check_picks(rubric, [1.0, None])
    assert len(refused.value.messages) == 2
    first, second = picked(rubric, [[2.0, 0.5], [0.0, 0.5]])
    assert (first.points, first.texts) == (1.0, ("Đủ.", "Thiếu."))
    assert (second.points, second.max_points, second.texts) == (0.5, 1.0, ("Vừa.",))
    assert picked(rubric, []) == ()
