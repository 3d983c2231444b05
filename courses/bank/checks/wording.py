"""What can be seen of an item without marking it: its settings, its choices, its task."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.messages import Message
from courses.answers.notation import Form
from courses.bank.checks.tries import names_bound
from courses.bank.item import REVIEWED, Item
from courses.bank.reference import find_reference
from courses.checks.ease import faults_of as hard_to_read_in
from courses.checks.problems import Problem
from courses.course import find_form
from courses.handouts.variants import GAP, has_variants
from courses.notebooks import source_of
from courses.options import options_of
from skills_framework.framework import Framework

PEN_NAME = "(bút danh)"
LEAST_MISTAKES = 2  # of an item that no choice has distractors for
LEAST_OPTIONS = 3
MOST_MINUTES = {1: 3.0, 2: 4.0, 3: 6.0, 4: 8.0, 5: 12.0, 6: 15.0}
MOST_CHANCE = {1: 0.34, 2: 0.34, 3: 0.26, 4: 0.26, 5: 0.1, 6: 0.1}
TELLING = 1.3  # a right choice this much longer than the longest wrong one gives itself away
LONG_ENOUGH = 8  # characters by which it must be longer, too
TELLING_KEYS = re.compile(r"dung\d*|sai\d*|dap_?an|right|wrong|true|false|correct|ok|key")
ALL_OF_THEM = re.compile(
    r"tất cả (?:đều|(?:các )?(?:phương án|đáp án|ý|câu)\b)|cả (?:hai|ba|bốn) (?:phương án|đáp án|ý)"
    r"|không (?:có )?(?:phương án|đáp án|ý) nào|cả [a-d](?:, [a-d])* và [a-d]\b",
    re.IGNORECASE,
)
OF_LAW = re.compile(r"\b\d{1,4}/\d{4}/[A-ZĐ][\w-]*|\bLuật [A-ZĐ]\w+")


def problems_of_wording(item: Item, framework: Framework) -> Iterator[Problem]:
    """Every fault that reading finds, with the item's name."""
    for why in _settings(item, framework):
        yield Problem(item.slug, why)
    for why in _review(item):
        yield Problem(item.slug, why)
    for cell in item.answer_cells:
        form = find_form(cell)
        if form is None:
            continue
        for why in _choices(form, find_reference(cell)):
            yield Problem(item.slug, why)
    for why in [*_distractors(item), *_mistakes(item), *_sources(item), *_gaps(item)]:
        yield Problem(item.slug, why)
    for cell in item.source["cells"]:
        if cell["cell_type"] == "markdown":
            for why in hard_to_read_in(cell):
                yield Problem(item.slug, why, "warning")


def _settings(item: Item, framework: Framework) -> Iterator[Message]:
    if not framework.has_competence(item.competence):
        named = {"framework": framework.id, "code": item.competence}
        yield Message("khung {framework} không có năng lực {code}", named)
    most = MOST_MINUTES[item.level]
    said: dict[str, float] = {"level": item.level, "most": most, "minutes": item.minutes}
    if item.minutes > MOST_MINUTES[item.level]:
        yield Message("bậc {level} dài nhất {most} phút, câu này {minutes} phút", said)
    if item.chance > MOST_CHANCE[item.level]:
        said = {"level": item.level, "most": MOST_CHANCE[item.level], "chance": item.chance}
        yield Message("đoán mò đúng {chance:.0%}; bậc {level} nhiều nhất {most:.0%}", said)
    if item.is_performance and (item.kind == "single" or not _has_artefact(item)):
        yield Message(
            "câu làm trên vật thật (artefact) phải đưa ra vật ấy: tệp, bảng, hình hay khối chữ, và"
            " hỏi nhiều hơn một lựa chọn"
        )
    if len(item.seeds) > 1 and not has_variants(item.source):
        yield Message("có {n} biến thể nhưng không ô nào rút giá trị", {"n": len(item.seeds)})
    if len(item.seeds) == 1 and has_variants(item.source):
        yield Message("có ô rút giá trị (variant) nhưng chưa ghi “variants” trong item.toml")


def _has_artefact(item: Item) -> bool:
    for cell in item.source["cells"]:
        source = source_of(cell)
        if cell["cell_type"] == "markdown":
            if "attachments" in cell or "```" in source or "|---" in source.replace(" ", ""):
                return True
        elif {"download", "table"} & options_of(source).keys():
            return True
    return any(form.kind == "table" and any(form.rows) for form in item.forms)


def _review(item: Item) -> Iterator[Message]:
    review = item.review
    if review is None:
        if item.state in REVIEWED:
            yield Message("trạng thái “{state}” cần mục [review]", {"state": item.state})
        return
    if review.by.casefold() == item.author.casefold():
        yield Message("người duyệt phải khác người viết")
    if item.state in REVIEWED and review.digest != item.digest:
        said = {"digest": item.digest}
        yield Message("nội dung đã đổi sau khi duyệt; phải duyệt lại (mã nay là {digest})", said)


def _choices(form: Form, reference: object) -> Iterator[Message]:
    """Keys and texts of a choice that tell which one is right."""
    texts = dict(form.options)
    for key, text in texts.items():
        if TELLING_KEYS.fullmatch(key):
            yield Message("khóa “{key}” nói lộ đúng hay sai; hãy đổi tên khác", {"key": key})
        if form.kind in ("single", "multiple") and ALL_OF_THEM.search(text):
            yield Message("không dùng lựa chọn “{text}”: thứ tự sẽ được xáo", {"text": text})
    if form.kind not in ("single", "multiple"):
        if form.kind == "order" and reference == list(texts):
            yield Message("các việc cần xếp đang đứng sẵn theo đáp án")
        return
    if len(texts) < LEAST_OPTIONS:
        yield Message("cần ít nhất {n} lựa chọn", {"n": LEAST_OPTIONS})
    if len({" ".join(text.casefold().split()) for text in texts.values()}) < len(texts):
        yield Message("có hai lựa chọn cùng một nội dung")
    if form.kind == "single" and reference in texts:
        yield from _too_long(texts, str(reference))


def _too_long(texts: dict[str, str], right: str) -> Iterator[Message]:
    mine = len(texts[right])
    longest = max(len(text) for key, text in texts.items() if key != right)
    if mine >= longest * TELLING and mine >= longest + LONG_ENOUGH:
        said = {"mine": mine, "longest": longest}
        yield Message(
            "lựa chọn đúng dài {mine} ký tự, các lựa chọn khác dài nhất {longest}: tự lộ mình", said
        )


def _distractors(item: Item) -> Iterator[Message]:
    """Every wrong choice has its reason, and every reason a wrong choice."""
    wanted: dict[str, set[str]] = {}
    known: dict[str, set[str]] = {}
    for cell in item.answer_cells:
        form = find_form(cell)
        if form is None or form.kind not in ("single", "multiple"):
            continue
        keys, reference = {key for key, _ in form.options}, find_reference(cell)
        right = set(reference) if isinstance(reference, list) else {reference}
        known[form.name] = keys
        wanted[form.name] = keys - right if reference is not None else set()
    for name, keys in wanted.items():
        for key in sorted(keys - item.distractors.get(name, {}).keys()):
            said = {"name": name, "key": key}
            yield Message("chưa nói vì sao người ta chọn nhầm: [distractors.{name}] {key}", said)
    for name, held in item.distractors.items():
        for key in sorted(held.keys() - known.get(name, set())):
            said = {"name": name, "key": key}
            yield Message("[distractors.{name}] {key}: không có lựa chọn này", said)


def _mistakes(item: Item) -> Iterator[Message]:
    choices = sum(len(held) for held in item.distractors.values())
    if choices + len(item.mistakes) < LEAST_MISTAKES:
        why = "cần ít nhất {n} sai lầm thường gặp ([[mistake]] hoặc distractors)"
        yield Message(why, {"n": LEAST_MISTAKES})
    names = {name for cell in item.answer_cells for name in names_bound(source_of(cell))}
    for mistake in item.mistakes:
        if not any(name in mistake.answer for name in names):
            said = {"why": mistake.why}
            yield Message("sai lầm “{why}” không đổi câu trả lời nào", said)


def _sources(item: Item) -> Iterator[Message]:
    if not item.sources and not item.made_up.strip():
        yield Message("chưa có [[source]] nào, cũng chưa nói (made_up) điều gì là bịa ra")
    told = " ".join(f"{one.title} {one.place}" for one in item.sources)
    for named in sorted({match for text in _texts(item) for match in OF_LAW.findall(text)}):
        if named not in told:
            yield Message("nhắc tới “{named}” mà không có trong [[source]]", {"named": named})


def _gaps(item: Item) -> Iterator[Message]:
    """``{{name}}`` that no cell draws would be shown as it stands."""
    drawn: set[str] = set()
    for cell in item.source["cells"]:
        if cell["cell_type"] == "code" and "variant" in options_of(source_of(cell)):
            drawn |= names_bound(source_of(cell))
    for name in sorted({name for text in _texts(item) for name in GAP.findall(text)} - drawn):
        said = {"gap": "{{" + name + "}}"}
        yield Message("{gap}: không ô nào có “variant” gán giá trị này", said)


def _texts(item: Item) -> list[str]:
    """What candidates read: text cells, and the options of the others."""
    return [
        source_of(cell) if cell["cell_type"] == "markdown" else str(options_of(source_of(cell)))
        for cell in item.source["cells"]
    ]
