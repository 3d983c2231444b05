"""Every page, for all it is for: accessible (axe-core), nothing too wide, nothing too heavy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

LESSON = "courses/nhan-thuc-chung/lessons/muc-tieu-2025-2030"
WITH_VIDEO = "courses/xa-hoi-so-an-toan/lessons/nhan-ra-lua-dao"
MENU = "of the menu"  # stands for the addresses that the person's own menu leads to

UNKNOWN = "verify/MC-2022-000001-AAAAAAAA"  # a certificate that does not exist: 404, said kindly

PAGES = {
    "hocvien": [
        "",
        "catalogue?q=nhan+thuc",
        "courses/nhan-thuc-chung",
        LESSON,
        f"{LESSON}?buoc=5",
        f"{LESSON}?buoc=13",
        f"{WITH_VIDEO}?xem=ca-bai",
        "marks",
        "profile",
        "placement",
        "retained",
        "examinations",
        "curriculum",
        "competences/1.2",
        "frameworks",
        "frameworks/vn-tt02-2025",
        "attend",
        "waiting",
        f"{LESSON}/questions",
        f"{LESSON}/rate",
        "help",
    ],
    "giangvien": [
        MENU,
        "teaching",
        "teaching/publish",
        "teaching/authoring",
        "teaching/offers",
        "teaching/questions?course=nhan-thuc-chung",
        "teaching/courses/nhan-thuc-chung/gradebook",
        "teaching/dead",
        "teaching/classes",
        "notices",
        "teaching/courses/nhan-thuc-chung",
        "teaching/courses/nhan-thuc-chung/lessons/muc-tieu-2025-2030",
    ],
    "canbo": [MENU, "accounts", "invitations", "letters", "roles", "units"],
    "bo": [
        MENU,
        "plan",
        "lecturers",
        "certificates",
        "units/import",
        "units/2/change",
        "units/2/reached",
        "units/2/campaign",
        "units/2/levels",
        "campaigns",
        "examinations/plans",
        "examinations/voids",
        "examinations/appeals",
        "items",
        "contests",
        "requests",
    ],
    "kiemtra": ["audit"],
    "quantri": ["labs", "mail", "roles", "operation"],
    "": [
        "verify",
        UNKNOWN,
        "progress",
        "letters/stop",
        "register",
        "register/confirm?token=sai",
        "register/data",
        "read",
        "read/xa-hoi-so-an-toan",
        "read/xa-hoi-so-an-toan/sau-ky-nang",
        "design",
    ],
}

# Every pair of language, width and colours occurs.
LOOKS = [
    ("phone", "vi", "light"),
    ("phone", "en", "dark"),
    ("desktop", "vi", "dark"),
    ("desktop", "en", "light"),
]


PICTURED = [("phone", "vi"), ("desktop", "en")]


def menu_of(page: Page) -> list[str]:
    links = page.locator("nav.menu a").evaluate_all("all => all.map(one => one.href)")
    assert links
    return [urlsplit(link).path.removeprefix("/services/portal/") for link in links]


@pytest.mark.parametrize(("width", "language", "scheme"), LOOKS)
def test_axe_finds_nothing_on_any_page(
    sit_down: Callable[..., Any],
    width: str,
    language: str,
    scheme: str,
) -> None:
    faults: list[str] = []
    looked = 0
    for username, paths in PAGES.items():
        person = sit_down(username, width=width, language=language, scheme=scheme, bypass_csp=True)
        wanted = [
            own for path in paths for own in (menu_of(person.page) if path == MENU else [path])
        ]
        for path in dict.fromkeys(wanted):
            if username != "hocvien" and path in ("", "catalogue"):
                continue  # the same pages as the learner's
            person.go(path, status=404 if path == UNKNOWN else 200)
            person.fits()
            assert person.page.locator("html").get_attribute("lang") == language
            faults += person.axe()
            looked += 1
            if (width, language) not in PICTURED:
                continue
            name = f"{width}-{language}-{scheme}-{username or 'public'}-{path or 'home'}"
            person.picture("every/" + name.replace("/", "_").replace("?", "_"))
    assert looked >= 15
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_login_page(
    sit_down: Callable[..., Any], platform: Any, scheme: Any
) -> None:
    passer_by = sit_down("", width="phone", scheme=scheme, bypass_csp=True)
    faults = []
    for path in ("", "hub/set-password", "hub/set-password?token=sai", "hub/forgot-password"):
        passer_by.page.goto(platform.url + path)
        passer_by.fits()
        faults += passer_by.axe()
    assert not faults, "\n".join(faults)


def test_the_first_lesson_page_is_light_and_asks_no_other_host(
    sit_down: Callable[..., Any],
) -> None:
    learner = sit_down("hocvien2", width="phone")
    answers: dict[str, dict[str, Any]] = {}
    transferred: dict[str, float] = {}  # bytes on the line, headers and compression included
    line = learner.page.context.new_cdp_session(learner.page)
    line.send("Network.enable")
    line.send("Network.clearBrowserCache")  # as who comes by a link: fonts and styles too
    line.on("Network.responseReceived", lambda said: answers.update({said["requestId"]: said}))
    line.on(
        "Network.loadingFinished",
        lambda said: transferred.update({said["requestId"]: said["encodedDataLength"]}),
    )
    learner.page.goto(learner.portal + LESSON, wait_until="networkidle")
    expect(learner.page.locator("#lesson")).to_be_visible()
    responses = [said["response"] for said in answers.values()]
    own = urlsplit(learner.portal).netloc
    assert {urlsplit(response["url"]).netloc for response in responses} == {own}
    total = sum(transferred.values())
    print(f"first lesson page: {total / 1000:.0f} kB transferred in {len(transferred)} answers")
    assert len(transferred) >= 4
    fonts = [response for response in responses if ".woff2" in response["url"]]
    assert len(fonts) <= 3
    assert 10_000 <= total <= 170_000
    statics = [response for response in responses if "/static/" in response["url"]]
    assert statics
    for response in statics:
        headers = {name.lower(): value for name, value in response["headers"].items()}
        assert "immutable" in headers["cache-control"]
        if ".woff2" in response["url"]:
            continue  # is compressed by itself
        small = int(headers.get("content-length", 2000)) < 1100
        assert small or headers.get("content-encoding") == "gzip", response["url"]
