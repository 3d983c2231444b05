"""Without a line: lessons are read and answered, hand-ins wait and arrive once.

A real portal, in a thread of this process so that it can be stopped and started at will, and a
real browser. Who asks is named by a cookie in the hub's place; logging in and out is tried with
the whole platform.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyterhub.services.auth import HubOAuth
from playwright.sync_api import BrowserContext, Page, Playwright, expect
from sqlalchemy import select
from tornado.httpserver import HTTPServer

from hub.platform.doctor import chromium_program
from hub.platform.ports import free_port
from hub.portal import app
from hub.settings import Settings
from records import open_records
from records.courses import lesson_terms
from records.tables.marking import Submission

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

PREFIX = "/services/portal/"
LESSON = "courses/khoa-mau/lessons/bai-mau"
WHOLE = f"{LESSON}?xem=ca-bai"


async def who_the_cookie_names(handler: Any) -> str | None:
    name: str | None = handler.get_cookie("test-user")
    return name


class Server:
    """A portal that can be stopped and started again at its address."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}{PREFIX}"
        self.records = open_records(f"sqlite:///{folder / 'motcham.sqlite'}")
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.portal: Any = None
        self.start()

    def start(self) -> None:
        self._do(self._start())

    async def _start(self) -> None:
        auth = HubOAuth(
            api_token="none", oauth_client_id="service-portal", base_url=PREFIX, hub_host=""
        )
        self.portal = app.make_portal(
            Settings(data=self.folder / "data", demo=True),
            records=self.records,
            hub_auth=auth,
            prefix=PREFIX,
            hub_prefix="/hub/",
            identify=who_the_cookie_names,
        )
        self.server = HTTPServer(app.make_app(self.portal, cookie_secret=b"0" * 32))
        self.server.listen(self.port, "127.0.0.1")

    def stop(self) -> None:
        self._do(self._stop())

    async def _stop(self) -> None:
        self.server.stop()
        await self.server.close_all_connections()
        self.portal.threads.shutdown()
        self.portal.close()

    def end(self) -> None:
        self.stop()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
        self.records.close()

    def _do(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def submissions(self) -> list[str]:
        """The notebooks that were handed in, in their order."""
        with self.records.read() as session:
            found = session.scalars(select(Submission.notebook).order_by(Submission.id)).all()
        return [notebook.decode() for notebook in found]


@pytest.fixture
def server(
    furnished: Callable[..., Path], written_course: Path, tmp_path: Path
) -> Iterator[Server]:
    shutil.copy(furnished(written_course), tmp_path / "motcham.sqlite")
    made = Server(tmp_path)
    yield made
    made.end()


@pytest.fixture
def browser(_playwright: Playwright, tmp_path: Path) -> Iterator[Callable[[], BrowserContext]]:
    """Opens a browser of its own on the same folder each time: closed and begun again."""
    opened: list[BrowserContext] = []

    def begin() -> BrowserContext:
        opened.append(
            _playwright.chromium.launch_persistent_context(
                tmp_path / "profile",
                executable_path=str(chromium_program()),
                args=["--no-sandbox"],
                locale="vi",
                viewport={"width": 360, "height": 800},
            )
        )
        return opened[-1]

    yield begin
    for context in opened:
        context.close()


def log_in(context: BrowserContext, server: Server, name: str) -> None:
    address = server.url.removesuffix(PREFIX)
    context.add_cookies([{"name": "test-user", "value": name, "url": address}])


def open_lesson(context: BrowserContext, server: Server, path: str = WHOLE) -> Page:
    """The lesson, once it is kept for the time without a line."""
    page = context.new_page()
    page.goto(server.url + path)
    kept(page)
    return page


def until(page: Page, promise: str) -> None:
    """Until what the page promises comes true."""
    for _ in range(150):
        if page.evaluate(promise):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"never came true: {promise}")


def kept(page: Page) -> None:
    until(
        page,
        """(async () => navigator.serviceWorker.controller !== null && await caches.match(
          location.href.split("courses/")[0] + "waiting", { ignoreVary: true }) !== undefined)()""",
    )


def text_field(page: Page) -> Any:
    return page.locator("[data-kind=text] :is(input, textarea)").first


def hand_in_without_a_line(page: Page, answer: str) -> None:
    text_field(page).fill(answer)
    page.locator("[data-submit]").click()
    expect(page.locator("#submit-asks")).to_contain_text("đang mất mạng")
    page.get_by_role("button", name="Nộp khi có mạng").click()
    expect(page.locator("#submit-asks")).to_contain_text("Chưa nộp, sẽ gửi khi có mạng")
    expect(text_field(page)).to_be_disabled()


def test_what_is_handed_in_without_a_line_is_handed_in_once_there_is_one(
    server: Server, browser: Callable[[], BrowserContext]
) -> None:
    context = browser()
    log_in(context, server, "an")
    page = open_lesson(context, server, f"{LESSON}?buoc=2")
    text_elsewhere = context.new_page()
    context.set_offline(True)
    page.goto(server.url + f"{LESSON}?buoc=3")
    expect(page.locator("#main")).to_contain_text("bản được giữ trên máy này")
    hand_in_without_a_line(page, "Viết khi mất mạng")
    expect(page.locator("#submit-asks")).to_contain_text("hạn nộp tính theo lúc ấy")
    expect(page.locator("#waiting-here")).to_have_text("Chờ gửi: 1")
    text_elsewhere.goto(server.url + "marks")
    expect(text_elsewhere.locator("h1")).to_have_text("Chờ gửi")
    expect(text_elsewhere.locator("#waiting-list li")).to_have_count(1)
    expect(text_elsewhere.locator("#kept-list li")).to_have_count(1)
    assert server.submissions() == []
    context.set_offline(False)
    expect(page.locator("#submit-asks")).to_contain_text("Đã nộp lúc")
    expect(page.locator("#waiting-here")).to_be_hidden()
    [notebook] = server.submissions()
    assert "Viết khi mất mạng" in notebook
    page.get_by_role("link", name="Xem kết quả").click()
    expect(page.locator("#ket-qua")).to_contain_text("Đang chấm")
    expect(text_field(page)).to_have_value("Viết khi mất mạng")


def test_it_waits_while_tab_browser_and_portal_end_and_then_arrives_once(
    server: Server, browser: Callable[[], BrowserContext]
) -> None:
    context = browser()
    log_in(context, server, "an")
    page = open_lesson(context, server)
    server.stop()
    hand_in_without_a_line(page, "Trước khi mọi thứ tắt")
    page.close()  # the tab
    page = context.new_page()
    page.goto(server.url + WHOLE)
    expect(page.locator("#submit-asks")).to_contain_text("Chưa nộp, sẽ gửi khi có mạng")
    expect(text_field(page)).to_have_value("Trước khi mọi thứ tắt")
    context.close()  # the browser
    server.start()  # the portal
    context = browser()
    log_in(context, server, "an")
    page = context.new_page()
    page.goto(server.url + "marks")
    for _ in range(100):
        if server.submissions():
            break
        page.wait_for_timeout(100)
    [notebook] = server.submissions()
    assert "Trước khi mọi thứ tắt" in notebook
    page.reload()
    assert len(server.submissions()) == 1


def test_an_answer_that_is_lost_on_the_way_back_makes_no_second_submission(
    server: Server, browser: Callable[[], BrowserContext]
) -> None:
    context = browser()
    log_in(context, server, "an")
    page = open_lesson(context, server)
    lost: list[Any] = []

    def lose(route: Any) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())  # it arrives, and nobody hears of it
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/submissions", lose)
    text_field(page).fill("Đã tới, không ai hay")
    page.locator("[data-submit]").click()
    page.locator("[data-submit-now]").click()
    expect(page.locator("#submit-asks")).to_contain_text("Chưa rõ bài đã tới máy chủ chưa")
    assert len(server.submissions()) == 1
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#submit-asks")).to_contain_text("Đã nộp lúc")
    assert len(server.submissions()) == 1
    assert lost[0].status == 202


def test_what_comes_too_late_is_kept_and_says_so(
    server: Server, browser: Callable[[], BrowserContext]
) -> None:
    context = browser()
    log_in(context, server, "an")
    page = open_lesson(context, server)
    context.set_offline(True)
    hand_in_without_a_line(page, "Quá hạn")
    with server.records.begin() as session:
        over = server.portal.clock() - dt.timedelta(days=1)
        lesson_terms.set_terms(session, "khoa-mau", "bai-mau", closes_at=over, attempts=None)
    context.set_offline(False)
    expect(page.locator("#submit-asks")).to_contain_text("đã hết hạn nộp")
    expect(text_field(page)).to_have_value("Quá hạn")
    expect(text_field(page)).to_be_enabled()
    page.goto(server.url + "waiting")
    expect(page.locator("#waiting-list")).to_contain_text("đã hết hạn nộp")
    page.locator("#waiting-list summary").click()
    expect(page.locator("#waiting-list")).to_contain_text("Quá hạn")
    assert server.submissions() == []


def test_nobody_else_sees_the_kept_pages(
    server: Server, browser: Callable[[], BrowserContext]
) -> None:
    context = browser()
    log_in(context, server, "an")
    page = open_lesson(context, server)
    text_field(page).fill("Chỉ của An")
    expect(page.locator("[data-save-state]").last).to_have_text("Đã lưu")
    log_in(context, server, "binh")
    page.goto(server.url + "marks")
    until(page, "caches.keys().then((all) => !all.some((one) => one.endsWith(':an')))")
    assert "Chỉ của An" not in json.dumps(page.evaluate("({...localStorage})"), ensure_ascii=False)
    context.set_offline(True)
    page.goto(server.url + WHOLE)
    assert "An" not in page.locator("body").inner_text()
    expect(page.locator("#lesson")).to_have_count(0)


def test_logging_out_takes_pages_and_worker_along(sit_down: Callable[..., Any]) -> None:
    learner = sit_down("hocvien2", width="phone")
    page = learner.page
    learner.go("courses/nhan-thuc-chung/lessons/muoi-nghin-can-bo?xem=ca-bai")
    kept(page)
    page.locator("details.account summary").click()
    page.get_by_role("button", name="Đăng xuất").click()
    page.wait_for_url("**/hub/**")
    assert page.evaluate("caches.keys()") in ([], ["motcham-static"])
    assert (
        page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    )
    assert not learner.faults, learner.faults
