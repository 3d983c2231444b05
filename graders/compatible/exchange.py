"""nbgrader's exchange through the portal: the stock assignment list in JupyterLab works unchanged.

In a lab's ``nbgrader_config.py``::

    from graders.compatible import exchange
    exchange.configure(get_config())

A *course* is a course of the portal, an *assignment* one of its lessons. Everything is done with
the caller's own hub token, so the portal decides what may be seen and done, and what is submitted
here stands in the same queue as what is submitted on the page. The portal's address is
``PortalExchange.portal_url``, by default ``MOTCHAM_PORTAL_URL``, else beside the hub's own API.

Lessons are published by ``motcham course publish`` and marked by the platform: releasing through
nbgrader is refused with that advice.
"""

from __future__ import annotations

import html
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, ClassVar

from nbgrader.exchange import abc
from traitlets import Bool, Unicode, default

from core.messages import Message

TIMEOUT_S = 30.0
MOST_BYTES = 64 << 20


def configure(config: Any) -> None:
    """Make ``config`` (a traitlets ``Config``) use this exchange for everything."""
    factory = config.ExchangeFactory
    factory.exchange = "graders.compatible.exchange.PortalExchange"
    factory.list = "graders.compatible.exchange.List"
    factory.fetch_assignment = "graders.compatible.exchange.FetchAssignment"
    factory.fetch_feedback = "graders.compatible.exchange.FetchFeedback"
    factory.submit = "graders.compatible.exchange.Submit"
    factory.collect = "graders.compatible.exchange.Collect"
    factory.release_assignment = "graders.compatible.exchange.ReleaseAssignment"
    factory.release_feedback = "graders.compatible.exchange.ReleaseFeedback"


class PortalExchange(abc.Exchange):  # type: ignore[misc]
    """What all directions share: the portal, its courses, and where a lesson lies in the lab."""

    portal_url = Unicode(help="The portal's address.").tag(config=True)
    path_includes_course = Bool(
        True, help="Whether a lesson lies in a folder below its course's."
    ).tag(config=True)

    @default("portal_url")
    def _portal_url_default(self) -> str:
        told = os.environ.get("MOTCHAM_PORTAL_URL")
        api = os.environ.get("JUPYTERHUB_API_URL", "http://127.0.0.1:8081/hub/api")
        return told or urllib.parse.urljoin(api, "/services/portal/")

    def init_src(self) -> None:
        """Nothing is copied from folder to folder."""

    def init_dest(self) -> None:
        """Nothing is copied from folder to folder."""

    def ask(self, path: str, *, body: Mapping[str, Any] | None = None, **query: str) -> bytes:
        """The portal's answer. A refusal becomes an ExchangeError, in the portal's words."""
        address = f"{self.portal_url.rstrip('/')}/api/v1/{path}"
        if query:
            address += "?" + urllib.parse.urlencode(query)
        request = urllib.request.Request(  # noqa: S310 - the operator's own address
            address,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"token {os.environ.get('JUPYTERHUB_API_TOKEN', '')}",
                "Content-Type": "application/json",
            },
        )
        try:
            with _opener().open(request, timeout=TIMEOUT_S) as answer:
                found: bytes = answer.read(MOST_BYTES)
        except urllib.error.HTTPError as refusal:
            with refusal:
                self.fail(_reasons(refusal.read(65_536)) or f"{address}: {refusal}")
        except (OSError, ValueError) as error:
            said = Message("Không hỏi được cổng học tập: {reason}", {"reason": error})
            self.fail(str(said))
        return found

    def ask_json(self, path: str, **options: Any) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.ask(path, **options))
        return answer

    def lessons(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(course, lesson) for all that ``--course`` and ``--assignment`` let through."""
        course_id, lesson_id = self.wanted()
        for course in self.ask_json("courses")["courses"]:
            for lesson in course["lessons"]:
                if course_id in ("", course["course"]) and lesson_id in ("", lesson["lesson"]):
                    yield course["course"], lesson

    def wanted(self) -> tuple[str, str]:
        """The course and lesson asked for; "" where all are meant."""
        course, lesson = self.coursedir.course_id, self.coursedir.assignment_id
        return ("" if course == "*" else course), ("" if lesson == "*" else lesson)

    def one_lesson(self) -> tuple[str, dict[str, Any]]:
        if not all(self.wanted()):
            self.fail(str(Message("Hãy nêu rõ khóa học và bài học.")))
        found = next(self.lessons(), None)
        if found is None:
            self.fail(str(Message("Không có bài học này trên cổng học tập.")))
        assert found is not None
        return found

    def folder(self, course: str, lesson: str) -> Path:
        """Where the lesson lies, or would lie, in the learner's lab."""
        parts = [course, lesson] if self.path_includes_course else [lesson]
        if any(part in ("", ".", "..") or "/" in part for part in parts):
            self.fail(str(Message("Tên bài học không hợp lệ: {name}", {"name": "/".join(parts)})))
        return Path(self.assignment_dir).joinpath(*parts).absolute()

    def submissions(self, course: str, lesson: str) -> list[dict[str, Any]]:
        answer = self.ask_json("submissions", course=course, lesson=lesson)
        found: list[dict[str, Any]] = answer["submissions"]
        return found


class List(PortalExchange, abc.ExchangeList):  # type: ignore[misc]
    """Lessons, or with ``--inbound``/``--cached`` the caller's submissions and their feedback."""

    def copy_files(self) -> None:
        """Only a list."""

    def list_files(self) -> list[dict[str, Any]]:
        found = self._submitted() if self.inbound or self.cached else self._released()
        for one in found:
            self.log.info("%s %s %s", one["course_id"], one["assignment_id"], one["status"])
        return found

    def remove_files(self) -> list[dict[str, Any]]:
        self.fail(str(Message("Không xóa bài trên cổng học tập bằng nbgrader được.")))
        return []

    def _released(self) -> list[dict[str, Any]]:
        found = []
        for course, lesson in self.lessons():
            folder = self.folder(course, lesson["lesson"])
            notebook = folder / _file_name(lesson)
            found.append(
                {
                    "course_id": course,
                    "assignment_id": lesson["lesson"],
                    "status": "fetched" if folder.is_dir() else "released",
                    "path": str(folder),
                    "notebooks": [{"notebook_id": notebook.stem, "path": str(notebook)}],
                }
            )
        return found

    def _submitted(self) -> list[dict[str, Any]]:
        student = self.ask_json("me")["username"]
        lessons = {(course, lesson["lesson"]): lesson for course, lesson in self.lessons()}
        # All at once: a request for each lesson would be more than one may ask in a minute.
        handed_in = [
            ((one["course"], one["lesson"]), one)
            for one in self.ask_json("submissions")["submissions"]
        ]
        entries = [
            self._entry(student, place[0], lessons[place], submission)
            for place, submission in handed_in
            if place in lessons
        ]
        entries.sort(key=lambda one: (one["course_id"], one["assignment_id"], one["timestamp"]))
        return [
            {
                "course_id": course,
                "student_id": student,
                "assignment_id": lesson,
                "status": "submitted",
                "submissions": list(group),
            }
            for (course, lesson), group in groupby(
                entries, key=lambda one: (one["course_id"], one["assignment_id"])
            )
        ]

    def _entry(
        self, student: str, course: str, lesson: dict[str, Any], submission: dict[str, Any]
    ) -> dict[str, Any]:
        timestamp = _timestamp(submission)
        feedback = self.folder(course, lesson["lesson"]) / "feedback" / timestamp
        notebook = Path(_file_name(lesson)).stem
        page = feedback / f"{notebook}.html"
        state = {
            "has_local_feedback": page.is_file(),
            "has_exchange_feedback": submission["state"] == "marked",
            "feedback_updated": False,
        }
        path = f"{course}/{lesson['lesson']}/{submission['id']}"
        local = {"local_feedback_path": str(page) if page.is_file() else None}
        return {
            "course_id": course,
            "student_id": student,
            "assignment_id": lesson["lesson"],
            "timestamp": timestamp,
            "status": "submitted",
            "path": path,
            "notebooks": [{"notebook_id": notebook, "path": path, **state, **local}],
            **state,
            "local_feedback_path": str(feedback) if page.is_file() else None,
        }


class FetchAssignment(PortalExchange, abc.ExchangeFetchAssignment):  # type: ignore[misc]
    """The caller's notebook of a lesson, as it stands on the portal."""

    def copy_files(self) -> None:
        course, lesson = self.one_lesson()
        folder = self.folder(course, lesson["lesson"])
        target = folder / _file_name(lesson)
        if folder.is_dir() and not self.replace_missing_files:
            self.fail(str(Message("Đã có bài này trong thư mục {folder}.", {"folder": folder})))
        if target.exists():
            return
        notebook = self.ask(
            f"courses/{_quoted(course)}/lessons/{_quoted(lesson['lesson'])}/notebook"
        )
        folder.mkdir(parents=True, exist_ok=True)
        target.write_bytes(notebook)
        self.log.info("Fetched as: %s %s", course, lesson["lesson"])


class Submit(PortalExchange, abc.ExchangeSubmit):  # type: ignore[misc]
    """Hands in the notebook as it lies in the lab."""

    def copy_files(self) -> None:
        course, lesson = self.one_lesson()
        notebook = self.folder(course, lesson["lesson"]) / _file_name(lesson)
        try:
            content = json.loads(notebook.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self.fail(str(Message("Không đọc được sổ bài làm {path}.", {"path": notebook})))
        body = {"course": course, "lesson": lesson["lesson"], "notebook": content}
        answer = self.ask_json("submissions", body=body)
        self.log.info("Submitted as: %s %s %s", course, lesson["lesson"], answer["id"])


class FetchFeedback(PortalExchange, abc.ExchangeFetchFeedback):  # type: ignore[misc]
    """Marks and feedback of every marked submission of a lesson, as a page each."""

    def copy_files(self) -> None:
        course, lesson = self.one_lesson()
        base = self.folder(course, lesson["lesson"]) / "feedback"
        for submission in self.submissions(course, lesson["lesson"]):
            if submission["state"] != "marked":
                self.log.warning("Not marked yet: %s", submission["id"])
                continue
            result = self.ask_json(f"submissions/{submission['id']}")
            page = base / _timestamp(submission) / f"{Path(_file_name(lesson)).stem}.html"
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(feedback_page(str(lesson["title"]), result), encoding="utf-8")
            self.log.info("Fetched feedback: %s", page)


class Collect(PortalExchange, abc.ExchangeCollect):  # type: ignore[misc]
    """Copies submissions into ``submitted/`` of a stock course folder, timestamps beside them.

    Whose submissions these are, the portal decides: the caller's own for a learner.
    """

    def copy_files(self) -> None:
        course, lesson = self.one_lesson()
        student = self.ask_json("me")["username"]
        latest = max(
            self.submissions(course, lesson["lesson"]),
            key=lambda one: (one["submitted_at"], one["id"]),
            default=None,
        )
        if latest is None:
            self.log.warning("No submissions of %s %s", course, lesson["lesson"])
            return
        folder = Path(
            self.coursedir.format_path(
                self.coursedir.submitted_directory, student, lesson["lesson"]
            )
        )
        if folder.exists() and not self._newer(folder, latest):
            self.log.info("Already collected: %s", folder)
            return
        notebook = self.ask(f"submissions/{latest['id']}/notebook")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _file_name(lesson)).write_bytes(notebook)
        (folder / "timestamp.txt").write_text(str(latest["submitted_at"]))
        self.log.info("Collecting submission: %s %s", student, lesson["lesson"])

    def _newer(self, folder: Path, submission: dict[str, Any]) -> bool:
        kept = folder / "timestamp.txt"
        return bool(
            self.update and (not kept.exists() or kept.read_text() < submission["submitted_at"])
        )


class _Refused(PortalExchange):
    advice: ClassVar[Message]

    def copy_files(self) -> None:
        self.fail(str(self.advice))


class ReleaseAssignment(_Refused, abc.ExchangeReleaseAssignment):  # type: ignore[misc]
    """Refused: a release has checks that nbgrader's has not."""

    advice = Message("Hãy xuất bản bài học bằng lệnh motcham course publish.")


class ReleaseFeedback(_Refused, abc.ExchangeReleaseFeedback):  # type: ignore[misc]
    """Refused: learners see feedback as soon as a submission is marked."""

    advice = Message("Nhận xét hiện ra ngay khi bài được chấm; không cần phát hành.")


def feedback_page(title: str, result: Mapping[str, Any]) -> str:
    """A small page of its own: points and feedback per exercise. All text is escaped."""
    head = [Message("Câu"), Message("Điểm"), Message("Nhận xét")]
    rows = "".join(
        f"<tr><td>{_text(one['title'])}</td>"
        f"<td>{one['points']:g}/{one['max_points']:g}</td>"
        f"<td>{_text(one['feedback'] or '')}</td></tr>"
        for one in result["exercises"]
    )
    total = Message(
        "Tổng: {points:g}/{most:g}", {"points": result["points"], "most": result["max_points"]}
    )
    heads = "".join(f"<th>{_text(one)}</th>" for one in head)
    return (
        f'<!doctype html><html lang="vi"><meta charset="utf-8"><title>{_text(title)}</title>'
        f"<h1>{_text(title)}</h1><p>{_text(total)}</p>"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></html>"
    )


def _text(value: object) -> str:
    return html.escape(str(value))


def _opener() -> urllib.request.OpenerDirector:
    """Asks directly: the token must not pass through somebody's proxy."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _reasons(body: bytes) -> str:
    try:
        return "\n".join(str(error) for error in json.loads(body)["errors"])
    except (ValueError, TypeError, KeyError):
        return ""


def _file_name(lesson: Mapping[str, Any]) -> str:
    return Path(str(lesson["file"])).name


def _timestamp(submission: Mapping[str, Any]) -> str:
    """Fit for a folder's name, sorted by time."""
    return str(submission["submitted_at"]).replace(":", "-") + f" {submission['id']}"


def _quoted(name: str) -> str:
    return urllib.parse.quote(name, safe="")
