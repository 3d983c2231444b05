"""What the learner's process says is cut to what may be kept, whatever it says."""

from __future__ import annotations

import pytest

from core.marks import MAX_OUTPUTS
from graders.strict import testimony
from graders.strict.between.protocol import (
    CellSaid,
    Error,
    Fault,
    LastValue,
    Outcome,
    SharedError,
    SharedSaid,
)

STREAM = {"output_type": "stream", "name": "stdout", "text": "x"}


@pytest.mark.parametrize("found", [None, 5, "text", {}, [5, None, {"output_type": "stream"}]])
def test_outputs_of_no_known_shape_are_left_out(found: object) -> None:
    run = testimony.cell_run({CellSaid.OK: True, CellSaid.OUTPUTS: found})
    assert run.outputs == [] and run.ok


def test_no_more_outputs_are_kept_than_a_cell_may_have() -> None:
    run = testimony.cell_run({CellSaid.OUTPUTS: [STREAM] * 1000})
    assert run.outputs == [STREAM] * MAX_OUTPUTS and not run.ok


@pytest.mark.parametrize("ok", [1, "true", [True], None])
def test_a_cell_is_right_only_where_it_is_said_plainly(ok: object) -> None:
    assert testimony.cell_run({CellSaid.OK: ok, CellSaid.TIMED_OUT: ok}).ok is False


def test_an_error_is_kept_in_its_words_and_in_no_others() -> None:
    error = {Error.TYPE: "E" * 9999, Error.TEXT: 5, Error.PLACE: [0, 3], "odd": "mine", "why": "x"}
    kept = testimony.error_of({CellSaid.ERROR: error | {Error.BUILTIN: "yes"}})
    assert kept == {
        Error.TYPE: "E" * 2000,
        Error.BUILTIN: False,
        Error.TIMEOUT: False,
        Error.FLOODED: False,
        Error.PLACE: [0, 3],
    }


@pytest.mark.parametrize("place", [None, [1], ["a", 2], [1, 2, 3], [True, 2], {"a": 1}])
def test_a_place_is_two_numbers(place: object) -> None:
    assert Error.PLACE not in testimony.error_of({CellSaid.ERROR: {Error.PLACE: place}})


def test_a_shared_test_in_a_changed_python_says_so() -> None:
    outcome = testimony.outcome_of_shared({SharedSaid.TAMPERED: ["builtins.sum"]})
    assert outcome[Outcome.TAMPERED] is True and outcome[Outcome.ERROR]


def test_only_the_tests_own_assertion_speaks_to_the_learner() -> None:
    error = {SharedError.TYPE: "AssertionError", SharedError.TEXT: "sai dấu", SharedError.LINE: 2}
    own = testimony.outcome_of_shared({SharedSaid.ERROR: error | {SharedError.OWN: True}})
    theirs = testimony.outcome_of_shared({SharedSaid.ERROR: error | {SharedError.OWN: 1}})
    assert own[Outcome.ERROR][Fault.MESSAGE] == "sai dấu"
    assert theirs[Outcome.ERROR][Fault.MESSAGE] is None


def test_a_last_value_is_one_of_three_things() -> None:
    said = {SharedSaid.RESULT: {LastValue.TRUTH: True, LastValue.NUMBER: "9"}}
    assert testimony.outcome_of_shared(said)[Outcome.RESULT] == {LastValue.TRUTH: True}
    assert testimony.outcome_of_shared({SharedSaid.RESULT: [1]})[Outcome.RESULT] is None


def test_a_run_that_was_stopped_says_why_as_an_output() -> None:
    run = testimony.stopped_run("time")
    assert run.timed_out and not run.ok and run.outputs[0]["output_type"] == "error"
