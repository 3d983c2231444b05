"""A finding is said at the cell that it is about, or of the whole lesson."""

from __future__ import annotations

from courses.blocks import blocks
from courses.checks.problems import Problem, beside_blocks, cell_at, file_of, place
from courses.notebooks import learner_notebook

FILE = "lessons/01.ipynb"


def test_where_a_finding_is_says_its_file_however_it_is_named(cells) -> None:
    cell = cells.text("de", "Tính.")
    at_cell = place(FILE, 3, cell)
    assert [file_of(one) for one in (FILE, at_cell, cell_at(FILE, "cham"))] == [FILE] * 3
    assert file_of(cell_at(at_cell, "cham")) == FILE


def test_a_finding_stands_beside_its_cell_or_its_exercise_and_the_rest_is_told_apart(
    cells, one_exercise
) -> None:
    shown = blocks(learner_notebook(one_exercise))
    test = next(one for one in one_exercise["cells"] if one["id"] == "cham")
    text = next(one for one in one_exercise["cells"] if one["cell_type"] == "markdown")
    at_test = Problem(place(FILE, 4, test), "Ô kiểm tra này không kiểm tra gì")
    at_text = Problem(place(FILE, 1, text), "Câu dài")
    whole = Problem(FILE, "Chưa nêu nguồn", "warning")
    elsewhere = Problem(place("lessons/02.ipynb", 1, text), "Câu dài")
    nowhere = Problem(place(FILE, 9, cells.text("khong-hien", "")), "Ô trống")
    found = [at_test, at_text, whole, elsewhere, nowhere]
    beside, rest = beside_blocks(found, FILE, shown)
    assert rest == [whole, nowhere]
    placed = {problem.message: shown[index] for index, own in beside.items() for problem in own}
    assert placed["Câu dài"].cell_id == text["id"]
    assert placed["Ô kiểm tra này không kiểm tra gì"].kind in ("exercise", "marks")
    assert len(placed) == 2
