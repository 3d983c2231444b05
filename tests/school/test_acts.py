"""Every act asks permission first, is told who acts and when, and leaves its trace."""

# Longer than most: every act is played once here, so that one that is missing shows.

from __future__ import annotations

import ast
import datetime as dt
import importlib
import inspect
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from carded import carded_course
from examined_acts import PLAYED as EXAMINATION
from soft_key import SoftKey

import courses
import school
from core.marks import CellMarks, Marks
from records import Records, Session, open_records
from records.assessment import certificates, sittings
from records.courses import releases
from records.learning import enrolments, meetings
from records.marking import queue, remarking
from records.people import holders, logins, persons
from records.platform import audit
from records.schema import AwareUTC, Table
from records.tables.people import Person
from records.tables.platform import AuditEntry, Mail
from school import access
from school.access import Actor
from school.acts import ACTS, act, nothing_changed
from school.assessment import acts as assessment
from school.assessment import campaign_acts, contest_acts, placement_acts, retained
from school.assessment.item_bank import the_bank, versioned
from school.courses import acts as publishing
from school.courses import lecturer_acts, offer_acts
from school.items import acts as item_acts
from school.items.calibrating import Learned
from school.items.radar import Watch
from school.learning import acts as learning
from school.learning import lessons, post_acts, traces
from school.learning.numbers import own
from school.marking import acts as marking
from school.marking import gradebook_acts
from school.marking.gradebook import Filter
from school.people import account_acts as accounts
from school.people import acts as people
from school.people import (
    entering,
    entry_acts,
    key_acts,
    life,
    login_acts,
    looks,
    own_data,
    purposes,
    security_keys,
    unit_acts,
)
from school.people.units.reading import one_row
from school.platform import acts as platform
from school.programme import acts as programme
from school.programme import framework_acts, reached_acts
from school.refusals import NotAllowed
from skills_framework.framework import framework_file, load_framework

ROOT = Path(school.__file__).parent
MODULES = sorted(path.relative_to(ROOT.parent) for path in ROOT.glob("*/*acts.py"))
for path in MODULES:
    importlib.import_module(".".join(path.with_suffix("").parts))
OURS = {name: one for name, one in ACTS.items() if name.startswith("school.")}

AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
PROGRAMME = "chuyen-doi-so-10000"
CONTENT = Path(courses.__file__).parent / "content"
COURSE = courses.load_course(CONTENT / "nhan-thuc-chung")
OTHER = courses.load_course(CONTENT / "xa-hoi-so-an-toan")
CODE = {"code": "TN-1"}
ORIGIN = "https://hoc.example"


# --- what is declared ---------------------------------------------------------------------------


def test_there_are_acts_of_every_subject() -> None:
    assert {path.parent.name for path in MODULES} == {
        "assessment", "courses", "examination", "learning", "marking", "people", "platform",
        "programme",
        "items",
    }  # fmt: skip
    assert {name.split(".")[1] for name in OURS} == {path.parent.name for path in MODULES}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_whatever_takes_a_session_and_an_actor_is_an_act_or_only_reads(path: Path) -> None:
    tree = ast.parse((ROOT.parent / path).read_text("utf-8"))
    reads = {
        "check_roster",
        "judge_roster",
        "lately",
        "check_units",
        "units_to_fill",
        "units_for_list",
        "find_whom",
        "read_for_all",
        "count_waiting",
    }
    found = 0
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        names = [argument.arg.lstrip("_") for argument in node.args.args[:2]]
        decorated = any(
            isinstance(one, ast.Call) and getattr(one.func, "id", "") == "act"
            for one in node.decorator_list
        )
        found += decorated
        if names == ["session", "actor"] and node.name not in reads:
            assert decorated, f"{path}: {node.name} is no act"
    assert found


@pytest.mark.parametrize("name", sorted(OURS))
def test_an_act_is_told_who_acts_and_when(name: str) -> None:
    parameters = list(inspect.signature(OURS[name]).parameters.values())
    assert [one.name.lstrip("_") for one in parameters[:2]] == ["session", "actor"]
    assert any(one.name == "at" and one.kind is one.KEYWORD_ONLY for one in parameters) or any(
        one.name == "at" for one in parameters
    )


@pytest.mark.parametrize("name", sorted(OURS))
def test_an_act_asks_permission_before_it_looks_at_anything(name: str) -> None:
    class Untouched:
        info: dict[str, Any] = {}  # noqa: RUF012 - like a session's

        def __getattr__(self, what: str) -> Any:
            raise AssertionError(f"{name} asked for {what} before it asked permission")

    parameters = list(inspect.signature(OURS[name]).parameters.values())[2:]
    given = [None for one in parameters if one.kind is not one.KEYWORD_ONLY]
    named = {one.name: None for one in parameters if one.kind is one.KEYWORD_ONLY}
    with pytest.raises(NotAllowed):
        OURS[name](Untouched(), access.ANYBODY, *given, **named)  # type: ignore[arg-type]


def test_an_act_that_writes_no_audit_line_is_kept_where_who_and_when_stand() -> None:
    kept = {one.about.kept_in for one in OURS.values() if one.about.kept_in}
    assert kept
    for name in kept:
        table = Table.metadata.tables[name]
        assert "person_id" in table.columns, name
        assert any(isinstance(column.type, AwareUTC) for column in table.columns), name


def test_an_act_without_its_audit_line_does_not_come_to_its_end(records: Records) -> None:
    @act(may=access.may_mark, audited="queue.again")
    def forgets(_session: Session, _actor: Actor) -> None: ...

    @act(may=access.may_mark, audited="queue.again")
    def blames(session: Session, _actor: Actor) -> None:
        audit.append(session, at=AT, actor="ai", action="queue.again", subject="", detail={})

    @act(may=access.may_mark, audited="queue.again")
    def finds_nothing_to_do(session: Session, _actor: Actor) -> None:
        nothing_changed(session)

    teacher = Actor("thay", person_id=1, grants=((access.INSTRUCTOR, None),))
    for bad in (forgets, blames):
        with pytest.raises(AssertionError, match="no audit line"), records.begin() as session:
            bad(session, teacher)
    with records.begin() as session:
        finds_nothing_to_do(session, teacher)
    for one in (forgets, blames, finds_nothing_to_do):
        del ACTS[one.about.name]


def test_an_act_says_how_it_is_remembered() -> None:
    for wrong in ({}, {"audited": "x", "kept_in": "draft"}):
        with pytest.raises(TypeError):
            act(may=access.may_mark, **wrong)


# --- what each does -----------------------------------------------------------------------------


@dataclass
class World:
    """A published course, and one person of every role; synthetic."""

    session: Session
    actors: dict[str, Actor]

    def place(self) -> lessons.Place:
        learner = self.actors["an"]
        assert learner.person_id is not None
        found = lessons.find_place(
            self.session, learner.person_id, COURSE.slug, COURSE.lessons[0].slug
        )
        assert found is not None
        return found

    def work(self) -> lessons.Work:
        return learning.open_lesson(self.session, self.actors["an"], self.place(), at=AT)

    def submission(self, *, state: str = "marked") -> tuple[int, str]:
        """Key of one that waits for a person, and the exercise that does."""
        work = self.work()
        number = lessons.hand_in(
            self.session, self.actors["an"].person_id or 0, self.place(), work.notebook, at=AT
        )
        grade_id = self.place().entry.exercises[0].grade_id
        claimed = queue.claim(self.session, worker="w", at=AT, lease=HOUR)
        assert claimed is not None and claimed.id == number
        cells = (CellMarks(grade_id, 0.0, 2.0, needs_review=True),)
        marks = Marks("marked", 0.0, 2.0, cells)
        assert queue.store_marks(self.session, number, marks, worker="w", at=AT)
        return number, grade_id

    def meeting(self) -> int:
        return learning.call_class(
            self.session, self.actors["thay"], COURSE.slug, COURSE.lessons[0].slug,
            place="P1 (mẫu)", starts_at=AT, ends_at=AT + HOUR, at=AT,
        )  # fmt: skip

    def key(self, username: str) -> int:
        key = self.actors[username].person_id
        assert key is not None
        return key

    def unit(self, code: str = "01") -> int:
        found = persons.find_unit(self.session, "province", "2025", code)
        assert found is not None
        return found.id

    def notice(self) -> None:
        learning.send_notice(
            self.session, self.actors["thay"], title="Nhắc học (mẫu)", body="Xin nộp bài.",
            course=COURSE.slug, unit_id=None, at=AT,
        )  # fmt: skip

    def certificate(self) -> str:
        found, _new = certificates.record_certificate(
            self.session, person_id=self.actors["an"].person_id or 0, programme=PROGRAMME,
            points=1, max_points=1, framework="vn-tt02-2025", at=AT,
        )  # fmt: skip
        return found.number

    def remark(self) -> int:
        """One of a mended release, with nothing to try."""
        changed = courses.load_course(CONTENT / "nhan-thuc-chung")
        object.__setattr__(changed, "summary", "Bản đã sửa (mẫu)")
        publishing.publish(self.session, self.actors["thay"], changed, at=AT)
        return marking.begin_remark(
            self.session, self.actors["thay"], COURSE.slug, COURSE.lessons[0].slug,
            reason="Sửa phần kiểm tra", at=AT,
        )  # fmt: skip

    def ready_remark(self) -> int:
        number = self.remark()
        remark = remarking.find_remark(self.session, number)
        assert remark is not None
        remarking.finish_counting(self.session, remark)
        return number


def _give_marks(world: World, actor: Actor) -> None:
    number, grade_id = world.submission()
    rubric = marking.find_rubric(world.session, number, grade_id)
    marking.give_marks(
        world.session, actor, number, grade_id, points=1.0,
        picks=dict(enumerate(one.max_points for one in rubric)), comment="Tốt",
        pass_share=None, at=AT,
    )  # fmt: skip


def _draw_again(world: World, actor: Actor) -> None:
    place, work = world.place(), world.work()
    source = own.source_of_lesson(world.session, place)
    missed = next(iter(own.drawn_by(source)))
    learning.keep_check(
        world.session, actor, place, work.notebook, CellMarks(missed, 0.0, 2.0), at=AT
    )
    assert learning.draw_again(world.session, actor, place, work, missed, at=AT).again


def _attend(world: World, actor: Actor) -> None:
    number = world.meeting()
    meeting = meetings.find_meeting(world.session, number)
    assert meeting is not None
    code = meetings.code_at(meeting, AT)
    learning.attend(world.session, actor, number, code, pass_share=None, at=AT)


def _put_aside(world: World, actor: Actor) -> None:
    world.notice()
    learning.put_aside(world.session, actor, 1, at=AT)


def _set_plan(world: World, actor: Actor) -> None:
    units = persons.find_units(world.session, "province", "2025")
    shares = dict.fromkeys((unit.id for unit in units), 0)
    shares[units[0].id] = 9_500
    goal = programme.targets.find_goals(world.session, PROGRAMME)["local"]
    shares[units[0].id] = goal.amount
    programme.set_plan(
        world.session, actor, PROGRAMME, shares, name="Kế hoạch mẫu",
        deadline_on=goal.deadline_on, vintage="2025", at=AT,
    )  # fmt: skip


def _unbind(world: World, actor: Actor) -> None:
    assert logins.bind(world.session, "an", "issuer|1")
    assert people.unbind_account(world.session, actor, "an", at=AT)


def _add_key(world: World, actor: Actor) -> tuple[SoftKey, list[str]]:
    key = SoftKey(ORIGIN)
    asked = security_keys.ask_for_new(ORIGIN, actor, [])
    new = security_keys.read_new(ORIGIN, asked.challenge, key.create(asked.options))
    return key, key_acts.add_key(world.session, actor, new, "khóa (mẫu)", at=AT)


def _show_key(world: World, actor: Actor) -> None:
    key, _codes = _add_key(world, actor)
    assert actor.person_id
    known, _left = key_acts.load_keys(world.session, actor.person_id)
    asked = security_keys.ask_for_known(ORIGIN, known)
    said = key.get(asked.options)
    key_acts.pass_by_key(world.session, actor, ORIGIN, asked.challenge, said, at=AT)


def _remove_key(world: World, actor: Actor) -> None:
    _add_key(world, actor)
    assert actor.person_id
    (key,), _left = key_acts.load_keys(world.session, actor.person_id)
    key_acts.remove_key(world.session, actor, key.id, obliged=(), at=AT)


def _take_keys(world: World, actor: Actor) -> None:
    owner = world.actors["an"]
    assert owner.person_id
    _add_key(world, owner)
    assert key_acts.take_keys_away(world.session, actor, owner.person_id, at=AT) == 1


def _begin_administration(world: World, actor: Actor) -> None:
    person = persons.find_person(world.session, "quan-tri")
    assert person
    persons.withdraw_role(world.session, person.id, access.ADMINISTRATOR)
    people.begin_administration(
        world.session, actor, "moi", "Người Mới (mẫu)", None, lambda: None, at=AT
    )


def _clear_demonstration(world: World, actor: Actor) -> None:
    person = persons.find_person(world.session, "quan-tri")
    assert person
    person.made_up = False
    platform.clear_demonstration(world.session, actor, at=AT)


def _end_grant(world: World, actor: Actor) -> None:
    _total, found = holders.list_holders(world.session, role=access.INSTRUCTOR)
    people.end_grant(world.session, actor, found[0].grant_id, at=AT)


def _forget(world: World, actor: Actor) -> None:
    persons.find_person(world.session, "an").email = "an@example.org"
    assert accounts.ask_for_link(world.session, actor, at=AT)


def _choose(world: World, actor: Actor) -> None:
    slip = accounts.make_link(world.session, world.actors["bo"], "an", by_mail=False, at=AT)
    accounts.choose_password(world.session, actor, slip.token, lambda _name: None, at=AT)


def _refuse_letters(world: World, actor: Actor) -> None:
    assert accounts.choose_letters(world.session, actor, {"message"}, at=AT)


def _replace_certificate(world: World, actor: Actor) -> None:
    number = world.certificate()
    assessment.revoke_certificate(world.session, actor, number, reason="Nhầm", at=AT)
    assessment.replace_certificate(world.session, actor, number, reason="Thu hồi nhầm", at=AT)


def _place(world: World, actor: Actor, *, given: bool = False) -> None:
    """A placement begun; with ``given`` its first item is answered."""
    placement_acts.begin(world.session, actor, the_bank(), seed=1, again_days=30, at=AT)
    if given:
        placement_acts.answer(world.session, actor, 1, None, at=AT)


def _begin_retained(world: World, actor: Actor) -> None:
    _end_placement(world, actor)
    assert actor.person_id is not None
    [placed] = sittings.ended_of(world.session, actor.person_id)
    placed.ended_at = AT - retained.AFTER
    assert placement_acts.begin_retained(world.session, actor, the_bank(), seed=1, at=AT)


def _contest(world: World) -> int:
    return contest_acts.ask(world.session, world.actors["an"], "1.1", "Tôi làm được hơn", at=AT)


def _decide_contest(world: World, actor: Actor) -> None:
    contest_acts.decide(world.session, actor, _contest(world), "upheld", "Đúng vậy", 3, at=AT)


def _resume(world: World, actor: Actor) -> None:
    _place(world, actor)
    placement_acts.pause(world.session, actor, 1, {}, at=AT)
    placement_acts.resume(world.session, actor, at=AT)


def _go_on(world: World, actor: Actor) -> None:
    _place(world, actor, given=True)
    assert placement_acts.go_on(world.session, actor, the_bank(), {}, at=AT) == ""


def _end_placement(world: World, actor: Actor) -> None:
    _place(world, actor, given=True)
    placement_acts.end(world.session, actor, ending="person", at=AT)


def _campaign(world: World, actor: Actor) -> int:
    """One for full-time posts, in which “an” is due."""
    session = world.session
    session.get_one(Person, world.key("an")).full_time_digital = True
    said = campaign_acts.Said(2026, "Đợt (mẫu)", AT.date(), AT.date(), True)
    return campaign_acts.open_campaign(session, actor, said, at=AT)


def _excuse(world: World, actor: Actor) -> None:
    key, learner = _campaign(world, actor), world.key("an")
    campaign_acts.excuse(world.session, actor, key, learner, "Nghỉ ốm", at=AT)
    campaign_acts.expect_again(world.session, actor, key, learner, at=AT)


def _frame(world: World, actor: Actor) -> str:
    frame = framework_file(load_framework()).replace("vn-tt02-2025", "khung-mau").encode()
    return framework_acts.add_framework(world.session, actor, frame, "khung.json", at=AT)


def _compare(world: World, actor: Actor) -> None:
    name = _frame(world, actor)
    framework_acts.set_crosswalk(world.session, actor, name, {"1.1": "1.1"}, at=AT)


def _keep_paper(world: World, actor: Actor) -> None:
    number = world.certificate()
    found = certificates.find_certificate(world.session, number)
    assert found is not None
    assessment.keep_paper(world.session, actor, number, b"%PDF", full_name=found.full_name, at=AT)


def _end_requirement(world: World, actor: Actor) -> None:
    from_at = AT + HOUR
    for course in (OTHER,):
        publishing.publish(world.session, world.actors["thay"], course, at=AT)
    programme.require_course(
        world.session, actor, "mau", COURSE.slug, from_at=from_at, source="QĐ 1 (mẫu)", at=AT
    )
    programme.require_course(
        world.session, actor, "mau", OTHER.slug, from_at=from_at, source="QĐ 2 (mẫu)", at=AT
    )
    programme.end_requirement(
        world.session, actor, "mau", OTHER.slug, until_at=from_at + HOUR, source="QĐ 3", at=AT
    )


def _come_back(world: World, actor: Actor) -> None:
    key = world.key("an")
    for do, reason in ((life.leave, "Biệt phái"), (life.come_back, "Hết biệt phái")):
        do(world.session, actor, key, on_day=AT.date(), reason=reason, at=AT)


def _merge(world: World, actor: Actor) -> None:
    persons.add_person(
        world.session, username="an-2", full_name="Người 1 (mẫu)", code="TN-1B", at=AT
    )
    life.merge_people(world.session, actor, world.key("an"), "TN-1B", reason="Trùng", at=AT)


def _answer(world: World, actor: Actor) -> None:
    asked = own_data.ask(world.session, world.actors["an"], "other", "Hỏi", working_days=2, at=AT)
    own_data.answer(world.session, actor, asked.id, "done", "Đã trả lời", at=AT)


def _ask(world: World, actor: Actor) -> int:
    place = world.place()
    grade_id = place.exercises[0].grade_id
    return post_acts.ask(
        world.session, actor, place, grade_id, "Hiểu thế nào?", to_fellows=False, at=AT
    )


def _offer(world: World, actor: Actor) -> int:
    files = {"course.toml": b"x"}
    return offer_acts.offer_course(world.session, actor, OTHER, files, way="review", at=AT)


def _withdraw(world: World, actor: Actor) -> None:
    offer_acts.withdraw_course(world.session, actor, COURSE.slug, reason="Lỗi thời", at=AT)


def _enter_lecturer(world: World, actor: Actor) -> int:
    return lecturer_acts.enter_lecturer(
        world.session, actor, "thay", COURSE.slug, from_on=AT.date(), until_on=None,
        certificate="GV-1 (mẫu)", at=AT,
    )  # fmt: skip


def _reach(world: World, actor: Actor) -> int:
    with tempfile.TemporaryDirectory() as folder:
        release = courses.make_release(carded_course(Path(folder)))
    releases.publish(world.session, release, at=AT, by="thay")
    enrolments.begin_course(world.session, world.key("an"), "khoa-mau", at=AT, seed=1)
    said = reached_acts.Said(3, AT.date(), "Chợ (mẫu)")
    return reached_acts.record(world.session, actor, "khoa-mau", said, at=AT)


NEWCOMER = entering.Newcomer("Lò Thị Mới (mẫu)", "moi@example.org", "citizen")
INVITATION = entry_acts.Terms("Lớp tối (mẫu)", "worker", None, 2, AT.date(), AT.date())


def _ask_to_enter(world: World, actor: Actor) -> None:
    entry_acts.ask_to_enter(
        world.session, actor, NEWCOMER, door="open", code="", programme=PROGRAMME, unit_id=None,
        language="vi", at=AT,
    )  # fmt: skip


def _confirm(world: World, actor: Actor) -> None:
    _ask_to_enter(world, actor)
    letter = world.session.query(Mail).filter_by(kind="confirm").one()
    assert letter.facts is not None
    token = letter.facts["token"]
    entry_acts.confirm(world.session, actor, token, door="open", made_up=False, at=AT)


def _invite(world: World, actor: Actor) -> int:
    made = entry_acts.invite(world.session, actor, INVITATION, programme=PROGRAMME, at=AT)
    return made.id


ROSTER = "Mã cán bộ,Họ và tên,Mã đơn vị,Nhóm đối tượng\nTN-9,Đỗ Thị Mới (mẫu),01,g\n"

ITEM = sorted(the_bank().items)[0]
WIDE = next(name for name, one in sorted(the_bank().items.items()) if len(one.seeds) > 1)


def _learned(world: World) -> int:
    """A version of parameters that waits for a person."""
    made = versioned({**the_bank().parameters.content, "rule": "mml-1"})
    learned = Learned(made, {"items": {}}, 1, 1)
    by = world.actors["quan-tri"]
    return item_acts.propose_calibration(world.session, by, learned, based_on="", at=AT)


# Who does it, and how. An act that is not here fails the test below.
PLAYED: dict[str, tuple[str, Callable[[World, Actor], object]]] = {
    "marking: give_marks": ("thay", _give_marks),
    "marking: begin_remark": ("thay", lambda world, _actor: world.remark()),
    "marking: apply_remark": (
        "thay",
        lambda world, actor: marking.apply_remark(
            world.session, actor, world.ready_remark(), also_lower=False, pass_share=None, at=AT
        ),
    ),
    "marking: withdraw_remark": (
        "thay",
        lambda world, actor: marking.withdraw_remark(world.session, actor, world.remark(), at=AT),
    ),
    "marking: mark_again": (
        "thay",
        lambda world, actor: marking.mark_again(
            world.session, actor, world.submission()[0], at=AT
        ),
    ),
    "learning: open_lesson": ("an", lambda world, _actor: world.work()),
    "learning: save_notebook": (
        "an",
        lambda world, actor: learning.save_notebook(
            world.session, actor, world.place(), world.work().notebook, revision=1, at=AT
        ),
    ),
    "learning: save_answers": (
        "an",
        lambda world, actor: learning.save_answers(
            world.session, actor, world.place(), {}, revision=world.work().revision, at=AT
        ),
    ),
    "learning: restore_lesson": (
        "an",
        lambda world, actor: learning.restore_lesson(
            world.session, actor, world.place(), world.work(), at=AT
        ),
    ),
    "learning: keep_place": (
        "an",
        lambda world, actor: learning.keep_place(
            world.session, actor, world.place(), world.work().notebook["cells"][0]["id"], at=AT
        ),
    ),
    "learning: keep_check": (
        "an",
        lambda world, actor: learning.keep_check(
            world.session, actor, world.place(), world.work().notebook,
            CellMarks(world.place().exercises[0].grade_id, 1.0, 2.0, "Chưa đủ"), at=AT,
        ),
    ),
    "learning: draw_again": ("an", lambda world, actor: _draw_again(world, actor)),
    "learning: hand_in": (
        "an",
        lambda world, actor: learning.hand_in(
            world.session, actor, world.place(), world.work().notebook, at=AT
        ),
    ),
    "learning: hand_in_once": (
        "an",
        lambda world, actor: learning.hand_in_once(
            world.session, actor, world.place(),
            lessons.Sent("khoa-1", {}, world.work().revision), at=AT,
        ),
    ),
    "learning: call_class": ("thay", lambda world, _actor: world.meeting()),
    "learning: record_attendance": (
        "thay",
        lambda world, actor: learning.record_attendance(
            world.session, actor, world.meeting(), ["TN-1"], pass_share=None, at=AT
        ),
    ),
    "learning: attend": ("an", _attend),
    "learning: send_notice": ("thay", lambda world, _actor: world.notice()),
    "learning: put_aside": ("an", _put_aside),
    "courses: publish": (
        "thay",
        lambda world, actor: publishing.publish(world.session, actor, OTHER, at=AT),
    ),
    "courses: set_terms": (
        "thay",
        lambda world, actor: publishing.set_terms(
            world.session, actor, COURSE.slug, COURSE.lessons[0].slug,
            closes_at=AT + HOUR, attempts=3, sure=False, at=AT,
        ),
    ),
    "learning: ask": ("an", lambda world, actor: _ask(world, actor)),
    "learning: reply": (
        "an",
        lambda world, actor: post_acts.reply(
            world.session, actor, world.place(), _ask(world, actor), "Tôi nghĩ là…", at=AT
        ),
    ),
    "learning: answer_question": (
        "thay",
        lambda world, actor: post_acts.answer_question(
            world.session, actor, _ask(world, world.actors["an"]), "Xem mục 2.", at=AT
        ),
    ),
    "learning: moderate": (
        "thay",
        lambda world, actor: post_acts.moderate(
            world.session, actor, _ask(world, world.actors["an"]), shown=False, at=AT
        ),
    ),
    "learning: set_question_rule": (
        "thay",
        lambda world, actor: post_acts.set_question_rule(
            world.session, actor, COURSE.slug, fellows=True, names=False, at=AT
        ),
    ),
    "learning: rate_lesson": (
        "an",
        lambda world, actor: (
            _attend(world, actor),
            post_acts.rate_lesson(
                world.session, actor, world.place(), stars=4, text="Rõ ràng", at=AT
            ),
        ),
    ),
    "items: move_item": (
        "bo",
        lambda world, actor: item_acts.move_item(
            world.session, actor, the_bank(), ITEM, "trial", reason="Đã lệch", at=AT
        ),
    ),
    "items: retire_variant": (
        "bo",
        lambda world, actor: item_acts.retire_variant(
            world.session, actor, the_bank(), WIDE, 0, reason="Đã lộ", at=AT
        ),
    ),
    "items: keep_watch": (
        "quan-tri",
        lambda world, actor: item_acts.keep_watch(
            world.session, actor, the_bank(), Watch(0, {}, (), 0), at=AT
        ),
    ),
    "items: propose_calibration": ("quan-tri", lambda world, _actor: _learned(world)),
    "items: decide_calibration": (
        "bo",
        lambda world, actor: item_acts.decide_calibration(
            world.session, actor, _learned(world), True, reason="Đã xem", at=AT
        ),
    ),
    "courses: offer_course": ("thay", lambda world, actor: _offer(world, actor)),
    "courses: publish_offer": (
        "thay",
        lambda world, actor: offer_acts.publish_offer(
            world.session, actor, _offer(world, actor), OTHER, at=AT
        ),
    ),
    "courses: return_offer": (
        "thay",
        lambda world, actor: offer_acts.return_offer(
            world.session, actor, _offer(world, actor), reason="Thiếu nguồn", at=AT
        ),
    ),
    "courses: export_course": (
        "thay",
        lambda world, actor: offer_acts.export_course(world.session, actor, COURSE.slug, at=AT),
    ),
    "courses: set_second_reader": (
        "bo",
        lambda world, actor: offer_acts.set_second_reader(
            world.session, actor, PROGRAMME, True, at=AT
        ),
    ),
    "courses: withdraw_course": ("thay", lambda world, actor: _withdraw(world, actor)),
    "courses: restore_course": (
        "thay",
        lambda world, actor: (
            _withdraw(world, actor),
            offer_acts.restore_course(world.session, actor, COURSE.slug, at=AT),
        ),
    ),
    "courses: withdraw_lesson": (
        "thay",
        lambda world, actor: offer_acts.withdraw_lesson(
            world.session, actor, COURSE.slug, COURSE.lessons[0].slug, reason="Lỗi thời", at=AT
        ),
    ),
    "courses: enter_lecturer": ("bo", lambda world, actor: _enter_lecturer(world, actor)),
    "courses: end_lecturer": (
        "bo",
        lambda world, actor: lecturer_acts.end_lecturer(
            world.session, actor, _enter_lecturer(world, actor), at=AT
        ),
    ),
    "marking: take_gradebook": (
        "thay",
        lambda world, actor: (
            _enter_lecturer(world, world.actors["bo"]),
            gradebook_acts.take_gradebook(
                world.session, actor, COURSE.slug, Filter(), str, pass_share=None, at=AT
            ),
        ),
    ),
    "programme: set_plan": ("bo", _set_plan),
    "programme: record": ("an", _reach),
    "programme: change": (
        "an",
        lambda world, actor: reached_acts.change(
            world.session, actor, _reach(world, actor), reached_acts.Said(4, AT.date()), at=AT
        ),
    ),
    "programme: remove": (
        "an",
        lambda world, actor: reached_acts.remove(
            world.session, actor, _reach(world, actor), at=AT
        ),
    ),
    "programme: add_framework": ("bo", _frame),
    "programme: set_crosswalk": ("bo", _compare),
    "programme: require_course": ("bo", _end_requirement),
    "programme: end_requirement": ("bo", _end_requirement),
    "assessment: correct_certificate": (
        "bo",
        lambda world, actor: assessment.correct_certificate(
            world.session, actor, world.certificate(), full_name="Nguyễn Thị Ân (mẫu)",
            reason="Sai dấu", at=AT,
        ),
    ),
    "assessment: revoke_certificate": ("bo", _replace_certificate),
    "assessment: replace_certificate": ("bo", _replace_certificate),
    "assessment: keep_paper": ("an", _keep_paper),
    "assessment: ask": ("an", lambda world, actor: _contest(world)),
    "assessment: decide": ("bo", _decide_contest),
    "assessment: begin_retained": ("an", _begin_retained),
    "assessment: begin": ("an", _place),
    "assessment: answer": ("an", lambda world, actor: _place(world, actor, given=True)),
    "assessment: pause": ("an", _resume),
    "assessment: resume": ("an", _resume),
    "assessment: go_on": ("an", _go_on),
    "assessment: end": ("an", _end_placement),
    "assessment: open_campaign": ("bo", _campaign),
    "assessment: invite": (
        "bo",
        lambda world, actor: campaign_acts.invite(
            world.session, actor, _campaign(world, actor), None, at=AT
        ),
    ),
    "assessment: remind": (
        "bo",
        lambda world, actor: campaign_acts.remind(
            world.session, actor, _campaign(world, actor), None, at=AT
        ),
    ),
    "assessment: excuse": ("bo", _excuse),
    "assessment: expect_again": ("bo", _excuse),
    "assessment: close_campaign": (
        "bo",
        lambda world, actor: campaign_acts.close_campaign(
            world.session, actor, _campaign(world, actor), at=AT
        ),
    ),
    "people: mark_full_time": (
        "bo",
        lambda world, actor: life.mark_full_time(
            world.session, actor, world.key("an"), full_time=True, at=AT
        ),
    ),
    "people: import_roster": (
        "bo",
        lambda world, actor: people.import_roster(
            world.session, actor, "ds.csv", ROSTER.encode(), at=AT
        ),
    ),
    "people: reset_password": (
        "quan-tri",
        lambda world, actor: people.reset_password(
            world.session, actor, "an", lambda _name: None, at=AT
        ),
    ),
    "people: unbind_account": ("quan-tri", _unbind),
    "people: add_key": ("an", _add_key),
    "people: pass_by_key": ("an", _show_key),
    "people: remove_key": ("an", _remove_key),
    "people: make_codes": (
        "an",
        lambda world, actor: (
            _add_key(world, actor),
            key_acts.make_codes(world.session, actor, at=AT),
        ),
    ),
    "people: pass_by_code": (
        "an",
        lambda world, actor: key_acts.pass_by_code(
            world.session, actor, _add_key(world, actor)[1][0], at=AT
        ),
    ),
    "people: take_keys_away": ("quan-tri", _take_keys),
    "people: bind_described": (
        "an",
        lambda world, actor: login_acts.bind_described(
            world.session, actor, "", "issuer|1", at=AT
        ),
    ),
    "people: make_link": (
        "bo",
        lambda world, actor: accounts.make_link(
            world.session, actor, "an", by_mail=False, at=AT
        ),
    ),
    "people: make_links": (
        "bo",
        lambda world, actor: accounts.make_links(world.session, actor, None, by_mail=False, at=AT),
    ),
    "people: ask_for_link": ("an", _forget),
    "people: begin_change": (
        "an",
        lambda world, actor: accounts.begin_change(world.session, actor, at=AT),
    ),
    "people: choose_password": ("an", _choose),
    "people: change_password": (
        "an",
        lambda world, actor: accounts.change_password(
            world.session, actor, lambda _name: None, at=AT
        ),
    ),
    "people: choose_letters": ("an", _refuse_letters),
    "people: appoint": (
        "quan-tri",
        lambda world, actor: people.appoint(
            world.session, actor, "an", access.UNIT_OFFICER, "01", at=AT
        ),
    ),
    "people: begin_administration": (
        "quan-tri",
        _begin_administration,
    ),
    "people: end_grant": ("quan-tri", _end_grant),
    "people: import_units": (
        "bo",
        lambda world, actor: unit_acts.import_units(
            world.session, actor, one_row(kind="press", code="BC-1", name="Báo (mẫu)"), at=AT
        ),
    ),
    "people: change_unit": (
        "bo",
        lambda world, actor: unit_acts.change_unit(
            world.session, actor, world.unit(), name="Tên mới", parent="", at=AT
        ),
    ),
    "people: end_unit": (
        "bo",
        lambda world, actor: unit_acts.end_unit(
            world.session, actor, world.unit(), last_day=AT.date(), successor="", at=AT
        ),
    ),
    "people: withdraw_role": (
        "quan-tri",
        lambda world, actor: people.withdraw_role(
            world.session, actor, "thay", access.INSTRUCTOR, at=AT
        ),
    ),
    "platform: decide_kind": (
        "quan-tri",
        lambda world, actor: platform.decide_kind(world.session, actor, "real", at=AT),
    ),
    "platform: clear_demonstration": (
        "quan-tri",
        _clear_demonstration,
    ),
    "platform: note_lab_stopped": (
        "quan-tri",
        lambda world, actor: platform.note_lab_stopped(world.session, actor, "an", at=AT),
    ),
    "platform: note_audit_export": (
        "quan-tri",
        lambda world, actor: platform.note_audit_export(world.session, actor, at=AT),
    ),
    "people: transfer": (
        "bo",
        lambda world, actor: life.transfer(
            world.session, actor, world.key("an"), world.unit("48"), on_day=AT.date(),
            reason="Điều động", at=AT,
        ),
    ),
    "people: leave": (
        "bo",
        lambda world, actor: life.leave(
            world.session, actor, world.key("an"), on_day=AT.date(), reason="Nghỉ hưu", at=AT
        ),
    ),
    "people: come_back": ("bo", _come_back),
    "people: merge_people": ("bo", _merge),
    "people: erase": (
        "bo",
        lambda world, actor: life.erase(
            world.session, actor, world.key("an"), reason="Theo yêu cầu", at=AT
        ),
    ),
    "people: look_at": (
        "bo",
        lambda world, actor: looks.look_at(
            world.session, actor, [world.key("an")], "person", at=AT
        ),
    ),
    "people: look_at_room": (
        "bo",
        lambda world, actor: looks.look_at_room(world.session, actor, [world.key("an")], at=AT),
    ),
    "people: say": (
        "bo",
        lambda world, actor: purposes.say(
            world.session, actor, world.key("an"), "account", "Quên mật khẩu", at=AT
        ),
    ),
    "people: ask": (
        "an",
        lambda world, actor: own_data.ask(
            world.session, actor, "correction", "Sai dấu", working_days=2, at=AT
        ),
    ),
    "people: answer": ("bo", _answer),
    "learning: choose": ("an", lambda world, actor: traces.choose(world.session, actor, [], at=AT)),
    "platform: note_backup": (
        "quan-tri",
        lambda world, actor: platform.note_backup(world.session, actor, "x", 1, "0" * 64, at=AT),
    ),
    "people: ask_to_enter": ("at the door", _ask_to_enter),
    "people: confirm": ("at the door", _confirm),
    "people: invite": ("bo", _invite),
    "people: revoke_invitation": (
        "bo",
        lambda world, actor: entry_acts.revoke_invitation(
            world.session, actor, _invite(world, actor), at=AT
        ),
    ),
    "platform: note_drill": (
        "quan-tri",
        lambda world, actor: platform.note_drill(world.session, actor, 10, at=AT),
    ),
} | EXAMINATION  # fmt: skip

ROLES = {
    "an": access.LEARNER, "thay": access.INSTRUCTOR, "bo": access.MINISTRY_OFFICER,
    "quan-tri": access.ADMINISTRATOR,
}  # fmt: skip


@pytest.fixture(scope="module")
def peopled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    """The course and the people; what a test does is undone."""
    path = tmp_path_factory.mktemp("acts") / "motcham.sqlite"
    records = open_records(f"sqlite:///{path}", migrate=True)
    with records.begin() as session:
        _fill(session)
    yield records
    records.close()


def _fill(session: Session) -> None:
    persons.load_units(session)
    unit = persons.find_unit(session, "province", "2025", "01")
    for n, (username, role) in enumerate(ROLES.items(), start=1):
        person = persons.add_person(
            session, username=username, full_name=f"Người {n} (mẫu)", code=f"TN-{n}",
            unit_id=unit.id if unit else None, at=AT,
        )  # fmt: skip
        persons.grant_role(session, person.id, role)
    releases.publish(session, courses.make_release(COURSE), at=AT, by="thay")


def _world(session: Session) -> World:
    people = {name: access.load_actor(session, name, at=AT) for name in ROLES}
    return World(session, people | {"at the door": access.newcomer()})


def _short(name: str) -> str:
    """By subject; of an examination by who acts, for several go on with something."""
    _school, subject, module, function = name.split(".")
    return f"{module[:-5] if subject == 'examination' else subject}: {function}"


@pytest.mark.parametrize("name", sorted(OURS))
def test_an_act_leaves_its_trace_in_its_own_transaction(name: str, peopled: Records) -> None:
    about = OURS[name].about
    who, play = PLAYED[_short(name)]
    with peopled.preview() as session:
        world = _world(session)
        play(world, world.actors[who])
        own = world.actors[who].person_id
        if about.kept_in:
            table = Table.metadata.tables[about.kept_in]
            rows = session.execute(table.select()).mappings().all()
            whose = {world.key("an"), own} if own else {None}
            assert any(row["person_id"] in whose for row in rows)
            return
        by = f"person:{own}" if own else world.actors[who].username
        entries = session.query(AuditEntry).filter_by(actor=by).all()
        assert {entry.action for entry in entries} & set(about.audited), [
            (entry.actor, entry.action) for entry in entries
        ]
        assert all(entry.at == AT for entry in entries)


def test_nothing_is_played_that_is_no_act() -> None:
    assert set(PLAYED) == {_short(name) for name in OURS}


def test_nobody_gives_a_password_without_its_line_in_the_log(peopled: Records) -> None:
    """Whatever breaks while the account is changed undoes the line; none is changed without one."""

    def breaks(_username: str) -> None:
        raise OSError("the hub's database is gone")

    with pytest.raises(OSError), peopled.begin() as session:
        world = _world(session)
        people.reset_password(session, world.actors["quan-tri"], "an", breaks, at=AT)
    with peopled.read() as session:
        assert not session.query(AuditEntry).filter_by(action="account.password").count()


# --- nobody goes round them ---------------------------------------------------------------------

# What acts by itself, and what only an operator's own machine does at its first start.
BY_THEMSELVES = {
    "hub/login/authenticator.py": "binds a login name to the identity provider's subject",
    "hub/platform/demo.py": "the demonstration's courses and people",
    "hub/platform/demo_learners.py": "the demonstration's learners",
    "hub/mail/deadlines.py": "letters about what closes soon",
    "hub/mail/sending.py": "what became of each letter",
    "hub/platform/erasing.py": "notes that what an act erased is gone outside the records too",
    "hub/platform/grading.py": "certificates that were missed",
    "hub/platform/first_start.py": "units, at each start",
    "hub/platform/up.py": "the demonstration's learners, and who has a password, at each start",
    "hub/commands/results.py": "the demonstration's learners",
}


def test_the_face_changes_the_records_by_acts_only() -> None:
    """Whoever opens a transaction that writes does so for an act, or stands in the list above."""
    hub = ROOT.parent / "hub"
    found = set()
    for path in sorted(hub.rglob("*.py")):
        text = path.read_text("utf-8")
        name = path.relative_to(ROOT.parent).as_posix()
        if ".begin()" not in text and "audit.append(" not in text:
            continue
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.With) and any(
                isinstance(item.context_expr, ast.Call)
                and isinstance(item.context_expr.func, ast.Attribute)
                and item.context_expr.func.attr == "begin"
                for item in node.items
            ):
                inside = "\n".join(ast.unparse(one) for one in node.body)
                if not any(
                    way in inside for way in ("acts.", "operator(", "newcomer(", "self.actor")
                ):
                    found.add(name)
        if "audit.append(" in text:
            found.add(name)
    assert found <= set(BY_THEMSELVES), found - set(BY_THEMSELVES)
    assert found, "a check that looked at nothing"
