"""What items are like, learned anew from the answers there are. Pure.

Fixed parameters hold the scale: exercises of lessons stand where their level says, and items that
were learned before and still agree with their answers keep what was learned. Learned are items with
enough answers that nobody has learned yet, that drifted, or that were learned from half as many
answers at most. One version comes of it; whether it is used, a person decides
(`school.items.acts.decide_calibration`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from school.assessment.in_force import TOLD_BY
from school.assessment.item_bank import Parameters, versioned
from school.items.answers import Responses
from skills_framework import scale
from skills_framework.calibration import Calibration, calibrate, check_fit
from skills_framework.item_response import Booleans, Floats

RULE = "mml-1"  # how parameters came about that bear this name
LEAST = 100  # answers before an item is learned
MORE = 2.0  # times as many answers, and an item is learned anew
HOLDS = 1000  # answers to what is fixed, before it holds the scale
ROUNDS, NEAR = 60, 0.005  # of the learning at most, and logits within which it has settled
SLOPE_SPREAD = 0.2  # of slopes around those of their kind: a hundred answers hardly tell one


@dataclass(frozen=True)
class Learned:
    """A new version of parameters, and the ``report`` that is put before a person (JSON)."""

    parameters: Parameters
    report: dict[str, Any]
    people: int
    answers: int


def learn(parameters: Parameters, responses: Responses) -> Learned | None:
    """Learn items from their answers; None where none has enough new ones."""
    before = [parameters.about(name) for name in parameters.names]
    why = _why(before, responses)
    chosen = np.array([bool(one) for one in why])
    if not chosen.any():
        return None
    anchored = int(responses.counts[~_whole(chosen, responses)].sum()) >= HOLDS
    found = _fitted(responses, chosen, anchored=anchored)
    places = _places(responses.steps)[: responses.items]
    # Nothing fixed holds the scale: then the levels of all that is learned do, on average.
    shift = 0.0 if anchored else float((places - _places(found.steps))[chosen].mean())
    fit = check_fit(
        responses.scores[:, : responses.items],
        responses.domain[: responses.items],
        found.prior,
        slopes=found.slopes[: responses.items],
        steps=found.steps[: responses.items],
    )
    misfits = fit.misfits()
    items = dict(parameters.content["items"])
    moved = {}
    for column in np.flatnonzero(chosen):
        name = parameters.names[column]
        count = len(before[column]["steps"])
        steps = [round(float(one) + shift, 4) for one in found.steps[column, :count]]
        error = min(scale.UNTRIED, float(found.difficulty_error[column]))
        items[name] = {
            **before[column],
            "slope": round(float(found.slopes[column]), 4),
            "steps": steps,
            "error": round(error, 4),
            "answers": int(responses.counts[column]),
        }
        moved[name] = {
            "why": why[column],
            "answers": int(responses.counts[column]),
            "from": round(float(places[column]), 2),
            "to": round(float(np.mean(steps)), 2),
            "error": round(error, 2),
            "slope": round(float(found.slopes[column]), 2),
            "misfits": bool(misfits[column]),
        }
    content = {**parameters.content, "rule": RULE, "items": items}
    report = {
        "items": moved,
        "holds": "anchors" if anchored else "levels",
        "exercises": len(responses.names) - responses.items,
        "settled": bool(found.settled),
        "misfits": sorted(name for name, bad in zip(parameters.names, misfits, strict=True) if bad),
    }
    answers = int(responses.counts[: responses.items].sum())
    return Learned(versioned(content), report, len(responses.sittings), answers)


def _why(before: list[Mapping[str, Any]], responses: Responses) -> list[str]:
    """For each item why it is to be learned: ``new``, ``drifted``, ``more``; "" where it is not."""
    fit = check_fit(
        responses.scores,
        responses.domain,
        scale.PRIOR,
        slopes=responses.slopes,
        steps=responses.steps,
    )
    drifted, counts = fit.drifted(least=LEAST), responses.counts
    found = []
    for column, one in enumerate(before):
        told = int(one.get(TOLD_BY, 0))
        if counts[column] < LEAST:
            found.append("")
        elif not told:
            found.append("new")
        elif drifted[column]:
            found.append("drifted")
        else:
            found.append("more" if counts[column] >= MORE * told else "")
    return found


def _whole(chosen: Booleans, responses: Responses) -> Booleans:
    """The same over all columns: no exercise is learned."""
    rest = np.zeros(len(responses.names) - responses.items, dtype=np.bool_)
    whole: Booleans = np.concatenate([chosen, rest])
    return whole


def _fitted(responses: Responses, chosen: Booleans, *, anchored: bool) -> Calibration:
    """The calibration over all columns; where nothing holds the scale, what is fixed stays out of
    it, and the prior holds it."""
    whole = _whole(chosen, responses)
    scores = responses.scores if anchored else np.where(whole, responses.scores, -1)
    return calibrate(
        scores,
        responses.domain,
        scale.PRIOR,
        slopes=responses.slopes,
        steps=responses.steps,
        anchors=~whole if anchored else np.zeros(len(whole), dtype=np.bool_),
        usual_slopes=responses.slopes,
        slope_spread=SLOPE_SPREAD,
        rounds=ROUNDS,
        tolerance=NEAR,
    )


def _places(steps: Floats) -> Floats:
    """(n,): where each item stands, the mean of its steps."""
    finite = np.isfinite(steps)
    places: Floats = np.where(finite, steps, 0.0).sum(axis=1) / finite.sum(axis=1)
    return places
