"""A level on pages: why it is so, down to the answers; contested; checked half a year later; and
numbers for officers, who see no answer anywhere."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

import courses
from records.assessment import contests
from records.assessment import sittings as kept
from records.people import persons
from records.platform import audit
from records.tables.assessment import Sitting
from school.assessment import retained
from school.assessment.item_bank import the_bank

CONTENT = Path(courses.__file__).parent / "content"
ASK = "placement/question"
SECRET = "câu trả lời bí mật của An"


@pytest.fixture
def site(unmarked: Any) -> Any:
    return unmarked


def placed(site: Any, earned: dict[str, float], *, answer: str = "") -> int:
    """A placement of “an” that has ended: items of the bank by what they measure, with what they
    earned; its key."""
    bank = the_bank()
    with site.records.begin() as session:
        person = persons.find_person(session, "an")
        parameters = bank.parameters
        kept.keep_parameters(
            session, parameters.version, rule="start-1", content=parameters.content,
            at=site.clock.at,
        )  # fmt: skip
        sitting = kept.begin(
            session, person.id, "placement", parameters=parameters.version,
            framework="vn-tt02-2025", seed=1, eligible=b"", at=site.clock.at,
        )  # fmt: skip
        for item, credit in earned.items():
            asked = kept.Asked(item, parameters.about(item)["digest"], 0, 1)
            row = kept.ask(session, sitting, asked, at=site.clock.at)
            row.given_at, row.credit, row.seconds = site.clock.at, credit, 30
            row.answer = json.dumps({"x": answer}, ensure_ascii=False) if answer else None
        sitting.state, sitting.ended_at, sitting.ending = "ended", site.clock.at, "sure"
        kept.keep_results(
            session, sitting, [kept.Known(d, 0.5, 0.4, -0.3, 1.3) for d in ("", *"123456")]
        )
        return sitting.id


def items_of(competence: str, count: int) -> list[str]:
    parameters = the_bank().parameters
    found = [one for one in parameters.names if parameters.about(one)["measures"] == competence]
    return sorted(found, key=lambda one: parameters.about(one)["level"])[:count]


async def test_a_competence_says_its_level_how_sure_and_why_down_to_the_answers(site: Any) -> None:
    items = items_of("1.1", 2)
    key = placed(site, dict.fromkeys(items, 1.0))
    page = (await site.as_("an").get("competences/1.1")).text
    level = the_bank().parameters.about(items[0])["level"]
    assert f"Anh/chị đang ở bậc {level}" in page
    assert "Mức chắc chắn" in page and "Vì sao: 2 câu" in page and ">0,7<" in page
    assert f'href="/services/portal/placement/results/{key}/answers#cau-2"' in page
    site.clock.at += dt.timedelta(days=730)
    assert "0,35" in (await site.as_("an").get("competences/1.1")).text, "half after two years"
    english = (await site.as_("an", "en").get("competences/1.1")).text
    assert "How sure" in english
    profile = (await site.as_("an").get("profile")).text
    assert f"<strong>Bậc {level}</strong>" in profile


async def test_ones_own_answers_show_as_given_and_to_nobody_else(site: Any) -> None:
    key = placed(site, {items_of("1.1", 1)[0]: 0.0})
    page = (await site.as_("an").get(f"placement/results/{key}/answers")).text
    assert 'id="cau-1"' in page and "chưa làm được" in page and "<fieldset disabled>" in page
    for username in ("binh", "thay", "can-bo", "bo", "kiem", "quan"):
        for path in (f"placement/results/{key}/answers", f"placement/results/{key}"):
            assert (await site.as_(username).get(path)).status == 404, username


async def test_who_does_not_agree_is_answered_by_a_person_and_never_by_themselves(
    site: Any,
) -> None:
    placed(site, dict.fromkeys(items_of("1.1", 2), 1.0), answer=SECRET)
    learner = site.as_("an")
    empty = await learner.post_form("competences/1.1", text=" ")
    assert empty.status == 422 and "Hãy viết vì sao" in empty.text
    text = "Tôi <b>dạy</b> việc này hằng tuần"
    assert (await learner.post_form("competences/1.1", text=text)).status == 302
    again = await learner.post_form("competences/1.1", text="Nữa")
    assert again.status == 422 and "đang chờ người xét" in again.text
    for username in ("an", "thay", "can-bo", "kiem"):
        assert (await site.as_(username).get("contests")).status == 404, username
    page = (await site.as_("bo").get("contests")).text
    assert "Tôi &lt;b&gt;dạy" in page and "2 trên 2" in page and SECRET not in page
    with site.records.read() as session:
        (row,) = contests.open_contests(session)
    low = await site.as_("bo").post_form(
        "contests", contest=row.id, outcome="upheld", given=row.level, answer="Đúng đã gõ"
    )
    assert low.status == 422 and "chọn bậc mới" in low.text and "Đúng đã gõ" in low.text
    decided = await site.as_("bo").post_form(
        "contests", contest=row.id, outcome="upheld", given=6, answer="Đúng, có minh chứng"
    )
    assert decided.status == 303
    page = (await learner.get("competences/1.1")).text
    assert "Anh/chị đang ở bậc 6" in page and "Theo quyết định ngày" in page
    assert "Đúng, có minh chứng" in page
    with site.records.read() as session:
        actions = [one.action for one in audit.entries(session)]
    assert {"contest.ask", "contest.decide"} <= set(actions)


async def test_an_officer_of_the_ministry_does_not_see_their_own_contest(site: Any) -> None:
    assert (await site.as_("bo").post_form("competences/1.1", text="Của tôi")).status == 302
    assert "Của tôi" not in (await site.as_("bo").get("contests")).text
    with site.records.read() as session:
        (row,) = contests.open_contests(session)
    own = await site.as_("bo").post_form(
        "contests", contest=row.id, outcome="upheld", given=8, answer="Vâng"
    )
    assert own.status == 404
    assert "Của tôi" in (await site.as_("quan").get("contests")).text


async def test_half_a_year_later_a_few_items_are_offered_and_compared(site: Any) -> None:
    placed(site, {items_of("1.1", 1)[0]: 1.0})
    learner = site.as_("an")
    assert "Kiểm tra còn nhớ" not in (await learner.get("learning")).text
    assert (await learner.post_form("retained", action="begin")).status == 404
    site.clock.at += retained.AFTER
    learner = site.as_("an")
    assert 'href="/services/portal/retained"' in (await learner.get("learning")).text
    begun = await learner.post_form("retained", action="begin")
    assert begun.headers["Location"].endswith("retained/question")
    for number in range(1, 10):
        page = await learner.get("retained/question")
        assert f"Câu {number}" in page.text
        assert 'action="/services/portal/retained/question"' in page.text
        site.clock.at += dt.timedelta(seconds=20)
        said = await learner.post_form("retained/question", number=number, action="unknown")
        if "results" in said.headers["Location"]:
            break
    assert 5 <= number <= 8
    result = await learner.get(said.headers["Location"].split("/portal/")[1])
    assert f"Làm được 0 trên {number} câu" in result.text and "Có phần đã phai" in result.text
    with site.records.read() as session:
        person = persons.find_person(session, "an")
        (row,) = kept.ended_of(session, person.id, "retained")
        assert row.earned == 0 and 0 < row.expected < number
    assert "Kiểm tra còn nhớ" not in (await learner.get("learning")).text, "once is enough"


async def test_officers_see_how_levels_are_spread_and_nothing_about_few(site: Any) -> None:
    placed(site, dict.fromkeys(items_of("1.1", 2), 1.0), answer=SECRET)
    with site.records.begin() as session:
        person = persons.find_person(session, "an")
        person.audience_group = "d"
        unit = person.unit_id
    page = (await site.as_("can-bo").get(f"units/{unit}/levels")).text
    assert "dưới 5 người" in page and "&lt;5" in page and SECRET not in page
    assert "(mẫu)" not in page.split("<main")[1].split("</main")[0].replace("giả lập", "")
    file = await site.as_("bo").get(f"units/{unit}/levels.csv")
    assert file.status == 200 and "<5" in file.text and SECRET not in file.text
    for username in ("an", "thay"):
        assert (await site.as_(username).get(f"units/{unit}/levels")).status == 404


async def test_a_lesson_that_a_placement_credits_says_so_and_is_not_taken(site: Any) -> None:
    key = placed(site, {items_of("1.1", 1)[0]: 1.0})
    with site.records.begin() as session:
        sitting = session.get_one(Sitting, key)
        for one in kept.results_of(session, key):
            row = session.get_one(kept.SittingResult, (sitting.id, one, 0))
            row.estimate, row.low, row.high = 6.0, 5.5, 6.5
    page = (await site.as_("an").get("courses/nhan-thuc-chung")).text
    assert "đã thạo, được miễn phần đọc" in page and "Vào thẳng bài tập" in page
    assert "chưa nộp" in page, "a credit is no completion"
    site.clock.at += dt.timedelta(days=366)
    assert "đã thạo" not in (await site.as_("an").get("courses/nhan-thuc-chung")).text


async def test_my_data_says_who_sees_what(site: Any) -> None:
    page = (await site.as_("an").get("my-data")).text
    part = page.split('id="who-sees"')[1].split("Ai đã xem")[0]
    assert "Chỉ anh/chị" in part and "giảng viên, kiểm toán viên, quản trị viên" in part
    english = (await site.as_("an", "en").get("my-data")).text
    assert "Who sees what about me" in english
