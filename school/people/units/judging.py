"""What a list of units would change, and what is wrong with it: where, why, how to mend it. Pure.

A row names a unit by kind, list and code. One that is new is added; one that is there gets the
name, place and days that the row says, and keeps what the row leaves empty.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from core.messages import Message, Refused
from records.programme.counting import UnitNode
from school.people.roster.broken_cells import trouble_of
from school.people.unit_names.keys import VINTAGES, codes_in, find_one, read_kind, spell_key
from school.people.units.reading import TITLES, UnitRow

DIGITS = {"province": 2, "district": 3, "commune": 5}  # of the codes in the state's lists
LONGEST_CODE = 32
# Where a unit stands that names nothing above it.
ROOTS = {
    "central": ("central", "", "TW"),
    **dict.fromkeys(("press", "enterprise", "school"), ("nation", "", "VN")),
}
BY_HAND = ("nation",)  # what no list adds or changes
Key = tuple[str, str, str]


@dataclass(frozen=True)
class UnitFault:
    """What is wrong with one cell. ``key``: of its column in `TITLES`."""

    line: int
    key: str
    value: str
    reason: Message
    mend: Message

    @property
    def column(self) -> str:
        return TITLES[self.key]


@dataclass(frozen=True)
class Wanted:
    """A unit as the list wants it; ``None`` in what is left as it is. Units above and after are
    named by their keys."""

    line: int
    key: Key
    name: str
    parent: Key | None
    valid_from: dt.date | None
    valid_to: dt.date | None
    successor: Key | None


@dataclass(frozen=True)
class Branch:
    """A line of the tree that would be. ``mark``: ``new``, ``changed`` or "" for what is only
    shown so that one sees where the others stand."""

    depth: int
    name: str
    key: str
    mark: str
    was: str = ""  # the name before
    after: str = ""  # the name of the successor


@dataclass(frozen=True)
class Judged:
    """What a list comes to. With ``faults`` nothing of it is done."""

    faults: tuple[UnitFault, ...] = ()
    new: tuple[Wanted, ...] = ()
    changed: tuple[Wanted, ...] = ()
    unchanged: int = 0
    tree: tuple[Branch, ...] = ()


def judge(rows: Sequence[UnitRow], units: Mapping[int, UnitNode]) -> Judged:
    """Judge every row against what is there and against the other rows."""
    judging = _Judging(rows, units)
    wanted = judging.read()
    if not judging.faults:
        judging.refuse_circles(wanted)
    if judging.faults:
        return Judged(faults=tuple(judging.faults))
    new = tuple(one for one in wanted if one.key not in judging.by_key)
    there = [one for one in wanted if one.key in judging.by_key]
    changed = tuple(one for one in there if judging.differs(one))
    return Judged(
        new=new,
        changed=changed,
        unchanged=len(there) - len(changed),
        tree=tuple(judging.draw(new, changed)),
    )


@dataclass
class _Judging:
    rows: Sequence[UnitRow]
    units: Mapping[int, UnitNode]
    faults: list[UnitFault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.by_key: dict[Key, UnitNode] = {_key(unit): unit for unit in self.units.values()}
        # Rows may name each other, whatever their order.
        self._by_code: dict[str, list[UnitNode]] = defaultdict(list)
        for unit in self.units.values():
            self._by_code[unit.code].append(unit)
        self._own: dict[int, Key] = {}

    def read(self) -> list[Wanted]:
        lines: dict[Key, int] = {}
        for row in self.rows:
            key = self._key_of(row)
            if key is None:
                continue
            if key in lines:
                self._fault(
                    row,
                    "code",
                    Message("Trùng với dòng {line}", {"line": lines[key]}),
                    Message("Mỗi đơn vị một dòng"),
                )
                continue
            lines[key] = row.line
            self._own[row.line] = key
            if key not in self.by_key:
                new = UnitNode(-row.line, *key, row.cells["name"], None, None)
                self._by_code[new.code].append(new)
        wanted = [one for row in self.rows if (one := self._read(row)) is not None]
        return self._with_predecessors(wanted)

    def _key_of(self, row: UnitRow) -> Key | None:
        said = row.cells
        kind, vintage, code = read_kind(said["kind"]), VINTAGES.get(said["vintage"]), said["code"]
        trouble = trouble_of("code", code, row.kinds.get("code", "text"))
        if not kind or kind in BY_HAND:
            self._fault(
                row,
                "kind",
                Message("Không có loại đơn vị này"),
                Message(
                    "trung ương, chuyên ngành, tỉnh, huyện, xã, báo chí, doanh nghiệp hoặc trường"
                ),
            )
        if vintage is None:
            self._fault(
                row,
                "vintage",
                Message("Không có danh mục này"),
                Message("Ghi 2008 (63 tỉnh) hoặc 2025 (34 tỉnh), hoặc để trống"),
            )
        if trouble:
            self._fault(row, "code", *trouble)
        elif "/" in code or len(code) > LONGEST_CODE:
            self._fault(
                row,
                "code",
                Message("Mã có dấu / hoặc dài quá {n} ký tự", {"n": LONGEST_CODE}),
                Message("Chỉ gồm chữ, số và dấu . _ -"),
            )
        if not kind or kind in BY_HAND or vintage is None or trouble or "/" in code:
            return None
        if kind in DIGITS and not vintage:
            self._fault(
                row,
                "vintage",
                Message("Tỉnh, huyện, xã cần danh mục"),
                Message("Ghi 2008 (đến 30/6/2025) hoặc 2025 (từ 01/7/2025)"),
            )
            return None
        if code.isdigit() and kind in DIGITS:
            code = code.zfill(DIGITS[kind])  # a spreadsheet drops the zeros
        return kind, vintage, code

    def _read(self, row: UnitRow) -> Wanted | None:
        key = self._own.get(row.line)
        if key is None:
            return None
        name = row.cells["name"]
        if trouble := trouble_of("position", name, row.kinds.get("name", "text")):
            self._fault(row, "name", *trouble)
        elif not name:
            self._fault(row, "name", Message("Thiếu"), Message("Điền ô này"))
        starts, ends = self._day(row, "valid_from"), self._day(row, "valid_to")
        before = self.by_key.get(key)
        first = starts or (before.valid_from if before else None)
        if first and ends and ends < first:
            self._fault(
                row,
                "valid_to",
                Message("Ngày kết thúc trước ngày bắt đầu"),
                Message("Kiểm tra hai cột ngày"),
            )
        successor = self._meant(row, "successor")
        if successor and not (ends or (before and before.valid_to)):
            self._fault(
                row,
                "valid_to",
                Message("Đơn vị có kế thừa thì phải có ngày kết thúc"),
                Message("Điền cột “Đến ngày”"),
            )
        return Wanted(row.line, key, name, self._parent(row, key), starts, ends, successor)

    def _parent(self, row: UnitRow, key: Key) -> Key | None:
        if row.cells["parent"]:
            return self._meant(row, "parent")
        if key in self.by_key:
            return None
        if key[0] == "province":
            return ("nation", "", "VN")
        if key[0] not in ROOTS:
            self._fault(
                row,
                "parent",
                Message("Thiếu đơn vị cấp trên"),
                Message("Ghi mã hoặc khóa của đơn vị cấp trên, ví dụ tỉnh/2025/15"),
            )
        return ROOTS.get(key[0])

    def _meant(self, row: UnitRow, column: str, words: str | None = None) -> Key | None:
        said = row.cells[column] if words is None else words
        if not said:
            return None
        near = [unit for code in dict.fromkeys(codes_in(said)) for unit in self._by_code[code]]
        try:
            return _key(find_one(near, said, vintage=VINTAGES[row.cells["vintage"]]))
        except Refused as refused:
            self._fault(
                row,
                column,
                refused.messages[0],
                Message("Ghi khóa đầy đủ loại/danh mục/mã; tra ở danh mục mã đơn vị"),
            )
            return None

    def _day(self, row: UnitRow, column: str) -> dt.date | None:
        said = row.cells[column]
        for form in ("%d/%m/%Y", "%Y-%m-%d"):
            try:
                return dt.datetime.strptime(said, form).date() if said else None  # noqa: DTZ007 - a day
            except ValueError:
                continue
        self._fault(row, column, Message("Không phải một ngày"), Message("Ví dụ 30/6/2025"))
        return None

    def _with_predecessors(self, wanted: list[Wanted]) -> list[Wanted]:
        """A row's predecessors end the day before it begins, and go on in it."""
        found = {one.key: one for one in wanted}
        for row in self.rows:
            own = self._own.get(row.line)
            if own is None or not row.cells["predecessors"]:
                continue
            begins = found[own].valid_from
            if begins is None:
                self._fault(
                    row,
                    "valid_from",
                    Message("Đơn vị có tiền thân thì phải có ngày bắt đầu"),
                    Message("Điền cột “Từ ngày”"),
                )
                continue
            for words in row.cells["predecessors"].split(";"):
                key = self._meant(row, "predecessors", words.strip())
                if key is None:
                    continue
                before = found.get(key) or Wanted(
                    row.line, key, self.by_key[key].name, None, None, None, None
                )
                ends = before.valid_to or begins - dt.timedelta(days=1)
                found[key] = Wanted(
                    before.line, key, before.name, before.parent, before.valid_from, ends, own
                )
        return list(found.values())

    def differs(self, one: Wanted) -> bool:
        """Whether a unit that is there would be changed."""
        unit = self.by_key[one.key]
        above, after = self.units.get(unit.parent_id or 0), self.units.get(unit.successor_id or 0)
        return (
            one.name != unit.name
            or (one.parent is not None and (above is None or one.parent != _key(above)))
            or (one.successor is not None and (after is None or one.successor != _key(after)))
            or (one.valid_from is not None and one.valid_from != unit.valid_from)
            or (one.valid_to is not None and one.valid_to != unit.valid_to)
        )

    def _edges(self, wanted: Collection[Wanted]) -> dict[Key, list[Key]]:
        """What each unit stands below or goes on in, as it would be."""
        parents: dict[Key, Key] = {}
        successors: dict[Key, Key] = {}
        for unit in self.units.values():
            if above := self.units.get(unit.parent_id or 0):
                parents[_key(unit)] = _key(above)
            if after := self.units.get(unit.successor_id or 0):
                successors[_key(unit)] = _key(after)
        parents |= {one.key: one.parent for one in wanted if one.parent}
        successors |= {one.key: one.successor for one in wanted if one.successor}
        edges: dict[Key, list[Key]] = defaultdict(list)
        for pairs in (parents, successors):
            for key, other in pairs.items():
                edges[key].append(other)
        return edges

    def refuse_circles(self, wanted: Collection[Wanted]) -> None:
        """A unit that comes to stand below itself, or goes on in itself, is a fault of its row."""
        edges = self._edges(wanted)
        rows = {row.line: row for row in self.rows}
        for one in wanted:
            waiting, seen = list(edges[one.key]), set[Key]()
            while waiting and one.key not in seen:
                key = waiting.pop()
                if key not in seen:
                    seen.add(key)
                    waiting += edges[key]
            if one.key in seen:
                column = "successor" if one.successor else "parent"
                self._fault(
                    rows[one.line],
                    column,
                    Message("Đơn vị sẽ đứng dưới chính mình, hoặc kế thừa chính mình"),
                    Message("Kiểm tra cột “Cấp trên” và “Đơn vị kế thừa”"),
                )

    def draw(self, new: Collection[Wanted], changed: Collection[Wanted]) -> list[Branch]:
        """The tree that would be: what is new or changed, and all above it."""
        wanted = {one.key: one for one in (*new, *changed)}
        marks = dict.fromkeys((one.key for one in new), "new")
        marks |= dict.fromkeys((one.key for one in changed), "changed")
        names = {_key(unit): unit.name for unit in self.units.values()}
        before = dict(names)
        names |= {key: one.name for key, one in wanted.items()}
        above = {_key(u): _key(self.units[u.parent_id]) for u in self.units.values() if u.parent_id}
        above |= {key: one.parent for key, one in wanted.items() if one.parent}
        shown: set[Key] = set()
        for start in wanted:
            key: Key | None = start
            while key is not None and key not in shown:
                shown.add(key)
                key = above.get(key)
        below: dict[Key | None, list[Key]] = defaultdict(list)
        for key in shown:
            below[above.get(key)].append(key)
        lines: list[Branch] = []
        waiting = [(0, key) for key in sorted(below[None], reverse=True)]
        while waiting:
            depth, key = waiting.pop()
            one = wanted.get(key)
            was = before.get(key, "") if one and before.get(key) != one.name else ""
            after = names.get(one.successor, "") if one and one.successor else ""
            lines.append(Branch(depth, names[key], spell_key(*key), marks.get(key, ""), was, after))
            children = sorted(below[key], key=lambda child: (names[child], child), reverse=True)
            waiting += [(depth + 1, child) for child in children]
        return lines

    def _fault(self, row: UnitRow, key: str, reason: Message, mend: Message) -> None:
        self.faults.append(UnitFault(row.line, key, row.cells[key][:80], reason, mend))


def _key(unit: UnitNode) -> Key:
    return unit.kind, unit.vintage, unit.code
