"""The instructor's pages: insight, marks by hand, messages, terms."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from settled import store_marks

import courses
from core.calendar import HANOI
from graders import CellMarks, Marks
from graders.service.remark import try_next
from records.courses import lesson_terms, releases
from records.learning import enrolments
from records.marking import queue
from records.marking.marks import marks_of
from records.people import persons
from records.people.looks import looks_at
from records.platform import audit
from records.tables.marking import Submission
from school.marking import reviews

ROOT = Path(__file__).parents[5]
TEMPLATE = ROOT / "courses" / "template"
COURSE, LESSON = "khoa-mau", "bai-mau"
HOUR = dt.timedelta(hours=1)
PAGES = [
    "teaching",
    f"teaching/courses/{COURSE}",
    f"teaching/courses/{COURSE}/signs",
    f"teaching/courses/{COURSE}/lessons/{LESSON}",
    "teaching/dead",
    "teaching/classes",
]


def hand_in(
    site: Any,
    username: str,
    *,
    share: float = 0.5,
    priority: int = queue.PRACTICE,
    review: str = "",
) -> int:
    """A marked submission: ``share`` of every exercise's points; ``review`` waits for a person."""
    with site.records.begin() as session:
        person = persons.find_person(session, username)
        release = releases.current_release(session, COURSE)
        enrolments.begin_course(session, person.id, COURSE, at=site.clock.at, seed=1)
        notebook = releases.lesson_notebook(session, release, LESSON, "learner")
        queue.submit(
            session,
            person_id=person.id,
            release_id=release.id,
            lesson=LESSON,
            notebook=notebook,
            at=site.clock.at,
            priority=priority,
            seed=1,
        )
        claimed = queue.claim(session, worker="w", at=site.clock.at, lease=dt.timedelta(minutes=1))
        exercises = releases.find_lesson(release, LESSON).exercises
        cells = tuple(
            CellMarks(
                one.grade_id,
                one.points * share,
                one.points,
                feedback="Xem lại dòng ba.",
                needs_review=one.grade_id == review,
            )
            for one in exercises
        )
        marks = Marks("marked", sum(c.points for c in cells), sum(c.max for c in cells), cells)
        assert store_marks(session, claimed.id, marks, worker="w", at=site.clock.at)
        return claimed.id


def first_exercise(site: Any) -> str:
    with site.records.read() as session:
        release = releases.current_release(session, COURSE)
        return releases.find_lesson(release, LESSON).exercises[0].grade_id


@pytest.mark.parametrize("page", PAGES)
async def test_teaching_pages_show_for_teachers_and_look_absent_to_others(
    site: Any, page: str
) -> None:
    for username in ("thay", "kiem", "quan"):
        assert (await site.as_(username).get(page)).status == 200, username
    for username in ("an", "can-bo", "bo"):
        assert (await site.as_(username).get(page)).status == 404, username


async def test_a_lesson_shows_how_its_exercises_went(site: Any) -> None:
    for username in ("an", "binh", "can-bo"):
        hand_in(site, username)
    page = await site.as_("thay").get(f"teaching/courses/{COURSE}/lessons/{LESSON}")
    assert "50%" in page.text
    assert "Xem lại dòng ba." in page.text  # three people met it
    assert "Nguyễn Thị An (mẫu)" in page.text


async def test_points_given_by_hand_are_stored_and_an_auditor_can_only_look(site: Any) -> None:
    waiting = first_exercise(site)
    submission = hand_in(site, "an", review=waiting)
    page = f"teaching/submissions/{submission}"
    assert "Ghi điểm" in (await site.as_("thay").get(page)).text
    assert "Ghi điểm" not in (await site.as_("kiem").get(page)).text
    given = {"grade_id": waiting, "points": "0,5", "comment": "Nêu thêm ví dụ."}
    assert (await site.as_("kiem").post_form(page, **given)).status == 404
    answer = await site.as_("thay").post_form(page, **given)
    assert "Đã ghi điểm." in answer.text
    with site.records.read() as session:
        marks = {mark.grade_id: mark for mark in marks_of(session, submission)}
        assert marks[waiting].points == 0.5
        assert marks[waiting].feedback == "Nêu thêm ví dụ."


async def test_points_that_are_no_number_get_a_clear_message(site: Any) -> None:
    submission = hand_in(site, "an", review=first_exercise(site))
    answer = await site.as_("thay").post_form(
        f"teaching/submissions/{submission}", grade_id=first_exercise(site), points="nhiều"
    )
    assert answer.status == 422
    assert "Điểm phải là một số" in answer.text


async def test_a_dead_submission_is_listed_with_its_reason_and_sent_back(site: Any) -> None:
    submission = hand_in(site, "an")
    with site.records.begin() as session:
        row = session.get(Submission, submission)
        row.state, row.failure = "dead", "the marker ended five times"
    page = await site.as_("thay").get("teaching/dead")
    assert "the marker ended five times" in page.text
    answer = await site.as_("thay").post_form("teaching/dead", submission=submission)
    assert answer.status == 302
    with site.records.read() as session:
        assert queue.find_submission(session, submission).state == "queued"


async def test_a_mended_check_is_tried_shown_and_applied(taught: Any) -> None:
    submission = hand_in(taught, "an", share=0.25)  # not enough to pass
    with taught.records.begin() as session:
        course = courses.load_course(TEMPLATE)
        renamed = dataclasses.replace(course, summary=course.summary + " (sửa câu kiểm tra)")
        releases.publish(session, courses.make_release(renamed), at=taught.clock.at, by="thay")
    teacher = taught.as_("thay")
    begun = await teacher.post_form(
        f"teaching/courses/{COURSE}/remark", lesson=LESSON, reason="Câu một chấm sai"
    )
    assert begun.status == 302, begun.text
    page = begun.headers["Location"].removeprefix("/services/portal/")
    assert "Đang chấm thử 0/1" in (await teacher.get(page)).text
    while try_next(taught.records, taught.portal.marker):
        pass
    shown = await teacher.get(page)
    assert "Giữ điểm cũ" in shown.text  # the empty notebook really earns nothing
    assert "Nguyễn Thị An (mẫu)" in shown.text
    done = await teacher.post_form(page, decision="apply", also_lower="1")
    assert done.status == 302
    with taught.records.read() as session:
        assert queue.find_submission(session, submission).points == 0
        assert audit.verify(session).broken_at is None


async def test_a_message_reaches_its_course_and_is_put_aside(site: Any) -> None:
    teacher, learner = site.as_("thay"), site.as_("an")
    hand_in(site, "an")
    message = {"to": f"course:{COURSE}", "title": "Nhắc <b>hạn</b>", "body": "Nộp trước 14/12."}
    assert (await learner.post_form("notices", **message)).status == 404
    assert (await teacher.post_form("notices", **message)).status == 200
    home = (await learner.get("")).text
    assert "Nhắc &lt;b&gt;hạn&lt;/b&gt;" in home
    assert "Nộp trước 14/12." not in (await site.as_("binh").get("")).text
    number = home.split('name="notice" value="')[1].split('"')[0]
    await learner.post_form("notices/aside", notice=number)
    assert "Nộp trước 14/12." not in (await learner.get("")).text


async def test_an_officer_writes_to_the_own_unit_and_to_no_other(site: Any) -> None:
    with site.records.read() as session:
        own = persons.find_unit(session, "province", "2025", "15").id
        other = persons.find_unit(session, "province", "2025", "01").id
    officer = site.as_("can-bo")
    text = {"title": "Lịch học", "body": "Sáng thứ hai."}
    assert (await officer.post_form("notices", to=f"unit:{own}", **text)).status == 200
    assert (await officer.post_form("notices", to=f"unit:{other}", **text)).status == 404
    assert (await officer.post_form("notices", to=f"course:{COURSE}", **text)).status == 404


async def test_three_accounts_on_one_browser_become_a_sign_to_look_at(site: Any) -> None:
    cookies: dict[str, str] = {}
    for username in ("an", "binh", "can-bo"):
        browser = site.as_(username)
        browser.cookies = cookies  # they share the office's computer
        await browser.get(f"courses/{COURSE}/lessons/{LESSON}")
        sent = await browser.send(
            "POST", "api/v1/submissions", {"course": COURSE, "lesson": LESSON}
        )
        assert sent.status == 202, sent.text
        with site.records.begin() as session:
            claimed = queue.claim(session, worker="w", at=site.clock.at, lease=HOUR)
            store_marks(session, claimed.id, Marks("marked", 0, 1), worker="w", at=site.clock.at)
    page = (await site.as_("thay").get(f"teaching/courses/{COURSE}/signs")).text
    assert "Một trình duyệt, nhiều tài khoản trong ngày" in page
    assert "không phải kết luận" in page
    with site.records.read() as session:
        an = persons.find_person(session, "an")
        assert [look.what for look in looks_at(session, an.id)] == ["marks"]


async def test_answers_left_as_they_were_handed_out_are_no_sign(site: Any) -> None:
    for username in ("an", "binh"):
        hand_in(site, username)
    page = (await site.as_("thay").get(f"teaching/courses/{COURSE}/signs")).text
    assert "Không có dấu hiệu nào" in page


async def test_a_file_that_was_handed_in_is_only_ever_a_download(site: Any) -> None:
    learner, page = site.as_("an"), f"api/v1/courses/{COURSE}/lessons/{LESSON}"
    await learner.get(f"courses/{COURSE}/lessons/{LESSON}")
    revision = (await learner.get(page)).json["revision"]
    upload = {"name": "../<b>.csv", "base64": "PHNjcmlwdD4="}
    answers = {"revision": revision, "answers": {"mau-tra-loi-tep": upload}}
    assert (await learner.send("PUT", f"{page}/answers", answers)).status == 200
    sent = await learner.send("POST", "api/v1/submissions", {"course": COURSE, "lesson": LESSON})
    path = f"teaching/submissions/{sent.json['id']}/files"
    found = await site.as_("thay").get(f"{path}/mau-tra-loi-tep")
    assert found.body == b"<script>"
    assert found.headers["Content-Type"] == "application/octet-stream"
    assert found.headers["Content-Disposition"].startswith("attachment")
    assert ".." not in found.headers["Content-Disposition"]
    assert (await site.as_("thay").get(f"{path}/mau-tra-loi-mot")).status == 404
    assert (await learner.get(f"{path}/mau-tra-loi-tep")).status == 404


async def test_a_deadline_and_a_number_of_attempts_are_set_by_a_teacher_only(site: Any) -> None:
    teacher, learner = site.as_("thay"), site.as_("an")
    page = f"courses/{COURSE}/lessons/{LESSON}"
    path, given = f"teaching/{page}/terms", {"closes": "2026-11-22T09:00", "tries": "2"}
    assert (await learner.post_form(path, **given)).status == 404
    asked = await teacher.post_form(path, **given)
    assert asked.status == 422
    assert "mọi người học thấy lời giải mẫu" in asked.text
    assert 'value="2026-11-22T09:00"' in asked.text
    with site.records.read() as session:
        assert lesson_terms.find_terms(session, COURSE, LESSON) is None
    assert (await teacher.post_form(path, **given, sure="1")).status == 302
    assert (await teacher.post_form(path, **given)).status == 302  # unchanged: nothing to ask
    assert "2026-11-22T09:00" in (await teacher.get(f"teaching/{page}")).text
    await learner.get(page)  # the site's clock says 10:00 in Hà Nội
    late = await learner.send("POST", "api/v1/submissions", {"course": COURSE, "lesson": LESSON})
    assert late.status == 409
    assert "hết hạn nộp" in late.text


@pytest.mark.parametrize("wrong", [{"closes": "mai"}, {"tries": "0"}, {"tries": "nhiều"}])
async def test_terms_that_make_no_sense_get_a_clear_message(site: Any, wrong: Any) -> None:
    path = f"teaching/courses/{COURSE}/lessons/{LESSON}/terms"
    answer = await site.as_("thay").post_form(path, **wrong)
    assert answer.status == 422
    assert "đúng dạng" in answer.text or "từ 1 đến 100" in answer.text


async def test_a_deadline_keeps_its_seconds_when_it_is_saved_again(site: Any) -> None:
    teacher, path = site.as_("thay"), f"teaching/courses/{COURSE}/lessons/{LESSON}"
    for typed, shown in (("2026-12-31T23:59:59", "T23:59:59"), ("2026-12-31T23:59", "T23:59")):
        assert (await teacher.post_form(f"{path}/terms", closes=typed, tries="")).status == 302
        page = (await teacher.get(path)).text
        assert f'value="2026-12-31{shown}"' in page
        assert "Giờ Việt Nam" in page
        with site.records.read() as session:
            kept = lesson_terms.find_terms(session, COURSE, LESSON).closes_at
        assert kept.astimezone(HANOI).replace(tzinfo=None) == dt.datetime.fromisoformat(typed)


async def test_saving_a_deadline_says_what_now_holds_and_stays_there(site: Any) -> None:
    teacher, path = site.as_("thay"), f"teaching/courses/{COURSE}/lessons/{LESSON}"
    saved = await teacher.post_form(f"{path}/terms", closes="2026-12-31T23:59", tries="2")
    assert saved.headers["Location"].endswith(f"{path}?saved=terms#terms")
    page = (await teacher.get(f"{path}?saved=terms")).text
    assert "Đã lưu. Hạn nộp: 23:59, 31/12/2026 (giờ Việt Nam). Được nộp 2 lần." in page
    assert 'id="terms"' in page
    assert "Đã lưu." not in (await teacher.get(path)).text
    await teacher.post_form(f"{path}/terms", closes="", tries="")
    page = (await teacher.get(f"{path}?saved=terms")).text
    assert "Đã lưu. Bài không có hạn nộp. Số lần nộp không giới hạn." in page


async def test_submissions_stand_in_the_order_of_time_whatever_their_numbers(site: Any) -> None:
    early = site.clock.at - dt.timedelta(days=3)
    first, second = hand_in(site, "an"), hand_in(site, "binh")
    with site.records.begin() as session:
        session.get(Submission, max(first, second)).submitted_at = early  # it came from elsewhere
    page = (await site.as_("thay").get(f"teaching/courses/{COURSE}/lessons/{LESSON}")).text
    places = [page.index(f"teaching/submissions/{one}") for one in sorted((first, second))]
    assert places == sorted(places)
    rest = await site.as_("thay").get(
        f"teaching/courses/{COURSE}/lessons/{LESSON}?before={min(first, second)}"
    )
    assert f"teaching/submissions/{max(first, second)}" in rest.text
    assert f"teaching/submissions/{min(first, second)}" not in rest.text


def test_a_field_that_was_overwritten_is_shown_without_our_notation() -> None:
    source = "#| form: number\n#| label: Bao nhiêu\nx = print(1)\n"
    assert reviews.without_notation(source) == "x = print(1)"


async def test_the_lab_shows_the_sentence_of_each_task_once_it_is_marked(site: Any) -> None:
    hand_in(site, "an")
    guide = (await site.as_("an").get(f"api/v1/courses/{COURSE}/lessons/{LESSON}/guide")).json
    with_marks = [task for task in guide["tasks"] if task["points"] is not None]
    assert with_marks
    assert {task["feedback"] for task in with_marks} == {"Xem lại dòng ba."}
