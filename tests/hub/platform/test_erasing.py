"""What is erased outside the records: the hub's account, the lab's folder; until it is done."""

from __future__ import annotations

import datetime as dt
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from hub.login import accounts
from hub.platform.erasing import Erasing, Hub, hub_from
from hub.settings import Settings
from records import Records
from records.people import persons, privacy

AT = dt.datetime(2026, 11, 29, 3, 0, tzinfo=dt.UTC)


class FakeHub(http.server.BaseHTTPRequestHandler):
    """The far side: what a hub answers to one of its services."""

    status, asked = 204, list[str]()

    def do_DELETE(self) -> None:
        FakeHub.asked.append(f"{unquote(self.path)} {self.headers['Authorization']}")
        self.send_response(FakeHub.status)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def hub() -> Iterator[Hub]:
    FakeHub.status, FakeHub.asked = 204, []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), FakeHub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Hub(f"http://127.0.0.1:{server.server_port}/hub/api", "t")
    server.shutdown()
    server.server_close()


@pytest.fixture
def erased(records: Records, tmp_path: Path) -> tuple[Settings, Path]:
    """Somebody who was erased, and their lab's folder."""
    settings = Settings(data=tmp_path / "data")
    settings.data.mkdir()
    with accounts.open_accounts(settings.hub_database_url) as hub:
        accounts.set_password(hub, "an.1", "mat-khau-mau-1")
    with records.begin() as session:
        an = persons.add_person(session, username="An.1", full_name="An (mẫu)", at=AT)
        persons.erase_person(session, an.id, at=AT)
        privacy.erase_outside_later(session, an.id, "An.1", at=AT)
    home = settings.data / "labs" / "homes" / f"person.{an.id}"
    home.mkdir(parents=True)
    (home / "bai.ipynb").write_text("{}")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("")
    (home / "link").symlink_to(outside)
    return settings, home


def due(records: Records) -> int:
    with records.read() as session:
        return len(privacy.due_erasures(session))


def test_account_and_folder_go_and_links_lead_nowhere(
    records: Records, erased: tuple[Settings, Path], hub: Hub, tmp_path: Path
) -> None:
    settings, home = erased
    assert Erasing(settings, hub=hub).work(records, at=AT) == 1
    assert FakeHub.asked == ["/hub/api/users/an.1 token t"]
    assert not home.exists()
    with accounts.open_accounts(settings.hub_database_url) as session:
        assert accounts.password_hash(session, "an.1") is None
    assert (tmp_path / "outside" / "kept").exists()
    assert due(records) == 0
    assert Erasing(settings, hub=hub).work(records, at=AT) == 0


@pytest.mark.parametrize(("status", "left"), [(404, 0), (500, 1), (403, 1)])
def test_a_hub_that_does_not_is_asked_again(
    records: Records, erased: tuple[Settings, Path], hub: Hub, status: int, left: int
) -> None:
    FakeHub.status = status
    Erasing(erased[0], hub=hub).work(records, at=AT)
    assert due(records) == left


def test_without_a_hub_it_waits(records: Records, erased: tuple[Settings, Path]) -> None:
    assert hub_from({}) is None
    Erasing(erased[0], hub=None).work(records, at=AT)
    assert due(records) == 1
