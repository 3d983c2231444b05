import json

import pytest

from core.messages import Refused
from skills_framework.framework import (
    DATA,
    Evidence,
    framework_file,
    load_framework,
    profile,
    read_framework,
)


def raw():
    return json.loads((DATA / "vn-tt02-2025.json").read_bytes())


def refusal(data):
    with pytest.raises(Refused) as refused:
        read_framework(json.dumps(data).encode(), "khung.json")
    return str(refused.value)


def test_the_national_framework_has_six_domains_24_competences_and_eight_levels():
    framework = load_framework()
    assert framework.id == "vn-tt02-2025"
    assert len(framework.domains) == 6
    assert len(framework.competences) == 24
    assert [level.level for level in framework.levels] == list(range(1, 9))
    assert framework.has_competence("6.3")
    assert not framework.has_competence("7.1")
    assert framework.has_level(8)
    assert not framework.has_level(9)


def test_every_name_is_there_in_both_languages():
    framework = load_framework()
    named = [framework.title, *(level.stage for level in framework.levels)]
    named += [one.name for one in (*framework.domains, *framework.competences)]
    assert len(named) == 1 + 8 + 6 + 24
    assert all(name["vi"] and name["en"] for name in named)


def test_the_crosswalk_follows_digcomp_except_for_ai():
    for competence in load_framework().competences:
        expected = None if competence.code.startswith("6.") else competence.code
        assert competence.digcomp == expected
        assert competence.digcomp_3 == expected, "DigComp 3.0 keeps the numbers of 2.2"


def test_a_framework_that_is_not_there_is_refused_by_name():
    with pytest.raises(Refused, match="vn-tt99"):
        load_framework("vn-tt99")
    with pytest.raises(Refused):
        load_framework("../data/vn-tt02-2025")


def test_a_framework_is_written_as_it_is_read():
    framework = load_framework()
    assert read_framework(framework_file(framework).encode(), "khung.json") == framework


@pytest.mark.parametrize("day", ["30/11/2026", "2026-13-01", "", None])
def test_the_day_of_its_last_change_is_a_day(day):
    assert "“changed_on”" in refusal({**raw(), "changed_on": day})


def test_faults_name_the_file_and_the_key_and_come_all_at_once():
    data = raw()
    data["domains"][0]["competences"][1]["name"]["en"] = ""
    data["domains"][1]["code"] = "1"
    data["levels"].reverse()
    del data["source"]
    text = refusal(data)
    assert text.count("khung.json: khóa") == len(text.splitlines())
    for key in ("domains[0].competences[1].name.en", "“source”", "“levels”", "“domains”: mã 1"):
        assert key in text


def test_a_competence_in_a_foreign_domain_or_twice_is_refused():
    data = raw()
    data["domains"][0]["competences"][0]["code"] = "2.1"
    text = refusal(data)
    assert "không thuộc miền 1" in text
    assert "mã 2.1 bị trùng" in text


@pytest.mark.parametrize("content", [b"[]", b"{", b"{}", b'{"domains": [1], "levels": ["x"]}'])
def test_anything_else_is_refused_and_never_a_stack_trace(content):
    with pytest.raises(Refused, match=r"hỏng\.json"):
        read_framework(content, "hỏng.json")


def level_of(*evidence):
    found = profile(load_framework(), [Evidence("1.1", level, share) for level, share in evidence])
    return found["1.1"].level


def test_without_evidence_every_competence_stands_at_zero():
    found = profile(load_framework(), [])
    assert len(found) == 24
    assert {one.level for one in found.values()} == {0}


def test_two_good_exercises_show_a_level_and_one_does_not():
    assert level_of((2, 1.0)) == 0
    assert level_of((2, 1.0), (2, 0.4)) == 2
    assert level_of((2, 1.0), (2, 0.3)) == 0


def test_a_missed_level_stops_what_lies_above_it():
    assert level_of((1, 1), (1, 1), (2, 0), (2, 1), (3, 1), (3, 1)) == 1


def test_a_level_with_too_little_evidence_neither_raises_nor_stops():
    assert level_of((1, 1), (1, 1), (2, 0), (3, 1), (3, 1)) == 3


def test_evidence_of_an_unknown_competence_is_left_out():
    assert "9.9" not in profile(load_framework(), [Evidence("9.9", 1, 1.0)])
