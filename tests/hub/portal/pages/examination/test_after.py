"""After an examination, on pages: voids with their preview, passes that wait, appeals."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any

import pytest
import sat
from sat import AT

from records.assessment import sittings as kept
from records.examination import appeals, voids
from records.people import persons
from records.people.looks import looks_at
from records.tables.assessment import Sitting
from records.tables.examination import Candidate
from school.examination import after_acts, effects
from skills_framework import scale

EDGE, ITEM = sat.on_the_edge(scale.ability_at(3))
WHY = "Câu hỏi có hai phương án đúng (mẫu)."
VOIDS = "examinations/voids"


@pytest.fixture
def exam(bare_site: Any) -> Any:
    """`an` on the edge of passing, `binh` far below, in a closed room; it is three days later."""
    with bare_site.records.begin() as session:
        room = sat.add_room(
            session,
            persons.find_person(session, "quan"),
            invigilator=sat.find_or_add(session, "giam", 2, "ministry-officer"),
        )
        for name, shares in (("an", EDGE), ("binh", [0.0] * len(sat.ITEMS))):
            candidate = sat.seat(session, room, persons.find_person(session, name), shares)
            bare_site.facts[name] = candidate.id
            bare_site.facts[f"{name} sitting"] = candidate.sitting_id
        sat.close(session, room)
        bare_site.facts["examination"] = room.examination_id
    bare_site.clock.at = AT + dt.timedelta(days=3)
    return bare_site


def sitting(site: Any, name: str = "an") -> Sitting:
    with site.records.read() as session:
        return session.get(Sitting, site.facts[f"{name} sitting"])


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


async def test_a_void_is_looked_at_first_and_shows_everybody_before_and_after(exam: Any) -> None:
    officer = exam.as_("bo")
    page = (await officer.get(f"{VOIDS}?item={ITEM}")).text
    assert "2 lượt làm bài có câu này" in page and "đạt, chờ quyết định" in page
    assert "Nguyễn Thị An (mẫu)" in page and "Trần Văn Bình (mẫu)" in page
    assert page.index("Nguyễn Thị An") < page.index("Trần Văn Bình"), "who would lose comes first"
    with exam.records.read() as session:
        assert voids.every_void(session) == []
        person = persons.find_person(session, "binh")
        assert "examination" in {one.what for one in looks_at(session, person.id)}
    english = (await exam.as_("bo", "en").get(f"{VOIDS}?item={ITEM}")).text
    assert "passed, awaits a decision" in english


async def test_voiding_by_page_keeps_the_pass_until_somebody_decides(exam: Any) -> None:
    officer = exam.as_("bo")
    page = (await officer.get(f"{VOIDS}?item={ITEM}")).text
    form = {
        name: hidden(page, name) for name in ("action", "item", "digest", "examination", "seen")
    }
    short = await officer.post_form(VOIDS, **form, reason="Sai")
    assert short.status == 422 and "Sai" in short.text and "Nếu hủy câu" in short.text
    done = await officer.post_form(VOIDS, **form, reason=WHY)
    assert done.status == 303, done.text[done.text.find("refused") :][:600]
    page = (await officer.get(f"{VOIDS}?done=void")).text
    assert "đã được tính lại" in page and WHY in page
    assert sitting(exam).passed is True and effects.waits(sitting(exam))
    key = exam.facts["an sitting"]
    taken = await officer.post_form(VOIDS, action="take", sitting=key, reason=WHY)
    assert taken.status == 303
    assert (sitting(exam).passed, sitting(exam).pass_kept) == (False, WHY)
    assert "Không có kết quả nào chờ" in (await officer.get(VOIDS)).text


async def test_a_void_of_what_changed_meanwhile_comes_back_with_the_new_table(exam: Any) -> None:
    officer = exam.as_("bo")
    page = (await officer.get(f"{VOIDS}?item={ITEM}")).text
    seen = hidden(page, "seen")
    with exam.records.begin() as session:
        session.get(Sitting, exam.facts["binh sitting"]).passed = True
    form = {"action": "void", "item": ITEM, "digest": "", "examination": "", "reason": WHY}
    late = await officer.post_form(VOIDS, **form, seen=seen)
    assert late.status == 422 and "Hãy xem lại bảng" in late.text
    assert hidden(late.text, "seen") != seen
    assert WHY in late.text


async def test_one_who_was_asked_the_item_may_look_and_not_void(exam: Any) -> None:
    with exam.records.begin() as session:
        persons.grant_role(session, persons.find_person(session, "an").id, "ministry-officer")
    page = (await exam.as_("an").get(f"{VOIDS}?item={ITEM}")).text
    assert "phải do người khác quyết định" in page and 'name="seen"' not in page


async def test_a_decision_about_a_candidate_is_told_with_its_reason(exam: Any) -> None:
    where = f"examinations/decide/{exam.facts['an']}"
    officer = exam.as_("bo")
    assert "Nguyễn Thị An (mẫu)" in (await officer.get(where)).text
    empty = await officer.post_form(where, state="cancelled", reason="")
    assert empty.status == 422
    done = await officer.post_form(where, state="cancelled", reason=WHY)
    assert done.status == 303, done.text[done.text.find("refused") :][:600]
    with exam.records.read() as session:
        assert session.get(Candidate, exam.facts["an"]).state == "cancelled"
    told = (await exam.as_("an").get(f"examinations/own/{exam.facts['an']}/appeal")).text
    assert WHY in told and "Hủy bài" in told


async def test_an_appeal_from_asking_to_its_answer(exam: Any) -> None:
    where, learner = f"examinations/own/{exam.facts['an']}/appeal", exam.as_("an")
    assert "Gửi đơn phúc khảo" in (await learner.get(where)).text
    short = await learner.post_form(where, text="Sai")
    assert short.status == 422 and ">Sai</textarea>" in short.text
    assert (await learner.post_form(where, text="Tôi đề nghị xem lại <b>câu 3</b>.")).status == 303
    with exam.records.read() as session:
        appeal = appeals.appeal_of(session, exam.facts["an sitting"])
        rows = kept.answers_of(session, exam.facts["an sitting"])
    page = (await exam.as_("bo").get("examinations/appeals")).text
    assert f'href="/services/portal/examinations/appeals/{appeal.id}"' in page
    review = f"examinations/appeals/{appeal.id}"
    page = (await exam.as_("bo").get(review)).text
    assert "&lt;b&gt;câu 3" in page and "<b>câu 3" not in page
    assert all(row.item in page for row in rows)
    invigilator = exam.as_("giam")
    assert "phải do người khác" in (await invigilator.get(review)).text
    refused = await invigilator.post_form(review, decision="upheld", answer=WHY)
    assert refused.status == 422
    answered = await exam.as_("bo").post_form(review, decision="dismissed", answer=WHY)
    assert answered.status == 303
    told = (await learner.get(where)).text
    assert WHY in told and "Không chấp nhận" in told and "<textarea" not in told


async def test_who_may_not_sees_nothing(exam: Any) -> None:
    with exam.records.begin() as session:
        row = session.get(Sitting, exam.facts["an sitting"])
        key = appeals.record_appeal(session, row, WHY, at=AT).id
    pages = [VOIDS, "examinations/appeals", f"examinations/appeals/{key}"]
    pages.append(f"examinations/decide/{exam.facts['an']}")
    for name in ("an", "thay", "can-bo"):
        for page in pages:
            assert (await exam.as_(name).get(page)).status == 404, (name, page)
    auditor = exam.as_("kiem")
    for page in pages:
        shown = await auditor.get(page)
        assert shown.status == 200 and 'name="reason"' not in shown.text, page
        assert (await auditor.post_form(page, action="void")).status in (404, 405), page
    own = f"examinations/own/{exam.facts['an']}/appeal"
    assert (await exam.as_("binh").get(own)).status == 404
    assert (await exam.as_("binh").post_form(own, text=WHY)).status == 404


async def test_after_its_days_an_appeal_says_until_when_it_was(exam: Any) -> None:
    exam.clock.at = AT + dt.timedelta(days=after_acts.APPEAL_DAYS + 2)
    page = (await exam.as_("an").get(f"examinations/own/{exam.facts['an']}/appeal")).text
    assert "hạn đã qua" in page and "<textarea" not in page


async def test_the_auditor_sees_whether_seals_hold(exam: Any) -> None:
    auditor = exam.as_("kiem")
    assert "Niêm phong của 2 lượt thi còn nguyên." in (await auditor.get("audit?check=1")).text
    with exam.records.begin() as session:
        kept.answers_of(session, exam.facts["an sitting"])[1].credit = 0.25
    page = (await auditor.get("audit?check=1")).text
    assert "Niêm phong của 1 lượt thi không còn đúng." in page
    assert f"Lượt thi {exam.facts['an sitting']}:" in page and "answers.2.credit" in page
