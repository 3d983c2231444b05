"""`motcham framework`, as a ministry's expert types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.messages import Refused
from hub.commands.frameworks import framework
from skills_framework.framework import DATA, load_framework, read_framework


def motcham(*arguments: str | Path) -> str:
    """What the command says."""
    done = CliRunner().invoke(framework, list(map(str, arguments)), standalone_mode=False)
    if done.exception:
        raise done.exception
    return done.output


def test_a_framework_is_exported_and_imported_again(tmp_path: Path) -> None:
    package, back = tmp_path / "khung.case.json", tmp_path / "khung.json"
    motcham("export", "--to", package, "--base", "https://hoc.example.vn")
    written = json.loads(package.read_text(encoding="utf-8"))
    assert written["CFDocument"]["uri"].startswith("https://hoc.example.vn/frameworks/vn-tt02-2025")
    said = motcham("import", package, "--name", "vn-tt02-2025", "--to", back)
    assert said == "khung.case.json: 6 miền, 24 năng lực, 8 bậc.\n"
    assert read_framework(back.read_bytes(), "khung.json") == load_framework()
    assert motcham("check", back) == "khung.json: 6 miền, 24 năng lực, 8 bậc.\n"


def test_the_framework_of_2025_for_four_audiences_waits_for_whoever_has_its_annex(
    tmp_path: Path,
) -> None:
    mine = tmp_path / "vn-757-2025.json"
    motcham("draft", "--to", mine)
    draft = json.loads(mine.read_text(encoding="utf-8"))
    assert len(draft["audiences"]) == 4
    with pytest.raises(Refused) as missing:
        motcham("check", mine)
    assert "“domains”" in str(missing.value) and "“levels”" in str(missing.value)
    with pytest.raises(Refused, match="vn-757-2025"):
        load_framework("vn-757-2025")
    whole = json.loads((DATA / "vn-tt02-2025.json").read_bytes())
    draft |= {"levels": whole["levels"][:3], "domains": whole["domains"][:1]}
    mine.write_text(json.dumps(draft), encoding="utf-8")
    assert motcham("check", mine) == "vn-757-2025.json: 1 miền, 3 năng lực, 3 bậc.\n"


def test_what_cannot_be_read_is_told_in_a_sentence(tmp_path: Path) -> None:
    torn = tmp_path / "x.json"
    torn.write_text("{", encoding="utf-8")
    with pytest.raises(Refused, match=r"x\.json: không phải JSON"):
        motcham("import", torn, "--name", "thu", "--to", tmp_path / "y.json")
    with pytest.raises(Refused, match="khong-co"):
        motcham("draft", "khong-co", "--to", tmp_path / "y.json")
    with pytest.raises(Refused, match="khong-co"):
        motcham("export", "khong-co", "--to", tmp_path / "y.json")
    assert not (tmp_path / "y.json").exists()
