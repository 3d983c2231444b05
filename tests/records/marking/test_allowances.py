from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

import pytest
from settled import record_review
from sqlalchemy import text

from core.messages import Message, Refused
from records.courses import lesson_terms
from records.marking import allowances, queue
from records.marking.queue import AGAIN, EXAM, PRACTICE, Bounds, NoAttemptLeft
from records.schema import Table

SECOND, HOUR = dt.timedelta(seconds=1), dt.timedelta(hours=1)
ROOMY = Bounds(per_person=99, whole=999)


@pytest.fixture
def used(records, learner, course) -> Callable[[], int]:
    def count() -> int:
        with records.read() as session:
            return lesson_terms.count_attempts(session, learner.id, course.slug, "bai-mot")

    return count


@pytest.fixture
def mark(claim, store, course) -> Callable[..., None]:
    """Marks what waits, as the grading service does."""

    def mark_all(**given) -> None:
        while (one := claim()) is not None:
            assert store(one, course.result(one.lesson, 1.0, 1.0, **given))

    return mark_all


class TestAttempts:
    def test_what_was_marked_has_used_an_attempt(self, submit, mark, used) -> None:
        """The case: six of two were accepted, because marks without a reason were not counted."""
        for n in range(2):
            submit(b"%d" % n, attempts=2)
            mark()
        assert used() == 2
        with pytest.raises(NoAttemptLeft, match="2 lần"):
            submit(b"3", attempts=2)

    def test_a_double_tap_on_the_last_is_one_submission_and_no_refusal(self, submit, at) -> None:
        first = submit(attempts=1)
        assert submit(attempts=1, at=at + SECOND).id == first.id
        with pytest.raises(NoAttemptLeft, match="báo giảng viên"):
            submit(b"other", attempts=1, at=at + SECOND)

    @pytest.mark.parametrize("before", [0, 1])
    def test_at_once_exactly_as_many_are_accepted_as_are_left(
        self, submit, mark, used, at_once, before: int
    ) -> None:
        for n in range(before):
            submit(b"before %d" % n)
            mark()
        taken: list[int] = []
        refused: list[Refused] = []

        def hand_in(n: int) -> None:
            try:
                taken.append(submit(b"%d" % n, attempts=2, bounds=ROOMY).id)
            except NoAttemptLeft as no:
                refused.append(no)

        at_once([partial(hand_in, n) for n in range(8)])
        assert (len(taken), len(refused)) == (2 - before, 6 + before)
        mark()
        assert used() == 2

    def test_what_marking_broke_on_gives_the_attempt_back(
        self, submit, claim, mark, used, records, at
    ) -> None:
        lost = submit(attempts=1)
        claim()
        assert used() == 1, "while it is marked it counts"
        with records.begin() as session:
            why = {"why": "no memory", "bounds": Bounds(tries=1)}
            queue.fail(session, lost.id, worker="w1", at=at, **why)
        assert used() == 0
        submit(b"again", attempts=1)
        mark()
        with pytest.raises(NoAttemptLeft):
            submit(b"and again", attempts=1)

    def test_a_try_that_failed_and_is_tried_again_is_the_same_attempt(
        self, submit, claim, store, used, records, course, at
    ) -> None:
        one = submit(attempts=2)
        claim()
        with records.begin() as session:
            queue.fail(session, one.id, worker="w1", at=at, why="no memory")
        later = at + 2 * SECOND
        assert store(claim(at=later), course.result("bai-mot", 1.0, 1.0), at=later)
        assert used() == 1

    def test_a_file_that_is_no_notebook_uses_none(self, submit, mark, used) -> None:
        submit(b"?", attempts=1)
        mark(state="unreadable", reason=Message("Tệp nộp không đọc được."))
        assert used() == 0
        assert submit(b"{}", attempts=1).state == "queued"

    def test_marking_again_uses_none(self, submit, mark, used, records) -> None:
        one = submit()
        mark()
        with records.begin() as session:
            assert queue.mark_again(session, one.id)
        assert used() == 1
        mark()
        assert used() == 1

    def test_another_lesson_and_another_person_have_their_own(
        self, submit, mark, add_learner
    ) -> None:
        submit(attempts=1)
        mark()
        assert submit(lesson="bai-hai", attempts=1)
        assert submit(person_id=add_learner().id, attempts=1)


class TestWhatIsNotThere:
    """`IS NULL` must mean what it says: the root of the limit that never bit."""

    def test_no_column_keeps_the_json_value_null(self) -> None:
        kinds = [
            (table.name, column.name, column.type)
            for table in Table.metadata.sorted_tables
            for column in table.columns
            if column.type.__visit_name__ == "JSON"
        ]
        assert ("submission", "reason") in [one[:2] for one in kinds]
        assert [one[:2] for one in kinds if not one[2].none_as_null] == []

    def test_marks_without_a_reason_have_none(self, submit, mark, records) -> None:
        submit()
        mark()
        with records.read() as session:
            kept = text("SELECT count(*) FROM submission WHERE reason IS NULL")
            assert session.execute(kept).scalar_one() == 1


class TestHowOften:
    def test_more_than_the_hour_allows_is_told_to_wait(self, submit, mark, at) -> None:
        bounds = Bounds(per_hour=3)
        for n in range(3):
            submit(b"%d" % n, bounds=bounds, at=at + n * SECOND)
            mark()
        with pytest.raises(Refused, match="3 lần trong một giờ"):
            submit(b"4", bounds=bounds, at=at + 5 * SECOND)
        assert submit(b"4", bounds=bounds, at=at + HOUR)

    def test_others_may_meanwhile(self, submit, add_learner) -> None:
        bounds = Bounds(per_hour=1)
        submit(bounds=bounds)
        assert submit(bounds=bounds, person_id=add_learner().id)


class TestBytes:
    BOUNDS = Bounds(kept_bytes=1000, per_person=99)

    def _kept(self, records) -> list[int]:
        with records.read() as session:
            sizes = text("SELECT length(notebook) FROM submission ORDER BY id")
            return list(session.execute(sizes).scalars())

    def test_a_loop_of_large_notebooks_stays_within_the_bound(
        self, submit, claim, store, course, records
    ) -> None:
        bounds = Bounds(kept_bytes=1500)
        for n in range(12):
            one = submit(b"%03d" % n * 100, bounds=bounds)
            store(claim(), course.result("bai-mot", 1.0, 2.0 if n == 5 else 1.0))
            assert sum(self._kept(records)) <= bounds.kept_bytes
        kept = self._kept(records)
        assert [n for n, size in enumerate(kept) if size] == [0, 5, 9, 10, 11], (
            "first, best, newest"
        )
        with records.read() as session:
            points = [queue.find_submission(session, key).points for key in range(1, one.id + 1)]
            assert points == [3.0 if n == 5 else 2.0 for n in range(12)], "marks stay"

    def test_what_waits_for_a_person_and_what_a_person_marked_is_kept(
        self, submit, claim, store, course, records, add_learner, at
    ) -> None:
        for n in range(5):
            submit(b"%d" % n * 300, bounds=self.BOUNDS)
            result = course.result("bai-mot", 0.0, 0.0)
            waiting = tuple(
                type(cell)(cell.grade_id, 0.0, cell.max, needs_review=n > 0)
                for cell in result.cells
            )
            one = claim()
            store(one, type(result)(waiting))
            if n == 1:
                for cell in waiting:
                    with records.begin() as session:
                        by = {"marker_id": add_learner(session).id, "marker": "TN", "points": 1.0}
                        by["comment"] = ""
                        record_review(session, one.id, cell.grade_id, **by, at=at)
        with pytest.raises(Refused, match="đợi giảng viên chấm"):
            submit(b"9" * 300, bounds=self.BOUNDS)
        assert self._kept(records) == [300] * 5

    def test_notebooks_of_exams_are_kept(self, submit, claim, store, course, records) -> None:
        for n in range(5):
            submit(b"%d" % n * 300, priority=EXAM, bounds=self.BOUNDS)
            store(claim(), course.result("bai-mot", 1.0, 1.0))
        with pytest.raises(Refused):
            submit(b"9" * 300, priority=EXAM, bounds=self.BOUNDS)
        assert self._kept(records) == [300] * 5

    def test_five_of_the_largest_a_lesson_allows_are_kept_whatever_the_bound(
        self, submit, claim, store, course, records
    ) -> None:
        for n in range(8):
            submit(b"%d" % n * 5000, bounds=self.BOUNDS)
            store(claim(), course.result("bai-mot", 1.0, 1.0))
        assert [n for n, size in enumerate(self._kept(records)) if size] == [0, 4, 5, 6, 7]

    def test_another_lesson_has_its_own_room(self, submit) -> None:
        submit(b"1" * 900, bounds=self.BOUNDS)
        assert submit(b"1" * 900, lesson="bai-hai", bounds=self.BOUNDS)

    @pytest.mark.parametrize(
        ("over", "keep", "freed"),
        [
            (5, set(), (1,)),
            (15, set(), (1, 3)),
            (15, {1}, (3, 4)),
            (99, set(), None),
            (10, {1}, (3,)),
        ],
    )
    def test_the_oldest_go_first_and_only_as_many_as_need_be(
        self, over: int, keep: set[int], freed: object
    ) -> None:
        stored = {4: 10, 2: 0, 3: 10, 1: 10}
        assert allowances.oldest_that_free(over, stored, frozenset(keep)) == freed


def test_a_second_practice_waits_for_everybody_s_first_and_never_behind_marking_again() -> None:
    assert [allowances.turn_of(PRACTICE, waiting) for waiting in range(3)] == [10, 11, 12]
    assert allowances.turn_of(EXAM, 2) == EXAM
    assert allowances.turn_of(AGAIN, 2) == AGAIN
    assert allowances.turn_of(PRACTICE, Bounds().per_person) < AGAIN
