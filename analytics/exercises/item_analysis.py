"""How exercises behave: what an instructor needs in order to mend a lesson.

Classical test theory on the first marked submission of each learner, because later ones have
already seen feedback. Pure: rows in, figures out; the caller reads them from the records.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import correlation, median

ENOUGH_LEARNERS = 20  # below this a correlation says more about chance than about the exercise
SHOWN_MISTAKES = 5
FEW = 3  # what fewer people did is not shown: it would point at a person


@dataclass(frozen=True)
class Attempt:
    """What one learner earned on one exercise of one submission. ``share`` is 0..1."""

    person_id: int
    grade_id: str
    share: float
    feedback: str | None = None
    answer: str | None = None


@dataclass(frozen=True)
class ExerciseInsight:
    """``difficulty``: mean share earned (1 = everybody solves it). ``discrimination``: correlation
    of the exercise with the rest of the lesson (−1..1), None with too few learners or no spread.
    ``mistakes``: feedback, and how many met it; ``wrong_answers``: answer, and how many gave it.
    ``minutes``: the median of those who worked at it on its page; None where they are too few.
    """

    grade_id: str
    learners: int
    difficulty: float
    discrimination: float | None
    unanswered: int
    mistakes: tuple[tuple[str, int], ...]
    wrong_answers: tuple[tuple[str, int], ...]
    minutes: float | None = None

    @property
    def verdict(self) -> str:
        """A word for the page: ``easy``, ``hard``, ``misleading``, ``weak``, ``fine`` or ``few``.

        Bounds after Ebel & Frisbie, Essentials of Educational Measurement (1991): a
        discrimination below 0.2 is poor, below zero the exercise misleads those who know.
        """
        if self.learners < ENOUGH_LEARNERS:
            return "few"
        if self.discrimination is not None and self.discrimination < 0:
            return "misleading"
        if self.difficulty > 0.95:
            return "easy"
        if self.difficulty < 0.25:
            return "hard"
        if self.discrimination is not None and self.discrimination < 0.2:
            return "weak"
        return "fine"


def look_at_exercises(
    attempts: Iterable[Attempt],
    order: Sequence[str],
    times: Mapping[str, Sequence[float]] | None = None,
) -> tuple[ExerciseInsight, ...]:
    """One insight per exercise, in the lesson's ``order``; exercises nobody tried have zeros.

    ``times``: seconds at the exercise, one for each learner.
    """
    by_exercise: dict[str, dict[int, Attempt]] = {grade_id: {} for grade_id in order}
    totals: defaultdict[int, float] = defaultdict(float)
    for attempt in attempts:
        if attempt.grade_id in by_exercise:
            by_exercise[attempt.grade_id][attempt.person_id] = attempt
            totals[attempt.person_id] += attempt.share
    return tuple(
        _look(grade_id, by_exercise[grade_id], totals, (times or {}).get(grade_id, ()))
        for grade_id in order
    )


def _look(
    grade_id: str,
    attempts: Mapping[int, Attempt],
    totals: Mapping[int, float],
    times: Sequence[float],
) -> ExerciseInsight:
    shares = [attempt.share for attempt in attempts.values()]
    rest = [totals[person] - attempt.share for person, attempt in attempts.items()]
    wrong = [attempt for attempt in attempts.values() if attempt.share < 1]
    return ExerciseInsight(
        grade_id=grade_id,
        learners=len(shares),
        difficulty=sum(shares) / len(shares) if shares else 0.0,
        discrimination=_correlation(shares, rest),
        unanswered=sum(attempt.answer == "" for attempt in wrong),
        mistakes=_commonest(attempt.feedback for attempt in wrong),
        wrong_answers=_commonest(attempt.answer for attempt in wrong),
        minutes=median(times) / 60 if len(times) >= FEW else None,
    )


def _correlation(shares: Sequence[float], rest: Sequence[float]) -> float | None:
    if len(shares) < ENOUGH_LEARNERS or len(set(shares)) < 2 or len(set(rest)) < 2:
        return None
    return correlation(shares, rest)


def _commonest(texts: Iterable[str | None]) -> tuple[tuple[str, int], ...]:
    counted = Counter(text for text in texts if text)
    return tuple((text, n) for text, n in counted.most_common(SHOWN_MISTAKES) if n >= FEW)


@dataclass(frozen=True)
class Step:
    """How many learners came this far, and the median minutes they took where that is known."""

    lesson: str
    began: int
    submitted: int
    passed: int
    minutes: float | None


def find_where_people_stop(
    lessons: Sequence[str],
    began: Mapping[str, Mapping[int, dt.datetime]],
    submitted: Mapping[str, Mapping[int, dt.datetime]],
    passed: Mapping[str, Iterable[int]],
) -> tuple[Step, ...]:
    """The way through a course. ``began`` and ``submitted``: lesson → person → first time.

    Minutes over three hours are left out: the learner closed the page and came back another day.
    """
    return tuple(
        Step(
            lesson=lesson,
            began=len(began.get(lesson, {})),
            submitted=len(submitted.get(lesson, {})),
            passed=len(set(passed.get(lesson, ()))),
            minutes=_median_minutes(began.get(lesson, {}), submitted.get(lesson, {})),
        )
        for lesson in lessons
    )


def _median_minutes(
    began: Mapping[int, dt.datetime], submitted: Mapping[int, dt.datetime]
) -> float | None:
    taken = [
        (at - began[person]).total_seconds() / 60
        for person, at in submitted.items()
        if person in began
    ]
    sat_through = [minutes for minutes in taken if 0 <= minutes <= 180]
    return median(sat_through) if sat_through else None
