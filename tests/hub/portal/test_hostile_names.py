"""A name that is a script stands on every page that shows a name, and runs on none."""

from __future__ import annotations

from typing import Any

import pytest

from hub.portal import app
from records.assessment.certificates import record_certificate
from records.people import persons
from records.platform import audit
from records.tables.people import Person, Unit

NAME = "\"><script>alert('ten')</script><img src=x onerror=alert(2)>{{ 7 * 7 }} (mẫu)"
RAW = ("<script>alert(", "<img src=x", "49 (mẫu)")
SHOWN = "&lt;script&gt;alert("


@pytest.fixture
def hostile(site: Any) -> Any:
    """Everybody, the unit, and the certificate's holder are called that."""
    with site.records.begin() as session:
        for person in session.query(Person):
            person.full_name = NAME
            person.position = NAME
        unit = persons.find_unit(session, "province", "2025", "15")
        session.get(Unit, unit.id).name = NAME
        an = persons.find_person(session, "an")
        certificate, _ = record_certificate(
            session, person_id=an.id, programme=app.load_settings().programme, points=9,
            max_points=10, framework="vn-tt02-2025", at=site.clock.at,
        )  # fmt: skip
        audit.append(session, at=site.clock.at, actor="an", action=NAME, subject=NAME, detail={})
        site.filled.update(number=certificate.number, unit=str(unit.id))
    return site


@pytest.mark.parametrize(
    ("username", "path", "names_it"),
    [
        ("an", "", True),
        ("an", "marks", True),
        ("an", "profile", True),
        ("bo", "certificates", True),
        ("bo", "certificates/{number}", True),
        (None, "verify/{number}", True),
        ("bo", "units/{unit}", True),
        ("bo", "units/{unit}/people", True),
        ("kiem", "audit", True),
        ("bo", "national", False),
        ("bo", "plan", False),
        ("bo", "roster", True),
        ("thay", "teaching", True),
        ("thay", "teaching/dead", True),
        ("bo", "notices", True),
    ],
)
async def test_a_name_is_only_ever_text(
    hostile: Any, username: str | None, path: str, names_it: bool
) -> None:
    answer = await hostile.as_(username).get(path.format(**hostile.filled))
    assert answer.status == 200
    for raw in RAW:
        assert raw not in answer.text
    assert (SHOWN in answer.text) or not names_it, "the page did not show the name at all"


async def test_what_is_typed_into_the_public_boxes_is_only_text(site: Any) -> None:
    for path in ("verify/%3Cscript%3Ealert(1)%3C%2Fscript%3E", "verify?number=%3Cscript%3Ealert("):
        answer = await site.as_(None).get(path)
        assert "<script>alert(" not in answer.text
