"""`mark_one`: nbgrader's marks of one notebook, without a course."""

import pytest

from graders.compatible import mark_one
from graders.compatible.walled import WalledKernels


@pytest.fixture(scope="module")
def kernels():
    with WalledKernels(allow_reduced=True) as started:
        yield started


@pytest.fixture
def mark(kernels, books):
    def marked(**changed):
        return mark_one(books.source(), books.learner(**changed), kernels=kernels)

    return marked


def points(marks):
    return {cell.grade_id: cell.points for cell in marks.cells}


def test_the_honest_notebook_earns_all_that_a_machine_can_give(mark):
    marks = mark()
    assert marks.state == "marked"
    assert points(marks) == {"kiem": 2, "an": 3, "phan": 1.5, "luan": 0}
    assert [cell.grade_id for cell in marks.cells if cell.needs_review] == ["luan"]
    assert (marks.total, marks.max, marks.mode) == (6.5, 11, "compatible")


def test_a_wrong_answer_loses_its_test_and_hears_the_authors_message_alone(mark):
    marks = mark(answer="def doubled(x):\n    return 4")
    assert points(marks) == {"kiem": 2, "an": 0, "phan": 0.25, "luan": 0}
    marks = mark(answer="def doubled(x):\n    return x")
    feedback = {cell.grade_id: cell.feedback for cell in marks.cells}
    assert feedback["kiem"] == "gấp đôi"
    assert "doubled" not in feedback["an"]


def test_a_deleted_test_earns_nothing_and_a_changed_one_is_put_back(books, kernels):
    deleted = mark_one(books.source(), books.edited("xoa-kiem"), kernels=kernels)
    assert points(deleted)["kiem"] == 0
    assert deleted.max == 11
    changed = mark_one(books.source(), books.edited("doi-kiem"), kernels=kernels)
    assert points(changed) == points(mark_one(books.source(), books.learner(), kernels=kernels))


def test_a_killed_kernel_has_a_state_and_a_reason(mark):
    marks = mark(answer="import os\nos._exit(0)")
    assert (marks.state, marks.total, marks.max) == ("failed", 0, 11)
    assert marks.reason


def test_what_is_no_notebook_or_not_this_one_is_told(books, kernels):
    assert mark_one(books.source(), b"{", kernels=kernels).state == "unreadable"
    other = mark_one(books.source(), books.other(), kernels=kernels)
    assert other.state == "foreign"
    assert other.reason
