"""A whole platform on PostgreSQL: the hub's own database too, copied while it runs, restored."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from hub.cli import BAD_INPUT

pytestmark = [pytest.mark.timeout(400), pytest.mark.postgres]


def motcham(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MOTCHAM")}
    return subprocess.run(
        [sys.executable, "-P", "-m", "hub.cli", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**outside, **settings},
        timeout=200,
    )


def test_a_platform_on_postgresql_is_copied_while_it_runs_and_stands_up_on_sqlite(
    start_platform: Callable[..., Any], postgres: Any, tmp_path: Path
) -> None:
    url = postgres.url(postgres.create())
    light = {"MOTCHAM_LAB_SPAWNER": "none", "MOTCHAM_DEMO_LEARNERS": "0"}
    platform = start_platform(tmp_path / "data", MOTCHAM_DATABASE_URL=url, **light)
    platform.wait_until_ready()
    assert list(platform.data.glob("*.sqlite")) == []
    passwords = platform.accounts
    assert logged_in(platform, passwords["hocvien"])
    phrase = tmp_path / "phrase"
    phrase.write_text("một cụm mật khẩu dài\n")
    copied = motcham(
        "backup", str(tmp_path / "copy.motcham"), "--data", str(platform.data),
        "--passphrase-file", str(phrase), MOTCHAM_DATABASE_URL=url,
    )  # fmt: skip
    assert copied.returncode == 0, copied.stderr
    checked = motcham("doctor", MOTCHAM_DATA=str(platform.data), MOTCHAM_DATABASE_URL=url)
    assert checked.stdout.count("PostgreSQL") >= 2, checked.stdout
    assert platform.stop() == 0
    elsewhere = tmp_path / "elsewhere"
    given = ("restore", str(tmp_path / "copy.motcham"), "--data", str(elsewhere))
    assert motcham(*given, "--passphrase-file", str(phrase)).returncode == 0
    again = motcham(*given, "--passphrase-file", str(phrase))
    assert again.returncode == BAD_INPUT and "không trống" in again.stderr
    second = start_platform(elsewhere, **light)
    second.wait_until_ready()
    assert second.accounts == passwords
    assert logged_in(second, passwords["hocvien"])


def logged_in(platform: Any, password: str) -> bool:
    with requests.Session() as session:
        page = session.get(platform.url).text
        token = re.search(r'name="_xsrf" value="([^"]+)"', page)
        assert token
        answer = session.post(
            f"{platform.url}hub/login?next=",
            data={"_xsrf": token[1], "username": "hocvien", "password": password},
        )
    return "/services/portal/" in answer.url and answer.status_code == 200
