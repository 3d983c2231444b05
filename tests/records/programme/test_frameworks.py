"""Frameworks in the records, on both databases."""

from __future__ import annotations

import datetime as dt

from records import Records
from records.programme import frameworks


def test_a_version_never_changes_and_the_latest_is_in_force(
    records: Records, at: dt.datetime
) -> None:
    with records.begin() as session:
        for content in ("một", "một", "hai"):
            frameworks.add_version(session, "a", content, by="x", at=at)
        frameworks.add_version(session, "b", "một", by="x", at=at)
    with records.read() as session:
        current = [(one.name, one.version) for one in frameworks.current_versions(session)]
        assert current == [("a", 2), ("b", 1)]
        assert [one.content for one in frameworks.versions_of(session, "a")] == ["hai", "một"]


def test_a_crosswalk_changes_where_it_is_told_alone(records: Records) -> None:
    with records.begin() as session:
        frameworks.set_crosswalk(session, "a", {"1.1": ["2.1", "1.1", "2.1"], "1.2": ["3.1"]})
        frameworks.set_crosswalk(session, "b", {"1.1": ["6.1"]})
        frameworks.set_crosswalk(session, "a", {"1.2": []})
        frameworks.set_crosswalk(session, "a", {})
    with records.read() as session:
        assert frameworks.crosswalk_of(session, "a") == {"1.1": ["1.1", "2.1"]}
        assert frameworks.crosswalk_of(session, "b") == {"1.1": ["6.1"]}
