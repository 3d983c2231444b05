"""How the running platform is, and what to do where it is not well.

`look` asks the database and the data folder, `judge` says what follows. The page *Vận hành*,
`motcham doctor` and the figures for a monitor all stand on these two.
"""

from __future__ import annotations

import contextlib
import ctypes
import datetime as dt
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from analytics.certificates.signing import CERTIFICATE_FILE
from core.messages import Message
from hub.platform.findings import Finding
from hub.settings import Settings
from records import Session
from records.marking import queue
from records.platform import audit, outbox
from school.learning.overview import unpublished_courses

LEAST_DISK_MB = 2_000
LATE = dt.timedelta(minutes=5)  # a submission that waits longer
MAIL_LATE = dt.timedelta(hours=2)  # a letter that waits longer
GRADING_SILENT = dt.timedelta(minutes=1)
EXPIRES_SOON = dt.timedelta(days=60)
CLOCKS_DIFFER = dt.timedelta(seconds=5)
_TIME_ERROR = 5  # what adjtimex(2) answers where no server of time is followed


@dataclass(frozen=True)
class Condition:
    """Facts of one moment."""

    waiting: int
    marking: int
    dead: int
    oldest_at: dt.datetime | None  # handed in then, and still waiting
    grading_at: dt.datetime | None  # the grading service's last word; None: it has said none
    grading_well: bool
    unsettled: int
    backup_at: dt.datetime | None
    drill_at: dt.datetime | None
    logged_at: dt.datetime | None  # the newest line of the audit log
    letters_waiting: int
    letters_dead: int  # of the last weeks: older ones are forgotten
    letters_since: dt.datetime | None  # the oldest that waits was written then
    disk_mb: int
    certificate_until: dt.datetime | None

    def backup_age(self, at: dt.datetime) -> dt.timedelta | None:
        return None if self.backup_at is None else at - self.backup_at


def look(session: Session, settings: Settings) -> Condition:
    """The facts as they are now."""
    line = queue.line(session)
    told = _told_by_grading(settings.data / "grading-health.json")
    newest = audit.entries(session, limit=1)
    letters = outbox.count_by_state(session)
    return Condition(
        waiting=line.queued,
        marking=line.claimed,
        dead=line.dead,
        oldest_at=line.oldest_at,
        grading_at=told[0],
        grading_well=told[1],
        unsettled=told[2],
        backup_at=audit.newest_at(session, audit.BACKUP),
        drill_at=audit.newest_at(session, audit.DRILL),
        logged_at=newest[0].at if newest else None,
        letters_waiting=letters.get("waiting", 0),
        letters_dead=letters.get("dead", 0),
        letters_since=outbox.waiting_since(session),
        disk_mb=free_mb(settings.data),
        certificate_until=certificate_until(settings),
    )


def judge(
    found: Condition, settings: Settings, *, at: dt.datetime, running: bool = True
) -> Iterator[Finding]:
    """What is well, and what is not with what mends it, in the order in which it matters.

    ``running``: whether the platform is meant to be up.
    """
    if running:
        yield _marking(found, at)
    if found.dead:
        yield Finding(
            "note",
            Message("{n} bài không chấm được, chờ người xem", {"n": found.dead}),
            Message("giảng viên mở Giảng dạy, mục Bài không chấm được, xem lý do rồi chấm lại"),
        )
    if found.unsettled > 3:
        yield Finding(
            "note",
            Message("{n} việc sau khi chấm còn dở, đang tự làm lại", {"n": found.unsettled}),
            Message("xem logs/platform.log, tìm “unsettled”"),
        )
    yield from _mail(found, settings, at)
    yield _backup(found, settings, at)
    yield _disk(found)
    yield from certificate_findings(found.certificate_until, at)
    if found.logged_at is not None and found.logged_at > at + CLOCKS_DIFFER:
        yield Finding(
            "missing",
            Message("Đồng hồ máy chạy lùi: nhật ký đã có dòng muộn hơn giờ máy"),
            Message("sudo timedatectl set-ntp true, rồi xem timedatectl"),
        )
    elif not clock_is_followed():
        yield Finding(
            "note",
            Message("Đồng hồ máy không theo máy chủ giờ nào"),
            Message("sudo timedatectl set-ntp true (hạn nộp và chữ ký cần giờ đúng)"),
        )


def course_findings(session: Session, settings: Settings, at: dt.datetime) -> Iterator[Finding]:
    """Courses that a certificate takes and nobody can begin."""
    missing = unpublished_courses(session, settings.programme, at)
    if missing:
        facts = {"n": len(missing), "courses": ", ".join(f"“{title}”" for title in missing)}
        yield Finding(
            "note",
            Message("Chứng nhận cần {n} khóa chưa công bố: {courses}", facts),
            Message(
                "công bố các khóa ấy ở Giảng dạy (hoặc motcham course publish), hay bỏ khỏi điều "
                "kiện ở Toàn quốc › Điều kiện cấp"
            ),
        )


def _marking(found: Condition, at: dt.datetime) -> Finding:
    restart = Message("hub tự khởi động lại trong ít phút; nếu không, chạy lại motcham up")
    if found.grading_at is None or at - found.grading_at > GRADING_SILENT:
        return Finding("missing", Message("Dịch vụ chấm bài không lên tiếng"), restart)
    if not found.grading_well:
        return Finding("missing", Message("Dịch vụ chấm bài thiếu bộ chấm"), restart)
    if found.oldest_at is not None and at - found.oldest_at > LATE:
        minutes = int((at - found.oldest_at).total_seconds() // 60)
        return Finding(
            "note",
            Message(
                "{n} bài đang chờ chấm, bài lâu nhất {minutes} phút",
                {"n": found.waiting, "minutes": minutes},
            ),
            Message("tăng MOTCHAM_WORKERS nếu máy còn lõi rỗi, hoặc thêm máy (MOTCHAM_DASK)"),
        )
    return Finding("good", Message("Chấm bài đang chạy; {n} bài chờ", {"n": found.waiting}))


def _mail(found: Condition, settings: Settings, at: dt.datetime) -> Iterator[Finding]:
    see = Message("xem Thư gửi đi: máy chủ thư trả lời gì; motcham doctor thử máy chủ ấy")
    since = found.letters_since
    if settings.mail_host and since is not None and at - since > MAIL_LATE:
        hours = {"n": found.letters_waiting, "hours": int((at - since).total_seconds() // 3600)}
        yield Finding("note", Message("{n} thư đang chờ gửi, thư lâu nhất {hours} giờ", hours), see)
    if found.letters_dead:
        yield Finding("note", Message("{n} thư không gửi được", {"n": found.letters_dead}), see)


def _backup(found: Condition, settings: Settings, at: dt.datetime) -> Finding:
    mend = Message("motcham backup <thư mục ở máy khác>; hằng ngày: xem docs/operators.md")
    age = found.backup_age(at)
    if age is None:
        return Finding("note", Message("Chưa sao lưu lần nào"), mend)
    hours = int(age.total_seconds() // 3600)
    if age > dt.timedelta(days=settings.backup_days):
        return Finding("note", Message("Bản sao lưu mới nhất đã {n} giờ", {"n": hours}), mend)
    return Finding("good", Message("Bản sao lưu mới nhất cách đây {n} giờ", {"n": hours}))


def _disk(found: Condition) -> Finding:
    free = {"free": found.disk_mb}
    if found.disk_mb >= LEAST_DISK_MB:
        return Finding("good", Message("Đĩa còn trống {free} MB", free))
    return Finding(
        "note" if found.disk_mb >= LEAST_DISK_MB // 4 else "missing",
        Message("Đĩa chỉ còn trống {free} MB", free),
        Message("chuyển bản sao lưu sang máy khác, xóa nhật ký cũ trong logs/, hoặc thêm đĩa"),
    )


def certificate_findings(until: dt.datetime | None, at: dt.datetime) -> Iterator[Finding]:
    """About the certificate that signs learners' certificates; nothing where there is none yet."""
    if until is None:
        return
    when = {"day": f"{until:%d/%m/%Y}"}
    mend = Message(
        "xin chứng thư mới, đặt MOTCHAM_CERTIFICATE_KEY và MOTCHAM_CERTIFICATE_CHAIN; giấy đã ký "
        "vẫn kiểm tra được"
    )
    if until <= at:
        yield Finding("missing", Message("Chứng thư ký đã hết hạn ngày {day}", when), mend)
    elif until - at < EXPIRES_SOON:
        yield Finding("note", Message("Chứng thư ký hết hạn ngày {day}", when), mend)
    else:
        yield Finding("good", Message("Chứng thư ký dùng được đến ngày {day}", when))


def certificate_until(settings: Settings) -> dt.datetime | None:
    """Until when the certificate that signs is valid; None where there is none or it cannot be
    read. Makes none."""
    path = settings.certificate_chain or settings.secrets / CERTIFICATE_FILE
    with contextlib.suppress(OSError, ValueError):
        return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    return None


def clock_is_followed() -> bool:
    """Whether this machine's clock follows a server of time; True where nobody can say."""
    with contextlib.suppress(OSError, AttributeError):
        empty = ctypes.create_string_buffer(512)  # struct timex with modes 0: only asks
        return ctypes.CDLL(None, use_errno=True).adjtimex(empty) not in (_TIME_ERROR,)
    return True


def free_mb(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free // 1_000_000


def _told_by_grading(path: Path) -> tuple[dt.datetime | None, bool, int]:
    """(when, well, unsettled) of the grading service's last word."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return (
            dt.datetime.fromisoformat(told["at"]),
            bool(told["well"]),
            int(told.get("unsettled", 0)),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None, False, 0
