"""Writing a lesson on forms, the lab standing on a shelf (`test_authoring.Shelf`)."""

from __future__ import annotations

import re
from typing import Any

COURSE = "so-lieu-mo"
LESSON = "bai-1"
WRITE = f"teaching/authoring/{COURSE}/lessons/{LESSON}/write"
FIELDS = {
    "title": "Tính hồ sơ",
    "task": "Xã có {{tong}} hồ sơ. 60% là bao nhiêu?",
    "label": "Số hồ sơ",
    "answer": "tong * 60%",
    "name-1": "tong",
    "low-1": "1.000",
    "high-1": "2.000",
    "step-1": "100",
    "left-1": "tong * 40%",
    "feedback-1": "Đó là phần còn lại.",
    "hint": "Tính 1% trước.",
    "competence": "1.1",
    "level": "2",
    "minutes": "20",
    "points": "2",
}


async def begin(site: Any) -> Any:
    author = site.as_("thay")
    made = await author.post_form(
        "teaching/authoring", action="empty", slug=COURSE, title="Số liệu mở (mẫu)", frame="4.2"
    )
    assert made.status == 302, made.text
    return author


async def test_debug(shelf_site):
    site, shelf = shelf_site
    author = await begin(site)
    print(shelf.folders[COURSE]["course.toml"].decode())
    for path in (
        WRITE,
        WRITE + "/add",
        WRITE + "/piece?new=number",
        f"teaching/authoring/{COURSE}/about",
        f"{WRITE}/add?words=thu",
        f"{WRITE}/piece?piece=chu-1",
        f"{WRITE}/piece?new=reading",
    ):
        a = await author.get(path)
        print(path, a.status, len(a.text))
        if a.status != 200:
            print(a.text[-2000:])
    a = await author.post_form(f"{WRITE}/piece?new=number", action="preview", **FIELDS)
    print(a.status)
    print(a.text[a.text.index('id="live"') :][:3500])
    a = await author.post_form(f"{WRITE}/piece?new=number", action="save", **FIELDS)
    print(a.status, a.headers.get("Location"))
    a = await author.post_form(
        f"{WRITE}/piece?new=number", action="save", **FIELDS | {"answer": "tong*x"}
    )
    print(a.status, re.findall(r'class="fault".*?</span>', a.text))
    assert 0
