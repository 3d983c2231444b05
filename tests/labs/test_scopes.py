"""What the token of a lab's page may do, and for whom; logged in as browsers do."""

import json
import re

import pytest
import requests
from lab_hub import LabHub

from hub.login.scopes import LAB

MORE = """
from hub.login import scopes
c.JupyterHub.custom_scopes = scopes.custom_scopes()
c.JupyterHub.load_roles = [dict(name="user", scopes=["self", f"{scopes.LAB}!user"]), *roles]
c.Spawner.oauth_client_allowed_scopes = [f"{scopes.LAB}!server"]
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with LabHub(tmp_path_factory.mktemp("scopes"), more=MORE) as hub:
        hub.add("a")
        hub.open_lab("a")
        yield hub
        hub.close_lab("a")


def log_in(hub, name):
    browser = requests.Session()
    browser.get(hub.base + "/hub/login")
    form = {"username": name, "password": name, "_xsrf": browser.cookies.get("_xsrf")}
    browser.post(hub.base + "/hub/login", data=form, allow_redirects=False)
    return browser


def open_lab(hub, name):
    """The lab of a's as that person's browser gets it, after agreeing to be known there."""
    browser = log_in(hub, name)
    answer = browser.get(hub.base + "/user/a/lab")
    if "oauth2/authorize" in answer.url:  # “… would like to access your account”
        xsrf = re.search(r'name="_xsrf" value="([^"]+)"', answer.text)
        scopes = re.findall(
            r'name="scopes"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="scopes"', answer.text
        )
        form = [("_xsrf", xsrf[1]), *(("scopes", one or other) for one, other in scopes)]
        answer = browser.post(answer.url, data=form, headers={"Referer": answer.url})
    return browser, answer


def scopes_of(hub, page):
    config = re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page.text, re.S)
    token = json.loads(config[1])["token"]
    return set(json.loads(hub.call("GET", "/hub/api/user", token=token)[1])["scopes"])


def test_the_page_of_one_s_own_lab_may_speak_for_its_learner(hub):
    _, page = open_lab(hub, "a")
    assert page.status_code == 200
    scopes = scopes_of(hub, page)
    assert f"{LAB}!server=a/" in scopes
    assert not any(one.startswith(("servers", "tokens", "users", "admin")) for one in scopes)
    assert not any("services" in one for one in scopes), "the portal as such is not among it"


def test_a_token_that_a_lab_got_of_an_administrator_is_none_at_the_portal(hub):
    _, page = open_lab(hub, "giam-sat")
    assert page.status_code == 200, "who may look into labs is let in"
    scopes = scopes_of(hub, page)
    assert not any(one.startswith(LAB) for one in scopes), scopes
    assert not any(one.startswith(("admin", "tokens", "servers")) for one in scopes), scopes


def test_whoever_the_hub_does_not_let_in_sees_nothing_of_a_lab(hub):
    browser = log_in(hub, "b")
    for path in ("lab", "static/favicons/favicon.ico", "api/status", "custom/custom.css"):
        answer = browser.get(f"{hub.base}/user/a/{path}")
        assert "/user/a/" not in answer.url or answer.status_code == 403, answer.url
        assert "jupyter-config-data" not in answer.text
    assert not [cookie for cookie in browser.cookies if cookie.name == "motcham-lab"]
