"""Honest notebooks get honest marks: both modes say the same, or the check says why not.

The inputs stand in `honest/collection`, one plain text each.
"""

import honest_notebooks
import pytest

from core.messages import Refused
from courses import check_notebook, make_release, read_notebook
from courses.course import Course, Lesson
from graders import Marker
from graders.both_modes import BothModes


@pytest.fixture(scope="module")
def mark():
    """With the patience that learners get: nothing here hangs on purpose."""
    with Marker(allow_reduced=True) as marker, BothModes(marker) as both:
        yield both


@pytest.fixture(scope="module")
def marked(mark):
    """The points that a notebook's learners get in both modes, worked out once."""
    known = {}

    def points(honest):
        if honest.name not in known:
            known[honest.name] = honest_notebooks.both(honest, mark)
        return known[honest.name]

    return points


def test_the_collection_is_large_enough_to_mean_something():
    assert len(honest_notebooks.names()) >= 40


@pytest.mark.parametrize("name", honest_notebooks.names())
def test_both_modes_agree_or_the_check_names_the_cell(name, mark, marked):
    honest = honest_notebooks.load(name)
    differing = honest_notebooks.differences(marked(honest))
    unequal = {one for cells in differing.values() for one in cells}
    problems = []
    if unequal or honest.named:
        problems = check_notebook(name, read_notebook(honest.source), mark)
    named = honest_notebooks.named_by(problems, unequal | honest.named)
    assert honest.named <= named, problems
    assert "*" in honest.named or unequal <= (honest.told | honest.named), differing
    assert "*" in named or unequal <= named, differing


@pytest.mark.parametrize(
    "name", sorted({*honest_notebooks.names()} - honest_notebooks.kept_from_learners())
)
def test_every_learner_has_the_right_points(name, marked):
    honest = honest_notebooks.load(name)
    got = {kind: sum(strict.values()) for kind, (strict, _) in marked(honest).items()}
    doubtful = honest.told - honest.named  # right only once the author has followed the check
    if not doubtful:
        assert got == honest.right
    else:
        assert all(got[kind] <= honest.right[kind] for kind in got)


def test_a_release_with_marks_that_are_none_is_refused():
    source = read_notebook(honest_notebooks.load("mistyped-marks").source)
    lesson = Lesson("mot", "Một", "One", "mot.ipynb", 1, (), source)
    course = Course("a", "A", "A", "p", "4.1", "", "", 0.5, "f", (lesson,))
    with pytest.raises(Refused) as refused:
        make_release(course)
    told = "\n".join(map(str, refused.value.messages))
    assert "an-1" in told and "“### Begin hidden tests”" in told
    assert "an-2" in told and "“### BEGIN HIDDENTESTS”" in told
