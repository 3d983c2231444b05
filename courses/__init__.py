"""Courses: folders of notebooks, read, checked and made into releases; what the player shows.

Start with ``course.py`` (a course folder as dataclasses), then ``notation.py`` (form cells),
``rubric.py``, ``notebooks.py`` (nbgrader's cell rules, the learner's version), ``media.py``
(pictures, videos, captions), ``release.py``, ``blocks.py`` (for the player), ``variants.py``
(numbers of one's own), ``checks.py`` and ``authoring.py``. Content stands in
``content/<slug>/``. It reads course folders and nothing else (only ``authoring.py``
writes, where it is told to): it never runs a cell, never marks (`check_course` is handed a way to
mark), and knows nothing of people, databases or the web.
"""

from courses.authoring import course_file, new_course, preview
from courses.blocks import Block, blocks, safe_html
from courses.checks import check_course, check_lesson, check_marks, solved_notebook
from courses.course import Course, Exercise, Lesson, exercises_of, load_course
from courses.findings import Problem
from courses.media import Medium
from courses.notation import (
    Column,
    Form,
    check_answer,
    options_of,
    read_answer,
    read_form,
    write_answer,
)
from courses.notebooks import learner_notebook, read_notebook, write_notebook, written_answer
from courses.release import Release, lesson_for, make_release
from courses.rubric import Criterion, Level, Picked, check_picks, load_rubric, picked
from courses.variants import downloads, has_variants, variant

__all__ = [
    "Block",
    "Column",
    "Course",
    "Criterion",
    "Exercise",
    "Form",
    "Lesson",
    "Level",
    "Medium",
    "Picked",
    "Problem",
    "Release",
    "blocks",
    "check_answer",
    "check_course",
    "check_lesson",
    "check_marks",
    "check_picks",
    "course_file",
    "downloads",
    "exercises_of",
    "has_variants",
    "learner_notebook",
    "lesson_for",
    "load_course",
    "load_rubric",
    "make_release",
    "new_course",
    "options_of",
    "picked",
    "preview",
    "read_answer",
    "read_form",
    "read_notebook",
    "safe_html",
    "solved_notebook",
    "variant",
    "write_answer",
    "write_notebook",
    "written_answer",
]
