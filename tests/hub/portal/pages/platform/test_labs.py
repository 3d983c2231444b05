"""The administrator's page of labs, and which pages of labs may speak to the API."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from core.messages import Refused
from hub.login.scopes import domains_below
from hub.platform import doctor, up
from hub.portal.api.handler import is_lab_origin
from hub.settings import Settings

SUBDOMAINS = Settings.model_validate({"subdomain_host": "https://hoc.example.vn"})


@pytest.mark.parametrize("username", ["an", "thay", "can-bo", "bo", "kiem"])
async def test_only_an_administrator_knows_that_there_is_such_a_page(
    site: Any, username: str
) -> None:
    person = site.as_(username)
    assert (await person.get("labs")).status == 404
    assert (await person.post_form("labs/stop", username="an")).status == 404


async def test_where_there_are_no_labs_there_is_no_page(site: Any) -> None:
    assert (await site.as_("quan").get("labs")).status == 404


async def test_the_menu_shows_it_to_administrators_only(site: Any) -> None:
    assert "/services/portal/labs" in (await site.as_("quan").get("learning")).text
    assert "/services/portal/labs" not in (await site.as_("bo").get("learning")).text


async def test_a_lab_is_stopped_only_with_the_form_s_own_token(site: Any) -> None:
    answer = await site.as_("quan").ask("POST", "labs/stop", body=b"username=an")
    assert answer.status == 403


@pytest.mark.parametrize(
    ("origin", "is_one"),
    [
        ("https://hocvien.hoc.example.vn", True),
        ("http://hocvien.hoc.example.vn", False),
        ("https://hocvien.hoc.example.vn:8443", False),
        ("https://hoc.example.vn", False),
        ("https://evilhoc.example.vn", False),
        ("https://hoc.example.vn.evil.test", False),
        ("null", False),
        ("", False),
    ],
)
def test_only_labs_below_our_host_are_let_in(origin: str, is_one: bool) -> None:
    assert is_lab_origin(origin, SUBDOMAINS) is is_one


def test_without_subdomains_nobody_is_let_in() -> None:
    shared = Settings(labs_share_origin=True)
    assert not is_lab_origin("https://hocvien.hoc.example.vn", shared)
    assert not is_lab_origin("http://hocvien.localhost:8000", shared)


def test_on_one_s_own_machine_labs_are_below_localhost() -> None:
    assert Settings().lab_domain == "localhost"
    assert is_lab_origin("http://hocvien.localhost:8000", Settings())
    assert not is_lab_origin("http://localhost:8000", Settings())
    assert not is_lab_origin("http://hocvien.localhost:8001", Settings())
    assert not is_lab_origin("http://127.0.0.1:8000", Settings())


@pytest.mark.parametrize(
    ("given", "exposed"),
    [
        ({}, False),
        ({"bind": "::1"}, False),
        ({"bind": "0.0.0.0"}, True),
        ({"bind": "10.0.0.5"}, True),
        ({"public_url": "https://hoc.example.vn"}, True),
        ({"public_url": "https://hoc.example.vn", "lab_spawner": "none"}, False),
        ({"public_url": "https://hoc.example.vn", "labs_share_origin": True}, False),
        ({"subdomain_host": "https://hoc.example.vn"}, False),
        ({"public_url": "http://127.0.0.1.evil.test"}, True),
    ],
)
def test_labs_that_share_the_origin_of_a_platform_others_reach_are_told(
    given: dict[str, Any], exposed: bool
) -> None:
    settings = Settings.model_validate(given)
    assert settings.exposes_its_origin is exposed
    states = [found.state for found in doctor._origin_of_labs(settings)]
    assert ("missing" in states) is exposed


def test_up_does_not_start_then(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", bind="0.0.0.0")
    told: list[Any] = []
    with pytest.raises(Refused) as refused:
        up.run(settings, tell=told.append, at=dt.datetime.now(dt.UTC))
    assert "MOTCHAM_LABS_SHARE_ORIGIN=true" in str(refused.value.messages[0])
    assert not (tmp_path / "data").exists()


async def test_no_other_site_may_read_the_api(site: Any) -> None:
    answer = await site.as_("an").ask(
        "GET", "api/v1/me", headers={"Origin": "https://hocvien.hoc.example.vn"}
    )
    assert answer.status == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_learners_have_a_host_each_and_our_services_stay_with_the_hub() -> None:
    domain_of = domains_below("hoc.example.vn")
    assert domain_of("hocvien", "hoc.example.vn", "user") == "hocvien.hoc.example.vn"
    assert domain_of("portal", "hoc.example.vn", "service") == "hoc.example.vn"
    assert domains_below("localhost")("hocvien", "127.0.0.1", "user") == "hocvien.localhost"


async def test_the_guide_has_the_tasks_words_without_script(site: Any) -> None:
    guide = (await site.as_("an").get("api/v1/courses/khoa-mau/lessons/bai-mau/guide")).json
    assert guide["tasks"]
    assert any(task["html"] for task in guide["tasks"])
    assert all(task["points"] is None for task in guide["tasks"]), "nothing handed in yet"
    assert all("<script" not in task["html"] for task in guide["tasks"])
    assert guide["page"].endswith("courses/khoa-mau/lessons/bai-mau")
