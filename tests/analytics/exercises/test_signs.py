"""Signs for a person to look at."""

import dataclasses
import datetime as dt

from analytics.exercises.signs import Sign, Work, find_signs

NINE = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
CODE = (
    "ket_qua = sum(gia_tri for nam, gia_tri in bang.items() if nam >= 2025)  # tổng từ 2025\n" * 2
)


def work(number: int, **rest: object) -> Work:
    given = {
        "submission_id": number,
        "person_id": number,
        "lesson": "mot",
        "written": f"{CODE}# {number}",
        "opened_at": NINE,
        "submitted_at": NINE + dt.timedelta(minutes=40),
        "share": 1.0,
    }
    return Work(**(given | rest))  # type: ignore[arg-type]


def kinds(*works: Work) -> list[str]:
    return [sign.kind for sign in find_signs(works, {"mot": 50.0})]


def test_the_same_long_text_from_two_people_is_a_sign() -> None:
    spaced = CODE.replace(" ", "  ")
    assert kinds(work(1, written=CODE), work(2, written=spaced)) == ["same"]


def test_one_person_handing_in_the_same_text_twice_is_none() -> None:
    assert kinds(work(1, written=CODE), work(2, person_id=1, written=CODE)) == []


def test_short_answers_agree_by_themselves() -> None:
    assert kinds(work(1, written="80"), work(2, written="80")) == []


def test_full_marks_within_a_tenth_of_the_stated_minutes_is_a_sign() -> None:
    quick = work(1, submitted_at=NINE + dt.timedelta(minutes=3))
    (sign,) = find_signs([quick], {"mot": 50.0})
    assert sign == Sign("fast", "mot", (1,), (1,), 3.0, ((1, 1),))
    assert kinds(dataclasses.replace(quick, share=0.6)) == []


def test_three_accounts_on_one_browser_in_one_day_is_a_sign_and_two_are_not() -> None:
    three = [work(n, device="a") for n in (1, 2, 3)]
    assert kinds(*three[:2]) == []
    assert kinds(*three) == ["device"]
    tomorrow = dataclasses.replace(three[2], submitted_at=NINE + dt.timedelta(days=1, hours=1))
    assert kinds(*three[:2], tomorrow) == []


def test_a_day_is_a_day_of_viet_nam() -> None:
    seven = dt.datetime(2026, 3, 3, 0, 0, tzinfo=dt.UTC)  # in the morning, there
    office = [
        work(n, device="a", submitted_at=seven + dt.timedelta(minutes=minutes))
        for n, minutes in ((1, -10), (2, 0), (3, 10))
    ]
    assert kinds(*office) == ["device"]
    midnight = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)
    night = [
        work(n, device="a", submitted_at=midnight + dt.timedelta(minutes=minutes))
        for n, minutes in ((1, -10), (2, -5), (3, 0))
    ]
    assert kinds(*night) == []
