"""The map of the curriculum as a page for the repository (docs/curriculum.md), in English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from core.manifest import LessonEntry
from school.programme.curriculum import BASIC, Curriculum, FrameItem, FramePart, Row

Missing = Sequence[tuple[Row, tuple[int, ...]]]

OPENING = """# The curriculum

Made by `./motcham course map`; a test holds it to the shipped courses. The same map, with links \
into the lessons, is the page *Bản đồ chương trình* of every installation.

Framework {framework}: {title}. {lessons} lessons with {exercises} marked exercises practise \
{measured} of {competences} competences; {filled} of {cells} cells (competence × level) have one.

## By competence and level

How many exercises there are. **–** is an empty cell up to level {basic}: a lesson is wanted; \
a dot is one above."""


def as_markdown(
    curriculum: Curriculum, frames: Mapping[str, str], items: Mapping[str, str], *, content: str
) -> str:
    """The whole page. ``frames``, ``items``: what the parts of the content frame and their items
    are called; ``content``: where the folders of the courses lie, as the page links to them."""
    framework = curriculum.framework
    opening = OPENING.format(
        framework=framework.id,
        title=framework.title["en"],
        lessons=curriculum.lessons,
        exercises=curriculum.exercises,
        measured=curriculum.measured,
        competences=len(curriculum.rows),
        filled=curriculum.filled,
        cells=curriculum.cells,
        basic=BASIC,
    )
    lines = [
        opening,
        "",
        *_grid(curriculum),
        "",
        f"## Empty up to level {BASIC}",
        "",
        *(_missing(curriculum.empty_below) or ["No cell is empty."]),
        "",
        f"## Empty above level {BASIC}",
        "",
        *(_missing(curriculum.empty_above) or ["No cell is empty."]),
        "",
        "## By the content frame of Decision 64",
    ]
    for part in curriculum.frames:
        lines += ["", f"### {part.code} {frames.get(part.code, '')}".rstrip()]
        if part.items:
            lines += ["", "| item | lessons that cover it |", "|---|---|"]
            lines += [_covered(one, items, content) for one in part.items]
        lines += list(_part(part, content))
    lines += ["", "## Lessons by competence and level"]
    for row in curriculum.rows:
        lines += ["", f"### {_name(row)}", "", *_lessons(row)]
    return "\n".join(lines) + "\n"


def _grid(curriculum: Curriculum) -> Iterator[str]:
    levels = [str(one.level) for one in curriculum.framework.levels]
    yield f"| competence | {' | '.join(levels)} |"
    yield f"|---|{'---|' * len(levels)}"
    for domain in curriculum.domains:
        yield f"| **{domain.domain.code}. {domain.domain.name['en']}** |{' |' * len(levels)}"
        for row in domain.rows:
            shown = (
                str(cell.exercises or ("**–**" if cell.level <= BASIC else "·"))
                for cell in row.cells
            )
            yield f"| {_name(row)} | {' | '.join(shown)} |"


def _name(row: Row) -> str:
    return f"{row.competence.code} {row.competence.name['en']}"


def _missing(found: Missing) -> list[str]:
    return [f"- {_name(row)}: {', '.join(map(str, levels))}" for row, levels in found]


def _covered(item: FrameItem, items: Mapping[str, str], content: str) -> str:
    links = [
        f"[{_title(lesson)}]({content}/{course.course}/{lesson.file})"
        for course, lesson in item.lessons
    ]
    return f"| {item.code} {items.get(item.code, '')} | {'; '.join(links) or '**none**'} |"


def _part(part: FramePart, content: str) -> Iterator[str]:
    if not part.courses:
        yield from ("", "No course.")
    for course in part.courses:
        manifest = course.manifest
        yield from ("", f"**{manifest.title_en or manifest.title}** (`{manifest.course}`)", "")
        for one in course.lessons:
            practised = "; ".join(
                f"{code} at {', '.join(map(str, levels))}" for code, levels in one.practised
            )
            link = f"{content}/{manifest.course}/{one.lesson.file}"
            yield f"- [{_title(one.lesson)}]({link}): {practised}"


def _title(lesson: LessonEntry) -> str:
    return lesson.title_en or lesson.title


def _lessons(row: Row) -> Iterator[str]:
    if not row.filled:
        yield "No lesson."
    for cell in row.filled:
        titles = (f"{_title(one.lesson)} ({len(one.exercises)})" for one in cell.practices)
        yield f"- level {cell.level}: {'; '.join(titles)}"
