"""A line of the log, for people and for programs."""

import json
import logging

from hub.platform.log_lines import JsonLines, PlainLines


def record(**fields):
    found = logging.LogRecord("motcham.x", logging.INFO, __file__, 1, "%d %s", (200, "GET"), None)
    found.created = 1_796_000_000.0
    if fields:
        found.fields = fields
    return found


def test_people_read_time_level_what_and_what_is_known():
    said = PlainLines().format(record(ms=12, person=7, acts="", caller=None))
    assert said == "2026-11-30 07:53:20 INFO motcham.x 200 GET ms=12 person=7"
    assert PlainLines().format(record()).endswith("200 GET")


def test_programs_read_one_object_a_line():
    said = JsonLines().format(record(ms=12, acts="people.acts.appoint"))
    assert "\n" not in said
    assert json.loads(said) == {
        "at": "2026-11-30T00:53:20+00:00", "level": "info", "what": "200 GET", "ms": 12,
        "acts": "people.acts.appoint",
    }  # fmt: skip


def test_an_error_is_whole_in_both():
    try:
        raise ValueError("hỏng")
    except ValueError as error:
        failed = record()
        failed.exc_info = (ValueError, error, error.__traceback__)
    assert "ValueError: hỏng" in PlainLines().format(failed)
    assert "ValueError: hỏng" in json.loads(JsonLines().format(failed))["error"]
