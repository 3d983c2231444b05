"""Made-up learners for a demonstration or a rehearsal at size: `motcham demo load`.

Names are put together from common syllables and marked "(mẫu)", codes begin with TN: nobody real is
meant, and every page says so. The same seed gives the same people, marks and certificates. Rows are
written in bulk, past the functions that real learners go through, and with the same results:
progress as marks would leave it, certificates by `analytics.certificates.issuing`' own rule.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass

from analytics.certificates.issuing import judge_completion
from analytics.certificates.requirements import in_force
from analytics.programme.targets import PROGRAMME, allot, find_goals, set_plan
from core.calendar import reporting_window, today_in_vietnam
from core.manifest import LessonEntry
from core.messages import Message, Refused
from records import Session
from records.assessment.certificate_numbers import ALPHABET, RANDOM_CHARACTERS, make_number
from records.courses import releases
from records.learning.progress import stand_in
from records.people import persons
from records.platform import audit, made_up, synthetic_rows
from records.programme.requirements import requirements_of
from records.tables.courses import Release

FAMILY = [
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Huỳnh",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Đinh",
    "Trịnh",
    "Lương",
    "Mai",
    "Tô",
    "Hà",
    "Cao",
    "Châu",
    "Tạ",
    "La",
]
MIDDLE = [
    "Văn",
    "Thị",
    "Hữu",
    "Đức",
    "Minh",
    "Ngọc",
    "Thanh",
    "Quang",
    "Xuân",
    "Thu",
    "Hồng",
    "Kim",
    "Đình",
    "Công",
    "Mỹ",
    "Bảo",
    "Gia",
    "Khánh",
    "Thùy",
    "Phương",
]
GIVEN = [
    "An",
    "Ánh",
    "Bình",
    "Châu",
    "Chi",
    "Cường",
    "Dung",
    "Dũng",
    "Duy",
    "Dương",
    "Đạt",
    "Điệp",
    "Giang",
    "Hà",
    "Hải",
    "Hạnh",
    "Hiền",
    "Hiếu",
    "Hoa",
    "Hòa",
    "Hùng",
    "Huệ",
    "Hương",
    "Khôi",
    "Lan",
    "Lâm",
    "Linh",
    "Loan",
    "Long",
    "Mai",
    "Nam",
    "Nga",
    "Nghĩa",
    "Nhung",
    "Oanh",
    "Phúc",
    "Phượng",
    "Quân",
    "Quỳnh",
    "Sơn",
    "Tâm",
    "Thảo",
    "Thắng",
    "Thủy",
    "Tiến",
    "Trang",
    "Trí",
    "Tuấn",
    "Tùng",
    "Tuyết",
    "Uyên",
    "Vân",
    "Việt",
    "Yến",
]
POSITIONS = {
    "a": ("Lãnh đạo (mẫu)",),
    "b": ("Chuyên viên", "Phó trưởng phòng"),
    "c": ("Chuyên viên", "Phó trưởng phòng", "Trưởng phòng"),
    "d": ("Chuyên viên",),
    "đ": ("Công chức cấp xã", "Phó chủ tịch xã (mẫu)", "Chủ tịch xã (mẫu)"),
    "e": ("Thành viên tổ công nghệ số",),
    "g": ("Nhân viên doanh nghiệp",),
    "h": ("Phóng viên", "Biên tập viên", "Thư ký tòa soạn"),
}
# How learners are spread over groups, near the decision's 200 : 6,800 : 3,000.
SPREAD = (("a", 3), ("b", 2), ("c", 22), ("d", 8), ("đ", 33), ("e", 4), ("g", 4), ("h", 24))
LOADED = "demo.load"
IN_DETAIL = 8  # of so many learners, one has marks and minutes for every exercise
MOST = 200_000


@dataclass(frozen=True)
class Loaded:
    """What was written."""

    learners: int
    certificates: int


def load_demo_learners(
    session: Session, learners: int, *, seed: int, at: dt.datetime
) -> Loaded | None:
    """Write ``learners`` people whose last year led up to ``at``; None when this seed is there.

    The demonstration's plan for the provinces is set with them.
    """
    if not 1 <= learners <= MOST:
        raise Refused(Message("Số học viên mẫu phải từ 1 đến {most}", {"most": MOST}))
    if persons.find_person_by_code(session, f"TN{seed}-000001"):
        return None
    required = in_force(requirements_of(session, PROGRAMME), at)
    current = (releases.current_release(session, course) for course in required)
    courses = [release for release in current if release is not None]
    dice = random.Random(seed)  # noqa: S311 - a demonstration must be repeatable, not secret
    units = _Units(session)
    if not is_planned(session):
        _plan(session, units, at)
    begins_on, _ends_on = reporting_window(today_in_vietnam(at))
    story = _Story(dice, begins_on, at, courses)
    written = synthetic_rows.Written()
    person_id, serials = synthetic_rows.next_person_id(session), synthetic_rows.Serials(session)
    for number in range(1, learners + 1):
        group = dice.choices(*zip(*SPREAD, strict=True))[0]
        unit_id, talent = units.draw(dice, group)
        name = _name(dice)
        written.people.append(
            {
                "id": person_id,
                "username": None,
                "code": f"TN{seed}-{number:06d}",
                "full_name": name,
                "email": None,
                "position": dice.choice(POSITIONS[group]),
                "audience_group": group,
                "unit_id": unit_id,
                "language": "vi",
                "created_at": story.begin,
            }
        )
        story.tell(written, serials, person_id, name, unit_id, group, talent)
        person_id += 1
    synthetic_rows.write(session, written)
    serials.keep(session)
    audit.append(
        session,
        at=at,
        actor="motcham demo load",
        action=LOADED,
        subject=f"programme:{PROGRAMME}",
        detail={"learners": learners, "seed": seed, "certificates": len(written.certificates)},
    )
    return Loaded(learners, len(written.certificates))


def is_planned(session: Session) -> bool:
    """Whether the ministry has set a plan: a demonstration never overwrites one."""
    _begins, deadline = min(
        (goal.begins_on, goal.deadline_on) for goal in find_goals(session, PROGRAMME).values()
    )
    return deadline.year > 2022


def _plan(session: Session, units: _Units, at: dt.datetime) -> None:
    goal = find_goals(session, PROGRAMME)["local"]
    _begins, ends = reporting_window(today_in_vietnam(at))
    shares = allot(goal.amount, units.weights)
    set_plan(session, PROGRAMME, shares, source=made_up.PLAN, deadline_on=ends)


def _name(dice: random.Random) -> str:
    middle = dice.choice(MIDDLE)
    if dice.random() < 0.2:
        middle += f" {dice.choice(MIDDLE)}"
    return f"{dice.choice(FAMILY)} {middle} {dice.choice(GIVEN)} (mẫu)"


class _Units:
    """Where learners work: provinces with a few communes each, central bodies, press agencies.

    They were registered under the 63 provinces, which roll up to the 34, so both lists show them.
    Each province has a weight of its own (how many learners) and a talent (how many finish), so
    that the map shows differences.
    """

    def __init__(self, session: Session) -> None:
        nation = persons.find_nation(session)
        assert nation is not None
        fixed = random.Random(64)  # noqa: S311 - the same units whatever the seed
        self.local: list[int] = []
        self.weights: dict[int, float] = {}
        self._talents: dict[int, float] = {}
        self._below: dict[int, list[int]] = {}
        for province in persons.find_units(session, "province", "2008"):
            self.local.append(province.id)
            self.weights[province.id] = fixed.uniform(0.6, 1.6)
            self._talents[province.id] = fixed.uniform(0.25, 0.98)
            self._below[province.id] = [
                _unit(session, "commune", f"TN-{province.code}-{n}", f"Xã mẫu {n}", province.id)
                for n in range(1, 5)
            ]
        central = persons.find_unit(session, "central", "", "TW")
        assert central is not None
        self._central = [
            _unit(session, "central", f"TN-TW-{n}", f"Bộ mẫu {n}", central.id) for n in range(1, 6)
        ]
        self._press = [
            _unit(session, "press", f"TN-BC-{n}", f"Báo mẫu {n}", nation.id) for n in range(1, 9)
        ]
        self._firms = [
            _unit(session, "enterprise", f"TN-DN-{n}", f"Doanh nghiệp mẫu {n}", nation.id)
            for n in range(1, 5)
        ]

    def draw(self, dice: random.Random, group: str) -> tuple[int, float]:
        """A unit for somebody of this group, and how likely they finish."""
        if group == "b" or (group == "a" and dice.random() < 0.3):
            return dice.choice(self._central), 0.75
        if group == "h":
            return dice.choice(self._press), 0.6
        if group == "g":
            return dice.choice(self._firms), 0.5
        province = dice.choices(self.local, [self.weights[unit] for unit in self.local])[0]
        talent = self._talents[province]
        if group in ("đ", "e"):
            return dice.choice(self._below[province]), talent
        return province, talent


def _unit(session: Session, kind: str, code: str, name: str, parent_id: int) -> int:
    vintage = "2008" if kind == "commune" else ""
    found = persons.find_unit(session, kind, vintage, code)
    return (
        found
        or persons.add_unit(
            session, kind=kind, vintage=vintage, code=code, name=name, parent_id=parent_id
        )
    ).id


def _detail(
    written: synthetic_rows.Written,
    lesson: LessonEntry,
    marks: tuple[float, float],
    person_id: int,
) -> None:
    """Exercise by exercise, how the lesson written last went; the points add up to its marks."""
    dice = random.Random(f"{person_id} {lesson.slug}")  # noqa: S311 - the same seed, the same story
    exercises = lesson.exercises
    shares = share_out(marks[0], [one.points for one in exercises], _ease(lesson), dice)
    for one, points in zip(exercises, shares, strict=True):
        minutes = one.minutes or 4
        seconds = round(60 * minutes * dice.lognormvariate(0.1, 0.35))
        written.exercise(one.grade_id, points, one.points, seconds)


def _ease(lesson: LessonEntry) -> list[float]:
    """How easy each exercise is, 0..1: some are hard for everybody, whoever tells the story."""
    return [
        random.Random(one.grade_id).uniform(0.35, 0.98)  # noqa: S311 - nothing hangs on it
        for one in lesson.exercises
    ]


def share_out(
    total: float, most: Sequence[float], ease: Sequence[float], dice: random.Random
) -> list[float]:
    """Points of each exercise, in halves, that add up to ``total``: lost where it is hardest.

    ``most``: the points of each; ``ease``: 0..1 of each. Pure but for ``dice``.
    """
    points = list(map(float, most))
    while sum(points) > total + 0.25:
        losable = [place for place, one in enumerate(points) if one >= 0.5]
        weights = [1.05 - ease[place] for place in losable]
        points[dice.choices(losable, weights)[0]] -= 0.5
    return points


class _Story:
    """What each learner did in the reporting year up to now."""

    def __init__(
        self, dice: random.Random, begins_on: dt.date, at: dt.datetime, courses: Sequence[Release]
    ) -> None:
        self._dice, self._at, self._courses = dice, at, courses
        self.begin = dt.datetime.combine(begins_on, dt.time(1), dt.UTC)
        self._span = max((at - self.begin).total_seconds(), 1.0)

    def tell(
        self,
        written: synthetic_rows.Written,
        serials: synthetic_rows.Serials,
        person_id: int,
        name: str,
        unit_id: int,
        group: str,
        talent: float,
    ) -> None:
        dice = self._dice
        if dice.random() > 0.5 + 0.5 * talent:
            return  # on the list, not begun
        began_at = self.begin + dt.timedelta(seconds=self._span * dice.betavariate(1.6, 1.9))
        finishes = dice.random() < 0.6 + 0.4 * talent
        at, standings = began_at, []
        for release in self._courses:
            lessons = release.manifest.lessons
            done = lessons if finishes else lessons[: dice.randrange(len(lessons))]
            skill = dice.uniform(0.55, 1.0)
            marks: dict[str, tuple[float, float]] = {}
            for lesson in done:
                at += dt.timedelta(days=dice.uniform(0.5, 12))
                if at >= self._at:
                    break
                most = lesson.max_points
                points = round(min(most, most * dice.gauss(skill, 0.08)) * 2) / 2
                marks[lesson.slug] = (max(points, 0.0), most)
                opened_at = at - dt.timedelta(minutes=dice.uniform(20, 90))
                written.opened(person_id, release.id, lesson.slug, opened_at)
                written.lesson(
                    person_id, release.id, release.course, lesson.slug, marks[lesson.slug], at
                )
                if person_id % IN_DETAIL == 0:
                    _detail(written, lesson, marks[lesson.slug], person_id)
            if len(marks) < len(lessons) and at < self._at:  # opened the next, and stopped there
                written.opened(person_id, release.id, lessons[len(marks)].slug, at)
            completed = len(marks) == len(lessons)
            written.enrolments.append(
                {
                    "person_id": person_id,
                    "course": release.course,
                    "release_id": release.id,
                    "began_at": began_at,
                    "completed_at": at if completed else None,
                    "seed": dice.randrange(2**31),
                }
            )
            standings.append(
                (
                    release.manifest.title,
                    stand_in(
                        release,
                        points={slug: points for slug, (points, _most) in marks.items()},
                        attended=(),
                        pass_share=None,
                    ),
                )
            )
        completion = judge_completion(standings)
        if not completion.due:
            return
        year = today_in_vietnam(at).year
        tail = "".join(dice.choices(ALPHABET, k=RANDOM_CHARACTERS))
        written.certificates.append(
            {
                "number": make_number(serials.next(year), year, tail=tail),
                "person_id": person_id,
                "programme": PROGRAMME,
                "full_name": name,
                "unit_id": unit_id,
                "audience_group": group,
                "points": completion.points,
                "max_points": completion.max_points,
                "framework": self._courses[0].manifest.framework,
                "issued_at": at,
            }
        )
