"""Courses as folders: ``course.toml`` and ``lessons/*.ipynb``, read into frozen dataclasses.

Reading a course finds every fault that needs no marking and names file, cell and key; what needs
marking is `courses.checks.check`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from core.content_frame import ITEMS
from core.licences import LONGEST_CONTRIBUTOR
from core.manifest import Criterion
from core.messages import Message, Refused
from core.teaching_card import TeachingCard
from courses.answers.notation import Form, read_form
from courses.english.catalogue import read_english
from courses.keys import Keys, read_toml
from courses.media import load_media
from courses.notebooks import (
    Cell,
    Notebook,
    cell_options,
    grade_id_of,
    in_cell,
    is_form,
    is_marked,
    is_marked_by_hand,
    is_solution,
    is_task,
    marking_of,
    read_notebook,
    source_of,
    task_answer_id,
)
from courses.options import options_of, split_comment
from courses.rubric import read_rubric
from courses.teaching_card import load_card

COURSE_FILE = "course.toml"
CONTENT = Path(__file__).parent / "content"  # the courses that are shipped
EXERCISE_KINDS = ("form", "code", "file", "text")


@dataclass(frozen=True)
class Exercise:
    """A marked exercise: a grade cell and the answer cells before it, or a task.

    ``answers`` are notebook cell ids; the same cells' grade_ids are ``answer_grade_ids``. ``kind``
    is form, code, file (an artefact is handed in) or text (marked by a person, who finds
    ``rubric`` beside the answer where the author wrote one).
    """

    grade_id: str
    cell_id: str
    title: str
    competence: str
    level: int
    minutes: float
    points: float
    kind: str
    hint: str
    shared: bool
    answers: tuple[str, ...]
    answer_grade_ids: tuple[str, ...]
    rubric: tuple[Criterion, ...] = ()


@dataclass(frozen=True)
class Lesson:
    """One lesson. ``file`` is relative to the course folder; ``source`` the instructor's notebook.

    Minutes are stated by the author; practice is the sum of the exercises' minutes. What is
    marked by hand in an ``exam`` takes two markers. ``file_en`` names the file of its English
    (`courses.english`), "" where it has none; ``english`` is what stands in it. ``covers``: the
    items of the content frame that it treats (`core.content_frame`), in their order.
    """

    slug: str
    title: str
    title_en: str
    file: str
    theory_minutes: float
    exercises: tuple[Exercise, ...]
    source: Notebook
    exam: bool = False
    file_en: str = ""
    english: bytes = b""
    covers: tuple[str, ...] = ()

    @property
    def practice_minutes(self) -> float:
        return sum(exercise.minutes for exercise in self.exercises)

    @property
    def max_points(self) -> float:
        return sum(exercise.points for exercise in self.exercises)


@dataclass(frozen=True)
class Course:
    """A course as its folder tells it. ``frame`` is the content frame of QĐ 64, such as ``4.1``;
    ``media`` the files of its media folder, by path (``media/name.png``); ``open_reading``:
    strangers may read it, but for its exams; ``licence`` a key of `core.licences.LICENCES`;
    ``teaching_card``: what whoever took it teaches neighbours by."""

    slug: str
    title: str
    title_en: str
    programme: str
    frame: str
    summary: str
    summary_en: str
    pass_share: float
    framework: str
    lessons: tuple[Lesson, ...]
    media: Mapping[str, bytes] = field(default_factory=dict)
    open_reading: bool = False
    licence: str = ""
    contributor: str = ""
    teaching_card: TeachingCard | None = None


def load_course(folder: Path) -> Course:
    """Read a course folder. Raises Refused with one message per fault: file, cell and key."""
    path = folder / COURSE_FILE
    if not path.is_file():
        raise Refused(Message("không có tệp {file}", {"file": str(path)}))
    faults: list[Message] = []
    data = read_toml(path, faults)
    if faults:
        raise Refused(*faults)
    course = _read_course(Keys(COURSE_FILE, data, faults), folder)
    if faults:
        raise Refused(*faults)
    return course


@dataclass(frozen=True)
class Titles:
    """What a course is called."""

    title: str
    title_en: str = ""


@cache
def shipped_titles(content: Path = CONTENT) -> Mapping[str, Titles]:
    """What the courses are called that come with the platform, published or not, by slug; without
    their notebooks. Where content was left away there are none."""
    found: dict[str, Titles] = {}
    for path in sorted(content.glob(f"*/{COURSE_FILE}")):
        said = read_toml(path, [])
        if said.get("slug") and said.get("title"):
            found[said["slug"]] = Titles(str(said["title"]), str(said.get("title_en", "")))
    return found


def exercises_of(notebook: Notebook) -> tuple[Exercise, ...]:
    """The marked exercises of a source notebook, in order.

    An exercise's answers are the solution cells between the previous grade cell and its own; a
    task's is the text cell that learners find below it.
    Raises Refused naming each cell and key that is missing or wrong.
    """
    faults: list[Message] = []
    exercises: list[Exercise] = []
    answers: list[Cell] = []
    for number, cell in enumerate(notebook["cells"], start=1):
        if is_solution(cell):
            answers.append(cell)
        if cell.get("cell_type") == "code":
            faults += _cell_faults(number, cell)
        if is_marked(cell):
            try:
                exercises.append(_exercise(cell, answers))
            except Refused as refused:
                faults += [in_cell(number, cell, why) for why in refused.messages]
            answers = []
    faults += _duplicates(notebook)
    if faults:
        raise Refused(*faults)
    return tuple(exercises)


def find_form(cell: Cell) -> Form | None:
    """The form of a cell that is one, else None (also where its options are broken)."""
    if not is_form(cell):
        return None
    try:
        return read_form(source_of(cell))
    except Refused:
        return None


def _cell_faults(number: int, cell: Cell) -> list[Message]:
    try:
        options = options_of(source_of(cell))
        if "form" in options and not is_solution(cell):
            return [in_cell(number, cell, Message("ô biểu mẫu phải là ô lời giải (solution)"))]
        if "form" in options:
            read_form(source_of(cell))
    except Refused as refused:
        return [in_cell(number, cell, why) for why in refused.messages]
    return []


def _duplicates(notebook: Notebook) -> list[Message]:
    seen: set[str] = set()
    faults = []
    for number, cell in enumerate(notebook["cells"], start=1):
        name = grade_id_of(cell)
        if name and name in seen:
            faults.append(in_cell(number, cell, Message("grade_id bị trùng với một ô phía trên")))
        seen.add(name)
    return faults


def _exercise(cell: Cell, answers: list[Cell]) -> Exercise:
    faults: list[Message] = []
    _refuse_odd(cell)
    options = cell_options(cell)
    keys = Keys("#|", options, faults)
    points = Keys("nbgrader", marking_of(cell), faults).number("points")
    exercise = Exercise(
        grade_id=grade_id_of(cell),
        cell_id=str(cell.get("id", "")),
        title=keys.text("exercise"),
        competence=keys.text("competence"),
        level=int(keys.number("level")),
        minutes=keys.number("minutes"),
        points=points,
        kind=keys.text("kind", _kind_of(cell, answers)),
        hint=keys.text("hint", ""),
        shared=bool(options.get("shared", False)),
        answers=tuple(str(one.get("id", "")) for one in answers),
        answer_grade_ids=tuple(grade_id_of(one) for one in answers),
        rubric=_rubric(keys, options, points, by_hand=is_marked_by_hand(cell)),
    )
    if is_task(cell):
        exercise = replace(exercise, answers=(task_answer_id(cell),), answer_grade_ids=("",))
    if exercise.kind not in EXERCISE_KINDS:
        keys.fault(
            "kind", Message("phải là một trong: {kinds}", {"kinds": ", ".join(EXERCISE_KINDS)})
        )
    if not exercise.answers:
        keys.fault("exercise", Message("không có ô trả lời nào trước ô kiểm tra này"))
    if faults:
        raise Refused(*faults)
    return exercise


def _refuse_odd(cell: Cell) -> None:
    """What nbgrader's bar allows and this platform can not show."""
    if is_task(cell) and cell["cell_type"] != "markdown":
        raise Refused(Message("bài tập chấm tay (task) phải là ô văn bản (Markdown)"))
    if is_marked(cell) and not is_marked_by_hand(cell) and cell["cell_type"] != "code":
        raise Refused(Message("ô kiểm tra phải là ô mã"))
    if is_marked_by_hand(cell) and cell["cell_type"] == "markdown":
        comment, _text = split_comment(source_of(cell))
        if not comment:
            raise Refused(
                Message(
                    "ô chấm tay cần các dòng “#| exercise: …”, “#| competence: …”, “#| level: …”,"
                    " “#| minutes: …” trong một chú thích <!-- … --> ở đầu ô"
                )
            )


def _rubric(
    keys: Keys, options: Mapping[str, Any], points: float, *, by_hand: bool
) -> tuple[Criterion, ...]:
    if "rubric" in options and not by_hand:
        keys.fault("rubric", Message("chỉ dùng cho bài tập do người chấm"))
        return ()
    try:
        return read_rubric(options.get("rubric"), points)
    except Refused as refused:
        for why in refused.messages:
            keys.fault("rubric", why)
        return ()


def _kind_of(cell: Cell, answers: list[Cell]) -> str:
    forms = [find_form(one) for one in answers]
    if is_marked_by_hand(cell):
        return "text"
    if any(form is not None and form.kind == "file" for form in forms):
        return "file"
    return "form" if forms and all(forms) else "code"


def _read_course(keys: Keys, folder: Path) -> Course:
    lessons = keys.tables("lesson")
    slugs = [one.get("slug") for one in lessons]
    for twice in sorted({str(one) for one in slugs if one and slugs.count(one) > 1}):
        keys.fault("lesson.slug", Message("mã {code} bị trùng", {"code": twice}))
    return Course(
        slug=keys.slug("slug"),
        title=keys.text("title"),
        title_en=keys.text("title_en"),
        programme=keys.text("programme"),
        frame=keys.text("frame"),
        summary=keys.text("summary"),
        summary_en=keys.text("summary_en", ""),
        pass_share=keys.share("pass_share"),
        framework=keys.text("framework"),
        lessons=tuple(
            lesson
            for one in lessons
            if (lesson := _read_lesson(Keys(keys.file, one, keys.faults), folder)) is not None
        ),
        media=load_media(folder),
        open_reading=keys.truth("open_reading"),
        licence=keys.licence("licence"),
        contributor=keys.short_text("contributor", LONGEST_CONTRIBUTOR),
        teaching_card=load_card(folder, keys.faults),
    )


def _as_stored(path: Path) -> Path:
    """The file of this name; macOS stores names decomposed, which other systems take for others."""
    if path.is_file() or not path.parent.is_dir():
        return path
    wanted = unicodedata.normalize("NFC", path.name)
    alike = (p for p in path.parent.iterdir() if unicodedata.normalize("NFC", p.name) == wanted)
    return next(alike, path)


def _read_lesson(keys: Keys, folder: Path) -> Lesson | None:
    file, title, file_en = keys.text("file"), keys.text("title"), keys.text("file_en", "")
    slug, theory = keys.slug("slug"), keys.number("theory_minutes")
    content = _content(keys, "lesson.file", folder, file)
    english = _content(keys, "lesson.file_en", folder, file_en) if file_en else b""
    if content is None or english is None:
        return None
    try:
        if file_en:
            read_english(english)
        source = read_notebook(content)
        exercises = exercises_of(source)
    except Refused as refused:
        keys.faults += [
            Message("{file}: {why}", {"file": file, "why": why}) for why in refused.messages
        ]
        return None
    exam = keys.truth("exam", "lesson.exam")
    title_en = keys.text("title_en", title)
    return Lesson(
        slug,
        title,
        title_en,
        file,
        theory,
        exercises,
        source,
        exam,
        file_en=file_en,
        english=english,
        covers=keys.some_of("covers", ITEMS, "lesson.covers"),
    )


def _content(keys: Keys, key: str, folder: Path, file: str) -> bytes | None:
    """What stands in a file of the course folder; a fault and None where there is none."""
    path = _as_stored(folder / file)
    outside = Path(file).is_absolute() or ".." in Path(file).parts
    if not file or outside or not path.is_file():
        keys.fault(key, Message("không có tệp {path}", {"path": file}))
        return None
    return path.read_bytes()
