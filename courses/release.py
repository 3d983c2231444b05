"""Releases: what is published of a course, immutable, with its digest and manifest."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.manifest import Manifest
from core.messages import Message, Refused
from courses.checks.mistyped import faults_of_marks
from courses.course import Course
from courses.handouts.variants import downloads, variant
from courses.manifest import manifest_of, media_of
from courses.notebooks import (
    learner_notebook,
    read_notebook,
    with_task_answers,
    write_notebook,
)


@dataclass(frozen=True)
class Release:
    """A course ready to publish. Paths are relative to the course folder, with ``/``.

    ``learner_files`` hold neither solutions nor hidden tests, and the media that lessons show, once
    for the whole course; ``source_files`` are the
    instructor's, with ``manifest.json`` beside them so that a new title is a new release.
    ``digest`` is SHA-256 (hex) over sorted paths and bytes of both sides: the same content always
    has the same digest.
    """

    course: Course
    digest: str
    manifest: Manifest
    learner_files: Mapping[str, bytes]
    source_files: Mapping[str, bytes]


def make_release(course: Course) -> Release:
    """Make the release of a loaded course; pure. Raises Refused naming file and cell.

    Learner's files hold the author's own values of variants (seed 0); `lesson_for` makes a
    learner's own.
    """
    learner: dict[str, bytes] = {}
    source: dict[str, bytes] = {}
    for lesson in course.lessons:
        try:
            if faults := faults_of_marks(lesson.source):
                raise Refused(*faults)
            plain = variant(lesson.source, 0)
            learner[lesson.file] = write_notebook(learner_notebook(plain))
            handed = downloads(plain).items()
            learner |= {f"files/{lesson.slug}/{name}": content for name, content in handed}
        except Refused as refused:
            raise Refused(
                *(
                    Message("{file}: {why}", {"file": lesson.file, "why": why})
                    for why in refused.messages
                )
            ) from None
        source[lesson.file] = write_notebook(lesson.source)
        if lesson.file_en:
            source[lesson.file_en] = lesson.english
    learner |= media_of(course)
    manifest = manifest_of(course)
    source["manifest.json"] = json.dumps(
        manifest.as_dict(), ensure_ascii=False, indent=1, sort_keys=True
    ).encode()
    return Release(course, digest_of(learner, source), manifest, learner, source)


def lesson_for(
    source: bytes, seed: int, again: Mapping[str, int] | None = None
) -> tuple[bytes, dict[str, bytes]]:
    """A learner's own notebook and files to download, made from a release's source notebook.

    The examiner's side is ``variant(source, seed, again)`` with the same seed and draws.
    """
    own = variant(read_notebook(source), seed, again)
    return write_notebook(with_task_answers(learner_notebook(own))), downloads(own)


def digest_of(*sides: Mapping[str, bytes]) -> str:
    """SHA-256 (hex) over each side's sorted paths and bytes; lengths keep neighbours apart."""
    digest = hashlib.sha256()
    for side in sides:
        digest.update(f"{len(side)}\n".encode())
        for path in sorted(side):
            digest.update(f"{len(path.encode())} {path} {len(side[path])}\n".encode())
            digest.update(side[path])
    return digest.hexdigest()


# What reads a folder and makes a release of it, as seen from this room's own folder.
_MAKERS = ("courses", "core", "skills_framework")
_NOT_MAKERS = {"content", "items", "template", "__pycache__"}


def origin_of(folder: Path) -> str:
    """SHA-256 (hex) over all that a release of this course folder comes from: its files, and the
    code, data and libraries that make one of them. Reads no notebook: the same origin is the same
    release, or the same faults, without making it."""
    digest = hashlib.sha256(_makers().encode())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


@cache
def _makers() -> str:
    libraries = [importlib.metadata.version(name) for name in ("nbformat", "pyyaml", "mistune")]
    digest = hashlib.sha256(f"{sys.version} {libraries}".encode())
    for path in _files_of_makers():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files_of_makers() -> Iterator[Path]:
    above = Path(__file__).parents[1]
    for room in _MAKERS:
        for folder, below, files in os.walk(above / room):
            below[:] = sorted(name for name in below if name not in _NOT_MAKERS)
            yield from (Path(folder, name) for name in sorted(files))
