"""What is erased outside the records when a person is: the hub's account, the lab's folder.

The act that erases only notes it (`records.people.privacy.erase_outside_later`): a page must not
wait for a lab to stop. The grading service, which always runs, does it within seconds, and again
until it is done; `motcham up` does the same at a start.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import shutil
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from hub.login.accounts import forget_password, open_accounts
from hub.settings import Settings
from labs.homes import PERSON, old_name
from records import Records
from records.people import persons, privacy

logger = logging.getLogger("motcham.erasing")
PATIENCE_S = 30  # a lab of theirs may have to stop first


@dataclass(frozen=True)
class Hub:
    """The hub as a service of its own asks it."""

    api: str
    token: str

    def forget(self, username: str) -> bool:
        """Delete the account with all its sessions and its lab; whether it is gone."""
        request = urllib.request.Request(  # noqa: S310 - the hub's own address
            f"{self.api.rstrip('/')}/users/{quote(username, safe='')}",
            method="DELETE",
            headers={"Authorization": f"token {self.token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S):  # noqa: S310 - as above
                return True
        except urllib.error.HTTPError as error:
            return error.code == HTTPStatus.NOT_FOUND
        except OSError:
            return False


def hub_from(environment: Mapping[str, str]) -> Hub | None:
    """The hub that started us; None where none did."""
    api = environment.get("JUPYTERHUB_API_URL", "")
    token = environment.get("JUPYTERHUB_API_TOKEN", "")
    return Hub(api, token) if api and token else None


class Erasing:
    """Does what is due. Without a hub (it is not running) accounts wait for the next start, at
    which whoever is no person is forgotten (`hub.login.accounts.forget_strangers`)."""

    def __init__(self, settings: Settings, *, hub: Hub | None) -> None:
        self._settings, self._hub = settings, hub

    def work(self, records: Records, *, at: dt.datetime) -> int:
        """How many people are gone entirely now. What goes wrong is logged and tried again."""
        try:
            with records.read() as session:
                due = privacy.due_erasures(session)
                names = persons.all_usernames(session) if due else frozenset()
            done = 0
            for person_id, username in due:
                if self._erase(person_id, username, names):
                    with records.begin() as session:
                        privacy.note_erased(session, person_id, at=at)
                    done += 1
            return done
        except Exception:
            logger.exception("could not erase", extra={"fields": {}})
            return 0

    def _erase(self, person_id: int, username: str | None, names: frozenset[str]) -> bool:
        homes = self._settings.data / "labs" / "homes"
        if username and username not in names:
            if self._hub is None or not self._hub.forget(username.lower()):
                return False
            with open_accounts(self._settings.hub_database_url) as accounts:
                forget_password(accounts, username.lower())
            older = homes / old_name(username)
            if not any(old_name(one) == older.name for one in names):
                remove_folder(older)
        return remove_folder(homes / f"{PERSON}{person_id}")


def remove_folder(folder: Path) -> bool:
    """Remove a folder with all in it, following no link; whether it is gone."""
    if folder.is_symlink():
        folder.unlink()
        return True
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder)
    return not folder.exists()
