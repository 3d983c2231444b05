import json

import pytest

from core.messages import Refused
from courses import learner_notebook, make_release, read_notebook, solved_notebook, write_notebook
from courses.course import Course, Lesson
from courses.notebooks import source_of
from courses.reading import PYTHON, language_of, plain_kernel, plain_lines

ANSWER = "a = 0\n### BEGIN SOLUTION\na = 1731\n### END SOLUTION"


def file_of(*sources, minor=5, ids=True, kernel=None, ends="\n"):
    cells = []
    for number, source in enumerate(sources):
        marking = {"grade": False, "grade_id": f"o-{number}", "locked": False}
        marking |= {"schema_version": 3, "solution": True, "task": False}
        cell = {"cell_type": "code", "metadata": {"nbgrader": marking}}
        cell |= {"source": source.replace("\n", ends), "outputs": [], "execution_count": None}
        cells.append(cell | ({"id": f"o-{number}"} if ids else {}))
    metadata = {"kernelspec": kernel} if kernel else {}
    book = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": minor}
    return json.dumps(book, ensure_ascii=False).encode()


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r", "\x85", "\u2028"])
def test_line_ends_of_every_system_hide_the_solution_alike(ends):
    source = read_notebook(file_of(ANSWER, ends=ends))
    assert source_of(source["cells"][0]) == ANSWER
    released = source_of(learner_notebook(source)["cells"][0])
    assert released == "a = 0\n# YOUR CODE HERE\nraise NotImplementedError()"
    assert source_of(solved_notebook(source)["cells"][0]) == "a = 0\na = 1731"


def test_a_rare_line_end_inside_a_text_stays():
    assert plain_lines('x = "a\x85b"\ny = 1') == 'x = "a\x85b"\ny = 1'


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + file_of(ANSWER),
        file_of(ANSWER).decode().encode("utf-16"),
    ],
    ids=["utf-8 with a mark", "utf-16"],
)
def test_a_byte_order_mark_is_read_over(content):
    assert source_of(read_notebook(content)["cells"][0]) == ANSWER


def test_another_encoding_is_told_as_one():
    content = file_of("x = 'é'").decode().encode("latin-1")
    with pytest.raises(Refused, match="UTF-8"):
        read_notebook(content)


@pytest.mark.parametrize("minor", [0, 1, 2, 3, 4, 5])
def test_every_cell_has_an_id_of_its_own_that_stays_the_same(minor):
    content = file_of(ANSWER, ANSWER, "b = 2", minor=minor, ids=False)
    ids = [cell["id"] for cell in read_notebook(content)["cells"]]
    assert len(set(ids)) == 3
    assert ids == [cell["id"] for cell in read_notebook(content)["cells"]]
    again = read_notebook(write_notebook(read_notebook(content)))
    assert ids == [cell["id"] for cell in again["cells"]]


def test_of_two_cells_with_one_id_the_first_keeps_it():
    book = json.loads(file_of("a = 1", "b = 2"))
    book["cells"][1]["id"] = "o-0"
    first, second = read_notebook(json.dumps(book).encode())["cells"]
    assert first["id"] == "o-0"
    assert second["id"] not in ("o-0", "")


@pytest.mark.parametrize(
    "name", ["python3.11", "conda-env-nguyen-van-a-py", "xpython", "myenv", "python3"]
)
def test_kernels_of_python_by_any_name_become_one_and_name_nobodys_machine(name):
    kernel = {"name": name, "display_name": "Python (/home/nguyenvana/envs)", "language": "python"}
    source = read_notebook(file_of(ANSWER, kernel=kernel))
    assert learner_notebook(source)["metadata"]["kernelspec"] == PYTHON


def test_a_kernel_that_says_no_language_is_known_by_name():
    assert language_of({"kernelspec": {"name": "ir", "display_name": "R"}}) == "r"
    assert language_of({"kernelspec": {"name": "python3"}}) == "python"
    assert language_of({}) == "python"
    assert plain_kernel({"kernelspec": {"name": "ir", "language": "R"}})["name"] == "ir"
    path = {"kernelspec": {"name": "/home/a/julia", "language": "julia", "display_name": "/home/a"}}
    assert "/home" not in json.dumps(plain_kernel(path))


def test_the_release_of_a_file_with_a_mark_and_old_line_ends_is_that_of_a_plain_one():
    def released(content):
        lesson = Lesson("mot", "Một", "One", "mot.ipynb", 1, (), read_notebook(content))
        course = Course("a", "A", "A", "p", "4.1", "", "", 0.5, "f", (lesson,))
        return make_release(course).learner_files["mot.ipynb"]

    plain = file_of(ANSWER)
    assert released(b"\xef\xbb\xbf" + file_of(ANSWER, ends="\r\n")) == released(plain)
