"""Reads lists of learners (xlsx, CSV), says what is wrong row by row, imports all or nothing.

`read_table` turns a file into rows of text, `check_rows` turns rows into entries and faults
without touching anything, `import_roster` does both against the records in one transaction.
Importing the same file again changes nothing.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
import unicodedata
import zipfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.utils.exceptions import InvalidFileException

from analytics.targets import load_groups
from hub.translate import plain
from records import Session, audit, people
from records.counting import UnitNode, load_units_tree
from records.roster import owners_of_usernames, people_by_code
from records.tables import Person
from skills_framework.messages import Message, Refused

LARGEST_FILE_MB = 10
LARGEST_UNPACKED_MB = 100
MOST_ROWS = 50_000
MOST_COLUMNS = 60
LONGEST_CELL = 200
NEWEST = "2025"

# Each column: its name in the template, whether it must be there, and other heads people use.
COLUMNS: dict[str, tuple[str, bool, tuple[str, ...]]] = {
    "code": ("Mã cán bộ", True, ("ma", "ma cong chuc", "ma cbcc", "ma nhan su")),
    "full_name": ("Họ tên", True, ("ho va ten", "ho ten day du", "ten")),
    "position": ("Chức vụ", False, ("chuc danh", "vi tri")),
    "group": ("Nhóm đối tượng", True, ("nhom", "doi tuong")),
    "kind": ("Loại đơn vị", False, ("loai", "cap don vi")),
    "vintage": ("Danh mục", False, ("danh muc tinh", "nam danh muc", "phien ban")),
    "unit": ("Mã đơn vị", True, ("ma tinh", "don vi", "ma co quan")),
    "email": ("Email", False, ("thu dien tu", "e-mail", "mail")),
    "username": ("Tài khoản", False, ("ten dang nhap", "username")),
}
KINDS = {
    "tinh": "province",
    "thanh pho": "province",
    "province": "province",
    "": "province",
    "trung uong": "central",
    "bo": "central",
    "central": "central",
    "huyen": "district",
    "district": "district",
    "xa": "commune",
    "phuong": "commune",
    "commune": "commune",
    "bao chi": "press",
    "press": "press",
    "doanh nghiep": "enterprise",
    "enterprise": "enterprise",
}
VINTAGES = {"2008": "2008", "63": "2008", "2025": "2025", "34": "2025"}
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{1,31}")
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_MOJIBAKE = re.compile("áº|á»|Ã[\u0080-\u00bf]|Ä[\u0090\u0091‘’]|Æ[°¡]|\ufffd")


@dataclass(frozen=True)
class Row:
    """A row of the file: its line (1 is the head) and the text of each known column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Fault:
    """What is wrong with one cell: where, what stood there, why it will not do, how to mend it."""

    line: int
    column: str
    value: str
    reason: Message
    mend: Message


@dataclass(frozen=True)
class Entry:
    """A row that can be imported."""

    line: int
    code: str
    full_name: str
    position: str | None
    group: str
    unit_id: int
    email: str | None
    username: str | None


@dataclass(frozen=True)
class Outcome:
    """What an import did, or would do."""

    faults: tuple[Fault, ...] = ()
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    dry_run: bool = False


@dataclass(frozen=True)
class Known:
    """What rows are checked against. ``scope`` None: every unit; else only these."""

    units: Mapping[int, UnitNode]
    people: Mapping[str, Person]
    usernames: Mapping[str, str | None]
    scope: Collection[int] | None = None
    by_key: dict[tuple[str, str, str], UnitNode] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_key.update({(u.kind, u.vintage, u.code): u for u in self.units.values()})


# --- reading ----------------------------------------------------------------------------------


def read_table(name: str, content: bytes) -> list[Row]:
    """The rows of an xlsx or CSV file; raises `Refused` for a file that cannot be used at all."""
    if len(content) > LARGEST_FILE_MB * 1_000_000:
        raise Refused(Message("Tệp lớn hơn {n} MB", {"n": LARGEST_FILE_MB}))
    if not content.strip():
        raise Refused(Message("Tệp rỗng"))
    if content.startswith(b"PK"):
        lines = _read_xlsx(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(Message("Đây là tệp Excel đời cũ (.xls). Hãy lưu lại thành .xlsx"))
    else:
        lines = _read_csv(content)
    return _name_columns(lines)


def _read_xlsx(content: bytes) -> list[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > LARGEST_UNPACKED_MB * 1_000_000:
            raise Refused(
                Message("Tệp xlsx khi giải nén lớn hơn {n} MB", {"n": LARGEST_UNPACKED_MB})
            )
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise Refused(Message("Không đọc được tệp xlsx này: tệp hỏng hoặc có mật khẩu")) from error
    try:
        sheet = book.worksheets[0]
        found = []
        for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
            _bound(number)
            found.append((number, [_cell_text(cell) for cell in row]))
        return found
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, SyntaxError) as error:
        raise Refused(Message("Không đọc được tệp xlsx này: tệp hỏng hoặc có mật khẩu")) from error
    finally:
        book.close()


def _cell_text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if getattr(cell, "data_type", "") == "f":
        return f"={str(value).lstrip('=')}"  # refused by `check_rows`, with its place
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime | dt.date):
        return value.strftime("%d/%m/%Y")
    return str(value)


def _read_csv(content: bytes) -> list[tuple[int, list[str]]]:
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = content.decode("utf-16")
        else:
            text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(
            Message("Tệp không phải UTF-8. Trong Excel hãy chọn lưu kiểu «CSV UTF-8» hoặc .xlsx")
        ) from error
    if "\0" in text:
        raise Refused(Message("Đây không phải tệp xlsx hay CSV"))
    head = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=head.count)
    found: list[tuple[int, list[str]]] = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for row in reader:
            _bound(len(found))
            found.append((reader.line_num, row[:MOST_COLUMNS]))
    except csv.Error as error:
        raise Refused(
            Message(
                "CSV sai dạng ở dòng {line}: {reason}",
                {"line": reader.line_num, "reason": str(error)},
            )
        ) from error
    return found


def _bound(number: int) -> None:
    if number > MOST_ROWS + 1:
        raise Refused(Message("Tệp có hơn {n} dòng. Hãy chia nhỏ", {"n": MOST_ROWS}))


def _name_columns(lines: Sequence[tuple[int, list[str]]]) -> list[Row]:
    """Find the head (first line with text) and name the cells below it; empty rows fall away."""
    filled = [(line, cells) for line, cells in lines if any(cell.strip() for cell in cells)]
    if not filled:
        raise Refused(Message("Tệp rỗng"))
    known = {
        spelled: key
        for key, (title, _must, others) in COLUMNS.items()
        for spelled in (plain(title), *others)
    }
    _line, heads = filled[0]
    columns: dict[int, str] = {}
    for position, head in enumerate(heads):
        key = known.get(plain(people.clean(head)).rstrip(" *:"))
        if key in columns.values():
            raise Refused(Message("Cột «{column}» có hai lần", {"column": head.strip()}))
        if key is not None:
            columns[position] = key
    missing = [
        title for key, (title, must, _) in COLUMNS.items() if must and key not in columns.values()
    ]
    if missing:
        raise Refused(
            Message(
                "Thiếu cột: {columns}. Dòng đầu phải là tên cột như trong tệp mẫu",
                {"columns": ", ".join(missing)},
            )
        )
    return [
        Row(line, {key: cells[at] if at < len(cells) else "" for at, key in columns.items()})
        for line, cells in filled[1:]
    ]


# --- checking ---------------------------------------------------------------------------------


def check_rows(rows: Iterable[Row], known: Known) -> tuple[list[Entry], list[Fault]]:
    """Entries of the good rows, and every fault of the others. Decides; touches nothing."""
    entries: list[Entry] = []
    faults: list[Fault] = []
    lines_of: dict[tuple[str, str], int] = {}
    for row in rows:
        check = _RowCheck(row, known, lines_of)
        entry = check.entry()
        if entry:
            entries.append(entry)
        faults.extend(check.faults)
    return entries, faults


class _RowCheck:
    def __init__(self, row: Row, known: Known, lines_of: dict[tuple[str, str], int]) -> None:
        self.row, self.known, self._lines_of = row, known, lines_of
        self.faults: list[Fault] = []

    def entry(self) -> Entry | None:
        """The row as an entry; None when there are faults."""
        text = {key: self._text(key) for key in COLUMNS}
        code = self._matching(
            "code", text["code"], _CODE, Message("Chữ không dấu, số và . _ / -, từ 2 đến 32 ký tự")
        )
        name = self._name(text["full_name"])
        group = self._group(text["group"])
        unit = self._unit(text["kind"], text["vintage"], text["unit"])
        email = text["email"] and self._matching(
            "email", text["email"], _EMAIL, Message("Viết dạng ten@coquan.gov.vn")
        )
        username = text["username"] and self._matching(
            "username",
            text["username"].lower(),
            _USERNAME,
            Message("Chữ thường không dấu, số và . _ -"),
        )
        if code:
            self._alone("code", code)
            self._same_person(code, name)
        if username:
            self._alone("username", username)
            owner = self.known.usernames.get(username, code)
            if owner != code:
                self._fault(
                    "username",
                    username,
                    Message("Tài khoản này của người khác"),
                    Message("Chọn tên khác hoặc để trống"),
                )
        if self.faults or not (code and name and group and unit):
            return None
        return Entry(
            self.row.line,
            code,
            name,
            text["position"] or None,
            group,
            unit.id,
            email or None,
            username or None,
        )

    def _text(self, key: str) -> str:
        """The cell, in NFC and without outer spaces; broken text is a fault."""
        raw = self.row.cells.get(key, "")
        text = people.clean(raw)
        if text.startswith(("=", "@", "+")) or (text.startswith("-") and len(text) > 1):
            self._fault(
                key,
                raw,
                Message("Ô chứa công thức"),
                Message("Dán lại dưới dạng giá trị (Paste values)"),
            )
        elif len(text) > LONGEST_CELL:
            self._fault(
                key, raw, Message("Dài quá {n} ký tự", {"n": LONGEST_CELL}), Message("Rút gọn lại")
            )
        elif _MOJIBAKE.search(text):
            self._fault(
                key,
                raw,
                Message("Chữ bị hỏng do sai bảng mã"),
                Message("Lưu lại tệp kiểu UTF-8 rồi nhập lại"),
            )
        elif any(unicodedata.category(c) in ("Mn", "Cc", "Cf", "Co", "Cs") for c in text):
            self._fault(
                key,
                raw,
                Message("Có dấu rời hoặc ký tự ẩn không ghép được vào chữ"),
                Message("Gõ lại ô này bằng bộ gõ Unicode"),
            )
        elif not text and COLUMNS[key][1]:
            self._fault(key, raw, Message("Thiếu"), Message("Điền ô này"))
        else:
            return text
        return ""

    def _matching(self, key: str, text: str, shape: re.Pattern[str], mend: Message) -> str:
        if text and not shape.fullmatch(text):
            self._fault(key, text, Message("Sai dạng"), mend)
            return ""
        return text

    def _name(self, text: str) -> str:
        if text and (len(text) < 2 or not all(c.isalpha() or c in " .'’-()" for c in text)):
            self._fault(
                "full_name",
                text,
                Message("Họ tên có ký tự lạ"),
                Message("Chỉ gồm chữ cái và dấu cách"),
            )
            return ""
        return text

    def _group(self, text: str) -> str:
        group = text.lower().rstrip(").")
        if text and group not in load_groups():
            self._fault(
                "group",
                text,
                Message("Không có nhóm đối tượng này"),
                Message("Một trong: {groups}", {"groups": ", ".join(load_groups())}),
            )
            return ""
        return group

    def _alone(self, key: str, value: str) -> None:
        first = self._lines_of.setdefault((key, value), self.row.line)
        if first != self.row.line:
            self._fault(
                key,
                value,
                Message("Trùng với dòng {line}", {"line": first}),
                Message("Mỗi người một dòng; bỏ dòng thừa hoặc sửa mã"),
            )

    def _same_person(self, code: str, name: str) -> None:
        """A code that is in the records belongs to that person: not to somebody else's name."""
        person = self.known.people.get(code)
        if person is None or not name:
            return
        if plain(person.full_name) != plain(name):
            self._fault(
                "code",
                code,
                Message("Mã này đang thuộc về một người tên khác"),
                Message("Kiểm tra lại mã; nếu đổi tên thật, nhờ quản trị sửa"),
            )
        if self.known.scope is not None and person.unit_id not in self.known.scope:
            self._fault(
                "code",
                code,
                Message("Người này thuộc đơn vị ngoài phạm vi của anh/chị"),
                Message("Đề nghị đơn vị kia hoặc Bộ chuyển người này"),
            )

    # --- the unit -------------------------------------------------------------------------------

    def _unit(self, kind_text: str, vintage_text: str, code: str) -> UnitNode | None:
        kind = KINDS.get(plain(kind_text))
        if kind is None:
            self._fault(
                "kind",
                kind_text,
                Message("Không có loại đơn vị này"),
                Message("tỉnh, trung ương, huyện, xã, báo chí hoặc doanh nghiệp"),
            )
            return None
        vintage = VINTAGES.get(vintage_text) if vintage_text else None
        if vintage_text and vintage is None:
            self._fault(
                "vintage",
                vintage_text,
                Message("Không có danh mục này"),
                Message("Ghi 2008 (63 tỉnh) hoặc 2025 (34 tỉnh)"),
            )
            return None
        if not code:
            return None
        if kind == "province" and code.isdigit():
            code = code.zfill(2)  # Excel drops the zero of 01
        unit = self._find(kind, vintage, code)
        if unit and self.known.scope is not None and unit.id not in self.known.scope:
            self._fault(
                "unit",
                code,
                Message("Đơn vị ngoài phạm vi của anh/chị"),
                Message("Chỉ nhập được cho đơn vị của mình và cấp dưới"),
            )
            return None
        return unit

    def _find(self, kind: str, vintage: str | None, code: str) -> UnitNode | None:
        by_key = self.known.by_key
        if vintage is not None:
            if (kind, vintage, code) not in by_key:
                self._unknown_unit(kind, vintage, code)
            return by_key.get((kind, vintage, code))
        candidates = [
            by_key[kind, v, code] for v in ("", "2008", NEWEST) if (kind, v, code) in by_key
        ]
        if not candidates:
            self._unknown_unit(kind, None, code)
            return None
        newest = candidates[-1]
        if any(unit.name != newest.name for unit in candidates):
            self._fault(
                "unit",
                code,
                Message(
                    "Mã có trong cả hai danh mục: {meanings}",
                    {"meanings": "; ".join(f"{unit.vintage}: {unit.name}" for unit in candidates)},
                ),
                Message("Điền cột «Danh mục»: 2008 hoặc 2025"),
            )
            return None
        return newest

    def _unknown_unit(self, kind: str, vintage: str | None, code: str) -> None:
        reason = (
            Message("Không có mã đơn vị này trong danh mục {vintage}", {"vintage": vintage})
            if vintage
            else Message("Không có mã đơn vị này")
        )
        self._fault("unit", code, reason, self._suggestion(kind, vintage, code))

    def _suggestion(self, kind: str, vintage: str | None, code: str) -> Message:
        wanted = vintage or NEWEST
        for unit in self.known.units.values():
            if unit.kind != kind or plain(unit.name) != plain(code):
                continue
            if unit.vintage in ("", wanted):
                return Message("Mã của {name} là {code}", {"name": unit.name, "code": unit.code})
        other = self._elsewhere(kind, wanted, code)
        if other is None:
            return Message("Tra mã ở trang «Mã đơn vị» của tệp mẫu")
        after = self.known.units.get(other.successor_id or 0)
        if after:
            return Message(
                "Mã này là {name} của danh mục {vintage}, nay thuộc {after} (mã {code})",
                {
                    "name": other.name,
                    "vintage": other.vintage,
                    "after": after.name,
                    "code": after.code,
                },
            )
        return Message(
            "Mã này là {name} của danh mục {vintage}",
            {"name": other.name, "vintage": other.vintage},
        )

    def _elsewhere(self, kind: str, vintage: str, code: str) -> UnitNode | None:
        """The unit that has this code in another list."""
        same = (u for (k, v, c), u in self.known.by_key.items() if (k, c) == (kind, code))
        return next((unit for unit in same if unit.vintage != vintage), None)

    def _fault(self, key: str, value: str, reason: Message, mend: Message) -> None:
        self.faults.append(Fault(self.row.line, COLUMNS[key][0], value[:80], reason, mend))


# --- importing --------------------------------------------------------------------------------


def import_roster(
    session: Session,
    name: str,
    content: bytes,
    *,
    at: dt.datetime,
    actor: str,
    scope: Collection[int] | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Import the whole file, or nothing when a single row has a fault. Raises `Refused` for a
    file that cannot be read. ``scope``: the units this actor may fill; None for all."""
    rows = read_table(name, content)
    known = Known(
        units=load_units_tree(session),
        people=people_by_code(session, {people.clean(row.cells["code"]) for row in rows}),
        usernames=owners_of_usernames(
            session, {people.clean(row.cells.get("username", "")).lower() for row in rows}
        ),
        scope=scope,
    )
    entries, faults = check_rows(rows, known)
    if faults:
        return Outcome(faults=tuple(faults), dry_run=dry_run)
    added = changed = 0
    for entry in entries:
        person = known.people.get(entry.code)
        if person is None:
            added += 1
            if not dry_run:
                _add(session, entry, at)
        elif _differs(person, entry):
            changed += 1
            if not dry_run:
                _change(person, entry)
    outcome = Outcome((), added, changed, len(entries) - added - changed, dry_run)
    if (added or changed) and not dry_run:
        session.flush()
        audit.append(
            session,
            at=at,
            actor=actor,
            action="roster.import",
            subject="roster",
            detail={
                "added": added,
                "changed": changed,
                "unchanged": outcome.unchanged,
                "sha256": hashlib.sha256(content).hexdigest(),
            },
        )
    return outcome


def _wanted(person: Person, entry: Entry) -> dict[str, Any]:
    """What the row says of the person; a column left empty takes nothing away."""
    return {
        "full_name": entry.full_name,
        "position": entry.position or person.position,
        "audience_group": entry.group,
        "unit_id": entry.unit_id,
        "email": entry.email or person.email,
        "username": entry.username or person.username,
    }


def _differs(person: Person, entry: Entry) -> bool:
    return any(getattr(person, key) != value for key, value in _wanted(person, entry).items())


def _change(person: Person, entry: Entry) -> None:
    for key, value in _wanted(person, entry).items():
        setattr(person, key, value)


def _add(session: Session, entry: Entry, at: dt.datetime) -> None:
    # Everything `people.add_person` asks the database was asked for all rows at once above.
    session.add(
        Person(
            username=entry.username,
            code=entry.code,
            full_name=entry.full_name,
            email=entry.email,
            position=entry.position,
            audience_group=entry.group,
            unit_id=entry.unit_id,
            language="vi",
            created_at=at,
        )
    )


# --- the template -----------------------------------------------------------------------------


def make_template(units: Iterable[UnitNode]) -> bytes:
    """An empty list to fill in, with one made-up row, the rules, and every unit's code."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    head = book.add_format({"bold": True, "bg_color": "#E3F0EF", "border": 1, "text_wrap": True})
    text = book.add_format({"num_format": "@"})  # so that 01 stays 01
    sheet = book.add_worksheet("Danh sách")
    sample = (
        "TN-0001",
        "Nguyễn Thị Mẫu",
        "Chuyên viên",
        "c",
        "tỉnh",
        "2025",
        "15",
        "mau@example.vn",
        "",
    )
    for column, ((title, must, _others), example) in enumerate(
        zip(COLUMNS.values(), sample, strict=True)
    ):
        sheet.set_column(column, column, 22, text)
        sheet.write_string(0, column, f"{title} *" if must else title, head)
        sheet.write_string(1, column, example, text)
    sheet.data_validation(1, 3, MOST_ROWS, 3, {"validate": "list", "source": list(load_groups())})
    sheet.freeze_panes(1, 0)
    codes = book.add_worksheet("Mã đơn vị")
    codes.set_column(0, 3, 18)
    for column, title in enumerate(("Loại đơn vị", "Danh mục", "Mã đơn vị", "Tên")):
        codes.write_string(0, column, title, head)
    names = {kind: words for words, kind in reversed(KINDS.items()) if words}
    titles = {
        "tinh": "tỉnh",
        "trung uong": "trung ương",
        "huyen": "huyện",
        "xa": "xã",
        "bao chi": "báo chí",
        "doanh nghiep": "doanh nghiệp",
    }
    listed = sorted(
        (unit for unit in units if unit.kind in names),
        key=lambda unit: (unit.kind != "province", unit.kind, unit.vintage, unit.code),
    )
    for line, unit in enumerate(listed, 1):
        kind = names[unit.kind]
        for column, words in enumerate(
            (titles.get(kind, kind), unit.vintage, unit.code, unit.name)
        ):
            codes.write_string(line, column, words, text)
    rules = book.add_worksheet("Nhóm đối tượng")
    rules.set_column(1, 1, 70)
    for line, group in enumerate(load_groups().values()):
        rules.write_string(line, 0, group.key)
        rules.write_string(line, 1, group.name["vi"])
    book.close()
    return file.getvalue()
