"""The stock assignment list's server side, on our exchange, against a running platform."""

import re

import nbformat
import pytest
import requests
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory
from nbgrader.server_extensions.assignment_list.handlers import AssignmentList
from traitlets.config import Config

from graders.compatible import exchange

LEARNER = "hocvien"
XSRF = re.compile(r'name="_xsrf" value="([^"]+)"')


@pytest.fixture(scope="module")
def token(platform):
    """A hub token of a demonstration learner's own."""
    with requests.Session() as session:
        session.trust_env = False
        login = platform.url + "hub/login"
        xsrf = XSRF.search(session.get(login, timeout=30).text)[1]
        form = {"username": LEARNER, "password": platform.accounts[LEARNER], "_xsrf": xsrf}
        assert session.post(login, data=form, timeout=30).ok
        xsrf = next(cookie.value for cookie in session.cookies if cookie.name == "_xsrf")
        answer = session.post(
            platform.url + f"hub/api/users/{LEARNER}/tokens",
            headers={"X-XSRFToken": xsrf, "Referer": platform.url + "hub/token"},
            json={"note": "exchange"},
            timeout=30,
        )
        assert answer.ok, answer.text
        return answer.json()["token"]


@pytest.fixture
def lab(platform, token, tmp_path, monkeypatch):
    """nbgrader's assignment list in a lab whose configuration names our exchange."""
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", token)
    monkeypatch.setenv("MOTCHAM_PORTAL_URL", platform.url + "services/portal/")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    (tmp_path / "nbgrader_config.py").write_text(
        "from graders.compatible import exchange\nexchange.configure(get_config())\n"
    )
    monkeypatch.chdir(tmp_path)
    manager = AssignmentList()
    manager.root_dir = str(tmp_path)
    return manager


def first_released(lab):
    listed = lab.list_released_assignments()
    assert listed["success"], listed["value"]
    return listed["value"][0]


def test_the_stock_list_shows_the_portals_courses_and_lessons(lab):
    courses = lab.list_courses()
    assert courses["success"], courses["value"]
    assert courses["value"]
    released = first_released(lab)
    assert released["status"] == "released"
    assert released["course_id"] in courses["value"]


def test_a_lesson_is_fetched_submitted_marked_and_its_feedback_fetched(lab, tmp_path, platform):
    lesson = first_released(lab)
    course_id, assignment_id = lesson["course_id"], lesson["assignment_id"]
    done = lab.fetch_assignment(course_id, assignment_id)
    assert done["success"], done
    fetched = first_released(lab)
    assert fetched["status"] == "fetched"
    notebook = tmp_path / fetched["notebooks"][0]["path"]
    nbformat.validate(nbformat.read(notebook, as_version=4))
    assert "BEGIN HIDDEN TESTS" not in notebook.read_text()

    done = lab.submit_assignment(course_id, assignment_id)
    assert done["success"], done
    submission = the_submission(lab, course_id, assignment_id)
    portal = portal_exchange(exchange.PortalExchange, course_id, assignment_id)
    number = submission["path"].rpartition("/")[2]
    while portal.ask_json(f"submissions/{number}", wait="20")["state"] != "marked":
        pass

    assert lab.fetch_feedback(course_id, assignment_id)["success"]
    submission = the_submission(lab, course_id, assignment_id)
    assert submission["has_local_feedback"]
    page = tmp_path / submission["notebooks"][0]["local_feedback_path"]
    assert "Tổng: " in page.read_text()

    portal_exchange(exchange.Collect, course_id, assignment_id).start()
    collected = tmp_path / "submitted" / LEARNER / assignment_id
    assert (collected / "timestamp.txt").exists()
    same = [nbformat.read(path, as_version=4) for path in (collected / notebook.name, notebook)]
    assert same[0].cells == same[1].cells


def test_fetching_over_ones_work_is_refused_and_the_work_kept(lab, tmp_path):
    lesson = first_released(lab)
    folder = tmp_path / lesson["course_id"] / lesson["assignment_id"]
    folder.mkdir(parents=True)
    (folder / "cua-toi.txt").write_text("giữ lại")
    assert not lab.fetch_assignment(lesson["course_id"], lesson["assignment_id"])["success"]
    assert [path.name for path in folder.iterdir()] == ["cua-toi.txt"]


def test_a_course_that_is_not_there_and_a_wrong_token_are_told_in_the_portals_words(
    lab, monkeypatch
):
    with pytest.raises(ExchangeError, match="Không có bài học này"):
        portal_exchange(exchange.FetchAssignment, "khong-co", "khong-co").start()
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "sai")
    with pytest.raises(ExchangeError):
        portal_exchange(exchange.List, "", "").start()


def test_releasing_by_nbgrader_is_refused_with_advice(lab):
    with pytest.raises(ExchangeError, match="motcham course publish"):
        portal_exchange(exchange.ReleaseAssignment, "khoa", "bai").start()


def test_a_lesson_named_like_a_path_stays_in_the_lab(lab):
    portal = portal_exchange(exchange.PortalExchange, "..", "../../etc")
    with pytest.raises(ExchangeError):
        portal.folder("..", "x")
    with pytest.raises(ExchangeError):
        portal.folder("khoa", "../x")


def test_feedback_is_escaped():
    page = exchange.feedback_page(
        "<b>",
        {
            "points": 1,
            "max_points": 2,
            "exercises": [{"title": "<i>", "points": 1, "max_points": 2, "feedback": "<script>"}],
        },
    )
    assert "<script>" not in page and "<i>" not in page and "<b>" not in page


def the_submission(lab, course_id, assignment_id):
    listed = lab.list_submitted_assignments(course_id)
    assert listed["success"], listed["value"]
    (found,) = [one for one in listed["value"] if one["assignment_id"] == assignment_id]
    return found["submissions"][-1]


def portal_exchange(kind, course_id, assignment_id):
    config = Config()
    exchange.configure(config)
    coursedir = CourseDirectory(course_id=course_id, assignment_id=assignment_id)
    factory = ExchangeFactory(config=config)
    return kind(coursedir=coursedir, authenticator=Authenticator(config=config), parent=factory)
