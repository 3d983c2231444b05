"""Every competence is explained, in both languages, in few and plain words."""

from __future__ import annotations

import pytest

from skills_framework.explained import FOLDER, find_explained
from skills_framework.framework import LANGUAGES, load_framework

NAMES = [path.stem for path in FOLDER.glob("*.json")]


def test_there_is_something_to_look_at() -> None:
    assert NAMES == ["vn-tt02-2025"]


@pytest.mark.parametrize("name", NAMES)
def test_every_competence_of_the_framework_and_every_level_is_explained(name: str) -> None:
    framework, explained = load_framework(name), find_explained(name)
    assert explained is not None
    assert (explained.framework, explained.version) == (name, 1)
    assert list(explained.competences) == [one.code for one in framework.competences]
    for code, one in explained.competences.items():
        for level in framework.levels:
            meant = [stage for stage in one.stages if stage.has(level.level)]
            assert len(meant) == 1, (code, level)
        pairs = [(stage.lowest, stage.highest) for stage in one.stages]
        assert pairs == [(1, 2), (3, 4), (5, 6), (7, 8)]


@pytest.mark.parametrize("name", NAMES)
def test_texts_are_short_differ_and_stand_in_both_languages(name: str) -> None:
    explained = find_explained(name)
    assert explained is not None
    said: list[str] = []
    for one in explained.competences.values():
        for words in (one.about, *(stage.means for stage in one.stages)):
            assert list(words) == list(LANGUAGES)
            assert all(20 <= len(text) <= 170 and text.endswith(".") for text in words.values())
            said += words.values()
    assert len(said) == 24 * 5 * 2
    assert len(set(said)) == len(said)
    assert "không phải lời của Thông tư" in explained.status["vi"]
    assert "not the wording" in explained.status["en"]


def test_a_framework_without_explanations_has_none() -> None:
    assert find_explained("khung-khac") is None
    assert find_explained("../vn-tt02-2025") is None
