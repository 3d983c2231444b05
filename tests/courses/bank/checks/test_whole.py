"""Every fault that only the bank as a whole shows."""

from __future__ import annotations

from dataclasses import replace

from an_item import TASK, make_item

from courses.bank.checks.whole import problems_of_bank


def said_of(*items) -> list[str]:
    return [str(one) for one in problems_of_bank(items)]


def item(slug, *, enemies=(), level=2, minutes=2.0, task=TASK):
    made = make_item(slug=slug, task=task, settings=("Chọn cách tìm", f"Câu {slug}"))
    return replace(made, enemies=tuple(enemies), level=level, minutes=minutes)


def with_right_at(place: int) -> str:
    """The task with its right option as the first, second or third."""
    right, two, three = ("#|   mot: Tìm trên trang công bố\n", *TASK.split("\n")[7:9])
    lines = [f"{two}\n", f"{three}\n"]
    lines.insert(place, right)
    old = f"{right}{two}\n{three}\n"
    assert old in TASK
    return TASK.replace(old, "".join(lines))


def test_a_bank_without_a_fault():
    assert said_of(item("a", enemies=["b"]), item("b", enemies=["a"])) == []


def test_one_name_twice():
    assert "a: có 2 câu cùng tên thư mục này" in said_of(item("a"), item("a"))


def test_enemies_are_known_mutual_and_others():
    said = said_of(item("a", enemies=["b", "gone", "a"]), item("b"))
    assert said == [
        "a: câu kỵ b chưa kể lại câu này",
        "a: câu kỵ gone: không có câu này",
        "a: tự kể mình là câu kỵ (enemies)",
    ]


def test_one_title_for_two_items():
    two = replace(item("b"), title="CÂU  a")
    assert said_of(item("a"), two) == ["b: cùng tên với a; là câu kỵ của nhau?"]
    enemies = item("a", enemies=["b"]), replace(two, enemies=("a",))
    assert said_of(*enemies) == []


def test_the_right_choice_always_at_one_place():
    alike = [item(f"a{n}", task=with_right_at(1)) for n in range(4)]
    spread = [item("b0", task=with_right_at(0)), item("b2", task=with_right_at(2))]
    assert said_of(*alike, *spread) == [
        "1.1: lựa chọn đúng đứng thứ 2 ở 4 trên 6 câu: hãy đổi chỗ bớt"
    ]
    assert said_of(*alike, spread[0]) == []  # five are too few to tell
    assert said_of(*alike[1:], *spread, item("b1", task=with_right_at(0))) == []


def test_the_right_choice_mostly_the_longest():
    longer = "Tìm trên trang công bố ấy nhé"
    tasks = [with_right_at(n % 3) for n in range(6)]
    told = [
        item(f"a{n}", task=t.replace("Tìm trên trang công bố", longer)) for n, t in enumerate(tasks)
    ]
    assert said_of(*told) == ["1.1: lựa chọn đúng là lựa chọn dài nhất ở 6 trên 6 câu"]
    assert said_of(*(item(f"a{n}", task=t) for n, t in enumerate(tasks))) == []


def test_higher_stages_are_not_quicker_nor_easier_to_guess():
    low, high = item("a", level=2, minutes=2), item("b", level=3, minutes=1)
    said = ["1.1: câu bậc 3–4 ngắn hơn hoặc dễ đoán hơn câu ở các bậc dưới"]
    assert said_of(low, high) == said
    assert said_of(low, replace(high, minutes=2)) == []
    four = TASK.replace("#|   ba:", "#|   bon: Nhờ chị Mẫu\n#|   ba:")
    assert said_of(item("a", task=four), replace(high, minutes=2)) == said


def test_other_competences_are_others():
    low = item("a", level=2, minutes=2)
    assert said_of(low, replace(item("b", level=5, minutes=1), competence="1.2")) == []
