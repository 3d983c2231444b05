"""What of a lesson a page shows: one step of it, or all of it at once, as its reader likes best.

The way one likes it is kept in the browser (a phone and a wide screen may differ), the step where
one is with the draft, on the server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from hub.portal import forms
from hub.portal.web import BaseHandler
from school.learning import lessons, steps
from school.learning.steps import Step
from school.learning.tasks import Task

WHOLE, BY_STEPS = "ca-bai", "tung-buoc"  # in ``?xem=``
WITHOUT_LINE = "khi-mat-mang"  # the whole page, as a browser keeps it; no choice of its reader
COOKIE = "motcham-lesson"
PARTS = ("results", "asks")  # in ``?part=``, for the script

T = TypeVar("T")


@dataclass(frozen=True)
class View:
    """``number``: the step that is shown, from 1; the one after the last is handing in."""

    steps: tuple[Step, ...]
    tasks: tuple[Task, ...]
    whole: bool
    number: int

    @property
    def count(self) -> int:
        """Steps in all, handing in with them."""
        return len(self.steps) + 1

    @property
    def step(self) -> Step | None:
        """The step that is shown; None of the whole page and of handing in."""
        return None if self.whole or self.number > len(self.steps) else self.steps[self.number - 1]

    @property
    def hands_in(self) -> bool:
        return self.step is None

    @property
    def stands_at(self) -> str:
        """By what to find this step again (`steps.number_to_show`)."""
        return self.step.cells[0] if self.step else steps.HAND_IN

    @property
    def by_exercise(self) -> dict[str, Task]:
        return {task.grade_id: task for task in self.tasks}

    @property
    def kinds(self) -> dict[str, str]:
        """What each exercise asks one to do, by its grade_id."""
        return {step.grade_id: step.kind for step in self.steps if step.grade_id}

    @property
    def task(self) -> Task | None:
        """The exercise that is shown."""
        return self.by_exercise.get(self.step.grade_id) if self.step else None

    @property
    def blank(self) -> list[Task]:
        return [task for task in self.tasks if task.state == "blank"]

    @property
    def answered(self) -> int:
        return sum(task.answered for task in self.tasks)

    def asks(self, attempts_left: int | None) -> bool:
        """Is there something to ask before it is handed in?"""
        return bool(self.blank) or attempts_left == 1

    def of(self, shown: Sequence[T]) -> Sequence[T]:
        """The blocks of the whole lesson that this page shows."""
        if self.whole:
            return shown
        return shown[self.step.first : self.step.end] if self.step else ()

    def look_back(self, shown: Sequence[T]) -> Sequence[T]:
        """What was read last before the exercise that is shown."""
        before = steps.read_before(self.steps, self.step) if self.step else None
        return shown[before.first : before.end] if before else ()


def asked_for(
    handler: BaseHandler, found: Sequence[Step], work: lessons.Work | None
) -> tuple[bool, int]:
    """Whether the whole page is asked for, and which step. A choice made here is kept."""
    wish = handler.get_query_argument("xem", "")
    if wish in (WHOLE, BY_STEPS):
        keep(handler, COOKIE, wish)
    asked = forms.read_key(handler.get_query_argument("buoc", ""))
    whole = (wish or handler.get_cookie(COOKIE)) in (WHOLE, WITHOUT_LINE) and asked is None
    number = steps.number_to_show(
        found,
        asked=asked,
        exercise=forms.read_key(handler.get_query_argument("bai", "")),
        stands_at=work.stands_at if work else None,
    )
    return whole, 0 if whole else number


def keep(handler: BaseHandler, cookie: str, value: str) -> None:
    """Have this browser keep something small of its reader's for a year."""
    handler.set_cookie(
        cookie,
        value,
        expires_days=365,
        path=handler.portal.prefix,
        httponly=True,
        samesite="Lax",
        secure=handler.portal.settings.secure,
    )
