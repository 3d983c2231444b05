import json

import pytest

from core.manifest import read_manifest
from core.messages import Refused
from courses import lesson_for, load_course, make_release, read_notebook


def spoil(folder, old, new):
    path = folder / "course.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def refusal(folder):
    with pytest.raises(Refused) as refused:
        load_course(folder)
    return str(refused.value)


def test_a_course_folder_is_read_with_its_exercises(course_folder):
    course = load_course(course_folder)
    assert (course.slug, course.frame, course.pass_share) == ("thu", "4.1", 0.5)
    [lesson] = course.lessons
    [exercise] = lesson.exercises
    assert (exercise.grade_id, exercise.competence, exercise.level) == ("cham", "1.1", 1)
    assert (exercise.minutes, exercise.points, exercise.kind) == (5, 2, "form")
    assert exercise.answers == ("tra-loi",)
    assert (lesson.practice_minutes, lesson.max_points) == (5, 2)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('slug = "thu"', "", "course.toml: khóa “slug”"),
        ('slug = "thu"', 'slug = "th ử/.."', "course.toml: khóa “slug”"),
        ("pass_share = 0.5", "pass_share = 50", "khóa “pass_share”"),
        ("theory_minutes = 2", 'theory_minutes = "hai"', "khóa “theory_minutes”"),
        ("theory_minutes = 2", 'theory_minutes = 2\ncovers = ["4.9.a"]', "khóa “lesson.covers”"),
        ("theory_minutes = 2", 'theory_minutes = 2\ncovers = "4.2.a"', "khóa “lesson.covers”"),
        ("lessons/01.ipynb", "lessons/99.ipynb", "lessons/99.ipynb"),
        ("lessons/01.ipynb", "../../etc/passwd", "khóa “lesson.file”"),
        ("[[lesson]]", "[lesson]", "khóa “lesson”"),
        ("pass_share = 0.5", "pass_share = ", "không phải TOML hợp lệ"),
    ],
)
def test_a_fault_in_course_toml_names_file_and_key(course_folder, old, new, named):
    spoil(course_folder, old, new)
    assert named in refusal(course_folder)


def test_what_a_lesson_covers_stands_in_its_release_in_the_frames_order(course_folder):
    spoil(course_folder, "theory_minutes = 2", 'theory_minutes = 2\ncovers = ["4.2.đ", "4.2.a"]')
    release = make_release(load_course(course_folder))
    [lesson] = read_manifest(release.manifest.as_dict()).lessons
    assert lesson.covers == ("4.2.a", "4.2.đ")


def test_a_folder_without_course_toml_is_refused(tmp_path):
    assert "course.toml" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("#| exercise: Bài thử\\n", "", "“exercise”"),
        ('#| competence: \\"1.1\\"\\n', "", "“competence”"),
        ("#| level: 1", "#| level: cao", "“level”"),
        ("#| minutes: 5", "#| minutes: 0", "“minutes”"),
        ('"points": 2', '"points": null', "“points”"),
        ("#| level: 1", "#| level: [", "YAML"),
    ],
)
def test_a_fault_in_a_test_cell_names_lesson_cell_and_key(course_folder, old, new, key):
    path = course_folder / "lessons" / "01.ipynb"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    text = refusal(course_folder)
    assert "lessons/01.ipynb" in text
    assert "ô số 3 (cham)" in text
    assert key in text


def test_one_grade_id_twice_is_refused(course_folder):
    path = course_folder / "lessons" / "01.ipynb"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"grade_id": "tra-loi"', '"grade_id": "cham"'), encoding="utf-8")
    assert "ô số 3 (cham): grade_id bị trùng" in refusal(course_folder)


@pytest.mark.parametrize("slug", ["Khóa", "khóa-thử", "a b", "-a", "a" * 65])
def test_a_name_that_no_address_can_carry_is_refused(course_folder, slug):
    spoil(course_folder, 'slug = "mot"', f'slug = "{slug}"')
    assert "“slug”: chỉ gồm chữ thường không dấu" in refusal(course_folder)
    spoil(course_folder, f'slug = "{slug}"', 'slug = "mot"')
    spoil(course_folder, 'slug = "thu"', f'slug = "{slug}"')
    assert "“slug”: chỉ gồm chữ thường không dấu" in refusal(course_folder)


def test_two_lessons_of_one_name_are_refused(course_folder):
    file = course_folder / "course.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + text[text.index("[[lesson]]") :], encoding="utf-8")
    assert "mã mot bị trùng" in refusal(course_folder)


def test_a_lesson_elsewhere_on_the_machine_is_not_read(course_folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "01.ipynb"
    elsewhere.write_bytes((course_folder / "lessons" / "01.ipynb").read_bytes())
    spoil(course_folder, "lessons/01.ipynb", str(elsewhere))
    assert "không có tệp" in refusal(course_folder)


def test_a_lesson_that_is_no_notebook_is_refused(course_folder):
    (course_folder / "lessons" / "01.ipynb").write_text("xin chào")
    assert "lessons/01.ipynb: không phải sổ bài học" in refusal(course_folder)


def test_a_release_has_a_stable_digest_and_a_manifest_of_plain_json(course_folder):
    release = make_release(load_course(course_folder))
    assert release.digest == make_release(load_course(course_folder)).digest
    stored = json.loads(json.dumps(release.manifest.as_dict()))
    assert read_manifest(stored) == release.manifest
    [lesson] = release.manifest.lessons
    assert lesson.exercises[0].answers == ("tra-loi",)
    assert lesson.max_points == 2
    assert set(release.learner_files) == {"lessons/01.ipynb"}


def test_any_change_changes_the_digest(course_folder):
    before = make_release(load_course(course_folder)).digest
    spoil(course_folder, "Khóa thử", "Khóa thử hai")
    after = make_release(load_course(course_folder)).digest
    assert before != after


def test_learners_receive_neither_solutions_nor_hidden_tests(real_course):
    release = make_release(real_course)
    assert len(release.learner_files) >= 1
    for path, content in release.learner_files.items():
        if path.endswith(".ipynb"):
            text = content.decode()
            assert "BEGIN SOLUTION" not in text
            assert "HIDDEN TESTS" not in text
            assert "HIDDEN TESTS" in release.source_files[path].decode()


def test_a_learners_own_lesson_is_the_release_with_other_numbers(real_course):
    release = make_release(real_course)
    drawn = 0
    for lesson in real_course.lessons:
        source = release.source_files[lesson.file]
        own, _ = lesson_for(source, 7)
        assert lesson_for(source, 7)[0] == own
        assert lesson_for(source, 0)[0] == release.learner_files[lesson.file]
        drawn += own != release.learner_files[lesson.file]
        ids = [cell["id"] for cell in read_notebook(own)["cells"]]
        assert ids == [cell["id"] for cell in lesson.source["cells"]]
    assert drawn > 0 or all(b"variant:" not in one for one in release.source_files.values())
