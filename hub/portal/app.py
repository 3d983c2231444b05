"""The portal, wired: settings → records → marker → one tornado application.

JupyterHub runs it as the managed service ``portal`` (``python -m hub.portal.app``). Every address
stands in `routes`, on one screen.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import functools
import logging
import os
import secrets
import signal
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jupyterhub.services.auth import HubOAuth
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler, StaticFileHandler

from core.licences import LICENCES
from courses.pictures import drawn
from graders import Marker
from hub.labs.census import LabCensus
from hub.labs.door import LabDoor
from hub.locale import translate
from hub.login.callers import SpeedLimit
from hub.platform.certificate_office import CertificateOffice
from hub.platform.log_lines import speak
from hub.portal import metrics, web
from hub.portal.api import learning as api_learning
from hub.portal.api import marking as api_marking
from hub.portal.api import people as api_people
from hub.portal.api import platform as api_platform
from hub.portal.api import running as api_running
from hub.portal.kept_files import KeptFiles
from hub.portal.pages.assessment import (
    campaigns,
    certificates,
    contests,
    item_watch,
    placement,
    verify,
)
from hub.portal.pages.courses import (
    authoring,
    cards,
    lecturers,
    media,
    offers,
    publishing,
    reading,
    writing,
)
from hub.portal.pages.examination import after, candidate, invigilator, planning
from hub.portal.pages.learning import (
    classes,
    hand_marks,
    learner,
    lesson_files,
    moments,
    player,
    questions,
    waiting,
)
from hub.portal.pages.marking import gradebook, teaching
from hub.portal.pages.people import (
    accounts,
    invitations,
    letters,
    own_data,
    person,
    registering,
    roles,
    roster,
    units,
)
from hub.portal.pages.platform import audit, design, labs, mail, operation
from hub.portal.pages.programme import (
    curriculum,
    distributions,
    figures,
    frameworks,
    plan,
    reached,
    requirements,
)
from hub.portal.paper_desk import PaperDesk
from hub.portal.roster_jobs import RosterJobs
from hub.portal.sheet_desk import SheetDesk
from hub.portal.watch import Watch, beat, keep_beating
from hub.portal.web import Portal
from hub.settings import Settings, load_settings
from records import Records, open_records
from records.marking import queue
from school.assessment.item_bank import read_also, the_bank
from school.people.long_lists import carry_out

HERE = Path(__file__).parent
SLUG = r"([a-z0-9][a-z0-9-]*)"
NUMBER = r"([0-9]{1,18})"  # a key: no database gives a longer one
LARGEST_FORM_MB = (
    25  # what a page may be sent; the API sets its own bounds (hub.portal.api.handler.ApiHandler)
)


def routes() -> list[tuple[str, type[RequestHandler]]]:
    """Every address of the portal, below its prefix."""
    lesson = rf"courses/{SLUG}/lessons/{SLUG}"
    v1 = "api/v1"
    return [
        # A learner's pages
        (r"", learner.Home),
        (r"learning", learner.OwnLearning),
        (r"catalogue", learner.Catalogue),
        (rf"courses/{SLUG}", learner.CoursePage),
        (rf"courses/{SLUG}/media/([0-9a-f]{{16}})/([a-z0-9][a-z0-9._-]*)", media.MediaFile),
        (rf"courses/{SLUG}/finished", moments.CourseFinished),
        (rf"courses/{SLUG}/card\.pdf", cards.CardFile),
        (rf"courses/{SLUG}/reached", reached.OwnReached),
        (r"my-certificates/([A-Z0-9-]+)", moments.OwnCertificate),
        (r"marks", learner.MarksPage),
        (r"marks/seen", hand_marks.SeenMark),
        (r"profile", learner.ProfilePage),
        (r"placement", placement.PlacementPage),
        (r"placement/question", placement.QuestionPage),
        (rf"placement/results/{NUMBER}", placement.ResultPage),
        (r"examinations", candidate.OwnExaminations),
        (r"examinations/question", candidate.ExaminationQuestion),
        (r"examinations/beat", candidate.ExaminationBeat),
        (rf"examinations/own/{NUMBER}", candidate.OwnExamination),
        (rf"exam-rooms/{NUMBER}", invigilator.ExamRoomPage),
        (rf"exam-rooms/{NUMBER}/candidates/{NUMBER}", invigilator.ExamRoomCandidate),
        (rf"examinations/own/{NUMBER}/appeal", after.OwnAppealPage),
        (rf"placement/results/{NUMBER}/answers", placement.AnswersPage),
        (r"retained", placement.RetainedPage),
        (r"retained/question", placement.RetainedQuestion),
        (r"curriculum", curriculum.CurriculumPage),
        (r"competences/([0-9]\.[0-9]{1,2})", curriculum.CompetencePage),
        (r"frameworks", frameworks.FrameworksPage),
        (rf"frameworks/{SLUG}", frameworks.FrameworkPage),
        (rf"frameworks/{SLUG}\.json", frameworks.FrameworkFile),
        (rf"frameworks/{SLUG}/([0-9A-Za-z.]{{3,14}})", frameworks.FrameworkCompetence),
        (r"my-data", own_data.OwnData),
        (r"my-data\.(json|zip)", own_data.OwnDataFile),
        (rf"{lesson}", player.LessonPage),
        (rf"{lesson}/files/(.+)", lesson_files.LessonFile),
        (rf"{lesson}/lab", lesson_files.OpenInLab),
        (rf"{lesson}/questions", questions.Questions),
        (rf"{lesson}/rate", questions.Rate),
        (r"waiting", waiting.WaitingPage),
        (r"worker\.js", waiting.Worker),
        (r"attend", classes.Attend),
        (r"notices/aside", classes.PutAside),
        (r"letters", letters.LettersPage),
        # Teaching
        (r"teaching", teaching.TeachingHome),
        (r"teaching/publish", publishing.Publish),
        (r"teaching/authoring", authoring.Authoring),
        (rf"teaching/authoring/{SLUG}", authoring.AuthoredCourse),
        (rf"teaching/authoring/{SLUG}/about", writing.AboutCourse),
        (rf"teaching/authoring/{SLUG}/lessons/{SLUG}", authoring.Preview),
        (rf"teaching/authoring/{SLUG}/lessons/{SLUG}/write", writing.WriteLesson),
        (rf"teaching/authoring/{SLUG}/lessons/{SLUG}/write/add", writing.AddPiece),
        (rf"teaching/authoring/{SLUG}/lessons/{SLUG}/write/piece", writing.WritePiece),
        (r"teaching/questions", questions.TeachingQuestions),
        (r"teaching/dead", teaching.DeadLetters),
        (r"teaching/classes", classes.Classes),
        (rf"teaching/classes/{NUMBER}", classes.ClassScreen),
        (rf"teaching/courses/{SLUG}", teaching.TeachingCourse),
        (r"teaching/offers", offers.Offers),
        (rf"teaching/offers/{NUMBER}", offers.OfferPage),
        (rf"teaching/offers/{NUMBER}/lessons/{SLUG}", offers.OfferPreview),
        (rf"teaching/courses/{SLUG}/course\.zip", offers.CourseFile),
        (rf"teaching/courses/{SLUG}/withdraw", offers.Withdraw),
        (rf"teaching/courses/{SLUG}/gradebook", gradebook.Gradebook),
        (rf"teaching/courses/{SLUG}/gradebook\.(csv|xlsx)", gradebook.GradebookFile),
        (rf"teaching/courses/{SLUG}/remark", teaching.BeginRemark),
        (rf"teaching/courses/{SLUG}/signs", teaching.Signs),
        (rf"teaching/courses/{SLUG}/lessons/{SLUG}", teaching.TeachingLesson),
        (rf"teaching/courses/{SLUG}/lessons/{SLUG}/terms", teaching.LessonTerms),
        (rf"teaching/submissions/{NUMBER}", teaching.TeachingSubmission),
        (rf"teaching/submissions/{NUMBER}/files/([A-Za-z0-9_-]+)", teaching.SubmittedFile),
        (rf"teaching/remarks/{NUMBER}", teaching.RemarkPage),
        (r"notices", classes.Notices),
        # Officers, the ministry, the auditor
        (r"national", figures.National),
        (r"national\.xlsx", figures.Workbook),
        (rf"units/{NUMBER}", figures.UnitPage),
        (rf"units/{NUMBER}/people", figures.UnitPeople),
        (rf"units/{NUMBER}/reached", reached.UnitReached),
        (rf"units/{NUMBER}/reached\.csv", reached.UnitReachedFile),
        (rf"units/{NUMBER}/levels", distributions.UnitLevels),
        (rf"units/{NUMBER}/levels\.csv", distributions.UnitLevelsFile),
        (rf"units/{NUMBER}/campaign", campaigns.UnitCampaign),
        (rf"units/{NUMBER}/campaign\.csv", campaigns.UnitCampaignFile),
        (r"campaigns", campaigns.CampaignsPage),
        (rf"campaigns/{NUMBER}", campaigns.CampaignPage),
        (rf"campaigns/{NUMBER}\.csv", campaigns.CampaignFile),
        (r"plan", plan.PlanPage),
        (r"requirements", requirements.RequirementsPage),
        (r"requirements/second-reader", offers.SecondReader),
        (r"examinations/plans", planning.Examinations),
        (rf"examinations/plans/{NUMBER}", planning.ExaminationPlan),
        (rf"examinations/plans/{NUMBER}/candidates/{NUMBER}", planning.PlannedCandidate),
        (r"certificates", certificates.Certificates),
        (r"certificates/([A-Z0-9-]+)", certificates.CertificatePage),
        (r"certificates/([A-Z0-9-]+)\.(pdf|png|jwt)", verify.CertificateFile),
        (r"examinations/voids", after.VoidPage),
        (r"examinations/appeals", after.Appeals),
        (rf"examinations/appeals/{NUMBER}", after.AppealPage),
        (rf"examinations/decide/{NUMBER}", after.DecidePage),
        (r"items", item_watch.ItemsPage),
        (rf"items/{SLUG}", item_watch.ItemPage),
        (rf"items/calibrations/{NUMBER}", item_watch.CalibrationPage),
        (r"audit", audit.AuditPage),
        (r"audit\.(jsonl|csv)", audit.AuditFile),
        (r"labs", labs.LabsPage),
        (r"labs/stop", labs.StopLab),
        (r"roles", roles.RolesPage),
        (r"lecturers", lecturers.LecturersPage),
        (r"units", units.UnitsPage),
        (r"units/import", units.ImportUnits),
        (r"units/codes\.(csv|xlsx)", units.CodeList),
        (rf"units/{NUMBER}/change", units.ChangeUnit),
        (r"accounts", accounts.AccountsPage),
        (r"invitations", invitations.InvitationsPage),
        (r"mail", mail.MailPage),
        (r"operation", operation.OperationPage),
        (r"design", design.DesignPage),
        (rf"people/{NUMBER}", person.PersonPage),
        (r"requests", own_data.DataRequests),
        (r"contests", contests.ContestsPage),
        (r"roster", roster.RosterPage),
        (r"roster/progress", roster.RosterProgress),
        (r"roster/template\.xlsx", roster.Template),
        # Without login
        (r"verify", verify.Verify),
        (r"verify/([^/]{1,80})", verify.VerifyNumber),
        (r"letters/stop", letters.StopLetters),
        (r"register", registering.Register),
        (r"register/confirm", registering.Confirm),
        (r"register/data", registering.WhatIsKept),
        (r"read", reading.OpenCatalogue),
        (rf"read/{SLUG}", reading.OpenCourse),
        (rf"read/{SLUG}/card\.pdf", cards.OpenCardFile),
        (rf"read/{SLUG}/{SLUG}", reading.OpenLesson),
        (rf"read/{SLUG}/media/([0-9a-f]{{16}})/([a-z0-9][a-z0-9._-]*)", reading.OpenMedia),
        (r"progress", figures.PublicProgress),
        (r"progress\.(csv|xlsx)", figures.OpenData),
        # For everybody
        (r"help", questions.Help),
        (r"language", learner.Language),
        (r"logout", learner.Logout),
        (r"oauth_callback", web.OAuthCallback),
        (r"health", api_platform.Health),
        (r"metrics", api_platform.Metrics),
        # The JSON interface, described by hub/portal/openapi.json
        (rf"{v1}/openapi.json", api_platform.Description),
        (rf"{v1}/me", api_people.Me),
        (rf"{v1}/courses", api_learning.Courses),
        (rf"{v1}/{lesson}", api_learning.Lesson),
        (rf"{v1}/{lesson}/notebook", api_learning.Notebook),
        (rf"{v1}/{lesson}/guide", api_learning.Guide),
        (rf"{v1}/{lesson}/draft", api_learning.Draft),
        (rf"{v1}/{lesson}/answers", api_learning.Answers),
        (rf"{v1}/{lesson}/run", api_running.Run),
        (rf"{v1}/submissions", api_marking.Submissions),
        (rf"{v1}/submissions/{NUMBER}", api_marking.Submission),
        (rf"{v1}/submissions/{NUMBER}/notebook", api_marking.SubmittedNotebook),
        (rf"{v1}/marks", api_marking.Marks),
    ]


def log_access(handler: RequestHandler) -> None:
    """One line for each answer, without the query: it may hold a login's code or a name sought."""
    status, request = handler.get_status(), handler.request
    level = logging.INFO if status < 400 else logging.WARNING if status < 500 else logging.ERROR
    caller = handler.caller if isinstance(handler, web.BaseHandler) else request.remote_ip
    took_ms = 1000 * request.request_time()
    metrics.answered(type(handler).__name__, request.method or "", status, took_ms / 1000)
    known = handler if isinstance(handler, web.BaseHandler) else None
    fields = {
        "ms": round(took_ms),
        "caller": caller,
        "person": known.actor.person_id if known else None,
        "acts": ",".join(known.acted) if known else "",
    }
    logging.getLogger("tornado.access").log(
        level, "%d %s %s", status, request.method, request.path, extra={"fields": fields}
    )


def make_app(portal: Portal, **settings: Any) -> Application:
    """The application of a wired portal."""
    own = {"portal": portal}
    return Application(
        [
            (portal.prefix + path, handler, {} if handler is StaticFileHandler else own)
            for path, handler in routes()
        ],
        default_handler_class=web.NotFoundHandler,
        default_handler_args=own,
        static_path=str(HERE / "static"),
        static_url_prefix=portal.prefix + "static/",
        static_handler_class=StaticFiles,
        compress_response=True,
        xsrf_cookie_kwargs=portal.settings.cookie_options,
        log_function=log_access,
        **settings,
    )


class StaticFiles(StaticFileHandler):
    """Our own styles and scripts; addressed by content (``?v=``), so they never go stale."""

    def set_extra_headers(self, path: str) -> None:
        if self.get_argument("v", ""):
            self.set_header("Cache-Control", "public, max-age=31536000, immutable")
        self.set_header("X-Content-Type-Options", "nosniff")


def make_portal(
    settings: Settings,
    *,
    records: Records,
    hub_auth: HubOAuth,
    prefix: str,
    hub_prefix: str,
    marker: Any = None,
    lab_door: LabDoor | None = None,
    census: LabCensus | None = None,
    keeps_passwords: bool = True,
    identify: Callable[[RequestHandler], Awaitable[str | None]] = web.identify_by_hub,
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Portal:
    """Wire what handlers use; nothing is started or connected here."""
    threads = ThreadPoolExecutor(web.THREADS, thread_name_prefix="portal")

    def still_waiting(submissions: Collection[int]) -> frozenset[int]:
        with records.read() as session:
            return queue.still_waiting(session, submissions)

    async def waiting(submissions: Collection[int]) -> frozenset[int]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(threads, still_waiting, submissions)

    sheets = SheetDesk(allow_reduced=settings.allow_reduced_walls)
    return Portal(
        settings=settings,
        prefix=prefix,
        hub_prefix=hub_prefix,
        records=records,
        translators=translate.load_translators(),
        templates=make_templates(contact=settings.help_contact),
        hub_auth=hub_auth,
        identify=identify,
        threads=threads,
        watch=Watch(waiting),
        clock=clock,
        speed=SpeedLimit(burst=240, per_second=8),
        marker=marker,
        office=CertificateOffice(settings, address=settings.address.rstrip("/") + prefix),
        desk=PaperDesk(allow_reduced=settings.allow_reduced_walls),
        sheets=sheets,
        kept_files=KeptFiles(settings.data / "cache" / "sheets"),
        roster_jobs=RosterJobs(
            settings.data / "cache" / "roster-jobs",
            functools.partial(carry_out, records, sheets.open, clock),
        ),
        labs=lab_door,
        census=census,
        keeps_passwords=keeps_passwords,
        has_editor=(HERE / "static" / player.BUILT).exists(),
    )


@functools.cache  # compiled once, however many portals a process makes
def make_templates(*, contact: str = "") -> Environment:
    """Templates that escape everything and fail on a name that is missing. ``contact``: whom people
    ask for help."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"licences": LICENCES, "contact": contact}
    made.globals |= {"own_cover": media.own_cover, "drawn": drawn}
    return made


def cookie_secret(settings: Settings) -> bytes:
    """Signs this portal's cookies; kept so that a restart logs nobody out."""
    path = settings.secrets / "portal-cookie"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Written whole before it has its name: of two that start at once, both read the same.
        fresh = path.with_name(f"{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_bytes()


def make_lab_door(settings: Settings) -> LabDoor | None:
    """The way to learners' labs, past a public name and straight to the proxy on this machine."""
    if settings.lab_spawner == "none":
        return None
    inside = settings.model_copy(update={"public_url": None, "subdomain_host": None})
    return LabDoor(hub_api=os.environ["JUPYTERHUB_API_URL"], address=inside.address)


def make_census(settings: Settings) -> LabCensus | None:
    """Who says which labs run; None where there are none."""
    if settings.lab_spawner == "none":
        return None
    return LabCensus(
        hub_api=os.environ["JUPYTERHUB_API_URL"],
        simple_homes=settings.data / "labs" / "simple",
    )


async def serve(settings: Settings) -> None:
    """Run until told to stop."""
    prefix = os.environ["JUPYTERHUB_SERVICE_PREFIX"]
    address = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
    records = open_records(settings.records_url, audit_key=settings.audit_key)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    with Marker(allow_reduced=settings.allow_reduced_walls) as marker:
        portal = make_portal(
            settings,
            records=records,
            hub_auth=HubOAuth.instance(cache_max_age=60, cookie_options=settings.cookie_options),
            prefix=prefix,
            hub_prefix=os.environ.get("JUPYTERHUB_BASE_URL", "/") + "hub/",
            marker=marker,
            lab_door=make_lab_door(settings),
            census=make_census(settings),
            # What a provider and its secret are, the hub does not tell its services.
            keeps_passwords=os.environ.get("HUB_KEEPS_PASSWORDS", "true") == "true",
        )
        server = HTTPServer(
            make_app(portal, cookie_secret=cookie_secret(settings)),
            max_body_size=LARGEST_FORM_MB * 1_000_000,
            xheaders=True,  # for https or not; who asks is `BaseHandler.caller`
        )
        await beat(records, portal.clock)  # time that it was away is given back before all else
        server.listen(address.port or 80, address.hostname or "127.0.0.1")
        # The first check or run must not wait for libraries to load; where walls are missing, who
        # runs something is told.
        warming = asyncio.create_task(asyncio.to_thread(marker.warm_up))
        read_also(settings.items)
        reading = asyncio.create_task(asyncio.to_thread(the_bank))
        beating = asyncio.create_task(keep_beating(records, portal.clock, stopped))
        await stopped.wait()
        server.stop()
        await asyncio.wait([warming, reading, beating])
        await server.close_all_connections()
        portal.threads.shutdown(wait=False, cancel_futures=True)
        portal.close()
    records.close()


def main() -> None:
    settings = load_settings()
    speak(settings.log_format)
    asyncio.run(serve(settings))


if __name__ == "__main__":
    main()
