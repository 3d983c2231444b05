"""Frameworks of competences beside the one that lessons measure by: what a completed file must
say, and what a reader is shown of it. `read_completed` is pure; only `load_…` read.

Nothing in a framework is ours: what its issuer did not write is missing, and says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.messages import Message, Refused
from records import Session
from records.programme import frameworks as kept
from records.tables.programme import FrameworkVersion
from school.learning import overview
from school.programme.curriculum import Cell, Practice, Row, make_curriculum
from skills_framework.explained import Explained, Explanation, explained_in, find_explained
from skills_framework.framework import (
    DATA,
    Competence,
    Domain,
    Framework,
    framework_file,
    load_framework,
    read_framework,
)

OURS = "vn-tt02-2025"  # what lessons and items measure by, and what others are compared with
MOST_BYTES = 2_000_000
MOST_COMPETENCES, MOST_LEVELS, LONGEST = 300, 12, 2_000
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,31}")
_CODE = re.compile(r"[0-9A-Za-z]{1,4}(\.[0-9A-Za-z]{1,4}){1,2}")


@dataclass(frozen=True)
class Completed:
    """A framework whose file has no fault; ``explained`` None where it explains nothing."""

    framework: Framework
    explained: Explained | None


def read_completed(content: bytes, file: str) -> Completed:
    """Read a completed framework, with all that `motcham framework check` asks of it. `Refused`
    with one message for each fault."""
    if len(content) > MOST_BYTES:
        raise Refused(Message("{file} lớn hơn {n} MB", {"file": file, "n": MOST_BYTES // 10**6}))
    framework = read_framework(content, file)
    try:
        spelled(content)
    except UnicodeEncodeError:  # half a character: no database keeps it
        raise Refused(Message("{file}: có ký tự không dùng được", {"file": file})) from None
    if faults := list(_bounds(framework, file)):
        raise Refused(*faults)
    return Completed(framework, explained_in(json.loads(content), framework, file))


def spelled(content: bytes) -> str:
    """The file as it is kept: what its author wrote, all of it, in one spelling."""
    text = json.dumps(json.loads(content), ensure_ascii=False, indent=1) + "\n"
    text.encode()
    return text


def _bounds(framework: Framework, file: str) -> Sequence[Message]:
    """What a page and an address can hold."""
    found: list[tuple[str, Message]] = []
    if not _NAME.fullmatch(framework.id):
        found.append(("id", Message("chỉ gồm chữ thường không dấu, số và dấu -, tối đa 32 ký tự")))
    if len(framework.competences) > MOST_COMPETENCES:
        found.append(("domains", Message("nhiều hơn {n} năng lực", {"n": MOST_COMPETENCES})))
    if len(framework.levels) > MOST_LEVELS:
        found.append(("levels", Message("nhiều hơn {n} bậc", {"n": MOST_LEVELS})))
    for one in framework.competences:
        if not _CODE.fullmatch(one.code):
            facts = {"code": one.code[:40]}
            found.append(("competences", Message("mã {code} phải có dạng 1.1 hoặc 1.1.1", facts)))
    texts = [framework.issuer, framework.source, *framework.title.values()]
    named: list[Domain | Competence] = [*framework.domains, *framework.competences]
    texts += [text for one in named for text in one.name.values()]
    if not all(text.replace("\n", " ").isprintable() for text in texts):
        found.append(("name", Message("có ký tự điều khiển, không in ra được")))
    if any(len(text) > LONGEST for text in texts):
        found.append(("name", Message("có tên dài quá {n} ký tự", {"n": LONGEST})))
    return [
        Message("{file}: khóa “{key}”: {why}", {"file": file, "key": key, "why": why})
        for key, why in found
    ]


def shipped_names() -> tuple[str, ...]:
    """The frameworks that come with the package: these are not replaced while it runs, since
    results are stamped with them."""
    return tuple(sorted(path.stem for path in DATA.glob("*.json")))


def draft_names() -> tuple[str, ...]:
    """Frameworks of which only the outside is known, to be completed."""
    return tuple(sorted(path.stem for path in (DATA / "drafts").glob("*.json")))


@dataclass(frozen=True)
class Shown:
    """A framework as a page shows it. ``version`` None: it came with the package."""

    framework: Framework
    explained: Explained | None
    version: FrameworkVersion | None
    crosswalk: Mapping[str, Sequence[str]]

    @property
    def matched(self) -> int:
        """How many of its competences correspond to something."""
        return sum(bool(self.crosswalk.get(one.code)) for one in self.framework.competences)


def load_all(session: Session) -> list[Shown]:
    """Those of the package, then those that were put in."""
    shipped = [_shipped(name) for name in shipped_names()]
    return shipped + [_of(session, row) for row in kept.current_versions(session)]


def load_one(session: Session, name: str, version: int | None = None) -> Shown | None:
    """The latest version, or this one; None where there is none."""
    if name in shipped_names():
        return _shipped(name)
    for row in kept.versions_of(session, name):
        if version is None or row.version == version:
            return _of(session, row)
    return None


def file_of(shown: Shown) -> str:
    """The file of a framework: as it was put in, or as the package has it."""
    return shown.version.content if shown.version else framework_file(shown.framework)


def _shipped(name: str) -> Shown:
    return Shown(load_framework(name), find_explained(name), None, {})


def _of(session: Session, row: FrameworkVersion) -> Shown:
    found = read_completed(row.content.encode(), row.name)
    return Shown(found.framework, found.explained, row, kept.crosswalk_of(session, row.name))


@dataclass(frozen=True)
class Alike:
    """A competence of `OURS` that one corresponds to, with what practises it."""

    competence: Competence
    practices: tuple[Practice, ...]
    exercises: int


@dataclass(frozen=True)
class LevelView:
    """A level: the name of its stage, what it means ({} where nobody says), its own exercises."""

    level: int
    stage: Mapping[str, str]
    means: Mapping[str, str]
    cell: Cell


@dataclass(frozen=True)
class CompetenceView:
    """One competence of a framework that was put in. ``alike``: by the crosswalk."""

    shown: Shown
    domain: Domain
    competence: Competence
    about: Mapping[str, str]
    levels: tuple[LevelView, ...]
    alike: tuple[Alike, ...]


def load_competence(
    session: Session, person_id: int | None, name: str, code: str, *, pass_share: float | None
) -> CompetenceView | None:
    """A competence with its levels, lessons and exercises: those of courses that measure by this
    framework, and those of what it corresponds to. None where there is none."""
    shown = load_one(session, name)
    found = shown.framework.find_competence(code) if shown else None
    if shown is None or found is None:
        return None
    courses = overview.load_courses(session, person_id, pass_share=pass_share)
    manifests = [one.manifest for one in courses]
    own = make_curriculum(shown.framework, manifests).find_row(code)
    ours = make_curriculum(load_framework(OURS), manifests)
    rows = [row for to in shown.crosswalk.get(code, ()) if (row := ours.find_row(to))]
    explanation = shown.explained.competences.get(code) if shown.explained else None
    domain = next(one for one in shown.framework.domains if found in one.competences)
    assert own is not None
    return CompetenceView(
        shown,
        domain,
        found,
        explanation.about if explanation else {},
        _levels(shown.framework, own, explanation),
        tuple(_alike(row) for row in rows),
    )


def _levels(
    framework: Framework, row: Row, explanation: Explanation | None
) -> tuple[LevelView, ...]:
    stages = explanation.stages if explanation else ()
    return tuple(
        LevelView(
            level.level,
            level.stage,
            next((one.means for one in stages if one.has(level.level)), {}),
            cell,
        )
        for level, cell in zip(framework.levels, row.cells, strict=True)
    )


def _alike(row: Row) -> Alike:
    """Each lesson once, with all its exercises of the competence."""
    lessons: dict[tuple[str, str], Practice] = {}
    for cell in row.cells:
        for one in cell.practices:
            key = (one.course.course, one.lesson.slug)
            before = lessons[key].exercises if key in lessons else ()
            lessons[key] = Practice(one.course, one.lesson, (*before, *one.exercises))
    return Alike(row.competence, tuple(lessons.values()), row.exercises)
