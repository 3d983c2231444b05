"""Questions and answers under exercises, and what learners think of a lesson."""

from __future__ import annotations

from core.messages import Message, Refused
from hub.portal import forms
from hub.portal.web import PageHandler
from records import Session
from records.courses import releases
from records.learning import posts
from records.tables.learning import LessonRating
from school import access
from school.learning import lessons, post_acts, questions

DONE = {
    "asked": Message("Đã gửi. Giảng viên trả lời ngay dưới câu hỏi này."),
    "rated": Message("Cảm ơn anh/chị. Giảng viên chỉ thấy con số chung, không thấy tên."),
    "done": Message("Đã ghi."),
}


class LessonPlace(PageHandler):
    """What the pages of one lesson share."""

    async def place_of(self, course: str, lesson: str) -> tuple[lessons.Place, int]:
        self.require(access.may_learn(self.actor))
        person = self.actor.person_id
        assert person is not None
        place = await self.read(lessons.find_place, person, course, lesson)
        if place is None:
            raise self.absent()
        return place, person

    def done(self) -> Message | None:
        return DONE.get(self.get_query_argument("done", ""))


class Questions(LessonPlace):
    """A lesson's questions: one's own, and those that all may read."""

    async def get(self, course: str, lesson: str) -> None:
        place, person = await self.place_of(course, lesson)
        self.page(
            "learning/questions.html",
            place=place,
            found=await self.read(questions.load_for_learner, person, place),
            chosen=self.get_argument("about", ""),
            may_ask=access.may_submit(self.actor),
            longest=post_acts.LONGEST,
            done=self.done(),
        )

    async def post(self, course: str, lesson: str) -> None:
        self.require(access.may_submit(self.actor))
        place, _person = await self.place_of(course, lesson)
        text = self.get_body_argument("text", "")
        question = forms.read_key(self.get_body_argument("question", ""))
        if question is not None:
            await self.act(post_acts.reply, place, question, text, at=self.now)
        else:
            await self.act(
                post_acts.ask,
                place,
                self.get_body_argument("about", ""),
                text,
                to_fellows=bool(self.get_body_argument("fellows", "")),
                at=self.now,
            )
        self.redirect(self.url("courses", course, "lessons", lesson, "questions", done="asked"))


class Rate(LessonPlace):
    """One's own word on a lesson, once it is finished."""

    async def get(self, course: str, lesson: str) -> None:
        place, person = await self.place_of(course, lesson)
        finished, rating = await self.read(self._load, person, place)
        self.page(
            "learning/rate.html",
            place=place,
            finished=finished,
            rating=rating,
            longest=post_acts.LONGEST_RATING,
            done=self.done(),
        )

    def _load(
        self, session: Session, person: int, place: lessons.Place
    ) -> tuple[bool, LessonRating | None]:
        finished = post_acts.has_finished(session, person, place)
        return finished, posts.find_rating(session, person, place.course, place.lesson)

    async def post(self, course: str, lesson: str) -> None:
        self.require(access.may_submit(self.actor))
        place, _person = await self.place_of(course, lesson)
        await self.act(
            post_acts.rate_lesson,
            place,
            stars=forms.read_key(self.get_body_argument("stars", "")) or 0,
            text=self.get_body_argument("text", ""),
            at=self.now,
        )
        self.redirect(self.url("courses", course, "lessons", lesson, "rate", done="rated"))


class TeachingQuestions(PageHandler):
    """What learners ask: answered, let through to their fellows, or hidden."""

    async def get(self) -> None:
        self.require(access.may_teach(self.actor))
        course = self.get_argument("course", "")[:64]
        threads, rule = await self.look(questions.load_for_teacher, self.actor, course, at=self.now)
        current = await self.read(releases.current_releases)
        self.page(
            "learning/teaching_questions.html",
            threads=threads,
            rule=rule,
            course=course if any(one.course == course for one in current) else "",
            releases=current,
            titles={one.course: self._.title(one.manifest) for one in current},
            done=DONE.get(self.get_query_argument("done", "")),
        )

    async def post(self) -> None:
        self.require(access.may_mark(self.actor))
        action, course = self.get_body_argument("action", ""), self.get_body_argument("course", "")
        key = forms.read_key(self.get_body_argument("post", ""))
        if action == "rule":
            await self.act(
                post_acts.set_question_rule,
                course[:64],
                fellows=bool(self.get_body_argument("fellows", "")),
                names=bool(self.get_body_argument("names", "")),
                at=self.now,
            )
        elif key is None:
            raise Refused(Message("Hãy chọn một câu hỏi"))
        elif action in ("show", "hide"):
            await self.act(post_acts.moderate, key, shown=action == "show", at=self.now)
        else:
            text = self.get_body_argument("text", "")
            await self.act(post_acts.answer_question, key, text, at=self.now)
        self.redirect(self.url("teaching", "questions", course=course, done="done"))


class Help(PageHandler):
    """Where to find help, and whom to ask; for everybody."""

    public = True

    async def get(self) -> None:
        self.page("help.html")
