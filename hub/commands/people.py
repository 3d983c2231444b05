"""roster import, account password and unbind, role list, grant and withdraw."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.calendar import HANOI
from core.messages import Message, Refused
from hub.commands.console import say, say_faults, tell
from hub.commands.opening import DATA, opened

if TYPE_CHECKING:
    from hub.settings import Settings


@click.group()
def roster() -> None:
    """Danh sách học viên."""


@roster.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra, không ghi gì.")
@click.option("--unit", default="", help="Mọi dòng thuộc đơn vị này: mã, mã đầy đủ hoặc tên.")
@click.option("--group", default="", help="Mọi dòng thuộc nhóm đối tượng này.")
@DATA
def import_(file: Path, dry_run: bool, unit: str, group: str, data: Path | None) -> int:
    """Nhập FILE (xlsx hoặc CSV UTF-8): cả danh sách, hoặc không dòng nào."""
    from school.access import operator
    from school.people import acts
    from school.people.roster import Told, read_list, refuse_unread, settle

    content, at = file.read_bytes(), dt.datetime.now(dt.UTC)
    ask = acts.check_roster if dry_run else acts.import_roster
    with opened(data) as (_settings, records), records.begin() as session:
        by = operator("motcham roster import")
        told = Told(for_all=acts.read_for_all(session, by, unit, group))
        table = settle(read_list(content, told), told)
        refuse_unread(table.reading)
        outcome = ask(session, by, file.name, content, table=table, at=at)
    if outcome.faults:
        say_faults(outcome.faults)
        return 1
    facts = {"added": outcome.added, "changed": outcome.changed, "unchanged": outcome.unchanged}
    if dry_run:
        say(
            Message(
                "Không có lỗi. Sẽ thêm {added}, thay đổi {changed}, giữ nguyên {unchanged}.", facts
            )
        )
    else:
        say(Message("Thêm {added}, thay đổi {changed}, giữ nguyên {unchanged}.", facts))
    return 0


@click.group()
def account() -> None:
    """Tài khoản đăng nhập bằng mật khẩu."""


@account.command()
@click.argument("username")
@DATA
def password(username: str, data: Path | None) -> None:
    """Cấp mật khẩu mới cho USERNAME và in ra một lần; đăng nhập lần đầu phải đổi. Mọi phiên đăng
    nhập trước kết thúc. Chạy được khi hệ thống đang chạy."""
    from hub.login import accounts
    from school.access import operator
    from school.people import acts

    fresh = accounts.new_password()

    def set_password(name: str) -> None:
        with accounts.open_accounts(settings.hub_database_url) as session:
            accounts.set_password(session, name, fresh)
            accounts.end_sessions(session, name, keep_labs=True)

    with opened(data) as (settings, records), records.begin() as session:
        _refuse_where_passwords_are_elsewhere(settings)
        by = operator("motcham account password")
        acts.reset_password(session, by, username, set_password, at=dt.datetime.now(dt.UTC))
    say(Message("{username}: {password}", {"username": username, "password": fresh}))


@account.command()
@click.argument("username")
@click.option("--mail", "by_mail", is_flag=True, help="Gửi vào email của người đó, không in ra.")
@DATA
def link(username: str, by_mail: bool, data: Path | None) -> None:
    """Tạo cho USERNAME (tên đăng nhập, mã hoặc họ tên) một đường dẫn đặt mật khẩu, dùng một lần;
    đường dẫn cũ hết hiệu lực."""
    from school.access import operator
    from school.people import account_acts

    with opened(data) as (settings, records), records.begin() as session:
        _refuse_where_passwords_are_elsewhere(settings)
        by, at = operator("motcham account link"), dt.datetime.now(dt.UTC)
        slip = account_acts.make_link(session, by, username, by_mail=by_mail, at=at)
    facts = {"username": slip.username, "until": slip.expires_at.astimezone(HANOI)}
    if by_mail:
        say(Message("Đã viết thư cho {username}; đường dẫn dùng được đến {until:%d/%m/%Y}.", facts))
        return
    address = settings.set_password_url(slip.token)
    say(Message("{username}, đến {until:%H:%M %d/%m/%Y}: {address}", facts | {"address": address}))
    _warn_where_links_lead_here(settings)


@account.command()
@click.option("--unit", default="", help="Mã đơn vị, kể cả các đơn vị bên dưới; bỏ trống: tất cả.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Tệp PDF để in.")
@click.option("--mail", "by_mail", is_flag=True, help="Gửi thư cho người có email, không in.")
@DATA
def slips(unit: str, out: Path | None, by_mail: bool, data: Path | None) -> int:
    """Cấp mã đặt mật khẩu cho mọi người chưa có: phiếu để in, hoặc thư. Mã cũ hết hiệu lực."""
    from hub.platform.private_files import write_private
    from school.access import operator
    from school.people import account_acts
    from school.people.paper.slips import make_paper

    if bool(out) == by_mail:
        raise Refused(Message("Chọn một trong hai: --out TỆP.pdf hoặc --mail."))
    with opened(data) as (settings, records):
        _refuse_where_passwords_are_elsewhere(settings)
        with records.begin() as session:
            by, at = operator("motcham account slips"), dt.datetime.now(dt.UTC)
            key = account_acts.unit_of_code(session, unit) if unit else None
            opened_now = account_acts.make_links(session, by, key, by_mail=by_mail, at=at)
        if out and opened_now.slips:
            kind, content = make_paper(opened_now.slips, settings.set_password_url)
            out = out.with_suffix(f".{kind}")  # many slips are several files
            write_private(out, content)
    facts = {"n": len(opened_now.slips), "file": out}
    if not opened_now.slips:
        say(Message("Không có ai để cấp."))
    else:
        say(
            Message("Đã viết thư cho {n} người.", facts)
            if by_mail
            else Message("Phiếu cho {n} người: {file}", facts)
        )
        _warn_where_links_lead_here(settings)
    left = {"nameless": opened_now.without_name, "mailless": opened_now.without_mail}
    if any(left.values()):
        say(Message("Chưa có tên đăng nhập: {nameless}; chưa có email: {mailless}.", left))
    return 0 if opened_now.slips else 1


def _warn_where_links_lead_here(settings: Settings) -> None:
    """On standard error: what was made is there, and good for nobody elsewhere."""
    from hub.platform.findings import links_lead_here

    if mend := links_lead_here(settings):
        tell(Message("Đường dẫn vừa làm chỉ mở được trên chính máy này. {mend}", {"mend": mend}))


def _refuse_where_passwords_are_elsewhere(settings: Settings) -> None:
    if settings.oidc:
        raise Refused(
            Message("Mọi người đăng nhập ở máy chủ định danh; ở đây không đặt mật khẩu nào.")
        )


@account.command()
@click.argument("username")
@DATA
def unbind(username: str, data: Path | None) -> int:
    """Gỡ USERNAME khỏi người ở máy chủ định danh; ai đăng nhập tên này kế tiếp sẽ được gắn vào."""
    from school.access import operator
    from school.people import acts

    with opened(data) as (_settings, records), records.begin() as session:
        by = operator("motcham account unbind")
        if not acts.unbind_account(session, by, username, at=dt.datetime.now(dt.UTC)):
            say(Message("{username} chưa gắn với ai ở máy chủ định danh.", {"username": username}))
            return 1
    say(Message("Đã gỡ {username}.", {"username": username}))
    return 0


@account.command()
@click.argument("username")
@click.option("--take", is_flag=True, help="Thu hồi mọi khóa và mã dự phòng; phiên kết thúc.")
@DATA
def keys(username: str, take: bool, data: Path | None) -> None:
    """Khóa bảo mật của USERNAME: có mấy khóa; với --take thì thu hồi, khi người ấy mất cả khóa lẫn
    mã dự phòng. Ai buộc phải có khóa sẽ đăng ký khóa mới ở lần đăng nhập sau."""
    from records.people import persons
    from school.access import operator
    from school.people import key_acts

    at = dt.datetime.now(dt.UTC)
    with opened(data) as (_settings, records), records.begin() as session:
        person = persons.find_person(session, username)
        facts: dict[str, object] = {"username": username}
        if person is None:
            raise Refused(Message("Không có ai mang tên đăng nhập {username}.", facts))
        if take:
            gone = key_acts.take_keys_away(
                session, operator("motcham account keys"), person.id, at=at
            )
            say(Message("Đã thu hồi {n} khóa của {username}.", facts | {"n": gone}))
            return
        found, left = key_acts.load_keys(session, person.id)
    facts |= {"n": len(found), "left": left}
    say(Message("{username}: {n} khóa, còn {left} mã dự phòng.", facts))


@click.group()
def role() -> None:
    """Vai trò: ai được làm gì."""


UNIT = click.option("--unit", default="", help="Mã hoặc khóa đơn vị; chỉ cho unit-officer.")
MOST_LISTED = 100_000


DAY = click.DateTime(["%Y-%m-%d"])


@role.command(name="list")
@click.option("--search", default="", help="Họ tên, tên đăng nhập hoặc mã.")
@DATA
def list_(search: str, data: Path | None) -> None:
    """Liệt kê ai giữ vai trò gì, cho đơn vị nào, trong những ngày nào."""
    from records.people import holders
    from records.programme.counting import load_units_tree
    from school.people.unit_names.keys import key_of

    with opened(data) as (_settings, records), records.read() as session:
        _total, found = holders.list_holders(session, search=search, limit=MOST_LISTED)
        tree = load_units_tree(session)
    for one in found:
        unit = tree.get(one.unit_id or 0)
        days = f"{one.starts_on or ''} – {one.ends_on or ''}"
        who = one.username or one.code or f"#{one.person_id}"
        click.echo(f"{who}\t{one.full_name}\t{one.role}\t{key_of(unit) if unit else ''}\t{days}")


@role.command()
@click.argument("username")
@click.argument("name", metavar="ROLE")
@UNIT
@click.option("--from", "starts_on", type=DAY, help="Ngày bắt đầu (2026-12-31); mặc định ngay.")
@click.option("--until", "ends_on", type=DAY, help="Ngày cuối cùng; mặc định không hẹn.")
@DATA
def grant(
    username: str,
    name: str,
    unit: str,
    starts_on: dt.datetime | None,
    ends_on: dt.datetime | None,
    data: Path | None,
) -> None:
    """Giao vai trò ROLE cho USERNAME (tên đăng nhập hoặc mã); vai trò đang giữ được đổi ngày."""
    from school.access import operator
    from school.people import acts
    from school.people.appointing import Days

    days = Days(starts_on and starts_on.date(), ends_on and ends_on.date())
    with opened(data) as (_settings, records), records.begin() as session:
        by = operator("motcham role grant")
        new = acts.appoint(session, by, username, name, unit, days, at=dt.datetime.now(dt.UTC))
    facts = {"username": username, "role": name}
    say(
        Message("{username} nay là {role}.", facts)
        if new
        else Message("{username} đã là {role}; không có gì đổi.", facts)
    )


@role.command()
@click.argument("username")
@click.argument("name", metavar="ROLE")
@UNIT
@DATA
def withdraw(username: str, name: str, unit: str, data: Path | None) -> int:
    """Thôi giao vai trò ROLE cho USERNAME."""
    from school.access import operator
    from school.people import acts

    with opened(data) as (_settings, records), records.begin() as session:
        by = operator("motcham role withdraw")
        gone = acts.withdraw_role(session, by, username, name, unit, at=dt.datetime.now(dt.UTC))
    facts = {"username": username, "role": name}
    if not gone:
        say(Message("{username} không giữ vai trò {role}.", facts))
        return 1
    say(Message("{username} không còn là {role}.", facts))
    return 0
