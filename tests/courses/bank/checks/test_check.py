"""Every fault that marking an item finds, each in an item that has it, marked for real."""

from __future__ import annotations

import pytest
from an_item import SETTINGS, TASK, make_item

from core.marks import Marks
from core.messages import Message
from courses.bank.checks.check import check_item
from graders.both_modes import BothModes
from graders.marker import Marker
from skills_framework.framework import load_framework

BARE = SETTINGS[: SETTINGS.index("[distractors")].replace("level = 2", "level = 2\npoints = 2")
TEST = TASK[TASK.index("nhac = ") : TASK.rindex("```")]


@pytest.fixture(scope="module")
def said_of():
    """What the check says of an item, marked for real."""
    with Marker(allow_reduced=True, beforehand=False) as marker, BothModes(marker) as mark:

        def said(item) -> list[str]:
            found = check_item(item, load_framework(), mark)
            return [str(one) for one in found]

        yield said


def mistakes(*each: tuple[str, float]) -> str:
    return "".join(
        f'[[mistake]]\nanswer = """{code}"""\nwhy = "Nhầm {n}."\nearns = {earns}\n'
        for n, (code, earns) in enumerate(each, start=1)
    )


def task_of(form: str, test: str, setup: str = "") -> str:
    before = f"```python setup\n{setup}\n```\n\n" if setup else ""
    return (
        f"{before}Việc.\n\n```python answer\n#| label: Câu\n#| {form}\n```\n\n"
        f"```python test\n{test}\n```\n"
    )


def test_a_good_item_has_no_fault(said_of):
    assert said_of(make_item()) == []


def test_a_reference_that_misses_and_an_empty_answer_that_earns(said_of):
    said = said_of(make_item(task=('cach = "mot"', 'cach = "hai"')))
    assert "cau-mau (biến thể 0): đáp án mẫu chỉ được 0.0 số điểm: Người bên cạnh" in said[-1]
    (said,) = said_of(make_item(task=(TEST, 'assert cach not in ("hai", "ba"), cach\n')))
    assert said == "cau-mau (biến thể 0): bài để trống vẫn được 1.0 số điểm"


def test_a_distractor_that_earns_all(said_of):
    said = said_of(make_item(task=('assert cach == "mot"', 'assert cach in ("mot", "ba")')))
    assert said == ["cau-mau (biến thể 0): lựa chọn “Đợi có người gửi tới mình” được đủ điểm"]


def test_a_distractor_that_earns_some(said_of):
    test = 'print("Chưa.", cach)\n{"mot": 1, "ba": 0.5}.get(cach, 0)\n'
    said = said_of(make_item(task=(TEST, test)))
    assert said == [
        "cau-mau (biến thể 0): lựa chọn “Đợi có người gửi tới mình” được 0.5 số điểm, không phải 0"
    ]


def test_a_test_that_breaks_is_said_as_python_says_it(said_of):
    said = said_of(make_item(task=('assert cach == "mot"', 'assert {"mot": True}[cach]')))
    assert [one.partition("”: ")[2] for one in said] == ["người làm không được lời nhắc nào"] * 2
    (said,) = said_of(make_item(task=('assert cach == "mot"', "assert khong_co")))
    assert "đáp án mẫu chỉ được 0.0 số điểm: NameError" in said


def test_wrong_answers_without_a_word_or_with_the_same(said_of):
    said = said_of(make_item(task=(TEST, '1 if cach == "mot" else 0\n')))
    assert [one for one in said if "không được lời nhắc nào" in one] == said
    assert len(said) == 2
    (said,) = said_of(make_item(task=(TEST, 'assert cach == "mot", "Sai rồi."\n')))
    assert "nhận cùng một lời nhắc" in said


def test_of_several_choices_one_too_many_one_too_few_and_all_are_tried(said_of):
    form = "form: multiple\n#| options: {a: A, b: B, c: C, d: D}\nx = ['a', 'b']"
    settings = BARE + "[distractors.x]\nc = 'Vì C.'\nd = 'Vì D.'\n"
    good = 'thua = set(x or []) - {"a", "b"}\nassert not thua, f"Thừa {thua}"\n'
    good += 'assert len(x or []) == 2, "Thiếu."'
    assert said_of(make_item(settings=settings, task=task_of(form, good))) == []
    lenient = 'assert x, "Chưa chọn."\nassert "a" in x, "Thiếu."\nassert "d" not in x, "Thừa."'
    said = said_of(make_item(settings=settings, task=task_of(form, lenient)))
    assert [one.partition(": ")[2] for one in said] == [
        "thiếu “B” được đủ điểm",
        "chọn thừa “C” được đủ điểm",
    ]
    counting = 'print("Còn sai.")\nlen({"a", "b"} & set(x or []))'
    said = said_of(make_item(settings=settings, task=task_of(form, counting)))
    assert "cau-mau (biến thể 0): chọn tất cả được đủ điểm" in said


def test_the_order_as_given_and_the_same_choice_everywhere_earn_half_at_most(said_of):
    form = "form: order\n#| options: {a: A, b: B, c: C, d: D}\nx = ['b', 'a', 'c', 'd']"
    wrong = mistakes(("x = ['c', 'b', 'a', 'd']", 0), ("x = ['b', 'c', 'a', 'd']", 0.5))
    test = 'dung = ["b", "a", "c", "d"]\nprint("Chưa.")\n'
    test += "2 * sum(i == j for i, j in zip(x or [], dung)) / 4"
    said = said_of(make_item(settings=BARE + wrong, task=task_of(form, test)))
    assert said == ["cau-mau (biến thể 0): sai lầm “Nhầm 1.” được 0.25 số điểm, không phải 0.0"]
    lenient = 'print("Chưa.")\n2 * bool(x) if (x or []) and x[-1] == "d" else 0'
    said = said_of(make_item(settings=BARE + wrong, task=task_of(form, lenient)))
    assert "cau-mau (biến thể 0): giữ nguyên thứ tự cho sẵn được đủ điểm" in said
    half = 'print("Chưa.")\n1.5 if x == ["a", "b", "c", "d"] else 2 * (x == ["b", "a", "c", "d"])'
    said = said_of(make_item(settings=BARE + wrong, task=task_of(form, half)))
    assert (
        "cau-mau (biến thể 0): giữ nguyên thứ tự cho sẵn được 0.75 số điểm; nhiều nhất là một nửa"
        in said
    )


def test_a_table_and_a_match_answered_all_alike(said_of):
    form = (
        "form: table\n#| columns: {a: A, b: {label: B, kind: choice, options: {c: C, d: D}}}\n"
        "#| rows: [{a: '1'}, {a: '2'}, {a: '3'}]\n"
        "x = [{'a': '1', 'b': 'c'}, {'a': '2', 'b': 'c'}, {'a': '3', 'b': 'd'}]"
    )
    wrong = mistakes(("x[0]['b'] = 'd'", 0.67), ("x = []", 0))
    test = 'print("Chưa.")\n2 * sum(i.get("b") == j for i, j in zip(x or [], "ccd")) / 3'
    said = said_of(make_item(settings=BARE + wrong, task=task_of(form, test)))
    assert said == [
        "cau-mau (biến thể 0): chọn “C” cho mọi dòng của cột “B” được 0.67 số điểm; nhiều nhất là"
        " một nửa"
    ]
    form = (
        "form: match\n#| options: {a: A, b: B}\n#| targets: {c: C, d: D}\nx = {'a': 'c', 'b': 'c'}"
    )
    wrong = mistakes(("x = {'a': 'd'}", 0), ("x = {'b': 'd'}", 0))
    test = 'assert x == {"a": "c", "b": "c"}, "Chưa."'
    said = said_of(make_item(settings=BARE + wrong, task=task_of(form, test)))
    assert said == ["cau-mau (biến thể 0): nối tất cả với “C” được đủ điểm"]


def test_a_text_counts_with_blanks_around_it(said_of):
    wrong = mistakes(("x = 'không'", 0), ("x = 'nội'", 0))
    strict = task_of("form: text\nx = 'Hà Nội'", 'assert x == "Hà Nội", "Chưa đúng."')
    (said,) = said_of(make_item(settings=BARE + wrong, task=strict))
    assert "đáp án mẫu có dấu cách thừa ở hai đầu chỉ được 0.0 số điểm: Chưa đúng." in said
    kind = strict.replace('x == "Hà Nội"', '(x or "").strip().casefold() == "hà nội"')
    assert said_of(make_item(settings=BARE + wrong, task=kind)) == []


def test_each_variant_is_solved_for_itself_and_no_two_have_one_answer(said_of):
    setup = "#| variant: {so: {from: 10, to: 90, step: 10}}\nso = 50"
    settings = BARE.replace("level = 2", "level = 2\nvariants = 3")
    wrong = mistakes(("x = so", 0), ("x = so + 1", 0))
    right = task_of("form: number\nx = so * 2", 'assert x == so * 2, "Nhân đôi."', setup)
    assert said_of(make_item(settings=settings + wrong, task=right)) == []
    fixed = task_of("form: number\nx = so * 2", 'assert x == 100, "Nhân đôi."', setup)
    said = said_of(make_item(settings=settings + wrong, task=fixed))
    assert "cau-mau (biến thể 1): đáp án mẫu chỉ được 0.0 số điểm: Nhân đôi." in said
    assert not any("(biến thể 0)" in one for one in said)
    same = task_of("form: number\nx = 7", 'assert x == 7, "Bảy."', setup)
    said = said_of(make_item(settings=settings + wrong, task=same))
    assert said == [
        "cau-mau: biến thể 0 và 1 có cùng đáp án",
        "cau-mau: biến thể 0 và 2 có cùng đáp án",
    ]


def test_where_the_right_choice_is_computed_exactly_one_is_right(said_of):
    setup = "#| variant: {so: {choice: [1, 9]}}\nso = 5"
    form = "form: single\n#| options: {lon: A lớn, be: B bé, bang: C bằng}\n"
    form += "x = 'lon' if so > 3 else 'be'"
    settings = BARE.replace("level = 2", "level = 2\nvariants = 1")
    wrong = mistakes(("x = 'bang'", 0), ("x = 'be'", 0))
    good = 'assert x == ("lon" if so > 3 else "be"), f"Chưa {x}."'
    said = said_of(make_item(settings=settings + wrong, task=task_of(form, good, setup)))
    assert not any("lựa chọn" in one for one in said)
    lenient = 'assert x in ("lon", "be"), f"Chưa {x}."'
    said = said_of(make_item(settings=settings + wrong, task=task_of(form, lenient, setup)))
    assert "cau-mau: 2 lựa chọn của x được đủ điểm; phải đúng một" in said


def test_what_one_try_leaves_behind_helps_no_other(said_of):
    """A list of the setup's that one answer sorted, a name that another forgot."""
    setup = "day = [3, 1, 2]"
    wrong = mistakes(("day.sort(); x = 0", 0), ("x = day[0] * 0", 0))
    task = task_of("form: number\nx = day[0]", 'assert x == 3, "Số đầu."', setup)
    assert said_of(make_item(settings=BARE + wrong, task=task)) == []
    code = (
        "Việc.\n\n```python answer\ndef ham(n):\n    return n + 1\n```\n\n"
        '```python test\nassert ham(1) == 2, "Thêm một."\n```\n'
    )
    wrong = mistakes(("def ham(n): return n", 0), ("ham = None", 0))
    assert said_of(make_item(settings=BARE + wrong, task=code)) == []


def test_a_test_that_reads_what_only_the_reference_binds_is_said(said_of):
    wrong = mistakes(("x = 4", 0), ("x = 16", 0))
    form = "form: number\nimport math\ncanh = 4\nx = math.sqrt(canh) * 4"
    good = task_of(form, 'assert x == 8, "Tám."')
    assert said_of(make_item(settings=BARE + wrong, task=good)) == [], "on the way they harm none"
    said = said_of(make_item(settings=BARE + wrong, task=good.replace("x == 8", "x == canh * 2")))
    assert len(said) == 1 and "đáp án mẫu, bỏ canh, math chỉ được 0.0 số điểm" in said[0]


def test_a_setup_that_fails_is_said(said_of):
    task = task_of("form: number\nx = 3", 'assert x == 3, "Ba."', "import khong_co_goi_nay")
    said = said_of(make_item(settings=BARE + mistakes(("x = 1", 0), ("x = 2", 0)), task=task))
    (said,) = said
    assert "cau-mau: ô chuẩn bị báo lỗi: ModuleNotFoundError: No module named" in said


def test_what_can_not_be_drawn_or_marked_is_said():
    def failing(source: bytes, submitted: bytes, *, candid: bool) -> Marks:
        return Marks("failed", 0.0, 0.0, (), Message("không có tường"), "strict")

    said = [str(one) for one in check_item(make_item(), load_framework(), failing)]
    assert said == ["cau-mau: không chấm được: không có tường"]
    setup = "#| variant: {so: {colour: red}}\nso = 5"
    task = task_of("form: number\nx = so", "assert x == so", setup)
    settings = BARE.replace("level = 2", "level = 2\nvariants = 2")
    said = [
        str(one)
        for one in check_item(make_item(settings=settings, task=task), load_framework(), failing)
    ]
    assert any("khóa “variant.so”" in one for one in said)
