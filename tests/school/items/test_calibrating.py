"""Items are learned where answers allow it, the scale holds, and what was learned is not moved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from answered import ability_of, leaked, made_parameters, sat_by, true_places

from school.items.answers import Exercise, responses_of
from school.items.calibrating import LEAST, RULE, learn
from skills_framework import scale
from skills_framework.calibration import NOT_GIVEN

UNTRIED = made_parameters(learned=False)
PLACES = true_places(UNTRIED, spread=0.7)


def practised(people: int, exercises: int = 40, seed: int = 5) -> list[Exercise]:
    """Exercises that stand where their level says, tried by the same people as `sat_by` made."""
    rng = np.random.default_rng(seed)
    abilities = {one: -0.5 + 1.3 * ability_of(one) for one in range(1, people + 1)}
    found = []
    for number in range(exercises):
        level = 1 + number % 6
        start = scale.starting(level, 1.0, 0.0)
        chance = {
            one: 1 / (1 + np.exp(-start.slope * (ability - start.steps[0])))
            for one, ability in abilities.items()
        }
        shares = {one: float(rng.random() < chance[one]) for one in chance}
        found.append(Exercise(f"khoa/bai/{number}", number % 6, start, shares))
    return found


def errors(parameters, places) -> np.ndarray:
    content = parameters.content["items"]
    return np.array([np.mean(content[name]["steps"]) - places[name] for name in places])


def test_items_come_to_stand_where_they_really_are() -> None:
    given = sat_by(UNTRIED, 400, places=PLACES, each=20)
    learned = learn(UNTRIED, responses_of(UNTRIED, given))
    assert learned is not None and learned.parameters.version != UNTRIED.version
    before, after = errors(UNTRIED, PLACES), errors(learned.parameters, PLACES)
    assert np.median(np.abs(after)) < 0.7 * np.median(np.abs(before))
    moved = learned.report["items"]
    assert {one["why"] for one in moved.values()} == {"new"}
    assert learned.parameters.content["rule"] == RULE
    assert learned.report["settled"] and learned.people == 400
    told = learned.parameters.content["items"]
    # They are off by as much as they say: two standard errors hold most.
    errors_told = np.array([told[name]["error"] for name in PLACES])
    assert np.mean(np.abs(after) < 2 * errors_told) > 0.85
    assert all(told[name]["answers"] >= LEAST for name in moved)


def test_where_nothing_holds_the_scale_the_levels_do_on_average() -> None:
    # People far below the middle: without the levels they would be the middle.
    given = sat_by(UNTRIED, 400, places=PLACES, mean=-1.5, each=20)
    learned = learn(UNTRIED, responses_of(UNTRIED, given))
    assert learned is not None and learned.report["holds"] == "levels"
    assert abs(errors(learned.parameters, PLACES).mean()) < 0.2


def test_exercises_of_lessons_hold_the_scale_and_stay_where_they_are() -> None:
    lower = {name: place - 0.8 for name, place in PLACES.items()}
    given = sat_by(UNTRIED, 400, places=lower, each=20)
    responses = responses_of(UNTRIED, given, practised(400))
    learned = learn(UNTRIED, responses)
    assert learned is not None and learned.report["holds"] == "anchors"
    assert learned.report["exercises"] == 40
    assert not any("khoa/" in name for name in learned.parameters.content["items"])
    # All items are easier than their levels say. Only an anchor can tell.
    assert abs(errors(learned.parameters, lower).mean()) < 0.2
    assert np.std(errors(learned.parameters, lower)) < 0.4


def test_what_somebody_practised_stands_once_beside_their_latest_sitting() -> None:
    given = sat_by(UNTRIED, 2, each=60)
    later = [replace(one, sitting=9, person=1) for one in given if one.person == 2]
    exercise = Exercise("khoa/bai/1", 3, scale.starting(4, 2.0, 0.0), {1: 1.0, 7: 1.0})
    responses = responses_of(UNTRIED, given + later, [exercise])
    assert responses.sittings == (1, 2, 9)
    assert responses.scores[:, -1].tolist() == [NOT_GIVEN, NOT_GIVEN, 2]


def test_an_item_with_few_answers_stays_where_it_is() -> None:
    given = sat_by(UNTRIED, 400, places=PLACES, each=20)
    rare = [one for one in given if one.item != "cau-007" or one.person < 150]
    learned = learn(UNTRIED, responses_of(UNTRIED, rare))
    assert learned is not None and "cau-007" not in learned.report["items"]
    assert learned.parameters.about("cau-007") == UNTRIED.about("cau-007")


def test_nothing_is_learned_from_few_answers_or_twice_from_the_same() -> None:
    assert learn(UNTRIED, responses_of(UNTRIED, sat_by(UNTRIED, 60))) is None
    responses = responses_of(UNTRIED, sat_by(UNTRIED, 400, places=PLACES, each=20))
    once = learn(UNTRIED, responses)
    assert once is not None
    again = responses_of(once.parameters, sat_by(UNTRIED, 400, places=PLACES, each=20))
    assert learn(once.parameters, again) is None


def test_an_item_that_leaked_is_learned_anew_and_the_others_hold_the_scale() -> None:
    known = made_parameters()
    given = leaked(sat_by(known, 400, each=20), "cau-041", share=0.7)
    learned = learn(known, responses_of(known, given))
    assert learned is not None and learned.report["holds"] == "anchors"
    assert {name: one["why"] for name, one in learned.report["items"].items()} == {
        "cau-041": "drifted"
    }
    moved = learned.report["items"]["cau-041"]
    assert moved["to"] < moved["from"] - 0.8
    unmoved = [name for name in known.names if name != "cau-041"]
    assert all(learned.parameters.about(name) == known.about(name) for name in unmoved)


def test_the_same_answers_give_the_same_version() -> None:
    given = sat_by(UNTRIED, 150, places=PLACES, each=50)
    both = [learn(UNTRIED, responses_of(UNTRIED, some)) for some in (given, given[::-1])]
    assert both[0] is not None and both[1] is not None
    assert both[0].parameters.version == both[1].parameters.version


@pytest.mark.parametrize("share,score", [(0.0, 0), (0.5, 1), (0.99, 1), (1.0, 2)])
def test_points_are_whole(share: float, score: int) -> None:
    exercise = Exercise("khoa/bai/1", 3, scale.starting(4, 2.0, 0.0), {1: share})
    responses = responses_of(UNTRIED, sat_by(UNTRIED, 1), [exercise])
    assert responses.scores[0, -1] == score
