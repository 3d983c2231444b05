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
from school.people.roster.columns import COLUMNS, read_full_time, read_group
from school.people.roster.names import cannot_be_printed, fold, refuse_name
from school.people.roster.table import Row
from school.people.unit_names.finding import NotMeant, UnitFinder

TURNED_ROUND = Message("Bảng tính có thể đã đảo ngày và tháng của ô này")
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
    do, how to mend it. ``choices``: what may stand there instead, each with its words."""

    line: int
    key: str
    value: str
    reason: Message
    mend: Message
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def offered(self) -> str:
        """What may stand in its place, for the reader to agree to; else what stood there."""
        if len(self.choices) == 1:
            return self.choices[0][0]
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
    full_time: bool | None = None  # None: the list does not say

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

    @cached_property
    def finder(self) -> UnitFinder:
        """Which unit a row means."""
        return UnitFinder(self.units, self.scope)

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
        full_time = self._full_time(text["full_time"])
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
            full_time,
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

    def _full_time(self, text: str) -> bool | None:
        found = read_full_time(text)
        if text and found is None:
            mend = Message("Ghi “có” hoặc “không”, hoặc để trống")
            self._fault("full_time", text, Message("Không rõ là có hay không"), mend)
        return found

    def _group(self, text: str) -> str:
        group = read_group(text)
        if text and not group:
            self._fault(
                "group",
                text,
                Message("Không có nhóm đối tượng này"),
                Message("Một trong: {groups}", {"groups": ", ".join(load_groups())}),
            )
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

    def _unit(self, kind: str, vintage: str, said: str) -> UnitNode | None:
        found = self.known.finder.find(kind, vintage, said)
        if isinstance(found, NotMeant):
            cells = {"kind": kind, "vintage": vintage, "unit": said}
            choices = self.known.finder.choices_of(found.choices)
            self._fault(found.key, cells[found.key], found.reason, found.mend, choices)
            return None
        return found

    def _fault(
        self,
        key: str,
        value: str,
        reason: Message,
        mend: Message,
        choices: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.faults.append(Fault(self.row.line, key, value[:80], reason, mend, choices))
