"""The human-readable notation inside notebooks: form cells and their answers.

A cell whose options (`courses.options`) have ``form:`` is a form cell: the player shows a control,
and the cell itself holds one assignment of a plain literal, which is the learner's answer.
``docs/authoring.md`` describes it for authors.
"""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core import python_text
from core.messages import Message, Refused
from courses.answers.numbers import LARGEST_NUMBER, LONGEST_KEPT
from courses.options import options_of

KINDS = ("single", "multiple", "number", "text", "table", "order", "match", "file")
COLUMN_KINDS = ("text", "number", "choice")
LONGEST_ANSWER = 200_000  # characters of the literal; a file's content has its own limit
LARGEST_FILE = 2 * 1024 * 1024  # bytes of one uploaded file
# What ast says of a text that is no program, or no literal, or only meant to break its reader.
UNREADABLE = (SyntaxError, ValueError, TypeError, RecursionError, MemoryError)

Answer = None | bool | int | float | str | list[Any] | dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column of a table form. ``kind`` is text, number or choice (then ``options`` has them)."""

    key: str
    label: str
    kind: str = "text"
    options: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    fractions: bool = False


@dataclass(frozen=True)
class Form:
    """A form cell as the player shows it. ``name`` is the variable that holds the answer.

    ``options`` and ``targets`` are (key, text) pairs; ``rows`` of a table are dicts of given cells
    (read-only), empty ones for rows the learner fills entirely. Answers by kind: single → key;
    multiple, order → list of keys; number → int or float; text → str; table → list of dicts;
    match → dict of option key to target key; file → ``{"name": …, "base64": …}``. A text where a
    number belongs is what was typed and could not be read (`courses.answers.typed`).
    """

    kind: str
    name: str
    label: str
    options: tuple[tuple[str, str], ...] = ()
    targets: tuple[tuple[str, str], ...] = ()
    columns: tuple[Column, ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()
    unit: str = ""
    note: str = ""
    lines: int = 1
    accept: tuple[str, ...] = field(default=())
    fractions: bool = False


def read_form(cell_source: str) -> Form | None:
    """Read a form cell; None where the cell is no form. Raises Refused naming each bad key."""
    options = options_of(cell_source)
    if "form" not in options:
        return None
    return _FormReading(options).form(_answer_name(cell_source))


def read_answer(cell_source: str) -> Answer:
    """The answer a form cell holds: the literal last assigned to the form's name.

    Raises Refused where the cell is no longer a form cell with a plain literal.
    """
    name = _answer_name(cell_source)
    value: Answer = None
    for statement in _statements(cell_source):
        if _assigned_name(statement) == name:
            value = _literal(statement)
    return value


def write_answer(cell_source: str, value: Any) -> str:
    """Give back the cell's source with ``value`` as its answer; options and comments stay.

    Text is brought to Unicode's composed form (NFC). Raises Refused where ``value`` does not fit
    the form (`check_answer`), so nothing but plain data of the right shape is ever written.
    """
    form = read_form(cell_source)
    if form is None:
        raise Refused(Message("ô này không phải ô biểu mẫu"))
    value = _composed(value)
    fault = check_answer(form, value)
    if fault:
        raise Refused(fault)
    literal = as_literal(value)
    if len(literal) > (LARGEST_FILE * 2 if form.kind == "file" else LONGEST_ANSWER):
        raise Refused(Message("câu trả lời dài quá mức cho phép"))
    return "\n".join([*_heading(cell_source), f"{form.name} = {literal}"])


def check_answer(form: Form, value: Any) -> Message | None:
    """Say what makes ``value`` no answer to ``form``; None when it fits. None itself always fits.

    Only the shape is judged, never whether the answer is right.
    """
    if value is None:
        return None
    keys = {key for key, _ in form.options}
    match form.kind:
        case "single":
            good = isinstance(value, str) and value in keys
        case "multiple":
            good = _distinct_keys(value, keys)
        case "order":
            good = _distinct_keys(value, keys) and len(value) == len(keys)
        case "number":
            good = _is_number(value) or _is_typed(value)
        case "text":
            good = isinstance(value, str)
        case "match":
            targets = {key for key, _ in form.targets}
            good = isinstance(value, dict) and all(
                key in keys and (target is None or target in targets)
                for key, target in value.items()
            )
        case "table":
            good = isinstance(value, list) and all(_fits_row(form, row) for row in value)
        case _:
            good = _is_file(value)
    if good:
        return None
    return Message("câu trả lời không hợp với ô “{label}”", {"label": form.label})


def _distinct_keys(value: Any, keys: set[str]) -> bool:
    return (
        isinstance(value, list)
        and all(isinstance(key, str) and key in keys for key in value)
        and len(set(value)) == len(value)
    )


def _is_number(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and abs(value) < LARGEST_NUMBER


def _is_typed(value: Any) -> bool:
    """What was typed for a number and is kept until it is mended."""
    return isinstance(value, str) and len(value) <= LONGEST_KEPT


def _is_file(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"name", "base64"}
        and all(isinstance(one, str) for one in value.values())
        and len(value["base64"]) <= LARGEST_FILE * 4 // 3 + 4
    )


def _fits_row(form: Form, row: Any) -> bool:
    if not isinstance(row, dict):
        return False
    columns = {column.key: column for column in form.columns}
    return all(key in columns and _fits_cell(columns[key], cell) for key, cell in row.items())


def _fits_cell(column: Column, cell: Any) -> bool:
    if cell is None or isinstance(cell, str):
        if column.kind == "number" and cell:
            return _is_typed(cell)
        return column.kind != "choice" or not cell or cell in {key for key, _ in column.options}
    return _is_number(cell)


def _composed(value: Any) -> Any:
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case list() | tuple():
            return [_composed(one) for one in value]
        case dict():
            return {_composed(key): _composed(one) for key, one in value.items()}
        case _:
            return value


def as_literal(value: Any, indent: int = 0) -> str:
    """A Python literal, one row or entry to a line where it is long, as a person would write it."""
    flat = repr(value)
    if len(flat) + indent <= 88 or not isinstance(value, list | dict):
        return flat
    inner, pad = indent + 4, " " * (indent + 4)
    if isinstance(value, list):
        lines = [f"{pad}{as_literal(one, inner)}," for one in value]
        return "\n".join(["[", *lines, f"{' ' * indent}]"])
    lines = [f"{pad}{key!r}: {as_literal(one, inner)}," for key, one in value.items()]
    return "\n".join(["{", *lines, f"{' ' * indent}}}"])


def _heading(source: str) -> list[str]:
    """Options and comments above the first statement."""
    heading: list[str] = []
    for line in source.split("\n"):
        if line.strip() and not line.startswith("#"):
            break
        if "BEGIN SOLUTION" in line:
            break
        heading.append(line)
    return heading


def _statements(source: str) -> list[ast.stmt]:
    try:
        return python_text.parse(source).body
    except UNREADABLE:
        raise Refused(Message("ô biểu mẫu không còn là mã Python hợp lệ")) from None


def _assigned_name(statement: ast.stmt) -> str | None:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        return target.id if isinstance(target, ast.Name) else None
    return None


def _answer_name(source: str) -> str:
    for statement in _statements(source):
        name = _assigned_name(statement)
        if name:
            return name
    raise Refused(Message("ô biểu mẫu phải có một phép gán “tên = None”"))


def _literal(statement: ast.stmt) -> Answer:
    assert isinstance(statement, ast.Assign)
    try:
        value: Answer = ast.literal_eval(statement.value)
    except UNREADABLE:
        raise _no_literal() from None
    if not _is_plain(value):
        raise _no_literal()
    return value


def _no_literal() -> Refused:
    return Refused(Message("câu trả lời trong ô biểu mẫu phải là giá trị viết sẵn"))


def _is_plain(value: Any) -> bool:
    """Is it of the kinds a form can hold? In JupyterLab anything may be written there."""
    match value:
        case None | bool() | str():
            return True
        case int() | float():
            return abs(value) < LARGEST_NUMBER
        case list() | tuple():
            return all(map(_is_plain, value))
        case dict():
            return all(isinstance(key, str) and _is_plain(one) for key, one in value.items())
    return False


class _FormReading:
    """Reads the options of one form cell, collecting every fault."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.options = options
        self.faults: list[Message] = []

    def form(self, name: str) -> Form:
        kind = self.options["form"]
        if kind not in KINDS:
            self.fault("form", Message("phải là một trong: {kinds}", {"kinds": ", ".join(KINDS)}))
        needs_options = kind in ("single", "multiple", "order", "match")
        form = Form(
            kind=str(kind),
            name=name,
            label=self.text("label", needed=True),
            options=self.pairs("options", needed=needs_options),
            targets=self.pairs("targets", needed=kind == "match"),
            columns=self.columns(needed=kind == "table"),
            rows=self.rows(needed=kind == "table"),
            unit=self.text("unit"),
            note=self.text("note"),
            lines=self.whole("lines", 1),
            accept=self.words("accept"),
            fractions=self.flag("fractions"),
        )
        if self.faults:
            raise Refused(*self.faults)
        return form

    def text(self, key: str, *, needed: bool = False) -> str:
        found = self.options.get(key)
        if found is None and not needed:
            return ""
        if not isinstance(found, str | int | float) or not str(found).strip():
            self.fault(key, Message("phải là chuỗi ký tự không rỗng"))
            return ""
        return str(found)

    def whole(self, key: str, default: int) -> int:
        found = self.options.get(key, default)
        if not isinstance(found, int) or isinstance(found, bool) or found < 1:
            self.fault(key, Message("phải là số nguyên từ 1"))
            return default
        return found

    def flag(self, key: str) -> bool:
        found = self.options.get(key, False)
        if not isinstance(found, bool):
            self.fault(key, Message("phải là true hoặc false"))
            return False
        return found

    def words(self, key: str) -> tuple[str, ...]:
        found = self.options.get(key, [])
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            self.fault(key, Message("phải là danh sách chuỗi ký tự"))
            return ()
        return tuple(found)

    def pairs(self, key: str, *, needed: bool) -> tuple[tuple[str, str], ...]:
        found = self.options.get(key)
        if found is None and not needed:
            return ()
        return self.keyed_texts(key, found)

    def keyed_texts(self, key: str, found: Any) -> tuple[tuple[str, str], ...]:
        if not isinstance(found, dict) or len(found) < 2:
            self.fault(key, Message("phải có ít nhất hai dòng “khóa: nội dung”"))
            return ()
        if not all(isinstance(one, str) for one in found):
            self.fault(key, Message("các khóa phải là chuỗi ký tự (đặt số trong dấu nháy)"))
            return ()
        return tuple((one, str(text)) for one, text in found.items())

    def columns(self, *, needed: bool) -> tuple[Column, ...]:
        found = self.options.get("columns")
        if found is None and not needed:
            return ()
        if not isinstance(found, dict) or not found:
            self.fault("columns", Message("phải có ít nhất một dòng “khóa: tên cột”"))
            return ()
        return tuple(self.column(str(key), one) for key, one in found.items())

    def column(self, key: str, found: Any) -> Column:
        if not isinstance(found, dict):
            return Column(key, str(found))
        where = f"columns.{key}"
        kind = found.get("kind", "text")
        if kind not in COLUMN_KINDS:
            kinds = ", ".join(COLUMN_KINDS)
            self.fault(f"{where}.kind", Message("phải là một trong: {kinds}", {"kinds": kinds}))
        if not found.get("label"):
            self.fault(f"{where}.label", Message("phải là chuỗi ký tự không rỗng"))
        options: tuple[tuple[str, str], ...] = ()
        if kind == "choice":
            options = self.keyed_texts(f"{where}.options", found.get("options"))
        fractions = found.get("fractions", False)
        if not isinstance(fractions, bool):
            self.fault(f"{where}.fractions", Message("phải là true hoặc false"))
        unit = str(found.get("unit", ""))
        return Column(key, str(found.get("label")), str(kind), options, unit, fractions is True)

    def rows(self, *, needed: bool) -> tuple[Mapping[str, Any], ...]:
        found = self.options.get("rows")
        if found is None and not needed:
            return ()
        if isinstance(found, int) and not isinstance(found, bool) and 1 <= found <= 200:
            return tuple({} for _ in range(found))
        columns = self.options.get("columns")
        known = set(columns) if isinstance(columns, dict) else set()
        if isinstance(found, list) and found and all(isinstance(row, dict) for row in found):
            if all(set(row) <= known for row in found):
                return tuple(found)
            self.fault("rows", Message("có cột không được khai báo trong “columns”"))
            return ()
        self.fault("rows", Message("phải là số dòng (1–200) hoặc danh sách dòng cho sẵn"))
        return ()

    def fault(self, key: str, why: Message) -> None:
        self.faults.append(Message("khóa “{key}”: {why}", {"key": key, "why": why}))
