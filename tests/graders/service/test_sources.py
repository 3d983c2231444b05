from __future__ import annotations

import json

from graders.service.worker import GradingService


def test_what_is_marked_against_carries_the_numbers_of_the_seed(drawn_classroom, quick) -> None:
    marker = quick()
    with GradingService(drawn_classroom.records, marker):
        drawn_classroom.wait(*(drawn_classroom.submit(b"%d" % n, seed=n) for n in range(1, 9)))
        drawn_classroom.wait(drawn_classroom.submit())
    plans = [json.loads(source)["cells"][0]["source"] for source in marker.sources]
    numbers = {int("".join(plan).split("=")[1]) for plan in plans}
    assert 10_000 in numbers
    assert numbers <= {10_000, 100, 200, 300}
    assert len(numbers) > 2
