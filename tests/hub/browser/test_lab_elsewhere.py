"""The same way into the lab and back with another spawner, and with a host for each lab."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from hub.platform.ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

LESSON = "courses/nhan-thuc-chung/lessons/muc-tieu-2025-2030"
LONG = 120_000
TOKEN = "JSON.parse(document.getElementById('jupyter-config-data').textContent).token"
STATUS = """async ([address, token]) => {
  try { return (await fetch(address, token ? {headers: {Authorization: `token ${token}`}} : {}))
    .status } catch (error) { return 0 }
}"""


def open_lab(learner: Any) -> Page:
    learner.go(f"{LESSON}?xem=ca-bai")
    with learner.page.context.expect_page(timeout=LONG) as opening:
        learner.page.locator("[data-lab]").click()
    lab = opening.value
    expect(lab.locator(".motcham-guide h2")).to_be_visible(timeout=LONG)
    return lab


def submit(lab: Page) -> None:
    lab.locator(".motcham-guide button.jp-mod-accept").click()
    expect(lab.locator(".jp-Dialog")).to_contain_text("Đã nộp bài", timeout=LONG)
    lab.locator(".jp-Dialog button", has_text="Ở lại đây").click()
    expect(lab.locator(".motcham-result")).to_contain_text("trên", timeout=LONG)


def test_simple_labs_open_are_vietnamese_and_submit(
    sit_down_at: Callable[..., Any], start_platform: Callable[..., Any], tmp_path: Path
) -> None:
    platform = start_platform(
        tmp_path / "data",
        MOTCHAM_LAB_SPAWNER="simple",
        MOTCHAM_DEVELOPMENT="true",
        MOTCHAM_DEMO_LEARNERS="0",
    )
    platform.wait_until_ready()
    learner = sit_down_at(platform, "hocvien")
    lab = open_lab(learner)
    expect(lab.locator(".lm-MenuBar-item:visible").first).to_have_text("Tệp")
    submit(lab)
    admin = sit_down_at(platform, "quantri")
    admin.go("labs")
    row = admin.page.locator("tbody tr", has_text="hocvien ·")
    figures = [
        int(re.sub(r"\D", "", text) or 0) for text in row.locator("td.num").all_inner_texts()
    ]
    assert figures[1] >= 20, "megabytes"
    row.locator("button").click()
    expect(admin.page.locator("[role=status]")).to_contain_text("hocvien")


def test_with_a_subdomain_host_each_lab_is_an_origin_of_its_own(
    sit_down_at: Callable[..., Any], start_platform: Callable[..., Any], tmp_path: Path
) -> None:
    """Chromium takes every name below localhost for this machine."""
    port = free_port()
    started = start_platform(
        tmp_path / "data",
        port=port,
        MOTCHAM_SUBDOMAIN_HOST=f"http://localhost:{port}",
        MOTCHAM_DEMO_LEARNERS="0",
    )
    started.wait_until_ready()
    platform = replace(started, url=f"http://localhost:{port}/")
    learner = sit_down_at(platform, "hocvien")
    lab = open_lab(learner)
    assert urlsplit(lab.url).hostname == "hocvien.localhost"
    submit(lab)

    other = sit_down_at(platform, "canbo")
    theirs = open_lab(other)
    assert urlsplit(theirs.url).hostname == "canbo.localhost"
    token = lab.evaluate(TOKEN)
    there = f"http://canbo.localhost:{port}/user/canbo/api/contents"
    assert lab.evaluate(STATUS, [there, ""]) in (0, 403)
    assert lab.evaluate(STATUS, [there, token]) in (0, 403)
    me = f"{platform.url}services/portal/api/v1/me"
    assert lab.evaluate(STATUS, [me, token]) == 200
    assert lab.evaluate(STATUS, [me, ""]) in (0, 401, 403), "the portal's cookie does not count"
    assert lab.evaluate(STATUS, [f"{platform.url}hub/api/users", token]) in (0, 403)
    for cookie in lab.context.cookies():
        assert not cookie["domain"].startswith("."), cookie["name"]
        assert cookie["domain"] in ("localhost", "hocvien.localhost")
