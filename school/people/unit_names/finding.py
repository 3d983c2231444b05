"""Which unit a row means: by a whole key, by a code that only one unit has, or by all its columns.

Pure. A code alone is enough where one unit has it, or one of those that the sender may fill; where
several do, they are named to choose from. Nobody's list reaches a unit outside ``scope``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.folding import fold as plain
from core.messages import Message
from records.programme.counting import UnitNode
from school.people.choosing_units import label_of
from school.people.unit_names.keys import SHOWN, VINTAGES, WORDS, key_of, read_kind

NEWEST = "2025"
LONGEST_CODE = 5  # digits; a spreadsheet drops the noughts before a number
MOST_CHOICES = 12
KIND_WORDS = Message("tỉnh, trung ương, huyện, xã, báo chí, doanh nghiệp, chuyên ngành hoặc trường")
# What offices write before a unit's own name.
_BEFORE = re.compile(
    r"((ubnd|uy ban nhan dan) )?(tinh|thanh pho|tp\.?|huyen|quan|thi xa|xa|phuong|thi tran) "
)


@dataclass(frozen=True)
class NotMeant:
    """Why a row names no unit: at which column, why, how to mend it, and units to choose from."""

    key: str
    reason: Message
    mend: Message
    choices: tuple[UnitNode, ...] = ()


class UnitFinder:
    """Finds among ``units``; ``scope``: only these may be filled, None: all."""

    def __init__(self, units: Mapping[int, UnitNode], scope: Collection[int] | None) -> None:
        self._tree, self._scope = units, scope
        self._units = [unit for unit in units.values() if unit.kind != "nation"]
        self._by_code: dict[str, list[UnitNode]] = defaultdict(list)
        for unit in self._units:
            self._by_code[unit.code].append(unit)

    def find(self, kind_text: str, vintage_text: str, said: str) -> UnitNode | NotMeant | None:
        """The unit that these three cells mean; None where no unit is said."""
        parts = said.split("/", 2)
        if len(parts) == 3 and (kind := read_kind(parts[0])):
            vintage = VINTAGES.get(parts[1].strip(), parts[1].strip())
            tiers = self._with_code(parts[2].strip())
            whole = [[u for u in t if (u.kind, u.vintage) == (kind, vintage)] for t in tiers]
            return self._only(whole, said) or self._unknown(kind, vintage, parts[2].strip())
        kind = read_kind(kind_text)
        if (kind_text and kind not in WORDS) or kind == "nation":
            return NotMeant("kind", Message("Không có loại đơn vị này"), KIND_WORDS)
        if vintage_text and not VINTAGES.get(vintage_text):
            mend = Message("Ghi 2008 (63 tỉnh) hoặc 2025 (34 tỉnh)")
            return NotMeant("vintage", Message("Không có danh mục này"), mend)
        vintage = VINTAGES.get(vintage_text, "")
        if not said:
            return None
        tiers = [self._narrowed(tier, kind, vintage) for tier in self._with_code(said)]
        return self._only(tiers, said) or self._unknown(kind, vintage, said)

    def choices_of(self, units: Iterable[UnitNode]) -> tuple[tuple[str, str], ...]:
        """Each with its key, and as people know it."""
        return tuple((key_of(u), f"{label_of(u, self._tree)} – {key_of(u)}") for u in units)

    def _with_code(self, code: str) -> list[list[UnitNode]]:
        """Those with this very code; and those whose code lost its noughts."""
        exact = self._by_code.get(code, [])
        if not code.isdigit():
            return [exact]
        longer = dict.fromkeys(code.zfill(n) for n in range(2, LONGEST_CODE + 1))
        found = (self._by_code.get(one, ()) for one in longer if one != code)
        return [exact, [unit for some in found for unit in some]]

    @staticmethod
    def _narrowed(units: Sequence[UnitNode], kind: str, vintage: str) -> list[UnitNode]:
        fits = [unit for unit in units if not kind or unit.kind == kind]
        if not vintage:
            return fits
        of_list = [unit for unit in fits if unit.vintage == vintage]
        return of_list or [unit for unit in fits if not unit.vintage]

    def _only(self, tiers: Sequence[Sequence[UnitNode]], said: str) -> UnitNode | NotMeant | None:
        for tier in tiers:
            mine = [unit for unit in tier if self._is_mine(unit)]
            if mine:
                return self._newest(mine) or self._ambiguous(mine, said)
        if any(tiers):
            return NotMeant(
                "unit",
                Message("Đơn vị ngoài phạm vi của anh/chị"),
                Message("Chỉ nhập được cho đơn vị của mình và cấp dưới"),
            )
        return None

    def _is_mine(self, unit: UnitNode) -> bool:
        return self._scope is None or unit.id in self._scope

    @staticmethod
    def _newest(units: Sequence[UnitNode]) -> UnitNode | None:
        """The one; of the same unit in several lists the newest."""
        if len({(unit.kind, unit.code, unit.name) for unit in units}) > 1:
            return None
        return max(units, key=lambda unit: unit.vintage)

    def _ambiguous(self, units: Sequence[UnitNode], said: str) -> NotMeant:
        ordered = sorted(units, key=key_of)
        return NotMeant(
            "unit",
            Message(
                "Mã “{code}” khớp {n} đơn vị: {keys}",
                {"code": said[:80], "n": len(ordered), "keys": _named(ordered)},
            ),
            Message("Chọn một, hoặc ghi mã đầy đủ như {key}", {"key": key_of(ordered[-1])}),
            tuple(ordered[:MOST_CHOICES]),
        )

    def _unknown(self, kind: str, vintage: str, code: str) -> NotMeant:
        reason = (
            Message("Không có mã đơn vị này trong danh mục {vintage}", {"vintage": vintage})
            if vintage
            else Message("Không có mã đơn vị này")
        )
        called = self._called(kind, vintage, code)
        if len(called) == 1:
            facts = {"name": called[0].name, "code": called[0].code}
            mend = Message("Mã của {name} là {code}", facts)
        elif called:
            counted = {"n": len(called), "keys": _named(called)}
            mend = Message("Có {n} đơn vị tên này: {keys}", counted)
        else:
            mend = self._elsewhere(kind, vintage or NEWEST, code)
        return NotMeant("unit", reason, mend, tuple(called[:MOST_CHOICES]))

    def _called(self, kind: str, vintage: str, name: str) -> list[UnitNode]:
        """The units of this name that may be filled, of the list that is said or of today's."""
        found = (unit for way in _spellings(name) for unit in self._by_name.get(way, ()))
        fits = (
            unit
            for unit in dict.fromkeys(found)
            if (not kind or unit.kind == kind) and unit.vintage in ("", vintage or NEWEST)
        )
        return sorted((unit for unit in fits if self._is_mine(unit)), key=key_of)

    @cached_property
    def _by_name(self) -> Mapping[str, Sequence[UnitNode]]:
        found: dict[str, list[UnitNode]] = defaultdict(list)
        for unit in self._units:
            for way in _spellings(unit.name):
                found[way].append(unit)
        return found

    def _elsewhere(self, kind: str, vintage: str, code: str) -> Message:
        """What the code is in another list, and what became of it."""
        same = (unit for unit in self._by_code.get(code, ()) if not kind or unit.kind == kind)
        other = next((unit for unit in same if unit.vintage != vintage), None)
        if other is None:
            return Message("Tra mã ở trang “Mã đơn vị” của tệp mẫu")
        facts = {"name": other.name, "vintage": other.vintage}
        after = self._tree.get(other.successor_id or 0)
        if after:
            return Message(
                "Mã này là {name} của danh mục {vintage}, nay thuộc {after} (mã {code})",
                facts | {"after": after.name, "code": after.code},
            )
        return Message("Mã này là {name} của danh mục {vintage}", facts)


def _named(units: Sequence[UnitNode]) -> str:
    shown = [f"{key_of(unit)} ({unit.name})" for unit in units[:SHOWN]]
    return "; ".join(shown + ["…"] * (len(units) > SHOWN))


def _spellings(name: str) -> Iterator[str]:
    """A unit's name to compare by: as it is, and without what stands before it."""
    whole = plain(name)
    yield whole
    bare = _BEFORE.sub("", whole, count=1) if _BEFORE.match(whole) else ""
    if bare:
        yield bare
