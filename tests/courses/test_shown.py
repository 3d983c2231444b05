"""What stands beside the text of a source stays behind, unless a shown cell uses it."""

import copy
import json

import pytest

from courses import learner_notebook, load_course, make_release, preview
from courses.course import Course, Lesson
from courses.shown import attachments_used

SECRET = "1731"
PICTURE = {"image/png": "iVBORw0KGgoAAAANSUhEUg=="}


@pytest.fixture
def source(cells):
    """A source with its answer in every place that is not its text."""
    solution = "### BEGIN SOLUTION\nk = 1731\n### END SOLUTION"
    book = cells.notebook(
        cells.text("de", "![đề](attachment:de.png) và ![hai](attachment:hai%20ba.png)"),
        cells.marked(
            "manual",
            "so-do",
            "### BEGIN SOLUTION\n![mẫu](attachment:mau.png)\n### END SOLUTION",
            cell_type="markdown",
        ),
        cells.marked("solution", "k", solution),
        cells.marked("test", "t", "### BEGIN HIDDEN TESTS\nassert k == 1731\n### END HIDDEN TESTS"),
    )
    text, manual, answer, test = book["cells"]
    text["attachments"] = dict.fromkeys(("de.png", "hai ba.png", "de.png.mau.png"), PICTURE)
    text["metadata"] |= {"tags": [SECRET, "raises-exception"], "slideshow": {"notes": SECRET}}
    manual["attachments"] = {"mau.png": PICTURE}
    answer["metadata"] |= {
        "tags": ["dap-an-" + SECRET],
        "ghi_chu": "k = 1731",
        "papermill": {"exception": SECRET},
        "jupyter": {"note": SECRET},
        "ExecuteTime": {"end_time": SECRET},
        "collapsed": True,
        "solution_preview": SECRET,
    }
    answer["metadata"]["nbgrader"]["history"] = [SECRET]
    answer["outputs"] = [{"output_type": "stream", "name": "stdout", "text": SECRET}]
    answer["execution_count"] = 1731
    test["metadata"]["widgets"] = {"value": SECRET}
    book["metadata"] |= {
        "papermill": {"parameters": {"k": 1731}},
        "widgets": {"application/vnd.jupyter.widget-state+json": {"state": SECRET}},
        "authors": [{"name": SECRET}],
        "toc": {"title": SECRET},
        "celltoolbar": "Create Assignment",
        "vscode": {"interpreter": {"hash": SECRET}},
        "language_info": {"name": "python", "version": "3.11.9", "note": SECRET},
    }
    book["metadata"]["kernelspec"] |= {"path": f"/home/{SECRET}", "env": {"A": SECRET}}
    return book


def test_nothing_of_the_answer_leaves_beside_the_text(source):
    assert SECRET in json.dumps(source["metadata"])  # there is something to leak
    before = copy.deepcopy(source)
    released = json.dumps(learner_notebook(source), ensure_ascii=False)
    assert SECRET not in released
    assert source == before


def test_a_release_holds_no_more_than_its_learners_notebooks(source):
    lesson = Lesson("mot", "Một", "One", "mot.ipynb", 1, (), source)
    release = make_release(Course("a", "A", "A", "p", "4.1", "", "", 0.5, "f", (lesson,)))
    for content in release.learner_files.values():
        assert SECRET.encode() not in content
        assert b"mau.png" not in content


def test_pictures_that_a_shown_text_names_stay_and_no_others(source):
    text, manual, *_ = learner_notebook(source)["cells"]
    assert set(text["attachments"]) == {"de.png", "hai ba.png"}
    assert "attachments" not in manual


def test_a_name_that_begins_like_another_is_not_it():
    cell = {"source": "![a](attachment:mau2.png)", "attachments": {"mau": 1, "mau2.png": 2}}
    assert set(attachments_used(cell)) == {"mau2.png"}


def test_what_jupyter_and_nbgrader_need_stays(source):
    released = learner_notebook(source)
    text, _, answer, test = released["cells"]
    assert text["metadata"] == {"tags": ["raises-exception"]}
    assert set(answer["metadata"]) == {"nbgrader", "deletable"}
    assert test["metadata"]["nbgrader"]["points"] == 2
    assert test["metadata"]["editable"] is False
    assert answer["outputs"] == [] and answer["execution_count"] is None
    assert set(released["metadata"]) == {"kernelspec", "language_info"}
    assert released["metadata"]["language_info"] == {"name": "python", "version": "3.11.9"}


BESIDE = [
    "lessons/.ipynb_checkpoints/01-checkpoint.ipynb",
    "lessons/01 loi giai.ipynb",
    "lessons/01.ipynb~",
    "lessons/.01.ipynb.swp",
    "lessons/__pycache__/x.pyc",
    "lessons/dap_an.py",
    "media/.ipynb_checkpoints/x.png",
    "media/dap-an.png",
    "media/~$bai.docx",
    ".git/config",
    "solutions/01.ipynb",
]


def test_files_beside_the_lessons_stay_with_the_author(course_folder, tmp_path):
    alone = make_release(load_course(course_folder))
    for name in BESIDE:
        path = course_folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"dap an 1731")
    course = load_course(course_folder)
    release = make_release(course)
    assert dict(release.learner_files) == dict(alone.learner_files)
    assert dict(release.source_files) == dict(alone.source_files)
    written = preview(course, tmp_path / "xem")
    assert {path.relative_to(tmp_path / "xem").as_posix() for path in written} == {
        *release.learner_files
    }
