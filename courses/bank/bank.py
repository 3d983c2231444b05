"""The bank: every item of a folder, and how many there are where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.messages import Message, Refused
from courses.bank.item import ITEM_FILE, LEVELS, Item, load_item
from courses.bank.task import TASK_FILE
from skills_framework.framework import Framework

BANK = Path(__file__).parents[1] / "items"
LEAST_ITEMS = 8  # of each competence
LEAST_PERFORMANCE = 1 / 3  # of them, done on a real artefact


@dataclass(frozen=True)
class Count:
    """A competence's items: by level, by kind, and how many are done on a real artefact."""

    competence: str
    levels: Mapping[int, int]
    kinds: Mapping[str, int]
    performance: int

    @property
    def items(self) -> int:
        return sum(self.levels.values())


def item_folders(place: Path) -> list[Path]:
    """The items at or below a folder, in the order of their names. Raises Refused where none is."""
    if (place / ITEM_FILE).exists() or (place / TASK_FILE).exists():
        return [place]
    found = sorted({path.parent for path in place.glob(f"**/{ITEM_FILE}")})
    if not found:
        raise Refused(Message("không có câu hỏi nào trong {folder}", {"folder": str(place)}))
    return found


def load_bank(place: Path = BANK) -> tuple[Item, ...]:
    """Every item below a folder. Raises Refused with every fault of every file."""
    items, faults = load_all(item_folders(place))
    if faults:
        raise Refused(*faults)
    return items


def load_all(folders: Iterable[Path]) -> tuple[tuple[Item, ...], list[Message]]:
    """The items that can be read, and what is wrong with the others."""
    items: list[Item] = []
    faults: list[Message] = []
    for folder in folders:
        try:
            item = load_item(folder)
        except Refused as refused:
            faults += refused.messages
            continue
        if item.competence != folder.parent.name:
            said = {"item": item.slug, "code": item.competence, "folder": folder.parent.name}
            why = "{item}: năng lực {code} nhưng nằm trong thư mục {folder}"
            faults.append(Message(why, said))
        items.append(item)
    return tuple(items), faults


def count(items: Iterable[Item], framework: Framework) -> list[Count]:
    """A row for each competence of the framework, those without any item too; retired items are
    not counted."""
    held: dict[str, list[Item]] = {one.code: [] for one in framework.competences}
    for item in items:
        if item.state != "retired":
            held.setdefault(item.competence, []).append(item)
    return [_count(code, own) for code, own in held.items()]


def _count(code: str, items: list[Item]) -> Count:
    levels = Counter(item.level for item in items)
    return Count(
        code,
        {level: levels[level] for level in LEVELS},
        Counter(item.kind for item in items),
        sum(item.is_performance for item in items),
    )


def gaps(row: Count) -> list[Message]:
    """What a competence still lacks: items, levels without any, tasks on a real artefact."""
    found = []
    if row.items < LEAST_ITEMS:
        said = {"n": LEAST_ITEMS - row.items}
        found.append(Message("thiếu {n} câu", said))
    empty = [str(level) for level, number in row.levels.items() if not number]
    if empty:
        found.append(Message("chưa có bậc {levels}", {"levels": ", ".join(empty)}))
    wanted = -(-max(row.items, LEAST_ITEMS) // round(1 / LEAST_PERFORMANCE))
    if row.performance < wanted:
        said = {"n": wanted - row.performance}
        found.append(Message("thiếu {n} câu làm trên vật thật", said))
    return found
