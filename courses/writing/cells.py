"""A draft as the cells of a notebook, and the draft that cells came from.

The cells are ordinary ones of nbgrader's: numbers drawn, task, answer, test; or a task and the one
cell that a person marks. What of them can be read off the cells is taken from there, so that a word
changed in JupyterLab is changed on the form too. Where the cells are no longer what the form would
write, there is no draft: they are somebody's own, and stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import yaml

from core.messages import Message, Refused
from courses.answers.notation import as_literal
from courses.answers.numbers import write_number
from courses.handouts.variants import GAP
from courses.notebooks import (
    Cell,
    cell_options,
    grade_id_of,
    is_answer,
    marking_of,
    source_of,
)
from courses.options import MARK, options_of
from courses.rubric import read_rubric
from courses.writing.draft import BY_HAND, LONGEST, Draft, kept, taken_up
from courses.writing.drawn import (
    first_value,
    refuse_bad_names,
    refuse_unknown_gaps,
    way_of,
)
from courses.writing.draws import refuse_what_draws_show
from courses.writing.marking import EMPTY, made_of, number_at

KEY = "motcham"  # in a cell's metadata
ACCEPTED = "[.pdf, .docx, .xlsx, .png, .jpg]"
MOST_MINUTES, MOST_POINTS = 240, 100
SCHEME = ("=== BEGIN MARK SCHEME ===", "=== END MARK SCHEME ===")
COMMENT_ENDS = "-->"


def cells_of(draft: Draft, name: str, *, taken: Collection[str] = ()) -> list[Cell]:
    """The draft's cells; ``name`` begins their ids, ``taken`` are variables of other cells.

    Raises Refused with every fault at its field: ``title``, ``left-2``, ``name-1``, ``body`` …
    """
    faults: list[Refused] = []

    def tried(make: Any) -> Any:
        try:
            return make()
        except Refused as refused:
            faults.append(refused)
            return None

    drawing = tried(lambda: _drawing(draft, name, taken))
    heading = tried(lambda: _heading(draft))
    tried(lambda: _refuse_unknown_gaps(draft))
    points = heading["points"] if heading else 1
    by_hand = draft.kind in BY_HAND
    if by_hand:
        made = tried(lambda: _rubric(draft, points))
    else:
        made = tried(lambda: made_of(draft, answer_name(name), points))
    if not faults and draft.kind == "number":
        tried(lambda: refuse_what_draws_show(draft, drawing))
    if faults:
        raise _together(faults)
    del heading["points"]
    origin = {"taken_from": draft.taken_from} if draft.taken_from else {}
    asked = _text(f"{name}-de", draft.task.strip())
    kept_draft = {KEY: {"form": kept(draft)}}
    if draft.kind == "task":
        own = [_by_hand(draft, name, points, heading | made | origin)]
    elif by_hand:
        own = [asked, _by_hand(draft, name, points, heading | made | origin)]
    else:
        own = [asked, *_marked_by_tests(draft, name, points, heading | origin, made)]
    own[-1]["metadata"] |= kept_draft
    return [*(drawing or []), *own]


def draft_of(cells: Sequence[Cell]) -> Draft | None:
    """The draft of an exercise's cells, as they now stand; None where they are not the form's."""
    marked = cells[-1]
    ours = marked.get("metadata", {}).get(KEY)
    draft = taken_up(ours.get("form")) if isinstance(ours, dict) else None
    if draft is None:
        return None
    try:
        now = _as_it_stands(draft, cells)
        wanted = cells_of(now, grade_id_of(marked))
    except (Refused, KeyError, ValueError):
        return None
    same = [_essence(one) for one in wanted] == [_essence(one) for one in cells]
    return now if same else None


def answer_name(name: str) -> str:
    return "tra_loi_" + re.sub(r"\W", "_", name)


def _essence(cell: Cell) -> tuple[str, str, tuple[Any, ...]]:
    marking = marking_of(cell)
    flags = tuple(bool(marking.get(key, False)) for key in ("grade", "solution", "locked", "task"))
    return cell["cell_type"], source_of(cell).rstrip(), (*flags, marking.get("points"))


def _as_it_stands(draft: Draft, cells: Sequence[Cell]) -> Draft:
    """The draft with the words that the cells now have."""
    marked = cells[-1]
    options = cell_options(marked)
    answer = next((one for one in cells[:-1] if is_answer(one)), marked)
    shown = options_of(source_of(answer)) if answer["cell_type"] == "code" else {}
    texts = [one for one in cells[:-1] if one["cell_type"] == "markdown" and not is_answer(one)]
    found = {
        "title": str(options["exercise"]),
        "competence": str(options["competence"]),
        "level": str(options["level"]),
        "minutes": write_number(options["minutes"]),
        "points": write_number(marking_of(marked)["points"]),
        "hint": str(options.get("hint", "")),
        "label": str(shown.get("label", "")),
        "unit": str(shown.get("unit", "")),
    }
    if texts:
        found["task"] = source_of(texts[-1])
    rows = draft.rows
    if draft.kind in ("single", "multiple", "match") and isinstance(shown.get("options"), dict):
        rows = tuple(
            replace(row, left=str(shown["options"].get(f"a{n}", row.left)))
            for n, row in enumerate(rows, start=1)
        )
    texts_read: dict[str, Any] = found
    return replace(draft, rows=rows, **texts_read)


def _heading(draft: Draft) -> dict[str, Any]:
    faults: dict[str, Message] = {}
    for field, typed in (("title", draft.title), ("task", draft.task)):
        if not typed.strip():
            faults[field] = EMPTY
    long = {key: text for key, text in kept(draft).items() if isinstance(text, str)}
    faults |= {
        key: Message("không quá {n} ký tự", {"n": LONGEST})
        for key, text in long.items()
        if len(text) > LONGEST
    }
    if draft.kind != "code" and draft.kind not in ("written", "task") and not draft.label.strip():
        faults["label"] = EMPTY
    if COMMENT_ENDS in draft.title + draft.hint:
        faults["title"] = Message("không dùng được “{part}” ở đây", {"part": COMMENT_ENDS})
    if faults:
        raise Refused.at_fields(faults)
    bounds = {"minutes": MOST_MINUTES, "points": MOST_POINTS, "level": 8}
    numbers = {}
    for key, most in bounds.items():
        numbers[key] = number_at(getattr(draft, key), key)
        if not 0 < numbers[key] <= most:
            raise Refused(Message("Số lớn hơn 0, nhiều nhất {n}.", {"n": most}), field=key)
    found = {
        "exercise": " ".join(draft.title.split()),
        "competence": draft.competence,
        "level": int(numbers["level"]),
        "minutes": numbers["minutes"],
        "points": numbers["points"],
    }
    if draft.hint.strip():
        found["hint"] = " ".join(draft.hint.split())
    return found


def _drawing(draft: Draft, name: str, taken: Collection[str]) -> list[Cell]:
    if not draft.drawn:
        return []
    refuse_bad_names(draft.drawn, taken)
    ways = {one.name: way_of(one, str(n)) for n, one in enumerate(draft.drawn, start=1)}
    values = [f"{key} = {as_literal(first_value(way))}" for key, way in ways.items()]
    source = [*lines_of({"show": False, "variant": ways}), *values]
    return [_code(f"{name}-so", "\n".join(source), locked=True)]


def _refuse_unknown_gaps(draft: Draft) -> None:
    known = {one.name for one in draft.drawn}
    rows = {f"feedback-{n}": row.feedback for n, row in enumerate(draft.rows, start=1)}
    lefts = {f"left-{n}": row.left for n, row in enumerate(draft.rows, start=1)}
    own = {"task": draft.task, "hint": draft.hint, "label": draft.label}
    refuse_unknown_gaps(own | {"otherwise": draft.otherwise} | rows | lefts, known)
    if GAP.search(draft.body) and draft.kind == "table":
        refuse_unknown_gaps({"body": draft.body}, known)


def _marked_by_tests(
    draft: Draft, name: str, points: float, heading: Mapping[str, Any], made: Any
) -> list[Cell]:
    if draft.kind == "code":
        answer = made.solution
    else:
        variable = answer_name(name)
        options = {"form": made.options["form"], "label": " ".join(draft.label.split())}
        answer = "\n".join(
            [
                *lines_of(options | made.options),
                f"{variable} = None",
                "### BEGIN SOLUTION",
                f"{variable} = {made.solution}",
                "### END SOLUTION",
            ]
        )
    test = [
        *lines_of(heading),
        *([made.asked] if made.asked else []),
        "### BEGIN HIDDEN TESTS",
        *made.hidden,
        "### END HIDDEN TESTS",
    ]
    return [
        _code(f"{name}-tra-loi", answer, solution=True),
        _code(name, "\n".join(test), grade=True, locked=True, points=points),
    ]


def _by_hand(draft: Draft, name: str, points: float, options: Mapping[str, Any]) -> Cell:
    if draft.kind == "file":
        variable = answer_name(name)
        form = {"form": "file", "label": " ".join(draft.label.split())}
        lines = [*lines_of(form), f"{MARK} accept: {ACCEPTED}", *lines_of(options)]
        source = "\n".join([*lines, f"{variable} = None"])
        return _code(name, source, grade=True, solution=True, points=points)
    comment = "\n".join(["<!--", *lines_of(options), "-->", ""])
    if draft.kind == "written":
        cell = _text(name, comment + (draft.answer.strip() or "(bài mẫu)"))
        return _with_marking(cell, name, grade=True, solution=True, points=points)
    scheme = "\n".join(["", SCHEME[0], draft.answer.strip(), SCHEME[1]])
    text = draft.task.strip() + ("\n" + scheme if draft.answer.strip() else "")
    return _with_marking(_text(name, comment + text), name, task=True, locked=True, points=points)


def _rubric(draft: Draft, points: float) -> dict[str, Any]:
    rubric: dict[str, dict[int | float, str]] = {}
    faults: dict[str, Message] = {}
    for n, row in enumerate(draft.rows, start=1):
        if not row.left.strip():
            continue
        levels: dict[int | float, str] = {}
        for line in filter(str.strip, row.right.split("\n")):
            head, colon, text = line.partition(":")
            try:
                levels[number_at(head, f"right-{n}")] = text.strip()
            except Refused:
                colon = ""
            if not colon or not text.strip():
                faults[f"right-{n}"] = Message(
                    "Mỗi mức một dòng “điểm: mô tả”, ví dụ 2: Nêu đủ ba ý. Chưa đọc được: {line}",
                    {"line": line.strip()[:60]},
                )
        rubric[" ".join(row.left.split())] = levels
    if COMMENT_ENDS in str(rubric):
        faults["left-1"] = Message("không dùng được “{part}” ở đây", {"part": COMMENT_ENDS})
    if faults:
        raise Refused.at_fields(faults)
    try:
        read_rubric(rubric or None, points)
    except Refused as refused:
        raise Refused(*refused.messages, field="points") from None
    return {"rubric": rubric} if rubric else {}


def lines_of(options: Mapping[str, Any]) -> list[str]:
    """Options as the lines at the top of a cell."""
    text = yaml.safe_dump(dict(options), allow_unicode=True, sort_keys=False, width=10_000)
    return [f"{MARK} {line}".rstrip() for line in text.rstrip("\n").split("\n")]


def text_cell(name: str, source: str) -> Cell:
    """A text cell of the form's."""
    return _text(name, source)


def _text(name: str, source: str) -> Cell:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def _code(name: str, source: str, **marking: Any) -> Cell:
    cell = _text(name, source) | {"cell_type": "code", "execution_count": None, "outputs": []}
    return _with_marking(cell, name, **marking)


def _with_marking(cell: Cell, name: str, **marking: Any) -> Cell:
    flags = {"grade": False, "grade_id": name, "locked": False, "schema_version": 3}
    cell["metadata"] = {"nbgrader": {**flags, "solution": False, "task": False, **marking}}
    return cell


def _together(faults: Sequence[Refused]) -> Refused:
    together = Refused(*(one for refused in faults for one in refused.messages))
    for refused in faults:
        together.fields |= refused.fields
    return together
