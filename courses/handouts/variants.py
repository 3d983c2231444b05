"""Numbers of one's own: parameters of an exercise drawn from a learner's seed.

A setup cell may have ``#| variant:``, a mapping from variable to the way its value is drawn; the
same cell assigns each variable a plain literal, the value the author worked with. ``variant``
writes the drawn values in place of those literals and fills ``{{name}}`` in texts and options.
Learner's notebook and examiner's source get the same seed, so they hold the same numbers. Seed 0
keeps the author's own values.

How a value is drawn is part of the format (a stored seed must give the same numbers for ever):
SHA-256 over ``seed:grade-or-cell-id:variable:counter``, its first eight bytes as a big-endian
integer, modulo the number of choices. ``random`` is not used: its streams may change. A cell that
was drawn anew n times has ``seed+n`` in the place of ``seed`` (`courses.handouts.draws`).
"""

from __future__ import annotations

import ast
import copy
import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from core import python_text
from core.messages import Message, Refused
from courses.answers.notation import UNREADABLE, as_literal
from courses.handouts.csv_cells import safe_cell
from courses.handouts.documents import as_document
from courses.notebooks import Cell, Notebook, in_cell, marking_of, seal, source_of
from courses.options import option_lines, options_of

GAP = re.compile(r"\{\{\s*(\w+)\s*\}\}")
WRITTEN_AT = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*<")
SEPARATORS = (",", ";")
EXCEL_READS_UTF8 = "\ufeff"


def variant(
    source_notebook: Notebook, seed: int, again: Mapping[str, int] | None = None
) -> Notebook:
    """The notebook with the values that ``seed`` draws; the argument stays as it is.

    ``again``: how often cells were drawn anew, by their place (`place_of`). Works alike on an
    instructor's source and on a learner's notebook made from one whose gaps are still open; give
    it the source, and make the learner's notebook of the result. Raises Refused naming cell and key
    where the notation is wrong.
    """
    notebook = copy.deepcopy(source_notebook)
    values: dict[str, Any] = {}
    for number, cell in enumerate(notebook["cells"], start=1):
        if cell["cell_type"] != "code":
            continue
        try:
            values |= _draw_cell(cell, seed, again or {})
        except Refused as refused:
            raise Refused(*(in_cell(number, cell, why) for why in refused.messages)) from None
    for cell in notebook["cells"]:
        _fill(cell, values)
    return notebook


def has_variants(notebook: Notebook) -> bool:
    """Does any cell of the notebook draw values?"""
    return any(draws(cell) for cell in notebook["cells"])


def draws(cell: Cell) -> bool:
    """Does this cell draw values? Raises Refused where its options cannot be read."""
    return cell["cell_type"] == "code" and "variant" in options_of(source_of(cell))


def place_of(cell: Cell) -> str:
    """What a drawing cell is called in the draw."""
    return str(marking_of(cell).get("grade_id") or cell.get("id", ""))


def values_of(notebook: Notebook) -> dict[str, Any]:
    """What the cells that draw values hold, by name; give it a notebook made by `variant`."""
    values: dict[str, Any] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and "variant" in options_of(source_of(cell)):
            values |= literals_of(source_of(cell))
    return values


def downloads(notebook: Notebook) -> dict[str, bytes]:
    """The files a lesson hands out, by name, as cells with ``#| download: name.csv`` describe them.

    ``content:`` names the variable of the same cell that holds what is in the file, a literal:
    a list of rows for ``.xlsx`` and ``.csv``; a text, or a list of lines, for ``.docx`` (a
    paragraph each) and for every other name (``.txt .log .eml``; UTF-8). CSV has a byte-order
    mark so that Excel reads Vietnamese; xlsx has one sheet. Nothing is run: the content is read
    from the cell's text.
    """
    found: dict[str, bytes] = {}
    for number, cell in enumerate(notebook["cells"], start=1):
        options = options_of(source_of(cell)) if cell["cell_type"] == "code" else {}
        if "download" not in options:
            continue
        name = str(options["download"])
        held = literals_of(source_of(cell)).get(str(options.get("content")))
        try:
            found[name] = _file(name, held, options)
        except Refused as refused:
            raise Refused(*(in_cell(number, cell, why) for why in refused.messages)) from None
    return found


def _file(name: str, held: Any, options: Mapping[str, Any]) -> bytes:
    if name.endswith((".xlsx", ".csv")):
        if not isinstance(held, list) or not all(isinstance(row, list) for row in held):
            raise Refused(Message("khóa “content”: phải là tên biến chứa danh sách các dòng"))
        return _xlsx(held) if name.endswith(".xlsx") else _csv(held, options)
    lines = held.strip("\n").split("\n") if isinstance(held, str) else held
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise Refused(
            Message("khóa “content”: phải là tên biến chứa văn bản hoặc danh sách dòng chữ")
        )
    return as_document(lines) if name.endswith(".docx") else "\r\n".join([*lines, ""]).encode()


def _draw_cell(cell: Cell, seed: int, again: Mapping[str, int]) -> dict[str, Any]:
    source = source_of(cell)
    ways = options_of(source).get("variant")
    if ways is None:
        return {}
    if not isinstance(ways, dict):
        raise Refused(Message("khóa “variant”: phải gồm các dòng “tên biến: cách chọn”"))
    authored = literals_of(source)
    missing = [name for name in ways if name not in authored]
    if missing:
        why = "khóa “variant”: ô không gán giá trị viết sẵn cho {names}"
        raise Refused(Message(why, {"names": ", ".join(map(str, missing))}))
    values = dict(authored)
    if seed != 0:
        place = place_of(cell)
        drawn = f"{seed}+{again[place]}" if again.get(place) else str(seed)
        for name, way in ways.items():
            values[name] = _draw(way, _Stream(f"{drawn}:{place}:{name}"), name)
        cell["source"] = _rewritten(source, {name: values[name] for name in ways})
        if "checksum" in marking_of(cell):
            seal(cell)
    return values


class _Stream:
    """Whole numbers below a bound, one after another, from one text."""

    def __init__(self, text: str) -> None:
        self.text, self.counter = text, 0

    def below(self, bound: int) -> int:
        digest = hashlib.sha256(f"{self.text}:{self.counter}".encode()).digest()
        self.counter += 1
        return int.from_bytes(digest[:8], "big") % bound

    def sample(self, pool: list[Any], count: int) -> list[Any]:
        """``count`` different places of ``pool``, in the order drawn."""
        left = list(pool)
        return [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]


def _draw(way: Any, stream: _Stream, name: str) -> Any:
    draws: dict[str, Callable[[Any, _Stream], Any]] = {
        "choice": _draw_choice,
        "from": _draw_number,
        "sample": _draw_sample,
    }
    if isinstance(way, dict):
        for key, draw in draws.items():
            if key in way:
                try:
                    return draw(way, stream)
                except (KeyError, TypeError, ValueError, ArithmeticError):
                    break
    raise Refused(
        Message(
            "khóa “variant.{name}”: cần {choice}, {number} hoặc {sample}",
            {
                "name": name,
                "choice": "{choice: […]}",
                "number": "{from: a, to: b, step: c}",
                "sample": "{sample: […], count: n, keep: k}",
            },
        )
    )


def _draw_choice(way: dict[str, Any], stream: _Stream) -> Any:
    return way["choice"][stream.below(len(way["choice"]))]


def _draw_number(way: dict[str, Any], stream: _Stream) -> int | float:
    # Decimal, because 0.1 + 0.2 in a learner's exercise would be a scandal.
    low, high, step = (Decimal(str(one)) for one in (way["from"], way["to"], way.get("step", 1)))
    drawn = low + step * stream.below(int((high - low) / step) + 1)
    return int(drawn) if drawn == drawn.to_integral_value() else float(drawn)


def _draw_sample(way: dict[str, Any], stream: _Stream) -> list[Any]:
    """``keep`` first rows stay in place (a heading); ``count`` of the others follow as drawn, or
    with ``in_order`` as they stand (the lines of a log)."""
    pool, keep = list(way["sample"]), int(way.get("keep", 0))
    count = int(way.get("count", len(pool)))
    if way.get("in_order") is True:
        places = sorted(stream.sample(list(range(keep, len(pool))), count))
        return pool[:keep] + [pool[place] for place in places]
    return pool[:keep] + stream.sample(pool[keep:], count)


def literals_of(source: str) -> dict[str, Any]:
    """Names that the source assigns plain literals at its top level."""
    found: dict[str, Any] = {}
    for statement in _parsed(source):
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            try:
                found[statement.targets[0].id] = ast.literal_eval(statement.value)
            except UNREADABLE:
                continue
    return found


def _rewritten(source: str, values: dict[str, Any]) -> str:
    lines = source.split("\n")
    for statement in reversed(_parsed(source)):
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            continue
        name = statement.targets[0].id
        if name in values:
            new = f"{name} = {as_literal(values[name])}".split("\n")
            lines[statement.lineno - 1 : statement.end_lineno] = new
    return "\n".join(lines)


def _parsed(source: str) -> list[ast.stmt]:
    try:
        return python_text.parse(source).body
    except UNREADABLE as error:
        line = getattr(error, "lineno", None) or 1
        raise Refused(Message("mã Python sai cú pháp ở dòng {line}", {"line": line})) from None


def _fill(cell: Cell, values: dict[str, Any]) -> None:
    """Fill ``{{name}}`` in a text cell, in the options of a code cell, and in a file handed out."""
    source = source_of(cell)
    if "{{" not in source:
        return
    if cell["cell_type"] == "code":
        top = option_lines(source)
        rest = source.split("\n")[len(top) :]
        if "download" in options_of(source):
            rest = [_filled(line, values) for line in rest]
        cell["source"] = "\n".join([*(_filled(line, values) for line in top), *rest])
        if "checksum" in marking_of(cell):
            seal(cell)
    else:
        cell["source"] = _filled(source, values)


def _filled(text: str, values: dict[str, Any]) -> str:
    def shown(match: re.Match[str]) -> str:
        name = match.group(1)
        return in_vietnamese(values[name]) if name in values else match.group(0)

    return GAP.sub(shown, text)


def in_vietnamese(value: Any) -> str:
    """A drawn value as Vietnamese text writes it: 6.800 and 12,5."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}".translate(str.maketrans(",.", ".,"))


def _csv(rows: list[list[Any]], options: Mapping[str, Any]) -> bytes:
    separator = options.get("separator", ",")
    if separator not in SEPARATORS:
        raise Refused(Message("khóa “separator”: phải là “,” hoặc “;”"))
    keep_text = options.get("raw") is not True
    text = io.StringIO()
    text.write(EXCEL_READS_UTF8)
    csv.writer(text, lineterminator="\r\n", delimiter=separator).writerows(
        [safe_cell(one, keep_text=keep_text) for one in row] for row in rows
    )
    return text.getvalue().encode("utf-8")


def _xlsx(rows: list[list[Any]]) -> bytes:
    from openpyxl import Workbook  # slow to load, and few lessons hand out a workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Dữ liệu")
    for row in rows:
        # A cell beginning with "=" would otherwise become a formula in the learner's Excel.
        sheet.append([_as_text(sheet, one) for one in row])
    content = io.BytesIO()
    book.save(content)
    return _without_times(content.getvalue())


def _without_times(workbook: bytes) -> bytes:
    """The same workbook with every time fixed: equal rows must give equal bytes (and digests)."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(fixed, "w") as new:
        for name in old.namelist():
            part = WRITTEN_AT.sub(rb"\g<1>2022-01-24T00:00:00Z<", old.read(name))
            new.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def _as_text(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=value)
    cell.data_type = "s"
    return cell
