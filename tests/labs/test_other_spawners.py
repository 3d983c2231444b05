"""The spawners of other projects, chosen by one setting: what they are told to start.

`simple` runs here and is tested with the whole platform (tests/hub/browser). Systemd is not
process 1 here and there is no cluster, so of these two the configuration is loaded, the spawner
made with it, and what it would start is looked at; nothing is started.
"""

import asyncio
import types

import pytest
from jupyterhub import orm
from jupyterhub.objects import Hub
from jupyterhub.user import User
from traitlets.config import Config

import labs
from hub.settings import Settings
from labs import environment as furnishing
from labs import other_spawners


@pytest.fixture
def configured(tmp_path):
    """JupyterHub's configuration for a spawner."""

    def make(spawner):
        config = Config()
        settings = Settings(data=tmp_path, lab_spawner=spawner, development=True, lab_quota_mb=77)
        labs.configure(config, settings)
        return config

    return make


@pytest.fixture
def learner():
    """A user of a hub with a database in memory."""
    session = orm.new_session_factory("sqlite:///:memory:")()
    person = orm.User(name="an")
    session.add(person)
    session.commit()
    user = User(person, {"db": session, "base_url": "/"})
    yield user
    session.close()


def make_spawner(kind, config, user, **options):
    server = orm.Server(proto="http", ip="0.0.0.0", port=8888, base_url="/user/an/")
    kept = orm.Spawner(name="", user=user.orm_user, server=server)
    user.db.add(kept)
    user.db.commit()
    return kind(
        user=user,
        orm_spawner=kept,
        hub=Hub(ip="10.1.2.3", port=8081, base_url="/hub/"),
        config=config,
        oauth_client_id="lab",
        api_token="secret",
        **options,
    )


def told(environment):
    return {
        name: environment[name]
        for name in (furnishing.QUOTA, furnishing.LANGUAGE, other_spawners.LEAN)
    }


def test_systemd_starts_our_server_within_its_own_walls(configured, learner):
    from systemdspawner import SystemdSpawner

    config = configured("systemd")
    assert config.JupyterHub.spawner_class == "systemdspawner.SystemdSpawner"
    spawner = make_spawner(SystemdSpawner, config, learner)
    spawner.user_options = {"language": "en"}
    assert spawner.dynamic_users and spawner.isolate_tmp and spawner.isolate_devices
    assert spawner.disable_user_sudo
    assert spawner.mem_limit == 1 << 30
    assert "169.254.0.0/16" in spawner.unit_extra_properties["IPAddressDeny"]
    assert spawner.cmd[1:] == ["-m", "labs.other_spawners"]
    environment = spawner.get_env()
    assert told(environment) == {
        furnishing.QUOTA: "77",
        furnishing.LANGUAGE: "en",
        other_spawners.LEAN: "true",
    }
    assert environment["JUPYTERHUB_DISABLE_USER_CONFIG"]


def test_what_systemd_is_asked_to_run_is_that_and_nothing_else(configured, learner, monkeypatch):
    import systemdspawner.systemdspawner as module

    asked = {}

    async def start_transient_service(unit_name, cmd, args, working_dir, **rest):
        asked.update(rest, name=unit_name, cmd=cmd, args=args)

    async def running(unit_name):
        return bool(asked)

    monkeypatch.setattr(module.systemd, "start_transient_service", start_transient_service)
    monkeypatch.setattr(module.systemd, "service_running", running)
    monkeypatch.setattr(module.systemd, "service_failed", running)

    async def reset(unit_name):
        pass

    monkeypatch.setattr(module.systemd, "reset_service", reset)
    spawner = make_spawner(module.SystemdSpawner, configured("systemd"), learner)
    asyncio.run(spawner.start())
    assert asked["cmd"][1:] == ["-m", "labs.other_spawners"]
    assert asked["properties"]["DynamicUser"] == "yes"
    assert asked["properties"]["PrivateTmp"] == "yes"
    assert asked["properties"]["PrivateDevices"] == "yes"
    assert asked["properties"]["NoNewPrivileges"] == "yes"
    assert int(asked["properties"]["MemoryMax"]) == 1 << 30
    assert "secret" not in " ".join([*asked["cmd"], *asked["args"]]), "seen by ps"


def test_a_pod_runs_our_server_without_rights_in_the_cluster(configured, learner, monkeypatch):
    from kubespawner import KubeSpawner

    config = configured("kube")
    assert config.JupyterHub.spawner_class == "kubespawner.KubeSpawner"
    # No cluster to ask; the manifest is made without.
    monkeypatch.setattr("kubespawner.spawner.load_config", lambda *_, **__: None)
    monkeypatch.setattr("kubespawner.spawner.shared_client", lambda _: None)

    async def manifest():
        spawner = make_spawner(KubeSpawner, config, learner, _mock=True, namespace="labs")
        spawner.user_options = {}
        return await spawner.get_pod_manifest()

    pod = asyncio.run(manifest()).to_dict()
    [container] = pod["spec"]["containers"]
    assert container["args"][:3] == ["python", "-m", "labs.other_spawners"]
    assert pod["spec"]["automount_service_account_token"] is False
    assert container["security_context"]["allowPrivilegeEscalation"] is False
    assert int(container["resources"]["limits"]["memory"]) == 1 << 30
    environment = {one["name"]: one["value"] for one in container["env"]}
    assert told(environment) == {
        furnishing.QUOTA: "77",
        furnishing.LANGUAGE: "vi",
        other_spawners.LEAN: "true",
    }


def test_an_author_s_lab_has_every_extension(configured, learner):
    from jupyterhub.spawner import SimpleLocalProcessSpawner

    learner.orm_user.groups.append(orm.Group(name="instructor"))
    learner.db.commit()
    spawner = make_spawner(SimpleLocalProcessSpawner, configured("simple"), learner)
    assert spawner.get_env()[other_spawners.LEAN] == "false"


def test_outside_of_our_spawner_the_same_furnishing_is_found(monkeypatch):
    started = types.SimpleNamespace(arguments=None)
    monkeypatch.setenv(furnishing.LANGUAGE, "en")
    monkeypatch.setenv(furnishing.QUOTA, "77")
    monkeypatch.setenv(other_spawners.LEAN, "false")
    monkeypatch.setenv("JUPYTER_PATH", "")
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "")
    monkeypatch.setattr(other_spawners.sys, "argv", ["alone", "--port=1"])
    monkeypatch.setattr(
        other_spawners.os, "execv", lambda program, words: setattr(started, "arguments", words)
    )
    other_spawners.main()
    assert started.arguments[1:] == ["-m", "jupyterhub.singleuser", "--port=1"]
    assert other_spawners.os.environ["JUPYTER_PATH"].endswith("share/jupyter")
    assert "/share/en" in other_spawners.os.environ["JUPYTER_CONFIG_PATH"]
