"""One rounding rule: what is written never says what is not so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.shares import shown_share


@pytest.mark.parametrize(
    ("share", "digits", "shown"),
    [
        (0.9996, 0, (">", 0.99)),
        (0.0004, 0, ("<", 0.01)),
        (0.9996, 1, (">", 0.999)),
        (0.0004, 1, ("<", 0.001)),
        (0.995, 0, ("", 0.99)),  # ties go to the even one, as everywhere in Python
        (1.0, 0, ("", 1.0)),
        (1.0004, 0, (">", 1.0)),
        (0.0, 0, ("", 0.0)),
        (0.5, 0, ("", 0.5)),
        (8.0, 0, ("", 8.0)),
    ],
)
def test_shares_as_they_are_written(share, digits, shown) -> None:
    assert shown_share(share, digits) == shown


@given(st.floats(0, 3), st.integers(0, 2))
def test_only_the_whole_is_the_whole_and_only_nothing_is_nothing(share, digits) -> None:
    side, shown = shown_share(share, digits)
    assert (side == "" and shown == 1.0) <= (abs(share - 1) < 1e-9 or share == 1)
    assert (side == "" and shown == 0.0) <= (share == 0)
    assert abs(shown - share) <= 10.0 ** -(digits + 2)
