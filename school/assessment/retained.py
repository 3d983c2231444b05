"""What is retained half a year later: five to eight items near where somebody stood, and what they
earn beside what the result before let expect.

A check begins from what a placement said; whoever has a certificate and no placement is held to the
levels that practice showed. What is kept with a check are two sums of shares of points: earned and
expected. Their ratio over many people says how much is retained, without judging anybody by six
items (docs/decisions/0084).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np

from core.points import total_points
from records import Session
from records.assessment import certificates
from records.assessment import sittings as kept
from records.tables.assessment import Sitting
from school.assessment import sittings
from school.assessment.item_bank import ItemBank, Parameters
from school.assessment.item_turns import parameters_for
from school.assessment.sittings import PLACEMENT, RETAINED, Given
from school.levels import load_levels
from skills_framework import adaptive, scale
from skills_framework.item_response import expected_score, log_chances

AFTER = dt.timedelta(days=182)
ROUGHLY = 0.8  # standard error, in logits, of a level that practice showed
_POINTS = np.linspace(-2.5, 2.5, 21)  # standard errors around an estimate


def due_since(
    placed: dt.datetime | None,
    certified: dt.datetime | None,
    checked: dt.datetime | None,
    *,
    at: dt.datetime,
) -> dt.datetime | None:
    """What a check is about that is due now: when the latest placement ended or the latest
    certificate was issued; None where there is neither, it is too early, or it was checked."""
    ends = [one for one in (placed, certified) if one is not None]
    if not ends or at < max(ends) + AFTER or (checked is not None and checked > max(ends)):
        return None
    return max(ends)


def load_due(session: Session, person_id: int, *, at: dt.datetime) -> dt.datetime | None:
    """`due_since` of this person."""
    issued = [
        one.issued_at
        for one in certificates.certificates_of(session, person_id)
        if one.revoked_at is None
    ]
    return due_since(
        _latest(session, person_id, PLACEMENT),
        max(issued, default=None),
        _latest(session, person_id, RETAINED),
        at=at,
    )


def is_offered(session: Session, person_id: int, *, at: dt.datetime) -> bool:
    """Whether a check is to be begun or gone on with."""
    if kept.find_open(session, person_id, RETAINED) is not None:
        return True
    return load_due(session, person_id, at=at) is not None


def _latest(session: Session, person_id: int, kind: str) -> dt.datetime | None:
    found = next(iter(kept.ended_of(session, person_id, kind)), None)
    return found.ended_at if found else None


def answers_before(session: Session, sitting: Sitting, bank: ItemBank) -> Sequence[adaptive.Answer]:
    """What was answered in the placement before, by which the items are chosen; nothing where the
    bank has other parameters now."""
    earlier = _before(session, sitting)
    if earlier is None or earlier.parameters != sitting.parameters:
        return ()
    parameters = parameters_for(session, sitting, bank)
    return sittings.engine_answers(parameters, kept.answers_of(session, earlier.id))


def _before(session: Session, sitting: Sitting) -> Sitting | None:
    """The last placement before this sitting."""
    found = kept.ended_of(session, sitting.person_id, PLACEMENT)
    return next((one for one in found if one.id < sitting.id), None)


def keep_figures(
    session: Session, sitting: Sitting, parameters: Parameters, answers: Sequence[Given]
) -> None:
    """Keep what a check earned, and what was to be expected."""
    then = _estimates_before(session, sitting)
    counted = [one for one in answers if one.credit is not None and one.given_at is not None]
    counted = [one for one in counted if not parameters.about(one.item)["trial"]]
    sitting.earned = total_points(one.credit or 0.0 for one in counted)
    sitting.expected = sum(expected_share(parameters, one.item, then) for one in counted)
    session.flush()


def _estimates_before(session: Session, sitting: Sitting) -> Mapping[str, scale.Estimate]:
    earlier = _before(session, sitting)
    if earlier is not None:
        return sittings.estimates_of(kept.results_of(session, earlier.id))
    levels = load_levels(
        session, sitting.person_id, framework=sitting.framework, at=sitting.begun_at
    )
    shown = [one.level for one in levels.values() if one.level]
    at = scale.ability_at(sum(shown) / len(shown) if shown else 1)
    rough = scale.Estimate(at, ROUGHLY, at - 1.96 * ROUGHLY, at + 1.96 * ROUGHLY)
    return {str(one): rough for one in range(1, scale.DOMAINS + 1)}


def expected_share(parameters: Parameters, item: str, then: Mapping[str, scale.Estimate]) -> float:
    """The share of an item's points that somebody with these estimates, by domain, earns in the
    mean."""
    about = parameters.about(item)
    known = then[str(about["domain"] + 1)]
    slopes, steps = np.array([about["slope"]]), np.array([about["steps"]])
    abilities = known.estimate + known.error * _POINTS
    scores = expected_score(np.exp(log_chances(abilities, slopes, steps)))[0]
    weights = np.exp(-(_POINTS**2) / 2)
    return float(scores @ weights / weights.sum() / len(about["steps"]))
