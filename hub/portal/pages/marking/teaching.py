"""The instructor's pages: insight, what was handed in, marking by hand, re-marking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from urllib.parse import quote

from markupsafe import Markup

from analytics.exercises import charts
from analytics.exercises.item_analysis import Step
from core.calendar import HANOI
from core.messages import Message, Refused
from hub.portal import forms
from hub.portal.returned_forms import at_field, collect
from hub.portal.web import PageHandler
from records import Session
from records.courses import lesson_terms, offers, releases
from records.learning import posts
from records.marking import exercise_results as lists
from records.marking import queue, remarking
from records.tables.courses import Release
from records.tables.marking import Remark, Submission
from school import access
from school.courses import acts as course_acts
from school.courses.teaching import may_see_names
from school.learning.questions import load_ratings
from school.marking import acts as marking_acts
from school.marking import insight as teaching
from school.marking import reviews
from school.people import looks


class TeachingHome(PageHandler):
    """What waits for a person, and the courses."""

    async def get(self) -> None:
        self.require(access.may_teach(self.actor))
        piles, dead, line, current = await self.read(self._load)
        self.page(
            "marking/home.html",
            piles=piles,
            dead=dead,
            line=line,
            releases=current,
            asked=await self.read(posts.count_unanswered),
            offered=await self.read(offers.count_waiting),
        )

    def _load(
        self, session: Session
    ) -> tuple[Sequence[reviews.Pile], Sequence[Submission], queue.Line, Sequence[Release]]:
        assert self.actor.person_id is not None
        return (
            reviews.load_piles(session, self.actor.person_id)
            if access.may_mark(self.actor)
            else (),
            queue.dead_letters(session),
            queue.line(session),
            releases.current_releases(session),
        )


class CourseView(PageHandler):
    """Where people stop, lesson by lesson; releases and re-marking."""

    async def show_again(self, slug: str) -> None:
        self.require(access.may_teach(self.actor))
        insight = await self.read(teaching.load_course_insight, slug, pass_share=self.pass_share)
        if insight is None:
            raise self.absent()
        self.page(
            "marking/course.html",
            insight=insight,
            picture=self._picture(insight.steps),
            withdrawn=await self.read(offers.find_withdrawal, slug),
            has_gradebook=await self.read(may_see_names, self.actor, slug, at=self.now),
        )

    def _picture(self, steps: Sequence[Step]) -> Markup | None:
        words = charts.WayWords(
            title=self._("Số người đã mở, đã nộp và đạt từng bài; bảng bên dưới có cùng số liệu."),
            lesson=lambda number: self._("Bài {number}", number=number),
            began=lambda count: self._("{count} mở", count=self._.number(count)),
            submitted=lambda count: self._("{count} nộp", count=self._.number(count)),
            passed=lambda count: self._("{count} đạt", count=self._.number(count)),
        )
        drawn = charts.draw_way(steps, words=words)
        return Markup(drawn) if drawn else None  # noqa: S704 - escaped by draw_way


class TeachingCourse(CourseView):
    """The page itself."""

    async def get(self, slug: str) -> None:
        await self.show_again(slug)


class LessonView(PageHandler):
    """How each exercise behaves, who handed in what, and the lesson's terms."""

    async def show_again(self, slug: str, lesson: str) -> None:
        self.require(access.may_teach(self.actor))
        insight = await self.read(teaching.load_lesson_insight, slug, lesson)
        if insight is None:
            raise self.absent()
        before = forms.read_key(self.get_argument("before", ""))
        handed_in = await self.look(_handed_in, slug, lesson, before)
        agreed = await self.read(lesson_terms.find_terms, slug, lesson)
        self.page(
            "marking/lesson.html",
            insight=insight,
            picture=self._picture(insight),
            handed_in=handed_in,
            terms=agreed,
            saved=self.get_query_argument("saved", "") == "terms" and not self.form,
            local_time=_local_time,
            ratings=await self.read(load_ratings, slug, lesson),
        )

    def _picture(self, insight: teaching.LessonInsight) -> Markup | None:
        words = charts.MapWords(
            title=self._("Độ khó và độ phân biệt của từng bài tập; bảng bên dưới có cùng số liệu."),
            hard=self._("← khó"),
            easy=self._("dễ →"),
            tells_apart=self._("phân biệt tốt"),
            misleads=self._("người giỏi hay sai"),
            describe=lambda number, one: f"{number}. {insight.titles[one.grade_id]}",
            number=self._.number,
        )
        drawn = charts.draw_map(insight.exercises, words=words)
        return Markup(drawn) if drawn else None  # noqa: S704 - escaped by draw_map


class TeachingLesson(LessonView):
    """The page itself."""

    async def get(self, slug: str, lesson: str) -> None:
        await self.show_again(slug, lesson)


class LessonTerms(LessonView):
    """A lesson's deadline and number of attempts; an empty field means without."""

    async def post(self, slug: str, lesson: str) -> None:
        self.require(access.may_publish(self.actor))
        closes, tries = self.get_body_argument("closes", ""), self.get_body_argument("tries", "")
        collect(lambda: _moment(closes), lambda: _count(tries))
        closes_at, sure = _moment(closes), bool(self.get_body_argument("sure", ""))
        await self.act(
            course_acts.set_terms,
            slug,
            lesson,
            closes_at=closes_at,
            attempts=_count(tries),
            sure=sure,
            at=self.now,
        )
        here = self.url("teaching", "courses", slug, "lessons", lesson, saved="terms")
        self.redirect(f"{here}#terms")


class TeachingSubmission(PageHandler):
    """One submission as the learner sees it; points given by hand are sent here."""

    async def get(self, number: str) -> None:
        self.require(access.may_teach(self.actor))
        await self._show(int(number))

    async def _show(self, number: int, said: str = "") -> None:
        marker = self.actor.person_id if access.may_mark(self.actor) else None
        seen = await self.look(reviews.load_submission, number, marker)
        self.require(seen is not None)
        self.page("marking/submission.html", seen=seen, said=said, forms=forms)

    async def post(self, number: str) -> None:
        self.require(access.may_mark(self.actor))
        grade_id = self.get_body_argument("grade_id")
        with at_field("points"):
            decided = await self.act(
                marking_acts.give_marks,
                int(number),
                grade_id,
                points=_points(self.get_body_argument("points", "")),
                picks=self._picks(),
                comment=self.get_body_argument("comment", ""),
                pass_share=self.pass_share,
                at=self.now,
            )
        await self._show(
            int(number),
            self._("Đã ghi điểm.")
            if decided
            else self._("Đã ghi điểm của anh/chị. Bài thi này còn cần một người chấm khác."),
        )

    def _picks(self) -> dict[int, float | None]:
        """The level chosen of each criterion, by the criterion's number."""
        names = [name for name in self.request.body_arguments if name.startswith("pick-")]
        numbers = [forms.read_key(name.removeprefix("pick-")) for name in names]
        return {number: self._pick(number) for number in numbers if number is not None}

    def _pick(self, number: int) -> float | None:
        """The level chosen of the criterion with this number."""
        text = self.get_body_argument(f"pick-{number}", "")
        try:
            return float(text)
        except ValueError:
            return None


class SubmittedFile(PageHandler):
    """An artefact that a learner handed in, always as a download: it may hold anything."""

    async def get(self, number: str, cell_id: str) -> None:
        self.require(access.may_teach(self.actor))
        found = await self.look(reviews.find_submitted_file, int(number), cell_id)
        if found is None:
            raise self.absent()
        name, content = found
        self.set_header("Content-Type", "application/octet-stream")
        self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{quote(name)}")
        self.finish(content)


class DeadLetters(PageHandler):
    """What the marker gave up on; one button sends it back."""

    async def get(self) -> None:
        self.require(access.may_teach(self.actor))
        dead, titles = await self.read(self._load)
        self.page("marking/dead.html", dead=dead, titles=titles)

    def _load(self, session: Session) -> tuple[Sequence[Submission], dict[int, str]]:
        dead = queue.dead_letters(session)
        titles = {}
        for one in dead:
            release = releases.find_release(session, one.release_id)
            lesson = releases.find_lesson(release, one.lesson) if release else None
            titles[one.id] = self._.title(lesson) if lesson else one.lesson
        return dead, titles

    async def post(self) -> None:
        self.require(access.may_mark(self.actor))
        submission = forms.read_key(self.get_body_argument("submission"))
        if submission is None:
            raise self.absent()
        await self.act(marking_acts.mark_again, submission, at=self.now)
        self.redirect(self.url("teaching", "dead"))


class Signs(PageHandler):
    """Signs that a person should look at; nothing follows from them by itself."""

    async def get(self, slug: str) -> None:
        self.require(access.may_teach(self.actor))
        found = await self.look(teaching.load_signs, slug)
        if found is None:
            raise self.absent()
        release, signs, names = found
        titles = {one.slug: self._.title(one) for one in release.manifest.lessons}
        self.page("marking/signs.html", release=release, signs=signs, names=names, titles=titles)


class BeginRemark(CourseView):
    """Try the newest release's checks on all past submissions of a lesson."""

    async def post(self, slug: str) -> None:
        self.require(access.may_publish(self.actor))
        remark = await self.act(
            marking_acts.begin_remark,
            slug,
            self.get_body_argument("lesson"),
            reason=self.get_body_argument("reason", ""),
            at=self.now,
        )
        self.redirect(self.url("teaching", "remarks", remark))


class RemarkPage(PageHandler):
    """Whose marks would change and how; applied or withdrawn by a person."""

    async def get(self, number: str) -> None:
        self.require(access.may_teach(self.actor))
        remark, release, done, total, changes = await self.look(self._load, int(number))
        lesson = releases.find_lesson(release, remark.lesson) if release else None
        self.page(
            "marking/remark.html",
            remark=remark,
            release=release,
            lesson_title=self._.title(lesson) if lesson else remark.lesson,
            titles={one.grade_id: one.title for one in lesson.exercises} if lesson else {},
            done=done,
            total=total,
            changes=changes,
        )

    def _load(
        self, session: Session, number: int
    ) -> tuple[Remark, Release | None, int, int, Sequence[remarking.Change]]:
        remark = remarking.find_remark(session, number)
        if remark is None:
            raise self.absent()
        changes = remarking.changes_of(session, number, pass_share=self.pass_share)
        looks.show(session, (one.person_id for one in changes), "marks")
        return (
            remark,
            releases.find_release(session, remark.release_id),
            *remarking.progress_of(session, remark),
            changes,
        )

    async def post(self, number: str) -> None:
        self.require(access.may_publish(self.actor))
        if self.get_body_argument("decision") == "withdraw":
            await self.act(marking_acts.withdraw_remark, int(number), at=self.now)
        else:
            await self.act(
                marking_acts.apply_remark,
                int(number),
                also_lower=bool(self.get_body_argument("also_lower", "")),
                pass_share=self.pass_share,
                at=self.now,
            )
        self.redirect(self.url("teaching", "remarks", number))


def _handed_in(
    session: Session, slug: str, lesson: str, before: int | None
) -> Sequence[lists.HandedIn]:
    found = lists.handed_in(session, slug, lesson, before=before)
    looks.show(session, (one.person_id for one in found if one.full_name), "marks")
    looks.show(session, (one.person_id for one in found if not one.full_name), "exam")
    return found


def _moment(text: str) -> dt.datetime | None:
    """A form's date and time on Vietnam's clock; nothing typed is no deadline."""
    if not text:
        return None
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=HANOI)
    except (ValueError, OverflowError):
        raise Refused(Message("Ngày hoặc giờ không đúng dạng"), field="closes") from None


def _local_time(at: dt.datetime) -> str:
    """As a form's field wants it; seconds only where there are any, so that saving keeps them."""
    there = at.astimezone(HANOI)
    return there.strftime("%Y-%m-%dT%H:%M:%S" if there.second else "%Y-%m-%dT%H:%M")


def _count(text: str) -> int | None:
    if not text:
        return None
    attempts = forms.read_key(text)
    if attempts is None or not 1 <= attempts <= 100:
        raise Refused(Message("Số lần nộp phải từ 1 đến 100"), field="tries")
    return attempts


def _points(text: str) -> float | None:
    """What was typed, as a number; None where it is none."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
