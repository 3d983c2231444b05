from __future__ import annotations

import datetime as dt
import threading
import time
from collections import Counter
from dataclasses import replace
from functools import partial

import pytest
from settled import store_marks
from sqlalchemy import select, text

from core.messages import Message, Refused
from records import Records
from records.assessment import evidence
from records.courses import releases
from records.learning import enrolments, meetings, progress
from records.marking import queue
from records.marking.marks import marks_of
from records.marking.queue import AGAIN, EXAM, Bounds
from records.tables.marking import ExerciseMarks, Submission

LEASE = dt.timedelta(seconds=30)
SECOND = dt.timedelta(seconds=1)


class TestHandingIn:
    def test_the_same_notebook_within_seconds_is_one_submission(self, submit, at) -> None:
        first = submit()
        assert submit(at=at + 5 * SECOND).id == first.id
        assert submit(at=at + 60 * SECOND).id != first.id
        assert submit(b"other", at=at + 60 * SECOND).id != first.id

    def test_a_lesson_the_release_does_not_have_is_refused(self, submit) -> None:
        with pytest.raises(Refused, match="bai-ba"):
            submit(lesson="bai-ba")

    def test_somebody_with_enough_waiting_is_asked_to_wait(self, submit, claim, store, course):
        for n in range(3):
            submit(b"%d" % n)
        with pytest.raises(Refused, match="3 bài đang chờ"):
            submit(b"4")
        assert store(claim(), course.result("bai-mot", 1.0, 1.0))
        assert submit(b"4").state == "queued"

    def test_a_full_queue_refuses_practice_but_not_exams(self, submit, add_learner) -> None:
        bounds = Bounds(whole=2)
        for n in range(2):
            submit(b"%d" % n, person_id=add_learner().id)
        with pytest.raises(Refused, match="nộp lại"):
            submit(bounds=bounds)
        assert submit(bounds=bounds, priority=EXAM).state == "queued"

    def test_the_same_notebook_from_many_threads_is_one_submission(self, submit) -> None:
        ids: list[int] = []
        threads = [threading.Thread(target=lambda: ids.append(submit().id)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(ids) == 8
        assert len(set(ids)) == 1


class TestClaiming:
    def test_exams_go_before_practice_and_the_first_before_the_second(
        self, submit, claim, add_learner
    ) -> None:
        again = submit(priority=AGAIN, person_id=add_learner().id).id
        first, second = (submit(person_id=add_learner().id).id for _ in range(2))
        exam = submit(priority=EXAM, person_id=add_learner().id).id
        assert [claim(f"w{n}").id for n in range(4)] == [exam, first, second, again]
        assert claim("w5") is None

    def test_a_claim_is_held_until_its_lease_runs_out(self, submit, claim, at) -> None:
        submission = submit()
        assert claim("w1").id == submission.id
        assert claim("w2", at=at + LEASE - SECOND) is None
        taken = claim("w2", at=at + LEASE)
        assert (taken.id, taken.claimed_by, taken.tries) == (submission.id, "w2", 2)

    def test_a_renewed_claim_is_held_for_longer(self, submit, claim, records, at) -> None:
        submission = submit()
        claim("w1")
        with records.begin() as session:
            renewal = {"at": at + LEASE / 2, "lease": LEASE}
            assert queue.renew(session, submission.id, worker="w1", **renewal)
            assert not queue.renew(session, submission.id, worker="w2", **renewal)
        assert claim("w2", at=at + LEASE) is None

    def test_a_returned_claim_is_free_at_once_and_costs_no_try(self, submit, claim, records):
        submission = submit()
        claim("w1")
        with records.begin() as session:
            assert queue.give_back(session, submission.id, worker="w1")
            assert not queue.give_back(session, submission.id, worker="w1")
        assert claim("w2").tries == 1

    def test_many_workers_never_get_the_same_row(self, submit, claim, add_learner) -> None:
        submitted = {submit(person_id=add_learner().id).id for _ in range(40)}
        taken: list[int] = []

        def work(name: str) -> None:
            while (submission := claim(name)) is not None:
                taken.append(submission.id)

        threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(taken) == sorted(submitted)

    def test_looking_whether_anything_waits_agrees_with_claiming(
        self, submit, claim, records, at
    ) -> None:
        def waits(when: dt.datetime) -> bool:
            with records.read() as session:
                return queue.anything_waits(session, at=when)

        assert not waits(at)
        submit()
        assert waits(at)
        claim()
        assert not waits(at)
        assert waits(at + LEASE)

    def test_it_reads_an_index_and_not_the_table(self, records, at) -> None:
        statement = queue.next_waiting(at).compile(
            records.engine, compile_kwargs={"literal_binds": True}
        )
        with records.begin() as session:
            if records.engine.dialect.name == "sqlite":
                plan = session.execute(text(f"EXPLAIN QUERY PLAN {statement}")).all()
                steps = [step.detail for step in plan]
                assert "USING INDEX ix_submission_waiting (state=?)" in steps[0]
                assert "USING INDEX" in steps[-1]
                assert "(person_id=?" in steps[-1]
                assert not any("SCAN" in step for step in steps), steps
            else:
                session.execute(text("SET LOCAL enable_seqscan = off"))
                plan = session.execute(text(f"EXPLAIN {statement}")).scalars().all()
                assert any("Index Scan using ix_submission_waiting" in line for line in plan)
                assert not any("Sort" in line or "Seq Scan" in line for line in plan)


class TestTurns:
    """Nobody has two workers at once, and a second practice waits for everybody's first."""

    def test_of_one_person_only_one_is_claimed(self, submit, claim, store, course) -> None:
        first, second = submit(b"1"), submit(b"2")
        assert claim("w1").id == first.id
        assert claim("w2") is None
        assert store(first, course.result("bai-mot", 1.0, 1.0))
        assert claim("w2").id == second.id

    def test_the_other_worker_goes_to_whoever_came_later(self, submit, claim, add_learner) -> None:
        endless = [submit(b"%d" % n).id for n in range(3)]
        other = submit(person_id=add_learner().id).id
        assert [claim("w1").id, claim("w2").id] == [endless[0], other]

    def test_a_single_worker_too_serves_everybody_s_first_before_a_second(
        self, submit, claim, store, course, add_learner
    ) -> None:
        mine = [submit(b"%d" % n).id for n in range(3)]
        others = [submit(person_id=add_learner().id).id for _ in range(4)]
        served = []
        while (submission := claim()) is not None:
            served.append(submission.id)
            store(submission, course.result("bai-mot", 1.0, 1.0))
        assert served == [mine[0], *others, *mine[1:]]

    def test_exams_of_one_person_stay_in_the_order_they_came(self, submit, add_learner) -> None:
        assert [submit(b"%d" % n, priority=EXAM).priority for n in range(3)] == [EXAM] * 3

    def test_a_claim_whose_worker_died_lets_the_person_s_next_go_on(
        self, submit, claim, records, at
    ) -> None:
        first, second = submit(b"1"), submit(b"2")
        claim("w1")
        with records.begin() as session:
            queue.fail(session, first.id, worker="w1", at=at, why="no memory")
        assert claim("w2").id == second.id, "the first is tried again later"
        assert claim("w3", at=at + 10 * SECOND) is None
        assert claim("w3", at=at + LEASE).id == first.id

    def test_workers_at_the_same_moment_never_hold_two_of_one_person(
        self, submit, claim, store, course, add_learner, at_once
    ) -> None:
        """Without the unique index PostgreSQL lets two workers take one of the same person each."""
        submitted = {
            submit(lesson=lesson, person_id=person).id
            for person in [add_learner().id for _ in range(4)]
            for lesson in course.lessons
        }
        held: Counter[int] = Counter()
        twice: list[int] = []
        done: list[int] = []

        def work(name: str) -> None:
            while len(done) < len(submitted):
                if (one := claim(name)) is None:
                    continue
                held[one.person_id] += 1
                time.sleep(0.005)
                twice.extend([one.id] if held[one.person_id] > 1 else [])
                held[one.person_id] -= 1
                assert store(one, course.result(one.lesson, 1.0, 1.0), name)
                done.append(one.id)

        at_once([partial(work, f"w{n}") for n in range(6)])
        assert not twice
        assert sorted(done) == sorted(submitted)


class TestFailing:
    def test_a_failure_is_tried_again_later_and_later(self, submit, claim, records, at) -> None:
        submission = submit()
        bounds = Bounds(tries=3, retry_after=SECOND)
        now = at
        for wait in (SECOND, 2 * SECOND):
            assert claim("w", at=now, bounds=bounds).id == submission.id
            with records.begin() as session:
                why = {"why": "no memory", "bounds": bounds}
                assert queue.fail(session, submission.id, worker="w", at=now, **why)
            assert claim("w", at=now + wait / 2, bounds=bounds) is None
            now += wait

    def test_what_failed_too_often_is_laid_aside_with_the_reason(
        self, submit, claim, records, at
    ) -> None:
        submission = submit()
        bounds = Bounds(tries=1)
        claim("w", bounds=bounds)
        with records.begin() as session:
            why = {"why": "no memory", "bounds": bounds}
            assert queue.fail(session, submission.id, worker="w", at=at, **why)
        with records.read() as session:
            [dead] = queue.dead_letters(session)
            assert (dead.id, dead.failure) == (submission.id, "no memory")
            assert queue.line(session) == queue.Line(queued=0, claimed=0, dead=1, oldest_at=None)
        assert claim("w", at=at + dt.timedelta(days=1)) is None

    def test_what_kills_its_worker_every_time_is_laid_aside_too(
        self, submit, claim, records, at
    ) -> None:
        submission = submit()
        bounds = Bounds(tries=3)
        for n in range(3):
            assert claim(f"w{n}", at=at + n * LEASE, bounds=bounds).id == submission.id
        assert claim("w4", at=at + 4 * LEASE, bounds=bounds) is None
        with records.read() as session:
            assert [dead.failure for dead in queue.dead_letters(session)] == [
                "the worker's lease ran out"
            ]

    def test_an_instructor_may_have_it_tried_again(self, submit, claim, records, at) -> None:
        submission = submit()
        claim("w", bounds=Bounds(tries=1))
        with records.begin() as session:
            assert not queue.mark_again(session, submission.id)  # a claim is not to be disturbed
            queue.fail(session, submission.id, worker="w", at=at, why="?", bounds=Bounds(tries=1))
            assert queue.mark_again(session, submission.id)
        assert claim("w").id == submission.id

    def test_only_the_worker_that_holds_it_may_fail_it(self, submit, claim, records, at) -> None:
        submission = submit()
        claim("w1")
        with records.begin() as session:
            assert not queue.fail(session, submission.id, worker="w2", at=at, why="?")


class TestStoring:
    def test_everything_is_stored_in_one_transaction(
        self, submit, claim, records, course, learner, at
    ) -> None:
        submission = submit()
        claim()
        with pytest.raises(KeyboardInterrupt), records.begin() as session:
            result = course.result("bai-mot", 2.0, 1.5)
            assert store_marks(session, submission.id, result, worker="w1", at=at)
            raise KeyboardInterrupt
        assert _stored(records, submission) == ("claimed", None, 0, 0, 0)
        with records.begin() as session:
            assert store_marks(session, submission.id, result, worker="w1", at=at)
        assert _stored(records, submission) == ("marked", 3.5, 2, 2, 1)

    def test_marking_twice_is_stored_once(self, submit, claim, store, records, course, at):
        submission = submit()
        claim("w1")
        claim("w2", at=at + LEASE)  # w1 was slow; its lease ran out
        assert not store(submission, course.result("bai-mot", 0.0, 0.0), "w1")
        assert store(submission, course.result("bai-mot", 2.0, 3.0), "w2")
        assert not store(submission, course.result("bai-mot", 0.0, 0.0), "w2")
        assert _stored(records, submission) == ("marked", 5.0, 2, 2, 1)

    def test_evidence_says_which_competence_and_how_much_of_it(
        self, submit, claim, store, records, course, learner, at
    ) -> None:
        submit()
        store(claim(), course.result("bai-mot", 2.0, 1.5))
        with records.read() as session:
            found = evidence.evidence_of(session, learner.id, "vn-tt02-2025")
        assert [(sign.competence, sign.level, sign.share, sign.at) for sign in found] == [
            ("1.1", 2, 1.0, at),
            ("1.1", 2, 0.5, at),
        ]

    def test_marks_that_need_a_person_are_no_evidence_yet(
        self, submit, claim, store, records, course, learner
    ) -> None:
        submit()
        result = course.result("bai-mot", 2.0, 1.5)
        unsure = replace(result.cells[0], needs_review=True)
        store(claim(), replace(result, cells=(unsure, result.cells[1])))
        with records.read() as session:
            assert len(evidence.evidence_of(session, learner.id)) == 1

    def test_an_unreadable_notebook_is_marked_but_is_neither_evidence_nor_progress(
        self, submit, claim, store, records, course
    ) -> None:
        submission = submit()
        reason = Message("Tệp không phải JSON, dòng {line}", {"line": 3})
        unreadable = replace(course.result("bai-mot", 0.0, 0.0), cells=(), state="unreadable")
        assert store(claim(), replace(unreadable, reason=reason))
        assert _stored(records, submission) == ("marked", 0.0, 0, 0, 0)
        with records.read() as session:
            kept = queue.find_submission(session, submission.id)
            assert kept
            assert (kept.outcome, kept.reason) == ("unreadable", reason.as_dict())

    def test_the_best_marks_of_a_lesson_are_kept(
        self, submit, claim, store, records, course, learner, at
    ) -> None:
        for n, points in enumerate([(1.0, 0.0), (2.0, 2.0), (0.0, 3.0)]):
            submit(b"%d" % n)
            store(claim(), course.result("bai-mot", *points))
        with records.read() as session:
            [best] = progress.progress_in(session, learner.id, course.slug)
        assert (best.points, best.max_points) == (4.0, 5.0)

    def test_marking_again_replaces_marks_and_may_lower_the_best(
        self, submit, claim, store, records, course, learner
    ) -> None:
        first, second = submit(b"1"), submit(b"2")
        store(claim(), course.result("bai-mot", 1.0, 1.0))
        store(claim(), course.result("bai-mot", 2.0, 3.0))
        with records.begin() as session:
            assert queue.mark_again(session, second.id)
        store(claim(), course.result("bai-mot", 0.0, 0.0))
        with records.read() as session:
            [best] = progress.progress_in(session, learner.id, course.slug)
            assert [marks.points for marks in marks_of(session, second.id)] == [0.0, 0.0]
            assert len(evidence.evidence_of(session, learner.id)) == 4
        assert (best.points, best.submission_id) == (2.0, first.id)

    def test_the_course_is_done_when_its_last_lesson_is_marked(
        self, submit, claim, store, records, course, learner, at
    ) -> None:
        with records.begin() as session:
            enrolments.begin_course(session, learner.id, course.slug, at=at)
        facts = []
        for n, lesson in enumerate(course.lessons):
            submit(lesson=lesson)
            store(claim(), course.result(lesson, 2.0, 0.5), at=at + n * SECOND)
            with records.read() as session:
                facts.append(
                    progress.find_standing(session, learner.id, course.slug, pass_share=None)
                )
        assert [fact.took_part for fact in facts] == [False, True]
        assert [fact.passed for fact in facts] == [False, True]
        assert (facts[1].points, facts[1].max_points) == (5.0, 10.0)
        with records.read() as session:
            enrolment = enrolments.find_enrolment(session, learner.id, course.slug)
        assert enrolment.completed_at == at + SECOND

    def test_a_lesson_marked_and_a_class_attended_at_one_moment_still_complete_the_course(
        self, submit, claim, store, records, course, add_learner, at, at_once
    ) -> None:
        marked, attended = course.lessons
        when = {"starts_at": at, "ends_at": at + dt.timedelta(hours=2)}
        with records.begin() as session:
            about = {"course": course.slug, "lesson": attended, "place": "Hội trường (mẫu)"}
            meeting = meetings.call_meeting(session, **about, **when, by="TN")
            code = meetings.code_at(meeting, at)
        learners = [add_learner() for _ in range(10)]

        def attend(person_id: int) -> None:
            with records.begin() as session:
                meetings.attend_by_code(session, meeting.id, person_id, code, at=at)
                progress.record_completion(session, person_id, course.slug, at=at)

        for learner in learners:
            with records.begin() as session:
                enrolments.begin_course(session, learner.id, course.slug, at=at)
            submit(lesson=marked, person_id=learner.id)
            result = course.result(marked, 2.0, 3.0)
            at_once([lambda result=result: store(claim(), result), partial(attend, learner.id)])
        with records.read() as session:
            done = progress.completed_since(session, course.slug, at)
        assert {enrolment.person_id for enrolment in done} == {one.id for one in learners}


class TestTheBell:
    def test_rings_when_a_submission_is_committed(self, submit, records) -> None:
        bell = records.listen()
        try:
            assert not bell.wait(0.05)
            submit()
            assert bell.wait(10)
            assert not bell.wait(0.05)
        finally:
            bell.close()

    def test_is_silent_when_the_transaction_is_rolled_back(
        self, records, release, learner, at
    ) -> None:
        bell = records.listen()
        try:
            with pytest.raises(KeyboardInterrupt), records.begin() as session:
                queue.submit(
                    session, person_id=learner.id, release_id=release.id, lesson="bai-mot",
                    notebook=b"{}", at=at,
                )  # fmt: skip
                raise KeyboardInterrupt
            assert not bell.wait(0.2)
        finally:
            bell.close()

    def test_rings_for_every_listener_and_forgets_the_dead(self, submit, records) -> None:
        bells = [records.listen() for _ in range(3)]
        bells.pop().close()
        submit()
        assert [bell.wait(10) for bell in bells] == [True, True]
        for bell in bells:
            bell.close()

    def test_can_be_ended_from_another_thread(self, records) -> None:
        bell = records.listen()
        timer = threading.Timer(0.1, bell.wake)
        timer.start()
        assert bell.wait(60)
        timer.join()
        bell.close()


def _stored(records: Records, submission: Submission) -> tuple[object, ...]:
    """State and points of the submission; how many marks, signs and lessons came of it."""
    with records.read() as session:
        kept = queue.find_submission(session, submission.id)
        assert kept
        release = releases.find_release(session, kept.release_id)
        assert release
        marks = session.scalars(
            select(ExerciseMarks).where(ExerciseMarks.submission_id == kept.id)
        ).all()
        assert all(count == 1 for count in Counter(mark.grade_id for mark in marks).values())
        return (
            kept.state,
            kept.points,
            len(marks),
            len(evidence.evidence_of(session, kept.person_id)),
            len(progress.progress_in(session, kept.person_id, release.course)),
        )
