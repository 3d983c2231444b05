"""What is typed is what is marked: the page's fields, a form without script, the lab, the API."""

from __future__ import annotations

import base64
import io
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from courses import read_answer
from courses.notebooks import source_of

LESSON = "courses/khoa-mau/lessons/bai-mau"
WHOLE = f"{LESSON}?xem=ca-bai"
V1 = f"api/v1/{LESSON}"
SHEETS = "courses/nhan-thuc-chung/lessons/doc-va-lam-sach-bang"  # asks for a workbook


async def put(
    person: Any, revision: int, answers: dict[str, Any], lesson: str = LESSON, **more: Any
) -> Any:
    sent = {"revision": revision, "answers": answers, **more}
    return await person.send("PUT", f"api/v1/{lesson}/answers", sent)


async def hand_in(person: Any, **more: Any) -> Any:
    sent = {"course": "khoa-mau", "lesson": "bai-mau", **more}
    return await person.send("POST", "api/v1/submissions", sent)


async def cells_of(person: Any) -> tuple[str, str]:
    page = (await person.get(WHOLE)).text
    return cell_of(page, "number"), cell_of(page, "table")


def cell_of(page: str, kind: str) -> str:
    found = re.search(rf'data-cell="([^"]+)" data-kind="{kind}"', page)
    assert found, kind
    return found[1]


def state_of(page: str) -> dict[str, Any]:
    """What the page hands to its script."""
    found = re.search(r'id="lesson-state"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found
    state: dict[str, Any] = json.loads(found[1])
    return state


def workbook() -> bytes:
    made = openpyxl.Workbook()
    made.active.append(["Đơn vị", 1])
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def as_sent(name: str, content: bytes) -> dict[str, str]:
    return {"name": name, "base64": base64.b64encode(content).decode()}


def field(page: str, cell: str) -> str:
    """The control for a number with what is said under it."""
    found = re.search(rf'<input id="a-{cell}".*?id="a-{cell}-said".*?</p>', page, re.DOTALL)
    assert found
    return unescape(found[0])


@pytest.mark.parametrize(
    ("language", "value", "said", "words"),
    [
        ("vi", 12345, "Hiểu là 12\u2009345", "mười hai nghìn ba trăm bốn mươi lăm"),
        ("en", 12.345, "", ""),
    ],
)
async def test_a_number_is_read_by_the_language_of_the_page_and_said(
    site: Any, language: str, value: float, said: str, words: str
) -> None:
    an = site.as_("an")
    number, _table = await cells_of(an)
    answer = await put(an, 1, {number: "12.345"}, language=language)
    assert answer.status == 200
    [told] = answer.json["fields"]
    assert (told["cell"], told["typed"], told["value"]) == (number, "12.345", value)
    assert told["error"] is None
    assert told["said"] == said
    assert words in told["words"]
    assert (await an.get(V1)).json["answers"][number] == value


async def test_what_cannot_be_read_is_kept_as_typed_and_stops_handing_in(site: Any) -> None:
    an = site.as_("an")
    number, _table = await cells_of(an)
    await put(an, 1, {number: "50"})
    answer = await put(an, 2, {number: "abc"})
    assert answer.status == 200
    assert "Chỉ nhập số" in answer.json["fields"][0]["error"]
    assert (await an.get(V1)).json["answers"][number] == "abc", "not the older 50"
    refused = await hand_in(an)
    assert refused.status == 422
    [told] = refused.json["fields"]
    assert (told["cell"], told["row"], told["typed"]) == (number, None, "abc")
    assert told["label"] in refused.json["errors"][0]
    assert "Chỉ nhập số" in told["error"]
    page = (await an.get(WHOLE)).text
    assert 'value="abc"' in field(page, number)
    assert 'aria-invalid="true"' in field(page, number)
    assert "Chỉ nhập số" in field(page, number)
    english = (await site.as_("an", "en").get(WHOLE)).text
    assert "Numbers only" in field(english, number)
    await put(an, 3, {number: "50"})
    assert (await hand_in(an)).status == 202


async def test_a_table_s_field_is_read_named_and_refused_like_any_other(site: Any) -> None:
    an = site.as_("an")
    _number, table = await cells_of(an)
    page = (await an.get(WHOLE)).text
    place = re.search(r'data-row="(\d+)" data-key="(\w+)" data-kind="number"', page)
    assert place
    row, key = int(place[1]), place[2]
    rows = [{} for _ in range(row + 1)]
    rows[row][key] = "50%"
    answer = await put(an, 1, {table: rows})
    [told] = answer.json["fields"]
    assert (told["row"], told["column"], told["error"]) == (row, key, None)
    assert isinstance((await an.get(V1)).json["answers"][table][row][key], int | float)
    rows[row][key] = "--5"
    await put(an, 2, {table: rows})
    [told] = (await hand_in(an)).json["fields"]
    assert (told["row"], told["column"]) == (row, key)
    assert "hai dấu" in told["error"]
    assert f"dòng {row + 1}" in told["label"]


async def test_without_script_the_text_comes_back_with_its_reason_at_the_field(site: Any) -> None:
    an = site.as_("an")
    number, _table = await cells_of(an)
    answer = await an.post_form(WHOLE, action="submit-now", revision=1, **{f"a-{number}": "12 34"})
    assert answer.status == 422
    assert "Mã: 422" not in answer.text
    shown = field(answer.text, number)
    assert 'value="12 34"' in shown
    assert "autofocus" in shown
    assert "không đứng đúng chỗ" in shown
    assert state_of(answer.text)["waiting"] is None
    saved = await an.post_form(WHOLE, action="save", revision=2, **{f"a-{number}": "1.250"})
    assert saved.status == 302
    page = (await an.get(WHOLE)).text
    assert "Hiểu là 1\u2009250" in field(page, number)
    assert "một nghìn hai trăm năm mươi" in field(page, number)


async def test_without_script_what_is_refused_altogether_comes_back_too(site: Any) -> None:
    an = site.as_("an")
    number, _table = await cells_of(an)
    text = cell_of((await an.get(WHOLE)).text, "text")
    fields = {f"a-{number}": "1.250", f"a-{text}": "Chữ đã gõ " * 30_000}  # longer than any answer
    answer = await an.post_form(WHOLE, action="save", revision=1, **fields)
    assert answer.status == 422
    assert "dài quá mức" in answer.text
    assert 'value="1.250"' in field(answer.text, number)
    assert "Chữ đã gõ Chữ đã gõ" in answer.text
    assert state_of(answer.text)["answers"][number] is None, "nothing was stored"


async def test_a_whole_page_pasted_into_a_number_is_kept_and_told(site: Any) -> None:
    an = site.as_("an")
    number, _table = await cells_of(an)
    answer = await put(an, 1, {number: "một hai ba " * 100})
    assert answer.status == 200
    assert "quá dài" in answer.json["fields"][0]["error"]


async def test_without_script_a_conflict_says_what_was_typed(site: Any) -> None:
    an = site.as_("an")
    number, _table = await cells_of(an)
    await put(an, 1, {number: "1"})
    late = await an.post_form(WHOLE, action="save", revision=1, **{f"a-{number}": "2.500"})
    assert late.status == 422
    assert "vừa gõ “2.500”" in late.text


async def test_a_form_cell_of_the_lab_is_read_by_the_same_rule(site: Any) -> None:
    an = site.as_("an")
    number, _table = await cells_of(an)
    notebook = (await an.get(f"{V1}/notebook")).json

    def leave(text: str) -> None:
        cell = next(one for one in notebook["cells"] if one["id"] == number)
        lines = source_of(cell).split("\n")
        name = lines[-1].split(" = ")[0]
        cell["source"] = "\n".join([*lines[:-1], f"{name} = {text}"])

    leave("1.250")  # Python's own: said as Python means it
    sent = {"notebook": notebook, "revision": 1, "language": "vi"}
    answer = await an.send("PUT", f"{V1}/draft", sent)
    assert answer.json["fields"][0]["value"] == 1.25
    assert answer.json["sources"] == {}
    leave("'1.250'")
    sent["revision"] = 2
    answer = await an.send("PUT", f"{V1}/draft", sent)
    assert read_answer(answer.json["sources"][number]) == 1250
    assert (await an.get(V1)).json["answers"][number] == 1250
    leave("mười hai nghìn")
    refused = await hand_in(an, notebook=notebook, language="vi")
    assert refused.status == 422
    assert refused.json["fields"][0]["typed"] == "mười hai nghìn"
    leave("1.250 nghìn, khoảng")
    english = await hand_in(an, notebook=notebook, language="en")
    assert english.status == 422
    leave("'1,250'")
    taken = await hand_in(an, notebook=notebook, language="en")
    assert taken.status == 202
    stored = (await an.get(f"api/v1/submissions/{taken.json['id']}/notebook")).json
    cell = next(one for one in stored["cells"] if one["id"] == number)
    assert read_answer(source_of(cell)) == 1250


async def test_a_file_is_opened_when_it_is_chosen(site: Any) -> None:
    an = site.as_("an")
    file = cell_of((await an.get(f"{SHEETS}?xem=ca-bai")).text, "file")
    good = await put(an, 1, {file: as_sent("bảng.xlsx", workbook())}, SHEETS)
    assert good.status == 200
    [told] = good.json["fields"]
    assert "1 trang tính, 1 dòng" in told["said"]
    for name, content, says in (
        ("bảng.xlsx", b"", "rỗng"),
        ("bảng", workbook(), "không có đuôi"),
        ("bảng.xlsx.download", workbook(), "chưa tải về xong"),
        ("~$bảng.xlsx", b"x", "tệp tạm"),
        ("bảng.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "kiểu cũ"),
        ("bảng.xlsx", b"x" * 2_200_000, "lớn hơn 2 MB"),
    ):
        refused = await put(an, 2, {file: as_sent(name, content)}, SHEETS)
        assert refused.status == 422, name
        [told] = refused.json["fields"]
        assert told["cell"] == file
        assert says in told["error"]
    broken = await put(an, 2, {file: {"name": "a.csv", "base64": "***"}}, SHEETS)
    assert broken.status == 422
    kept = (await an.get(f"api/v1/{SHEETS}")).json["answers"][file]
    assert kept["name"] == "bảng.xlsx", "the good one stays"


async def test_without_script_a_bad_file_is_named_and_the_rest_is_saved(site: Any) -> None:
    an = site.as_("an")
    page = (await an.get(WHOLE)).text
    number, file = cell_of(page, "number"), cell_of(page, "file")
    border = "----motcham"
    parts = {"_xsrf": await an.xsrf(), "action": "submit", "revision": "1", f"a-{number}": "12,5"}
    body = "".join(
        f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parts.items()
    ) + (
        f'--{border}\r\nContent-Disposition: form-data; name="a-{file}"; filename="a.csv"\r\n'
        f"Content-Type: application/octet-stream\r\n\r\n\r\n--{border}--\r\n"
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={border}"}
    answer = await an.ask("POST", WHOLE, body=body.encode(), headers=headers)
    assert answer.status == 422
    said = re.search(rf'id="a-{file}-file"[^>]*>(.*?)</p>', answer.text, re.DOTALL)
    assert said
    assert "rỗng" in unescape(said[1])
    state = state_of(answer.text)
    assert state["answers"][number] == 12.5
    assert state["answers"][file] is None
    assert state["waiting"] is None


async def test_a_language_nobody_speaks_here_is_refused(site: Any) -> None:
    an = site.as_("an")
    await cells_of(an)
    for language in ("xx", 7, None, ["vi"]):
        assert (await put(an, 1, {}, language=language)).status == 422


async def test_two_editors_and_fields_of_a_table_have_names_of_their_own(site: Any) -> None:
    page = unescape((await site.as_("an").get(WHOLE)).text)
    editors = re.findall(r'data-kind="code" data-name="([^"]+)"', page)
    assert editors
    assert len(set(editors)) == len(editors)
    fields = re.findall(r'data-row="\d+"[^>]*aria-label="([^"]+)"', page)
    assert fields
    assert len(set(fields)) == len(fields)
    assert all("dòng" in name for name in fields)


def test_the_page_s_script_reads_no_number_itself() -> None:
    """One reading: the script may write a number into a field, never read one out of it."""
    source = Path(__file__).parents[3] / "hub" / "portal" / "static" / "src"
    modules = {path: path.read_text("utf-8") for path in (source / "lesson").glob("*.js")}
    assert len(modules) > 10
    for path, script in modules.items():
        assert "parseFloat" not in script, path
        assert not re.search(r"Number\((text|value|typed|field)", script), path
    [sends] = [script for path, script in modules.items() if path.stem == "saving"]
    assert "language: this.language" in sends
