"""What is compared before a shared test runs, one trick after the other."""

from __future__ import annotations

import builtins
import contextlib
import gc
import math
import sys
import threading
from types import SimpleNamespace

import pytest

from graders.strict.between.protocol import LastValue, SharedError, SharedSaid, SharedWish
from graders.strict.learner import tampering
from graders.strict.learner.tampering import (
    describe_test_error,
    find_tampering,
    remember,
    run_shared,
)


@pytest.fixture
def shell():
    return SimpleNamespace(ast_transformers=[], input_transformers_post=[], user_ns={})


@pytest.fixture
def before(shell):
    return remember(shell)


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """Threads, tracers and callbacks of whoever runs these tests are no trick of a learner's."""
    hooks, tracing, profiling = list(gc.callbacks), sys.gettrace(), sys.getprofile()
    gc.callbacks.clear()
    sys.settrace(None)
    sys.setprofile(None)
    monkeypatch.setattr(tampering, "_frames", lambda: {1: None})
    monkeypatch.setattr(tampering, "_count_threads", lambda: 1)
    yield
    gc.callbacks[:] = hooks
    sys.settrace(tracing)
    sys.setprofile(profiling)


@pytest.fixture
def found_where(shell, before, monkeypatch):
    """What is found while something is replaced; all is as it was before anybody asserts."""

    def find(holder: object, name: str, value: object) -> list[str]:
        with monkeypatch.context() as trick:
            trick.setattr(holder, name, value)
            return find_tampering(shell, before)

    return find


def watch(*_):
    return None


def test_python_as_it_was_is_untouched(shell, before) -> None:
    assert find_tampering(shell, before) == []


def test_a_builtin_that_was_replaced_is_named(found_where) -> None:
    assert found_where(builtins, "sum", lambda xs: 0) == ["builtins.sum"]


def test_a_librarys_function_that_was_replaced_is_named(found_where) -> None:
    assert found_where(math, "isclose", lambda *_: True) == ["math.isclose"]


def test_a_finder_of_modules_that_was_put_first_is_named(found_where) -> None:
    assert found_where(sys, "meta_path", [object(), *sys.meta_path]) == ["sys.meta_path"]


def test_a_hook_for_folders_that_was_added_is_named(found_where) -> None:
    assert found_where(sys, "path_hooks", [*sys.path_hooks, object()]) == ["sys.path_hooks"]


def test_a_transformer_of_cells_is_named(found_where, shell) -> None:
    assert found_where(shell, "ast_transformers", [object()]) == ["shell.ast_transformers"]


def test_a_function_that_watches_every_call_is_named(shell, before) -> None:
    sys.setprofile(watch)
    found = find_tampering(shell, before)
    sys.setprofile(None)
    assert found == ["sys.setprofile"]


def test_a_function_that_watches_every_line_is_named(shell, before) -> None:
    sys.settrace(watch)
    found = find_tampering(shell, before)
    sys.settrace(None)
    assert found == ["sys.settrace"]


def test_what_runs_when_memory_is_cleared_is_named(shell, before) -> None:
    gc.callbacks.append(watch)
    found = find_tampering(shell, before)
    gc.callbacks.clear()
    assert found == ["gc.callbacks"]


def test_a_thread_that_is_still_there_is_named(shell, before, monkeypatch) -> None:
    monkeypatch.setattr(tampering, "_frames", sys._current_frames)
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert "threads" in find_tampering(shell, before)
    finally:
        stop.set()
        thread.join()


# Running -----------------------------------------------------------------------------------------


@contextlib.contextmanager
def no_deadline(_seconds: float):
    yield


def run(shell, before, text: str):
    wish = {SharedWish.SHARED: text, SharedWish.LIMIT: 1.0, SharedWish.NONCE: "so-mot-lan"}
    return run_shared(shell, before, wish, no_deadline)


def test_a_test_that_passes_says_its_last_value_with_the_nonce(shell, before) -> None:
    shell.user_ns["x"] = 2
    assert run(shell, before, "assert x == 2\nx / 4") == {
        SharedSaid.NONCE: "so-mot-lan",
        SharedSaid.TAMPERED: [],
        SharedSaid.RESULT: {LastValue.NUMBER: "0.5"},
    }


def test_a_test_does_not_run_where_something_was_changed(shell, before, monkeypatch) -> None:
    with monkeypatch.context() as trick:
        trick.setattr(builtins, "sum", lambda _: 3)
        said = run(shell, before, "x = 1")
    assert said[SharedSaid.TAMPERED] == ["builtins.sum"]
    assert "x" not in shell.user_ns and SharedSaid.RESULT not in said


def test_a_builtins_name_in_the_notebook_does_not_stand_for_pythons(shell, before) -> None:
    def always_three(_):
        return 3

    shell.user_ns["len"] = always_three
    assert run(shell, before, "len([])")[SharedSaid.RESULT] == {LastValue.NUMBER: "0.0"}
    assert shell.user_ns["len"] is always_three


def test_what_the_test_raised_is_told_with_its_line(shell, before) -> None:
    error = run(shell, before, "x = 1\nassert x == 2, 'x phải là 2'")[SharedSaid.ERROR]
    assert error == {
        SharedError.TYPE: "AssertionError",
        SharedError.TEXT: "x phải là 2",
        SharedError.LINE: 2,
        SharedError.OWN: True,
    }


def test_what_the_learners_function_raised_is_not_the_tests_own() -> None:
    def loi():
        raise ValueError("khóa")

    try:
        exec(compile("\nloi()", "<test>", "exec"), {"loi": loi})
    except ValueError as error:
        said = describe_test_error(error)
    assert (said[SharedError.LINE], said[SharedError.OWN]) == (2, False)
