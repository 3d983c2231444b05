"""What answers say of a person: six domains, each with its own estimate and its own error. Pure.

The model is a second-order one: a person has a general ability g and in each domain

    θ_d = mean + sd · ( λ_d g + √(1 − λ_d²) s_d ),        g, s_1 … s_D independent, normal (0, 1)

and an item asks for the ability of its domain alone. That is the bifactor model with its loadings
in proportion (Yung, Thissen & McLeod, 1999, *Psychometrika* 64, 113–128), so that the posterior can
be had exactly, on grids of one dimension: given g the domains are independent (Gibbons & Hedeker,
1992, *Psychometrika* 57, 423–436; Rijmen, 2010). Answers in one domain therefore tell of the
others as much as λ allows, and no more; nothing is assumed of answers not given.

The prior stays where it is: it is not moved to the last estimate, which would count every answer
again and again. All that is remembered of a sitting is the log-likelihood on the grid, a sum over
answers. So their order does not matter, and an item can be left out afterwards.

Arrays may have leading dimensions ``…``, people of a simulation; a single person has none.
Abilities are in logits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skills_framework.item_response import Booleans, Floats

REACH = 4.5  # standard deviations that the grids span: what lies outside is 7 in a million
TINY, LEAST_VARIANCE = 1e-300, 1e-12
GENERAL_POINTS = 41
GREATEST_LOADING = 0.97  # above, the grid of the general ability is too coarse: one domain is meant


@dataclass(frozen=True)
class Prior:
    """What is taken for granted of a person before any answer, the same for everybody.

    ``loadings``: λ of each domain, 0 … `GREATEST_LOADING`; domains d and e correlate by λ_d λ_e.
    ``points``: size q of the grid of a domain's ability. ``mean``, ``sd``: of a domain's ability.
    """

    loadings: tuple[float, ...]
    mean: float = 0.0
    sd: float = 1.0
    points: int = 61

    def __post_init__(self) -> None:
        if not self.loadings or not all(0 <= one <= GREATEST_LOADING for one in self.loadings):
            raise ValueError(f"loadings lie in 0 … {GREATEST_LOADING}")
        if self.sd <= 0 or self.points < 3:
            raise ValueError("a prior has a spread and a grid")

    @cached_property
    def grid(self) -> Floats:
        """Abilities (q,) at which the posterior is known."""
        return self.mean + self.sd * np.linspace(-REACH, REACH, self.points)

    @cached_property
    def general(self) -> Floats:
        """Points (g,) of the general ability, in its standard deviations."""
        return np.linspace(-REACH, REACH, GENERAL_POINTS)

    @cached_property
    def general_chance(self) -> Floats:
        """Weights (g,) of those points; they sum to 1."""
        weight = np.exp(-(self.general**2) / 2)
        chance: Floats = weight / weight.sum()
        return chance

    @cached_property
    def given_general(self) -> Floats:
        """Chance (D, g, q) of each ability of a domain at each point of the general one."""
        loading = np.asarray(self.loadings)[:, None, None]
        z = (self.grid - self.mean) / self.sd
        own = (z[None, None, :] - loading * self.general[None, :, None]) ** 2 / (1 - loading**2)
        weight = np.exp(-own / 2)
        chance: Floats = weight / weight.sum(axis=2, keepdims=True)
        return chance


@dataclass(frozen=True)
class Ability:
    """A posterior. ``density`` (…, D, q): chance of each ability of each domain, over ``grid``;
    ``mean`` (…, D); ``covariance`` (…, D, D); ``overall`` (…): mean of all domains, its estimate;
    ``overall_error`` (…): its standard deviation."""

    grid: Floats
    density: Floats
    mean: Floats
    covariance: Floats
    overall: Floats
    overall_error: Floats

    @property
    def variance(self) -> Floats:
        """(…, D), in logits squared."""
        own: Floats = np.einsum("...dd->...d", self.covariance)
        return own

    @property
    def error(self) -> Floats:
        """Standard errors (…, D): posterior standard deviations, in logits."""
        return np.sqrt(self.variance)

    def interval(self, share: float = 0.95) -> Floats:
        """(…, D, 2): the central interval that holds ``share`` of the posterior of each domain."""
        tail = (1 - share) / 2
        return np.stack([self._quantile(tail), self._quantile(1 - tail)], axis=-1)

    def _quantile(self, chance: float) -> Floats:
        """(…, D). Within a cell of the grid the density is taken as even."""
        below = np.cumsum(self.density, axis=-1)
        cell = np.minimum((below < chance).sum(axis=-1), len(self.grid) - 1)
        here = np.take_along_axis(self.density, cell[..., None], axis=-1)[..., 0]
        until = np.take_along_axis(below, cell[..., None], axis=-1)[..., 0]
        width = float(self.grid[1] - self.grid[0])
        within = np.where(here > 0, 1 - (until - chance) / np.where(here > 0, here, 1.0), 0.5)
        quantile: Floats = self.grid[cell] + width * (within - 0.5)
        return quantile

    def at_least(self, ability: float) -> Floats:
        """(…, D): how probable it is that the ability of each domain is ``ability`` or more."""
        reached: Booleans = self.grid >= ability
        chance: Floats = self.density[..., reached].sum(axis=-1)
        return chance


def nothing_known(prior: Prior) -> Floats:
    """The log-likelihood (D, q) before any answer. Add to a domain's row what an answer says."""
    return np.zeros((len(prior.loadings), prior.points))


def infer(prior: Prior, log_likelihood: Floats) -> Ability:
    """The posterior from the log-likelihood (…, D, q) of all answers, by domain."""
    likelihood = _scaled(log_likelihood)
    told = _told(prior, likelihood)
    density = _density(prior, likelihood, told)
    general = np.exp(_from_best(np.log(prior.general_chance) + np.log(told).sum(axis=-2)))
    general = general / general.sum(axis=-1, keepdims=True)
    grid = prior.grid
    mean = density @ grid
    # Means of the domains at each point of the general ability, (…, D, g): given it the domains
    # are independent, so what they vary together is how these means vary.
    moment = np.einsum("dgq,...dq->...dg", prior.given_general * grid, likelihood, optimize=True)
    off = moment / told - mean[..., None]
    covariance = np.einsum("...dg,...eg->...de", off * general[..., None, :], off, optimize=True)
    every = np.arange(len(prior.loadings))
    covariance[..., every, every] = np.maximum(density @ grid**2 - mean**2, LEAST_VARIANCE)
    whole = np.maximum(covariance.mean(axis=(-2, -1)), LEAST_VARIANCE)
    return Ability(grid, density, mean, covariance, mean.mean(axis=-1), np.sqrt(whole))


def densities(prior: Prior, log_likelihood: Floats) -> Floats:
    """Only the density (…, D, q) of `infer`: what calibration needs of thousands of people."""
    likelihood = _scaled(log_likelihood)
    return _density(prior, likelihood, _told(prior, likelihood))


def log_marginal(prior: Prior, log_likelihood: Floats) -> Floats:
    """Log of the chance (…) of these answers, ability integrated out."""
    top = log_likelihood.max(axis=-1).sum(axis=-1)
    told = np.log(_told(prior, _scaled(log_likelihood))).sum(axis=-2) + np.log(prior.general_chance)
    best = told.max(axis=-1)
    marginal: Floats = top + best + np.log(np.exp(told - best[..., None]).sum(axis=-1))
    return marginal


def _scaled(log_likelihood: Floats) -> Floats:
    return np.exp(_from_best(log_likelihood))


def _from_best(values: Floats) -> Floats:
    """Less the greatest of each row, so that exp neither overflows nor loses all of it."""
    less: Floats = values - values.max(axis=-1, keepdims=True)
    return less


def _told(prior: Prior, likelihood: Floats) -> Floats:
    """(…, D, g): what each domain's answers say of the general ability."""
    told = np.einsum("dgq,...dq->...dg", prior.given_general, likelihood, optimize=True)
    more_than_none: Floats = np.maximum(told, TINY)
    return more_than_none


def _density(prior: Prior, likelihood: Floats, told: Floats) -> Floats:
    """(…, D, q). A domain's prior is what the general ability makes of it, and that is known from
    the prior and the answers in all *other* domains."""
    log_told = np.log(told)
    others = log_told.sum(axis=-2, keepdims=True) - log_told + np.log(prior.general_chance)
    own = np.einsum(
        "...dg,dgq->...dq", np.exp(_from_best(others)), prior.given_general, optimize=True
    )
    density: Floats = own * likelihood
    density /= density.sum(axis=-1, keepdims=True)
    return density
