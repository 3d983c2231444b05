"""`motcham items`, as writers and reviewers type it."""

from __future__ import annotations

from pathlib import Path

import pytest
from an_item import SETTINGS, TASK
from click.testing import CliRunner

from core.messages import Refused
from courses.bank.item import load_item
from hub.commands.items import items


def motcham(*arguments: str | Path) -> tuple[int, str]:
    """What the command gives back and says."""
    done = CliRunner().invoke(items, list(map(str, arguments)), standalone_mode=False)
    if done.exception:
        raise done.exception
    return done.return_value or 0, done.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "1.1" / "cau-mau"
    folder.mkdir(parents=True)
    (folder / "item.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "item.md").write_text(TASK, encoding="utf-8")
    return folder


def test_an_item_is_read_tried_checked_and_reviewed(folder: Path) -> None:
    _code, said = motcham("show", folder)
    assert "Nên làm gì?" in said
    assert "cach = None" in said
    assert motcham("try", folder, "cach = 'ba'") == (1, "0/1 điểm\nĐợi thì biết bao giờ?\n")
    assert motcham("try", folder, "cach = 'mot'") == (0, "1/1 điểm\n")
    code, said = motcham("check", folder)
    assert (code, said) == (0, "Không có lỗi nào.\nĐã kiểm tra 1 câu.\n")
    code, said = motcham("review", folder, "--by", "Lá Cọ (bút danh)", "--said", "Làm được ngay.")
    assert "Đã duyệt cau-mau." in said
    read = load_item(folder)
    assert (read.state, read.review.digest) == ("reviewed", read.digest)
    with pytest.raises(Refused, match="người duyệt phải khác người viết"):
        motcham("review", folder, "--by", "Hạt Gạo (bút danh)", "--said", "Tốt.")


def test_a_variant_that_nobody_is_given_is_neither_shown_nor_tried(folder: Path) -> None:
    for arguments in (("show", folder), ("try", folder, "cach = 'mot'")):
        with pytest.raises(Refused, match="Câu này chỉ có các biến thể: 0"):
            motcham(*arguments, "--seed", "7")


def test_faults_of_every_kind_are_errors_and_nothing_is_reviewed(folder: Path) -> None:
    (folder / "item.md").write_text(TASK.replace('cach == "mot"', "cach"), encoding="utf-8")
    code, said = motcham("review", folder, "--by", "Lá Cọ (bút danh)", "--said", "Tốt.")
    assert code == 1
    assert "lỗi: cau-mau (biến thể 0): lựa chọn “Hỏi người ngồi bên cạnh” được đủ điểm" in said
    assert load_item(folder).review is None
    (folder / "item.toml").write_text("title =", encoding="utf-8")
    code, said = motcham("check", folder.parent)
    assert code == 1
    assert "lỗi: 1.1/cau-mau: item.toml: không phải TOML hợp lệ" in said


def test_files_are_handed_out_and_the_bank_is_counted(folder: Path, tmp_path: Path) -> None:
    setup = '```python setup\n#| download: so.csv\n#| content: so\nso = [["Mã"], ["A"]]\n```\n\n'
    (folder / "item.md").write_text(setup + TASK, encoding="utf-8")
    _code, said = motcham("show", folder, "--to", tmp_path / "ra")
    assert said.endswith(f"Tệp: {tmp_path / 'ra' / 'so.csv'}\n")
    assert (tmp_path / "ra" / "so.csv").read_bytes().decode("utf-8-sig") == "Mã\r\nA\r\n"
    _code, said = motcham("list", tmp_path)
    lines = said.splitlines()
    assert lines[1].split() == ["1.1", "1", "0", "1", "0", "0", "0", "0", "0", "single", "1"]
    assert "thiếu 7 câu; chưa có bậc 1, 3, 4, 5, 6; thiếu 3 câu làm trên vật thật" in lines[2]
    assert lines[-1] == "Tất cả 1 câu: written 1."
