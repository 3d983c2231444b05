"""Every trick of the table leaves the honest mark; the table itself is looked at, too."""

import pytest
from leaning import LEANING
from notebooks import answered, as_bytes
from tricks import EVERYTHING, NOTHING, SOURCE
from tricks import TRICKS as PLAIN
from two_worlds import TWO_WORLDS

TRICKS = [*PLAIN, *LEANING, *TWO_WORLDS]


def test_the_exercise_can_be_solved(marker):
    marks = marker.mark(SOURCE, as_bytes(answered(SOURCE, **EVERYTHING)))
    assert (marks.state, marks.total, marks.max) == ("marked", 5.0, 5.0)


def test_the_empty_answer_earns_nothing(marker):
    marks = marker.mark(SOURCE, as_bytes(answered(SOURCE, **NOTHING)))
    assert marks.total == 0
    assert {cell.feedback for cell in marks.cells} == {"Anh/chị chưa trả lời câu này."}


def test_the_table_holds_well_over_a_hundred_different_tricks():
    assert len({trick.name for trick in TRICKS}) == len(TRICKS) >= 148


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.name)
def test_a_trick_leaves_the_honest_mark(marker, record_trick, trick):
    marks = marker.mark(trick.source, trick.content)
    record_trick("ours", trick, marks.total)
    assert marks.state == "marked"
    assert marks.total == trick.honest, [
        (c.grade_id, c.points, c.feedback) for c in marks.cells if c.points
    ]
    assert marks.max == trick.max
    for cell in marks.cells:
        for secret in trick.secrets:
            assert secret not in (cell.feedback or "")
