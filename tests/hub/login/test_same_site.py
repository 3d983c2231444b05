"""Who asked: our own page, the person or somebody else's page; and what travels behind TLS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hub.login.same_site import comes_from_here
from hub.settings import Settings


@pytest.mark.parametrize(
    ("headers", "here"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),  # a lab on a host of its own
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Referer": "https://hoc.example.vn/"}, False),
        ({"Referer": "https://hoc.example.vn/services/portal/"}, True),
        ({"Referer": "https://ke-gian.example/hoc.example.vn/"}, False),
        ({"Referer": "https://hoc.example.vn.ke-gian.example/"}, False),
        ({"Origin": "null"}, False),
        ({}, False),
    ],
)
def test_only_our_own_page_and_the_person_count(headers: dict[str, str], here: bool) -> None:
    assert comes_from_here(headers, "hoc.example.vn") is here


def test_behind_tls_cookies_are_secure_and_browsers_stay_with_it(tmp_path: Path) -> None:
    plain = Settings(data=tmp_path)
    assert plain.transport_headers == {}
    assert plain.cookie_options == {"samesite": "Lax"}
    tls = Settings(data=tmp_path, public_url="https://hoc.example.vn/")  # type: ignore[arg-type]
    assert tls.cookie_options == {"samesite": "Lax", "secure": True}
    assert "max-age=31536000" in tls.transport_headers["Strict-Transport-Security"]
    assert (plain.proxies_in_front, tls.proxies_in_front) == (0, 1)


async def test_every_answer_of_the_portal_says_so_behind_tls(site: Any) -> None:
    assert "Strict-Transport-Security" not in (await site.as_(None).get("verify")).headers
    object.__setattr__(
        site.portal,
        "settings",
        Settings(data=site.portal.settings.data, public_url="https://hoc.example.vn/"),  # type: ignore[arg-type]
    )
    answer = await site.as_(None).get("verify")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
