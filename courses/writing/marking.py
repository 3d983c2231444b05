"""What a kind of exercise asks, its reference answer and its test, from the rows of a draft.

Each kind gives a `Made`; faults are told at the field, ``left-2`` being the left of row 2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.messages import Message, Refused
from courses.answers.notation import as_literal
from courses.answers.numbers import read_number
from courses.handouts.variants import GAP
from courses.writing.draft import Draft, Row
from courses.writing.formula import read_formula
from courses.writing.table import made_of_table

AGAIN = "Anh chị xem lại câu này."
EMPTY = Message("Hãy điền mục này")


@dataclass(frozen=True)
class Made:
    """``options`` of the form cell, the ``solution`` as Python, ``asked``: the open line of the
    test, ``hidden``: its hidden lines."""

    options: Mapping[str, Any]
    solution: str
    asked: str = ""
    hidden: Sequence[str] = field(default_factory=list)


def made_of(draft: Draft, name: str, points: float) -> Made:
    """``name``: the variable that holds the learner's answer. Raises Refused at the fields."""
    return KINDS[draft.kind](draft, name, points)


def said(text: str) -> str:
    """A sentence of the author's as Python; ``{{tong}}`` becomes the number of who reads it."""
    if not GAP.search(text):
        return as_literal(text)
    plain = as_literal(GAP.sub("\x00\\1\x01", text).replace("{", "{{").replace("}", "}}"))
    return "f" + plain.replace("\\x00", "{").replace("\\x01", "}")


def _filled(draft: Draft, least: int) -> list[tuple[int, Row]]:
    """The rows that say something, with their number from 1."""
    found = [(n, row) for n, row in enumerate(draft.rows, start=1) if row.left.strip()]
    if len(found) < least:
        empty = next((n for n, row in enumerate(draft.rows, 1) if not row.left.strip()), 1)
        raise Refused(Message("Cần ít nhất {n} dòng.", {"n": least}), field=f"left-{empty}")
    seen: set[str] = set()
    for n, row in found:
        if row.left.strip() in seen:
            raise Refused(Message("Dòng này giống một dòng ở trên."), field=f"left-{n}")
        seen.add(row.left.strip())
    return found


def _otherwise(draft: Draft) -> str:
    return draft.otherwise.strip() or AGAIN


def _single(draft: Draft, name: str, points: float) -> Made:
    rows = _filled(draft, 2)
    good = [n for n, row in rows if row.good]
    if len(good) != 1:
        raise Refused(Message("Đánh dấu đúng một dòng là đáp án."), field=f"good-{rows[0][0]}")
    wrong = [
        f'assert {name} != "a{n}", {said(row.feedback.strip())}'
        for n, row in rows
        if not row.good and row.feedback.strip()
    ]
    return Made(
        {"form": "single", "options": {f"a{n}": row.left.strip() for n, row in rows}},
        f'"a{good[0]}"',
        f'assert {name} is not None, "Anh chị chưa chọn."',
        [*wrong, f'assert {name} == "a{good[0]}", {said(_otherwise(draft))}'],
    )


def _multiple(draft: Draft, name: str, points: float) -> Made:
    rows = _filled(draft, 2)
    good = [f"a{n}" for n, row in rows if row.good]
    if not good:
        raise Refused(Message("Đánh dấu ít nhất một dòng là đáp án."), field=f"good-{rows[0][0]}")
    tests = [
        f'assert "a{n}" {"in" if row.good else "not in"} {name}, {said(row.feedback.strip())}'
        for n, row in rows
        if row.feedback.strip()
    ]
    return Made(
        {"form": "multiple", "options": {f"a{n}": row.left.strip() for n, row in rows}},
        as_literal(good),
        f'assert {name}, "Anh chị chưa chọn."',
        [*tests, f"assert set({name}) == set({as_literal(good)}), {said(_otherwise(draft))}"],
    )


def _number(draft: Draft, name: str, points: float) -> Made:
    names = [one.name for one in draft.drawn]
    right = formula_at(draft.answer, names, "answer")
    near = number_at(draft.tolerance, "tolerance") if draft.tolerance.strip() else 0
    if near < 0:
        raise Refused(Message("Sai số không thể nhỏ hơn 0."), field="tolerance")
    wrong = [
        f"assert round(abs({name} - ({formula_at(row.left, names, f'left-{n}')})), 6) > {near}, "
        f"{said(row.feedback.strip() or _otherwise(draft))}"
        for n, row in _rows(draft)
    ]
    options = {"form": "number"} | ({"unit": draft.unit.strip()} if draft.unit.strip() else {})
    return Made(
        options,
        right,
        f'assert {name} is not None, "Anh chị chưa điền số."',
        [*wrong, f"assert round(abs({name} - ({right})), 6) <= {near}, {said(_otherwise(draft))}"],
    )


def _text(draft: Draft, name: str, points: float) -> Made:
    right = [line.strip() for line in draft.answer.split("\n") if line.strip()]
    if not right:
        raise Refused(EMPTY, field="answer")
    plain = f'" ".join({name}.split()).rstrip(".").casefold()'
    wrong = [
        f"assert {plain} != {as_literal(_folded(row.left))}, "
        f"{said(row.feedback.strip() or _otherwise(draft))}"
        for _n, row in _rows(draft)
    ]
    taken = as_literal([_folded(one) for one in right])
    return Made(
        {"form": "text"},
        as_literal(right[0]),
        f'assert {name}, "Anh chị chưa viết."',
        [*wrong, f"assert {plain} in {taken}, {said(_otherwise(draft))}"],
    )


def _order(draft: Draft, name: str, points: float) -> Made:
    rows = _filled(draft, 3)
    steps = [row.left.strip() for _n, row in rows]
    mixed = _mixed(steps)
    keys = {text: f"b{place}" for place, text in enumerate(mixed, start=1)}
    right = [keys[one] for one in steps]
    words = [row.feedback.strip() or _otherwise(draft) for _n, row in rows]
    return Made(
        {"form": "order", "options": {keys[one]: one for one in mixed}},
        as_literal(right),
        f'assert {name}, "Anh chị chưa sắp xếp."',
        [
            f"dung = {as_literal(right)}",
            f"nhac = [{', '.join(map(said, words))}]",
            f"den = next((i for i in range({len(right)}) if {name}[i] != dung[i]), {len(right)})",
            f"if den < {len(right)}:",
            "    print(nhac[den])",
            f"{points} * den / {len(right)}",
        ],
    )


def _match(draft: Draft, name: str, points: float) -> Made:
    rows = _filled(draft, 2)
    for n, row in rows:
        if not row.right.strip():
            raise Refused(Message("Hãy điền vế được nối với dòng này."), field=f"right-{n}")
    targets = _mixed(list(dict.fromkeys(r.right.strip() for r in draft.rows if r.right.strip())))
    if len(targets) < 2:
        raise Refused(Message("Cần ít nhất hai vế khác nhau để nối."), field=f"right-{rows[0][0]}")
    keys = {text: f"t{place}" for place, text in enumerate(targets, start=1)}
    right = {f"a{n}": keys[row.right.strip()] for n, row in rows}
    words = [
        f'("a{n}", {as_literal(right[f"a{n}"])}, '
        f"{said(row.feedback.strip() or f'Xem lại: {row.left.strip()}.')}),"
        for n, row in rows
    ]
    # Of two targets half are right by chance: there all is right, or nothing.
    share = f"{points} * ({len(rows)} - len(sai)) / {len(rows)}"
    whole = f"{points} if not sai else 0"
    return Made(
        {
            "form": "match",
            "options": {f"a{n}": row.left.strip() for n, row in rows},
            "targets": {keys[one]: one for one in targets},
        },
        as_literal(right),
        f'assert {name}, "Anh chị chưa nối."',
        [
            "cap = [",
            *(f"    {one}" for one in words),
            "]",
            f"sai = [nhac for ve, dung, nhac in cap if {name}.get(ve) != dung]",
            'print("\\n".join(sai))',
            whole if len(targets) == 2 else share,
        ],
    )


def _table(draft: Draft, name: str, points: float) -> Made:
    table = made_of_table(draft.body, [one.name for one in draft.drawn])
    near = number_at(draft.tolerance, "tolerance") if draft.tolerance.strip() else 0
    return Made(
        {"form": "table", "columns": table.columns, "rows": table.rows},
        table.solution,
        f'assert {name}, "Anh chị chưa điền bảng."',
        [
            f"dung = {table.expected}",
            "sai = []",
            f"for dong, (nhac, mong) in zip({name}, dung, strict=True):",
            "    for cot, gia_tri in mong.items():",
            "        dien = dong.get(cot)",
            "        if isinstance(gia_tri, str):",
            '            khop = " ".join(str(dien).split()).casefold() == gia_tri.casefold()',
            "        else:",
            "            khop = isinstance(dien, (int, float)) and "
            f"round(abs(dien - gia_tri), 6) <= {near}",
            "        if not khop and nhac not in sai:",
            "            sai.append(nhac)",
            'print("\\n".join(sai))',
            f"{points} * ({len(table.rows)} - len(sai)) / {len(table.rows)}",
        ],
    )


def _code(draft: Draft, name: str, points: float) -> Made:
    rows = _filled(draft, 1)
    faults = {f"right-{n}": EMPTY for n, row in rows if not row.right.strip()}
    if faults:
        raise Refused.at_fields(faults)
    return Made(
        {},
        draft.body.strip("\n"),
        "",
        [
            f"assert {row.left.strip()} == {row.right.strip()}, "
            f"{said(row.feedback.strip() or _otherwise(draft))}"
            for _n, row in rows
        ],
    )


KINDS: Mapping[str, Callable[[Draft, str, float], Made]] = {
    "single": _single,
    "multiple": _multiple,
    "number": _number,
    "text": _text,
    "table": _table,
    "order": _order,
    "match": _match,
    "code": _code,
}


def formula_at(typed: str, names: Sequence[str], field: str) -> str:
    if not typed.strip():
        raise Refused(EMPTY, field=field)
    try:
        return read_formula(typed, names)
    except Refused as refused:
        raise Refused(*refused.messages, field=field) from None


def number_at(typed: str, field: str) -> int | float:
    if not typed.strip():
        raise Refused(EMPTY, field=field)
    try:
        return read_number(typed)
    except Refused as refused:
        raise Refused(*refused.messages, field=field) from None


def _rows(draft: Draft) -> list[tuple[int, Row]]:
    return [(n, row) for n, row in enumerate(draft.rows, start=1) if row.left.strip()]


def _folded(text: str) -> str:
    return " ".join(text.split()).rstrip(".").casefold()


def _mixed(texts: Sequence[str]) -> list[str]:
    """In an order that says nothing, the same each time; never the one that was given."""
    found = sorted(texts, key=lambda one: hashlib.sha256(one.encode()).digest())
    return found if found != list(texts) else [*found[1:], found[0]]
