"""What the log holds of an answer: whose key asked, which acts, how long; no name, no query."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from records.people import persons


@pytest.fixture
def site(bare_site: Any) -> Any:
    return bare_site


def lines(caplog: pytest.LogCaptureFixture, path: str) -> list[Any]:
    found = [one for one in caplog.records if one.name == "tornado.access"]
    return [one for one in found if one.getMessage().endswith(path)]


async def test_an_act_is_logged_with_whoever_did_it_and_how_long_it_took(
    site: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with site.records.read() as session:
        an = persons.find_person(session, "an")
        assert an is not None
        key = an.id
    await site.as_("an").post_form("letters", want="message")
    (line,) = [one for one in lines(caplog, "/letters") if " POST " in one.getMessage()]
    assert line.fields["person"] == key
    assert line.fields["acts"] == "people.account_acts.choose_letters"
    assert line.fields["ms"] >= 0
    assert "Nguyễn" not in str(line.fields)


async def test_what_somebody_searched_for_is_not_in_the_log(
    site: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await site.as_("an").get("catalogue?q=bi-mat")
    (line,) = lines(caplog, "/catalogue")
    assert "bi-mat" not in line.getMessage() + str(line.fields)
    assert line.fields["acts"] == ""
