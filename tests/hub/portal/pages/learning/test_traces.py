"""What is noted of how people learn: only where it is wanted, only for so long, and declared."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

from sqlalchemy import func, select

from hub.platform.grading import forget_traces
from records.tables.learning import TimeAtExercise
from records.tables.marking import Submission

COURSE, LESSON = "khoa-mau", "bai-mau"
PAGE = f"courses/{COURSE}/lessons/{LESSON}"


def set_days(site: Any, **days: int) -> None:
    """The site as if it had been started with these settings."""
    settings = site.portal.settings.model_copy(update=days)
    object.__setattr__(site.portal, "settings", settings)


async def work(site: Any, username: str) -> dict[str, Any]:
    """Open the lesson, answer a little, tell of the time it took, hand in; what the page said."""
    browser = site.as_(username)
    page = (await browser.get(PAGE)).text
    lesson = (await browser.get(f"api/v1/{PAGE}")).json
    said = lesson["answers"].items()
    code = next(
        cell
        for cell, value in said
        if isinstance(value, str) and ("def" in value or value == "a = 1")
    )
    body = {
        "revision": lesson["revision"],
        "answers": {code: "a = 1"},
        "worked": {lesson["exercises"][0]["grade_id"]: 30},
    }
    assert (await browser.send("PUT", f"api/v1/{PAGE}/answers", body)).status == 200
    sent = await browser.send("POST", "api/v1/submissions", {"course": COURSE, "lesson": LESSON})
    assert sent.status == 202
    found = re.search(r'id="lesson-state"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found
    state = json.loads(found[1])
    return {
        "page": state["exercise_of"] if state["counts_time"] else {},
        "lab": (await browser.get(f"api/v1/{PAGE}/guide")).json["exercise_of"],
    }


def noted(site: Any) -> tuple[int, int]:
    """(exercises with a time, submissions with a browser's sign)"""
    with site.records.read() as session:
        times = session.scalar(select(func.count()).select_from(TimeAtExercise))
        signs = session.scalar(select(func.count(Submission.device)))
    return times or 0, signs or 0


async def test_both_are_noted_where_nobody_has_anything_against_it(site: Any) -> None:
    told = await work(site, "an")
    assert noted(site) == (1, 1)
    assert told["page"] and told["page"] == told["lab"]


async def test_nothing_is_stored_or_asked_for_where_the_installation_wants_neither(
    site: Any,
) -> None:
    set_days(site, exercise_time_days=0, browser_sign_days=0)
    told = await work(site, "an")
    assert noted(site) == (0, 0)
    assert told == {"page": {}, "lab": {}}, "the player and the lab count nothing"
    page = (await site.as_("an").get("my-data")).text
    assert page.count("Hệ thống này không ghi.") == 2


async def test_a_person_switches_the_time_off_for_themselves_and_it_is_forgotten(
    site: Any,
) -> None:
    await work(site, "an")
    await work(site, "binh")
    assert noted(site)[0] == 2
    an = site.as_("an")
    assert "Giữ 365 ngày." in (await an.get("my-data")).text
    chosen = await an.post_form("my-data", traces="1")
    assert chosen.status == 302
    page = (await an.get("my-data?chosen=1")).text
    assert re.search(r'name="trace" value="time"(?! checked)', page)
    assert noted(site)[0] == 1, "that of the other stays"
    told = await work(site, "an")
    assert noted(site)[0] == 1
    assert told == {"page": {}, "lab": {}}
    await an.post_form("my-data", traces="1", trace="time")
    await work(site, "an")
    assert noted(site)[0] == 2


async def test_what_is_older_than_it_may_be_kept_is_forgotten(site: Any) -> None:
    await work(site, "an")
    settings = site.portal.settings
    for days, left in ((179, (1, 1)), (181, (1, 0)), (366, (0, 0))):
        forget_traces(site.records, settings, at=site.clock.at + dt.timedelta(days=days))
        assert noted(site) == left
