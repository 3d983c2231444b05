"""Every route by every role, made from the route table itself: a route or a method that is added
without an answer here fails.

What is allowed shows (or, for what changes something, is looked at: the bodies sent are incomplete
on purpose); what is not looks absent.
"""

# Longer than most: the tables of all routes by role and of all forms are one matter; half is data.

from __future__ import annotations

import asyncio
import html
import json
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from sqlalchemy import delete, select
from stocked import COURSE, LESSON, TEMPLATE, OneLab, ShelfDoor, stock
from tornado.web import RequestHandler

from hub.portal import routes
from records.people.looks import looks_at
from records.tables.assessment import SittingAnswer
from records.tables.learning import Draft
from records.tables.marking import Submission
from records.tables.people import Person
from records.tables.privacy import ListLook, Look

METHODS = ("get", "post", "put", "delete")

EVERYBODY = frozenset({"an", "thay", "can-bo", "bo", "kiem", "quan"})
ANYONE = EVERYBODY | {None}  # without login, too
ANSWERING = EVERYBODY - {"kiem"}  # an auditor changes nothing
TEACHING = frozenset({"thay", "kiem", "quan"})
PUBLISHING = frozenset({"thay", "quan"})
NATION = frozenset({"bo", "kiem", "quan"})
OWN_UNIT = NATION | {"can-bo"}
PEOPLE_LISTS = frozenset({"can-bo", "bo", "quan"})
MINISTRY = frozenset({"bo", "quan"})
MESSAGES = PUBLISHING | PEOPLE_LISTS
OWN_WORK = TEACHING | {"an"}  # of the learner “an”

SLUG, NUMBER = routes.SLUG, routes.NUMBER
LESSON_PATH = f"courses/{SLUG}/lessons/{SLUG}"
WRITE = f"teaching/authoring/{SLUG}/lessons/{SLUG}/write"
V1 = "api/v1"

# Route → method → who it is for. ``None`` in a set: also without login.
MAY: Mapping[str, Mapping[str, frozenset[str | None]]] = {
    "": {"get": EVERYBODY},
    "learning": {"get": EVERYBODY},
    "catalogue": {"get": EVERYBODY},
    f"courses/{SLUG}": {"get": EVERYBODY},
    f"courses/{SLUG}/finished": {"get": frozenset()},  # nobody here has finished one
    rf"courses/{SLUG}/card\.pdf": {"get": EVERYBODY},
    f"courses/{SLUG}/reached": {"get": EVERYBODY, "post": ANSWERING},
    r"my-certificates/([A-Z0-9-]+)": {"get": frozenset({"an"})},  # the holder alone
    "marks": {"get": EVERYBODY},
    "marks/seen": {"get": frozenset()},  # of an exercise of one's own that a person marked
    "profile": {"get": EVERYBODY},
    "curriculum": {"get": EVERYBODY},
    "frameworks": {"get": EVERYBODY, "post": MINISTRY},
    f"frameworks/{SLUG}": {"get": EVERYBODY, "post": MINISTRY},
    rf"frameworks/{SLUG}\.json": {"get": EVERYBODY},
    f"frameworks/{SLUG}/([0-9A-Za-z.]{{3,14}})": {"get": EVERYBODY},
    "placement": {"get": EVERYBODY, "post": ANSWERING},
    "placement/question": {"get": ANSWERING, "post": ANSWERING},
    f"placement/results/{NUMBER}": {"get": frozenset({"an"})},  # one's own alone
    "examinations": {"get": EVERYBODY, "post": ANSWERING},
    "examinations/question": {"get": ANSWERING, "post": ANSWERING},
    "examinations/beat": {"post": ANSWERING},
    f"examinations/own/{NUMBER}": {"get": frozenset({"an"})},
    f"examinations/own/{NUMBER}/appeal": {"get": frozenset({"an"}), "post": frozenset({"an"})},
    # Whoever is named for the room, whatever their role; who sees results only looks on.
    f"exam-rooms/{NUMBER}": {"get": NATION | {"thay"}, "post": frozenset({"thay"})},
    f"exam-rooms/{NUMBER}/candidates/{NUMBER}": {
        "get": NATION | {"thay"},
        "post": frozenset({"thay"}),
    },
    "examinations/plans": {"get": NATION, "post": MINISTRY},
    f"examinations/plans/{NUMBER}": {"get": NATION, "post": MINISTRY},
    f"examinations/plans/{NUMBER}/candidates/{NUMBER}": {"get": NATION, "post": MINISTRY},
    "examinations/voids": {"get": NATION, "post": MINISTRY},
    f"examinations/decide/{NUMBER}": {"get": NATION, "post": MINISTRY},
    "examinations/appeals": {"get": NATION},
    f"examinations/appeals/{NUMBER}": {"get": NATION, "post": MINISTRY},
    f"placement/results/{NUMBER}/answers": {"get": frozenset({"an"})},
    "retained": {"get": EVERYBODY, "post": frozenset()},  # of nobody here is one due
    "retained/question": {"get": ANSWERING, "post": ANSWERING},
    r"competences/([0-9]\.[0-9]{1,2})": {"get": EVERYBODY, "post": ANSWERING},
    "contests": {"get": MINISTRY, "post": frozenset()},  # of a contest that there is not
    LESSON_PATH: {"get": EVERYBODY, "post": ANSWERING},
    f"{LESSON_PATH}/files/(.+)": {"get": EVERYBODY},
    f"courses/{SLUG}/media/([0-9a-f]{{16}})/([a-z0-9][a-z0-9._-]*)": {"get": EVERYBODY},
    f"{LESSON_PATH}/lab": {"post": ANSWERING},
    f"{LESSON_PATH}/questions": {"get": EVERYBODY, "post": ANSWERING},
    f"{LESSON_PATH}/rate": {"get": EVERYBODY, "post": ANSWERING},
    "teaching/questions": {"get": TEACHING, "post": PUBLISHING},
    "help": {"get": ANYONE},
    "attend": {"get": EVERYBODY, "post": ANSWERING},
    "notices/aside": {"post": EVERYBODY},
    "letters": {"get": EVERYBODY, "post": EVERYBODY},
    "waiting": {"get": EVERYBODY},
    r"worker\.js": {"get": ANYONE},
    "letters/stop": {"get": ANYONE, "post": ANYONE},
    "register": {"get": ANYONE, "post": ANYONE},
    "register/confirm": {"get": ANYONE, "post": ANYONE},
    "register/data": {"get": ANYONE},
    "teaching": {"get": TEACHING},
    "teaching/publish": {"get": PUBLISHING, "post": PUBLISHING},
    "teaching/authoring": {"get": PUBLISHING, "post": PUBLISHING},
    f"teaching/authoring/{SLUG}": {"get": PUBLISHING, "post": PUBLISHING},
    f"teaching/authoring/{SLUG}/lessons/{SLUG}": {"get": PUBLISHING, "post": PUBLISHING},
    f"teaching/authoring/{SLUG}/about": {"get": PUBLISHING, "post": PUBLISHING},
    f"{WRITE}": {"get": PUBLISHING, "post": PUBLISHING},
    f"{WRITE}/add": {"get": PUBLISHING, "post": PUBLISHING},
    f"{WRITE}/piece": {"get": PUBLISHING, "post": PUBLISHING},
    "teaching/dead": {"get": TEACHING, "post": PUBLISHING},
    "teaching/classes": {"get": TEACHING, "post": PUBLISHING},
    f"teaching/classes/{NUMBER}": {"get": PUBLISHING, "post": PUBLISHING},
    f"teaching/courses/{SLUG}": {"get": TEACHING},
    "teaching/offers": {"get": PUBLISHING},
    f"teaching/offers/{NUMBER}": {"get": PUBLISHING, "post": PUBLISHING},
    f"teaching/offers/{NUMBER}/lessons/{SLUG}": {"get": PUBLISHING},
    rf"teaching/courses/{SLUG}/course\.zip": {"get": PUBLISHING},
    f"teaching/courses/{SLUG}/withdraw": {"post": PUBLISHING},
    f"teaching/courses/{SLUG}/gradebook": {"get": TEACHING},
    rf"teaching/courses/{SLUG}/gradebook\.(csv|xlsx)": {"get": TEACHING},
    f"teaching/courses/{SLUG}/remark": {"post": PUBLISHING},
    f"teaching/courses/{SLUG}/signs": {"get": TEACHING},
    f"teaching/{LESSON_PATH}": {"get": TEACHING},
    f"teaching/{LESSON_PATH}/terms": {"post": PUBLISHING},
    f"teaching/submissions/{NUMBER}": {"get": TEACHING, "post": PUBLISHING},
    f"teaching/submissions/{NUMBER}/files/([A-Za-z0-9_-]+)": {"get": TEACHING},
    f"teaching/remarks/{NUMBER}": {"get": TEACHING, "post": PUBLISHING},
    "notices": {"get": MESSAGES, "post": PUBLISHING},  # sent to a course
    "national": {"get": NATION},
    r"national\.xlsx": {"get": NATION},
    f"units/{NUMBER}": {"get": OWN_UNIT},
    f"units/{NUMBER}/people": {"get": OWN_UNIT},
    f"units/{NUMBER}/reached": {"get": OWN_UNIT},
    rf"units/{NUMBER}/reached\.csv": {"get": OWN_UNIT},
    f"units/{NUMBER}/levels": {"get": OWN_UNIT},
    rf"units/{NUMBER}/levels\.csv": {"get": OWN_UNIT},
    f"units/{NUMBER}/campaign": {"get": OWN_UNIT, "post": PEOPLE_LISTS},
    rf"units/{NUMBER}/campaign\.csv": {"get": OWN_UNIT},
    "campaigns": {"get": NATION, "post": MINISTRY},
    f"campaigns/{NUMBER}": {"get": NATION, "post": MINISTRY},
    rf"campaigns/{NUMBER}\.csv": {"get": NATION},
    "plan": {"get": NATION, "post": MINISTRY},
    "requirements": {"get": NATION, "post": MINISTRY},
    "requirements/second-reader": {"post": MINISTRY},
    "certificates": {"get": OWN_UNIT},
    "certificates/([A-Z0-9-]+)": {"get": OWN_UNIT | {"an"}, "post": MINISTRY},
    r"certificates/([A-Z0-9-]+)\.(pdf|png|jwt)": {"get": OWN_UNIT | {"an"}},
    "items": {"get": NATION},
    f"items/{SLUG}": {"get": NATION, "post": MINISTRY},
    f"items/calibrations/{NUMBER}": {"get": NATION, "post": MINISTRY},
    "audit": {"get": frozenset({"kiem", "quan"})},
    r"audit\.(jsonl|csv)": {"get": frozenset({"kiem", "quan"})},
    f"people/{NUMBER}": {"get": OWN_UNIT, "post": PEOPLE_LISTS},
    "requests": {"get": MINISTRY, "post": MINISTRY},
    "my-data": {"get": EVERYBODY, "post": EVERYBODY},
    r"my-data\.(json|zip)": {"get": EVERYBODY},
    "labs": {"get": frozenset({"quan"})},
    "design": {"get": ANYONE},  # of a demonstration
    "operation": {"get": frozenset({"kiem", "quan"})},
    "metrics": {"get": ANYONE},  # of this machine; see pages/platform/test_operation.py
    "labs/stop": {"post": frozenset({"quan"})},
    "units": {"get": OWN_UNIT},
    "units/import": {"get": MINISTRY, "post": MINISTRY},
    r"units/codes\.(csv|xlsx)": {"get": OWN_UNIT},
    f"units/{NUMBER}/change": {"get": MINISTRY, "post": MINISTRY},
    "roles": {"get": OWN_UNIT, "post": PEOPLE_LISTS},
    "lecturers": {"get": NATION, "post": MINISTRY},
    "accounts": {"get": PEOPLE_LISTS, "post": PEOPLE_LISTS},
    "invitations": {"get": PEOPLE_LISTS, "post": PEOPLE_LISTS},
    "mail": {"get": frozenset({"quan"})},
    "roster": {"get": PEOPLE_LISTS, "post": PEOPLE_LISTS},
    r"roster/progress": {"get": PEOPLE_LISTS},
    r"roster/template\.xlsx": {"get": PEOPLE_LISTS},
    "verify": {"get": ANYONE, "post": ANYONE},
    "verify/([^/]{1,80})": {"get": ANYONE},
    "read": {"get": ANYONE},
    f"read/{SLUG}": {"get": ANYONE},
    rf"read/{SLUG}/card\.pdf": {"get": ANYONE},
    f"read/{SLUG}/{SLUG}": {"get": ANYONE},
    f"read/{SLUG}/media/([0-9a-f]{{16}})/([a-z0-9][a-z0-9._-]*)": {"get": ANYONE},
    "progress": {"get": ANYONE},
    r"progress\.(csv|xlsx)": {"get": ANYONE},
    "language": {"post": ANYONE},
    "logout": {"post": ANYONE},
    "oauth_callback": {"get": ANYONE},
    "health": {"get": ANYONE},
    f"{V1}/openapi.json": {"get": ANYONE},
    f"{V1}/me": {"get": EVERYBODY},
    f"{V1}/courses": {"get": EVERYBODY},
    f"{V1}/{LESSON_PATH}": {"get": ANSWERING},  # opens the lesson's draft
    f"{V1}/{LESSON_PATH}/notebook": {"get": ANSWERING},
    f"{V1}/{LESSON_PATH}/guide": {"get": ANSWERING},
    f"{V1}/{LESSON_PATH}/draft": {"put": ANSWERING},
    f"{V1}/{LESSON_PATH}/answers": {"put": ANSWERING},
    f"{V1}/{LESSON_PATH}/run": {"post": ANSWERING},
    f"{V1}/submissions": {"get": EVERYBODY, "post": ANSWERING},
    f"{V1}/submissions/{NUMBER}": {"get": OWN_WORK},
    f"{V1}/submissions/{NUMBER}/notebook": {"get": OWN_WORK},
    f"{V1}/marks": {"get": EVERYBODY},
}


# What a request must say besides, to get as far as the question who may.
SAID = {
    f"{WRITE}/piece": {"new": "number"},
    "notices": {"to": "course:none"},
    "labs/stop": {"username": "an"},
    f"{V1}/submissions": {"course": COURSE, "lesson": LESSON, "revision": 99},
}


def methods_of(handler: type[RequestHandler]) -> set[str]:
    """The methods that a handler answers, of those that pages and programs use."""
    return {name for name in METHODS if getattr(handler, name) is not getattr(RequestHandler, name)}


def test_every_route_and_method_says_who_it_is_for() -> None:
    ways = {path: methods_of(handler) for path, handler in routes.routes()}
    assert len(ways) > 50
    missing = {
        f"{method} /{path}"
        for path, methods in ways.items()
        for method in methods - set(MAY.get(path, ()))
    }
    gone = {
        f"{method} /{path}"
        for path, methods in MAY.items()
        for method in set(methods) - ways.get(path, set())
    }
    assert not missing, "say in MAY who may: " + ", ".join(sorted(missing))
    assert not gone, "no longer there: " + ", ".join(sorted(gone))


@pytest.fixture
async def stocked(make_site: Any) -> AsyncIterator[Any]:
    """A site on which every route has something to show; ``filled`` says where."""
    site, server = await make_site(
        TEMPLATE,
        labs=ShelfDoor(hub_api="", address=""),
        census=OneLab(hub_api="", simple_homes=Path()),
    )
    site.facts = stock(site)
    site.filled = {path: fill(path, site.facts) for path in MAY}
    yield site
    server.stop()
    await server.close_all_connections()
    site.portal.threads.shutdown()
    site.portal.close()
    await asyncio.sleep(0)


FACTS = (
    "submission",
    "unit",
    "person",
    "meeting",
    "certificate",
    "remark",
    "upload",
    "digest",
    "offer",
    "sitting",
    "examination",
    "item",
    "calibration",
    "campaign",
)


def fill(path: str, facts: dict[str, Any]) -> str:
    """The route with real names and numbers in its gaps."""
    kind = "unit" if path.startswith("units") else "submission"
    kind = next((one for one in ("class", "remark") if path.startswith(f"teaching/{one}")), kind)
    kind = "person" if path.startswith("people/") else kind
    kind = "offer" if path.startswith("teaching/offers/") else kind
    kind = "calibration" if path.startswith("items/") else kind
    kind = "campaign" if path.startswith("campaigns/") else kind
    kind = "sitting" if path.startswith("placement/") else kind
    kind = "examination" if path.startswith("exam") else kind
    number = facts["meeting" if kind == "class" else kind]
    filled = path.replace(f"items/{SLUG}", f"items/{facts['item']}")
    filled = filled.replace(f"frameworks/{SLUG}", "frameworks/khung-mau")
    filled = filled.replace(f"read/{SLUG}/{SLUG}", f"read/{COURSE}/{LESSON}")
    filled = filled.replace(f"lessons/{SLUG}", f"lessons/{LESSON}").replace(SLUG, COURSE)
    for gap, value in (
        (NUMBER, number),
        ("([A-Za-z0-9_-]+)", facts["upload"]),
        (r"([0-9]\.[0-9]{1,2})", "1.1"),
        ("([0-9A-Za-z.]{3,14})", "1.1"),
        ("(.+)", "so-lieu.csv"),
        ("([0-9a-f]{16})", facts["digest"]),
        ("([a-z0-9][a-z0-9._-]*)", "ty-le.svg"),
        ("([A-Z0-9-]+)", facts["certificate"]),
        ("([^/]{1,80})", facts["certificate"]),
        ("(pdf|png|jwt)", "jwt"),
        ("(jsonl|csv)", "jsonl"),
        ("(json|zip)", "zip"),
        ("(csv|xlsx)", "xlsx"),
    ):
        filled = filled.replace(gap, str(value))
    filled = filled.replace("\\.", ".")
    assert "(" not in filled, f"no value for a gap of {path}"
    return filled


async def answer_to(site: Any, method: str, route: str, username: str | None) -> Any:
    """What this person gets; a body that is sent says too little to change anything."""
    person, path, said = site.as_(username), site.filled[route], SAID.get(route, {})
    if method == "get":
        return await person.get(f"{path}?{urlencode(said)}" if said else path)
    if path.startswith(V1):
        return await person.send(method.upper(), path, said)
    return await person.post_form(path, **said)


@pytest.mark.parametrize("method", ["get", "post", "put"])
async def test_what_is_allowed_shows_and_what_is_not_looks_absent(
    stocked: Any, method: str
) -> None:
    wrong, looked = [], 0
    for route, methods in MAY.items():
        if method not in methods or route in ("oauth_callback", "logout"):
            continue  # these two are the hub's own business, the same for everybody
        for username in sorted(EVERYBODY):
            status = (await answer_to(stocked, method, route, username)).status
            looked += 1
            allowed = username in methods[method]
            fits = status not in (403, 404, 500) if allowed else status == 404
            if method == "get" and allowed:
                fits = status == 200 or (route == "" and status == 302)  # to one's own front
            if not fits:
                wrong.append(f"{username}: {method} /{stocked.filled[route]}: {status}")
    assert looked >= 6
    assert not wrong, "\n".join(wrong)


# --- who looked -----------------------------------------------------------------------------------

# Routes that show the learner “an” to others: each leaves a look, of this kind.
SHOWN: Mapping[str, str] = {
    f"teaching/classes/{NUMBER}": "class",
    f"teaching/{LESSON_PATH}": "marks",
    f"teaching/submissions/{NUMBER}": "marks",
    f"teaching/submissions/{NUMBER}/files/([A-Za-z0-9_-]+)": "marks",
    f"teaching/remarks/{NUMBER}": "marks",
    f"teaching/courses/{SLUG}/gradebook": "gradebook",
    rf"teaching/courses/{SLUG}/gradebook\.(csv|xlsx)": "gradebook",
    f"units/{NUMBER}/people": "list",
    f"units/{NUMBER}/campaign": "list",
    rf"units/{NUMBER}/campaign\.csv": "list",
    "certificates": "certificate",
    "certificates/([A-Z0-9-]+)": "certificate",
    r"certificates/([A-Z0-9-]+)\.(pdf|png|jwt)": "certificate",
    f"people/{NUMBER}": "person",
    "requests": "request",
    "contests": "contest",
    "teaching/questions": "questions",
    f"exam-rooms/{NUMBER}": "examination",
    f"exam-rooms/{NUMBER}/candidates/{NUMBER}": "examination",
    f"examinations/plans/{NUMBER}": "examination",
    f"examinations/plans/{NUMBER}/candidates/{NUMBER}": "examination",
    f"examinations/decide/{NUMBER}": "examination",
    "examinations/appeals": "examination",
    f"examinations/appeals/{NUMBER}": "examination",
    "labs": "labs",
    "mail": "letters",
    f"{V1}/submissions/{NUMBER}": "marks",
    f"{V1}/submissions/{NUMBER}/notebook": "marks",
}
# Who may look says so here where a name is shown and nobody can be told who looked, or need be.
NO_LOOK = {
    "verify": "without login: whoever has the paper reads the same name on it",
    "verify/([^/]{1,80})": "likewise",
    "my-data": "who looked at one's own data is told with their names",
}


def people_of(records: Any) -> dict[str, Person]:
    """Everybody, by login name."""
    with records.read() as session:
        return {one.username: one for one in session.scalars(select(Person))}


def looks_left(records: Any, username: str) -> set[tuple[str, str]]:
    """(whose, what) of all looks by this person; taken out, so that the next ones are new."""
    people = people_of(records)
    with records.begin() as session:
        found = {
            (name, seen.what)
            for name, person in people.items()
            for seen in looks_at(session, person.id)
            if seen.looker_id == people[username].id
        }
        session.execute(delete(Look))
        session.execute(delete(ListLook))
    return found


async def test_whoever_is_shown_to_somebody_else_finds_out(stocked: Any) -> None:
    names = {name: one.full_name for name, one in people_of(stocked.records).items()}
    wrong, left = [], set()
    for route, methods in MAY.items():
        for username in sorted(one for one in methods.get("get", ()) if one and one != "an"):
            if route in NO_LOOK or route == "oauth_callback":
                continue
            page = (await answer_to(stocked, "get", route, username)).body.decode(errors="replace")
            found = looks_left(stocked.records, username)
            left |= {(route, username)} if found else set()
            shown = {one for one, name in names.items() if one != username and name in page}
            unseen = shown - {whose for whose, _what in found}
            if route in SHOWN and ("an", SHOWN[route]) not in found:
                unseen.add("an")
            if unseen:
                wrong.append(f"{username} sees {sorted(unseen)} at /{stocked.filled[route]}")
    assert not wrong, "no look is left where\n" + "\n".join(wrong)
    assert set(SHOWN) < {route for route, _ in left}
    assert len(left) > 40


async def test_no_officer_reads_an_answer_on_any_route(stocked: Any) -> None:
    """What “an” wrote in a lesson, in what was handed in and in a placement is on no page of an
    officer of the unit or of the ministry."""
    with stocked.records.begin() as session:
        for row in session.scalars(select(SittingAnswer)):
            row.answer = json.dumps({"x": "TRẢ LỜI BÍ MẬT"}, ensure_ascii=False)
        for draft in session.scalars(select(Draft)):
            draft.notebook = draft.notebook.replace(
                b'"cells"', b'"kept": "TRA LOI BI MAT", "cells"'
            )
        for sent in session.scalars(select(Submission)):
            sent.notebook = sent.notebook.replace(b'"cells"', b'"kept": "TRA LOI BI MAT", "cells"')
    looked = 0
    for route, methods in MAY.items():
        for username in ("can-bo", "bo"):
            if "get" in methods and route not in ("oauth_callback", r"my-data\.(json|zip)"):
                answer = await answer_to(stocked, "get", route, username)
                said = answer.body.decode(errors="replace")
                assert "BÍ MẬT" not in said and "BI MAT" not in said, (username, route)
                looked += 1
    assert looked > 100
    submission = stocked.filled[f"{V1}/submissions/{NUMBER}/notebook"]
    assert "BI MAT" in (await stocked.as_("an").get(submission)).text, "else this looked at nothing"


async def test_a_list_that_is_checked_and_slips_leave_looks_too(stocked: Any) -> None:
    officer = stocked.as_("can-bo")
    listed = "Mã cán bộ,Họ tên,Mã đơn vị,Danh mục,Nhóm đối tượng\n"
    listed += "TN-AN,Nguyễn Thị An (mẫu),15,2025,g\n"
    checked = await officer.upload("roster", "a.csv", listed.encode(), how="check")
    assert checked.status == 200
    assert looks_left(stocked.records, "can-bo") == {("an", "roster")}
    slips = await officer.post_form("accounts", whom="one", username="an", how="slips")
    assert slips.status == 200
    assert looks_left(stocked.records, "can-bo") == {("an", "account")}


async def test_numbers_that_no_key_can_be_are_no_fault_of_ours(stocked: Any) -> None:
    looked = 0
    for route, methods in MAY.items():
        if NUMBER not in route or "get" not in methods:
            continue
        username = next(iter(sorted(one for one in methods["get"] if one)))
        for number in ("9" * 18, "9" * 19, "9" * 40, "²"):
            path = fill(route.replace(NUMBER, "{number}"), dict.fromkeys(FACTS, "x"))
            answer = await stocked.as_(username).get(path.replace("{number}", quote(number)))
            assert answer.status == 404, (path, number)
            looked += 1
    assert looked > 20


@pytest.mark.parametrize("text", ["²", "9" * 30, "-1", "1e3", "x", ""])
async def test_what_looks_like_a_number_in_a_question_is_no_fault_of_ours(
    stocked: Any, text: str
) -> None:
    officer, teacher = stocked.as_("quan"), stocked.as_("thay")
    lesson = f"courses/{COURSE}/lessons/{LESSON}"
    for person, path, name in (
        (officer, "audit", "before"),
        (officer, "certificates", "from"),
        (officer, "roles", "from"),
        (officer, "units", "from"),
        (teacher, f"teaching/{lesson}", "before"),
    ):
        assert (await person.get(f"{path}?{urlencode({name: text})}")).status == 200, path
    for path, fields in (
        ("teaching/dead", {"submission": text}),
        ("attend", {"meeting": text, "code": "000000"}),
        ("notices/aside", {"notice": text}),
        (lesson, {"revision": text, "action": "save"}),
        (f"teaching/{lesson}/terms", {"closes": "", "tries": text}),
    ):
        assert (await teacher.post_form(path, **fields)).status != 500, path


# --- forms that are refused -----------------------------------------------------------------------

# Route → who sends it, what is typed (``{…}`` are facts of the stock), the fields that are wrong.
# What is typed and ends in “đã gõ” must still be there.
WRONG: Mapping[str, tuple[str, Mapping[str, str], tuple[str, ...]]] = {
    "attend": ("binh", {"meeting": "{meeting}", "code": "12 đã gõ"}, ("code",)),
    f"{LESSON_PATH}/questions": ("binh", {"about": "mau-cham-mot", "text": " "}, ("text",)),
    f"{LESSON_PATH}/rate": ("an", {"stars": "9", "text": "Câu đã gõ"}, ("stars",)),
    r"competences/([0-9]\.[0-9]{1,2})": ("an", {"text": " "}, ("text",)),
    f"courses/{SLUG}/reached": (
        "an",
        {"people": "nhiều đã gõ", "held_on": "ngày đã gõ", "place": "Chợ đã gõ"},
        ("people", "held_on"),
    ),
    "teaching/questions": (
        "thay", {"action": "answer", "post": "{question}", "text": " "}, ("text",)
    ),
    "teaching/publish": ("thay", {"check": "1"}, ("course",)),
    "teaching/authoring": (
        "thay",
        {"action": "new", "slug": "Mã đã gõ", "title": "Tên đã gõ", "frame": "4.2"},
        ("slug",),
    ),
    f"teaching/authoring/{SLUG}/about": (
        "thay",
        {"action": "add", "title": "Tên đã gõ", "title_en": " ", "minutes": "5"},
        ("title_en",),
    ),
    f"{WRITE}/piece": (
        "thay",
        {"new": "number", "title": "Tên đã gõ", "task": " ", "answer": "công thức đã gõ"},
        ("task", "answer"),
    ),
    "teaching/classes": (
        "thay",
        {"lesson": f"{COURSE}/{LESSON}", "place": "Phòng đã gõ", "day": "ngày đã gõ",
         "starts": "25:00 đã gõ", "ends": "đã gõ"},
        ("day", "starts", "ends"),
    ),
    f"teaching/classes/{NUMBER}": ("thay", {"codes": "TN-LẠ đã gõ"}, ("codes",)),
    f"teaching/courses/{SLUG}/withdraw": ("thay", {"withdraw": "1", "reason": " "}, ("reason",)),
    f"teaching/offers/{NUMBER}": ("thay", {"action": "return", "reason": " "}, ("reason",)),
    f"teaching/courses/{SLUG}/remark": ("thay", {"lesson": LESSON, "reason": " "}, ("reason",)),
    f"teaching/{LESSON_PATH}/terms": (
        "thay", {"closes": "mai đã gõ", "tries": "nhiều đã gõ"}, ("closes", "tries")
    ),
    f"teaching/submissions/{NUMBER}": (
        "thay", {"grade_id": "mau-bai-viet", "comment": "Nhận xét đã gõ"}, ("pick-0",)
    ),
    "notices": (
        "thay",
        {"to": f"course:{COURSE}", "title": "Tiêu đề đã gõ", "body": " "},
        ("body",),
    ),
    "plan": (
        "bo",
        {"how": "table", "name": " ", "deadline": "hạn đã gõ", "unit-{province}": "số đã gõ"},
        ("name", "deadline", "unit-{province}"),
    ),
    "requirements": (
        "bo",
        {"kind": "require", "course": COURSE, "day": "ngày đã gõ", "source": ""},
        ("day", "source"),
    ),
    "certificates/([A-Z0-9-]+)": ("bo", {"reason": "đã gõ " * 200}, ("reason",)),
    f"people/{NUMBER}": (
        "bo", {"act": "transfer", "unit": "", "day": "ngày đã gõ", "reason": "Vì đã gõ"}, ("day",)
    ),
    "my-data": ("an", {"kind": "other", "body": " "}, ("body",)),
    "requests": (
        "bo", {"request": "{asked}", "outcome": "x", "words": "Câu đã gõ"}, ("outcome",)
    ),
    "register": (
        "an", {"full_name": "Tên 1 đã gõ", "email": "thư đã gõ", "group": ""},
        ("full_name", "email", "group", "agreed"),
    ),
    "invitations": (
        "can-bo",
        {"title": "Lớp đã gõ", "places": "nhiều đã gõ", "opens_on": "", "closes_on": "đã gõ",
         "unit": ""},
        ("places", "opens_on", "closes_on"),
    ),
    "roster": ("bo", {"how": "check"}, ("file",)),
    "accounts": ("bo", {"whom": "one", "username": "tên đã gõ"}, ("username",)),
    "roles": (
        "quan",
        {"who": "ai đã gõ", "role": "instructor", "ends_on": "ngày đã gõ"},
        ("ends_on",),
    ),
    "lecturers": (
        "bo",
        {"who": "thay", "course": COURSE, "certificate": " ", "from_on": "2026-01-02",
         "until_on": "ngày đã gõ"},
        ("until_on",),
    ),
    f"items/{SLUG}": ("bo", {"state": "retired", "reason": " "}, ("reason",)),
    f"items/calibrations/{NUMBER}": ("bo", {"decision": "accept", "reason": " "}, ("reason",)),
    "units/import": (
        "bo",
        {"one": "1", "kind": "press", "code": "mã/đã gõ", "name": "Tên đã gõ"},
        ("code",),
    ),
    f"units/{NUMBER}/change": (
        "bo", {"what": "end", "last_day": "ngày đã gõ", "successor": "mã đã gõ"}, ("last_day",)
    ),
    "contests": (
        "bo",
        {"contest": "{contest}", "outcome": "dismissed", "given": "", "answer": " "},
        ("answer",),
    ),
    "campaigns": (
        "bo",
        {"year": "2026", "title": "Đợt đã gõ", "opens_on": "ngày đã gõ", "closes_on": "đã gõ"},
        ("opens_on", "closes_on", "full_time"),
    ),
    f"units/{NUMBER}/campaign": (
        "can-bo",
        {"action": "excuse", "campaign": "{campaign}", "person": "{person}", "reason": " "},
        ("reason",),
    ),
    "frameworks": ("bo", {}, ("file",)),
    f"frameworks/{SLUG}": ("bo", {"to-1.1": "9.9 đã gõ"}, ("to-1.1",)),
    "verify": ("an", {}, ("file",)),
    "examinations": ("binh", {"code": "12 đã gõ"}, ("code",)),
    "examinations/plans": (
        "bo",
        {"title": "Tên đã gõ", "minutes": "nhiều đã gõ", "least_items": "6", "most_items": "8",
         "pass_level": "2", "opens_at": "ngày đã gõ", "closes_at": ""},
        ("minutes", "opens_at", "closes_at"),
    ),
    f"examinations/plans/{NUMBER}": (
        "bo",
        {"action": "room", "name": "Phòng đã gõ", "place": "Chỗ đã gõ", "starts_at": "đã gõ",
         "ends_at": ""},
        ("starts_at", "ends_at"),
    ),
    f"examinations/appeals/{NUMBER}": ("bo", {"decision": "upheld", "answer": " "}, ("answer",)),
}  # fmt: skip
BUTTONS = {
    "a lesson, which has tests of its own": LESSON_PATH,
    "a placement begins": "placement",
    "an item, which has tests of its own": "placement/question",
    "a question of an examination, which has tests of its own": "examinations/question",
    "what a page at work asks": "examinations/beat",
    "an appeal, which has tests of its own": f"examinations/own/{NUMBER}/appeal",
    "a room, which has tests of its own": f"exam-rooms/{NUMBER}",
    "somebody in it, likewise": f"exam-rooms/{NUMBER}/candidates/{NUMBER}",
    "what a candidate needs, likewise": f"examinations/plans/{NUMBER}/candidates/{NUMBER}",
    "an item that is voided, likewise": "examinations/voids",
    "what is decided about somebody, likewise": f"examinations/decide/{NUMBER}",
    "to the lab": f"{LESSON_PATH}/lab",
    "a message is put aside": "notices/aside",
    "which letters one wants": "letters",
    "no more letters": "letters/stop",
    "the link of a letter": "register/confirm",
    "a course in the lab is checked": f"teaching/authoring/{SLUG}",
    "and one lesson of it": f"teaching/authoring/{SLUG}/lessons/{SLUG}",
    "a piece of it is moved": WRITE,
    "an exercise of the bank is taken": f"{WRITE}/add",
    "a submission is marked again": "teaching/dead",
    "a re-marking is decided": f"teaching/remarks/{NUMBER}",
    "whether a second person reads": "requirements/second-reader",
    "a lab is ended": "labs/stop",
    "people are invited, reminded": f"campaigns/{NUMBER}",
    "a check of what is retained is begun": "retained",
    "and answered, which has tests of its own": "retained/question",
    "the language": "language",
    "leaving": "logout",
}


def test_every_form_has_a_wrong_answer_here() -> None:
    forms = {
        path
        for path, handler in routes.routes()
        if "post" in methods_of(handler) and not path.startswith(V1)
    }
    assert forms == {*WRONG, *BUTTONS.values()}


def control(page: str, name: str, typed_in: str = "") -> str:
    """The tag of the wrong control with this name (or the fieldset around it)."""
    tags = re.findall(r"<(?:input|textarea|select|fieldset)\b[^>]*>", page)
    named = [tag for tag in tags if f'name="{name}"' in tag or f'"{name}-' in tag]
    return next((tag for tag in named if 'aria-invalid="true"' in tag), "")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("route", sorted(WRONG))
async def test_a_form_that_is_refused_comes_back_as_it_was_typed(
    stocked: Any, route: str, language: str
) -> None:
    username, typed, wrong = WRONG[route]
    filled = {
        name.format(**stocked.facts): text.format(**stocked.facts) for name, text in typed.items()
    }
    answer = await stocked.as_(username, language).post_form(stocked.filled[route], **filled)
    page = html.unescape(answer.text)
    assert 400 <= answer.status < 500
    assert "Không mở được trang" not in page
    assert "could not be opened" not in page
    assert 'id="refused"' in page
    for name, text in filled.items():
        assert "đã gõ" not in text or text.strip() in page, name
    for field in wrong:
        name = field.format(**stocked.facts)
        tag = control(page, name)
        assert tag, f"{name} is not shown as wrong"
        about = re.search(r'aria-describedby="([^"]+)"', tag)
        assert about, tag
        reason = re.search(rf'id="{about[1].split()[0]}"[^>]*>([^<]+)<', page)
        assert reason and reason[1].strip(), tag


async def test_a_field_that_was_not_sent_at_all_is_asked_for(stocked: Any) -> None:
    answer = await stocked.as_("thay").post_form("teaching/classes", lesson=f"{COURSE}/{LESSON}")
    assert answer.status == 422
    assert "Hãy điền mục này" in answer.text


async def test_a_button_that_comes_too_late_says_so_on_its_page(stocked: Any) -> None:
    path = stocked.filled[f"teaching/remarks/{NUMBER}"]
    answer = await stocked.as_("thay").post_form(path, decision="apply")
    assert answer.status == 422
    assert "chưa sẵn sàng hoặc đã kết thúc" in answer.text
    assert "Chấm lại bài" in answer.text


async def test_without_login_only_public_pages_show(stocked: Any) -> None:
    wrong, looked = [], 0
    for route, methods in MAY.items():
        if route == "oauth_callback":
            continue
        stocked.portal.speed.give_back("127.0.0.1", cost=240)  # all of it from one address
        status = (await answer_to(stocked, "get", route, None)).status
        looked += 1
        public = None in methods.get("get", ())
        fits = status == 200 if public else status in (302, 401, 403, 404, 405)
        if not fits:
            wrong.append(f"/{stocked.filled[route]}: {status}")
    assert looked > 50
    assert not wrong, "\n".join(wrong)
