"""Numbers drawn for each learner, as a form asks for them: a name, and a range or a list.

They become a drawing cell (`courses.handouts.variants`); the first value of a list, or the lower
end of a range, is the author's own.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.messages import Message, Refused
from courses.answers.numbers import read_number
from courses.handouts.variants import GAP

NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")
MOST_VALUES = 100  # of a list
MOST_STEPS = 1_000_000
SAID_BY_PYTHON = frozenset(dir(builtins)) | frozenset(keyword.kwlist)


@dataclass(frozen=True)
class Drawn:
    """One drawn number or word, as typed. ``listed``: values parted by ``;``, where it is no range
    of numbers from ``low`` to ``high`` in steps of ``step``."""

    name: str
    low: str = ""
    high: str = ""
    step: str = ""
    listed: str = ""


def way_of(drawn: Drawn, place: str) -> dict[str, Any]:
    """How the value is drawn, as the notebook writes it; raises Refused at the field, which is
    called ``low-1``, ``listed-1`` … with ``place`` 1."""
    if drawn.listed.strip():
        return {"choice": _listed(drawn.listed, f"listed-{place}")}
    faults = {
        f"{key}-{place}": Message("Hãy điền số, hoặc điền một danh sách.")
        for key, typed in (("low", drawn.low), ("high", drawn.high))
        if not typed.strip()
    }
    if faults:
        raise Refused.at_fields(faults)
    low, high = _number(drawn.low, f"low-{place}"), _number(drawn.high, f"high-{place}")
    step = _number(drawn.step, f"step-{place}") if drawn.step.strip() else 1
    if step <= 0:
        raise Refused(Message("Bước phải lớn hơn 0."), field=f"step-{place}")
    if high <= low:
        raise Refused(Message("Số cuối phải lớn hơn số đầu."), field=f"high-{place}")
    if not 1 <= (high - low) / step <= MOST_STEPS:
        raise Refused(
            Message("Bước lớn hơn cả khoảng, hoặc quá nhỏ: phải rút được ít nhất hai số."),
            field=f"step-{place}",
        )
    return {"from": low, "to": high, "step": step}


def first_value(way: Mapping[str, Any]) -> Any:
    """The author's own."""
    return way["choice"][0] if "choice" in way else way["from"]


def refuse_bad_names(drawn: Sequence[Drawn], taken: Collection[str]) -> None:
    """``taken``: names that other cells of the lesson bind. Raises Refused at the fields."""
    faults: dict[str, Message] = {}
    seen: set[str] = set()
    for place, one in enumerate(drawn, start=1):
        if not NAME.fullmatch(one.name):
            why = Message("Tên chỉ gồm chữ thường không dấu, số và gạch dưới, ví dụ: so_ho_so")
        elif one.name in SAID_BY_PYTHON:
            why = Message(
                "Tên này máy đã dùng vào việc khác: hãy thêm một chữ, ví dụ: {name}_1",
                {"name": one.name},
            )
        elif one.name in seen:
            why = Message("Tên này đã có ở dòng trên.")
        elif one.name in taken:
            why = Message("Tên này đã dùng ở chỗ khác trong bài: hãy đặt tên khác.")
        else:
            seen.add(one.name)
            continue
        faults[f"name-{place}"] = why
    if faults:
        raise Refused.at_fields(faults)


def refuse_unknown_gaps(texts: Mapping[str, str], known: Collection[str]) -> None:
    """``{{name}}`` of a number that nobody draws stands in a learner's text as it is. ``texts`` by
    field. Raises Refused."""
    faults = {
        field: Message(
            "Không có số nào tên “{name}” để điền vào {gap}.",
            {"name": missing[0], "gap": "{{" + missing[0] + "}}"},
        )
        for field, text in texts.items()
        if (missing := [name for name in GAP.findall(text) if name not in known])
    }
    if faults:
        raise Refused.at_fields(faults)


def _listed(typed: str, field: str) -> list[Any]:
    parts = [part.strip() for part in typed.replace("\n", ";").split(";") if part.strip()]
    if not 2 <= len(parts) <= MOST_VALUES:
        raise Refused(
            Message("Danh sách cần từ 2 đến {n} giá trị, cách nhau bằng dấu ;", {"n": MOST_VALUES}),
            field=field,
        )
    if len(set(parts)) < len(parts):
        raise Refused(Message("Danh sách có giá trị lặp lại."), field=field)
    try:
        return [read_number(part) for part in parts]
    except Refused:
        return list(parts)  # words


def _number(typed: str, field: str) -> int | float:
    try:
        return read_number(typed)
    except Refused as refused:
        raise Refused(*refused.messages, field=field) from None
