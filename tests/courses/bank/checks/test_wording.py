"""Every fault that reading an item finds, each in an item that has it."""

from __future__ import annotations

import pytest
from an_item import SETTINGS, TASK, make_item

from courses.bank.checks.wording import problems_of_wording
from skills_framework.framework import load_framework

WRONG = 'hai = "Vì quen tay."\nba = "Vì nghe người khác nói."\n'
LONG = "Tìm trên trang công bố văn bản của cơ quan ban hành, theo số và ngày của văn bản ấy"


def said_of(item) -> list[str]:
    return [str(one.message) for one in problems_of_wording(item, load_framework())]


def test_a_good_item_has_no_fault():
    assert said_of(make_item()) == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (('"1.1"', '"9.9"'), "không có năng lực 9.9"),
        (("minutes = 2", "minutes = 5"), "bậc 2 dài nhất 4.0 phút, câu này 5 phút"),
        (("level = 2", "level = 3"), "đoán mò đúng 33%; bậc 3 nhiều nhất 26%"),
        (("level = 2", "level = 2\nvariants = 3"), "có 3 biến thể nhưng không ô nào rút giá trị"),
        (("level = 2", 'level = 2\nartefact = "mail"'), "phải đưa ra vật ấy"),
        (
            ('hai = "Vì quen tay."\n', ""),
            "chưa nói vì sao người ta chọn nhầm: [distractors.cach] hai",
        ),
        (("ba =", "bon ="), "[distractors.cach] bon: không có lựa chọn này"),
        (
            ("[distractors.cach]", "[distractors.kia]"),
            "[distractors.kia] ba: không có lựa chọn này",
        ),
        (('made_up = "Tình huống."\n', ""), "chưa có [[source]] nào"),
        (('"written"', '"live"'), "trạng thái “live” cần mục [review]"),
    ],
)
def test_a_fault_of_the_settings_is_found(settings, said):
    assert said in "\n".join(said_of(make_item(settings=settings)))


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (("mot", "dung"), "khóa “dung” nói lộ đúng hay sai"),
        (("mot", "dap_an"), "khóa “dap_an” nói lộ"),
        (("Đợi có người gửi tới mình", "Tất cả đều đúng"), "không dùng lựa chọn “Tất cả đều đúng”"),
        (("Đợi có người gửi tới mình", "Cả a và b"), "không dùng lựa chọn"),
        (
            ("Đợi có người gửi tới mình", "Hỏi người  ngồi bên CẠNH"),
            "hai lựa chọn cùng một nội dung",
        ),
        (("#|   ba: Đợi có người gửi tới mình\n", ""), "cần ít nhất 3 lựa chọn"),
        (("Tìm trên trang công bố", LONG), "lựa chọn đúng dài 83 ký tự"),
        (("Nên làm gì?", "Theo Nghị định 30/2020/NĐ-CP nên làm gì?"), "nhắc tới “30/2020/NĐ-CP”"),
        (("Nên làm gì?", "Theo Luật Lưu trữ, làm gì?"), "nhắc tới “Luật Lưu”"),
        (("Nên làm gì?", "Có {{so}} văn bản."), "{{so}}: không ô nào có “variant”"),
    ],
)
def test_a_fault_of_the_task_is_found(task, said):
    assert said in "\n".join(said_of(make_item(task=task)))


def test_a_longer_wrong_option_and_an_innocent_all_are_no_fault():
    item = make_item(task=("Đợi có người gửi tới mình", f"Đợi tất cả hồ sơ trên mạng, rồi {LONG}"))
    assert said_of(item) == []


def test_a_law_that_is_a_source_is_no_fault():
    settings = SETTINGS + '[[source]]\ntitle = "Nghị định 30/2020/NĐ-CP"\nplace = "Điều 8"\n'
    task = ("Nên làm gì?", "Theo Nghị định 30/2020/NĐ-CP nên làm gì?")
    assert said_of(make_item(settings=settings, task=task)) == []


def test_an_order_that_stands_in_order_is_found():
    task = [("form: single", "form: order"), ('cach = "mot"\n', 'cach = ["mot", "hai", "ba"]\n')]
    item = make_item(settings=(WRONG, ""), task=task)
    assert "các việc cần xếp đang đứng sẵn theo đáp án" in said_of(item)


def test_an_item_without_choices_needs_two_mistakes_that_change_something():
    number = TASK.replace(
        TASK[TASK.index("#| form") : TASK.index("```\n\n```python test")],
        "#| form: number\n#| label: Bao nhiêu\nso = 4\n",
    )
    settings = SETTINGS[: SETTINGS.index("[distractors")]
    one = settings + '[[mistake]]\nanswer = "x = 1"\nwhy = "Nhầm."\n'
    said = said_of(make_item(settings=one, task=number))
    assert "cần ít nhất 2 sai lầm thường gặp ([[mistake]] hoặc distractors)" in said
    assert "sai lầm “Nhầm.” không đổi câu trả lời nào" in said
    two = settings + "".join(
        f'[[mistake]]\nanswer = "so = {n}"\nwhy = "Nhầm {n}."\n' for n in (1, 2)
    )
    assert said_of(make_item(settings=two, task=number)) == []


def test_values_are_drawn_and_said_so():
    setup = "```python setup\n#| variant: {so: {from: 1, to: 9}}\nso = 5\n```\n\n"
    task = setup + TASK.replace("Nên làm gì?", "Có {{so}} văn bản.")
    said = said_of(make_item(task=task))
    assert said == ["có ô rút giá trị (variant) nhưng chưa ghi “variants” trong item.toml"]
    settings = ("level = 2", "level = 2\nvariants = 3")
    assert said_of(make_item(task=task, settings=settings)) == []


@pytest.mark.parametrize(
    "shown",
    [
        "```text\nFrom: a@coquanmau.example\n```\n\n",
        "| Người | Quyền |\n|---|---|\n| Anh Mẫu | Sửa |\n\n",
        "![Hai cột cao thấp](cot.svg)\n\n",
        '```python setup\n#| download: thu.eml\n#| content: thu\nthu = "From: a"\n```\n\n',
    ],
)
def test_an_artefact_is_shown_and_more_than_one_choice_is_asked(shown):
    settings = [("level = 2", 'level = 2\nartefact = "mail"')]
    pictures = {"cot.svg": b"<svg/>"}
    one = make_item(settings=settings, task=shown + TASK, pictures=pictures)
    assert len(said_of(one)) == 1
    two = TASK.replace("form: single", "form: multiple").replace('cach = "mot"', 'cach = ["mot"]')
    assert said_of(make_item(settings=settings, task=shown + two, pictures=pictures)) == []


def test_a_review_is_by_another_and_of_this_text():
    def reviewed(by: str, digest: str) -> str:
        kept = SETTINGS.replace('"written"', '"reviewed"')
        return (
            f'{kept}[review]\nby = "{by}"\non = 2026-11-30\nsaid = "Được."\ndigest = "{digest}"\n'
        )

    digest = make_item().digest
    assert said_of(make_item(settings=reviewed("Lá Cọ (bút danh)", digest))) == []
    own = said_of(make_item(settings=reviewed("hạt gạo (bút danh)", digest)))
    assert own == ["người duyệt phải khác người viết"]
    changed = make_item(settings=reviewed("Lá Cọ (bút danh)", digest), task=("Chị", "Anh"))
    (said,) = said_of(changed)
    assert "nội dung đã đổi sau khi duyệt" in said
    assert changed.digest in said


def test_a_task_that_has_to_be_read_twice_is_warned_of():
    long = "Chị Mẫu cần " + ", ".join(["tìm lại một văn bản cũ của xã"] * 6) + "."
    (found,) = problems_of_wording(
        make_item(task=("Chị Mẫu cần tìm một văn bản.", long)), load_framework()
    )
    assert found.severity == "warning" and "hãy tách ra" in str(found.message)
