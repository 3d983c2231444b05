"""Compatible mode writes what stock nbgrader writes, and can be stopped at any moment."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(900)  # the first waits for stock nbgrader


def test_every_grade_flag_and_penalty_is_stock_nbgraders(marked_both):
    stock, ours = (marked.grades() for marked in marked_both)
    assert len(stock) > 200
    assert ours == stock


def test_every_comment_is_stock_nbgraders(marked_both):
    stock, ours = (marked.comments() for marked in marked_both)
    assert len(stock) > 100
    assert ours == stock


def test_the_course_really_holds_partial_late_manual_and_failed_marks(marked_both):
    grades = marked_both[1].grades()
    assert {row[3] for row in grades} >= {None, 0.0, 0.25, 1.0, 1.5, 2.0, 3.0}
    assert [row for row in grades if row[4] == 1.25 and row[5] == 0.5 and row[6]]
    assert [row for row in grades if row[7]]
    first = [row for row in grades if row[1] == "b1"]
    assert {row[0] for row in first if row[3] is not None} < {row[0] for row in first}


def test_the_same_submissions_fail(marked_both):
    stock, ours = marked_both
    assert not stock.succeeded
    assert not ours.succeeded
    assert not (ours.folder / "autograded/TN-thoat/bai").exists()


def test_the_same_files_lie_in_the_autograded_folder_with_the_same_modes(marked_both):
    stock, ours = (marked.files() for marked in marked_both)
    assert len(stock) > 50
    assert ours == stock


def test_the_marked_notebooks_show_the_same_outputs(marked_both):
    stock, ours = (marked.notebooks() for marked in marked_both)
    different = {
        name: [
            (one, other) for one, other in zip(stock[name], ours[name], strict=True) if one != other
        ]
        for name in stock
    }
    # What holds an address, a time or a thread's turn differs between two stock runs, too.
    unstable = {"TN-ma", "TN-luong", "TN-lap-ngay", "TN-lap-vo-han", "TN-in-nhieu"}
    assert not {name: pair for name, pair in different.items() if pair and not _of(name, unstable)}


def test_marking_again_changes_nothing_and_force_marks_again(small_course):
    assert small_course.mark()
    before = small_course.grades()
    marked_at = _times(small_course.folder)
    assert small_course.mark()
    assert _times(small_course.folder) == marked_at
    assert small_course.mark("--force")
    assert _times(small_course.folder) != marked_at
    assert small_course.grades() == before


def test_only_the_named_learners_are_marked(small_course):
    assert small_course.mark("--student", "TN-sai")
    assert [path.name for path in (small_course.folder / "autograded").iterdir()] == ["TN-sai"]


def test_a_batch_killed_midway_is_taken_up_where_it_was(small_course):
    folder = small_course.folder
    running = subprocess.Popen(
        [Path(sys.executable).parent / "motcham", "autograde", folder, "bai", "--workers", "1"],
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not list(folder.glob("autograded/*/bai/*.ipynb")) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert list((folder / ".autograde-unfinished").rglob("TN-*"))
    assert small_course.mark()
    assert not (folder / ".autograde-unfinished").exists()
    scores = {(row[0], row[2]): row[3] for row in small_course.grades()}
    assert scores["TN-dung", "kiem"] == 2
    assert scores["TN-sai", "kiem"] == 0


def _of(name, learners):
    return any(f"/{learner}/" in name for learner in learners)


def _times(folder):
    return {path: path.stat().st_mtime_ns for path in folder.glob("autograded/*/bai/*.ipynb")}
