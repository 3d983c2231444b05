"""A site on which every route has something to show: one of everything, in the records and in what
stands in place of labs."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import Any

from carded import carded_course
from settled import store_marks

import courses
from graders import CellMarks, Marks
from hub.labs.census import LabCensus, OpenLab
from hub.labs.door import LabDoor
from records import Session
from records.assessment import certificates
from records.courses import lecturers, releases
from records.examination import candidates
from records.examination.planned import Rules
from records.learning import enrolments, meetings, posts
from records.marking import queue, remarking
from records.people import persons, privacy
from records.platform import outbox
from records.programme import reached
from records.tables.people import Person
from school import access
from school.assessment import campaign_acts, contest_acts, placement_acts
from school.assessment.item_bank import the_bank, versioned
from school.courses import offer_acts
from school.examination import after_acts, candidate_acts, invigilating_acts, planning_acts
from school.examination.planning_acts import Plan, RoomPlan
from school.items import acts as item_acts
from school.items.calibrating import Learned
from school.items.radar import Alike, Cell, ItemSigns, Watch
from school.items.watching import SIGNS
from school.programme import framework_acts
from skills_framework.framework import framework_file, load_framework

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "courses" / "template"
COURSE, LESSON = "khoa-mau", "bai-mau"
PROGRAMME = "chuyen-doi-so-10000"


class ShelfDoor(LabDoor):
    """In place of a hub and its labs: everybody's lab runs and holds the template's course."""

    async def find_running(self, *, username: str, token: str) -> str | None:
        return f"/user/{username}/"

    async def start(self, *, username: str, token: str, language: str = "vi") -> str:
        return f"/user/{username}/"

    async def open_lesson(
        self,
        lesson: Any,
        *,
        username: str,
        token: str,
        language: str = "vi",
        narrow: bool = False,
    ) -> str:
        return f"/user/{username}/lab"

    async def list_courses(self, base: str, token: str) -> list[str]:
        return [COURSE]

    async def read_course(self, base: str, slug: str, token: str) -> dict[str, bytes] | None:
        if slug != COURSE:
            return None
        return {
            path.relative_to(TEMPLATE).as_posix(): path.read_bytes()
            for path in TEMPLATE.rglob("*")
            if path.is_file()
        }


class OneLab(LabCensus):
    """In place of a hub that says which labs run: that of “an” does, and none needs ending."""

    async def load(self, token: str) -> list[Any]:
        return [(OpenLab("an", None, None, ready=True), {})]

    async def stop(self, username: str, token: str) -> None:
        pass


def _placed(session: Session, learner: Person, at: dt.datetime) -> int:
    """A placement of one item that the learner did not know."""
    actor = access.load_actor(session, learner.username or "", at=at)
    bank = the_bank()
    placement_acts.begin(session, actor, bank, seed=1, again_days=0, at=at)
    placement_acts.answer(session, actor, 1, None, at=at)
    placement_acts.go_on(session, actor, bank, {}, at=at)
    return placement_acts.end(session, actor, ending="person", at=at)


def _examined(session: Session, at: dt.datetime) -> int:
    """An examination that “an” has sat and appeals, in a room that “thay” looked after; its key,
    which is that of the room, the candidate and the appeal as well. “binh” waits for another."""

    def who(username: str) -> access.Actor:
        return access.load_actor(session, username, at=at)

    start, bank, bo = at - dt.timedelta(hours=3), the_bank(), who("bo")
    keys = []
    for title, begins, candidate in (("Kỳ thi 1", start, "an"), ("Kỳ thi 2", at, "binh")):
        ends = begins + dt.timedelta(hours=2)
        plan = Plan(f"{title} (mẫu)", Rules(60, 8, 6, 2), begins, ends)
        examination = planning_acts.plan_examination(session, bo, plan, at=start)
        hall = RoomPlan("Phòng 1 (mẫu)", "Trụ sở (mẫu)", None, begins, ends)
        room = planning_acts.plan_room(session, bo, examination, hall, at=start)
        planning_acts.name_invigilator(session, bo, room, "thay", at=start)
        planning_acts.register_candidates(session, bo, room, [candidate], at=start)
        planning_acts.publish_examination(session, bo, examination, at=start)
        keys.append((examination, room))
    examination, room = keys[0]
    invigilating_acts.open_room(session, who("thay"), room, at=start)
    seat = candidates.seats_of(session, who("an").person_id or 0)[0]
    key, code = seat.candidate.id, seat.room.code
    invigilating_acts.confirm_identity(session, who("thay"), key, at=start)
    candidate_acts.enter(session, who("an"), bank, code, seed=1, at=start)
    candidate_acts.answer(session, who("an"), 1, None, at=start)
    candidate_acts.finish(session, who("an"), {}, at=start)
    invigilating_acts.close_room(session, who("thay"), room, {}, at=start)
    sitting = seat.candidate.sitting_id or 0
    text = "Xin xem lại câu đầu tiên của bài."
    appeal = after_acts.ask_appeal(session, who("an"), sitting, text, at=at)
    assert examination == room == key == appeal
    return examination


def _learned(session: Session, at: dt.datetime) -> int:
    """A version of parameters that waits for a person, and a look at the items with every sign."""
    bank = the_bank()
    name = sorted(bank.items)[0]
    one = {**bank.parameters.about(name), "steps": [0.5], "error": 0.2, "answers": 120}
    items = {**bank.parameters.content["items"], name: one}
    made = versioned({**bank.parameters.content, "rule": "mml-1", "items": items})
    moved = {"why": "drifted", "answers": 120, "from": -0.5, "to": 0.5, "error": 0.2, "slope": 1.3}
    report = {
        "items": {name: {**moved, "misfits": True}},
        "holds": "anchors",
        "exercises": 12,
        "settled": False,
        "misfits": [name],
    }
    by = access.operator("motcham items calibrate")
    cell = Cell(0, "", 20, 5, 1e-6)
    signs = ItemSigns(60, 0.3, 0.8, 0.12, 0.02, 5, (cell,), (0,), tuple(SIGNS))
    watch = Watch(200, {name: signs}, (Alike(1, 1, "placement", 9, 8, 2.5, 1e-9),), 199)
    item_acts.keep_watch(session, by, bank, watch, at=at)
    learned = Learned(made, report, 200, 2400)
    return item_acts.propose_calibration(session, by, learned, based_on="start", at=at)


def stock(site: Any) -> dict[str, Any]:
    """Put one of everything into the records, all of the learner “an”; what it is called."""
    at, hour = site.clock.at, dt.timedelta(hours=1)
    with site.records.begin() as session:
        learner = persons.find_person(session, "an")
        learner.full_time_digital = True
        learner.code, learner.email, learner.audience_group = "TN-AN", "an@example.vn", "g"
        outbox.put(session, "setup", learner.id, {}, at=at)
        with tempfile.TemporaryDirectory() as folder:
            card = carded_course(Path(folder)).teaching_card
        release = releases.current_release(session, COURSE)
        lesson = releases.find_lesson(release, LESSON)
        enrolments.begin_course(session, learner.id, COURSE, at=at, seed=1)
        upload = next(one for one in lesson.exercises if one.kind == "file").answers[0]
        submission = queue.submit(
            session,
            person_id=learner.id,
            release_id=release.id,
            lesson=LESSON,
            notebook=with_upload(
                releases.lesson_notebook(session, release, LESSON, "learner"), upload
            ),
            at=at,
            seed=1,
        )
        queue.claim(session, worker="w", at=at, lease=hour)
        cells = tuple(
            CellMarks(one.grade_id, 0.0, one.points, needs_review=one.kind == "text")
            for one in lesson.exercises
        )
        marks = Marks("marked", 0.0, sum(cell.max for cell in cells), cells)
        assert store_marks(session, submission.id, marks, worker="w", at=at)
        meeting = meetings.call_meeting(
            session,
            course=COURSE,
            lesson=LESSON,
            place="Phòng họp (mẫu)",
            starts_at=at,
            ends_at=at + hour,
            by="thay",
        )
        meetings.attend_by_list(session, meeting.id, [learner.code], by="thay", at=at)
        certificate, _new = certificates.record_certificate(
            session,
            person_id=learner.id,
            programme=release.manifest.programme,
            points=10.0,
            max_points=10.0,
            framework=release.manifest.framework,
            at=at,
        )
        renamed = dataclasses.replace(
            courses.load_course(TEMPLATE),
            summary="Bản sửa",
            open_reading=True,
            teaching_card=card,
        )
        mended = releases.publish(session, courses.make_release(renamed), at=at, by="thay")
        remark = remarking.begin_remark(
            session, release_id=mended.id, lesson=LESSON, reason="Sửa", by="thay", at=at
        )
        remarking.record_try(session, remark, submission, mended_marks(cells))
        reached.add_reached(
            session,
            learner.id,
            COURSE,
            unit_id=learner.unit_id,
            held_on=at.date(),
            people=4,
            place="Chợ (mẫu)",
            at=at,
        )
        teacher = persons.find_person(session, "thay")
        lecturers.add_lecturer(
            session,
            teacher.id,
            COURSE,
            from_on=at.date(),
            until_on=None,
            certificate="GV-1 (mẫu)",
            by="bo",
            at=at,
        )
        waiting = dataclasses.replace(courses.load_course(TEMPLATE), summary="Bản chờ")
        files = {
            path.relative_to(TEMPLATE).as_posix(): path.read_bytes()
            for path in TEMPLATE.rglob("*")
            if path.is_file()
        }
        offer = offer_acts.offer_course(
            session, access.operator("thay"), waiting, files, way="import", at=at
        )
        question = posts.add_post(
            session,
            learner.id,
            course=COURSE,
            lesson=LESSON,
            grade_id=lesson.exercises[0].grade_id,
            text="Câu này hiểu thế nào?",
            at=at,
        )
        posts.set_rule(session, COURSE, fellows=True, names=True, by="thay", at=at)
        own = access.load_actor(session, learner.username or "", at=at)
        contest = contest_acts.ask(session, own, "1.2", "Tôi làm được hơn", at=at)
        said = campaign_acts.Said(
            2026, "Đợt một (mẫu)", at.date(), at.date() + dt.timedelta(days=30), True
        )
        operator = access.operator("campaign")
        frame = framework_file(load_framework()).replace("vn-tt02-2025", "khung-mau").encode()
        framework_acts.add_framework(session, operator, frame, "khung.json", at=at)
        return {
            "contest": contest,
            "campaign": campaign_acts.open_campaign(session, operator, said, at=at),
            "sitting": _placed(session, learner, at),
            "examination": _examined(session, at),
            "item": sorted(the_bank().items)[0],
            "calibration": _learned(session, at),
            "question": question.id,
            "offer": offer,
            "unit": learner.unit_id,
            "submission": submission.id,
            "meeting": meeting.id,
            "province": persons.find_units(session, "province", "2025")[0].id,
            "certificate": certificate.number,
            "remark": remark.id,
            "person": learner.id,
            "asked": privacy.add_request(
                session, learner.id, "correction", "Sai", due_at=at, at=at
            ).id,
            "upload": upload,
            "digest": release.manifest.find_medium("media/ty-le.svg").digest[:16],
        }


def mended_marks(cells: tuple[CellMarks, ...]) -> dict[str, Any]:
    """What a mended check gives: all points."""
    full = tuple(dataclasses.replace(cell, points=cell.max) for cell in cells)
    whole = sum(cell.max for cell in cells)
    return Marks("marked", whole, whole, full).as_dict()


def with_upload(notebook: bytes, cell_id: str) -> bytes:
    """The notebook with a file handed in."""
    found = json.loads(notebook)
    for cell in found["cells"]:
        if cell["id"] == cell_id:
            source = "".join(cell["source"])
            cell["source"] = courses.write_answer(source, {"name": "a.csv", "base64": "YQ=="})
    return json.dumps(found).encode()


def certify(site: Any, username: str = "an") -> str:
    """The number of a certificate of the 10,000 that is given to somebody now."""
    with site.records.begin() as session:
        person = persons.find_person(session, username)
        certificate, _new = certificates.record_certificate(
            session,
            person_id=person.id,
            programme=PROGRAMME,
            points=9,
            max_points=10,
            framework="vn-tt02-2025",
            at=site.clock.at,
        )
        return str(certificate.number)
