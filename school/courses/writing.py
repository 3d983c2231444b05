"""Writing a lesson on a form: what was typed becomes cells of the notebook in the author's lab.

The notebook is the one truth: it is read before each change, one piece of it is replaced, and what
is to be written comes back as a `Change`. Nothing here reaches a lab or a database.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

import courses
from core.folding import fold
from core.messages import Message, Refused
from courses.answers.uploads import look_into
from courses.handouts.variants import variant
from courses.media import (
    DOCUMENTS,
    FOLDER,
    IMAGES,
    KILO,
    LARGEST,
    LARGEST_TOGETHER,
    NO_DESCRIPTION,
    fits_its_name,
    named_in,
    says_nothing,
)
from courses.notebooks import Cell, Notebook, grade_id_of, source_of
from courses.pictures import COVERS
from courses.writing import pieces
from courses.writing.cells import cells_of, text_cell
from courses.writing.course_file import lesson_slugs, with_lesson, with_values, without_lesson
from courses.writing.draft import MOST_DRAWN, MOST_ROWS, TEXTS, Draft, Row
from courses.writing.drawn import Drawn
from courses.writing.draws import Draw, draws_of
from courses.writing.pieces import Piece
from school.courses.publishing import load_files
from skills_framework.framework import load_framework

UPLOADED = {**{kind: IMAGES[kind] for kind in (".png", ".jpg", ".jpeg", ".webp")}, **DOCUMENTS}
LONGEST_TEXT, LONGEST_WORDS = 20_000, 200  # characters
MOST_THEORY = 600  # minutes
EMPTY = Message("Hãy điền mục này")


@dataclass(frozen=True)
class Opened:
    """A lesson of a course's files, as it stands now."""

    course: courses.Course
    lesson: courses.Lesson
    files: Mapping[str, bytes]

    @property
    def pieces(self) -> list[Piece]:
        return pieces.pieces_of(self.lesson.source)


@dataclass(frozen=True)
class Change:
    """What to write into the course's folder, and what to take out; ``piece``: where it was."""

    write: Mapping[str, bytes]
    remove: Sequence[str] = field(default_factory=tuple)
    piece: str = ""


def open_lesson(files: Mapping[str, bytes], slug: str) -> Opened | None:
    """The lesson, None where the course has none of that name; raises Refused as a course loads."""
    course = load_files(files)
    lesson = next((one for one in course.lessons if one.slug == slug), None)
    return Opened(course, lesson, files) if lesson else None


def typed_draft(kind: str, typed: Callable[[str], str]) -> Draft:
    """A draft from a form's fields by name: ``title``, ``left-1``, ``good-1``, ``name-1`` …"""
    texts = {name: typed(name) for name in TEXTS if name not in ("kind", "taken_from")}
    rows = [
        Row(
            typed(f"left-{n}"),
            typed(f"right-{n}"),
            bool(typed(f"good-{n}")),
            typed(f"feedback-{n}"),
        )
        for n in range(1, MOST_ROWS + 1)
    ]
    drawn = [
        Drawn(*(typed(f"{key}-{n}").strip() for key in ("name", "low", "high", "step", "listed")))
        for n in range(1, MOST_DRAWN + 1)
    ]
    return Draft(
        kind,
        **texts,
        taken_from=typed("taken_from"),
        rows=tuple(_without_empty_end(rows, Row())),
        drawn=tuple(one for one in drawn if one != Drawn("")),
    )


def _without_empty_end(rows: list[Row], empty: Row) -> list[Row]:
    while rows and rows[-1] == empty:
        rows.pop()
    return rows


def save_exercise(
    opened: Opened, draft: Draft, *, piece: str = "", seen: str = "", after: str = ""
) -> Change:
    """Write an exercise: in the place of ``piece``, or a new one behind the piece ``after``.

    Raises Refused at the fields, and where the piece was changed meanwhile."""
    notebook = opened.lesson.source
    name = piece or pieces.free_name(notebook)
    cells = cells_of(draft, name, taken=pieces.names_bound(notebook, piece))
    if not opened_competence(opened, draft.competence):
        raise Refused(Message("Hãy chọn một năng lực"), field="competence")
    if piece:
        return _change(opened, pieces.replaced(notebook, piece, cells, seen=seen), piece)
    return _change(opened, pieces.inserted(notebook, after, cells), name)


def save_text(
    opened: Opened, text: str, *, piece: str = "", seen: str = "", after: str = ""
) -> Change:
    """Write a text cell, as `save_exercise` does."""
    if not text.strip():
        raise Refused(EMPTY, field="text")
    if len(text) > LONGEST_TEXT:
        raise Refused(Message("không quá {n} ký tự", {"n": LONGEST_TEXT}), field="text")
    notebook = opened.lesson.source
    if not piece:
        name = pieces.free_name(notebook, pieces.TEXT_STEM)
        made = pieces.inserted(notebook, after, [text_cell(name, text.strip())])
        return _change(opened, made, name)
    held = pieces.find_piece(notebook, piece)
    cells = [{**held.cells[0], "source": text.strip()}] if held else []
    return _change(opened, pieces.replaced(notebook, piece, cells, seen=seen), piece)


def save_task(opened: Opened, text: str, *, piece: str, seen: str) -> Change:
    """Another text for the task of an exercise whose cells are somebody's own; they stay."""
    if not text.strip():
        raise Refused(EMPTY, field="text")
    held = pieces.find_piece(opened.lesson.source, piece)
    cells = pieces.with_words(held, task=text.strip()) if held else []
    made = pieces.replaced(opened.lesson.source, piece, cells, seen=seen)
    return _change(opened, made, piece)


def remove(opened: Opened, piece: str, *, seen: str) -> Change:
    """Take a piece out, with the media that only it showed."""
    return _change(opened, pieces.replaced(opened.lesson.source, piece, [], seen=seen), "")


def move(opened: Opened, piece: str, by: int) -> Change:
    return _change(opened, pieces.moved(opened.lesson.source, piece, by), piece)


def insert_cells(
    opened: Opened, cells: Sequence[Cell], media: Mapping[str, bytes], *, after: str
) -> Change:
    """Cells that were copied, with the media they show."""
    made = pieces.inserted(opened.lesson.source, after, cells)
    change = _change(opened, made, grade_id_of(cells[-1]))
    return replace(change, write={**change.write, **media})


def with_upload(
    opened: Opened, name: str, content: bytes, words: str
) -> tuple[dict[str, bytes], str]:
    """A file for the course's media, and the Markdown that shows it. ``words``: what a picture
    shows, or what a document is called. Raises Refused at ``upload`` or ``words``."""
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    words = " ".join(words.replace("[", "(").replace("]", ")").split())
    _refuse_upload(opened, name, suffix, content)
    if not words or len(words) > LONGEST_WORDS:
        raise Refused(
            Message(
                "Hãy viết hình cho thấy gì, hoặc tệp là gì (không quá {n} ký tự).",
                {"n": LONGEST_WORDS},
            ),
            field="words",
        )
    if suffix in IMAGES and says_nothing(words, name):
        raise Refused(Message(NO_DESCRIPTION.template, {"alt": words[:60]}), field="words")
    path = _free_path(opened.files, name, suffix, content)
    mark = "!" if suffix in IMAGES else ""
    return {path: content}, f"{mark}[{words}](../{path})"


def _refuse_upload(opened: Opened, name: str, suffix: str, content: bytes) -> None:
    if suffix not in UPLOADED:
        raise Refused(
            Message("Nhận hình và tệp kiểu {kinds}.", {"kinds": ", ".join(UPLOADED)}),
            field="upload",
        )
    if len(content) > LARGEST[suffix]:
        said = {"limit": LARGEST[suffix] // KILO, "size": len(content) // KILO}
        raise Refused(
            Message("Tệp nặng {size} kB, nhiều nhất {limit} kB: hãy thu nhỏ rồi chọn lại.", said),
            field="upload",
        )
    if suffix in DOCUMENTS:
        try:
            look_into(name, content)
        except Refused as refused:
            raise Refused(*refused.messages, field="upload") from None
    elif not fits_its_name(f"{FOLDER}/x{suffix}", content):
        raise Refused(
            Message("Nội dung tệp không phải kiểu {kind}.", {"kind": suffix}), field="upload"
        )
    if sum(map(len, opened.course.media.values())) + len(content) > LARGEST_TOGETHER:
        raise Refused(
            Message(
                "hình và video cộng lại lớn hơn {limit} kB", {"limit": LARGEST_TOGETHER // KILO}
            ),
            field="upload",
        )


def _free_path(files: Mapping[str, bytes], name: str, suffix: str, content: bytes) -> str:
    """A plain name nobody has yet; the same content keeps the name it has."""
    stem = re.sub(r"[^a-z0-9]+", "-", fold(PurePosixPath(name).stem)).strip("-")[:40] or "tep"
    for n in range(1, 1000):
        path = f"{FOLDER}/{stem}{'' if n == 1 else f'-{n}'}{suffix}"
        if path not in files or files[path] == content:
            return path
    raise Refused(Message("Hãy đổi tên tệp."), field="upload")


def preview_cells(draft: Draft, seed: int, name: str = "xem-truoc") -> Notebook:
    """What a learner with these numbers is given of a draft; raises Refused as saving does."""
    return _shown(cells_of(draft, name), seed)


def with_files(change: Change, files: Mapping[str, bytes]) -> Change:
    """The change with these files written too."""
    return replace(change, write={**change.write, **files})


def next_name(opened: Opened) -> str:
    """What the next exercise of the lesson will be called, on which its draws rest."""
    return pieces.free_name(opened.lesson.source)


def preview_own(opened: Opened, piece: Piece) -> Notebook:
    """Somebody's own cells as a learner is given them, with all that is drawn above."""
    source = opened.lesson.source
    whole = courses.learner_notebook(variant(source, 1))
    return {**whole, "cells": whole["cells"][piece.start : piece.end]}


def own_cells(piece: Piece) -> list[tuple[str, str]]:
    return [(one["cell_type"], source_of(one)) for one in piece.cells]


def beside_pieces(
    problems: Sequence[courses.Problem], opened: Opened
) -> tuple[dict[str, list[courses.Problem]], list[courses.Problem]]:
    """What a check found, by the piece it is about, and what is about none of them."""
    of_cell = {
        name: piece.name
        for piece in opened.pieces
        for cell in piece.cells
        for name in (str(cell.get("id", "")), grade_id_of(cell))
        if name
    }
    beside: dict[str, list[courses.Problem]] = {}
    rest = []
    for problem in problems:
        cell = problem.where.params.get("cell", "") if isinstance(problem.where, Message) else ""
        piece = of_cell.get(str(cell))
        if piece:
            beside.setdefault(piece, []).append(problem)
        else:
            rest.append(problem)
    return beside, rest


def preview_text(text: str) -> Notebook:
    return _shown([text_cell("xem-truoc", text)], 0)


def draws_shown(draft: Draft, name: str) -> list[Draw]:
    """The numbers of three learners, with the answer where one is reckoned; () without any."""
    cells = cells_of(draft, name)
    return draws_of(draft, cells[:1]) if draft.drawn else []


def written_cells(draft: Draft, name: str) -> list[tuple[str, str]]:
    """Kind and source of each cell that the draft becomes, to be read beside the form."""
    return [(one["cell_type"], source_of(one)) for one in cells_of(draft, name)]


def _shown(cells: Sequence[Cell], seed: int) -> Notebook:
    version = {"nbformat": 4, "nbformat_minor": 5}
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    notebook = variant({"cells": list(cells), "metadata": kernel, **version}, seed)
    return courses.learner_notebook(notebook)


def _change(opened: Opened, notebook: Notebook, piece: str) -> Change:
    """The lesson's file, and the media that nothing shows any more since this change."""
    before, after = named_in(opened.lesson.source), named_in(notebook)
    others = {
        path
        for one in opened.course.lessons
        if one.slug != opened.lesson.slug
        for path in named_in(one.source)
    }
    gone = before - after - others - set(COVERS)
    return Change(
        {opened.lesson.file: courses.write_notebook(notebook)},
        tuple(sorted(gone & set(opened.files))),
        piece,
    )


# --- the course itself ---------------------------------------------------------------------------


def save_about(
    files: Mapping[str, bytes], values: Mapping[str, str], *, lesson: str = "", minutes: str = ""
) -> Change:
    """Texts of the course, or of one lesson with the minutes of its reading. Raises Refused."""
    faults = {key: EMPTY for key, text in values.items() if not text.strip()}
    if faults:
        raise Refused.at_fields(faults)
    wanted: dict[str, str | float] = {key: " ".join(text.split()) for key, text in values.items()}
    if lesson:
        wanted |= {"theory_minutes": read_minutes(minutes)}
    text = files["course.toml"].decode("utf-8-sig")
    return Change({"course.toml": with_values(text, wanted, lesson=lesson).encode()})


def add_lesson(files: Mapping[str, bytes], title: str, title_en: str, minutes: str) -> Change:
    """A lesson with a heading and nothing else, at the end of the course."""
    faults = {
        key: EMPTY for key, text in (("title", title), ("title_en", title_en)) if not text.strip()
    }
    if faults:
        raise Refused.at_fields(faults)
    slug = re.sub(r"[^a-z0-9]+", "-", fold(title)).strip("-")[:50].strip("-") or "bai"
    text = files["course.toml"].decode("utf-8-sig")
    taken = set(re.findall(r'(?m)^slug\s*=\s*"([^"]*)"', text))
    slug = next(
        one for n in range(1, 1000) if (one := slug if n == 1 else f"{slug}-{n}") not in taken
    )
    number = sum(path.startswith("lessons/") and path.endswith(".ipynb") for path in files) + 1
    file = f"lessons/{number:02}-{slug}.ipynb"
    entry: dict[str, str | float] = {
        "slug": slug,
        "title": " ".join(title.split()),
        "title_en": " ".join(title_en.split()),
        "file": file,
        "theory_minutes": read_minutes(minutes),
    }
    notebook = _empty_notebook(f"## {entry['title']}")
    made = with_lesson(text, entry).encode()
    return Change({"course.toml": made, file: courses.write_notebook(notebook)}, piece=slug)


def remove_lesson(files: Mapping[str, bytes], lesson: str) -> Change:
    """Take a lesson out of the course; its notebook stays in the folder, where no release takes
    it."""
    text = files["course.toml"].decode("utf-8-sig")
    return Change({"course.toml": without_lesson(text, lesson).encode()})


def empty_course(files: Mapping[str, bytes], title: str) -> dict[str, bytes]:
    """A new course's files without the template's lesson and pictures: one empty lesson of this
    title."""
    held = files["course.toml"].decode()
    (template,) = lesson_slugs(held)
    added = add_lesson({"course.toml": held.encode()}, title, "Lesson 1", "5")
    text = without_lesson(added.write["course.toml"].decode(), template)
    return {**added.write, "course.toml": text.encode()}


def read_minutes(typed: str) -> int | float:
    try:
        found = courses.read_number(typed)
    except Refused as refused:
        raise Refused(*refused.messages, field="minutes") from None
    if not 0 < found <= MOST_THEORY:
        raise Refused(Message("Số lớn hơn 0, nhiều nhất {n}.", {"n": MOST_THEORY}), field="minutes")
    return found


def opened_competence(opened: Opened, code: str) -> bool:
    return load_framework(opened.course.framework).has_competence(code)


def _empty_notebook(text: str) -> Notebook:
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return {
        "cells": [text_cell("chu-1", text)],
        "metadata": kernel,
        "nbformat": 4,
        "nbformat_minor": 5,
    }
