"""Labs: a full Jupyter for every learner who wants one, forked from a warm parent behind walls.

Start reading at `spawner.WalledSpawner` (JupyterHub's side), then `keeper` (the process that holds
all labs, so that the hub may restart), `inside` (the first process of a lab), `serving` and
`kernels` (what it forks), `provisioner` (jupyter_client's side). `docs/labs.md` has the drawing,
the settings and the limits. The spawner and the provisioner stand on JupyterHub's and
jupyter_client's own plug-in points and need nothing of the platform.

This package never runs a learner's code outside the walls of `sandbox`, never puts a token into a
process before the fork, and keeps no network between a lab and the machine but the hub's own door.
"""

from __future__ import annotations

import sys
from functools import cached_property
from pathlib import Path
from typing import Any

from labs import environment, other_spawners

PORTAL = "portal"
OWN_WORK = (
    "custom:motcham:lab"  # as `hub.login.scopes.LAB`, which a lab's own processes must not need
)


def configure(c: Any, settings: Any) -> None:
    """Choose and set up JupyterHub's spawner as ``settings.lab_spawner`` says.

    ``walled``: ours. ``simple``: processes of this very account, for development. ``systemd``,
    ``kube``: those projects' spawners with their safe options; the rest of theirs is configured in
    the operator's own file (`MOTCHAM_LAB_CONFIG`). Starts the keeper of ``walled``: the first
    learner need not wait.
    """
    c.Spawner.default_url = "/lab"
    c.Spawner.environment = {}
    if settings.lab_domain:
        # A lab's page on a host of its own must be told where the portal is.
        c.Spawner.environment[environment.PORTAL] = f"{settings.address}services/{PORTAL}/"
    {"walled": _walled, "simple": _simple, "systemd": _systemd, "kube": _kube}[
        settings.lab_spawner
    ](c, settings)
    # The token of a lab's page may also hand in at the portal, as its learner.
    c.Spawner.oauth_client_allowed_scopes = [f"{OWN_WORK}!server"]
    c.JupyterHub.concurrent_spawn_limit = 100


def _walled(c: Any, settings: Any) -> None:
    from traitlets.config import Config

    from labs.spawner import WalledSpawner

    c.JupyterHub.spawner_class = WalledSpawner
    c.WalledSpawner.homes = str(Path(settings.data) / "labs" / "homes")
    c.WalledSpawner.quota_mb = settings.lab_quota_mb
    c.WalledSpawner.people = _People(settings.records_url)
    c.Spawner.poll_interval = 10
    WalledSpawner(
        config=Config({"Spawner": dict(c.Spawner), "WalledSpawner": dict(c.WalledSpawner)})
    ).warm_up()


class _People:
    """Those of the records, as the spawner asks for them."""

    def __init__(self, records_url: str) -> None:
        self.records_url = records_url

    @cached_property
    def _records(self) -> Any:
        from records import open_records

        return open_records(self.records_url)

    def number_of(self, username: str) -> int | None:
        from records.people import persons

        with self._records.read() as session:
            person = persons.find_person(session, username)
            return None if person is None else int(person.id)

    def logins(self) -> list[str]:
        from records.tables.people import Person

        with self._records.read() as session:
            return [name for (name,) in session.query(Person.username) if name]


def _furnish(c: Any, settings: Any, python: str) -> None:
    """Have a spawner that is not ours start the same server with the same furnishing."""
    c.Spawner.cmd = [python, "-m", "labs.other_spawners"]
    c.Spawner.disable_user_config = True
    c.Spawner.environment |= {
        environment.QUOTA: str(settings.lab_quota_mb),
        environment.LANGUAGE: lambda spawner: environment.language_of(spawner.user_options),
        other_spawners.LEAN: lambda spawner: str(not _is_author(spawner)).lower(),
    }


def _is_author(spawner: Any) -> bool:
    return "instructor" in {group.name for group in spawner.user.groups}


def _simple(c: Any, settings: Any) -> None:
    from jupyterhub.spawner import SimpleLocalProcessSpawner

    c.JupyterHub.spawner_class = SimpleLocalProcessSpawner
    homes = Path(settings.data) / "labs" / "simple"
    homes.mkdir(mode=0o700, parents=True, exist_ok=True)
    c.SimpleLocalProcessSpawner.home_dir_template = str(homes / "{username}")
    c.Spawner.args = ["--allow-root"]
    _furnish(c, settings, sys.executable)


def _systemd(c: Any, settings: Any) -> None:
    c.JupyterHub.spawner_class = "systemdspawner.SystemdSpawner"
    c.SystemdSpawner.dynamic_users = True
    c.SystemdSpawner.isolate_tmp = True
    c.SystemdSpawner.isolate_devices = True
    c.SystemdSpawner.disable_user_sudo = True
    c.SystemdSpawner.mem_limit = "1G"
    c.SystemdSpawner.unit_extra_properties = {
        "IPAddressDeny": "169.254.0.0/16 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16"
    }
    _furnish(c, settings, sys.executable)


def _kube(c: Any, settings: Any) -> None:
    c.JupyterHub.spawner_class = "kubespawner.KubeSpawner"
    c.KubeSpawner.automount_service_account_token = False
    c.KubeSpawner.allow_privilege_escalation = False
    c.KubeSpawner.mem_limit = "1G"
    _furnish(c, settings, "python")  # that of the image, which has this package in it
