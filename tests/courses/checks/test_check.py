import re

import nbformat
import pytest

from core.messages import Refused
from courses import (
    blocks,
    check_course,
    learner_notebook,
    load_course,
    new_course,
    preview,
    write_answer,
    write_notebook,
)
from courses.checks.check import check_lesson, solved_notebook
from courses.checks.sharing import reasons_to_share
from courses.notebooks import source_of
from graders.marker import Marker
from skills_framework.framework import load_framework


@pytest.fixture(scope="module")
def marker():
    with Marker(allow_reduced=True) as marker:
        yield marker


@pytest.fixture
def lesson_file(course_folder):
    return course_folder / "lessons" / "01.ipynb"


def edit(path, old, new):
    notebook = nbformat.read(path, as_version=4)
    touched = 0
    for cell in notebook.cells:
        if old in cell.source:
            cell.source = cell.source.replace(old, new)
            touched += 1
    assert touched
    nbformat.write(notebook, path)


def problems(folder, marker):
    return check_course(load_course(folder), load_framework(), marker.mark)


def texts(found, severity="error"):
    return "\n".join(str(problem) for problem in found if problem.severity == severity)


@pytest.mark.slow
def test_what_is_taught_passes_its_own_check(real_course, marker):
    found = check_course(real_course, load_framework(), marker.mark)
    assert [str(problem) for problem in found] == []


def test_what_is_taught_is_mostly_practice_and_names_its_sources(real_course):
    assert real_course.lessons
    for lesson in real_course.lessons:
        assert len(lesson.exercises) >= 6
        kinds = {exercise.kind for exercise in lesson.exercises}
        assert "form" in kinds
        assert lesson.theory_minutes <= 0.3 * (lesson.theory_minutes + lesson.practice_minutes)
        written = " ".join(source_of(cell) for cell in lesson.source["cells"])
        assert re.search(r"QĐ|Luật|Thông tư|Nghị định|Văn bản \d+/", written)


def test_a_passing_mark_needs_no_programming(real_course):
    for lesson in real_course.lessons:
        by_form = sum(one.points for one in lesson.exercises if one.kind in ("form", "file"))
        assert by_form >= real_course.pass_share * lesson.max_points


@pytest.mark.slow
def test_of_the_template_only_its_own_words_are_wrong(tmp_path, marker, in_own_words):
    made = new_course(tmp_path, slug="khoa-moi", title='Hồ sơ "mới"')
    course = load_course(made)
    assert (course.slug, course.title) == ("khoa-moi", 'Hồ sơ "mới"')
    found = [str(problem) for problem in problems(made, marker)]
    assert found
    assert all("bài mẫu" in problem for problem in found)
    paths = {p.relative_to(made).as_posix(): p for p in made.rglob("*") if p.is_file()}
    for name, content in in_own_words({n: p.read_bytes() for n, p in paths.items()}).items():
        paths[name].write_bytes(content)
    assert [str(problem) for problem in problems(made, marker)] == []


def test_a_sound_little_course_has_no_problems(course_folder, marker):
    assert problems(course_folder, marker) == []


def test_too_much_theory_is_an_error(course_folder):
    path = course_folder / "course.toml"
    path.write_text(path.read_text().replace("theory_minutes = 2", "theory_minutes = 2.2"))
    [lesson] = load_course(course_folder).lessons
    assert "tối đa được 30%" in texts(check_lesson(lesson, load_framework()))


def test_unknown_competence_and_level_are_errors(course_folder, lesson_file):
    edit(lesson_file, '"1.1"', '"7.9"')
    edit(lesson_file, "level: 1", "level: 9")
    [lesson] = load_course(course_folder).lessons
    text = texts(check_lesson(lesson, load_framework()))
    assert "không có năng lực 7.9" in text
    assert "không có bậc 9" in text
    assert "lessons/01.ipynb (cham)" in text


def test_a_reference_solution_that_misses_marks_is_an_error(course_folder, lesson_file, marker):
    edit(lesson_file, 'chon = "b"\n### END', 'chon = "a"\n### END')
    found = texts(problems(course_folder, marker))
    assert "lời giải mẫu chỉ được 0" in found
    assert "Chưa đúng." in found


def test_an_empty_answer_that_earns_points_is_an_error(course_folder, lesson_file, marker):
    edit(lesson_file, 'assert chon is not None, "Anh chị chưa chọn."', "chon")
    edit(lesson_file, 'assert chon == "b", "Chưa đúng."', 'assert chon != "a", "Chưa đúng."')
    found = texts(problems(course_folder, marker))
    assert "bài làm để trống vẫn được" in found


def test_an_answer_given_away_in_a_visible_test_is_an_error(course_folder, lesson_file):
    edit(lesson_file, "assert chon is not None", 'assert chon == "b"')
    [lesson] = load_course(course_folder).lessons
    assert "đáp án của chon lộ" in texts(check_lesson(lesson, load_framework()))


def test_a_hidden_line_that_also_stands_in_the_open_is_an_error(course_folder, lesson_file):
    edit(lesson_file, "### Việc", '### Việc\nassert chon == "b", "Chưa đúng."')
    [lesson] = load_course(course_folder).lessons
    assert "bản của học viên lộ dòng" in texts(check_lesson(lesson, load_framework()))


def test_asserts_without_words_are_warnings(course_folder, lesson_file):
    edit(lesson_file, ', "Chưa đúng."', "")
    [lesson] = load_course(course_folder).lessons
    found = check_lesson(lesson, load_framework())
    assert texts(found) == ""
    assert "chưa có lời nhắn" in texts(found, "warning")


def test_a_test_that_is_no_python_is_a_problem_and_no_stack_trace(course_folder, lesson_file):
    edit(lesson_file, "assert chon is not None", "assert chon is not not None")
    [lesson] = load_course(course_folder).lessons
    assert "sai cú pháp" in texts(check_lesson(lesson, load_framework()))


def test_images_without_words_are_errors(course_folder, lesson_file, marker):
    edit(lesson_file, "### Việc", "### Việc\n![](attachment:a.png)")
    assert "chưa có lời mô tả" in texts(problems(course_folder, marker))


def test_a_shared_test_is_told_why_it_would_have_to_be_and_what_that_means(
    course_folder, lesson_file
):
    edit(lesson_file, "#| minutes: 5", "#| minutes: 5\n#| shared: true")
    [lesson] = load_course(course_folder).lessons
    found = check_lesson(lesson, load_framework())
    assert texts(found) == ""
    assert "chỉ làm cho gian lận khó hơn" in texts(found, "warning")
    assert "không thấy lý do" in texts(found, "warning")
    edit(
        lesson_file, "assert chon is", "import matplotlib.pyplot as plt\nplt.gcf()\nassert chon is"
    )
    [lesson] = load_course(course_folder).lessons
    found = texts(check_lesson(lesson, load_framework()), "warning")
    assert "(cham)" in found
    assert "xem hình mà mã của người học đã vẽ" in found
    assert "không thấy lý do" not in found


NEEDS = {
    "from unittest.mock import patch\nwith patch('time.time'):\n    f()": "patch",
    "class Con(Lop):\n    pass": "kế thừa lớp",
    "import pandas as pd\nx = pd.read_pickle('a.pkl')": "pickle",
    "import numpy as np\nx = np.load('a.npy', allow_pickle=True)": "pickle",
    "x = eval(bieu_thuc)": "eval",
    "import doctest\ndoctest.testmod()": "doctest",
    "x = bang.query(dieu_kien)": "query",
    "import subprocess\nsubprocess.run(['python', 'bai.py'])": "subprocess",
    "x = In[1]": "ô mã đã chạy",
    "import sys\nsys.settrace(print)": "từng dòng",
}


@pytest.mark.parametrize("source", NEEDS)
def test_what_a_test_must_be_shared_for_is_recognised(source):
    found = [str(why) for why in reasons_to_share(source, {"Lop"})]
    assert any(NEEDS[source] in why for why in found), found


@pytest.mark.parametrize(
    "source",
    [
        "assert f(2) == 4",
        "with patch('builtins.input', side_effect=['1']):\n    f()",
        "x = eval('1 + 1')",
        "class Con(Khac):\n    pass",
        "x = bang.query('diem > 5')",
        "import json\nx = json.load(open('a.json'))",
    ],
)
def test_ordinary_tests_need_no_sharing(source):
    assert reasons_to_share(source, {"Lop"}) == []


def test_a_test_that_strict_mode_cannot_run_is_told_what_it_lacks(
    course_folder, lesson_file, marker
):
    edit(lesson_file, 'assert chon == "b"', 'assert eval("chon") == "b" and eval(chon + "[0]")')
    found = texts(problems(course_folder, marker))
    assert "lessons/01.ipynb (cham)" in found
    assert "ô kiểm tra này cần “#| shared: true”, hoặc viết lại, vì: chạy một đoạn mã" in found


def test_a_solution_that_no_test_looks_at_is_a_warning(course_folder, lesson_file):
    edit(lesson_file, "assert chon is not None", "assert khac is not None")
    edit(lesson_file, "assert chon ==", "assert khac ==")
    [lesson] = load_course(course_folder).lessons
    found = check_lesson(lesson, load_framework())
    assert "không dùng tên nào của lời giải: chon" in texts(found, "warning")


def test_a_solution_region_without_end_is_a_problem_and_no_stack_trace(
    course_folder, lesson_file, marker
):
    edit(lesson_file, "\n### END SOLUTION", "")
    assert "thiếu dòng “END SOLUTION”" in texts(problems(course_folder, marker))


def test_the_solved_notebook_is_the_learners_with_the_answers(one_exercise):
    solved = solved_notebook(one_exercise)
    sources = [source_of(cell) for cell in solved["cells"]]
    assert sources[1].endswith('chon = "b"')
    assert "HIDDEN" not in "".join(sources)
    assert "SOLUTION" not in "".join(sources)


@pytest.mark.parametrize("slug", ["Khóa", "a b", "../x", "", "a/b", "A"])
def test_a_new_course_needs_a_plain_name(tmp_path, slug):
    with pytest.raises(Refused):
        new_course(tmp_path, slug=slug, title="X")
    assert list(tmp_path.iterdir()) == []


def test_a_new_course_never_overwrites(tmp_path):
    new_course(tmp_path, slug="a", title="X")
    with pytest.raises(Refused, match="đã có"):
        new_course(tmp_path, slug="a", title="X")


MANUAL = """#| form: text
#| label: Viết năm câu về cơ quan anh chị
#| lines: 6
#| exercise: Bài viết ngắn
#| competence: "2.2"
#| level: 3
#| minutes: 10
bai_viet = None
### BEGIN SOLUTION
bai_viet = "Một bài viết mẫu."
### END SOLUTION"""


def test_an_answer_marked_by_a_person_is_one_cell_and_waits_for_them(
    course_folder, lesson_file, cells, marker
):
    notebook = nbformat.read(lesson_file, as_version=4)
    notebook.cells.insert(-1, nbformat.from_dict(cells.marked("manual", "viet", MANUAL)))
    nbformat.write(notebook, lesson_file)
    [lesson] = load_course(course_folder).lessons
    written = lesson.exercises[1]
    assert (written.kind, written.answers, written.points) == ("text", ("viet",), 3)
    (advice,) = problems(course_folder, marker)
    assert advice.severity == "warning"
    assert "rubric" in str(advice.message)
    own = learner_notebook(lesson.source)
    assert [block.kind for block in blocks(own)][-4:] == ["exercise", "form", "marks", "text"]
    answered = write_answer(source_of(own["cells"][-2]), "Cơ quan tôi đã số hóa hồ sơ.")
    own["cells"][-2]["source"] = answered
    marks = marker.mark(write_notebook(lesson.source), write_notebook(own))
    assert [(cell.grade_id, cell.needs_review) for cell in marks.cells][1] == ("viet", True)


def test_a_preview_is_what_a_learner_receives_and_nothing_more(real_course, tmp_path):
    written = preview(real_course, tmp_path, seed=4)
    handed_out = {".ipynb", ".csv", ".xlsx", ".docx", ".eml", ".log"}
    assert {path.suffix for path in written} <= {*handed_out, ".png", ".mp4", ".vtt"}
    assert sum(path.suffix == ".ipynb" for path in written) == len(real_course.lessons)
    for path in written:
        assert b"HIDDEN TESTS" not in path.read_bytes()
        assert b"END SOLUTION" not in path.read_bytes()
