"""How precise a placement is on the bank of the package, with its own rules, on made-up people.

    .venv/bin/python -P -m bench.placement --people 300

People's abilities come from the prior (six domains that go together by 0.8) and also from each
level in turn; items stand where they start, and off that by their stated error, so that the truth
is as wrong about them as the rule says. Exposure is counted over the people in their order. Prints
a table and a JSON line.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from records.assessment.sittings import Exposed
from school.assessment import sittings
from school.assessment.item_bank import the_bank
from skills_framework import scale
from skills_framework.item_response import Floats, log_chances

NOW = datetime(2026, 11, 30, tzinfo=UTC)


@dataclass
class Row:
    """One item of a made-up sitting, as `sittings.Given` wants it."""

    item: str
    number: int
    given_at: datetime | None
    seconds: float | None
    credit: float | None


@dataclass
class Sums:
    """What a group of people came to."""

    errors: list[float] = field(default_factory=list)
    domain_errors: list[float] = field(default_factory=list)
    inside: list[bool] = field(default_factory=list)
    domains_inside: list[bool] = field(default_factory=list)
    said: list[float] = field(default_factory=list)
    items: list[int] = field(default_factory=list)
    minutes: list[float] = field(default_factory=list)
    right_level: list[bool] = field(default_factory=list)
    near_level: list[bool] = field(default_factory=list)
    grew: int = 0

    def line(self) -> dict[str, float]:
        errors, domains = np.array(self.errors), np.array(self.domain_errors)
        return {
            "people": len(errors),
            "items": float(np.mean(self.items)),
            "minutes": float(np.mean(self.minutes)),
            "rmse": float(np.sqrt((errors**2).mean())),
            "bias": float(errors.mean()),
            "said": float(np.mean(self.said)),
            "coverage": float(np.mean(self.inside)),
            "domain_rmse": float(np.sqrt((domains**2).mean())),
            "domain_coverage": float(np.mean(self.domains_inside)),
            "right_level": float(np.mean(self.right_level)),
            "within_one": float(np.mean(self.near_level)),
        }


class World:
    """The bank as it truly is: every item off its stated place by its stated error."""

    def __init__(self, seed: int) -> None:
        self.bank = the_bank()
        self.parameters = self.bank.parameters
        rng = np.random.default_rng(seed)
        self.off = {name: rng.normal(0, scale.UNTRIED) for name in self.parameters.names}
        self.eligible: list[bytes] = []
        self.asked: list[list[str]] = []

    def credit(self, item: str, abilities: Floats, rng: np.random.Generator) -> float:
        about = self.parameters.about(item)
        steps = np.array([about["steps"]]) + self.off[item]
        at = np.array([abilities[about["domain"]]])
        chances = np.exp(log_chances(at, np.array([about["slope"]]), steps))[0, :, 0]
        points = int(rng.choice(len(chances), p=chances / chances.sum()))
        return points / int(steps.shape[1])

    def exposed(self) -> Exposed:
        latest = self.asked[-sittings.WINDOW :]
        given = Counter(name for one in latest for name in one)
        return Exposed(tuple(self.eligible[-sittings.WINDOW :]), given)

    def sit(self, abilities: Floats, seed: int) -> tuple[list[Row], int]:
        """A whole sitting; and how often the number of items left was said to have grown."""
        rng = np.random.default_rng([seed, 7])
        exposed = self.exposed()
        eligible = sittings.first_eligible(self.parameters, exposed, seed)
        self.eligible.append(eligible)
        rows: list[Row] = []
        grew, left = 0, sittings.left(self.parameters, rows)
        while True:
            found = sittings.next_of(
                self.bank,
                self.parameters,
                rows,
                seed=seed,
                eligible=eligible,
                exposed=exposed,
                seen=(),
            )
            if found.asked is None:
                self.asked.append([one.item for one in rows])
                return rows, grew
            item = found.asked.item
            usual = float(self.parameters.about(item)["minutes"])
            seconds = 60 * usual * float(rng.lognormal(-0.1, 0.45))
            credit = self.credit(item, abilities, rng)
            rows.append(Row(item, len(rows) + 1, NOW, seconds, credit))
            now_left = sittings.left(self.parameters, rows)
            grew, left = grew + (now_left > left), now_left


def measure(world: World, people: Floats, seed: int) -> Sums:
    """Let these people (one row of six abilities each) take a placement."""
    sums = Sums()
    for place, abilities in enumerate(people):
        rows, grew = world.sit(abilities, seed + place)
        said = {one.domain: one for one in sittings.results_of(world.parameters, rows)}
        found = sittings.estimates_of(said)
        whole, truth = found[""], float(abilities.mean())
        sums.grew += grew
        sums.errors.append(whole.estimate - truth)
        sums.said.append(whole.error)
        sums.inside.append(whole.low <= truth <= whole.high)
        level = scale.level_of(truth)
        sums.right_level.append(whole.level == level)
        sums.near_level.append(abs(whole.level - level) <= 1)
        for domain in range(scale.DOMAINS):
            one = found[str(domain + 1)]
            sums.domain_errors.append(one.estimate - float(abilities[domain]))
            sums.domains_inside.append(one.low <= abilities[domain] <= one.high)
        sums.items.append(len(rows))
        sums.minutes.append(sittings.minutes_used(world.parameters, rows))
    return sums


def from_prior(count: int, rng: np.random.Generator) -> Floats:
    """Abilities of people as the prior supposes them."""
    loadings = np.array(scale.PRIOR.loadings)
    general = rng.normal(size=(count, 1))
    own = rng.normal(size=(count, scale.DOMAINS))
    found: Floats = scale.PRIOR.sd * (loadings * general + np.sqrt(1 - loadings**2) * own)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    began = time.perf_counter()
    world = World(given.seed)
    groups = {"everybody": measure(world, from_prior(given.people, rng), 1000)}
    for level in range(1, scale.HIGHEST + 1):
        at = scale.ability_at(level + 0.5) + rng.normal(
            0, 0.4, (max(1, given.people // 10), scale.DOMAINS)
        )
        groups[f"level {level}"] = measure(world, at, 100_000 * level)
    took = time.perf_counter() - began
    lines = {name: sums.line() for name, sums in groups.items()}
    heads = ("people", "items", "minutes", "rmse", "bias", "said", "coverage", "domain_rmse",
             "domain_coverage", "right_level", "within_one")  # fmt: skip
    print("| group | " + " | ".join(heads) + " |")
    print("|---" * (len(heads) + 1) + "|")
    for name, line in lines.items():
        print(f"| {name} | " + " | ".join(f"{line[head]:.3g}" for head in heads) + " |")
    given_items = Counter(name for one in world.asked for name in one)
    whole = {
        "bank": len(world.bank.items),
        "most_exposed": max(given_items.values()) / len(world.asked),
        "left_grew": sum(sums.grew for sums in groups.values()),
        "seconds": round(took, 1),
        "groups": lines,
    }
    print(json.dumps(whole))


if __name__ == "__main__":
    main()
