"""The content frame of Decision 64."""

from core.content_frame import FRAMES, ITEMS


def test_every_item_is_of_a_part_and_lettered_as_vietnamese_letters() -> None:
    assert len(ITEMS) == 18
    letters = {
        part: [code.removeprefix(f"{part}.") for code in ITEMS if code.startswith(f"{part}.")]
        for part in FRAMES
    }
    assert letters == {
        "4.1": [],
        "4.2": ["a", "b", "c", "d", "đ", "e"],
        "4.3": ["a", "b", "c", "d", "đ", "e"],
        "4.4": ["a", "b", "c", "d", "đ"],
    }
