"""What can be seen of all items together: names, enemies, where the right choice stands, levels."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from statistics import median

from core.messages import Message
from courses.bank.item import Item
from courses.bank.reference import find_reference
from courses.checks.problems import Problem
from courses.course import find_form

ENOUGH_TO_TELL = 6  # choices, before anything is said of how they are spread
MOST_AT_ONE_PLACE = 0.5  # of the right choices
MOST_LONGEST = 0.5  # of the right choices that are longer than every wrong one
EASIER = 0.05  # by so much a blind guess may be likelier: between next to nothing and nothing
STAGES = ((1, 2), (3, 4), (5, 6))


def problems_of_bank(items: Sequence[Item]) -> list[Problem]:
    """Every fault that no single item shows. ``items``: all of the bank."""
    return [
        *_names(items),
        *_enemies(items),
        *_same_tasks(items),
        *_places(items),
        *_lengths(items),
        *_order_of_levels(items),
    ]


def _names(items: Sequence[Item]) -> Iterator[Problem]:
    for slug, number in Counter(item.slug for item in items).items():
        if number > 1:
            yield Problem(slug, Message("có {n} câu cùng tên thư mục này", {"n": number}))


def _enemies(items: Sequence[Item]) -> Iterator[Problem]:
    known = {item.slug: item for item in items}
    for item in items:
        for slug in item.enemies:
            other = known.get(slug)
            if slug == item.slug:
                yield Problem(item.slug, Message("tự kể mình là câu kỵ (enemies)"))
            elif other is None:
                said = {"other": slug}
                yield Problem(item.slug, Message("câu kỵ {other}: không có câu này", said))
            elif item.slug not in other.enemies:
                said = {"other": slug}
                yield Problem(item.slug, Message("câu kỵ {other} chưa kể lại câu này", said))


def _same_tasks(items: Sequence[Item]) -> Iterator[Problem]:
    """Two items of one title are met in one test unless they are enemies."""
    titled: dict[str, Item] = {}
    for item in items:
        other = titled.setdefault(" ".join(item.title.casefold().split()), item)
        if other is not item and other.slug not in item.enemies:
            said = {"other": other.slug}
            yield Problem(item.slug, Message("cùng tên với {other}; là câu kỵ của nhau?", said))


def _places(items: Sequence[Item]) -> Iterator[Problem]:
    """Where the right choice stands, by competence: who writes ten in a row has a habit."""
    for competence, places in _by_competence(items).items():
        if len(places) < ENOUGH_TO_TELL:
            continue
        place, number = Counter(place for place, _ in places).most_common(1)[0]
        if number > math.ceil(MOST_AT_ONE_PLACE * len(places)):
            said = {"place": place + 1, "number": number, "count": len(places)}
            why = "lựa chọn đúng đứng thứ {place} ở {number} trên {count} câu: hãy đổi chỗ bớt"
            yield Problem(competence, Message(why, said))


def _lengths(items: Sequence[Item]) -> Iterator[Problem]:
    for competence, places in _by_competence(items).items():
        longest = sum(is_longest for _, is_longest in places)
        if len(places) >= ENOUGH_TO_TELL and longest > math.ceil(MOST_LONGEST * len(places)):
            said = {"number": longest, "count": len(places)}
            why = "lựa chọn đúng là lựa chọn dài nhất ở {number} trên {count} câu"
            yield Problem(competence, Message(why, said))


def _by_competence(items: Sequence[Item]) -> dict[str, list[tuple[int, bool]]]:
    """Of each single choice: the place of the right one, and whether it is the longest."""
    found: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    for item in items:
        for cell in item.answer_cells:
            form, reference = find_form(cell), find_reference(cell)
            keys = [key for key, _ in form.options] if form and form.kind == "single" else []
            if form is not None and reference in keys:
                lengths = {key: len(text) for key, text in form.options}
                mine = lengths.pop(str(reference))
                is_longest = mine > max(lengths.values(), default=0)
                found[item.competence].append((keys.index(reference), is_longest))
    return found


def _order_of_levels(items: Sequence[Item]) -> Iterator[Problem]:
    """Higher stages ask for more: their items take no less time, and are no easier to guess."""
    by_stage: dict[str, dict[int, list[Item]]] = defaultdict(lambda: defaultdict(list))
    for item in items:
        stage = next(number for number, levels in enumerate(STAGES) if item.level in levels)
        by_stage[item.competence][stage].append(item)
    for competence, stages in by_stage.items():
        lower: tuple[float, float] | None = None
        for stage in sorted(stages):
            minutes = median(item.minutes for item in stages[stage])
            chance = median(item.chance for item in stages[stage])
            if lower is not None and (minutes < lower[0] or chance > lower[1] + EASIER):
                levels = "–".join(map(str, STAGES[stage]))
                why = "câu bậc {levels} ngắn hơn hoặc dễ đoán hơn câu ở các bậc dưới"
                yield Problem(competence, Message(why, {"levels": levels}))
            lower = (minutes, chance)
