"""Teaching cards and people reached, on pages: the paper, the learner's lines, the unit's sums."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pypdf
import pytest
from carded import TEMPLATE, carded_course

import courses
from records.courses import releases
from records.learning import enrolments
from records.people import persons

COURSE = "khoa-mau"
OWN = f"courses/{COURSE}/reached"


@pytest.fixture
async def site(make_site: Any, tmp_path: Path) -> AsyncIterator[Any]:
    """The template's course, open to read, with a card; “an” takes it."""
    site, server = await make_site(TEMPLATE)
    course = carded_course(tmp_path)
    object.__setattr__(course, "open_reading", True)
    with site.records.begin() as session:
        releases.publish(session, courses.make_release(course), at=site.clock.at, by="thay")
        person = persons.find_person(session, "an")
        enrolments.begin_course(session, person.id, COURSE, at=site.clock.at, seed=1)
        site.facts = {"unit": person.unit_id, "nation": persons.find_nation(session).id}
    yield site
    server.stop()
    await server.close_all_connections()
    site.portal.threads.shutdown()
    site.portal.close()


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize(("language", "said"), [("vi", "Bài tập năm phút"), ("en", "five minutes")])
async def test_the_card_comes_in_the_readers_language_to_learners_and_strangers(
    site: Any, language: str, said: str
) -> None:
    for who, folder in (("an", "courses"), ("binh", "courses"), (None, "read")):
        reader = site.as_(who, language)
        page = await reader.get(f"{folder}/{COURSE}")
        assert f'href="/services/portal/{folder}/{COURSE}/card.pdf"' in page.text
        assert ("reached" in page.text) == (who == "an")
        answer = await reader.get(f"{folder}/{COURSE}/card.pdf")
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "application/pdf"
        (paper,) = pypdf.PdfReader(io.BytesIO(answer.body)).pages
        text = paper.extract_text()
        assert said in text and f"{folder}/{COURSE}" in text


async def test_a_course_without_a_card_has_no_paper_and_no_list(bare_site: Any) -> None:
    with bare_site.records.begin() as session:
        release = courses.make_release(courses.load_course(TEMPLATE))
        releases.publish(session, release, at=bare_site.clock.at, by="thay")
    learner = bare_site.as_("an")
    assert "card.pdf" not in (await learner.get(f"courses/{COURSE}")).text
    for path in (f"courses/{COURSE}/card.pdf", OWN, "courses/khong-co/card.pdf"):
        assert (await learner.get(path)).status == 404
    assert (await learner.post_form(OWN, people="1", held_on="2026-11-22")).status == 404


async def test_a_learner_writes_mends_and_deletes_a_line(site: Any) -> None:
    learner = site.as_("an")
    page = await learner.get(OWN)
    assert "không hỏi tên" in page.text
    assert not re.search(r'name="(name|full_name|who|phone)"', page.text)
    today = site.clock.at.date().isoformat()
    sent = await learner.post_form(OWN, people=" 12 ", held_on=today, place="<b>Chợ</b>")
    assert sent.status == 302 and sent.headers["Location"].endswith("reached?done=recorded")
    page = await learner.get(OWN)
    assert "12 người, 1 buổi." in words(page.text) and "&lt;b&gt;Chợ&lt;/b&gt;" in page.text
    key = re.search(r"edit=(\d+)", page.text)
    assert key
    form = (await learner.get(f"{OWN}?edit={key[1]}")).text
    assert 'value="12"' in form and f'name="edit" value="{key[1]}"' in form
    wrong = await learner.post_form(OWN, edit=key[1], people="99", held_on=today, place="Sân")
    assert wrong.status == 422
    assert 'value="99"' in wrong.text and f'name="edit" value="{key[1]}"' in wrong.text
    await learner.post_form(OWN, edit=key[1], people="9", held_on=today, place="Sân")
    assert "9 người, 1 buổi." in words((await learner.get(OWN)).text)
    other = await site.as_("binh").post_form(OWN, remove=key[1])
    assert other.status == 404
    await learner.post_form(OWN, remove=key[1])
    assert "Chưa ghi dòng nào." in (await learner.get(OWN)).text


async def test_after_a_week_a_line_is_only_read(site: Any) -> None:
    learner, today = site.as_("an"), site.clock.at.date().isoformat()
    await learner.post_form(OWN, people="3", held_on=today)
    key = re.search(r"edit=(\d+)", (await learner.get(OWN)).text)
    assert key
    site.clock.at += dt.timedelta(days=8)
    page = (await learner.get(OWN)).text
    assert "3 người" in page and "edit=" not in page
    refused = await learner.post_form(OWN, remove=key[1])
    assert refused.status == 422 and "không sửa được nữa" in refused.text


async def test_who_has_not_begun_is_told_to_begin_first(site: Any) -> None:
    other = site.as_("binh")
    assert "Hãy bắt đầu học khóa này trước" in (await other.get(OWN)).text
    assert (await other.post_form(OWN, people="3", held_on="2026-11-22")).status == 422


async def test_officers_see_sums_that_say_whose_word_they_are(site: Any) -> None:
    today = site.clock.at.date().isoformat()
    await site.as_("an").post_form(OWN, people="12", held_on=today, place="Nhà bác Tư")
    for who in ("can-bo", "bo", "kiem"):
        reader, unit = site.as_(who), site.facts["unit"]
        assert f"units/{unit}/reached" in (await reader.get(f"units/{unit}")).text
        page = (await reader.get(f"units/{unit}/reached")).text
        assert "12 người, 1 buổi" in words(page) and "tự báo" in page
        assert "bác Tư" not in page and "Nguyễn Thị An" not in page
        file = (await reader.get(f"units/{unit}/reached.csv")).text
        rows = list(csv.DictReader(io.StringIO(file.removeprefix("\ufeff")), delimiter=";"))
        (row,) = rows
        assert (row["khoa_hoc"], row["so_nguoi"], row["nguon"]) == (COURSE, "12", "tự báo")
        assert "bác Tư" not in file
    nation = site.facts["nation"]
    for path in (f"units/{nation}/reached", f"units/{nation}/reached.csv"):
        assert (await site.as_("bo").get(path)).status == 200
        for who in ("can-bo", "an", "thay"):
            assert (await site.as_(who).get(path)).status == 404
    assert (await site.as_("bo").get("units/999999/reached")).status == 404
