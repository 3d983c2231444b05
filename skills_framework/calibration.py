"""What items ask of ability, learned from answers as they come. Pure.

Marginal maximum likelihood by EM (Bock & Aitkin, 1981, *Psychometrika* 46, 443–459) for the
generalized partial credit model (Muraki, 1992), over the same grids and prior as `ability`, so that
an item of one domain also learns from what a person answered in the others. Answers not given are
left out: what an adaptive test or a person's own way through lessons did not show is missing at
random (Mislevy & Wu, 1996).

Anchors keep their parameters, so that new items come to stand on the scale of the old ones (fixed
parameter calibration, Kim, 2006, *Journal of Educational Measurement* 43, 355–381); with anchors
the people's mean and spread are learned as well. Without anchors the prior is the scale. How alike
the domains are is learned in either case.

In the M-step an item has a slope a and an intercept for each score, log P_k = k a θ + c_k + …; this
is concave, so Newton's steps find its one maximum. A weak normal prior on slope and intercepts
keeps an item finite that everybody has right; ``penalty`` 0 takes it away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from skills_framework.ability import (
    GREATEST_LOADING,
    Ability,
    Prior,
    densities,
    infer,
    log_marginal,
)
from skills_framework.item_response import Booleans, Floats, Integers, log_chances, score_variance

LEAST_SLOPE = 0.05
NOT_GIVEN = -1


@dataclass(frozen=True)
class Calibration:
    """``slopes`` (n,), ``steps`` (n, m) filled up with +inf; ``slope_error``, ``difficulty_error``
    (n,): standard errors, the second of the mean of an item's steps; ``prior``: with what was
    learned of the people; ``log_likelihood`` of all answers, ``rounds`` taken,
    and whether they ``settled``."""

    slopes: Floats
    steps: Floats
    slope_error: Floats
    difficulty_error: Floats
    prior: Prior
    log_likelihood: float
    rounds: int
    settled: bool


def calibrate(
    scores: Integers,
    domain: Integers,
    prior: Prior,
    *,
    slopes: Floats,
    steps: Floats,
    anchors: Booleans | None = None,
    penalty: float = 1.0,
    usual_slopes: Floats | None = None,
    slope_spread: float = 0.5,
    rounds: int = 200,
    tolerance: float = 1e-4,
) -> Calibration:
    """Learn the items that are no anchors from ``scores`` (people, n), `NOT_GIVEN` where no answer.

    ``domain`` (n,): each item's. ``slopes`` (n,), ``steps`` (n, m): to begin with; where anchors
    (n,) say so, to keep. ``usual_slopes`` (n,), 1 where nothing is said, and ``slope_spread``: the
    prior of slopes (Mislevy, 1986, *Psychometrika* 51, 177–195); a narrow one where answers are
    few, for a slope takes several times as many as a difficulty. Stops when no slope or step moves
    by more than ``tolerance`` logits.
    Raises ValueError when nobody answered.
    """
    if not np.any(scores != NOT_GIVEN):
        raise ValueError("nobody answered")
    kept = np.zeros(len(slopes), dtype=np.bool_) if anchors is None else anchors
    slopes, steps = slopes.copy(), steps.copy()
    usual = np.ones(len(slopes)) if usual_slopes is None else usual_slopes
    people, moved, turn = prior, np.inf, 0
    for turn in range(1, rounds + 1):  # noqa: B007 - how many were taken is told
        ability = infer(people, _told(scores, domain, people, slopes, steps))
        posterior = ability.density
        moved = 0.0
        for item in np.flatnonzero(~kept):
            counts = _counts(scores[:, item], posterior[:, domain[item]], steps[item])
            if counts.sum() == 0:
                continue
            slope, own = _fit(
                counts,
                people.grid,
                slopes[item],
                steps[item],
                penalty,
                usual=float(usual[item]),
                spread=slope_spread,
            )
            finite = np.isfinite(own)
            moved = max(moved, abs(slope - slopes[item]))
            moved = max(moved, float(np.abs(own[finite] - steps[item][finite]).max()))
            slopes[item], steps[item] = slope, own
        people = _people(people, ability, anchored=bool(kept.any()))
        if moved < tolerance:
            break
    told = _told(scores, domain, people, slopes, steps)
    posterior, fit = densities(people, told), float(log_marginal(people, told).sum())
    errors = _errors(scores, domain, people.grid, posterior, slopes, steps)
    return Calibration(slopes, steps, *errors, people, fit, turn, moved < tolerance)


def _told(
    scores: Integers, domain: Integers, prior: Prior, slopes: Floats, steps: Floats
) -> Floats:
    """The log-likelihood (people, D, q) of everybody's answers under these parameters."""
    chances = log_chances(prior.grid, slopes, steps)
    told = np.zeros((len(scores), len(prior.loadings), prior.points))
    for item in range(scores.shape[1]):
        who = np.flatnonzero(scores[:, item] != NOT_GIVEN)
        told[who, domain[item]] += chances[item, scores[who, item]]
    return told


def _counts(scores: Integers, density: Floats, steps: Floats) -> Floats:
    """(m + 1, q): how many people are expected to have had each score at each ability."""
    return np.stack([density[scores == k].sum(axis=0) for k in range(len(steps) + 1)])


def _fit(
    counts: Floats,
    grid: Floats,
    slope: float,
    steps: Floats,
    penalty: float,
    *,
    usual: float = 1.0,
    spread: float = 0.5,
) -> tuple[float, Floats]:
    """The slope and steps under which these counts (m + 1, q) are most likely."""
    m = int(np.isfinite(steps).sum())
    counts, people = counts[: m + 1], counts.sum(axis=0)
    k = np.arange(m + 1, dtype=np.float64)
    at = np.concatenate([[slope], -slope * np.cumsum(steps[:m])])
    centre = np.concatenate([[usual], np.zeros(m)])
    weight = penalty * np.concatenate([[spread**-2], np.full(m, 0.05)])  # steps deviate by 4.5
    for _ in range(30):
        powers = k[:, None] * at[0] * grid + np.concatenate([[0.0], at[1:]])[:, None]
        chance = np.exp(powers - powers.max(axis=0))
        chance /= chance.sum(axis=0)
        mean = k @ chance
        over = counts - people * chance
        gradient = np.concatenate([[(k @ over) @ grid], over[1:].sum(axis=1)])
        gradient -= weight * (at - centre)
        curve = np.empty((m + 1, m + 1))
        curve[0, 0] = (people * grid**2 * (k**2 @ chance - mean**2)).sum()
        curve[0, 1:] = (people * grid * chance[1:] * (k[1:, None] - mean)).sum(axis=1)
        curve[1:, 0] = curve[0, 1:]
        curve[1:, 1:] = -(people * chance[1:]) @ chance[1:].T
        curve[1:, 1:] += np.diag((people * chance[1:]).sum(axis=1))
        curve += np.diag(weight + 1e-9)
        step = np.linalg.solve(curve, gradient)
        at = at + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        at[0] = max(at[0], LEAST_SLOPE)
        if np.abs(step).max() < 1e-8:
            break
    found = steps.copy()
    found[:m] = -np.diff(np.concatenate([[0.0], at[1:]])) / at[0]
    return float(at[0]), found


def calibrate_curve(counts: Floats, grid: Floats) -> tuple[float, Floats]:
    """Slope and steps (m,) of one item from counts (m + 1, q) of each score at abilities (q,) that
    are known: an item of another model put on this one, or people of known ability."""
    begin = np.linspace(-0.5, 0.5, len(counts) - 1) if len(counts) > 2 else np.zeros(1)
    return _fit(counts, grid, 1.0, begin, 0.0)


def _people(prior: Prior, ability: Ability, *, anchored: bool) -> Prior:
    """The prior as these people (p) make it: how alike their domains are, one correlation for all;
    where anchors hold the scale, their mean and spread too, one for all domains."""
    domains = len(prior.loadings)
    mean = ability.mean.mean(axis=0)
    second = (ability.covariance + ability.mean[:, :, None] * ability.mean[:, None, :]).mean(axis=0)
    centre = float(mean.mean()) if anchored else prior.mean
    about = second - centre * (mean[:, None] + mean[None, :]) + centre**2
    own = float(np.diag(about).mean())
    people = replace(prior, mean=centre, sd=float(np.sqrt(own))) if anchored else prior
    if domains == 1:
        return people
    alike = float((about.sum() - np.trace(about)) / (domains * (domains - 1))) / own
    loading = float(np.sqrt(np.clip(alike, 0.0, GREATEST_LOADING**2)))
    return replace(people, loadings=(loading,) * domains)


def _errors(
    scores: Integers,
    domain: Integers,
    grid: Floats,
    posterior: Floats,
    slopes: Floats,
    steps: Floats,
) -> tuple[Floats, Floats]:
    """Standard errors (n,) of slopes and of difficulties (means of steps), from how each person's
    answers pull at an item (observed information by cross-products; Louis, 1982)."""
    chances = np.exp(log_chances(grid, slopes, steps))
    found = np.full((2, len(slopes)), np.inf)
    for item in range(len(slopes)):
        who = np.flatnonzero(scores[:, item] != NOT_GIVEN)
        m = int(np.isfinite(steps[item]).sum())
        density, k = posterior[who, domain[item]], np.arange(m + 1, dtype=np.float64)
        chance, score = chances[item, : m + 1], scores[who, item]
        centre = steps[item, :m].mean()
        slope_pull = score * (density @ (grid - centre)) - density @ (
            (grid - centre) * (k @ chance)
        )
        place_pull = -slopes[item] * (score - density @ (k @ chance))
        pulls = np.stack([slope_pull, place_pull])
        known = pulls @ pulls.T
        if len(who) > 2 and np.linalg.matrix_rank(known) == 2:
            found[:, item] = np.sqrt(np.diag(np.linalg.inv(known)))
    return found[0], found[1]


@dataclass(frozen=True)
class Fit:
    """How answers to each item agree with its parameters, arrays (n,). ``answers``: how many;
    ``easier``: points per person above what was expected, as a share of the item's points;
    ``drift``: that in standard errors; ``slope_drift``: by how many standard errors the able gain
    more than they should; ``mean_square``: 1 when answers scatter as the model says."""

    answers: Integers
    easier: Floats
    drift: Floats
    slope_drift: Floats
    mean_square: Floats

    def drifted(self, errors: float = 4.0, share: float = 0.05, least: int = 50) -> Booleans:
        """(n,): easier or harder than it was, surely and by enough to matter."""
        known = self.answers >= least
        return known & (np.abs(self.drift) >= errors) & (np.abs(self.easier) >= share)

    def misfits(self, errors: float = 4.0, excess: float = 0.3, least: int = 50) -> Booleans:
        """(n,): its answers do not follow its curve: slope or scatter are wrong."""
        scattered = np.abs(self.mean_square - 1) >= excess
        return (self.answers >= least) & ((np.abs(self.slope_drift) >= errors) | scattered)


@dataclass(frozen=True)
class Foretold:
    """What everybody should have had at each item, told from their other answers alone; arrays
    (people, n), NaN where no answer. ``over``: points above it, ``spread``: the variance that these
    points have, ``able``: the ability in the item's domain, by the other answers."""

    over: Floats
    spread: Floats
    able: Floats


def foretell(
    scores: Integers, domain: Integers, prior: Prior, *, slopes: Floats, steps: Floats
) -> Foretold:
    """Hold each answer (people, n) against the parameters in force and the person's others."""
    posterior = densities(prior, _told(scores, domain, prior, slopes, steps))
    chances = np.exp(log_chances(prior.grid, slopes, steps))
    variance = score_variance(chances)
    found = Foretold(*(np.full(scores.shape, np.nan) for _ in range(3)))
    for item in range(len(slopes)):
        who = np.flatnonzero(scores[:, item] != NOT_GIVEN)
        score = scores[who, item]
        others = posterior[who, domain[item]] / np.maximum(chances[item, score], 1e-300)
        others /= others.sum(axis=1, keepdims=True)
        curve = np.arange(chances.shape[1]) @ chances[item]
        mean = others @ curve
        found.over[who, item] = score - mean
        found.spread[who, item] = others @ (variance[item] + curve**2) - mean**2
        found.able[who, item] = others @ prior.grid
    return found


def check_fit(
    scores: Integers, domain: Integers, prior: Prior, *, slopes: Floats, steps: Floats
) -> Fit:
    """Hold answers (people, n) against the parameters in force. A flag is for a person to look
    at."""
    told = foretell(scores, domain, prior, slopes=slopes, steps=steps)
    columns = np.zeros((5, len(slopes)))
    for item in range(len(slopes)):
        who = np.flatnonzero(scores[:, item] != NOT_GIVEN)
        if not len(who):
            continue
        over, spread = told.over[who, item], told.spread[who, item]
        able = told.able[who, item]
        able = able - (able * spread).sum() / spread.sum()
        columns[:, item] = (
            len(who),
            over.mean() / np.isfinite(steps[item]).sum(),
            over.sum() / np.sqrt(spread.sum()),
            (over * able).sum() / np.sqrt(max(float((spread * able**2).sum()), 1e-12)),
            (over**2).sum() / spread.sum(),
        )
    return Fit(columns[0].astype(np.int64), *columns[1:])
