"""What is wrong with a row, where, why, and how to mend it. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from analytics.certificates.printable import unprintable
from analytics.programme.targets import load_groups
from core.folding import fold as plain
from core.messages import Message
from core.names import in_small_letters, name_key, with_capitals
from records.people import persons
from records.people.logins import FOR_REGISTERED, is_registered
from records.programme.counting import UnitNode
from records.schema import folded_name
from records.tables.people import Person
from school.people.roster.births import MEND, read_birth, turned_round
from school.people.roster.broken_cells import trouble_of
from school.people.roster.columns import COLUMNS
from school.people.roster.names import cannot_be_printed, fold, refuse_name
from school.people.roster.table import Row

NEWEST = "2025"
TURNED_ROUND = Message("Bảng tính có thể đã đảo ngày và tháng của ô này")
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
    "chuyen nganh": "sector",
    "sector": "sector",
    "truong": "school",
    "school": "school",
}
VINTAGES = {"2008": "2008", "63": "2008", "2025": "2025", "34": "2025"}
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{1,31}")
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}(?:@[a-z0-9][a-z0-9.-]{1,63})?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
TELL_EVERY = 500  # rows

Tell = Callable[[int, int], None]  # how many are done, of how many


def tell_nobody(done: int, of: int) -> None:
    """For whoever does not wait to hear how far it is."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with one cell: where (``key``: its column), what stood there, why it will not
    do, how to mend it."""

    line: int
    key: str
    value: str
    reason: Message
    mend: Message

    @property
    def offered(self) -> str:
        """What may stand in its place, for the reader to agree to; else what stood there."""
        small = self.key == "full_name" and in_small_letters(self.value)
        return with_capitals(self.value) if small else self.value

    @property
    def column(self) -> str:
        """The column's title."""
        return COLUMNS[self.key].title


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
    born: str | None = None  # "1985-03-12", or the year alone

    @cached_property
    def name_key(self) -> str:
        """What lists order the name by."""
        return name_key(self.full_name)

    @cached_property
    def name_folded(self) -> str:
        """The name as searches find it."""
        return folded_name(self.full_name)


@dataclass(frozen=True)
class Known:
    """What rows are checked against. ``scope`` None: every unit; else only these."""

    units: Mapping[int, UnitNode]
    people: Mapping[str, Person]
    usernames: Mapping[str, str | None]
    scope: Collection[int] | None = None
    today: dt.date | None = None
    spellings: Mapping[str, str] = field(default_factory=dict)  # code in small letters → as kept
    by_key: dict[tuple[str, str, str], UnitNode] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_key.update({(u.kind, u.vintage, u.code): u for u in self.units.values()})

    def facts(self) -> object:
        """What `check_rows` asks of it, as a value: the same facts give the same verdicts."""
        people = {
            code: (person.full_name, person.left_at, person.unit_id)
            for code, person in self.people.items()
        }
        scope = None if self.scope is None else frozenset(self.scope)
        told = (dict(self.usernames), dict(self.spellings))
        return (dict(self.units), people, *told, scope, self.today)


def check_rows(
    rows: Iterable[Row], known: Known, tell: Tell = tell_nobody
) -> tuple[list[Entry], list[Fault]]:
    """Entries of the good rows, and every fault of the others. Decides; touches nothing, but
    ``tell``s how far it is, which may raise to end it."""
    entries: list[Entry] = []
    faults: list[Fault] = []
    lines_of: dict[tuple[str, str], int] = {}
    rows = list(rows)
    turned = turned_round((_birth_of(row), row.kinds.get("born", "text")) for row in rows)
    for number, row in enumerate(rows):
        if number % TELL_EVERY == 0:
            tell(number, len(rows))
        check = _RowCheck(row, known, lines_of, turned=turned)
        entry = check.entry()
        if entry:
            assert entry.name_key and entry.name_folded  # now, while nobody waits for it
            entries.append(entry)
        faults.extend(check.faults)
    return entries, faults


def _birth_of(row: Row) -> str:
    return persons.clean(row.cells.get("born", ""))


class _RowCheck:
    def __init__(
        self, row: Row, known: Known, lines_of: dict[tuple[str, str], int], *, turned: bool
    ) -> None:
        self.row, self.known, self._lines_of, self._turned = row, known, lines_of, turned
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
            USERNAME,
            Message("Chữ thường không dấu, số và . _ -, hoặc cả địa chỉ thư điện tử"),
        )
        born = self._born(text["born"])
        if code:
            self._alone("code", code)
            self._same_person(code, name)
            self._spelled_as_known(code)
        if email:
            self._alone("email", email)
        if username:
            self._alone("username", username)
            owner = self.known.usernames.get(username, code)
            if username not in self.known.usernames and is_registered(username):
                self._fault(
                    "username",
                    username,
                    FOR_REGISTERED,
                    Message("Chọn tên khác hoặc để trống"),
                )
            elif owner != code:
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
            born,
        )

    def _text(self, key: str) -> str:
        """The cell, in NFC and without outer spaces; a spoiled one is a fault."""
        raw = self.row.cells.get(key, "")
        text = fold(raw) if key == "full_name" else persons.clean(raw)
        trouble = trouble_of(key, text, self.row.kinds.get(key, "text"))
        if trouble is None:
            return text
        self._fault(key, raw, *trouble)
        return ""

    def _matching(self, key: str, text: str, shape: re.Pattern[str], mend: Message) -> str:
        if text and not shape.fullmatch(text):
            self._fault(key, text, Message("Sai dạng"), mend)
            return ""
        return text

    def _name(self, text: str) -> str:
        trouble = refuse_name(text) if text else None
        letters = "" if trouble or not text else unprintable(text)
        if letters:
            trouble = cannot_be_printed(letters)
        if trouble:
            self._fault("full_name", text, *trouble)
            return ""
        return text

    def _born(self, text: str) -> str | None:
        if not text:
            return None
        if self._turned and self.row.kinds.get("born") == "date":
            self._fault("born", text, TURNED_ROUND, MEND)
            return None
        found = read_birth(text, today=self.known.today)
        if isinstance(found, str):
            return found
        self._fault("born", text, *found)
        return None

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
        first = self._lines_of.setdefault((key, value.casefold()), self.row.line)
        if first != self.row.line:
            self._fault(
                key,
                value,
                Message("Trùng với dòng {line}", {"line": first}),
                Message("Mỗi người một dòng; bỏ dòng thừa hoặc sửa mã"),
            )

    def _spelled_as_known(self, code: str) -> None:
        """The same code with other capitals would be a second person."""
        known = self.known.spellings.get(code.casefold(), code)
        if known != code:
            self._fault(
                "code",
                code,
                Message("Mã này đã có, viết là {known}", {"known": known}),
                Message("Viết đúng chữ hoa, chữ thường như mã đã có"),
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
        if person.left_at is not None:
            self._fault(
                "code",
                code,
                Message("Người này đã được ghi là rời đi"),
                Message("Mở trang của người ấy để ghi trở lại, hoặc bỏ dòng này"),
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
                Message(
                    "tỉnh, trung ương, huyện, xã, báo chí, doanh nghiệp, chuyên ngành hoặc trường"
                ),
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
                Message("Điền cột “Danh mục”: 2008 hoặc 2025"),
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
            return Message("Tra mã ở trang “Mã đơn vị” của tệp mẫu")
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
        self.faults.append(Fault(self.row.line, key, value[:80], reason, mend))
