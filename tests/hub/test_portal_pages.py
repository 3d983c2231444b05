"""Every page of the portal, by every role."""

from __future__ import annotations

from typing import Any

import pytest

COURSE = "courses/nhan-thuc-chung"
LESSON = f"{COURSE}/lessons/muc-tieu-2025-2030"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "catalogue",
        "catalogue?q=nhan+thuc",
        COURSE,
        LESSON,
        "marks",
        "profile",
        "courses/khoa-mau/lessons/bai-mau",
    ],
)
async def test_a_learner_sees_each_page(site: Any, path: str) -> None:
    answer = await site.as_("an").get(path)
    assert answer.status == 200, answer.text
