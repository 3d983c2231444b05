"""What the player shows of a notebook: text as safe HTML, forms, code, exercise headers.

Test cells are not shown; in their place stands a ``marks`` block where feedback belongs.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import Any

import mistune
import nh3

from core.messages import Refused
from courses.answers.notation import Form
from courses.course import Exercise, exercises_of, find_form
from courses.handouts.variants import in_vietnamese, literals_of
from courses.media import VIDEOS, Medium, path_of, read_video
from courses.notebooks import (
    Cell,
    Notebook,
    grade_id_of,
    is_grade,
    is_solution,
    is_task,
    is_task_answer,
    source_of,
)
from courses.options import option_lines, options_of

TEXT_TAGS = "a abbr b blockquote br code del div em h1 h2 h3 h4 h5 h6 hr i kbd mark p pre s small"
TABLE_TAGS = "caption col colgroup table tbody td tfoot th thead tr"
LIST_TAGS = "dd dl dt details summary figcaption figure img li ol span strong sub sup u ul"
TAGS = {*TEXT_TAGS.split(), *TABLE_TAGS.split(), *LIST_TAGS.split()}
ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
    "abbr": {"title"},
    "div": {"class", "tabindex"},
    "details": {"open"},
}
IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]+")
LINK = re.compile(r"(?:https?:|mailto:|tel:|#|/(?!/))", re.IGNORECASE)
CAPTIONED = re.compile(r'<p>(<img [^>]*?)title="([^"]*)"([^>]*>)</p>')
PICTURE = re.compile(r'<img ([^>]*?)src="([^"]*)"')
LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
SCROLLING_TABLE = '<div class="table-scroll" tabindex="0">'


@dataclass(frozen=True)
class ShownVideo:
    """A video with its addresses; ``tracks`` are (language, label, address), Vietnamese first,
    ``lines`` the transcript as (seconds, text)."""

    address: str
    kind: str
    poster: Medium
    tracks: tuple[tuple[str, str, str], ...]
    lines: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Block:
    """One piece of a lesson's page, in the order it is shown.

    ``kind`` and what it fills:
    - ``text``: ``html``, sanitised.
    - ``exercise``: ``exercise``; the header above an exercise's task.
    - ``form``: ``form`` and ``source`` (the learner's cell, for `notation.write_answer`).
    - ``code``: ``source``, which the learner edits; ``editable`` is True.
    - ``written``: a text answer that a person marks; ``exercise`` (with its rubric).
    - ``setup``: ``source`` the learner reads; ``folded`` says whether the page opens it at first;
      ``title`` names it. Tables that it defines are for reading and running, not for answering.
    - ``figure``: ``html`` of stored outputs (an image with its text) of a setup cell.
    - ``download``: ``title`` is the file's name.
    - ``video``: ``title`` and ``video``.
    - ``marks``: ``exercise``; the place for marks and feedback.
    ``cell_id`` is the notebook cell's id; ``grade_id`` nbgrader's, "" where there is none.
    """

    kind: str
    cell_id: str
    grade_id: str = ""
    html: str = ""
    source: str = ""
    title: str = ""
    form: Form | None = None
    exercise: Exercise | None = None
    editable: bool = False
    folded: bool = False
    video: ShownVideo | None = None


def blocks(notebook: Notebook, media: Mapping[str, Medium] | None = None) -> list[Block]:
    """Turn a learner's notebook (parsed JSON) into blocks. Never raises for odd cells.

    An exercise's header stands above the text cell directly before its first answer cell, which
    is its task, or above that answer cell where no text precedes it. Files handed out
    directly before are shown below the task. ``media``: the course's published files by path.
    """
    cells = notebook["cells"]
    exercises = _exercises(notebook)
    starts = _starts(cells, exercises)
    found: list[Block] = []
    handed: list[Block] = []
    for place, cell in enumerate(cells):
        made = _blocks_of(cell, exercises, media or {})
        if place in starts:
            found.append(_about("exercise", cell, starts[place]))
            made = made + handed if cell["cell_type"] == "markdown" else handed + made
            handed = []
        elif cell["cell_type"] == "code" and not (is_grade(cell) or is_solution(cell)):
            handed += [block for block in made if block.kind == "download"]
            made = [block for block in made if block.kind != "download"]
        else:
            found += handed
            handed = []
        found += made
    return found + handed


def safe_html(
    markdown: str,
    attachments: Mapping[str, Mapping[str, str]] | None = None,
    media: Mapping[str, Medium] | None = None,
) -> str:
    """Render Markdown to sanitised HTML: tables, lists, images of the course's ``media``, from
    ``data:`` or attachments. A picture alone with a title becomes a figure with its caption."""
    known = media or {}
    rendered = _render(_with_attachments(markdown, attachments or {}))
    cleaned = nh3.clean(
        str(rendered),
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=partial(_allowed, known),
        url_schemes={"http", "https", "mailto", "tel", "data"},
        link_rel="noopener noreferrer",
        generic_attribute_prefixes=set(),
    )
    sizes = {medium.address: medium for medium in known.values()}
    cleaned = PICTURE.sub(partial(_late, sizes), cleaned)
    cleaned = CAPTIONED.sub(r"<figure>\1\3<figcaption>\2</figcaption></figure>", cleaned)
    return cleaned.replace("<table>", f"{SCROLLING_TABLE}<table>").replace(
        "</table>", "</table></div>"
    )


_render = mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "def_list"])


def _late(sizes: Mapping[str, Medium], match: re.Match[str]) -> str:
    """Fetched when it comes near; its place is kept, so that nothing jumps when it arrives."""
    medium = sizes.get(match[2])
    size = f'width="{medium.width}" height="{medium.height}" ' if medium and medium.width else ""
    return f'<img loading="lazy" decoding="async" {size}{match[1]}src="{match[2]}"'


def _allowed(media: Mapping[str, Medium], tag: str, attribute: str, value: str) -> str | None:
    if tag == "img" and attribute == "src":
        medium = media.get(path_of(value) or "")
        if medium:
            return medium.address
        return value if IMAGE.fullmatch(value) else None
    if tag == "a" and attribute == "href":
        document = media.get(path_of(value) or "")
        if document:
            return document.address or None
        return value if LINK.match(value) else None
    if tag == "div" and attribute in ("class", "tabindex"):
        return value if (attribute, value) in (("class", "note"), ("class", "warning")) else None
    return value


def _with_attachments(markdown: str, attachments: Mapping[str, Mapping[str, str]]) -> str:
    for name, content in attachments.items():
        for kind, data in content.items():
            uri = f"data:{kind};base64,{''.join(data.split())}"
            markdown = markdown.replace(f"attachment:{name}", uri)
    return markdown


def _exercises(notebook: Notebook) -> dict[str, Exercise]:
    try:
        return {one.cell_id: one for one in exercises_of(notebook)}
    except Refused:
        return {}


def _starts(cells: list[Cell], exercises: Mapping[str, Exercise]) -> dict[int, Exercise]:
    """Place of each exercise's header: index of the cell it stands above."""
    places = {str(cell.get("id", "")): place for place, cell in enumerate(cells)}
    starts: dict[int, Exercise] = {}
    for exercise in exercises.values():
        own = places[exercise.cell_id]
        if is_task(cells[own]):  # its own text is what is to be done
            starts[own] = exercise
            continue
        first = places[exercise.answers[0]]
        starts[first - 1 if first and _is_plain_text(cells[first - 1]) else first] = exercise
    return starts


def _is_plain_text(cell: Cell) -> bool:
    answered = is_solution(cell) or is_task_answer(cell) or is_task(cell)
    return cell["cell_type"] == "markdown" and not is_grade(cell) and not answered


def _blocks_of(
    cell: Cell, exercises: Mapping[str, Exercise], media: Mapping[str, Medium]
) -> list[Block]:
    source, cell_id = source_of(cell), str(cell.get("id", ""))
    if cell["cell_type"] == "markdown" and (is_solution(cell) or is_task_answer(cell)):
        return _written(cell, exercises)
    if cell["cell_type"] == "markdown":
        text = safe_html(source, cell.get("attachments"), media)
        return [Block("text", cell_id, grade_id_of(cell), html=text)] if text.strip() else []
    if cell["cell_type"] != "code":
        return []
    if is_solution(cell):
        found = [_answer(cell, cell_id, source)]
        return found + ([_about("marks", cell, exercises.get(cell_id))] if is_grade(cell) else [])
    if is_grade(cell):
        return [_about("marks", cell, exercises.get(cell_id))]
    return _video(cell_id, source, media) or _setup(cell, cell_id, source)


def _video(cell_id: str, source: str, media: Mapping[str, Medium]) -> list[Block]:
    try:
        video = read_video(source)
    except Refused:
        return []
    if video is None or video.path not in media:
        return []
    tracks = tuple(
        (language, LANGUAGES.get(language, language), media[path].address)
        for language, path in video.captions.items()
        if path in media
    )
    spoken = next((media[path].lines for path in video.captions.values() if path in media), ())
    shown = ShownVideo(
        media[video.path].address,
        VIDEOS[PurePosixPath(video.path).suffix],
        media.get(video.poster, Medium("")),
        tracks,
        spoken,
    )
    return [Block("video", cell_id, title=video.title, video=shown)]


def _written(cell: Cell, exercises: Mapping[str, Exercise]) -> list[Block]:
    cell_id = str(cell.get("id", ""))
    exercise = next((one for one in exercises.values() if cell_id in one.answers), None)
    place = Block("written", cell_id, grade_id_of(cell), exercise=exercise, editable=True)
    if exercise is not None and not (is_task_answer(cell) or is_grade(cell)):
        return [place]  # the test cell behind it has the place for marks
    return [place, _about("marks", cell, exercise)]


def _about(kind: str, cell: Cell, exercise: Exercise | None) -> Block:
    grade_id = exercise.grade_id if exercise else grade_id_of(cell)
    title = exercise.title if exercise else ""
    return Block(kind, str(cell.get("id", "")), grade_id, title=title, exercise=exercise)


def _answer(cell: Cell, cell_id: str, source: str) -> Block:
    form = find_form(cell)
    if form is not None:
        return Block("form", cell_id, grade_id_of(cell), source=source, form=form)
    return Block("code", cell_id, grade_id_of(cell), source=source, editable=True)


def _setup(cell: Cell, cell_id: str, source: str) -> list[Block]:
    try:
        options = options_of(source)
    except Refused:
        options = {}
    shown = "\n".join(source.split("\n")[len(option_lines(source)) :]).strip("\n")
    title = str(options.get("title", ""))
    found: list[Block] = []
    table = _table(cell, options["table"], title) if "table" in options else ""
    if table:
        found.append(Block("text", cell_id, html=table))
    if shown and options.get("show", True):
        # Under its table the code needs no title of its own: the table has it as its caption.
        named, folded = "" if table else title, bool(options.get("fold", False))
        found.append(
            Block("setup", cell_id, grade_id_of(cell), source=shown, title=named, folded=folded)
        )
    if "download" in options:
        found.append(Block("download", cell_id, title=str(options["download"])))
    return found + [
        Block("figure", cell_id, html=shown_output)
        for output in cell.get("outputs", [])
        if (shown_output := _figure(output))
    ]


def _table(cell: Cell, name: Any, title: str) -> str:
    """The rows a setup cell assigns to ``name`` as an HTML table; first row is the heading."""
    try:
        rows = literals_of(source_of(cell)).get(str(name))
    except Refused:  # a learner broke the cell
        return ""
    if not isinstance(rows, list) or not rows or not all(isinstance(row, list) for row in rows):
        return ""
    heading = "".join(f'<th scope="col">{_cell(one)}</th>' for one in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(one)}</td>" for one in row) + "</tr>" for row in rows[1:]
    )
    caption = f"<caption>{html.escape(title)}</caption>" if title else ""
    return (
        f"{SCROLLING_TABLE}<table>{caption}<thead><tr>{heading}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(value: Any) -> str:
    return "" if value is None else html.escape(in_vietnamese(value))


def _joined(text: Any) -> str:
    """Notebooks keep a text whole, or as a list of its lines."""
    return "".join(map(str, text)) if isinstance(text, list) else str(text)


def _figure(output: Mapping[str, Any]) -> str:
    data = output.get("data", {})
    text = html.escape(_joined(data.get("text/plain", "")), quote=True)
    for kind in ("image/png", "image/jpeg"):
        if kind in data:
            content = "".join(_joined(data[kind]).split())
            return nh3.clean(
                f'<img alt="{text}" src="data:{kind};base64,{content}">',
                tags={"img"},
                attributes={"img": {"src", "alt"}},
                attribute_filter=partial(_allowed, {}),
                url_schemes={"data"},
            )
    return ""
