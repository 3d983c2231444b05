"""Checking a course before it is published: what an author must mend, and what is worth a look.

`check_course` is handed ``mark``, the real marker, because only marking shows whether a reference
solution earns everything and an empty answer nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from core import python_text
from core.messages import Message, Refused
from courses import pictures
from courses.answers.notation import read_answer
from courses.checks.announced import untrue_announcements
from courses.checks.ease import hard_to_read
from courses.checks.in_english import faults_in_english
from courses.checks.mistyped import faults_of_marks
from courses.checks.placeholders import placeholders_in
from courses.checks.problems import Problem, cell_at, place
from courses.checks.screens import far_from_doing
from courses.checks.sharing import reasons_to_share
from courses.checks.sources import unresolvable
from courses.checks.teaching import untaught
from courses.checks.trials import Mark, check_marks, solved_notebook, try_notebook
from courses.checks.weak_tests import classes_of, problems_of_tests
from courses.course import Course, Lesson
from courses.endings import UNREADABLE, as_python
from courses.handouts.variants import variant
from courses.media import findings_in, findings_of, named_in
from courses.notebooks import (
    HIDDEN_TESTS,
    SOLUTION,
    Cell,
    Notebook,
    grade_id_of,
    is_form,
    is_marked_by_hand,
    is_test,
    learner_notebook,
    region,
    source_of,
    without_region,
)
from courses.options import options_of
from courses.reading import language_of
from skills_framework.framework import Framework

__all__ = ["check_course", "check_lesson", "check_marks", "check_notebook", "solved_notebook"]

MOST_THEORY = 0.30  # QĐ 64/QĐ-BTTTT, khoản 4: lý thuyết tối đa 30% thời lượng
LONG_ENOUGH_TO_LEAK = 12  # characters; shorter lines (")", "x = 1") stand everywhere


Progress = Callable[[str, int, int], None]


def check_course(
    course: Course,
    framework: Framework,
    mark: Mark,
    progress: Progress = lambda _file, _number, _count: None,
) -> list[Problem]:
    """Find everything that keeps a course from being published (errors) or could be better.

    ``mark`` marks notebook bytes (`graders.Marker.mark`). Runs the reference solution, half of it
    and the empty answer of every lesson strictly and as nbgrader would, and of three drawn
    variants where it has any. ``progress`` is told each lesson's file, number and their count.
    """
    problems = list(placeholders_in(course))
    for number, lesson in enumerate(course.lessons, start=1):
        progress(lesson.file, number, len(course.lessons))
        problems += check_lesson(lesson, framework)
        if not _other_language(lesson.file, lesson.source):
            problems += check_marks(lesson, mark)
    return [*problems, *check_media(course)]


def check_notebook(file: str, source: Notebook, mark: Mark) -> list[Problem]:
    """The same for one source notebook of nbgrader's, without what only courses of ours have."""
    if found := _other_language(file, source):
        return found
    return [*_of_cells(file, source), *try_notebook(file, source, mark)]


def check_media(course: Course) -> list[Problem]:
    """Pictures and videos: described, captioned, there, small enough; the files as lessons use
    them; and how far one scrolls past them and text before there is something to do."""
    found: list[Problem] = []
    for lesson in course.lessons:
        found += far_from_doing(lesson, course.media)
        for number, cell in enumerate(lesson.source["cells"], start=1):
            where = place(lesson.file, number, cell)
            found += [Problem(where, *one) for one in findings_of(cell, course.media)]
    used = {path for lesson in course.lessons for path in named_in(lesson.source)}
    cover = pictures.cover_among(course.media)
    if cover and (fault := pictures.fault_of_cover(len(course.media[cover]))):
        found.append(Problem(cover, fault))
    used |= {cover} if cover else set()
    return [*found, *(Problem(*one) for one in findings_in(course.media, used))]


def check_lesson(lesson: Lesson, framework: Framework) -> list[Problem]:
    """What can be seen without running anything."""
    found = [*_shares(lesson), *_levels(lesson, framework), *untrue_announcements(lesson)]
    found += faults_in_english(lesson)
    if other := _other_language(lesson.file, lesson.source):
        return [*found, *other]
    for number, cell in enumerate(lesson.source["cells"], start=1):
        if is_test(cell):
            found += _assert_problems(place(lesson.file, number, cell), cell)
    found += _of_cells(lesson.file, lesson.source)
    found += [*_without_rubric(lesson), *_shared(lesson), *_untested(lesson)]
    found += [*hard_to_read(lesson), *unresolvable(lesson), *untaught(lesson)]
    return [*found, *_shown_answers(lesson), *_leaks(lesson)]


def _of_cells(file: str, source: Notebook) -> list[Problem]:
    """Of any source of nbgrader's: marks that are none, and tests that do not test."""
    found = [Problem(file, why) for why in faults_of_marks(source)]
    return [*found, *problems_of_tests(file, source)]


def _other_language(file: str, source: Notebook) -> list[Problem]:
    """A notebook that this platform does not mark, named as what it is."""
    language = language_of(source.get("metadata", {}))
    if language == "python":
        return []
    said = Message(
        "sổ này viết bằng {language}; ở đây chỉ chấm tự động sổ Python",
        {"language": language.capitalize()},
    )
    return [Problem(file, said)]


def _shares(lesson: Lesson) -> Iterator[Problem]:
    whole = lesson.theory_minutes + lesson.practice_minutes
    share = lesson.theory_minutes / whole
    if share > MOST_THEORY + 1e-9:
        yield Problem(
            lesson.file,
            Message(
                "lý thuyết {theory:g} phút chiếm {share:.0%} thời lượng {whole:g} phút,"
                " tối đa được 30%",
                {"theory": lesson.theory_minutes, "share": share, "whole": whole},
            ),
        )
    if not lesson.exercises:
        yield Problem(lesson.file, Message("bài học không có bài tập chấm điểm nào"))


def _levels(lesson: Lesson, framework: Framework) -> Iterator[Problem]:
    for exercise in lesson.exercises:
        where = cell_at(lesson.file, exercise.grade_id)
        if not framework.has_competence(exercise.competence):
            yield Problem(
                where,
                Message(
                    "khung {framework} không có năng lực {code}",
                    {"framework": framework.id, "code": exercise.competence},
                ),
            )
        if not framework.has_level(exercise.level):
            yield Problem(
                where,
                Message(
                    "khung {framework} không có bậc {level}",
                    {"framework": framework.id, "level": exercise.level},
                ),
            )


def _assert_problems(where: Message, cell: Cell) -> Iterator[Problem]:
    try:
        tree = python_text.parse(as_python(source_of(cell)))
    except UNREADABLE as error:
        line = getattr(error, "lineno", None) or 1
        yield Problem(where, Message("mã Python sai cú pháp ở dòng {line}", {"line": line}))
        return
    asserts = [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    for node in asserts:
        if node.msg is None:
            yield Problem(
                where,
                Message("dòng {line}: assert chưa có lời nhắn", {"line": node.lineno}),
                "warning",
            )


def _without_rubric(lesson: Lesson) -> Iterator[Problem]:
    for exercise in lesson.exercises:
        if exercise.kind == "text" and not exercise.rubric:
            yield Problem(
                cell_at(lesson.file, exercise.grade_id),
                Message("bài tập do người chấm chưa có thang chấm (rubric)"),
                "warning",
            )


def _shared(lesson: Lesson) -> Iterator[Problem]:
    """Tests that run beside the learner's code: why they would have to, and what that means."""
    classes = classes_of(lesson.source)
    for number, cell in enumerate(lesson.source["cells"], start=1):
        if not is_test(cell) or not _is_shared(cell):
            continue
        where = place(lesson.file, number, cell)
        yield Problem(
            where,
            Message(
                "ô kiểm tra chạy chung với mã của người học (shared): việc này chỉ làm cho gian "
                "lận khó hơn, không ngăn được; đừng dùng một mình trong bài thi"
            ),
            "warning",
        )
        reasons = reasons_to_share(source_of(cell), classes)
        for why in reasons:
            yield Problem(
                where, Message("cần chạy chung (shared) vì: {why}", {"why": why}), "warning"
            )
        if not reasons:
            yield Problem(
                where,
                Message("không thấy lý do phải chạy chung (shared): hãy thử bỏ dòng này"),
                "warning",
            )


def _is_shared(cell: Cell) -> bool:
    try:
        return options_of(source_of(cell)).get("shared") is True
    except Refused:
        return False


def _untested(lesson: Lesson) -> Iterator[Problem]:
    """Names a solution cell binds that its exercise's tests never mention."""
    cells = {str(cell.get("id", "")): cell for cell in lesson.source["cells"]}
    for exercise in lesson.exercises:
        test = cells[exercise.cell_id]
        if is_marked_by_hand(test):
            continue
        used = _names(source_of(test), ast.Load)
        for answer in exercise.answers:
            bound = _top_names(source_of(cells[answer]))
            if bound and not bound & used:
                yield Problem(
                    cell_at(lesson.file, exercise.grade_id),
                    Message(
                        "ô kiểm tra không dùng tên nào của lời giải: {names}",
                        {"names": ", ".join(sorted(bound))},
                    ),
                    "warning",
                )


def _shown_answers(lesson: Lesson) -> Iterator[Problem]:
    """A visible test that compares a form's answer with the very answer gives it away."""
    answers: dict[str, Any] = {}
    for cell in lesson.source["cells"]:
        if is_form(cell):
            try:
                answers[next(iter(_top_names(source_of(cell))))] = read_answer(source_of(cell))
            except (Refused, StopIteration):
                continue
        elif is_test(cell):
            visible = without_region(source_of(cell), HIDDEN_TESTS)
            for name in _compared_names(visible, answers):
                yield Problem(
                    cell_at(lesson.file, grade_id_of(cell)),
                    Message("đáp án của {name} lộ trong phần kiểm tra nhìn thấy", {"name": name}),
                )


def _compared_names(source: str, answers: dict[str, Any]) -> Iterator[str]:
    try:
        tree = python_text.parse(source)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq):
            continue
        sides = (node.left, node.comparators[0])
        for name, value in (sides, sides[::-1]):
            if not isinstance(name, ast.Name) or name.id not in answers:
                continue
            try:
                if ast.literal_eval(value) == answers[name.id]:
                    yield name.id
            except (ValueError, TypeError):
                continue


def _leaks(lesson: Lesson) -> Iterator[Problem]:
    """Lines of solutions and hidden tests that also stand in what the learner receives."""
    try:
        plain = variant(lesson.source, 0)
        released = learner_notebook(plain)
    except Refused:
        return  # check_marks tells
    secrets = {}
    for cell in plain["cells"]:
        source = source_of(cell)
        for line in [*region(source, HIDDEN_TESTS), *region(source, SOLUTION)]:
            if _is_telling(line.strip()):
                secrets[line.strip()] = grade_id_of(cell)
    for number, cell in enumerate(released["cells"], start=1):
        lines = {line.strip() for line in _texts(cell)}
        for secret in sorted(lines & secrets.keys()):
            yield Problem(
                place(lesson.file, number, cell),
                Message(
                    "bản của học viên lộ dòng “{line}” của ô {cell}",
                    {"line": secret, "cell": secrets[secret]},
                ),
            )


def _is_telling(line: str) -> bool:
    """Does a line give something away? Comments and imports stand everywhere."""
    return len(line) >= LONG_ENOUGH_TO_LEAK and not line.startswith(("#", "import ", "from "))


def _texts(cell: Cell) -> Iterable[str]:
    yield from source_of(cell).split("\n")
    for output in cell.get("outputs", []):
        for text in (output.get("text", ""), output.get("data", {}).get("text/plain", "")):
            yield from "".join(text).split("\n")


def _names(source: str, context: type[ast.expr_context]) -> set[str]:
    try:
        tree = python_text.parse(source)
    except SyntaxError:  # which `_assert_problems` tells
        return set()
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, context)
    }


def _top_names(source: str) -> set[str]:
    """Names a cell binds at its top level: assignments, functions, classes."""
    try:
        body = python_text.parse(source).body
    except SyntaxError:
        return set()
    found: set[str] = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            found |= {
                one.id
                for one in ast.walk(node)
                if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
            }
    return found
