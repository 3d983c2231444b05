"""The learner's notebook against the real nbgrader."""

import copy
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from core.messages import Refused
from courses import learner_notebook, read_notebook, write_notebook
from courses.notebooks import checksum, is_form, source_of
from courses.options import split_comment


def solved(line):
    return f"### BEGIN SOLUTION\n{line}\n### END SOLUTION"


@pytest.fixture(scope="module")
def odd(cells):
    """Every kind of cell that nbgrader knows, once."""
    m, task = cells.marked, "=== BEGIN MARK SCHEME ===\nchấm\n=== END MARK SCHEME ==="
    inside = "def f(x):\n    a = 1\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION"
    one, two = solved("a = 1"), solved("c = 3")
    hidden = "### BEGIN HIDDEN TESTS\nassert f(2) == 2\n### END HIDDEN TESTS"
    return cells.notebook(
        cells.text("loi", "Chữ thường"),
        m("locked", "chi-doc", "DU_LIEU = [1, 2]"),
        m("solution", "vung", inside),
        m("solution", "hai-vung", f"{one}\nb = 2\n{two}"),
        m("solution", "ca-o", "x = 1\ny = 2"),
        m("test", "kiem-tra", f"assert f(1) == 1\n{hidden}\nassert a"),
        m("test", "diem-le", "assert y == 2", points=1.5),
        m("manual", "luan", "Trả lời mẫu", cell_type="markdown"),
        m("manual", "luan-vung", f"Đề\n{solved('đáp')}\nhết", cell_type="markdown"),
        m("manual", "ma-tay", "z = 3"),
        m("task", "viec-tay", f"Làm đi\n{task}", cell_type="markdown"),
    )


@pytest.fixture(scope="module")
def released_by_nbgrader(tmp_path_factory, odd):
    """What `nbgrader generate_assignment` makes of our lessons and of an odd notebook."""
    course = tmp_path_factory.mktemp("nbgrader")
    folder = course / "source" / "ps1"
    folder.mkdir(parents=True)
    content = Path(__file__).parents[2] / "courses" / "content"
    for path in content.glob("*/lessons/*.ipynb"):
        (folder / f"{path.parts[-3]}--{path.name}").write_bytes(path.read_bytes())
    odd = copy.deepcopy(odd)
    odd.metadata["celltoolbar"] = "Create Assignment"
    odd.cells[1].outputs = [nbformat.v4.new_output("stream", text="cũ")]
    odd.cells[1].execution_count = 3
    odd.cells[1].metadata["collapsed"] = True
    nbformat.write(odd, folder / "odd.ipynb")
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", "ps1", "--no-db"]
    environment = os.environ | {"HOME": str(course), "JUPYTER_CONFIG_DIR": str(course / "none")}
    done = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    names = [path.name for path in folder.iterdir()]
    assert len(names) >= 4
    return {
        name: (
            read_notebook((folder / name).read_bytes()),
            read_notebook((course / "release" / "ps1" / name).read_bytes()),
        )
        for name in names
    }


def test_ordinary_cells_are_released_exactly_as_nbgrader_does(released_by_nbgrader):
    compared = 0
    for source, theirs in released_by_nbgrader.values():
        ours = learner_notebook(source)
        assert ours["metadata"] == theirs["metadata"]
        for mine, their, original in zip(
            ours["cells"], theirs["cells"], source["cells"], strict=True
        ):
            if not is_form(original) and not has_options(original):
                assert mine == their
                compared += 1
    assert compared > 60


def has_options(cell):
    """A text answer with our comment of options at its top."""
    return cell["cell_type"] == "markdown" and bool(split_comment(source_of(cell))[0])


def test_text_answers_differ_from_nbgraders_only_by_the_comment_that_stays(released_by_nbgrader):
    compared = 0
    for source, theirs in released_by_nbgrader.values():
        ours = learner_notebook(source)
        for mine, their, original in zip(
            ours["cells"], theirs["cells"], source["cells"], strict=True
        ):
            if has_options(original):
                comment, stub = split_comment(source_of(mine))
                assert comment
                assert stub == source_of(their) == "YOUR ANSWER HERE"
                assert checksum(mine) == mine["metadata"]["nbgrader"]["checksum"]
                compared += 1
    assert compared


def test_form_cells_differ_from_nbgraders_only_by_the_stub(released_by_nbgrader):
    compared = 0
    for source, theirs in released_by_nbgrader.values():
        ours = learner_notebook(source)
        for mine, their, original in zip(
            ours["cells"], theirs["cells"], source["cells"], strict=True
        ):
            if is_form(original):
                stub = "\n# YOUR CODE HERE\nraise NotImplementedError()"
                assert source_of(mine) == source_of(their).replace(stub, "")
                assert source_of(mine).rstrip().endswith("= None")
                compared += 1
    assert compared > 15


def test_checksums_are_nbgraders(released_by_nbgrader):
    for _, theirs in released_by_nbgrader.values():
        for cell in theirs["cells"]:
            stored = cell["metadata"].get("nbgrader", {}).get("checksum")
            if stored:
                assert checksum(cell) == stored


def test_the_source_stays_as_it_was(odd):
    before = copy.deepcopy(odd)
    learner_notebook(odd)
    assert before == odd


@pytest.mark.parametrize(
    ("kind", "source", "why"),
    [
        ("solution", "### BEGIN SOLUTION\na = 1", "thiếu dòng “END SOLUTION”"),
        ("solution", "### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION", "lồng nhau"),
        ("locked", "### BEGIN SOLUTION\n### END SOLUTION", "ô lời giải"),
        ("locked", "### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS", "ô kiểm tra có điểm"),
        ("test", "### BEGIN HIDDEN TESTS\nassert 1", "END HIDDEN TESTS"),
    ],
)
def test_what_nbgrader_would_stop_at_is_refused_with_the_cell(cells, kind, source, why):
    spoiled = cells.notebook(cells.text("a", "A"), cells.marked(kind, "x", source))
    with pytest.raises(Refused, match=rf"ô số 2 \(x\): .*{why}"):
        learner_notebook(spoiled)


def test_a_notebook_reads_back_as_written(odd):
    content = write_notebook(odd)
    assert read_notebook(content) == odd
    assert write_notebook(read_notebook(content)) == content


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"cells": 1}', b"\xff\xfe", b"null"])
def test_what_is_no_notebook_is_refused(content):
    with pytest.raises(Refused, match="không phải sổ bài học"):
        read_notebook(content)
