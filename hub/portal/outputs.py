"""What a learner's code printed, drew or raised, as safe HTML in plain words.

A learner's output is hostile until cleaned: HTML tables pass nh3, pictures must be PNG, JPEG
data, everything else is text.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import nh3

from core.messages import Message
from graders.strict.feedback import read_feedback
from graders.strict.reading import odd_characters
from hub.locale.translate import Translator

MOST_TEXT = 20_000
MOST_PICTURE = 4_000_000
MOST_TRACE = 20_000
PICTURES = ("image/png", "image/jpeg")
TABLE = {"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "p", "b", "i", "br"}
CELLS = {"th": {"colspan", "rowspan", "scope"}, "td": {"colspan", "rowspan"}}
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# The gaps are bounded: a learner's process writes what these look through.
CELL_LINE = re.compile(
    r"(?:<ipython-input[^>]{0,60}>|<cell[^>]{0,60}>|Cell In\[?\d{0,6}\]?|File .{0,300}?)"
    r", line (\d+)"
)
NO_PYTHON = ("SyntaxError", "IndentationError", "TabError")
ARROW = re.compile(r"^-+> (\d+)", re.MULTILINE)

# What the commonest errors mean, for people who do not program.
KNOWN = {
    "NotImplementedError": Message("Ô này chưa được làm: hãy xóa dòng “raise …” và viết lời giải."),
    "SyntaxError": Message(
        "Câu lệnh viết chưa đúng ngữ pháp: xem lại dấu ngoặc, dấu nháy, dấu “:”."
    ),
    "IndentationError": Message("Thụt đầu dòng chưa đúng: các dòng cùng khối phải thẳng hàng."),
    "NameError": Message(
        "Có một tên chưa được đặt: xem lại chính tả, hoặc ô phía trên đã tạo tên đó chưa."
    ),
    "KeyError": Message("Không có khóa hoặc cột này: xem lại tên cột, kể cả dấu và chữ hoa."),
    "IndexError": Message("Lấy phần tử ở vị trí không có."),
    "TypeError": Message("Dùng sai kiểu giá trị, ví dụ cộng chữ với số."),
    "ValueError": Message("Giá trị không hợp với phép tính này."),
    "ZeroDivisionError": Message("Chia cho số không."),
    "AttributeError": Message("Đối tượng không có thuộc tính hoặc lệnh này."),
    "ModuleNotFoundError": Message("Không có thư viện này trong phòng thực hành."),
    "FileNotFoundError": Message("Không có tệp này: xem lại tên tệp."),
    "CellTimeoutError": Message("Ô chạy quá lâu nên bị dừng: có thể vòng lặp không kết thúc."),
    "SystemExit": Message("Ô đã tự thoát giữa chừng."),
    "MemoryError": Message("Ô dùng quá nhiều bộ nhớ nên bị dừng."),
}


def render(outputs: Iterable[Mapping[str, Any]], _: Translator) -> str:
    """All outputs of a cell, one after another; a sentence where there is nothing to show."""
    shown = [piece for output in outputs if (piece := _render_one(output, _))]
    return "".join(shown) or f'<p class="muted">{escape(_("Chạy xong, không có gì để hiện."))}</p>'


def _render_one(output: Mapping[str, Any], _: Translator) -> str:
    match output.get("output_type"):
        case "stream":
            return _text(output.get("text"), "err" if output.get("name") == "stderr" else "", _)
        case "error":
            return _error(output, _)
        case "execute_result" | "display_data":
            return _data(output.get("data") or {}, _)
    return ""


def _data(data: Mapping[str, Any], _: Translator) -> str:
    for kind in PICTURES:
        if kind in data and (picture := _picture(kind, _joined(data[kind]))):
            alt = escape(_("Hình do ô mã vẽ"))
            return f'<img src="{picture}" alt="{alt}">'
    if "text/html" in data:
        html = _joined(data["text/html"])[: MOST_TEXT * 10]
        if "<table" in html:
            name = escape(_("Bảng kết quả"))
            clean = nh3.clean(html, tags=TABLE, attributes=CELLS, clean_content_tags={"style"})
            return (
                f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">{clean}</div>'
            )
    return _text(data.get("text/plain"), "", _)


def _picture(kind: str, encoded: str) -> str:
    encoded = "".join(encoded.split())
    if len(encoded) > MOST_PICTURE:
        return ""
    try:
        base64.b64decode(encoded, validate=True)
    except ValueError:
        return ""
    return f"data:{kind};base64,{encoded}"


def _text(value: Any, style: str, _: Translator) -> str:
    text = ANSI.sub("", _joined(value)[: MOST_TEXT * 2]).rstrip("\n")
    if not text:
        return ""
    more = ""
    if len(text) > MOST_TEXT:
        text = text[:MOST_TEXT]
        more = f'<p class="muted">{escape(_("Kết quả quá dài nên chỉ hiện phần đầu."))}</p>'
    return f'<pre class="{style}" tabindex="0">{escape(text)}</pre>{more}'


def _error(output: Mapping[str, Any], _: Translator) -> str:
    name = str(output.get("ename", ""))
    said = ANSI.sub("", str(output.get("evalue", "")))[:2000]
    if name == "Stopped":  # in our words, not Python's
        return f'<div class="run-error"><p>{escape(_.message(read_feedback(said)))}</p></div>'
    line = error_line(output)
    if name in NO_PYTHON:
        odd = odd_characters.explain(said, _code_shown(output), line, whole=False)
        if odd is not None:
            return (
                f'<div class="run-error"><p><strong>{escape(name)}</strong>: '
                f"{escape(_.message(odd))}</p></div>"
            )
    said = odd_characters.without_place(said)
    known = KNOWN.get(name)
    where = f" {_('(dòng {line})', line=line)}" if line else ""
    meaning = f"<p>{escape(_(known.template))}</p>" if known else ""
    return (
        f'<div class="run-error"><p><strong>{escape(name)}</strong>{escape(where)}: '
        f"<code>{escape(said)}</code></p>{meaning}</div>"
    )


def _code_shown(output: Mapping[str, Any]) -> str:
    """The line of code that Python shows above its little arrow; "" where it shows none."""
    trace = output.get("traceback") or []
    text = ANSI.sub("", "\n".join(str(line)[:2000] for line in trace[-100:]))[:MOST_TRACE]
    lines = text.split("\n")
    for number, line in enumerate(lines[1:], 1):
        if line.strip() and not line.strip("^ "):
            return lines[number - 1].strip()
    return ""


def error_line(output: Mapping[str, Any]) -> int | None:
    """The line of the cell an error points at: the first frame is the cell's own."""
    lines = [str(line)[:2000] for line in (output.get("traceback") or [])[:100]]
    text = ANSI.sub("", "\n".join(lines))[:MOST_TRACE]
    found = ARROW.search(text) or CELL_LINE.search(text)
    return int(found.group(1)) if found else None


def _joined(value: Any) -> str:
    if isinstance(value, list):
        return "".join(str(part) for part in value)
    return str(value) if value is not None else ""


def sentence(message: Message, _: Translator) -> str:
    return f"<p>{escape(_.message(message))}</p>"
