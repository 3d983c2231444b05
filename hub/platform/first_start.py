"""The first start: what a data folder becomes, and who administers it first.

Whether the records are a demonstration or real is decided once, by `motcham init` or by the first
`motcham up`, and stands in the records (`records.platform.installation`). No variable changes it
afterwards: one that says otherwise stops the start.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
from collections.abc import Callable, Collection

from analytics.certificates.signing import CERTIFICATE_FILE, KEY_FILE
from core.calendar import HANOI, today_in_vietnam
from core.messages import Message, Refused
from hub.login import accounts
from hub.platform import demo
from hub.platform.condition import course_findings
from hub.platform.findings import links_lead_here
from hub.platform.private_files import keep_secret, make_private_folder
from hub.settings import Settings
from labs.homes import PERSON, home_name
from records import Records, Session, open_records
from records.people import holders, persons
from records.platform import installation
from records.platform.made_up import Cleared
from records.platform.reaching import reach
from school import access
from school.people import account_acts
from school.platform import acts

Tell = Callable[[Message], None]


def lay_ground(settings: Settings, *, tell: Tell) -> Records:
    """Folders, secrets, the database brought to its newest schema, and the units that every
    platform has. Safe to repeat; the caller closes the records."""
    for folder in (settings.secrets, settings.data / "logs", settings.data / "cache"):
        make_private_folder(folder)
    for name in ("hub-cookie", "proxy-token", "audit-key", "mail-key"):
        keep_secret(settings.secrets / name)
    if not settings.database_url and not (settings.data / "motcham.sqlite").exists():
        tell(Message("Tạo cơ sở dữ liệu trong {path}", {"path": settings.data}))
    reach(settings.records_url)
    records = open_records(settings.records_url, migrate=True, audit_key=settings.audit_key)
    with records.begin() as session:
        persons.load_units(session)
    return records


def kind_so_far(settings: Settings) -> installation.Kind | None:
    """What was decided for the records behind these settings; None before that, or where there are
    none yet. No folder and no file is made."""
    if not settings.database_url and not (settings.data / "motcham.sqlite").exists():
        return None
    reach(settings.records_url)
    records = open_records(settings.records_url, migrate=True, audit_key=settings.audit_key)
    try:
        with records.read() as session:
            return installation.kind_of(session)
    finally:
        records.close()


def settle_kind(
    settings: Settings, records: Records, *, at: dt.datetime, by: str = "motcham up"
) -> Settings:
    """The settings with what the records are. Where that was never decided it is now: a
    demonstration, unless ``MOTCHAM_DEMO=false`` or real people say otherwise.

    `Refused` where ``MOTCHAM_DEMO`` says the contrary of what was decided.
    """
    with records.read() as session:
        kind = installation.kind_of(session)
        peopled = installation.count_people(session, made_up=False) > 0
    if kind is None:
        is_real = settings.demo is False or (peopled and settings.demo is None)
        kind = installation.REAL if is_real else installation.DEMONSTRATION
        with records.begin() as session:
            acts.decide_kind(session, access.operator(by), kind, at=at)
    demonstration = kind == installation.DEMONSTRATION
    if settings.demo is not None and settings.demo != demonstration:
        raise Refused(_contradiction(settings, demonstration=demonstration))
    return settings.with_kind(demonstration=demonstration)


def _contradiction(settings: Settings, *, demonstration: bool) -> Message:
    facts = {"path": settings.data}
    if demonstration:
        return Message(
            "Không làm gì: dữ liệu ở {path} là hệ thống dùng thử, việc chọn dùng thật "
            "(MOTCHAM_DEMO=false hoặc --real) không đổi được điều đó. Chạy motcham demo clear để "
            "đưa người mẫu ra và dùng thật, hoặc chọn thư mục khác bằng --data.",
            facts,
        )
    return Message(
        "Không làm gì: dữ liệu ở {path} là hệ thống thật, việc chọn dùng thử (MOTCHAM_DEMO=true "
        "hoặc --demo) không đổi được điều đó. Hãy bỏ lựa chọn ấy, hoặc chọn thư mục khác bằng "
        "--data.",
        facts,
    )


def describe(settings: Settings, session: Session, *, at: dt.datetime) -> tuple[Message, ...]:
    """In words: what these records are, and what is still to be done about it."""
    facts = {"path": settings.data}
    if settings.demonstration:
        real = installation.count_people(session, made_up=False)
        return (
            Message(
                "Đây là hệ thống dùng thử ({path}): người, kết quả và chứng nhận đều không có "
                "thật. Để dùng thật: motcham init --real --data THƯ-MỤC-KHÁC, hoặc motcham demo "
                "clear để đưa người mẫu ra khỏi thư mục này.",
                facts,
            ),
            *((_mixed_demonstration(real),) if real else ()),
        )
    lines = [Message("Đây là hệ thống thật ({path}).", facts)]
    if not holders.is_held(session, access.ADMINISTRATOR, on=today_in_vietnam(at)):
        lines.append(Message("Chưa có người quản trị: chạy motcham init để có người đầu tiên."))
    if made_up := installation.count_people(session, made_up=True):
        lines.append(
            Message(
                "Trong dữ liệu thật có {n} người mẫu, kết quả của họ đang được tính chung. Dừng hệ "
                "thống rồi chạy motcham demo clear để đưa họ ra.",
                {"n": made_up},
            )
        )
    if mend := links_lead_here(settings):
        lines.append(
            Message(
                "Lưu ý: mọi đường dẫn hiện chỉ mở được trên chính máy này. {mend}", {"mend": mend}
            )
        )
    for finding in course_findings(session, settings, at):
        lines.append(Message("{what}: {mend}.", {"what": finding.what, "mend": finding.mend}))
    return tuple(lines)


def _mixed_demonstration(real: int) -> Message:
    return Message(
        "Trong hệ thống dùng thử này có {n} người không mang dấu người mẫu.", {"n": real}
    )


# --- who administers it first -------------------------------------------------------------------


def open_first_account(
    settings: Settings, session: Session, username: str, *, at: dt.datetime
) -> Message:
    """How the first administrator logs in: by a link to set a password, said once and good once."""
    if settings.oidc:
        return Message("Đăng nhập bằng tên {username} ở máy chủ định danh.", {"username": username})
    by = access.operator("motcham init")
    slip = account_acts.make_link(session, by, username, by_mail=False, at=at)
    return Message(
        "Sau khi chạy motcham up, {username} mở đường dẫn này để đặt mật khẩu (dùng một lần, đến "
        "{until:%H:%M %d/%m/%Y}):\n  {address}",
        {
            "username": username,
            "until": slip.expires_at.astimezone(HANOI),
            "address": settings.set_password_url(slip.token),
        },
    )


# --- the end of a demonstration -----------------------------------------------------------------


def forget_demonstration(settings: Settings, cleared: Cleared, known: Collection[str]) -> None:
    """Remove what a demonstration kept outside its records: accounts and sessions of names that are
    nobody's now, their labs, their passwords, and (unless certificates were signed with it) its
    key. Safe to repeat."""
    with accounts.open_accounts(settings.hub_database_url) as hub_session:
        accounts.forget_strangers(hub_session, {name.lower() for name in known})
    labs = settings.data / "labs"
    folders = [labs / "homes" / f"{PERSON}{person_id}" for person_id in cleared.person_ids]
    folders += [labs / "homes" / home_name(name) for name in cleared.usernames]
    folders += [labs / "simple" / name for name in cleared.usernames]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    names = [
        demo.ACCOUNTS_FILE,
        *(() if cleared.certificates_left else (KEY_FILE, CERTIFICATE_FILE)),
    ]
    for name in names:
        with contextlib.suppress(FileNotFoundError):
            (settings.secrets / name).unlink()
