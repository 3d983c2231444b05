"""The pages of units: found, brought by list or form, renamed, ended; each refusal at its place."""

from __future__ import annotations

import io
import re
import uuid
from typing import Any

import openpyxl

from records.people import persons, units
from records.platform import audit
from school.people.units.reading import read_units

LIST = (
    "Loại;Danh mục;Mã;Tên;Cấp trên\n"
    "xã;2025;02647;Xã Một (mẫu);tỉnh/2025/15\n"
    "báo chí;;BC-1;=Báo <b>Một</b> (mẫu);\n"
)


async def send(site: Any, by: str, content: str, how: str = "check") -> Any:
    browser = site.as_(by)
    boundary = uuid.uuid4().hex
    parts = {"_xsrf": await browser.xsrf(), "how": how}
    body = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parts.items()
    )
    body += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="ds.csv"\r\n'
    body += f"Content-Type: text/csv\r\n\r\n{content}\r\n--{boundary}--\r\n"
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return await browser.ask("POST", "units/import", body=body.encode(), headers=headers)


def unit_id(site: Any, kind: str, vintage: str, code: str) -> int:
    with site.records.read() as session:
        found = persons.find_unit(session, kind, vintage, code)
        assert found, code
        return int(found.id)


async def test_a_list_is_previewed_as_a_tree_then_brought_in(site: Any) -> None:
    good = LIST.replace("=Báo <b>Một</b>", "Báo Một")
    preview = await send(site, "bo", good)
    assert preview.status == 200
    assert "Xem trước: chưa có gì thay đổi" in preview.text
    lines = re.findall(r'<li class="depth-(\d)">(.*?)</li>', preview.text)
    assert [(depth, re.sub(r"<[^>]+>", "", text).strip()) for depth, text in lines] == [
        ("0", "Việt Nam quốc gia//VN"),
        ("1", "Báo Một (mẫu) mới báo chí//BC-1"),
        ("1", "Lào Cai tỉnh/2025/15"),
        ("2", "Xã Một (mẫu) mới xã/2025/02647"),
    ]
    with site.records.read() as session:
        assert persons.find_unit(session, "press", "", "BC-1") is None
        assert audit.entries(session) == []
    done = await send(site, "bo", good, "import")
    assert done.status == 302
    found = (await site.as_("bo").get("units?q=xa+mot")).text
    assert "xã/2025/02647" in found
    assert "1 đơn vị" in found


async def test_what_is_wrong_in_a_list_is_told_and_nothing_brought(site: Any) -> None:
    answer = await send(site, "bo", LIST, "import")
    assert answer.status == 422
    assert "Ô chứa công thức" in answer.text
    assert "<b>Một" not in answer.text
    with site.records.read() as session:
        assert persons.find_unit(session, "commune", "2025", "02647") is None
    headless = await send(site, "bo", "Tên;Mã\nA;B\n")
    assert headless.status == 422
    assert "Thiếu cột: Loại, Mã, Tên" in headless.text


async def test_a_list_that_was_looked_at_is_brought_without_sending_it_again(site: Any) -> None:
    preview = await send(site, "bo", LIST.replace("=", ""), "check")
    kept = re.search(r'name="kept" value="([0-9a-f]{32})"', preview.text)
    assert kept
    other = await site.as_("quan").post_form("units/import", kept=kept[1], how="import")
    assert other.status == 422, "a file is its sender's alone"
    done = await site.as_("bo").post_form("units/import", kept=kept[1], how="import")
    assert done.status == 302
    assert unit_id(site, "commune", "2025", "02647")
    gone = await site.as_("bo").post_form("units/import", kept=kept[1], how="import")
    assert (gone.status, "chỉ được giữ một giờ" in gone.text) == (422, True)


async def test_a_list_in_an_old_encoding_is_told_shown_and_turned_into_unicode(site: Any) -> None:
    listed = "Loại;Mã;Tên\nbáo chí;BC-9;B¸o NguyÔn V¨n MÉu\n"
    told = await send(site, "bo", listed, "import")
    assert told.status == 422
    assert "TCVN3 (ABC)" in told.text and "Báo Nguyễn Văn Mẫu" in told.text
    kept = re.search(r'name="kept" value="([0-9a-f]{32})"', told.text)
    assert kept
    said = {"kept": kept[1], "convert": "tcvn3"}
    preview = await site.as_("bo").post_form("units/import", how="check", **said)
    assert preview.status == 200 and 'name="convert" value="tcvn3"' in preview.text
    again = re.search(r'name="kept" value="([0-9a-f]{32})"', preview.text)
    assert again
    said |= {"kept": again[1]}
    assert (await site.as_("bo").post_form("units/import", how="import", **said)).status == 302
    with site.records.read() as session:
        unit = persons.find_unit(session, "press", "", "BC-9")
        assert unit and unit.name == "Báo Nguyễn Văn Mẫu"


async def test_the_shipped_list_comes_with_two_presses(site: Any) -> None:
    browser = site.as_("quan")
    preview = await browser.post_form("units/import", shipped="1", how="check")
    assert "Thêm mới 17" in preview.text
    assert (await browser.post_form("units/import", shipped="1", how="import")).status == 302
    assert unit_id(site, "central", "", "BKHCN")


async def test_one_unit_by_form_is_refused_at_its_field_with_what_was_typed(site: Any) -> None:
    said = {"one": "1", "kind": "commune", "vintage": "", "code": "2647", "name": "Xã Một (mẫu)"}
    browser = site.as_("bo")
    answer = await browser.post_form("units/import", **said)
    assert answer.status == 422
    assert re.search(r'id="vintage-fault">Tỉnh, huyện, xã cần danh mục<', answer.text)
    assert 'value="Xã Một (mẫu)"' in answer.text
    said |= {"vintage": "2025"}
    above = await browser.post_form("units/import", **said)
    assert re.search(r'id="parent-fault">Thiếu đơn vị cấp trên<', above.text)
    assert (await browser.post_form("units/import", **said, parent="15")).status == 302
    assert unit_id(site, "commune", "2025", "02647")
    again = await browser.post_form("units/import", **said, parent="15")
    assert (again.status, "Mã này đã có" in again.text) == (422, True)


async def test_a_unit_is_renamed_and_ended_and_nothing_is_lost(site: Any) -> None:
    await send(site, "bo", LIST.replace("=", ""), "import")
    number = unit_id(site, "commune", "2025", "02647")
    browser, page = site.as_("bo"), f"units/{number}/change"
    assert (
        await browser.post_form(page, what="change", name="Phường Một (mẫu)", parent="15")
    ).status == 302
    shown = (await browser.get(page)).text
    assert "Xã Một (mẫu) (đến trước 22/11/2026)" in shown
    circle = await browser.post_form(page, what="end", last_day="2026-12-31", successor="02647")
    assert circle.status == 422
    assert 'id="successor-fault"' in circle.text
    assert 'value="2026-12-31"' in circle.text
    ended = await browser.post_form(page, what="end", last_day="2026-12-31", successor="BC-1")
    assert ended.status == 302
    with site.records.read() as session:
        unit = persons.find_unit_by_id(session, number)
        assert unit and unit.valid_to and unit.valid_to.isoformat() == "2026-12-31"
        assert [one.name for one in units.former_names(session, [number])[number]] == [
            "Xã Một (mẫu)"
        ]
        actions = [entry.action for entry in audit.entries(session)]
    assert actions == ["unit.end", "unit.change", "units.import"]
    nation = unit_id(site, "nation", "", "VN")
    assert (
        await browser.post_form(f"units/{nation}/change", what="change", name="x")
    ).status == 422


async def test_a_code_list_is_read_back_as_it_is_and_shows_an_officer_their_own(site: Any) -> None:
    await send(site, "bo", LIST.replace("=", ""), "import")
    whole = await site.as_("bo").get("units/codes.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(whole.body))
    codes = [str(row[2].value) for row in book.active.iter_rows(min_row=2)]
    assert {"VN", "01", "15", "02647", "BC-1"} <= set(codes)
    rows = [row for row in read_units(whole.body).rows if row.cells["kind"] != "quốc gia"]
    assert len(rows) == len(codes) - 1
    preview = await send(
        site, "bo", (await site.as_("bo").get("units/codes.csv")).text.lstrip("\ufeff"), "check"
    )
    assert "Không có loại đơn vị này" in preview.text, "the nation is not a list's to change"
    own = (await site.as_("can-bo").get("units/codes.csv")).text
    assert "02647" in own
    assert "BC-1" not in own
    assert (await site.as_("an").get("units/codes.csv")).status == 404


async def test_whoever_only_looks_finds_no_way_to_change(site: Any) -> None:
    for name in ("kiem", "can-bo"):
        page = await site.as_(name).get("units")
        assert page.status == 200
        assert "units/import" not in page.text
        assert not re.search(r"units/\d+/change", page.text)
        assert (await site.as_(name).get("units/import")).status == 404
        assert (await send(site, name, LIST, "import")).status == 404
