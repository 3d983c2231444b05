"""What an examination asks of its engine, and when it is passed. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.messages import Message, Refused
from records.assessment.sittings import Known
from records.examination.planned import Rules
from records.tables.examination import Examination
from school.assessment import sittings
from school.assessment.item_bank import Parameters
from school.assessment.sittings import Given
from skills_framework import adaptive, scale

LEAST_MINUTES, MOST_MINUTES = 10, 300
FEWEST_ITEMS, MOST_ITEMS = 6, 60
EXTRA_SHARES = (0.0, 0.25, 0.5, 1.0)
ALTERNATIVES = {
    "": Message("Trang thường"),
    "large": Message("Chữ lớn"),
    "plain": Message("Không có hình động, không có đồng hồ chạy"),
    "reader": Message("Có người đọc câu hỏi"),
}
EVEN = 0.5  # the chance from which the level is taken as reached
DOMAIN_ERROR, WHOLE_ERROR = 0.7, 0.35  # logits: surer than a placement, a certificate hangs on it


def check_rules(rules: Rules) -> None:
    """`Refused` with what is wrong with each figure, at its field."""
    faults: dict[str, Message] = {}
    if not LEAST_MINUTES <= rules.minutes <= MOST_MINUTES:
        span = {"least": LEAST_MINUTES, "most": MOST_MINUTES}
        faults["minutes"] = Message("Thời gian làm bài từ {least} đến {most} phút", span)
    if not FEWEST_ITEMS <= rules.least_items <= rules.most_items:
        faults["least_items"] = Message(
            "Số câu ít nhất từ {least} đến số câu nhiều nhất", {"least": FEWEST_ITEMS}
        )
    if not FEWEST_ITEMS <= rules.most_items <= MOST_ITEMS:
        span = {"least": FEWEST_ITEMS, "most": MOST_ITEMS}
        faults["most_items"] = Message("Số câu nhiều nhất từ {least} đến {most}", span)
    if not 1 <= rules.pass_level <= scale.HIGHEST:
        faults["pass_level"] = Message("Bậc đạt từ 1 đến {most}", {"most": scale.HIGHEST})
    if faults:
        raise Refused.at_fields(faults)


def engine_rules(examination: Examination, allowed: dt.timedelta) -> adaptive.Rules:
    """Of one candidate, who has ``allowed`` time. Every domain comes, and none fills the paper."""
    most, least = examination.most_items, examination.least_items
    share = -(-most // scale.DOMAINS)
    domains = [f"domain {one}" for one in range(scale.DOMAINS)]
    return adaptive.Rules(
        most_items=most,
        least_items=least,
        most_minutes=allowed.total_seconds() / 60,
        domain_error=DOMAIN_ERROR,
        overall_error=WHOLE_ERROR,
        group_least=dict.fromkeys(domains, max(1, least // (2 * scale.DOMAINS))),
        group_most=dict.fromkeys(domains, share + 2),
    )


def by_chance(examination: Examination, whole: scale.Estimate) -> bool:
    """Passed: the level of the whole is reached with at least even odds."""
    return whole.surely(examination.pass_level) >= EVEN


@dataclass(frozen=True)
class Verdict:
    """``passed`` None: a person has to say; ``estimates`` {} where nothing counted."""

    passed: bool | None
    state: str
    estimates: Mapping[str, scale.Estimate]


def verdict(
    examination: Examination,
    parameters: Parameters,
    answers: Sequence[Given],
    ending: str,
    *,
    valid: Sequence[Given] | None = None,
) -> Verdict:
    """What a sitting comes to. Whoever ends with fewer answers than the least has not passed:
    nobody keeps the favourable beginning of a paper. Where it was not they who ended it, or the
    machine could not mark what they gave, a person decides. ``valid``: the answers without those
    whose item is voided, None for all; they say what somebody can, and were given all the same."""
    valid = answers if valid is None else valid
    found = sittings.estimates_of({one.domain: one for one in _known(parameters, valid)})
    if ending == "room":
        return Verdict(None, "jury", found)
    given = sittings.given_of(answers)
    if len(given) < examination.least_items:
        short = (None, "jury") if ending == "bank" else (False, "done")
        return Verdict(short[0], short[1], found)
    marked = sittings.engine_answers(parameters, answers)
    unmarked = len(marked) < examination.least_items and any(one.credit is None for one in given)
    if unmarked or not found:
        return Verdict(None, "jury", found)
    return Verdict(by_chance(examination, found[""]), "done", found)


def _known(parameters: Parameters, answers: Sequence[Given]) -> Sequence[Known]:
    counted = sittings.engine_answers(parameters, answers)
    return sittings.results_of(parameters, answers) if counted else ()
