"""Archives of any form, sealed: what somebody who knows the passphrase could hand us."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Iterable
from pathlib import Path

from records.backup.envelope import Sealing

ABOUT = json.dumps(
    {"made_at": "", "version": "0", "records_revision": "0009", "hub_revision": "x", "labs": False}
).encode()


def seal_members(
    path: Path, passphrase: str, members: Iterable[tuple[tarfile.TarInfo, bytes]]
) -> None:
    with path.open("wb") as file:
        sealing = Sealing(file, passphrase)
        with (
            gzip.GzipFile(fileobj=sealing, mode="wb") as plain,
            tarfile.open(fileobj=plain, mode="w|") as tar,
        ):
            for info, content in members:
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
        sealing.close()


def named(name: str, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    """The head of a member; of a link, to where nobody may look."""
    info = tarfile.TarInfo(name)
    info.type = kind
    if kind != tarfile.REGTYPE:
        info.linkname = "/etc/passwd"
    return info
