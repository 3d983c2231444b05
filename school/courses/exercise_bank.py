"""The bank that authors take exercises from: those of published courses, and reviewed items.

Exercises of examinations are left out: they are asked again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import courses
from core.folding import fold
from core.messages import Message, Refused
from courses.bank.bank import BANK, load_bank
from courses.bank.item import REVIEWED, Item
from courses.media import named_in
from courses.notebooks import Cell, Notebook, cell_options, source_of
from courses.writing.copying import copied, exercise_names, kind_of
from courses.writing.pieces import free_name
from records import Session
from records.courses import releases
from school.courses.writing import Change, Opened, insert_cells

ITEMS = "cau-hoi"  # stands in the place of a course's slug
MOST_FOUND = 40


@dataclass(frozen=True)
class Found:
    """An exercise of the bank. ``key`` names it in a form: course/lesson/exercise, or
    ``cau-hoi/competence/item``; ``origin`` says where it is from, ``words`` is folded text to
    search, ``task`` what is asked."""

    key: str
    origin: str
    title: str
    competence: str
    level: int
    minutes: float
    kind: str
    task: str
    words: str


def search(
    session: Session, *, words: str = "", competence: str = "", level: str = "", kind: str = ""
) -> tuple[list[Found], int]:
    """The first that fit all that is asked, and how many fit; an empty text asks nothing."""
    wanted = fold(words[:200]).split()
    fitting = [
        one
        for one in everything(session)
        if (not competence or one.competence == competence)
        and (not level or str(one.level) == level)
        and (not kind or one.kind == kind)
        and all(word in one.words for word in wanted)
    ]
    if wanted:  # those first whose title says it
        fitting.sort(key=lambda one: not all(word in fold(one.title) for word in wanted))
    return fitting[:MOST_FOUND], len(fitting)


def everything(session: Session) -> Iterator[Found]:
    """Every exercise that may be taken, those of courses first."""
    for release in releases.current_releases(session):
        files = releases.release_files(session, release.id, "source")
        for lesson in release.manifest.lessons:
            if not lesson.exam and lesson.file in files:
                origin = f"{release.manifest.title}, {lesson.title} (bản {release.number})"
                yield from _found_in(f"{release.course}/{lesson.slug}", origin, files[lesson.file])
    yield from _items()


def take(session: Session, key: str, into: Opened, *, after: str) -> Change:
    """The change that puts a copy of the exercise into a lesson, behind the piece ``after``.

    Raises Refused where there is no such exercise, or it can not be copied there."""
    course, _, rest = key.partition("/")
    lesson, _, name = rest.partition("/")
    if course == ITEMS:
        source, origin, media = _of_item(name)
    else:
        source, origin, media = _of_lesson(session, course, lesson)
    notebook = into.lesson.source
    cells = copied(source, name, notebook, free_name(notebook), f"{origin}, {name}")
    wanted = named_in({**source, "cells": cells})
    files, cells = _placed({path: media[path] for path in wanted if path in media}, cells, into)
    return insert_cells(into, cells, files, after=after)


def _of_lesson(
    session: Session, course: str, lesson: str
) -> tuple[Notebook, str, Mapping[str, bytes]]:
    release = releases.current_release(session, course)
    entry = release.manifest.find_lesson(lesson) if release else None
    if release is None or entry is None or entry.exam:
        raise Refused(Message("Không còn bài tập này."))
    content = releases.lesson_notebook(session, release, lesson, "source")
    origin = f"{course}/{lesson}, bản {release.number}"
    media = releases.release_files(session, release.id, "learner")
    return courses.read_notebook(content), origin, media


def _of_item(name: str) -> tuple[Notebook, str, Mapping[str, bytes]]:
    item = next((one for one in _reviewed() if one.slug == name), None)
    if item is None:
        raise Refused(Message("Không còn bài tập này."))
    return _named_after(item), f"{ITEMS}/{item.competence}", {}


def _named_after(item: Item) -> Notebook:
    """The item's notebook, its test called as the item is."""
    cells = [dict(one) for one in json.loads(json.dumps(item.source["cells"]))]
    cells[-1]["metadata"]["nbgrader"]["grade_id"] = item.slug
    return {**item.source, "cells": cells}


def _placed(
    media: Mapping[str, bytes], cells: Sequence[Cell], into: Opened
) -> tuple[dict[str, bytes], list[Cell]]:
    """The files under names that are free in the course, and the cells that name them so."""
    files: dict[str, bytes] = {}
    made = list(cells)
    for path, content in sorted(media.items()):
        stem, dot, suffix = path.rpartition(".")
        new = next(
            one
            for n in range(1, 1000)
            if (one := path if n == 1 else f"{stem}-{n}{dot}{suffix}") not in into.files
            or into.files[one] == content
        )
        if new not in into.files:
            files[new] = content
        made = [
            {**one, "source": source_of(one).replace(f"../{path}", f"../{new}")} for one in made
        ]
    return files, made


@lru_cache(maxsize=256)
def _found_in(place: str, origin: str, content: bytes) -> tuple[Found, ...]:
    """A release never changes, so each lesson is read once."""
    return tuple(_told(place, origin, courses.read_notebook(content)))


@lru_cache(maxsize=1)
def _reviewed() -> tuple[Item, ...]:
    return tuple(one for one in load_bank() if one.state in REVIEWED) if BANK.is_dir() else ()


@lru_cache(maxsize=1)
def _items() -> tuple[Found, ...]:
    return tuple(
        one
        for item in _reviewed()
        for one in _told(f"{ITEMS}/{item.competence}", item.title, _named_after(item))
    )


def _told(place: str, origin: str, notebook: Notebook) -> Iterable[Found]:
    for piece in exercise_names(notebook):
        try:
            options = cell_options(piece.cells[-1])
        except Refused:
            continue
        task = "\n".join(
            source_of(one) for one in piece.cells if one["cell_type"] == "markdown"
        ).strip()
        title = str(options.get("exercise", ""))
        yield Found(
            f"{place}/{piece.name}",
            origin,
            title,
            str(options.get("competence", "")),
            int(options.get("level") or 0),
            float(options.get("minutes") or 0),
            kind_of(piece),
            task[:300],
            fold(f"{title} {task} {origin}"),
        )
