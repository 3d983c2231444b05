"""Marking by hand on the pages: rubrics, independent markers of an exam, what the learner is told;
and learners who finish on the release they began."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from settled import store_marks

import courses
from courses.notebooks import write_text
from graders import CellMarks, Marks
from records.courses import releases
from records.marking import queue, remarking, reviewing
from records.people import persons
from records.platform import audit
from school.marking.reviews import find_turn

TEMPLATE = Path(__file__).parents[5] / "courses" / "template"
COURSE, LESSON, ESSAY = "khoa-mau", "bai-mau", "mau-bai-viet"
HOUR = dt.timedelta(hours=1)
LESSON_PAGE = f"courses/{COURSE}/lessons/{LESSON}"
ALL = {"pick-0": "2.0", "pick-1": "1.0"}


async def hand_in_essay(site: Any, username: str = "an") -> int:
    """Write the essay on the page and hand it in; the machine's marks leave it to a person."""
    learner = site.as_(username)
    await learner.get(LESSON_PAGE)
    page = f"api/v1/{LESSON_PAGE}"
    revision = (await learner.get(page)).json["revision"]
    saved = await learner.send(
        "PUT",
        f"{page}/answers",
        {
            "revision": revision,
            "answers": {ESSAY: "Thưa bà con, **từ thứ hai** <script>x</script>"},
        },
    )
    assert saved.status == 200, saved.text
    sent = await learner.send("POST", "api/v1/submissions", {"course": COURSE, "lesson": LESSON})
    assert sent.status == 202, sent.text
    with site.records.begin() as session:
        claimed = queue.claim(session, worker="w", at=site.clock.at, lease=HOUR)
        release = releases.find_release(session, claimed.release_id)
        cells = tuple(
            CellMarks(one.grade_id, 0.0, one.points, needs_review=one.grade_id == ESSAY)
            for one in releases.find_lesson(release, LESSON).exercises
        )
        marks = Marks("marked", 0.0, sum(cell.max for cell in cells), cells)
        store_marks(session, claimed.id, marks, worker="w", at=site.clock.at)
        return int(claimed.id)


async def mark(site: Any, username: str, submission: int, **given: str) -> Any:
    page = f"teaching/submissions/{submission}"
    return await site.as_(username).post_form(page, grade_id=ESSAY, comment="", **given)


def publish(site: Any, **changed: Any) -> int:
    course = dataclasses.replace(courses.load_course(TEMPLATE), **changed)
    with site.records.begin() as session:
        made = courses.make_release(course)
        return releases.publish(session, made, at=site.clock.at, by="thay").number


def as_exam() -> tuple[courses.Lesson, ...]:
    (lesson,) = courses.load_course(TEMPLATE).lessons
    return (dataclasses.replace(lesson, exam=True),)


async def test_the_rubric_makes_the_points_and_the_learner_reads_what_was_picked(
    site: Any,
) -> None:
    submission = await hand_in_essay(site)
    shown = (await site.as_("thay").get(f"teaching/submissions/{submission}")).text
    assert "<strong>từ thứ hai</strong>" in shown, "what was written is shown as text"
    assert "<script>x" not in shown
    assert "Nêu việc phải làm, thời điểm và nơi hỏi." in shown
    home = (await site.as_("thay").get("teaching")).text
    assert "Viết, do người chấm" in home
    unfinished = await mark(site, "thay", submission, **{"pick-0": "2.0"})
    assert unfinished.status == 422
    assert "Dễ hiểu" in unfinished.text
    invented = await mark(site, "thay", submission, **{"pick-0": "1.7", "pick-1": "1.0"})
    assert invented.status == 422
    done = await mark(site, "thay", submission, **{"pick-0": "1.0", "pick-1": "0.5"})
    assert "Đã ghi điểm" in done.text
    told = (await site.as_("an").get(f"{LESSON_PAGE}?xem=ca-bai")).text
    assert "1,5 trên 3 điểm" in told
    assert "Có câu dài hoặc từ khó." in told
    answer = (await site.as_("an").get(f"api/v1/submissions/{submission}")).json
    [essay] = [one for one in answer["exercises"] if one["grade_id"] == ESSAY]
    assert [one["points"] for one in essay["rubric"]] == [1.0, 0.5]
    assert essay["rubric"][1]["texts"] == ["Có câu dài hoặc từ khó."]
    with site.records.read() as session:
        (review,) = reviewing.reviews_of(session, submission, ESSAY)
        assert (review.points, review.picks) == (1.5, [1.0, 0.5])


async def test_the_learner_is_told_on_the_home_page_until_the_exercise_was_seen(site: Any) -> None:
    submission, an = await hand_in_essay(site), site.as_("an")
    assert "Người chấm vừa chấm xong" not in (await an.get("learning")).text, "it still waits"
    await mark(site, "thay", submission, **ALL)
    home = (await an.get("learning")).text
    assert "Người chấm vừa chấm xong" in home
    assert "3 trên 3 điểm" in home
    assert "Người chấm" not in (await site.as_("binh").get("learning")).text
    [way] = re.findall(r"marks/seen\?of=([\d.]+)", home)
    assert (await site.as_("binh").get(f"marks/seen?of={way}")).status == 404, "another's mark"
    assert (await an.get("marks/seen?of=1.9999")).status == 404
    seen = await an.get(f"marks/seen?of={way}")
    assert seen.status == 302
    assert seen.headers["Location"].endswith(f"{LESSON_PAGE}?bai=10#bai-10")
    assert "Người chấm vừa chấm xong" not in (await an.get("learning")).text
    assert "Người chấm vừa chấm xong" in (await site.as_("an").get("learning")).text, "elsewhere"
    site.clock.at += dt.timedelta(days=61)
    assert "Người chấm vừa chấm xong" not in (await site.as_("an").get("learning")).text


async def test_what_a_browser_kept_of_seen_marks_is_read_with_care(site: Any) -> None:
    await mark(site, "thay", await hand_in_essay(site), **ALL)
    an = site.as_("an")
    an.cookies["motcham-seen-marks"] = "x-<b>-" + "9" * 400 + "-1.1.1-²"
    assert "Người chấm vừa chấm xong" in (await an.get("learning")).text


async def test_a_practice_s_marker_may_mend_what_they_gave(site: Any) -> None:
    submission = await hand_in_essay(site)
    await mark(site, "thay", submission, **{"pick-0": "1.0", "pick-1": "0.5"})
    page = (await site.as_("thay").get(f"teaching/submissions/{submission}")).text
    assert "Sửa điểm đã ghi" in page
    assert "Sửa điểm đã ghi" not in (
        (await site.as_("quan").get(f"teaching/submissions/{submission}")).text
    )
    await mark(site, "thay", submission, **ALL)
    with site.records.read() as session:
        assert queue.find_submission(session, submission).points == 3.0


async def test_two_markers_of_an_exam_are_independent_and_a_third_decides(site: Any) -> None:
    assert publish(site, lessons=as_exam()) == 2
    with site.records.begin() as session:
        third = persons.add_person(
            session, username="ba", full_name="Trịnh Thị Ba (mẫu)", at=site.clock.at
        )
        persons.grant_role(session, third.id, "instructor")
    submission = await hand_in_essay(site)
    page = f"teaching/submissions/{submission}"
    await mark(site, "thay", submission, **{"pick-0": "2.0", "pick-1": "1.0"})
    for reader in ("quan", "ba", "kiem"):
        seen = (await site.as_(reader).get(page)).text
        assert "Người chấm 1" not in seen, f"{reader} sees what the first gave"
        assert "Lê Thị Giảng" not in re.sub(r"<header.*?</header>", "", seen, flags=re.DOTALL)
    assert "còn chờ một người khác" in (await site.as_("thay").get(page)).text
    await mark(site, "quan", submission, **{"pick-0": "0.0", "pick-1": "0.5"})
    assert "Người chấm 2" not in (await site.as_("thay").get(page)).text, "not decided yet"
    assert (
        "Câu này do giảng viên chấm"
        not in (await site.as_("an").get(f"{LESSON_PAGE}?xem=ca-bai")).text
    )
    assert "lệch nhau: cần quyết định" in (await site.as_("ba").get("teaching")).text
    judge = (await site.as_("ba").get(page)).text
    assert "Người chấm 1" in judge
    assert "Người chấm 2" in judge
    assert "Quyết định điểm" in judge
    await mark(site, "ba", submission, **{"pick-0": "1.0", "pick-1": "0.5"})
    assert "Quyết định" in (await site.as_("thay").get(page)).text
    told = (await site.as_("an").get(f"{LESSON_PAGE}?xem=ca-bai")).text
    assert "1,5 trên 3 điểm" in told
    assert "Thiếu một ý." in told
    late = await mark(site, "thay", submission, **ALL)
    assert late.status == 422
    with site.records.read() as session:
        assert queue.find_submission(session, submission).points == 1.5
        assert audit.verify(session).broken_at is None


async def test_markers_of_an_exam_learn_whose_it_is_once_it_is_decided(site: Any) -> None:
    publish(site, lessons=as_exam())
    submission = await hand_in_essay(site)
    with site.records.read() as session:
        owner = persons.find_person(session, "an").full_name
    pages = (f"teaching/submissions/{submission}", f"teaching/courses/{COURSE}/lessons/{LESSON}")
    markers = ("thay", "quan")
    for marker in markers:
        for page in pages:
            seen = (await site.as_(marker).get(page)).text
            assert owner not in seen, page
            assert f"số {submission}" in seen, page
        await mark(site, marker, submission, **ALL)
    for page in pages:
        assert owner in (await site.as_("thay").get(page)).text, page


@pytest.mark.parametrize(
    ("markers", "reader", "needs_review", "exam", "turn"),
    [
        ([], 1, True, False, "mark"),
        ([], 9, True, False, ""),  # their own work
        ([1], 1, True, True, "wait"),
        ([1], 2, True, True, "mark"),
        ([1, 2], 3, True, True, "decide"),
        ([1, 2], 1, True, True, "wait"),
        ([1, 2, 3], 1, False, True, ""),
        ([1], 1, False, False, "mend"),
        ([1, 2], 1, False, False, ""),
        ([1], None, True, False, ""),  # an auditor only reads
    ],
)
def test_whose_turn_it_is(
    markers: list[int], reader: int | None, needs_review: bool, exam: bool, turn: str
) -> None:
    found = find_turn(markers, reader, owner_id=9, needs_review=needs_review, exam=exam)
    assert found == turn


async def test_a_learner_finishes_on_the_release_they_began(site: Any) -> None:
    early, late = site.as_("an"), site.as_("binh")
    await early.get(LESSON_PAGE)
    (lesson,) = courses.load_course(TEMPLATE).lessons
    source = json.loads(json.dumps(lesson.source))
    source["cells"][0]["source"] = "## Lời mở đầu đã sửa"
    assert publish(site, lessons=(dataclasses.replace(lesson, source=source),)) == 2
    assert "Lời mở đầu đã sửa" not in (await early.get(f"{LESSON_PAGE}?xem=ca-bai")).text
    assert "Lời mở đầu đã sửa" in (await late.get(f"{LESSON_PAGE}?xem=ca-bai")).text
    submission = await hand_in_essay(site, "an")
    with site.records.read() as session:
        release_id = queue.find_submission(session, submission).release_id
        assert releases.find_release(session, release_id).number == 1
    page = (await site.as_("thay").get(f"teaching/courses/{COURSE}")).text
    assert page.count(">thay</td>") == 2, "both releases stand in the table"


async def test_a_remark_keeps_what_people_gave_and_names_what_changes(site: Any) -> None:
    submission = await hand_in_essay(site)
    await mark(site, "thay", submission, **ALL)
    publish(site, summary="Sửa câu kiểm tra")
    with site.records.begin() as session:
        release = releases.current_release(session, COURSE)
        remark = remarking.begin_remark(
            session, release_id=release.id, lesson=LESSON, reason="Sửa", by="thay", at=site.clock.at
        )
        found = queue.find_submission(session, submission)
        cells = [
            CellMarks(one.grade_id, float(place == 0), one.points, needs_review=place > 9)
            for place, one in enumerate(releases.find_lesson(release, LESSON).exercises)
        ]
        marks = Marks("marked", 1.0, sum(cell.max for cell in cells), tuple(cells))
        remarking.record_try(session, remark, found, marks.as_dict())
        remarking.finish_counting(session, remark)
        number = remark.id
    shown = (await site.as_("thay").get(f"teaching/remarks/{number}")).text
    assert "Chọn một (single)</span>: 0 → 1" in shown
    assert "Tăng: 1 · Giảm: 0 · Không đổi: 0" in shown
    await site.as_("thay").post_form(f"teaching/remarks/{number}", decision="apply")
    told = (await site.as_("an").get(f"{LESSON_PAGE}?xem=ca-bai")).text
    assert "Câu ngắn, không thuật ngữ, đọc một lần hiểu ngay." in told
    with site.records.read() as session:
        assert queue.find_submission(session, submission).points == 4.0


async def test_what_stands_below_a_task_is_shown_to_whoever_marks_it(site: Any) -> None:
    learner = site.as_("an")
    await learner.get(LESSON_PAGE)
    notebook = (await learner.get(f"api/v1/{LESSON_PAGE}/notebook")).json
    task = next(i for i, cell in enumerate(notebook["cells"]) if cell["id"] == "mau-viec-tay")
    answer = notebook["cells"][task + 1]
    answer["source"] = write_text(answer, "Tôi đã giúp một người.")
    added = {"cell_type": "markdown", "id": "them", "metadata": {}, "source": "Viết trong Jupyter."}
    notebook["cells"].insert(task + 2, added)
    sent = await learner.send(
        "POST", "api/v1/submissions", {"course": COURSE, "lesson": LESSON, "notebook": notebook}
    )
    assert sent.status == 202, sent.text
    with site.records.begin() as session:
        claimed = queue.claim(session, worker="w", at=site.clock.at, lease=HOUR)
        cells = (CellMarks("mau-viec-tay", 0.0, 2.0, needs_review=True),)
        marks = Marks("marked", 0.0, 2.0, cells)
        store_marks(session, claimed.id, marks, worker="w", at=site.clock.at)
    page = (await site.as_("thay").get(f"teaching/submissions/{claimed.id}")).text
    assert "Tôi đã giúp một người." in page
    assert "Viết trong Jupyter." in page
    assert "Chạy <code>motcham course check</code>" not in page, "the author's own closing text"
