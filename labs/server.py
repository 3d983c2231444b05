"""The Jupyter server of a lab: jupyterhub's single-user server on a socket it is handed.

Most of a server is the same for every learner. `prepare` makes one in the warm parent, at an
address that nobody has and without a learner's facts; `serve` gives a copy of it the facts after
the fork. Who is configured otherwise (authors, say) gets a server made from the start.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import signal
import socket
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from typing import Any
from unittest.mock import patch

import aiohttp.connector
from aiohttp.resolver import ThreadedResolver
from jinja2 import Environment
from jupyter_client.ioloop.restarter import AsyncIOLoopKernelRestarter
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_core.utils import ensure_async
from jupyter_server.gateway.gateway_client import GatewayClient
from jupyter_server.serverapp import ServerApp
from jupyter_server.services.kernels.kernelmanager import ServerKernelManager
from jupyterhub.services.auth import HubOAuth
from jupyterhub.singleuser.extension import JupyterHubSingleUser
from tornado.http1connection import HTTP1Connection
from traitlets import Type, default
from traitlets.config import Application, Config

from labs.environment import LANGUAGE, PORTAL, QUOTA
from labs.language import schemas
from labs.quota import is_full
from labs.rehearsal import rehearse

PROVISIONER = "motcham-forked"
_NOBODY = "/user/0-motcham-nobody-0"
# Variables of the environment that a server reads while it is made; the others it reads later.
_READ_WHILE_MADE = (
    "HOME",
    "JUPYTER_",
    "JUPYTERHUB_DEFAULT_URL",
    "JUPYTERHUB_DISABLE_USER_CONFIG",
    "JUPYTERHUB_NOTEBOOK_DIR",
    "JUPYTERHUB_ROOT_DIR",
    "JUPYTERHUB_SINGLEUSER_",
    "JUPYTERHUB_SSL_",
    *(QUOTA, LANGUAGE, PORTAL),
)


class LabServer(ServerApp):
    """jupyter_server's application, which binds nothing and writes no file about itself."""

    def init_httpserver(self) -> None:
        """Not while it is made: see `listen`."""

    def listen(self, listener: socket.socket, tell_ready: Callable[[], None]) -> None:
        """Answer on ``listener`` until the end."""
        self.answer(listener, tell_ready)
        self.start_ioloop()

    def answer(self, listener: socket.socket, tell_ready: Callable[[], None]) -> None:
        """Answer on ``listener``. It lies outside the walls: the server itself must make none."""

        def bind() -> None:
            listener.setblocking(False)
            self.http_server.add_socket(listener)
            tell_ready()

        connection: Any = HTTP1Connection
        connection._can_keep_alive = _leave_closing_to_the_proxy
        self._find_http_port = lambda: None  # type: ignore[method-assign]
        self._bind_http_server = bind  # type: ignore[method-assign]
        super().init_httpserver()

    async def end(self) -> None:
        """Stop answering, and leave no kernel, socket or thread behind."""
        self.http_server.stop()
        await ensure_async(self.kernel_manager.shutdown_all(now=True))
        self.kernel_manager.context.destroy(linger=0)
        self.session_manager.close()


class LabRestarter(AsyncIOLoopKernelRestarter):
    """jupyter_client's, which starts no kernel anew where the keeper would end it at once.

    In a folder that is full each new one was ended too, and the page told of each.
    """

    async def poll(self) -> None:  # type: ignore[override]
        """Look after the kernel."""
        gone = not await ensure_async(self.kernel_manager.is_alive())
        if gone and await asyncio.to_thread(is_full):
            self._fire_callbacks("dead")
            self._restarting = False
            self.stop()
            return
        await super().poll()


class LabKernelManager(ServerKernelManager):
    """jupyter_server's, which tells of kernels where the server does and registers nothing anew.

    Checking the schema of those events, which the server has registered, costs each kernel 3 ms.
    """

    restarter_class = Type(LabRestarter, klass=AsyncIOLoopKernelRestarter)

    @default("event_logger")
    def _default_event_logger(self) -> Any:
        kernel_manager: Any = self.parent
        return kernel_manager.parent.event_logger


def _leave_closing_to_the_proxy(*_: Any) -> bool:
    """The proxy asks for "Connection: close" at each request of a unix socket, and ends a body with
    an empty write. Where we had answered and closed by then, that write failed, and the proxy told
    the learner 503 of a request that was carried out."""
    return True


@dataclass(frozen=True)
class _Prepared:
    """A server that lacks a learner, what it was made of, and where nobody's address stands."""

    server: Any
    configuration: Mapping[str, Mapping[str, Any]]
    environment: Mapping[str, str]
    places: Sequence[tuple[Any, Any]]


_prepared: list[_Prepared] = []


def prepare(
    configuration: dict[str, dict[str, Any]], environments: Sequence[Mapping[str, str]]
) -> None:
    """Make servers that lack a learner. For the warm parent, once, before the first fork.

    ``environments``: what learners' servers are told alike, once for each language. A server that
    cannot be made is told on stderr; each lab then makes its own, more slowly, and says why where
    it cannot either.
    """
    if "jpserver_extensions" not in configuration.get("ServerApp", {}):
        return  # whatever is installed would be loaded, and might start a thread: no fork has those
    # aiodns would start a thread, 3 ms of each lab's start, to look up names that a lab never asks.
    connector: Any = aiohttp.connector
    connector.DefaultResolver = ThreadedResolver
    os.environ["JUPYTERHUB_SERVICE_PREFIX"] = f"{_NOBODY}/"
    os.environ["JUPYTERHUB_SERVICE_URL"] = f"http://127.0.0.1:8888{_NOBODY}/"
    try:
        for place, environment in enumerate(environments):
            os.environ.update(environment)
            if place == 0:
                _rehearse(configuration)
            _prepared.append(_prepare(configuration, environment))
    except (Exception, SystemExit):
        traceback.print_exc()
    finally:
        _forget_server()


def _forget_server() -> None:
    LabServer.clear_instance()  # a kernel is an application too, and there can be only one
    GatewayClient.clear_instance()


def _rehearse(configuration: dict[str, dict[str, Any]]) -> None:
    """Play visits. Where they cannot be played labs are only colder: told on stderr, no more."""
    try:
        with _without_hub():
            rehearse(lambda: _make_server(_with_address(configuration), []), _NOBODY)
    except Exception:
        traceback.print_exc()
    finally:
        _forget_server()
        KernelProvisionerFactory.clear_instance()


def _prepare(configuration: dict[str, dict[str, Any]], environment: Mapping[str, str]) -> _Prepared:
    gc.collect()
    gc.freeze()  # what is not frozen afterwards is the server's
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    with _without_hub():
        server = _make_server(_with_address(configuration), [])
    loop.close()
    asyncio.set_event_loop(None)
    _forget_server()
    _compile_templates(server.web_app.settings)
    # It reads the metadata of every installed distribution, 30 ms of a first kernel's start.
    KernelProvisionerFactory.instance(parent=server.kernel_manager)
    return _Prepared(server, configuration, _read_while_made(environment), _places_of(_NOBODY))


def serve(
    listener: socket.socket,
    tell_ready: Callable[[], None],
    configuration: dict[str, dict[str, Any]],
    arguments: list[str],
    *,
    told: int,
) -> None:
    """Be the server until it is told to stop. ``tell_ready`` is called once it can answer.

    ``configuration``: class name to traits. ``arguments``: the operator's, as on a command line.
    ``told``: the end of a pipe whose other end is closed to tell it to stop.
    """
    random.seed()
    os.makedirs(os.environ["JUPYTER_RUNTIME_DIR"], mode=0o700, exist_ok=True)  # noqa: PTH103
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.add_reader(told, _stop_self, loop, told)
    fitting = [one for one in _prepared if _fits(one, configuration, arguments)]
    if fitting:
        _give_facts(fitting[0])
        server = fitting[0].server
    else:
        server = _make_server(_with_address(configuration), arguments)
    server.listen(listener, tell_ready)


def _stop_self(loop: asyncio.AbstractEventLoop, told: int) -> None:
    loop.remove_reader(told)
    os.kill(os.getpid(), signal.SIGTERM)


def _with_address(configuration: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """``configuration`` and where this lab lies.

    JupyterHub reads the address from the environment at import, which was in the warm parent: left
    so, the lab's cookie would be sent to the hub and to every other lab.
    """
    told = {name: dict(traits) for name, traits in configuration.items()}
    told["HubOAuth"] = {
        "base_url": os.environ["JUPYTERHUB_SERVICE_PREFIX"],
        **told.get("HubOAuth", {}),
    }
    return told


def _make_server(configuration: dict[str, dict[str, Any]], arguments: list[str]) -> Any:
    _register_provisioner()
    with (
        patch.object(JupyterHubSingleUser, "serverapp_class", LabServer),
        patch.object(Application, "parse_command_line", _taker(configuration, arguments)),
    ):
        return JupyterHubSingleUser.initialize_server(argv=arguments)


def _taker(configuration: dict[str, dict[str, Any]], arguments: list[str]) -> Any:
    """Has every application take ``configuration`` where it would parse a command line.

    Parsing touches every option of every class: 100 ms, and megabytes of pages that are shared
    with the warm parent until then. Where the operator gave arguments it is done all the same.
    """
    application: Any = Application
    parse = application.parse_command_line

    def take(self: Any, argv: Any = None) -> None:
        if arguments:
            parse(self, argv)
        else:
            self.argv, self.extra_args, self.cli_config = [], [], Config()
        self.cli_config = Config(configuration).copy()
        self.update_config(Config(configuration))

    return take


@contextmanager
def _without_hub() -> Iterator[None]:
    """While a server is made in the warm parent there is no hub to ask, nor a learner to tell of.

    The version it would ask for is that of this very installation.
    """

    async def nothing(self: Any) -> None:
        pass

    with (
        patch.object(JupyterHubSingleUser, "check_hub_version", nothing),
        patch.object(JupyterHubSingleUser, "keep_activity_updated", nothing),
    ):
        yield


def _compile_templates(settings: Mapping[str, Any]) -> None:
    for environment in settings.values():
        if isinstance(environment, Environment):
            for name in environment.list_templates(extensions=["html"]):
                environment.get_template(name)


def _places_of(text: str) -> list[tuple[Any, Any]]:
    """Every place (a dict or list, and the key) in what is not frozen where ``text`` stands."""
    holders = {id(holder): holder for holder in _holders(gc.get_objects())}
    return [
        (holder, key)
        for holder in holders.values()
        for key, value in (enumerate(holder) if type(holder) is list else holder.items())
        if isinstance(value, str) and text in value
    ]


def _holders(objects: list[Any]) -> Iterator[Any]:
    for found in objects:
        if type(found) is list or isinstance(found, dict):
            yield found
        elif not isinstance(found, type) and type(getattr(found, "__dict__", None)) is dict:
            yield vars(found)
        for inner in gc.get_referents(found):
            if type(inner) is dict and not gc.is_tracked(inner):  # nothing in it but plain values
                yield inner


def _fits(
    prepared: _Prepared, configuration: Mapping[str, Mapping[str, Any]], arguments: list[str]
) -> bool:
    return (
        not arguments
        and configuration == prepared.configuration
        and _read_while_made(os.environ) == prepared.environment
    )


def _read_while_made(environment: Mapping[str, str]) -> dict[str, str]:
    return {k: v for k, v in environment.items() if k.startswith(_READ_WHILE_MADE)}


def _give_facts(prepared: _Prepared) -> None:
    """Make the server that lacks a learner this learner's: address, secrets, hub, clocks, loop."""
    server = prepared.server
    for cls in type(server)._walk_mro():
        cls._instance = server
    address = os.environ["JUPYTERHUB_SERVICE_PREFIX"].rstrip("/")
    for holder, key in prepared.places:
        holder[key] = holder[key].replace(_NOBODY, address)
    _match_below(server.web_app, address)
    settings = server.web_app.settings
    server.cookie_secret = settings["cookie_secret"] = os.urandom(32)
    settings["started"] = datetime.now(UTC)
    server.kernel_manager.last_kernel_activity = settings["started"]
    singleuser = server.extension_manager.extension_points["jupyterhub-singleuser"].app
    _meet_the_hub(server, singleuser)
    schemas.speak(os.environ.get(LANGUAGE, ""))  # the last server prepared may speak another
    server.init_ioloop()
    server.init_signal()
    server.init_shutdown_no_activity()
    server.init_metrics()
    server.io_loop.add_callback(_start_activity, singleuser)


def _meet_the_hub(server: Any, singleuser: Any) -> None:
    """Fresh speakers with the hub, which read the learner's token and scopes as they are made."""
    provider, settings = server.identity_provider, server.web_app.settings
    callback = _handler_keywords(server.web_app, provider.hub_auth)
    address = os.environ["JUPYTERHUB_SERVICE_PREFIX"]
    singleuser.hub_auth = HubOAuth(parent=singleuser, base_url=address)
    provider.hub_auth = HubOAuth(parent=provider, base_url=address)
    for keywords in callback:
        keywords["hub_auth"] = provider.hub_auth
    settings["token"] = provider.token
    singleuser.initialize_templates()


def _handler_keywords(web_app: Any, hub_auth: Any) -> list[dict[str, Any]]:
    rules = [rule for outer in web_app.default_router.rules for rule in outer.target.rules]
    rules += web_app.wildcard_router.rules
    kept = [rule.target_kwargs for rule in rules if rule.target_kwargs.get("hub_auth") is hub_auth]
    assert kept, "nobody would answer the hub's redirects"
    return kept


def _match_below(web_app: Any, address: str) -> None:
    """Find handlers as if ``address`` were nobody's, for which their patterns were compiled."""
    find = web_app.find_handler

    def find_handler(request: Any, **keywords: Any) -> Any:
        path = request.path
        if path.startswith(address):
            request.path = _NOBODY + path[len(address) :]
        try:
            return find(request, **keywords)
        finally:
            request.path = path

    web_app.find_handler = find_handler


async def _start_activity(singleuser: Any) -> None:
    singleuser._activity_task = asyncio.ensure_future(singleuser.keep_activity_updated())


def _register_provisioner() -> None:
    """Have ours start every kernel, also those whose specification names Jupyter's own: what a
    learner's kernel runs is no child of the server, and has not its account."""
    for name in (PROVISIONER, "local-provisioner"):
        KernelProvisionerFactory.provisioners[name] = EntryPoint(
            name,
            "labs.provisioner:ForkedProvisioner",
            KernelProvisionerFactory.GROUP_NAME,
        )
