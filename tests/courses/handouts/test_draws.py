"""Which exercise uses which drawn numbers, and drawing those alone anew."""

import json

import pytest

from courses import draw_again, drawn_by, learner_notebook, variant
from courses.notebooks import source_of


def drawing(cells, name, variable, choices=(1, 2, 3, 4, 5)):
    return cells.marked(
        "locked", name, f"#| variant:\n#|   {variable}: {{choice: {list(choices)}}}\n{variable} = 1"
    )


@pytest.fixture
def source(cells):
    return cells.notebook(
        drawing(cells, "so-a", "a"),
        cells.text("de-a", "Có {{a}} người. Hỏi gấp đôi?"),
        cells.marked("solution", "ta", "#| form: number\n#| label: Hai lần {{a}}\nx = None"),
        cells.marked("test", "cham-a", "dung = x == 2 * a\nassert dung", points=1),
        drawing(cells, "so-b", "b"),
        cells.marked("locked", "bang", "tong = b + 1\nhai = [b for b in (tong, tong)]"),
        cells.text("doc", "Phần đọc nói tới {{a}}."),
        cells.text("de-b", "Tính."),
        cells.marked("solution", "tb", "y = 0"),
        cells.marked("test", "cham-b", "dung = y == hai[0]\nassert dung", points=1),
        cells.text("de-c", "Không số nào."),
        cells.marked("solution", "tc", "z = 0"),
        cells.marked("test", "cham-c", "dung = z == 1\nfor a in (1, 2):\n    assert a", points=1),
    )


def drawn(notebook):
    return [source_of(cell) for cell in notebook["cells"] if "variant" in source_of(cell)]


def test_an_exercise_uses_the_numbers_its_task_its_answer_and_its_test_name(source) -> None:
    assert drawn_by(source) == {"cham-a": ("so-a",), "cham-b": ("so-b",)}


def test_drawing_anew_changes_these_numbers_and_no_others(source) -> None:
    again = draw_again(source, 7, {}, ["so-a"])
    assert set(again) == {"so-a"}
    before, after = drawn(variant(source, 7)), drawn(variant(source, 7, again))
    assert before[0] != after[0]
    assert before[1] == after[1]
    once_more = draw_again(source, 7, again, ["so-a"])
    assert once_more["so-a"] > again["so-a"]
    assert drawn(variant(source, 7, once_more))[0] != after[0]


def test_a_stored_draw_gives_the_same_numbers_for_ever(source) -> None:
    # These figures are part of the format, as a seed's are.
    found = [drawn(variant(source, 7, {"so-a": n}))[0][-1] for n in range(5)]
    assert found == FOR_EVER
    assert drawn(variant(source, 7, {})) == drawn(variant(source, 7))


def test_learner_and_examiner_hold_the_same_numbers_after_it(source) -> None:
    examiner = variant(source, 7, {"so-a": 1})
    assert drawn(learner_notebook(examiner)) == drawn(examiner)
    assert json.dumps(variant(source, 7)) != json.dumps(examiner)


def test_a_number_with_one_choice_ends_the_trying(cells) -> None:
    only = cells.notebook(drawing(cells, "mot", "a", choices=(1,)))
    assert draw_again(only, 7, {}, ["mot"])["mot"] == 20


FOR_EVER = ["3", "4", "3", "1", "1"]
