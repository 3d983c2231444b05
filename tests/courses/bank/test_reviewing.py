"""A review is of a text, and by another than its author."""

from __future__ import annotations

import datetime as dt
import tomllib

import pytest
from an_item import SETTINGS, make_item

from core.messages import Refused
from courses.bank.reviewing import with_review

ON = dt.date(2026, 11, 30)


def review(settings, item, *, by="Lá Cọ (bút danh)", said='Làm được "ngay".\nTốt.'):
    return with_review(settings, item, by=by, on=ON, said=said)


def test_a_review_is_written_with_the_digest_and_the_state():
    item = make_item()
    text = review(SETTINGS, item)
    read = make_item(settings=text)
    assert (read.state, read.review.by, read.review.on) == ("reviewed", "Lá Cọ (bút danh)", ON)
    assert (read.review.said, read.review.digest) == ('Làm được "ngay". Tốt.', item.digest)
    assert read.distractors == item.distractors


def test_a_second_review_replaces_the_first_wherever_it_stands():
    first = review(SETTINGS, make_item())
    moved = first.replace("[distractors.cach]", "[[source]]\ntitle = 'X'\n\n[distractors.cach]")
    second = review(moved, make_item(settings=moved), by="Ngọn Tre (bút danh)", said="Vẫn tốt.")
    assert second.count("[review]") == 1
    assert tomllib.loads(second)["review"]["by"] == "Ngọn Tre (bút danh)"
    assert tomllib.loads(second)["source"] == [{"title": "X"}]


def test_a_live_item_stays_live():
    live = SETTINGS.replace('"written"', '"live"')
    assert 'state = "live"' in review(live, make_item(settings=live))


@pytest.mark.parametrize("by", ["Hạt Gạo (bút danh)", " hạt gạo (bút danh) "])
def test_nobody_reviews_their_own(by):
    with pytest.raises(Refused, match="người duyệt phải khác người viết"):
        review(SETTINGS, make_item(), by=by)


def test_a_review_says_something():
    with pytest.raises(Refused, match="hãy ghi ai duyệt và nhận xét gì"):
        review(SETTINGS, make_item(), said=" ")
