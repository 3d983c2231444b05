"""Checking an item: by reading, then by marking everything that is tried of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from core.marks import Marks
from core.messages import Message, Refused
from courses.bank.checks.tries import Outcome, Tried, Try, notebooks_of, read_outcomes, tries_of
from courses.bank.checks.wording import problems_of_wording
from courses.bank.item import Item
from courses.checks.problems import Problem
from skills_framework.framework import Framework

NEAR = 0.011  # of the points: a third is written 0.33
MOST_BLINDLY = 0.5  # of the points, for one and the same choice everywhere


class Mark(Protocol):
    """`graders.both_modes.BothModes`: feedback is a message where the words are the platform's."""

    def __call__(self, source: bytes, submitted: bytes, *, candid: bool) -> Marks: ...


def check_item(item: Item, framework: Framework, mark: Mark) -> list[Problem]:
    """Everything that keeps an item from being reviewed (errors), or could be better.

    ``mark`` marks notebook bytes strictly. It is asked once; once more, as the author and not a
    candidate would hear it, where something of the author's own fails.
    """
    found = list(problems_of_wording(item, framework))
    try:
        tries = tries_of(item)
        source, submitted, setups = notebooks_of(item, tries)
    except Refused as refused:
        return [*found, *(Problem(item.slug, why) for why in refused.messages)]
    tried = read_outcomes(item, tries, setups, mark(source, submitted, candid=False))
    if tried.failed or not _all_solved(item, tried):
        tried = read_outcomes(item, tries, setups, mark(source, submitted, candid=True))
    return [*found, *problems_of_tries(item, tried)]


def solve(item: Item, seed: int, answer: str, mark: Mark) -> Outcome:
    """What ``answer`` earns: Python lines that bind the names of the answers, by somebody who has
    seen no reference. Raises Refused where it cannot be marked."""
    tries = [Try("solved", seed, Message("câu trả lời"), answer)]
    source, submitted, setups = notebooks_of(item, tries)
    tried = read_outcomes(item, tries, setups, mark(source, submitted, candid=False))
    if tried.failed:
        raise Refused(Message("không chấm được: {why}", {"why": tried.failed}))
    return tried.outcomes[0]


def problems_of_tries(item: Item, tried: Tried) -> Iterator[Problem]:
    """What the outcomes say: the reference earns all, nothing else does, each mistake as told."""
    if tried.failed:
        yield Problem(item.slug, Message("không chấm được: {why}", {"why": tried.failed}))
        return
    for error in tried.setup_errors:
        yield Problem(item.slug, Message("ô chuẩn bị báo lỗi: {error}", {"error": error}))
    solved = _solved(tried)
    for outcome in tried.outcomes:
        # Where the reference itself fails, what else is tried of that variant says nothing.
        if outcome.tried.kind in ("reference", "empty") or outcome.tried.seed in solved:
            yield from _of_outcome(item, outcome)
    if _all_solved(item, tried):
        yield from _of_options(item, tried)
        yield from _silent(item, tried)
        yield from _same_keys(item, tried)


def _solved(tried: Tried) -> set[int]:
    """Seeds of the variants whose reference earns everything."""
    return {
        one.tried.seed
        for one in tried.outcomes
        if one.tried.kind == "reference" and one.share > 1 - NEAR
    }


def _all_solved(item: Item, tried: Tried) -> bool:
    return _solved(tried) == set(item.seeds) and not tried.setup_errors


def _of_outcome(item: Item, outcome: Outcome) -> Iterator[Problem]:
    tried, share = outcome.tried, outcome.share
    said = {"what": tried.what, "share": round(share, 2), "feedback": outcome.feedback or "–"}
    why = None
    match tried.kind:
        case "reference" | "spaced" | "bare":
            if share < 1 - NEAR:
                why = Message("{what} chỉ được {share} số điểm: {feedback}", said)
        case "empty":
            if share > 0:
                why = Message("{what} vẫn được {share} số điểm", said)
        case "option":
            return
        case _ if share > 1 - NEAR:
            why = Message("{what} được đủ điểm", said)
        case "constant" if len(item.answer_cells) == 1 and share > MOST_BLINDLY:
            why = Message("{what} được {share} số điểm; nhiều nhất là một nửa", said)
        case _ if tried.earns is not None and abs(share - tried.earns) > NEAR:
            said["earns"] = tried.earns
            why = Message("{what} được {share} số điểm, không phải {earns}", said)
    if why is not None:
        yield Problem(_where(item, tried.seed), why)


def _of_options(item: Item, tried: Tried) -> Iterator[Problem]:
    """Where the right choice is computed, exactly one option must earn everything."""
    full: dict[str, int] = {}
    for one in tried.outcomes:
        if one.tried.kind == "option":
            name = one.tried.option[0]
            full[name] = full.get(name, 0) + (one.share > 1 - NEAR)
    for name, count in full.items():
        if count != 1:
            said = {"name": name, "count": count}
            why = "{count} lựa chọn của {name} được đủ điểm; phải đúng một"
            yield Problem(item.slug, Message(why, said))


def _silent(item: Item, tried: Tried) -> Iterator[Problem]:
    """Who makes a known mistake reads what it was, and not the same whichever it was."""
    spoken: dict[str, list[Message]] = {}
    # Of code the platform says where it failed; of a form its words know no mistake.
    heard = (str, Message) if len(item.answer_cells) > len(item.forms) else str
    for one in tried.outcomes:
        if one.tried.kind in ("distractor", "mistake") and one.share < 1 - NEAR:
            if not isinstance(one.feedback, heard):
                why = Message("{what}: người làm không được lời nhắc nào", {"what": one.tried.what})
                yield Problem(_where(item, one.tried.seed), why)
            elif one.tried.kind == "distractor" and one.tried.option[1]:
                spoken.setdefault(str(one.feedback), []).append(one.tried.what)
    for alike in spoken.values():
        if len(alike) > 1:
            said = {"first": alike[0], "second": alike[1]}
            why = Message("{first} và {second} nhận cùng một lời nhắc", said)
            yield Problem(item.slug, why, "warning")


def _same_keys(item: Item, tried: Tried) -> Iterator[Problem]:
    """Two variants with one answer key are one: who has seen the first knows the second."""
    first: dict[str, int] = {}
    for seed, key in tried.keys.items():
        if key in first:
            said = {"first": first[key], "second": seed}
            yield Problem(item.slug, Message("biến thể {first} và {second} có cùng đáp án", said))
        first.setdefault(key, seed)


def _where(item: Item, seed: int) -> Message | str:
    return Message("{item} (biến thể {seed})", {"item": item.slug, "seed": seed})
