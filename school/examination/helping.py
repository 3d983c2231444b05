"""Who in a room needs help first. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.messages import Message

Need = Literal["question", "identity", "late", "silent", "away", "time"]

NEEDS: dict[Need, Message] = {  # the most urgent first
    "question": Message("Báo câu hỏi có vấn đề"),
    "identity": Message("Chưa kiểm tra giấy tờ"),
    "late": Message("Đã kiểm tra giấy tờ, chưa vào bài"),
    "silent": Message("Lâu chưa lưu gì"),
    "away": Message("Hay rời trang làm bài"),
    "time": Message("Còn ít thời gian, nhiều câu"),
}
SILENT = dt.timedelta(minutes=5)
LATE = dt.timedelta(minutes=5)
OFTEN_AWAY = 5
SHORT_OF_TIME_S = 300
SECONDS_AN_ITEM = 30
_ORDER = tuple(NEEDS)


@dataclass(frozen=True)
class Standing:
    """A candidate as far as helping goes. ``reports``: that wait; ``quiet``: since something was
    kept, or since entry; ``items_left``: up to the least that count."""

    state: str
    identity: str
    reports: int
    since_start: dt.timedelta
    quiet: dt.timedelta | None
    left_page: int
    seconds_left: float | None
    items_left: int
    paused: bool = False


def needs_of(one: Standing) -> tuple[Need, ...]:
    """Why somebody should go to this candidate, the most urgent first; () for who is done."""
    found: set[Need] = set()
    if one.reports:
        found.add("question")
    if one.state == "registered" and one.since_start > dt.timedelta(0):
        if one.identity == "waiting":
            found.add("identity")
        elif one.identity == "confirmed" and one.since_start > LATE:
            found.add("late")
    if one.state == "working" and not one.paused:
        if one.quiet is not None and one.quiet > SILENT:
            found.add("silent")
        if one.left_page >= OFTEN_AWAY:
            found.add("away")
        if _is_short(one):
            found.add("time")
    return tuple(need for need in _ORDER if need in found)


def _is_short(one: Standing) -> bool:
    left = one.seconds_left
    if left is None or left > SHORT_OF_TIME_S:
        return False
    return one.items_left * SECONDS_AN_ITEM > left


def turn(needs: Sequence[Need], state: str, number: int) -> tuple[int, int, int, int]:
    """What a room's list is sorted by: the most urgent need, then how many needs, then whoever
    works before whoever waits before whoever is done."""
    first = _ORDER.index(needs[0]) if needs else len(_ORDER)
    at_work = {"working": 0, "registered": 1}.get(state, 2)
    return first, -len(needs), at_work, number
