"""Frameworks travel as CASE 1.1 and come back as they were."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from core.messages import Refused
from skills_framework.case import as_case, read_case
from skills_framework.explained import find_explained
from skills_framework.framework import load_framework

BASE = "https://hoc.example.vn/"
# What CASE 1.1's binding asks of the parts that we write: which keys a part must have, which it may
# have, and of what form; written down from the specification (1EdTech, 13 March 2025).
UUID = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
TEXT = {"type": "string", "minLength": 1}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
ADDRESS = {"type": "string", "pattern": "^(https?://|urn:)"}
NAMED = {"identifier": UUID, "uri": ADDRESS, "lastChangeDateTime": TIME}
FREE = {"type": "object"}


def part(must: dict[str, Any], may: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**must, **(may or {})},
        "required": [*must],
        "additionalProperties": False,
    }


NODE = part(
    {"title": TEXT, "identifier": TEXT, "uri": ADDRESS},
    {"targetType": {"type": "string", "pattern": r"^(CASE|ext:[a-zA-Z0-9.\-_]+)$"}},
)
KINDS = (
    *("isChildOf", "isPeerOf", "isPartOf", "exactMatchOf", "precedes", "isRelatedTo"),
    *("replacedBy", "exemplar", "hasSkillLevel", "isTranslationOf"),
)
PACKAGE = part(
    {
        "CFDocument": part(
            {**NAMED, "creator": TEXT, "title": TEXT},
            {
                **dict.fromkeys(("description", "language", "version", "publisher"), TEXT),
                "caseVersion": {"const": "1.1"},
                "extensions": FREE,
            },
        ),
        "CFItems": {
            "type": "array",
            "items": part(
                {**NAMED, "fullStatement": TEXT},
                {
                    **dict.fromkeys(("humanCodingScheme", "CFItemType", "language", "notes"), TEXT),
                    "extensions": FREE,
                },
            ),
        },
        "CFAssociations": {
            "type": "array",
            "items": part(
                {
                    **NAMED,
                    "associationType": {"enum": list(KINDS)},
                    "originNodeURI": NODE,
                    "destinationNodeURI": NODE,
                },
                {"sequenceNumber": {"type": "integer"}},
            ),
        },
        "CFDefinitions": part(
            {
                "CFItemTypes": {
                    "type": "array",
                    "items": part(
                        {**NAMED, "title": TEXT, "description": TEXT, "hierarchyCode": TEXT}
                    ),
                }
            }
        ),
    }
)


@pytest.fixture
def package() -> Any:
    framework = load_framework()
    made = as_case(framework, base=BASE, explained=find_explained(framework.id))
    return json.loads(json.dumps(made))


def refusal(package: Any) -> str:
    with pytest.raises(Refused) as refused:
        read_case(package, name="thu")
    return str(refused.value)


def test_the_national_framework_is_a_package_as_case_asks_for(package: Any) -> None:
    Draft202012Validator(PACKAGE).validate(package)
    named = [one["identifier"] for key in ("CFItems", "CFAssociations") for one in package[key]]
    assert (
        len(named)
        == len(set(named))
        == (6 + 24 + 8)
        + (6 + 24 + 8 + 24 * 8)
        + 21 * 2
        + (sum(len(one.tt03_2014) for one in load_framework().competences))
    )
    assert {one["CFItemType"] for one in package["CFItems"]} == {"Domain", "Competence", "Level"}
    assert all(one.get("notes") for one in package["CFItems"] if one["CFItemType"] == "Competence")


def test_what_is_written_is_read_as_it_was(package: Any) -> None:
    assert read_case(package, name="vn-tt02-2025") == load_framework()


def test_identifiers_stay_and_differ_from_place_to_place(package: Any) -> None:
    framework = load_framework()
    assert as_case(framework, base=BASE)["CFDocument"] == package["CFDocument"]
    elsewhere = as_case(framework, base="https://other.example.vn")["CFDocument"]
    assert elsewhere["identifier"] != package["CFDocument"]["identifier"]


def test_the_order_of_lists_does_not_matter(package: Any) -> None:
    package["CFItems"].reverse()
    package["CFAssociations"].reverse()
    found = read_case(package, name="vn-tt02-2025")
    assert [one.code for one in found.competences] == [
        one.code for one in load_framework().competences
    ]


def test_a_foreign_package_without_our_extensions_is_read_in_its_one_language(package: Any) -> None:
    for one in [package["CFDocument"], *package["CFItems"]]:
        del one["extensions"]
    found = read_case(package, name="thu")
    assert found.title == {"vi": "Khung năng lực số", "en": "Khung năng lực số"}
    assert len(found.competences) == 24


def test_what_is_no_package_is_told_by_what_is_missing(package: Any) -> None:
    assert "CFDocument" in refusal([])
    bare = copy.deepcopy(package)
    bare["CFAssociations"] = []
    assert "isChildOf" in refusal(bare)
    del package["CFItems"][1]["fullStatement"]
    assert "1.1: thiếu “fullStatement”" in refusal(package)


@pytest.mark.parametrize("key", ["CFItems", "CFAssociations"])
@pytest.mark.parametrize("wrong", [7, "x", [1], [[]], {"a": 1}])
def test_lists_that_are_none_are_refused_not_crashed_on(
    package: Any, key: str, wrong: object
) -> None:
    assert key in refusal({**package, key: wrong})


def test_a_level_that_is_left_out_is_told(package: Any) -> None:
    package["CFItems"] = [
        one for one in package["CFItems"] if one.get("humanCodingScheme") != "level-3"
    ]
    assert "level-1" in refusal(package)
