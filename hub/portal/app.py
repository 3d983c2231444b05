"""The portal, wired: settings → records → marker → one tornado application.

JupyterHub runs it as the managed service ``portal`` (``python -m hub.portal.app``). Every address
stands in `hub.portal.routes`.
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
from hub.portal.kept_files import KeptFiles
from hub.portal.pages.courses import media
from hub.portal.pages.learning import player
from hub.portal.paper_desk import PaperDesk
from hub.portal.roster_jobs import RosterJobs
from hub.portal.routes import routes
from hub.portal.sheet_desk import SheetDesk
from hub.portal.watch import Watch, beat, keep_beating
from hub.portal.web import Portal
from hub.settings import Settings, load_settings
from records import Records, open_records
from records.marking import queue
from school.assessment.item_bank import read_also, the_bank
from school.people.long_lists import carry_out

HERE = Path(__file__).parent
LARGEST_FORM_MB = (
    25  # what a page may be sent; the API sets its own bounds (hub.portal.api.handler.ApiHandler)
)


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
