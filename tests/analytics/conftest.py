"""A small programme of two courses and people who take it: synthetic, in the rooms' own shapes."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from analytics.certificates.signing import Signer, load_or_make_signer
from core.manifest import Manifest, read_manifest
from records import Records, Session
from records.courses.releases import current_release, publish
from records.learning.enrolments import begin_course
from records.people import persons
from records.tables.courses import Release
from records.tables.learning import Progress
from records.tables.marking import Submission
from records.tables.people import Person
from records.tables.programme import Requirement
from records.writing import insert_new

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
LONG_AGO = dt.datetime(2022, 1, 18, 17, tzinfo=dt.UTC)
PROGRAMME = "chuyen-doi-so-10000"


@dataclass(frozen=True)
class Publication:
    manifest: Manifest
    learner_files: dict[str, bytes] = field(default_factory=dict)
    source_files: dict[str, bytes] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        return hashlib.sha256(repr(self.manifest).encode()).hexdigest()


def publish_course(
    session: Session,
    slug: str,
    lessons: dict[str, float],
    *,
    pass_share: float = 0.5,
    required: dt.datetime | None = LONG_AGO,
) -> Release:
    """Publish a course whose lessons have these maximum points, required since ``required``."""
    manifest = {
        "programme": PROGRAMME,
        "course": slug,
        "title": slug,
        "title_en": slug,
        "summary": "",
        "frame": "4.1",
        "pass_share": pass_share,
        "framework": "vn-tt02-2025",
        "lessons": [
            {"slug": name, "title": name, "file": f"{name}.ipynb", "max_points": most,
             "theory_minutes": 1, "practice_minutes": 9, "exercises": []}
            for name, most in lessons.items()
        ],
    }  # fmt: skip
    release = publish(session, Publication(read_manifest(manifest)), at=AT, by="tests")
    if required:
        insert_new(session, Requirement, programme=PROGRAMME, course=slug, from_at=required,
                   source="Quyết định mẫu", decided_by="bo", decided_at=required)  # fmt: skip
    return release


def hand_in(
    session: Session, person: Person, course: str, lesson: str, points: float, at: dt.datetime = AT
) -> None:
    """Record a marked submission and the progress that came of it."""
    release = current_release(session, course)
    assert release is not None
    enrolment = begin_course(session, person.id, course, at=at)
    submission = Submission(
        person_id=person.id, release_id=enrolment.release_id, lesson=lesson, notebook=b"{}",
        submitted_at=at, state="marked", marked_at=at, points=points, max_points=points,
    )  # fmt: skip
    session.add(submission)
    session.flush()
    session.merge(
        Progress(
            person_id=person.id,
            course=course,
            lesson=lesson,
            points=points,
            max_points=points,
            submission_id=submission.id,
            at=at,
        )
    )
    session.flush()


@pytest.fixture
def make_learner() -> Callable[..., Person]:
    made: list[int] = []

    def make(session: Session, **facts: Any) -> Person:
        made.append(1)
        facts.setdefault("username", f"tn{len(made)}")
        facts.setdefault("code", f"TN{len(made):04d}")
        facts.setdefault("full_name", "Trần Thị Ánh (mẫu)")
        return persons.add_person(session, at=AT, **facts)

    return make


@pytest.fixture
def provinces(records: Records) -> Records:
    """The database with the nation, the central bodies and the provinces of both vintages."""
    with records.begin() as session:
        persons.load_units(session)
    return records


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    folder: Path = tmp_path_factory.mktemp("secrets")
    return load_or_make_signer(folder, authority="Đơn vị cấp (mẫu)", at=dt.datetime.now(dt.UTC))


class World:
    """What tests do to the database, by name."""

    at = AT
    programme = PROGRAMME
    publish_course = staticmethod(publish_course)
    hand_in = staticmethod(hand_in)


@pytest.fixture
def world() -> World:
    return World()
