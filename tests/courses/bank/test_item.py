"""What an item's folder says, read at the border."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from an_item import SETTINGS, TASK, faults_of, make_item

from core.messages import Refused
from courses.bank.bank import BANK
from courses.bank.item import load_item


def test_an_item_is_read_with_everything_it_says():
    item = make_item()
    assert (item.slug, item.competence, item.level, item.minutes) == ("cau-mau", "1.1", 2, 2)
    assert (item.points, item.seeds, item.state, item.review) == (1, (0,), "written", None)
    assert item.distractors == {
        "cach": {"hai": "Vì quen tay.", "ba": "Vì nghe người khác nói."},
    }
    assert (item.kind, item.is_performance) == ("single", False)


def test_every_fault_of_the_settings_is_said_at_once():
    said = faults_of(
        settings=[
            ("level = 2", "level = 7"),
            ("minutes = 2", "minutes = 0"),
            ('state = "written"', 'state = "ready"\ncolour = "red"'),
        ]
    )
    assert "“level”: phải là một trong: 1, 2, 3, 4, 5, 6" in said
    assert "“minutes”: phải là số lớn hơn 0" in said
    assert "“state”: phải là một trong: written, reviewed, trial, live, retired" in said
    assert "“colour”: không có khóa này" in said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('tools = ["hammer"]', "“tools”: phải là một trong: spreadsheet"),
        ('artefact = "song"', "“artefact”: phải là một trong: sheet"),
        ("variants = 99", "“variants”: phải là số nguyên từ 1 đến 8"),
        ("variants = [1, 2]", "danh sách số gieo có 0"),
        ("variants = [0, 2, 2]", "danh sách số gieo có 0"),
        ("variants = [0, true]", "danh sách số gieo có 0"),
        ('enemies = "other"', "“enemies”: phải là danh sách chuỗi ký tự"),
        ("source = 3", "“source”: phải có ít nhất một mục [[source]]"),
        ("points = -1", "“points”: phải là số lớn hơn 0"),
        ("review = 3", "“review.on”: phải là ngày"),
        (
            'mistake = [{answer = "x = 1", why = "y", earns = 1}]',
            "“mistake.earns”: phải là số từ 0",
        ),
    ],
)
def test_a_wrong_value_is_said_with_its_key(line, said):
    assert said in faults_of(settings=("level = 2", f"level = 2\n{line}"))


def test_variants_are_counted_or_named():
    def seeds(line):
        return make_item(settings=("level = 2", f"level = 2\nvariants = {line}")).seeds

    assert (seeds("3"), seeds("[0, 4, 9]")) == ((0, 1, 2), (0, 4, 9))


def test_a_distractor_without_words_is_a_fault():
    assert "“distractors”: phải gồm các bảng" in faults_of(settings=('"Vì quen tay."', '""'))


def test_what_is_no_toml_says_so():
    assert "item.toml: không phải TOML hợp lệ" in faults_of(settings="title =")


def test_a_name_is_plain_and_short():
    assert "tên thư mục “Câu Mẫu”" in faults_of(slug="Câu Mẫu")
    assert "không quá 40 ký tự" in faults_of(slug="a" * 41)


def test_a_folder_is_read_with_its_pictures_and_faults_name_it(tmp_path: Path):
    folder = tmp_path / "1.1" / "cau-mau"
    folder.mkdir(parents=True)
    with pytest.raises(Refused, match=r"1.1/cau-mau: thiếu item\.toml"):
        load_item(folder)
    (folder / "item.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "item.md").write_text(f"![Hai cột](cot.svg)\n\n{TASK}", encoding="utf-8")
    with pytest.raises(Refused, match=r"1.1/cau-mau: item\.md: .*không có hình cot\.svg"):
        load_item(folder)
    (folder / "cot.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    first = load_item(folder).source["cells"][0]
    assert first["source"].startswith("![Hai cột](attachment:cot.svg)")
    assert list(first["attachments"]) == ["cot.svg"]
    (folder / "item.md").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(Refused, match="UTF-8"):
        load_item(folder)


def test_a_digest_is_of_what_candidates_meet():
    digest = make_item().digest
    assert make_item(settings=('state = "written"', 'state = "retired"')).digest == digest
    assert make_item(task=TASK.replace("\n", "\r\n")).digest == digest
    assert make_item(task=("Chị Mẫu", "Anh Mẫu")).digest != digest
    assert make_item(settings=("level = 2", "level = 3")).digest != digest
    assert make_item(pictures={"a.svg": b"1"}).digest != make_item(pictures={"a.svg": b"2"}).digest


def test_a_review_is_read():
    review = '[review]\nby = "Lá Cọ (bút danh)"\non = 2026-11-30\nsaid = "Được."\ndigest = "0a"\n'
    found = make_item(settings=SETTINGS + review).review
    assert (found.by, found.on, found.digest) == ("Lá Cọ (bút danh)", dt.date(2026, 11, 30), "0a")


@pytest.mark.parametrize(
    ("answer", "kind", "chance"),
    [
        ("form: single\n#| options: {a: A, b: B, c: C, d: D}\nx = 'a'", "single", 1 / 4),
        ("form: multiple\n#| options: {a: A, b: B, c: C, d: D}\nx = ['a']", "multiple", 1 / 15),
        ("form: order\n#| options: {a: A, b: B, c: C}\nx = ['b', 'a', 'c']", "order", 1 / 6),
        (
            "form: match\n#| options: {a: A, b: B}\n#| targets: {c: C, d: D, e: E}\n"
            "x = {'a': 'c', 'b': 'd'}",
            "match",
            1 / 9,
        ),
        ("form: number\nx = 3", "number", 0),
        (
            "form: table\n#| columns: {a: A, b: {label: B, kind: choice, options: {c: C, d: D}}}\n"
            "#| rows: [{a: '1'}, {a: '2'}]\nx = [{'b': 'c'}, {'b': 'd'}]",
            "table",
            1 / 4,
        ),
    ],
)
def test_how_likely_a_blind_answer_is_right(answer, kind, chance):
    form = f"```python answer\n#| label: L\n#| {answer}\n```\n"
    item = make_item(task=f"Việc.\n\n{form}\n```python test\nassert x\n```\n")
    assert item.kind == kind
    assert item.chance == pytest.approx(chance)


def test_two_forms_are_guessed_together_and_code_never():
    more = TASK.replace(
        "```python test",
        "```python answer\n#| form: single\n#| label: Vì sao\n"
        "#| options: {a: A, b: B}\nvi_sao = 'a'\n```\n\n```python test",
    )
    assert make_item(task=more).chance == pytest.approx(1 / 6)
    code = TASK.replace("```python test", "```python answer\nham = len\n```\n\n```python test")
    assert (make_item(task=code).kind, make_item(task=code).chance) == ("mixed", 0)


def test_the_models_of_the_guide_are_read():
    found = [load_item(folder) for folder in sorted(BANK.glob("*/*")) if folder.is_dir()]
    assert len(found) >= 4


def test_a_copy_of_a_folder_is_the_same_item(tmp_path: Path):
    model = BANK / "1.1" / "loc-so-cong-van"
    copy = shutil.copytree(model, tmp_path / "1.1" / "loc-so-cong-van")
    assert load_item(copy) == load_item(model)
