"""A course is checked by really marking it, and published; a bad one is told what is wrong."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from records.courses import releases

TEMPLATE = Path(__file__).parents[5] / "courses" / "template"
COURSE = "khoa-mau"


def packed(folder: Path, **changed: bytes) -> bytes:
    """A course folder as zip."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, f"{folder.name}/{path.relative_to(folder)}")
        for name, data in changed.items():
            archive.writestr(name, data)
    return content.getvalue()


def damaged() -> bytes:
    """A zip whose packed bytes no longer unpack."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("course.toml", "slug = 'khoa-mau'\n" * 100)
    whole = content.getvalue()
    begin = 30 + len("course.toml")  # behind the head of the first file
    return whole[:begin] + b"\xff\xff\xff" + whole[begin + 3 :]


async def upload(browser: Any, path: str, content: bytes, **fields: str) -> Any:
    edge = "----motcham"
    parts = {"_xsrf": await browser.xsrf(), **fields}
    body = b"".join(
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in parts.items()
    )
    body += (
        f'--{edge}\r\nContent-Disposition: form-data; name="course"; filename="khoa.zip"\r\n'
        "Content-Type: application/zip\r\n\r\n"
    ).encode()
    body += content + f"\r\n--{edge}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    return await browser.ask("POST", path, body=body, headers=headers)


@pytest.mark.slow
async def test_a_good_course_is_checked_by_really_marking_it_and_published(
    taught: Any, written_course: Path
) -> None:
    folder = packed(written_course)
    answer = await upload(taught.as_("thay"), "teaching/publish", folder, check="1")
    assert answer.status == 200, answer.text
    assert "lời giải mẫu được trọn điểm" in answer.text
    answer = await upload(taught.as_("thay"), "teaching/publish", folder, publish="1")
    assert "Đã công bố" in answer.text


@pytest.mark.slow
async def test_the_untouched_template_is_refused(taught: Any) -> None:
    answer = await upload(taught.as_("thay"), "teaching/publish", packed(TEMPLATE), publish="1")
    assert "Phải sửa" in answer.text
    assert "còn là chữ của bài mẫu" in answer.text
    assert "ô văn bản còn nguyên như bài mẫu" in answer.text


@pytest.mark.slow
async def test_a_course_whose_reference_answer_fails_is_not_published(taught: Any) -> None:
    lesson = next(TEMPLATE.glob("lessons/*.ipynb"))
    notebook = json.loads(lesson.read_text())
    answer_cell = next(
        cell for cell in notebook["cells"] if "form: number" in "".join(cell["source"])
    )
    source = "".join(answer_cell["source"])
    name = re.search(r"^(\w+) = None", source, re.M)[1]
    answer_cell["source"] = source.replace("### END", f"{name} = -98765\n### END")
    path = f"{TEMPLATE.name}/lessons/{lesson.name}"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.write(TEMPLATE / "course.toml", f"{TEMPLATE.name}/course.toml")
        archive.writestr(path, json.dumps(notebook))
    with taught.records.read() as session:
        before = releases.current_release(session, COURSE).number
    answer = await upload(taught.as_("thay"), "teaching/publish", content.getvalue(), publish="1")
    assert "Phải sửa" in answer.text
    with taught.records.read() as session:
        assert releases.current_release(session, COURSE).number == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not a zip", "không phải là một tệp zip"),
        (packed(TEMPLATE, **{"../../etc/evil": b"x"}), "Tên tệp không hợp lệ"),
        (packed(TEMPLATE, **{"template/course.toml/x": b"x"}), "Tên tệp không hợp lệ"),
        (damaged(), "không phải là một tệp zip"),
        (packed(TEMPLATE / "lessons"), "course.toml"),
    ],
)
async def test_a_bad_archive_gets_a_clear_message(taught: Any, content: bytes, said: str) -> None:
    answer = await upload(taught.as_("thay"), "teaching/publish", content, check="1")
    assert answer.status == 422
    assert said in answer.text
