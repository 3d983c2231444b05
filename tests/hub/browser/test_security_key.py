"""A security key in a real browser: registered, asked for, cancelled, and a code in its place."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from hub.login import accounts
from hub.platform.ports import free_port
from records import open_records
from records.people import persons

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
NAME, PASSWORD = "khoausb", "voi xôi cày tím 7"


@pytest.fixture
def site(start_platform: Callable[..., Any], tmp_path: Path) -> Any:
    """A platform under the name that keys are for, with somebody of our own in it."""
    port = free_port()
    platform = start_platform(
        tmp_path / "data",
        port=port,
        MOTCHAM_PUBLIC_URL=f"http://localhost:{port}",
        MOTCHAM_FRONT_PROXIES="0",
        MOTCHAM_DEMO_LEARNERS="0",
        MOTCHAM_LAB_SPAWNER="none",
    )
    platform.wait_until_ready()
    records = open_records(platform.records_url)
    with records.begin() as session:
        unit = persons.find_unit(session, "province", "2025", "15")
        persons.add_person(
            session, username=NAME, code="TN-0490", full_name="Lò Thị Khóa (mẫu)",
            unit_id=unit.id, at=dt.datetime.now(dt.UTC),
        )  # fmt: skip
    records.close()
    with accounts.open_accounts(f"sqlite:///{platform.data / 'jupyterhub.sqlite'}") as session:
        accounts.set_password(session, NAME, PASSWORD)
    return dataclasses.replace(platform, url=f"http://localhost:{port}/")


def say_password(page: Any, site: Any) -> None:
    """After logging out."""
    page.context.clear_cookies()
    page.goto(site.url)
    page.locator("input[name=username]").fill(NAME)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form button").first.click()


def test_register_log_out_and_in_again_by_key_and_by_code(
    site: Any, sit_down_at: Callable[..., Any]
) -> None:
    person = sit_down_at(site, "", bypass_csp=True, width="phone")
    page = person.page
    say_password(page, site)
    expect(page).to_have_url(re.compile("/services/portal/"))
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "automaticPresenceSimulation": True}
    key = devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def look(name: str) -> None:
        person.fits()
        assert person.axe() == []
        person.picture(f"key-{name}")

    page.locator("details.account summary").click()
    page.get_by_role("link", name="Khóa bảo mật").click()
    look("none")
    page.get_by_label("Mật khẩu hiện tại").fill(PASSWORD)
    page.get_by_role("button", name="Thêm khóa đầu tiên").click()
    look("register")
    page.get_by_label("Tên khóa").fill("khóa USB (mẫu)")
    page.get_by_role("button", name="Thêm khóa").click()
    expect(page.locator(".codes code")).to_have_count(10)
    look("codes")
    code = page.locator(".codes code").first.inner_text()
    page.get_by_role("link", name="tiếp tục").click()
    expect(page.locator(".keys-list")).to_contain_text("khóa USB (mẫu)")
    look("one")

    def ask() -> None:
        page.get_by_role("button", name="Dùng khóa bảo mật").click()

    say_password(page, site)
    expect(page).to_have_url(re.compile("/hub/second-factor"))
    look("asked")
    ask()
    expect(page).to_have_url(re.compile("/services/portal/"))

    say_password(page, site)
    expect(page).to_have_url(re.compile("/hub/second-factor"))
    devices.send("WebAuthn.removeVirtualAuthenticator", key)
    other = devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    ask()  # a key of somebody else's
    expect(page.get_by_text("Khóa chưa trả lời, hoặc anh/chị đã hủy")).to_be_visible()
    look("cancelled")
    devices.send("WebAuthn.removeVirtualAuthenticator", other)
    page.goto(f"{site.url}services/portal/marks")
    expect(page).to_have_url(re.compile("/hub/login"))

    say_password(page, site)
    expect(page).to_have_url(re.compile("/hub/second-factor"))
    page.get_by_text("Không có khóa bên mình?").click()
    page.get_by_label("Mã dự phòng").fill("aaaa-bbbb-cccc-dddd")
    page.get_by_role("button", name="Dùng mã dự phòng").click()
    expect(page.get_by_text("chưa đúng, hoặc đã dùng rồi")).to_be_visible()
    look("wrong-code")
    page.get_by_label("Mã dự phòng").fill(code)
    page.get_by_role("button", name="Dùng mã dự phòng").click()
    expect(page).to_have_url(re.compile("/services/portal/"))
    assert [fault for fault in person.faults if "WebAuthn" not in fault] == []
