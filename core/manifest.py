"""What a release says of its course: titles, lessons, exercises, media.

Pages need no notebook then. A release keeps it as plain JSON for ever, so it is read here and
nowhere else: `read_manifest` at the border (the column of the release, in `records`), and
`Manifest.as_dict` to write it. What later versions added may be missing in an older release and
has a default; what every release has is asked for, and a fault says where it lies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.marks import Mode
from core.teaching_card import CardStep, CardText, TeachingCard


class BadManifest(ValueError):
    """What is stored is no manifest: says where, and what is wrong there."""


@dataclass(frozen=True, slots=True)
class Level:
    """What earns ``points`` (0 or more) of a criterion."""

    points: float
    text: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that a person who marks looks at. ``levels`` stand from the most points to the
    fewest."""

    title: str
    levels: tuple[Level, ...]

    @property
    def max_points(self) -> float:
        return max(level.points for level in self.levels)

    def find_level(self, points: float) -> Level | None:
        """The level that earns exactly so much."""
        return next((level for level in self.levels if level.points == points), None)

    def as_dict(self) -> dict[str, Any]:
        levels = [{"points": level.points, "text": level.text} for level in self.levels]
        return {"title": self.title, "levels": levels}


@dataclass(frozen=True, slots=True)
class ExerciseEntry:
    """A marked exercise. ``answers`` are ids of the notebook's cells; ``kind`` is form, code, file
    or text; ``minutes`` are the author's guess, 0 where none was made."""

    grade_id: str
    title: str
    competence: str
    level: int
    points: float
    minutes: float = 0
    kind: str = ""
    hint: str = ""
    answers: tuple[str, ...] = ()
    rubric: tuple[Criterion, ...] = ()
    title_en: str = ""
    hint_en: str = ""

    def as_dict(self) -> dict[str, Any]:
        """``rubric`` and English only where there are: what is published already keeps its
        digest."""
        rubric = [criterion.as_dict() for criterion in self.rubric]
        return {
            "grade_id": self.grade_id,
            "title": self.title,
            "competence": self.competence,
            "level": self.level,
            "minutes": self.minutes,
            "points": self.points,
            "kind": self.kind,
            "hint": self.hint,
            "answers": list(self.answers),
            **({"rubric": rubric} if rubric else {}),
            **({"title_en": self.title_en} if self.title_en else {}),
            **({"hint_en": self.hint_en} if self.hint_en else {}),
        }


@dataclass(frozen=True, slots=True)
class LessonEntry:
    """A lesson. ``file`` is its notebook's path in the release, ``file_en`` that of its English, ""
    where it is in Vietnamese only; an ``exam`` takes two markers."""

    slug: str
    title: str
    file: str
    max_points: float
    exercises: tuple[ExerciseEntry, ...] = ()
    title_en: str = ""
    theory_minutes: float = 0
    practice_minutes: float = 0
    exam: bool = False
    file_en: str = ""
    covers: tuple[str, ...] = ()  # items of the content frame (`core.content_frame.ITEMS`)

    @property
    def minutes(self) -> float:
        return self.theory_minutes + self.practice_minutes

    def in_english(self) -> LessonEntry:
        """The lesson with its own titles and hints in English, where it has them; what is asked
        and what it is worth stay."""
        exercises = tuple(
            replace(one, title=one.title_en or one.title, hint=one.hint_en or one.hint)
            for one in self.exercises
        )
        return replace(self, title=self.title_en or self.title, exercises=exercises)

    def find_exercise(self, grade_id: str) -> ExerciseEntry | None:
        return next((one for one in self.exercises if one.grade_id == grade_id), None)

    def as_dict(self) -> dict[str, Any]:
        """``exam``, ``file_en`` and ``covers`` only where they are: what is published already
        keeps its digest."""
        return {
            "slug": self.slug,
            "title": self.title,
            "title_en": self.title_en,
            "file": self.file,
            "theory_minutes": self.theory_minutes,
            "practice_minutes": self.practice_minutes,
            "max_points": self.max_points,
            "exercises": [exercise.as_dict() for exercise in self.exercises],
            **({"exam": True} if self.exam else {}),
            **({"file_en": self.file_en} if self.file_en else {}),
            **({"covers": list(self.covers)} if self.covers else {}),
        }


@dataclass(frozen=True, slots=True)
class MediumEntry:
    """A published picture, video or caption file. ``digest`` is SHA-256 (hex); ``width`` and
    ``height`` in pixels, None for what is no picture; ``lines`` what captions say, as (seconds,
    text), None for what holds none."""

    path: str
    digest: str
    size: int
    width: int | None = None
    height: int | None = None
    lines: tuple[tuple[float, str], ...] | None = None

    def as_dict(self) -> dict[str, Any]:
        """All but the path, by which the manifest keeps it."""
        about: dict[str, Any] = {"digest": self.digest, "size": self.size}
        if self.width is not None and self.height is not None:
            about |= {"width": self.width, "height": self.height}
        if self.lines is not None:
            about["lines"] = [list(line) for line in self.lines]
        return about


@dataclass(frozen=True, slots=True)
class Manifest:
    """A course as published. ``frame`` is the content frame of QĐ 64, such as ``4.1``;
    ``pass_share`` in 0..1; ``mode`` how it is marked; ``open_reading``: its author lets strangers
    read it, where the installation does."""

    course: str
    title: str
    programme: str
    framework: str
    pass_share: float
    lessons: tuple[LessonEntry, ...]
    title_en: str = ""
    summary: str = ""
    summary_en: str = ""
    frame: str = ""
    media: tuple[MediumEntry, ...] = ()
    mode: Mode = "strict"
    open_reading: bool = False
    licence: str = ""  # a key of `core.licences.LICENCES`
    contributor: str = ""
    teaching_card: TeachingCard | None = None

    @property
    def in_english(self) -> bool:
        """Every lesson has its English."""
        return all(lesson.file_en for lesson in self.lessons)

    def find_lesson(self, slug: str) -> LessonEntry | None:
        return next((lesson for lesson in self.lessons if lesson.slug == slug), None)

    def find_next(self, slug: str) -> str | None:
        """The slug of the lesson that follows this one; None after the last."""
        slugs = [lesson.slug for lesson in self.lessons]
        later = slugs[slugs.index(slug) + 1 :] if slug in slugs else []
        return later[0] if later else None

    def find_medium(self, path: str) -> MediumEntry | None:
        return next((medium for medium in self.media if medium.path == path), None)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON. What only some courses have is named only there: what is published already
        keeps its digest."""
        media = {medium.path: medium.as_dict() for medium in self.media}
        return {
            "programme": self.programme,
            "course": self.course,
            "title": self.title,
            "title_en": self.title_en,
            "summary": self.summary,
            "summary_en": self.summary_en,
            "frame": self.frame,
            "pass_share": self.pass_share,
            "framework": self.framework,
            "lessons": [lesson.as_dict() for lesson in self.lessons],
            **({"media": media} if media else {}),
            **({"mode": self.mode} if self.mode != "strict" else {}),
            **({"open_reading": True} if self.open_reading else {}),
            **({"licence": self.licence} if self.licence else {}),
            **({"contributor": self.contributor} if self.contributor else {}),
            **({"teaching_card": self.teaching_card.as_dict()} if self.teaching_card else {}),
        }


def read_manifest(stored: Mapping[str, Any]) -> Manifest:
    """The manifest that a release of this or any earlier version stores. Raises `BadManifest`."""
    part = _Part("manifest", stored)
    course = part.text("course")
    return Manifest(
        course=course,
        title=part.text("title", course),
        programme=part.text("programme"),
        framework=part.text("framework"),
        pass_share=part.number("pass_share"),
        lessons=tuple(_lesson(one) for one in part.parts("lessons")),
        title_en=part.text("title_en", ""),
        summary=part.text("summary", ""),
        summary_en=part.text("summary_en", ""),
        frame=part.text("frame", ""),
        media=tuple(_medium(path, one) for path, one in part.named_parts("media")),
        mode="compatible" if part.text("mode", "strict") == "compatible" else "strict",
        open_reading=part.value("open_reading", False) is True,
        licence=part.text("licence", ""),
        contributor=part.text("contributor", ""),
        teaching_card=_card(part.part("teaching_card")) if part.has("teaching_card") else None,
    )


def _lesson(part: _Part) -> LessonEntry:
    slug = part.text("slug")
    return LessonEntry(
        slug=slug,
        title=part.text("title", slug),
        file=part.text("file"),
        max_points=part.number("max_points"),
        exercises=tuple(_exercise(one) for one in part.parts("exercises")),
        title_en=part.text("title_en", ""),
        theory_minutes=part.number("theory_minutes", 0),
        practice_minutes=part.number("practice_minutes", 0),
        exam=part.value("exam", False) is True,
        file_en=part.text("file_en", ""),
        covers=tuple(map(str, part.listed("covers"))) if part.has("covers") else (),
    )


def _exercise(part: _Part) -> ExerciseEntry:
    grade_id = part.text("grade_id")
    return ExerciseEntry(
        grade_id=grade_id,
        title=part.text("title", grade_id),
        competence=part.text("competence"),
        level=int(part.number("level")),
        points=part.number("points"),
        minutes=part.number("minutes", 0),
        kind=part.text("kind", ""),
        hint=part.text("hint", ""),
        answers=tuple(map(str, part.listed("answers"))),
        rubric=tuple(_criterion(one) for one in part.parts("rubric")),
        title_en=part.text("title_en", ""),
        hint_en=part.text("hint_en", ""),
    )


def _criterion(part: _Part) -> Criterion:
    levels = tuple(Level(one.number("points"), one.text("text")) for one in part.parts("levels"))
    return Criterion(part.text("title"), levels)


def _medium(path: str, part: _Part) -> MediumEntry:
    lines = part.listed("lines") if part.has("lines") else None
    return MediumEntry(
        path=path,
        digest=part.text("digest"),
        size=int(part.number("size", 0)),
        width=int(part.number("width")) if part.has("width") else None,
        height=int(part.number("height")) if part.has("height") else None,
        lines=None if lines is None else tuple((at, str(said)) for at, said in lines),
    )


def _card(part: _Part) -> TeachingCard:
    sources = tuple(map(str, part.listed("sources")))
    return TeachingCard(_card_text(part.part("vi")), _card_text(part.part("en")), sources)


def _card_text(part: _Part) -> CardText:
    return CardText(
        title=part.text("title"),
        goal=part.text("goal"),
        steps=tuple(CardStep(one.text("do"), one.text("say")) for one in part.parts("steps")),
        careful=tuple(map(str, part.listed("careful"))),
        task=part.text("task"),
        done_when=part.text("done_when"),
    )


_ASKED_FOR: Any = object()  # no default: every release has it


class _Part:
    """An object of the stored JSON, and where it stands in the manifest.

    Numbers stay as they were written (2 is not 2.0), so that what is read can be published again
    under the same digest.
    """

    def __init__(self, where: str, found: Any) -> None:
        if not isinstance(found, Mapping):
            raise BadManifest(f"{where}: an object is needed, not {found!r:.80}")
        self._where, self._found = where, found

    def has(self, key: str) -> bool:
        return key in self._found

    def value(self, key: str, default: Any = _ASKED_FOR) -> Any:
        if key not in self._found and default is _ASKED_FOR:
            raise BadManifest(f"{self._where}: “{key}” is missing")
        return self._found.get(key, default)

    def text(self, key: str, default: str = _ASKED_FOR) -> str:
        found = self.value(key, default)
        if not isinstance(found, str):
            raise self._wrong(key, "text", found)
        return found

    def number(self, key: str, default: float = _ASKED_FOR) -> float:
        found = self.value(key, default)
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise self._wrong(key, "a number", found)
        return found

    def listed(self, key: str) -> list[Any]:
        found = self.value(key, [])
        if not isinstance(found, list):
            raise self._wrong(key, "a list", found)
        return found

    def part(self, key: str) -> _Part:
        return _Part(f"{self._where}.{key}", self.value(key))

    def parts(self, key: str) -> Iterator[_Part]:
        for number, one in enumerate(self.listed(key)):
            yield _Part(f"{self._where}.{key}[{number}]", one)

    def named_parts(self, key: str) -> Iterator[tuple[str, _Part]]:
        found = self.value(key, {})
        if not isinstance(found, Mapping):
            raise self._wrong(key, "an object", found)
        for name, one in found.items():
            yield str(name), _Part(f"{self._where}.{key}[{name!r}]", one)

    def _wrong(self, key: str, needed: str, found: Any) -> BadManifest:
        return BadManifest(f"{self._where}.{key}: {needed} is needed, not {found!r:.80}")
