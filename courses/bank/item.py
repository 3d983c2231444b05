"""An item of the bank: ``item.toml`` and ``item.md`` of one folder, read into a frozen dataclass.

Reading finds every fault that needs no marking and names file and key; what needs marking is
`courses.bank.checks`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.messages import Message, Refused
from courses.answers.notation import Form
from courses.bank.task import KINDS_OF_PICTURE, TASK_FILE, notebook_of
from courses.course import exercises_of, find_form
from courses.keys import SLUG, Keys
from courses.notebooks import Cell, Notebook, grade_id_of, is_solution

ITEM_FILE = "item.toml"
LONGEST_NAME = 40  # characters; cell ids are made of it
STATES = ("written", "reviewed", "trial", "live", "retired")
REVIEWED = ("reviewed", "trial", "live")
TOOLS = ("spreadsheet", "word-processor", "text-editor", "python")
ARTEFACTS = (
    *("sheet", "mail", "log", "permissions", "web-form", "word-form", "map", "chart", "data"),
)
LEVELS = (1, 2, 3, 4, 5, 6)
MOST_VARIANTS = 8
KNOWN = {
    *("title", "competence", "level", "points", "minutes", "author", "state", "tools", "artefact"),
    *("enemies", "variants", "made_up", "source", "distractors", "mistake", "review"),
}


@dataclass(frozen=True)
class Source:
    """Where a fact of the item is said: its title, an address, the place in it; "" if unsaid."""

    title: str
    url: str = ""
    place: str = ""


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that people give. ``answer``: Python that binds the names of one or more
    answer cells, the others stay as in the reference; ``earns``: the share of the points it is to
    get; ``why``: how people come to it."""

    answer: str
    why: str
    earns: float = 0.0


@dataclass(frozen=True)
class Review:
    """Who read and tried the item, when, what they said, and the `Item.digest` that they saw."""

    by: str
    on: dt.date
    said: str
    digest: str


@dataclass(frozen=True)
class Item:
    """One item. ``slug`` is its name in the whole bank; ``seeds`` are the variants that may be
    given to candidates, the author's own values (0) among them; ``distractors`` by name of the
    answer, then by key of the option; ``made_up`` says what of it is invented, where facts are not
    from ``sources``."""

    slug: str
    title: str
    competence: str
    level: int
    points: float
    minutes: float
    author: str
    state: str
    tools: tuple[str, ...]
    artefact: str
    enemies: tuple[str, ...]
    seeds: tuple[int, ...]
    made_up: str
    sources: tuple[Source, ...]
    distractors: Mapping[str, Mapping[str, str]]
    mistakes: tuple[Mistake, ...]
    review: Review | None
    digest: str
    source: Notebook = field(repr=False)

    @property
    def is_performance(self) -> bool:
        """Is it done on a real artefact?"""
        return bool(self.artefact)

    @property
    def answer_cells(self) -> list[Cell]:
        return [cell for cell in self.source["cells"] if is_solution(cell)]

    @property
    def forms(self) -> tuple[Form, ...]:
        found = (find_form(cell) for cell in self.answer_cells)
        return tuple(form for form in found if form is not None)

    @property
    def kind(self) -> str:
        """What a candidate does: the kind of its only form, ``mixed`` of several, ``code``."""
        kinds = {form.kind for form in self.forms}
        if len(self.answer_cells) > len(self.forms):
            kinds.add("code")
        return kinds.pop() if len(kinds) == 1 else "mixed"

    @property
    def chance(self) -> float:
        """How likely full points are for who answers blindly."""
        whole = len(self.answer_cells) > len(self.forms)
        return 0.0 if whole else math.prod(map(_chance, self.forms))


def load_item(folder: Path) -> Item:
    """Read an item's folder. Raises Refused with one message per fault: file, line and key."""
    try:
        settings = (folder / ITEM_FILE).read_text(encoding="utf-8-sig")
        task = (folder / TASK_FILE).read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        missing = Path(error.filename).name
        raise Refused(Message("{item}: thiếu {file}", _said(folder, missing))) from None
    except UnicodeDecodeError:
        raise Refused(Message("{item}: tệp không ghi bằng UTF-8", _said(folder, ""))) from None
    pictures = {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.suffix in KINDS_OF_PICTURE
    }
    try:
        return read_item(folder.name, settings, task, pictures)
    except Refused as refused:
        place = f"{folder.parent.name}/{folder.name}"
        told = [Message("{item}: {why}", {"item": place, "why": why}) for why in refused.messages]
        raise Refused(*told) from None


def _said(folder: Path, file: str) -> dict[str, str]:
    return {"item": f"{folder.parent.name}/{folder.name}", "file": file}


def read_item(
    slug: str, settings: str, task: str, pictures: Mapping[str, bytes] | None = None
) -> Item:
    """An item from its two texts and the pictures beside them; pure. Raises Refused."""
    try:
        data = tomllib.loads(settings)
    except tomllib.TOMLDecodeError as error:
        said = {"file": ITEM_FILE, "reason": str(error)}
        raise Refused(Message("{file}: không phải TOML hợp lệ: {reason}", said)) from None
    faults: list[Message] = []
    if not SLUG.fullmatch(slug) or len(slug) > LONGEST_NAME:
        why = "tên thư mục “{slug}” chỉ gồm chữ thường không dấu, số, gạch nối; không quá {n} ký tự"
        faults.append(Message(why, {"slug": slug, "n": LONGEST_NAME}))
    found = _read(_ItemKeys(ITEM_FILE, data, faults), slug, task, pictures or {})
    if faults or found is None:
        raise Refused(*faults)
    return found


def _read(keys: _ItemKeys, slug: str, task: str, pictures: Mapping[str, bytes]) -> Item | None:
    for key in sorted(set(keys.data) - KNOWN):
        keys.fault(key, Message("không có khóa này"))
    title, competence = keys.text("title"), keys.text("competence")
    level, minutes = keys.one_of_numbers("level", LEVELS), keys.number("minutes")
    seeds = keys.seeds("variants")
    heading: dict[str, Any] = {
        "exercise": title,
        "competence": competence,
        "level": level,
        "minutes": minutes,
    }
    points = keys.number("points") if "points" in keys.data else 1.0
    try:
        source = notebook_of(task, slug, heading, points, pictures)
        exercises_of(source)
    except Refused as refused:
        keys.faults += [
            Message("{file}: {why}", {"file": TASK_FILE, "why": why}) for why in refused.messages
        ]
        return None
    return Item(
        slug=slug,
        title=title,
        competence=competence,
        level=level,
        points=points,
        minutes=minutes,
        author=keys.text("author"),
        state=keys.one_of("state", STATES),
        tools=keys.words("tools", TOOLS),
        artefact=keys.one_of("artefact", ARTEFACTS) if "artefact" in keys.data else "",
        enemies=keys.words("enemies"),
        seeds=seeds,
        made_up=keys.text("made_up", ""),
        sources=keys.sources(),
        distractors=keys.distractors(),
        mistakes=keys.mistakes(),
        review=keys.review(),
        digest=digest_of({**heading, "seeds": seeds}, points, task, pictures),
        source=source,
    )


def digest_of(
    heading: Mapping[str, Any], points: float, task: str, pictures: Mapping[str, bytes]
) -> str:
    """What a reviewer has seen, in twelve letters: another word in it, and it is another one."""
    parts = [json.dumps(heading, ensure_ascii=False, sort_keys=True), str(float(points))]
    parts += [task.replace("\r\n", "\n").strip()]
    parts += [f"{name} {hashlib.sha256(held).hexdigest()}" for name, held in pictures.items()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def names_of(cell: Cell) -> str:
    """The part of a cell's id that the item's reader knows: ``answer-1``."""
    return "-".join(grade_id_of(cell).rsplit("-", 2)[-2:])


def _chance(form: Form) -> float:
    match form.kind:
        case "single":
            return 1 / len(form.options)
        case "multiple":
            return 1 / (math.pow(2, len(form.options)) - 1)
        case "order":
            return 1 / math.factorial(len(form.options))
        case "match":
            return math.pow(1 / len(form.targets), len(form.options))
        case "table":
            return _chance_of_table(form)
    return 0.0


def _chance_of_table(form: Form) -> float:
    """Blind choices in a table of choices; one field to type in, and it is hopeless."""
    chance = 1.0
    for row in form.rows:
        for column in form.columns:
            if column.key not in row:
                chance *= 1 / len(column.options) if column.kind == "choice" else 0.0
    return chance


class _ItemKeys(Keys):
    """The keys that only an item has."""

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        found = self.data.get(key)
        if found not in allowed:
            self.fault(key, Message("phải là một trong: {kinds}", {"kinds": ", ".join(allowed)}))
            return allowed[0]
        return str(found)

    def one_of_numbers(self, key: str, allowed: tuple[int, ...]) -> int:
        found = self.data.get(key)
        if found not in allowed or not isinstance(found, int) or isinstance(found, bool):
            kinds = ", ".join(map(str, allowed))
            self.fault(key, Message("phải là một trong: {kinds}", {"kinds": kinds}))
            return allowed[0]
        return found

    def words(self, key: str, allowed: tuple[str, ...] = ()) -> tuple[str, ...]:
        found = self.data.get(key, [])
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            self.fault(key, Message("phải là danh sách chuỗi ký tự"))
            return ()
        if allowed and not set(found) <= set(allowed):
            self.fault(key, Message("phải là một trong: {kinds}", {"kinds": ", ".join(allowed)}))
        return tuple(found)

    def seeds(self, key: str) -> tuple[int, ...]:
        """How many seeds, or which: 3 is [0, 1, 2]."""
        found = self.data.get(key, 1)
        if isinstance(found, int) and not isinstance(found, bool):
            found = list(range(found)) if 1 <= found <= MOST_VARIANTS else []
        good = isinstance(found, list) and all(type(one) is int and one >= 0 for one in found)
        if not good or 0 not in found or not len(set(found)) == len(found) <= MOST_VARIANTS:
            why = "phải là số nguyên từ 1 đến {most}, hoặc danh sách số gieo có 0, như [0, 2, 5]"
            self.fault(key, Message(why, {"most": MOST_VARIANTS}))
            return (0,)
        return tuple(found)

    def some(self, key: str) -> list[Mapping[str, Any]]:
        """Tables ``[[key]]``, which may be missing."""
        return list(self.tables(key)) if key in self.data else []

    def sources(self) -> tuple[Source, ...]:
        found = [Keys(self.file, one, self.faults) for one in self.some("source")]
        return tuple(
            Source(one.text("title"), one.text("url", ""), one.text("place", "")) for one in found
        )

    def distractors(self) -> dict[str, dict[str, str]]:
        found = self.data.get("distractors", {})
        good = isinstance(found, dict) and all(
            isinstance(held, dict)
            and all(isinstance(why, str) and why.strip() for why in held.values())
            for held in found.values()
        )
        if not good:
            why = (
                "phải gồm các bảng [distractors.tên], mỗi dòng: khóa lựa chọn = “vì sao chọn nhầm”"
            )
            self.fault("distractors", Message(why))
            return {}
        return {str(name): dict(held) for name, held in found.items()}

    def mistakes(self) -> tuple[Mistake, ...]:
        found = []
        for one in self.some("mistake"):
            keys = Keys(self.file, one, self.faults)
            earns = one.get("earns", 0)
            if isinstance(earns, bool) or not isinstance(earns, int | float) or not 0 <= earns < 1:
                self.fault("mistake.earns", Message("phải là số từ 0, nhỏ hơn 1"))
                earns = 0
            found.append(Mistake(keys.text("answer"), keys.text("why"), float(earns)))
        return tuple(found)

    def review(self) -> Review | None:
        found = self.data.get("review")
        if found is None:
            return None
        keys = Keys(self.file, found if isinstance(found, dict) else {}, self.faults)
        on = keys.data.get("on")
        if not isinstance(on, dt.date) or isinstance(on, dt.datetime):
            self.fault("review.on", Message("phải là ngày, viết 2026-11-30"))
            on = dt.date.min
        return Review(keys.text("by"), on, keys.text("said"), keys.text("digest"))
