"""What whoever watches the items sees: every item as it stands with its signs, what each sign means
and what to do, pairs of sittings, versions that wait for a decision. Only `load_…` read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.folding import fold
from core.messages import Message
from records import Session
from records.assessment import items as kept
from records.people import persons
from records.tables.items import ItemCalibration, ItemState
from school.assessment.in_force import LIVE, RETIRED, TOLD_BY, TRIAL, in_force, standings
from school.assessment.item_bank import ItemBank
from school.assessment.sittings import BOUND
from school.items.acts import MAY_BECOME
from school.items.radar import ALARM


@dataclass(frozen=True)
class Sign:
    """What a sign is called, what it means, and what a person does about it."""

    name: Message
    means: Message
    to_do: Message


SIGNS: Mapping[str, Sign] = {
    "exposed": Sign(
        Message("Ra quá nhiều"),
        Message("Quá nhiều người đã gặp câu này, nên nhiều người có thể kể lại."),
        Message(
            "Viết thêm câu cùng năng lực và bậc; có thể đưa câu này về dùng thử một thời gian."
        ),
    ),
    "easier": Sign(
        Message("Dễ đi"),
        Message("Người làm được nhiều điểm hơn hẳn so với năng lực của họ ở các câu khác."),
        Message(
            "Tìm xem câu có bị chép lên mạng không. Nếu lộ, ngừng dùng; nếu không, hiệu chỉnh."
        ),
    ),
    "harder": Sign(
        Message("Khó lên"),
        Message("Người làm được ít điểm hơn hẳn so với năng lực của họ ở các câu khác."),
        Message("Đọc lại câu và đáp án: phần mềm, quy định nêu trong câu có thể đã thay đổi."),
    ),
    "fast": Sign(
        Message("Đúng quá nhanh"),
        Message(
            "Nhiều người trả lời đúng khi chưa kịp đọc xong câu (dưới một phần mười thời gian "
            "thường lệ)."
        ),
        Message("Xem dấu hiệu nằm ở một phòng hay một biến thể; so với biên bản của phòng ấy."),
    ),
    "variant": Sign(
        Message("Biến thể bị lộ"),
        Message("Một biến thể vừa được trả lời đúng quá nhanh, vừa dễ hơn các biến thể khác."),
        Message(
            "Máy đã ngừng biến thể ấy nếu câu còn biến thể khác; nếu là biến thể cuối, hãy quyết "
            "định ngừng cả câu."
        ),
    ),
}
STATES: Mapping[str, Message] = {
    TRIAL: Message("dùng thử"),
    LIVE: Message("đang dùng"),
    RETIRED: Message("ngừng dùng"),
}
CALIBRATION_STATES: Mapping[str, Message] = {
    "proposed": Message("chờ quyết định"),
    "accepted": Message("đã chấp nhận"),
    "refused": Message("không dùng"),
    "superseded": Message("đã có bộ mới hơn"),
}
WHY: Mapping[str, Message] = {
    "new": Message("lần đầu"),
    "drifted": Message("đã lệch"),
    "more": Message("có thêm nhiều câu trả lời"),
}
SCOPES: Mapping[str, Message] = {
    "placement": Message("Kiểm tra đầu vào"),
    "retained": Message("Kiểm tra nhắc lại"),
    "examination": Message("Kỳ thi"),
}


@dataclass(frozen=True)
class Filter:
    """What is asked for: "" for everything."""

    sign: str = ""
    state: str = ""
    competence: str = ""
    search: str = ""


@dataclass(frozen=True)
class Row:
    """One item. ``signs``: of the last look, {} before the first (`radar.ItemSigns` as JSON);
    ``learned``: from how many answers its parameters are, 0 where from its level."""

    name: str
    title: str
    competence: str
    level: int
    state: str
    retired: frozenset[int]
    learned: int
    seen: Mapping[str, Any] = field(default_factory=dict)

    @property
    def signs(self) -> Sequence[str]:
        found: Sequence[str] = self.seen.get("signs", ())
        return found


@dataclass(frozen=True)
class Alike:
    """Two people of one scope whose wrong answers agree."""

    people: tuple[int, int]
    names: tuple[str, str]
    seen: Mapping[str, Any]


@dataclass(frozen=True)
class Overview:
    """``made_at``: of the last look, None before the first."""

    rows: Sequence[Row]
    items: int
    counts: Mapping[str, int]
    competences: Sequence[str]
    pairs: Sequence[Alike]
    looked_at: int
    sittings: int
    made_at: dt.datetime | None
    calibrations: Sequence[ItemCalibration]
    bound: float = BOUND
    alarm: float = ALARM


def load_overview(session: Session, bank: ItemBank, wanted: Filter) -> Overview:
    """Every item that the filter lets through, those with most signs first."""
    last = kept.newest_watch(session)
    signs: Mapping[str, Any] = last.signs if last else {}
    rows = _rows(session, bank, signs.get("items", {}))
    shown = [one for one in rows if _fits(one, wanted)]
    return Overview(
        sorted(shown, key=lambda one: (-len(one.signs), one.competence, one.level, one.name)),
        len(rows),
        {sign: sum(sign in one.signs for one in rows) for sign in SIGNS},
        sorted({one.competence for one in rows}),
        _pairs(session, signs.get("pairs", ())),
        signs.get("pairs_looked_at", 0),
        last.sittings if last else 0,
        last.made_at if last else None,
        kept.calibrations(session),
    )


@dataclass(frozen=True)
class ItemView:
    """One item with its history; ``may_become``: the states that a person may move it to;
    ``seeds``: its variants that are in use."""

    row: Row
    place: float
    error: float
    seeds: Sequence[int]
    may_become: Sequence[str]
    moves: Sequence[ItemState]
    digest: str


def load_item(session: Session, bank: ItemBank, name: str) -> ItemView | None:
    """One item of the bank; None where there is none of this name."""
    if name not in bank.items:
        return None
    last = kept.newest_watch(session)
    row = next(
        one
        for one in _rows(session, bank, last.signs.get("items", {}) if last else {})
        if one.name == name
    )
    about = in_force(session, bank).parameters.about(name)
    return ItemView(
        row,
        sum(about["steps"]) / len(about["steps"]),
        about["error"],
        [seed for seed in bank.items[name].seeds if seed not in row.retired],
        MAY_BECOME[row.state],
        kept.moves_of(session, name),
        bank.items[name].digest,
    )


def _rows(session: Session, bank: ItemBank, seen: Mapping[str, Any]) -> list[Row]:
    found = standings(bank, kept.moved(session))
    about = in_force(session, bank).parameters
    return [
        Row(
            name,
            one.title,
            one.competence,
            one.level,
            found[name].state,
            found[name].retired,
            about.about(name).get(TOLD_BY, 0),
            seen.get(name, {}),
        )
        for name, one in sorted(bank.items.items())
    ]


def _fits(row: Row, wanted: Filter) -> bool:
    sought = fold(wanted.search)
    return (
        (not wanted.sign or wanted.sign in row.signs or (wanted.sign == "any" and bool(row.signs)))
        and wanted.state in ("", row.state)
        and wanted.competence in ("", row.competence)
        and (not sought or sought in fold(row.title) or wanted.search in row.name)
    )


def _pairs(session: Session, pairs: Sequence[Mapping[str, Any]]) -> list[Alike]:
    keys = {one[side] for one in pairs for side in ("one", "other")}
    sitters = kept.sitters_of(session, keys)
    names = persons.names_of(session, set(sitters.values()))
    found = []
    for one in pairs:
        if one["one"] in sitters and one["other"] in sitters:
            both = (sitters[one["one"]], sitters[one["other"]])
            found.append(Alike(both, (names[both[0]], names[both[1]]), one))
    return found
