"""An exercise as a form asks for it: what was typed, nothing read yet.

`courses.writing.cells` makes cells of it. A draft is kept in the metadata of its test cell, which
no release shows; it is taken up again only while it still makes the very cells that stand there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from courses.writing.drawn import Drawn

KINDS = (
    *("single", "multiple", "number", "text", "table", "order", "match", "code"),
    *("written", "task", "file"),
)
BY_HAND = ("written", "task", "file")  # a person marks
MOST_ROWS, MOST_DRAWN, LONGEST = 10, 5, 20_000  # characters of all that is typed in one field


@dataclass(frozen=True)
class Row:
    """One line of the form. ``left``: an option, a step, what is to be matched, a wrong answer, a
    call, a criterion; ``right``: what it is matched with, what the call gives, the levels of a
    criterion; ``good``: the option is right; ``feedback``: what who went wrong here reads."""

    left: str = ""
    right: str = ""
    good: bool = False
    feedback: str = ""


@dataclass(frozen=True)
class Draft:
    """``answer``: the formula of a number, the texts taken as right (a line each), a model answer
    or a mark scheme; ``otherwise``: what who missed reads where no row says more; ``body``: the
    table, or the code that learners begin with and its solution; ``taken_from``: where an exercise
    of the bank came from."""

    kind: str
    title: str = ""
    task: str = ""
    competence: str = ""
    level: str = "1"
    minutes: str = "3"
    points: str = "1"
    hint: str = ""
    label: str = ""
    unit: str = ""
    tolerance: str = ""
    answer: str = ""
    otherwise: str = ""
    body: str = ""
    taken_from: str = ""
    rows: tuple[Row, ...] = ()
    drawn: tuple[Drawn, ...] = ()


TEXTS = tuple(one.name for one in fields(Draft) if one.name not in ("rows", "drawn"))


def kept(draft: Draft) -> dict[str, Any]:
    """The draft as plain JSON."""
    return asdict(draft)


def taken_up(held: Any) -> Draft | None:
    """The draft of a cell's metadata; None where it holds none: files come from people."""
    if not isinstance(held, Mapping) or held.get("kind") not in KINDS:
        return None
    texts = {name: str(held.get(name, "")) for name in TEXTS}
    return Draft(
        **texts,
        rows=tuple(
            Row(
                str(one.get("left", "")),
                str(one.get("right", "")),
                one.get("good") is True,
                str(one.get("feedback", "")),
            )
            for one in _mappings(held.get("rows"))[:MOST_ROWS]
        ),
        drawn=tuple(
            Drawn(**{one.name: str(found.get(one.name, "")) for one in fields(Drawn)})
            for found in _mappings(held.get("drawn"))[:MOST_DRAWN]
        ),
    )


def _mappings(held: Any) -> list[Mapping[str, Any]]:
    return (
        [one for one in held if isinstance(one, Mapping)] if isinstance(held, list | tuple) else []
    )
