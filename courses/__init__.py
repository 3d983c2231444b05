"""Courses: folders of notebooks, read, checked and made into releases; what the player shows.

Start with ``course.py`` (a course folder as dataclasses), then ``options.py`` (lines ``#| …`` of a
cell), ``answers/`` (``notation.py``: form cells; ``typed.py``: what was typed into them),
``notebooks.py`` (nbgrader's cell rules, the learner's version; what other programs leave in a file
ends in ``reading.py``, what of it learners may find is listed in ``shown.py``), ``rubric.py``,
``endings.py`` (how a test ends), ``teaching_card.py``, ``media.py`` (pictures, videos, captions),
``handouts/`` (numbers of one's own; anew: ``draws.py``), ``english/`` (a lesson's words in
English), ``blocks.py`` (for the player), ``manifest.py`` and ``release.py``, ``authoring.py``, and
``checks/``: ``check.py`` asks ``trials.py`` (by marking), ``weak_tests.py`` and ``mistyped.py`` (by
reading). Content stands in ``content/<slug>/``.
``bank/`` reads and checks the items of ``items/``, from which examinations are drawn. The room
reads course folders and nothing else (only ``authoring.py`` writes, where it is told to): it never
runs a cell, never marks (`check_course` is handed a way to mark), and knows nothing of people,
databases or the web.
"""

from core.manifest import Criterion, Level
from courses.answers.notation import (
    Column,
    Form,
    check_answer,
    read_answer,
    read_form,
    write_answer,
)
from courses.answers.number_words import number_words
from courses.answers.numbers import read_number, show_number, write_number
from courses.answers.typed import Field, is_plain, read_cell, read_typed
from courses.answers.uploads import Seen, look_into
from courses.authoring import course_file, new_course, preview
from courses.blocks import Block, blocks, safe_html
from courses.checks.check import check_course, check_lesson, check_notebook
from courses.checks.problems import Problem, beside_blocks
from courses.checks.trials import check_marks, solved_notebook
from courses.course import (
    Course,
    Exercise,
    Lesson,
    Titles,
    exercises_of,
    load_course,
    shipped_titles,
)
from courses.handouts.draws import draw_again, drawn_by
from courses.handouts.variants import downloads, has_variants, variant
from courses.media import Medium
from courses.notebooks import learner_notebook, read_notebook, write_notebook, written_answer
from courses.options import options_of
from courses.release import Release, lesson_for, make_release, origin_of
from courses.rubric import Picked, check_picks, picked
from courses.teaching_card import CARD_FILE, card_file, load_card

__all__ = [
    "CARD_FILE",
    "Block",
    "Column",
    "Course",
    "Criterion",
    "Exercise",
    "Field",
    "Form",
    "Lesson",
    "Level",
    "Medium",
    "Picked",
    "Problem",
    "Release",
    "Seen",
    "Titles",
    "beside_blocks",
    "blocks",
    "card_file",
    "check_answer",
    "check_course",
    "check_lesson",
    "check_marks",
    "check_notebook",
    "check_picks",
    "course_file",
    "downloads",
    "draw_again",
    "drawn_by",
    "exercises_of",
    "has_variants",
    "is_plain",
    "learner_notebook",
    "lesson_for",
    "load_card",
    "load_course",
    "look_into",
    "make_release",
    "new_course",
    "number_words",
    "options_of",
    "origin_of",
    "picked",
    "preview",
    "read_answer",
    "read_cell",
    "read_form",
    "read_notebook",
    "read_number",
    "read_typed",
    "safe_html",
    "shipped_titles",
    "show_number",
    "solved_notebook",
    "variant",
    "write_answer",
    "write_notebook",
    "write_number",
    "written_answer",
]
