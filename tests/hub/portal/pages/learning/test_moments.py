"""The way on the first day, and the moments at its end: pages of the learner's own."""

from __future__ import annotations

import re
from typing import Any

from settled import store_marks
from stocked import certify

from graders import CellMarks, Marks
from records.courses import releases
from records.learning import enrolments
from records.marking import queue
from records.people import persons
from school import access
from school.assessment import acts
from school.learning import overview

COURSE = "nhan-thuc-chung"


def finish(site: Any, username: str, share: float = 0.9) -> None:
    """Every lesson of the course handed in and marked."""
    at = site.clock.at
    with site.records.begin() as session:
        person = persons.find_person(session, username)
        release = releases.current_release(session, COURSE)
        enrolments.begin_course(session, person.id, COURSE, at=at, seed=1)
        for lesson in release.manifest.lessons:
            handed_in = queue.submit(
                session,
                person_id=person.id,
                release_id=release.id,
                lesson=lesson.slug,
                # The same notebook twice is the same submission.
                notebook=releases.lesson_notebook(session, release, lesson.slug, "learner")
                + b" " * round(10 * share),
                at=at,
                seed=1,
            )
            queue.claim(session, worker="w", at=at, lease=overview.SOON)
            cells = tuple(
                CellMarks(one.grade_id, one.points * share, one.points) for one in lesson.exercises
            )
            total = sum(one.max for one in cells)
            marks = Marks("marked", total * share, total, cells)
            assert store_marks(session, handed_in.id, marks, worker="w", at=at)


async def test_the_way_is_there_from_the_first_login_and_without_empty_bars(site: Any) -> None:
    page = (await site.as_("an").get("learning")).text
    assert "Đường đến giấy chứng nhận" in page
    assert page.count('aria-current="step"') == 1
    assert "Anh/chị đang ở đây" in page
    assert "tổng điểm từ 50% trở lên" in page
    assert "<progress" not in page
    assert 'class="levels"' not in page
    course = (await site.as_("an").get(f"courses/{COURSE}")).text
    assert course.count('aria-current="step"') == 1
    assert "<progress" not in course


async def test_the_proposed_course_is_not_offered_again_below(site: Any) -> None:
    page = (await site.as_("an").get("learning")).text
    titles = re.findall(r"<h3><a [^>]*>([^<]*)</a>", page)
    assert "Nhận thức chung về chuyển đổi số" not in titles


async def test_a_finished_course_has_a_page_of_its_own_and_nothing_before(site: Any) -> None:
    an = site.as_("an")
    assert (await an.get(f"courses/{COURSE}/finished")).status == 404
    finish(site, "an", share=0.3)
    assert (await an.get(f"courses/{COURSE}/finished")).status == 404
    assert "còn thiếu 12 điểm" in (await an.get(f"courses/{COURSE}")).text
    finish(site, "an")
    page = (await an.get(f"courses/{COURSE}/finished")).text
    assert "Năng lực đã có được" in page
    assert "bậc " in page
    catalogue = (await an.get("catalogue")).text
    assert "Hoàn thành" in catalogue
    assert "Đang học" not in catalogue


async def test_the_green_line_leads_to_the_moment_not_to_the_checking_page(site: Any) -> None:
    finish(site, "an")
    an = site.as_("an")
    lesson = f"courses/{COURSE}/lessons/doc-va-lam-sach-bang?xem=ca-bai"
    assert f"courses/{COURSE}/finished" in (await an.get(lesson)).text
    number = certify(site, "an")
    page = (await an.get(lesson)).text
    assert f"my-certificates/{number}" in page
    assert "verify/" not in page


async def test_the_holder_sees_the_paper_itself_and_can_take_print_and_share_it(site: Any) -> None:
    finish(site, "an")
    number = certify(site, "an")
    an = site.as_("an")
    page = (await an.get(f"my-certificates/{number}")).text
    for kind in (".png", ".pdf", ".pdf?xem=1", ".jwt"):
        assert f"certificates/{number}{kind}" in page
    assert f"/services/portal/verify/{number}" in page
    assert "Năng lực đã có được" in page
    picture = await an.get(f"certificates/{number}.png")
    assert picture.body.startswith(b"\x89PNG")
    assert picture.headers["Content-Type"] == "image/png"
    printed = await an.get(f"certificates/{number}.pdf?xem=1")
    assert printed.headers["Content-Disposition"].startswith("inline")
    taken = await an.get(f"certificates/{number}.pdf")
    assert taken.headers["Content-Disposition"].startswith("attachment")
    assert (await site.as_("binh").get(f"my-certificates/{number}")).status == 404
    assert (await site.as_("binh").get(f"certificates/{number}.png")).status == 404


async def test_a_revoked_certificate_offers_no_paper_to_show(site: Any) -> None:
    number = certify(site, "an")
    with site.records.begin() as session:
        bo = access.load_actor(session, "bo", at=site.clock.at)
        acts.revoke_certificate(session, bo, number, reason="Nhầm người", at=site.clock.at)
    page = (await site.as_("an").get(f"my-certificates/{number}")).text
    assert "Đã thu hồi ngày" in page
    assert ".png" not in page
    assert ".jwt" not in page
    assert 'class="button" href="/services/portal/certificates/' not in page
    home = (await site.as_("an").get("learning")).text
    assert "Giấy chứng nhận của anh/chị" not in home


async def test_the_competence_page_points_to_the_lesson_that_measures(site: Any) -> None:
    fresh = (await site.as_("an").get("profile")).text
    assert "Làm bài này:" in fresh
    assert re.search(r"lessons/[a-z0-9-]+\?bai=\d+", fresh)
    assert ">–<" not in fresh
    finish(site, "an")
    grown = (await site.as_("an").get("profile")).text
    assert "Lên bậc" in grown
