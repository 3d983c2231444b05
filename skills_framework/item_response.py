"""How an item answers to ability: chances of each score, information, likelihood. Pure.

One formula serves every item: the generalized partial credit model (Muraki, 1992, *Applied
Psychological Measurement* 16, 159–176). With one step it is the two-parameter logistic model
(Birnbaum, 1968), so a question that is right or wrong and a task in a spreadsheet that earns 0 to 4
points stand on one scale. It was chosen over the graded response model (Samejima, 1969) because its
log-likelihood is concave in ability and, in slope and intercepts, in the parameters: there is one
best ability and one best fit.

    P(score = k | θ)  ∝  exp( Σ_{j=1..k} a (θ − b_j) ),      k = 0 … m
    information(θ)    =  a² · variance of the score at θ          (Muraki, 1993)

θ is in logits of the scale that the bank was calibrated on (no factor 1.7). Arrays of n items:
``slopes`` (n,), more than 0; ``steps`` (n, m), filled up with +inf behind the last step of an item
that has fewer than m. A score is a whole number 0 … number of finite steps.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]


def log_chances(theta: Floats, slopes: Floats, steps: Floats) -> Floats:
    """Log of the chance of each score: for ``theta`` (q,), an array (n, m + 1, q).

    A score that an item does not have is −inf. Raises ValueError for a slope that is not positive,
    or an item without a step.
    """
    if not (np.all(np.isfinite(slopes)) and np.all(slopes > 0)):
        raise ValueError("slopes must be positive")
    if not np.all(np.isfinite(steps[:, 0])) or np.any(np.isnan(steps)):
        raise ValueError("every item has a first step")
    scores = np.arange(steps.shape[1] + 1, dtype=np.float64)
    reached = np.concatenate([np.zeros((len(steps), 1)), np.cumsum(steps, axis=1)], axis=1)
    powers = slopes[:, None, None] * (
        scores[None, :, None] * theta[None, None, :] - reached[:, :, None]
    )
    chances: Floats = powers - _log_sum(powers)
    return chances


def _log_sum(powers: Floats) -> Floats:
    """log Σ exp over the scores, without overflow far from an item."""
    top = powers.max(axis=1, keepdims=True)
    total: Floats = top + np.log(np.exp(powers - top).sum(axis=1, keepdims=True))
    return total


def expected_score(chances: Floats) -> Floats:
    """Mean score: of chances (…, m + 1, q), an array (…, q) in points."""
    scores = np.arange(chances.shape[-2], dtype=np.float64)
    mean: Floats = np.einsum("k,...kq->...q", scores, chances)
    return mean


def score_variance(chances: Floats) -> Floats:
    """Variance of the score: of chances (…, m + 1, q), an array (…, q) in points squared."""
    squares = np.arange(chances.shape[-2], dtype=np.float64) ** 2
    second: Floats = np.einsum("k,...kq->...q", squares, chances)
    return np.maximum(second - expected_score(chances) ** 2, 0.0)


def information(theta: Floats, slopes: Floats, steps: Floats) -> Floats:
    """Fisher information of each item, (n, q), in 1 / logit²: a² times the score's variance."""
    return slopes[:, None] ** 2 * score_variance(np.exp(log_chances(theta, slopes, steps)))


def log_likelihood(log_chance: Floats, scores: Integers) -> Floats:
    """Of answers to n items (chances (n, m + 1, q), ``scores`` (n,)): their log-likelihood, (q,).

    Raises ValueError for a score that its item does not have.
    """
    if np.any(scores < 0) or np.any(scores >= log_chance.shape[1]):
        raise ValueError("no item has such a score")
    each = log_chance[np.arange(len(scores)), scores]
    if np.any(np.isneginf(each)):
        raise ValueError("no item has such a score")
    total: Floats = each.sum(axis=0)
    return total


def softened(slopes: Floats, errors: Floats) -> Floats:
    """Slopes (n,) lowered for what is not known of the difficulties (``errors`` (n,), standard
    errors in logits): a / √(1 + a²e²/1.7²).

    An item tried by few people must not speak as loudly as one tried by many. The logistic curve
    averaged over a normal error of its place is, nearly, a flatter logistic curve (Zeger, Liang &
    Albert, 1988, *Biometrics* 44, 1049–1060, constant as in Lord, 1980).
    """
    return slopes / np.sqrt(1.0 + (slopes * errors / 1.7) ** 2)
