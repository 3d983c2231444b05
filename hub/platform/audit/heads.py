"""The head of the audit log, signed once a day and kept outside the database.

A chain shows a change in its middle. That its end was cut off, or that all of it was made anew by
somebody who has the key, shows only against a head kept elsewhere: how many entries there were on
a day and the hash of the last, signed. Each is a line of ``audit/heads.jsonl`` in the data folder
and, where the operator names a folder (``MOTCHAM_AUDIT_EXPORT``), of a file there.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.calendar import HANOI
from core.messages import Message, Refused
from hub.platform.private_files import make_private_folder, write_private
from hub.settings import Settings
from records import Records
from records.platform import audit

HEADS, PUBLIC_KEY, KEY = "heads.jsonl", "public-key.pem", "audit-signing-key.pem"
logger = logging.getLogger("motcham.audit")


@dataclass(frozen=True)
class Head:
    """Where the log stood: ``entries`` of them, the last with hash ``head``."""

    at: dt.datetime
    entries: int
    head: str

    def covered(self) -> bytes:
        """What the signature covers."""
        return f"{self.at.isoformat()} {self.entries} {self.head}".encode()


def write_line(head: Head, key: Ed25519PrivateKey) -> str:
    """The head as one signed line of JSON."""
    signature = base64.b64encode(key.sign(head.covered())).decode()
    said = {"at": head.at.isoformat(), "entries": head.entries, "head": head.head}
    return json.dumps(said | {"signature": signature})


def read_lines(lines: Iterable[str], key: Ed25519PublicKey) -> tuple[list[Head], list[int]]:
    """The heads whose signature holds, and the numbers of the lines where none does."""
    good, bad = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
            at = dt.datetime.fromisoformat(said["at"])
            head = Head(at, int(said["entries"]), str(said["head"]))
            key.verify(base64.b64decode(said["signature"], validate=True), head.covered())
        except (ValueError, TypeError, KeyError, InvalidSignature):
            bad.append(number)
        else:
            good.append(head)
    return good, bad


class DailyHeads:
    """Keeps one head for each day in Vietnam, beginning with the day it is first asked."""

    def __init__(self, records: Records, settings: Settings) -> None:
        self._records, self._settings = records, settings
        self._day: dt.date | None = None

    def keep(self, at: dt.datetime) -> None:
        """Write today's, once. What goes wrong is logged, and tried again when next asked."""
        today = at.astimezone(HANOI).date()
        if today == self._day:
            return
        try:
            keep_head(self._records, self._settings, at=at)
        except OSError:
            logger.exception("the audit log's head could not be kept")
        self._day = today


def keep_head(records: Records, settings: Settings, *, at: dt.datetime) -> str:
    """Sign the head as it is now, write it where it is kept, and return its line."""
    with records.read() as session:
        entries, last = audit.head(session)
    key = load_key(settings)
    line = write_line(Head(at.astimezone(dt.UTC), entries, last), key)
    folder = folder_of(settings)
    make_private_folder(folder)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    write_private(folder / PUBLIC_KEY, public)
    for place in (folder, settings.audit_export):
        if place is not None:
            _append(place / HEADS, line)
    if settings.audit_export is not None:
        kept = settings.audit_export / PUBLIC_KEY
        if not kept.exists():  # the first stays: it is the one to trust
            write_private(kept, public)
    return line


def folder_of(settings: Settings) -> Path:
    """Where heads are kept in the data folder."""
    return settings.data / "audit"


def load_key(settings: Settings) -> Ed25519PrivateKey:
    """The key that signs heads; made when there is none."""
    path = settings.secrets / KEY
    if not path.exists():
        settings.secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        write_private(path, fresh)
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def load_public_key(path: Path) -> Ed25519PublicKey:
    """The public key in this file. Raises `Refused`."""
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Refused(
            Message("Không đọc được khóa {path}: {reason}", {"path": path, "reason": str(error)})
        ) from None
    if not isinstance(key, Ed25519PublicKey):
        raise Refused(
            Message("Không đọc được khóa {path}: {reason}", {"path": path, "reason": "Ed25519"})
        )
    return key


def _append(path: Path, line: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write(line + "\n")
