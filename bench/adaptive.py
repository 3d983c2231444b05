"""In how few questions, how surely: our engine beside Pix, catsim and a lot, on one bank.

    python bench/adaptive.py [--people N] [--others N] [--seed N]

Last line JSON: means over the honest people with true parameters. ``rmse``, in logits, is of the
mean of the six domains; ``coverage`` how often its 95 % interval holds the truth,
``domain_coverage_min`` the same for the domain where it does so least (None: gives no interval).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent / "harness"))

from adaptive_people import People, answer, make_bank, make_people, misjudged
from adaptive_ways import (
    NONE,
    Bound,
    Catsim,
    Held,
    OnlyFullPoints,
    Ours,
    PixExamination,
    Random,
    Way,
    Z,
    on_one_scale,
    pix_placement,
)

from skills_framework.adaptive import Bank, Rules
from skills_framework.exposure import Exposure
from skills_framework.item_response import Booleans, Floats

COHORT, BESIDE = (
    250,
    2000,
)  # people of a day; how many of the honest try what stands beside the four
MOST, SURE, DOMAIN_SURE, BOUND = 26, 0.275, 0.65, 0.245


@dataclass(frozen=True)
class Outcome:
    held: Held
    given: Booleans
    theta: Floats
    minutes: Floats

    def figures(self) -> dict[str, float | None]:
        held, overall = self.held, self.theta.mean(axis=1)
        wrong = held.overall - overall
        inside = None if held.error is None else np.abs(wrong) <= Z * held.error
        within = None
        if held.low is not None and held.high is not None:
            within = ((held.low <= self.theta) & (self.theta <= held.high)).mean(axis=0)
        rate = self.given.mean(axis=0)
        return {
            "items": round(float(self.given.sum(axis=1).mean()), 2),
            "rmse": round(float(np.sqrt((wrong**2).mean())), 3),
            "coverage": None if inside is None else round(float(inside.mean()), 3),
            "domain_coverage_min": None if within is None else round(float(within.min()), 3),
            "max_exposure": round(float(rate.max()), 3),
            "bank_used": round(float((rate > 0).mean()), 3),
            "domain_rmse": round(float(np.sqrt(((held.domains - self.theta) ** 2).mean())), 3),
            "bias": round(float(wrong.mean()), 3),
            "minutes": round(float(self.minutes.mean()), 1),
        }


def run(way: Way, truth: Bank, people: People, cohort: int = COHORT) -> Outcome:
    """Everybody sits, a cohort after the other: what exposure learned of one serves the next."""
    total, size = len(people.theta), len(truth.items)
    given = np.zeros((total, size), dtype=np.bool_)
    held: list[Held] = []
    for begin in range(0, total, cohort):
        part = slice(begin, min(begin + cohort, total))
        some = people.part(part)
        way.begin(some)
        turn = 0
        while True:
            items = way.ask(turn)
            if np.all(items == NONE):
                break
            scores = answer(some, truth, np.maximum(items, 0), turn)
            way.hear(items, scores)
            asked = items != NONE
            given[np.arange(total)[part][asked], items[asked]] = True
            turn += 1
        held.append(way.end())
    return Outcome(_joined(held), given, people.theta, given @ truth.minutes)


def _joined(parts: Sequence[Held]) -> Held:
    def one(name: str) -> Floats:
        return np.concatenate([getattr(part, name) for part in parts])

    bare = parts[0].error is None
    return Held(
        one("overall"),
        None if bare else one("error"),
        one("domains"),
        None if bare else one("low"),
        None if bare else one("high"),
    )


def rules(bank: Bank) -> Rules:
    """Of an examination: every domain at least twice, no competence more than twice."""
    competences = sorted({one.id.split("/")[0] for one in bank.items})
    domains = [f"domain {d}" for d in range(len(bank.prior.loadings))]
    return Rules(
        most_items=MOST,
        overall_error=SURE,
        domain_error=DOMAIN_SURE,
        group_least=dict.fromkeys(domains, 2),
        group_most=dict.fromkeys(competences, 2) | dict.fromkeys(domains, 6),
    )


def make_ways(
    truth: Bank, known: Bank, seed: int, before: Exposure | None = None
) -> dict[str, Way]:
    """Every way anew, with the parameters it holds for true, and how often items came before."""
    rngs = [np.random.default_rng([seed, 100 + one]) for one in range(5)]
    scale, sitting = on_one_scale(known), rules(truth)
    return {
        "ours": Ours(known, sitting, rngs[0], bound=BOUND, before=before),
        "pix": PixExamination(known, scale, rngs[1]),
        "catsim": Catsim(known, scale, rngs[2]),
        "random": Random(known, replace(sitting, most_items=20), rngs[3], bound=BOUND),
    }


def honest(truth: Bank, people: People, seed: int) -> tuple[dict[str, Outcome], Exposure]:
    """Honest people and true parameters; what else the four are to be judged by; and how often
    our items came."""
    ways = make_ways(truth, truth, seed)
    rngs = [np.random.default_rng([seed, 200 + one]) for one in range(3)]
    sitting = rules(truth)
    more: dict[str, Way] = {
        "ours, all points or none": OnlyFullPoints(truth, sitting, rngs[0], bound=BOUND),
        "ours, exposure not bounded": Ours(truth, sitting, rngs[1], bound=1.0),
        "bound: best 20 at the true ability": Bound(truth, 20, rngs[2]),
    }
    found = {name: show(name, run(way, truth, people)) for name, way in ways.items()}
    some = people.part(slice(0, BESIDE))
    held, given = pix_placement(some, truth)
    show("pix, placement", Outcome(held, given, some.theta, given @ truth.minutes))
    for name, way in more.items():
        show(name, run(way, truth, some))
    assert isinstance(ways["ours"], Ours)
    return found, ways["ours"].exposure


def others(
    truth: Bank, count: int, seed: int, leaked: dict[str, Booleans], before: Exposure
) -> None:
    """Parameters that are wrong, a floor to choices, and people who are not as the model has it.
    They come after the honest ones. ``leaked``: for each way the items that it gives most."""
    rng = np.random.default_rng([seed, 300])
    wrong = misjudged(truth, rng)
    people = make_people(rng, count, truth, correlation=0.65)
    plain = make_people(rng, count, truth)
    kinds = {
        "misspecified": (wrong, people),
        "a choice is hit by 20 %": (truth, replace(plain, floor=0.2)),
        "guesses 30 %": (truth, replace(plain, guesses=rng.random(plain.luck.shape) < 0.3)),
        "tires after the tenth": (truth, replace(plain, tires=0.1)),
        "knows what leaked": (truth, plain),
    }
    for kind, (known, some) in kinds.items():
        for name, way in make_ways(truth, known, seed, before).items():
            told = some
            if kind == "knows what leaked":
                told = replace(some, knows=np.broadcast_to(leaked[name], some.knows.shape))
            show(f"{kind}: {name}", run(way, truth, told))


def most_given(outcome: Outcome, items: int = 15) -> Booleans:
    """(n,): the items that came most often, as a leak takes them."""
    rate = outcome.given.mean(axis=0)
    most: Booleans = rate >= np.sort(rate)[-items]
    return most


def show(name: str, outcome: Outcome) -> Outcome:
    """Print one row, as soon as it is there."""
    figures = (f"{key} {value}" for key, value in outcome.figures().items())
    print(f"{name:36}", *figures, sep="  ", flush=True)
    return outcome


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--others", type=int, default=500, help="of each kind that is not honest")
    parser.add_argument("--seed", type=int, default=20261130)
    asked = parser.parse_args()
    begin = time.perf_counter()
    truth = make_bank(np.random.default_rng([asked.seed, 0]))
    people = make_people(np.random.default_rng([asked.seed, 1]), asked.people, truth)
    rows, exposure = honest(truth, people, asked.seed)
    means = {name: rows[name].figures() for name in ("ours", "pix", "catsim", "random")}
    if asked.others:
        leaked = {name: most_given(rows[name]) for name in means}
        others(truth, asked.others, asked.seed, leaked, exposure)
    print(f"{time.perf_counter() - begin:.0f} s")
    said = ("items", "rmse", "coverage", "domain_coverage_min", "max_exposure", "bank_used")
    print(json.dumps({name: {key: row[key] for key in said} for name, row in means.items()}))


if __name__ == "__main__":
    main()
