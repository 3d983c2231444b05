"""Every page, for all it is for: accessible (axe-core), nothing too wide, nothing too heavy."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Response, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

AXE = Path(__file__).parents[3] / "hub" / "node_modules" / "axe-core" / "axe.min.js"
LESSON = "courses/nhan-thuc-chung/lessons/muc-tieu-2025-2030"
WITH_VIDEO = "courses/xa-hoi-so-an-toan/lessons/nhan-ra-lua-dao"
MENU = "of the menu"  # stands for the addresses that the person's own menu leads to

UNKNOWN = "verify/MC-2022-000001-AAAAAAAA"  # a certificate that does not exist: 404, said kindly

PAGES = {
    "hocvien": [
        "",
        "catalogue?q=nhan+thuc",
        "courses/nhan-thuc-chung",
        LESSON,
        WITH_VIDEO,
        "marks",
        "profile",
    ],
    "giangvien": [
        MENU,
        "teaching",
        "teaching/publish",
        "teaching/dead",
        "teaching/classes",
        "notices",
        "teaching/courses/nhan-thuc-chung",
        "teaching/courses/nhan-thuc-chung/lessons/muc-tieu-2025-2030",
    ],
    "canbo": [MENU],
    "bo": [MENU, "plan", "certificates"],
    "kiemtra": ["audit"],
    "": ["verify", UNKNOWN, "progress"],
}

# Every pair of language, width and colours occurs.
LOOKS = [
    ("phone", "vi", "light"),
    ("phone", "en", "dark"),
    ("desktop", "vi", "dark"),
    ("desktop", "en", "light"),
]


PICTURED = [("phone", "vi"), ("desktop", "en")]


def faults_on(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA and its best practices, said shortly."""
    page.evaluate(AXE.read_text(encoding="utf-8") + "; null")
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    assert found["passes"], "axe-core looked at nothing"
    return [
        f"{page.url}: {fault['id']}: {node['html'][:160]} ({'; '.join(node['target'])})"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


def menu_of(page: Page) -> list[str]:
    links = page.locator("nav.menu a").evaluate_all("all => all.map(one => one.href)")
    assert links
    return [urlsplit(link).path.removeprefix("/services/portal/") for link in links]


@pytest.mark.parametrize(("width", "language", "scheme"), LOOKS)
def test_axe_finds_nothing_on_any_page(
    sit_down: Callable[..., Any],
    chromium: Browser,
    platform: Any,
    width: str,
    language: str,
    scheme: str,
) -> None:
    faults: list[str] = []
    looked = 0
    for username, paths in PAGES.items():
        person = sit_down(username, width=width, language=language, scheme=scheme, bypass_csp=True)
        wanted = [
            own for path in paths for own in (menu_of(person.page) if path == MENU else [path])
        ]
        for path in dict.fromkeys(wanted):
            if username != "hocvien" and path in ("", "catalogue"):
                continue  # the same pages as the learner's
            person.go(path, status=404 if path == UNKNOWN else 200)
            person.fits()
            assert person.page.locator("html").get_attribute("lang") == language
            faults += faults_on(person.page)
            looked += 1
            if (width, language) not in PICTURED:
                continue
            name = f"{width}-{language}-{scheme}-{username or 'public'}-{path or 'home'}"
            person.picture("every/" + name.replace("/", "_").replace("?", "_"))
    assert looked >= 15
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_login_page(chromium: Browser, platform: Any, scheme: Any) -> None:
    context = chromium.new_context(
        viewport={"width": 360, "height": 800}, locale="vi", color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    page.goto(platform.url)
    faults = faults_on(page)
    context.close()
    assert not faults, "\n".join(faults)


def test_the_first_lesson_page_is_light_and_asks_no_other_host(
    sit_down: Callable[..., Any],
) -> None:
    learner = sit_down("hocvien2", width="phone")
    answers: list[Response] = []
    learner.page.on("response", lambda answer: answers.append(answer))
    learner.page.goto(learner.portal + LESSON, wait_until="networkidle")
    expect(learner.page.locator("#lesson")).to_be_visible()
    own = urlsplit(learner.portal).netloc
    assert {urlsplit(answer.url).netloc for answer in answers} == {own}
    sizes = {
        answer.url: len(gzip.compress(answer.body())) for answer in answers if answer.status == 200
    }
    print(f"first lesson page: {sum(sizes.values()) / 1000:.0f} kB compressed, {sizes}")
    assert len(sizes) >= 4
    assert sum(sizes.values()) <= 150_000
    for answer in answers:
        if "/static/" in answer.url:
            assert "immutable" in answer.headers["cache-control"]
            small = int(answer.headers.get("content-length", 2000)) < 1100
            assert small or answer.headers.get("content-encoding") == "gzip", answer.url
