"""The Jupyter server of a lab: jupyterhub's single-user server on a socket it is handed."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Callable
from typing import Any

PROVISIONER = "motcham-forked"
# What learners need, and nothing that offers them a way out of the lesson.
EXTENSIONS = {
    "jupyterlab": True,
    "notebook": True,
    "notebook_shim": False,
    "jupyter_lsp": False,
    "jupyter_server_terminals": False,
    "nbgrader.server_extensions.formgrader": False,
    "nbgrader.server_extensions.validate_assignment": False,
    "nbgrader.server_extensions.assignment_list": False,
    "nbgrader.server_extensions.course_list": False,
}


def serve(
    listener: socket.socket,
    tell_ready: Callable[[], None],
    configuration: dict[str, dict[str, Any]],
    arguments: list[str],
) -> None:
    """Be the server until it is told to stop. ``tell_ready`` is called once it can answer.

    ``configuration``: class name to traits. ``arguments``: the operator's, as on a command line.
    """
    from jupyter_server.serverapp import ServerApp
    from jupyterhub.singleuser.extension import JupyterHubSingleUser

    random.seed()
    _register_provisioner()

    def bind(server: Any) -> None:
        listener.setblocking(False)
        server.http_server.add_socket(listener)
        tell_ready()

    # The socket was bound by the keeper and lies outside the walls; the server must make none.
    app: Any = ServerApp
    app._bind_http_server = bind
    app._find_http_port = lambda self: None
    app.write_server_info_file = lambda self: None
    app.write_browser_open_files = lambda self: None
    os.makedirs(os.environ["JUPYTER_RUNTIME_DIR"], mode=0o700, exist_ok=True)  # noqa: PTH103
    _give_configuration(configuration, arguments)
    JupyterHubSingleUser.launch_instance(arguments)


def _give_configuration(configuration: dict[str, dict[str, Any]], arguments: list[str]) -> None:
    """Have every application take ``configuration`` where it would parse a command line.

    Parsing touches every option of every class: 100 ms, and megabytes of pages that are shared
    with the warm parent until then. Where the operator gave arguments it is done all the same.
    """
    from traitlets.config import Application, Config

    application: Any = Application
    parse = application.parse_command_line

    def take(self: Any, argv: Any = None) -> None:
        if arguments:
            parse(self, argv)
        else:
            self.argv, self.extra_args, self.cli_config = [], [], Config()
        self.cli_config = Config(configuration).copy()
        self.update_config(Config(configuration))

    application.parse_command_line = take


def _register_provisioner() -> None:
    """Make the provisioner known even where the installed package has not its entry point yet."""
    from importlib.metadata import EntryPoint

    from jupyter_client.provisioning.factory import KernelProvisionerFactory

    KernelProvisionerFactory.provisioners.setdefault(
        PROVISIONER,
        EntryPoint(
            PROVISIONER,
            "hub.labs.provisioner:ForkedProvisioner",
            KernelProvisionerFactory.GROUP_NAME,
        ),
    )
