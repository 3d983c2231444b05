"""Frameworks on pages: read by everybody, put in and compared by the ministry."""

from __future__ import annotations

import json
from typing import Any

from skills_framework.framework import draft_file

NAME = "vn-757-2025"


def named(text: str) -> dict[str, str]:
    return {"vi": f"{text} (mẫu)", "en": f"{text} (sample)"}


def completed() -> bytes:
    frame = json.loads(draft_file(NAME))
    frame["levels"] = [{"level": 1, "stage": named("Mức")}]
    competence = {"code": "1.1", "name": named("<b>Năng lực</b>")}
    frame["domains"] = [{"code": "1", "name": named("Miền"), "competences": [competence]}]
    return json.dumps(frame).encode()


async def test_a_completed_frame_is_put_in_compared_and_read_by_everybody(site: Any) -> None:
    ministry = site.as_("bo")
    assert f"frameworks/{NAME}.json" in (await ministry.get("frameworks")).text
    empty = await site.as_("an").get(f"frameworks/{NAME}.json")
    assert json.loads(empty.text)["levels"] == []
    answer = await ministry.upload("frameworks", "khung.json", completed())
    assert answer.status == 302
    answer = await ministry.post_form(f"frameworks/{NAME}", **{"to-1.1": "1.1"})
    assert answer.status == 302
    learner = site.as_("an")
    page = (await learner.get(f"frameworks/{NAME}")).text
    assert "&lt;b&gt;Năng lực" in page and "<b>Năng lực" not in page
    assert 'name="to-1.1"' not in page and "competences/1.1" in page
    page = (await learner.get(f"frameworks/{NAME}/1.1")).text
    assert "Chưa có bài tập đo theo khung này." in page
    assert 'href="/services/portal/competences/1.1"' in page
    assert "lessons/" in page, "the lessons of what it corresponds to"
    assert "(sample)" in (await site.as_("an", "en").get(f"frameworks/{NAME}/1.1")).text
    kept = json.loads((await learner.get(f"frameworks/{NAME}.json")).text)
    assert kept["levels"] and kept["audiences"]


async def test_each_fault_of_a_file_is_told_and_a_bad_code_at_its_field(site: Any) -> None:
    ministry = site.as_("bo")
    answer = await ministry.upload("frameworks", "khung.json", draft_file(NAME).encode())
    assert answer.status == 422
    assert "“levels”" in answer.text and "“domains”" in answer.text
    assert (await ministry.upload("frameworks", "khung.json", b"x" * 4_000_000)).status == 422
    await ministry.upload("frameworks", "khung.json", completed())
    answer = await ministry.post_form(f"frameworks/{NAME}", **{"to-1.1": "7.7"})
    assert answer.status == 422
    assert 'value="7.7"' in answer.text and 'id="to-1.1-fault"' in answer.text


async def test_the_package_s_own_leads_to_its_pages_and_is_not_to_be_changed(site: Any) -> None:
    learner = site.as_("an")
    page = await learner.get("frameworks/vn-tt02-2025")
    assert page.status == 200 and "đi cùng nền tảng" in page.text
    answer = await learner.get("frameworks/vn-tt02-2025/1.1")
    assert answer.headers["Location"].endswith("/competences/1.1")
    answer = await site.as_("bo").post_form("frameworks/vn-tt02-2025", **{"to-1.1": "1.1"})
    assert answer.status == 404
    assert (await learner.get("frameworks/khong-co")).status == 404
