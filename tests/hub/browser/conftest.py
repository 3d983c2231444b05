"""Chromium against the real platform: hub, proxy, portal and grading service."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

ROOT = Path(__file__).parents[3]
PICTURES = ROOT / "artefacts" / "screenshots"
AXE = ROOT / "hub" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = {"phone": 360, "desktop": 1280}

expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")  # its event loop counts as running: asynchronous tests come after
def _playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def chromium(_playwright: Playwright) -> Iterator[Browser]:
    from hub.platform.doctor import chromium_program

    program = chromium_program()
    assert program, "Chromium is missing: apt-get install chromium"
    browser = _playwright.chromium.launch(executable_path=str(program), args=["--no-sandbox"])
    yield browser
    browser.close()


class Person:
    """Somebody at a browser, logged in."""

    def __init__(self, page: Page, platform: Any, username: str) -> None:
        self.page, self.platform, self.username = page, platform, username
        self.portal = f"{platform.url}services/portal/"
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._note)

    def _note(self, message: Any) -> None:
        # What the browser itself says of a line that a test has cut: of a file, of the worker.
        without_line = (
            "Failed to load resource",
            "unknown error occurred when fetching the script",
        )
        if message.type == "error" and not any(said in message.text for said in without_line):
            self.faults.append(message.text)

    def log_in(self) -> None:
        self.page.goto(self.platform.url)
        self.page.locator("input[name=username]").fill(self.username)
        self.page.locator("input[name=password]").fill(self.platform.accounts[self.username])
        self.page.locator("[type=submit], form button").first.click()
        expect(self.page).to_have_url(re.compile(r"/services/portal/"))

    def go(self, path: str = "", *, status: int = 200) -> None:
        answer = self.page.goto(self.portal + path)
        assert answer is not None
        said = self.page.locator("body").inner_text()
        assert answer.status == status, f"{path}: {answer.status}: {said}"

    def picture(self, name: str, page: Page | None = None) -> None:
        """Of the person's page, or of another of their windows."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        (page or self.page).screenshot(path=PICTURES / f"{name}.png", full_page=True)

    def axe(self) -> list[str]:
        """What axe-core finds against WCAG 2.2 A and AA and its best practices, said shortly.

        For whoever sat down with ``bypass_csp=True``: the page's own policy lets no script in.
        """
        self.page.evaluate(AXE.read_text(encoding="utf-8") + "; null")
        found = self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        assert found["passes"], "axe-core looked at nothing"
        return [
            f"{self.page.url}: {fault['id']}: {node['html'][:160]} ({'; '.join(node['target'])})"
            for fault in found["violations"]
            for node in fault["nodes"]
        ]

    def fits(self) -> None:
        """Nothing makes the page scroll sideways."""
        over = self.page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, f"{self.page.url} is {over} px too wide"


@pytest.fixture
def sit_down_at(chromium: Browser) -> Iterator[Callable[..., Person]]:
    """``sit_down_at(platform, "hocvien")``: like `sit_down`, at a platform of the test's own."""
    contexts: list[BrowserContext] = []

    def open_one(
        platform: Any,
        username: str,
        *,
        width: str = "desktop",
        language: str = "vi",
        scheme: Any = "light",
        **options: Any,
    ) -> Person:
        context = chromium.new_context(
            viewport={"width": WIDTHS[width], "height": 800},
            locale=language,
            color_scheme=scheme,
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        person = Person(context.new_page(), platform, username)
        if username:  # "" is a passer-by
            person.log_in()
        return person

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def sit_down(sit_down_at: Callable[..., Person], platform: Any) -> Callable[..., Person]:
    """``sit_down("hocvien", width="phone", language="vi")``: a browser of one's own, logged in."""
    return partial(sit_down_at, platform)
