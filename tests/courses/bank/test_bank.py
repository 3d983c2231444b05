"""All items of a folder, and how many there are where."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from an_item import SETTINGS, TASK, make_item

from core.messages import Refused
from courses.bank.bank import BANK, count, gaps, item_folders, load_all, load_bank
from courses.bank.checks.whole import problems_of_bank
from courses.bank.checks.wording import problems_of_wording
from skills_framework.framework import load_framework


def write_item(place: Path, *, competence="1.1", slug="cau-mau", settings=SETTINGS) -> Path:
    folder = place / competence / slug
    folder.mkdir(parents=True)
    (folder / "item.toml").write_text(settings, encoding="utf-8")
    (folder / "item.md").write_text(TASK, encoding="utf-8")
    return folder


def test_items_are_found_below_any_folder_and_at_it(tmp_path):
    first = write_item(tmp_path, slug="b")
    second = write_item(tmp_path, slug="a")
    assert item_folders(tmp_path) == item_folders(tmp_path / "1.1") == [second, first]
    assert item_folders(first) == [first]
    with pytest.raises(Refused, match="không có câu hỏi nào"):
        item_folders(tmp_path / "2.1")


def test_an_item_in_the_wrong_folder_and_one_that_cannot_be_read_are_said(tmp_path):
    write_item(tmp_path, competence="1.2", slug="lac")
    write_item(tmp_path, slug="hong", settings="title =")
    items, faults = load_all(item_folders(tmp_path))
    assert [item.slug for item in items] == ["lac"]
    said = "\n".join(map(str, faults))
    assert "1.1/hong: item.toml: không phải TOML hợp lệ" in said
    assert "lac: năng lực 1.1 nhưng nằm trong thư mục 1.2" in said
    with pytest.raises(Refused):
        load_bank(tmp_path)


def test_the_count_has_every_competence_and_says_what_is_missing():
    one = make_item()
    real = replace(one, slug="b", level=5, artefact="mail")
    rows = count([one, real, replace(one, state="retired")], load_framework())
    assert len(rows) == 24
    first = rows[0]
    assert (first.competence, first.items, first.performance) == ("1.1", 2, 1)
    assert first.levels == {1: 0, 2: 1, 3: 0, 4: 0, 5: 1, 6: 0}
    assert first.kinds == {"single": 2}
    assert list(map(str, gaps(first))) == [
        "thiếu 6 câu",
        "chưa có bậc 1, 3, 4, 6",
        "thiếu 2 câu làm trên vật thật",
    ]
    whole = [replace(one, level=1 + n % 6, artefact="log" if n < 3 else "") for n in range(8)]
    assert gaps(count(whole, load_framework())[0]) == []


def test_the_bank_that_is_shipped_reads_well():
    """What marking says of it, `motcham items check` says; here every item is read."""
    items = load_bank()
    assert len(items) == len(list(BANK.glob("*/*/item.md"))) >= 4
    framework = load_framework()
    faults = [one for item in items for one in problems_of_wording(item, framework)]
    assert [str(one) for one in [*faults, *problems_of_bank(items)]] == []


def test_whoever_wrote_and_reviewed_what_is_shipped_bears_a_pen_name():
    names = [name for item in load_bank() for name in (item.author, *_reviewer(item))]
    assert names
    assert [name for name in names if not name.endswith("(bút danh)")] == []


def _reviewer(item) -> list[str]:
    return [item.review.by] if item.review else []
