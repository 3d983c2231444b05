"""What of ours a learner's process has in its hands when the learner's code begins."""

from __future__ import annotations

from notebooks import as_bytes, notebook, solution, test

LOOK = """
import sys
rooms = ('hub', 'school', 'graders', 'analytics', 'labs', 'courses', 'records', 'sandbox',
         'skills_framework', 'core')
ours = sorted(name for name in sys.modules if name.split('.')[0] in rooms)
"""


def test_no_module_of_ours_is_left_for_learners_code_to_find(marker) -> None:
    source = notebook(solution("a", LOOK), test("t", "assert ours == [], ours"))
    marks = marker.mark(as_bytes(source), as_bytes(source))
    assert [cell.points for cell in marks.cells] == [1.0]


def test_the_modules_that_would_be_found_are_many(marker) -> None:
    """So that the test above does not look at nothing."""
    import graders.strict.examiner.program
    import graders.strict.learner.program  # noqa: F401 - as the warm process has them
    from graders.strict import own_modules

    loaded = own_modules.loaded()
    assert {
        "graders",
        "graders.strict.learner.program",
        "graders.strict.examiner.program",
        "graders.strict.between.protocol",
        "sandbox.channel",
        "core.marks",
    } <= set(loaded)
    assert len(loaded) > 20
