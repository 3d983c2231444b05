"""Taking the gradebook of a course away as a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from core.messages import Message
from records import Session
from school import access
from school.access import Actor
from school.acts import act, log, require
from school.marking import gradebook

Sheet = list[list[Any]]


@act(may=access.may_teach, audited="gradebook.export")
def take_gradebook(
    session: Session,
    actor: Actor,
    course: str,
    asked: gradebook.Filter,
    say: Callable[[Message], str],
    *,
    pass_share: float | None,
    at: dt.datetime,
) -> tuple[Sheet, Sheet]:
    """Two tables of everybody asked for: the book as it is shown, and every marked exercise; in the
    language of ``say``. That they were taken is in the log, and whoever is in them finds out."""
    book = gradebook.load_book(
        session, actor, course, asked, pass_share=pass_share, at=at, limit=None
    )
    require(book is not None)
    assert book is not None
    detail = {"people": book.total, "state": asked.state}
    log(session, actor, "gradebook.export", f"course:{course}", at, detail)
    return gradebook.sheet_of(book, say), gradebook.exercise_sheet(session, book, say)
