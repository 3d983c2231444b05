"""What people really hand in: half-filled tables, words where numbers belong, broken files."""

import base64
import random

import pytest

from courses import learner_notebook, variant, write_answer, write_notebook
from courses.course import find_form
from graders.marker import Marker

FILES = (b"", b"a,b\n1,2\n", b"\xff\xfe\x00", "Mã HV,Họ và tên\nTN001".encode(), b"PK\x03\x04")


@pytest.fixture(scope="module")
def marker():
    with Marker(allow_reduced=True) as marker:
        yield marker


def cell_of(column, draw):
    if column.kind == "choice":
        return draw.choice([None, *(key for key, _ in column.options)])
    return draw.choice([None, "", "khoảng bảy mươi", 5, 70, 12.5])


def nonsense(form, draw):
    """An answer of the right shape and of no sense."""
    keys = [key for key, _ in form.options]
    targets = [None, *(key for key, _ in form.targets)]
    some = draw.sample(keys, draw.randint(0, len(keys)))
    given = [
        {**row, **{c.key: cell_of(c, draw) for c in form.columns if c.key not in row}}
        for row in form.rows
    ]
    sent = base64.b64encode(draw.choice(FILES)).decode()
    choices = {
        "single": keys,
        "multiple": [[], some],
        "order": [draw.sample(keys, len(keys))],
        "number": [0, -1, 3.7, 1e9],
        "text": ["", "   ", "không biết", "x" * 500],
        "match": [{}, {key: draw.choice(targets) for key in some}],
        "table": [[], given],
        "file": [{"name": draw.choice(["a.csv", "a.xlsx", "a.xls"]), "base64": sent}],
    }
    return draw.choice([None, *choices[form.kind]])


def test_feedback_stays_a_sentence_of_the_authors_whatever_is_handed_in(real_course, marker):
    looked_at = 0
    for lesson in real_course.lessons:
        by_form = {one.grade_id for one in lesson.exercises if one.kind in ("form", "file")}
        for seed in range(3):
            draw = random.Random(f"{lesson.slug} {seed}")
            source = variant(lesson.source, seed)
            handed_in = learner_notebook(source)
            for cell in handed_in["cells"]:
                form = find_form(cell)
                if form is not None:
                    cell["source"] = write_answer(cell["source"], nonsense(form, draw))
            marks = marker.mark(write_notebook(source), write_notebook(handed_in))
            assert marks.state == "marked"
            for cell in marks.cells:
                if cell.grade_id in by_form and cell.points < cell.max:
                    assert cell.feedback
                    assert "Error" not in cell.feedback, (cell.grade_id, cell.feedback)
                    looked_at += 1
    assert looked_at > 2 * sum(len(lesson.exercises) for lesson in real_course.lessons)
