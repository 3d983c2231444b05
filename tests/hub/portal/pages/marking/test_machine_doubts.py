"""What a machine could not decide, on the pages: both results for whoever marks, one entry for the
author where many meet it, one sentence for the learner."""

from __future__ import annotations

import datetime as dt
from typing import Any

from settled import store_marks

from graders import CellMarks, Marks
from graders.strict import feedback
from records.courses import releases
from records.learning import enrolments
from records.marking import queue
from records.people import persons
from school.marking.reviews import MANY_LEARNERS

COURSE, LESSON, ESSAY = "khoa-mau", "bai-mau", "mau-bai-viet"
HOUR = dt.timedelta(hours=1)
NOTE = str(feedback.note_of_two_ways())
TOLD = str(feedback.of_waiting())


def _in_doubt(site: Any, person_id: int) -> int:
    """A submission whose first exercise the two ways of marking disagree on."""
    with site.records.begin() as session:
        release = releases.current_release(session, COURSE)
        asked = releases.find_lesson(release, LESSON).exercises
        handed_in = queue.submit(
            session,
            person_id=person_id,
            release_id=release.id,
            lesson=LESSON,
            notebook=releases.lesson_notebook(session, release, LESSON, "learner"),
            at=site.clock.at,
        )
        queue.claim(session, worker="w", at=site.clock.at, lease=HOUR)
        doubt = {"feedback": TOLD, "needs_review": True, "note": NOTE, "other": asked[0].points}
        cells = tuple(
            CellMarks(one.grade_id, 0.0, one.points, **(doubt if number == 0 else {}))
            for number, one in enumerate(one for one in asked if one.grade_id != ESSAY)
        )
        marks = Marks("marked", 0.0, sum(cell.max for cell in cells), cells)
        store_marks(session, handed_in.id, marks, worker="w", at=site.clock.at)
        return int(handed_in.id)


def _learner(site: Any, username: str | None = None) -> int:
    with site.records.begin() as session:
        if username is not None:
            person = persons.find_person(session, username)
        else:
            person = persons.add_person(
                session, username=None, full_name="Học viên (mẫu)", at=site.clock.at
            )
        enrolments.begin_course(session, person.id, COURSE, at=site.clock.at)
        return int(person.id)


async def test_whoever_marks_sees_both_results_and_the_learner_one_sentence(site: Any) -> None:
    number = _in_doubt(site, _learner(site, "an"))
    seen = (await site.as_("thay").get(f"teaching/submissions/{number}")).text
    table = seen.partition('class="given two-ways"')[2].partition("</table>")[0]
    assert table.count("<strong>0</strong>") == 1
    assert table.count("<tr>") == 3
    assert NOTE in seen
    told = await site.as_("an").get(f"api/v1/submissions/{number}")
    shown = (await site.as_("an").get(f"courses/{COURSE}/lessons/{LESSON}?xem=ca-bai")).text
    assert TOLD in told.text and TOLD in shown
    for page in (told.text, shown):
        assert NOTE not in page
        assert "nbgrader" not in page
    assert not {"note", "other", "other_points"} & told.json["exercises"][0].keys()


async def test_trouble_that_many_meet_is_one_entry_for_the_author(site: Any) -> None:
    for _ in range(MANY_LEARNERS - 1):
        _in_doubt(site, _learner(site))
    home = (await site.as_("thay").get("teaching")).text
    assert "Ô bài tập cần tác giả sửa" not in home
    assert NOTE in home
    _in_doubt(site, _learner(site))
    home = (await site.as_("thay").get("teaching")).text
    troubled = home.partition('id="troubled"')[2].partition('id="waiting"')[0]
    assert NOTE in troubled
    assert f"{MANY_LEARNERS} người học" in troubled
    assert NOTE not in home.partition('id="waiting"')[2]


async def test_one_learner_who_hands_in_again_and_again_is_not_many(site: Any) -> None:
    person = _learner(site)
    for _ in range(MANY_LEARNERS + 1):
        site.clock.at += HOUR
        _in_doubt(site, person)
    home = (await site.as_("thay").get("teaching")).text
    assert "Ô bài tập cần tác giả sửa" not in home
    assert home.count(NOTE) == 1
