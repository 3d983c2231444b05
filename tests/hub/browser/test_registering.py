"""A stranger comes in by a real hub: from the login page to the first page of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from records import open_records
from records.tables.platform import Mail

ADDRESS = "dan@example.org"
PASSWORD = "voi tím nấu phở bằng trống"


def letters(platform: Any) -> dict[str, dict[str, Any]]:
    """What stands in the letters to the address, by kind."""
    records = open_records(platform.records_url)
    with records.read() as session:
        found = {
            mail.kind: dict(mail.facts or {})
            for mail in session.query(Mail).filter_by(address=ADDRESS)
        }
    records.close()
    return found


def test_from_the_login_page_to_a_page_of_one_s_own(
    sit_down: Callable[..., Any], platform: Any
) -> None:
    page = sit_down("", width="phone").page
    page.goto(platform.url)
    page.get_by_role("link", name="Đăng ký học").click()
    page.get_by_label("Họ và tên").fill("Lò Thị Dân (mẫu)")
    page.get_by_label("Địa chỉ thư điện tử").fill(ADDRESS)
    page.get_by_label("Anh/chị là").select_option("citizen")
    page.get_by_label("Tôi đồng ý").check()
    page.get_by_role("button", name="Đăng ký").click()
    expect(page.get_by_role("status")).to_contain_text(ADDRESS)
    for _ in range(50):  # it is written while the page is answered
        if found := letters(platform):
            break
        page.wait_for_timeout(100)
    token = found["confirm"]["token"]
    page.goto(f"{platform.url}services/portal/register/confirm?token={token}")
    page.get_by_role("button", name="Xác nhận").click()
    name = re.search(r"tdk-[a-z2-9]{4}-[a-z2-9]{4}", page.inner_text("main"))
    assert name and letters(platform)["setup"]["username"] == name[0]
    page.get_by_role("link", name="Đặt mật khẩu").click()
    page.locator("[name=new_password]").fill(PASSWORD)
    page.locator("[name=new_password_confirmation]").fill(PASSWORD)
    page.locator("main button").click()
    page.goto(platform.url)
    page.fill("#username", name[0])
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.locator("summary", has_text="Lò Thị Dân")).to_be_visible()
    assert page.url.endswith("/services/portal/")
