"""What one candidate meets."""

from __future__ import annotations

from an_item import SETTINGS, TASK, make_item

from courses.bank.bank import load_bank
from courses.bank.offering import as_text, offered
from courses.course import find_form
from courses.notebooks import is_solution, learner_notebook, source_of


def forms_of(notebook):
    return [form for cell in notebook["cells"] if (form := find_form(cell)) is not None]


def keys_of(item, order):
    return [key for key, _ in forms_of(offered(item, 0, order))[0].options]


def test_orders_differ_hold_every_option_and_are_the_same_for_ever():
    item = make_item()
    orders = {tuple(keys_of(item, order)) for order in range(1, 30)}
    assert len(orders) == 6
    assert {frozenset(one) for one in orders} == {frozenset(("mot", "hai", "ba"))}
    assert [keys_of(item, order) for order in (0, 1, 2)] == [
        ["mot", "hai", "ba"],
        ["ba", "hai", "mot"],
        ["mot", "hai", "ba"],
    ]


def test_nothing_but_the_order_changes():
    for item in load_bank():
        plain, mixed = offered(item, 0), offered(item, 0, 7)
        for before, after in zip(forms_of(plain), forms_of(mixed), strict=True):
            assert sorted(before.options) == sorted(after.options)
            assert sorted(before.targets) == sorted(after.targets)
            assert (before.label, before.columns, before.rows) == (
                after.label,
                after.columns,
                after.rows,
            )
        solved = [source_of(cell) for cell in mixed["cells"] if is_solution(cell)]
        assert [one.split("### BEGIN")[1] for one in solved] == [
            source_of(cell).split("### BEGIN")[1] for cell in plain["cells"] if is_solution(cell)
        ]
        assert learner_notebook(mixed)["cells"]


def test_what_is_to_be_ordered_never_stands_in_order():
    settings = SETTINGS[: SETTINGS.index("[distractors")]
    task = TASK.replace("single", "order").replace(
        'cach = "mot"\n', 'cach = ["hai", "mot", "ba"]\n'
    )
    item = make_item(settings=settings, task=task)
    orders = [keys_of(item, order) for order in range(1, 40)]
    assert ["hai", "mot", "ba"] not in orders
    assert len({tuple(one) for one in orders}) == 5


def test_a_variant_is_drawn_for_text_answer_and_test_alike():
    setup = "```python setup\n#| variant: {so: {from: 10, to: 90}}\nso = 5\n```\n\n"
    task = setup + TASK.replace("Nên làm gì?", "Có {{so}} văn bản.")
    item = make_item(task=task, settings=("level = 2", "level = 2\nvariants = 3"))
    first, second = (source_of(offered(item, seed)["cells"][1]) for seed in (0, 1))
    assert first == "Chị Mẫu cần tìm một văn bản. Có 5 văn bản."
    assert second != first


def test_who_solves_it_reads_everything_but_answer_and_test():
    setup = '```python setup\n#| table: bang\nbang = [["Mã", "Số"], ["A", 1200]]\n```\n\n'
    hidden = '```python setup\n#| show: false\nkhoa = "kín"\n```\n\n'
    said = as_text(make_item(task=setup + hidden + TASK), 0)
    assert "Mã | Số\nA | 1200" in said
    assert "Nên làm gì?" in said
    assert "#|   ba: Đợi có người gửi tới mình\ncach = None" in said
    assert "kín" not in said
    assert 'cach = "mot"' not in said
    assert "nhac" not in said
