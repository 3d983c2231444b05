"""invitation new, list, revoke."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from core.calendar import today_in_vietnam
from core.messages import Message, Refused
from hub.commands.console import say
from hub.commands.opening import DATA, opened

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def invitation() -> None:
    """Mã mời để tự đăng ký học."""


@invitation.command()
@click.argument("title")
@click.option(
    "--group",
    type=click.Choice(["citizen", "worker", "enterprise", "pupil"]),
    required=True,
    help="Người dân, người lao động, doanh nghiệp, học sinh và sinh viên.",
)
@click.option("--places", type=click.IntRange(1), required=True, help="Số chỗ.")
@click.option("--from", "opens", type=DAY, help="Từ ngày; bỏ trống: hôm nay.")
@click.option("--to", "closes", type=DAY, required=True, help="Đến hết ngày.")
@click.option("--unit", default="", help="Mã đơn vị; bỏ trống: không của đơn vị nào.")
@DATA
def new(
    title: str,
    group: str,
    places: int,
    opens: dt.datetime | None,
    closes: dt.datetime,
    unit: str,
    data: Path | None,
) -> None:
    """Tạo một mã mời dành cho TITLE và in ra."""
    from records.programme.counting import load_units_tree
    from school.access import operator
    from school.people import entry_acts
    from school.people.entering import shown_code
    from school.people.unit_names.finding import NEWEST
    from school.people.unit_names.keys import find_one

    at = dt.datetime.now(dt.UTC)
    with opened(data) as (settings, records), records.begin() as session:
        tree = load_units_tree(session).values()
        terms = entry_acts.Terms(
            title=title,
            group=group,
            unit_id=find_one(tree, unit, vintage=NEWEST).id if unit else None,
            places=places,
            opens_on=opens.date() if opens else today_in_vietnam(at),
            closes_on=closes.date(),
        )
        by = operator("motcham invitation new")
        made = entry_acts.invite(session, by, terms, programme=settings.programme, at=at)
        code = shown_code(made.code)
    address = f"{settings.address.rstrip('/')}/services/portal/register?code={code}"
    say(Message("{code}: {address}", {"code": code, "address": address}))
    if settings.door == "closed":
        say(
            Message(
                "Mã này chưa dùng được: hệ thống không nhận người tự đăng ký (MOTCHAM_REGISTRATION "
                "và máy chủ thư)."
            )
        )


@invitation.command(name="list")
@DATA
def list_(data: Path | None) -> None:
    """In mọi mã mời: mã, đã vào trên số chỗ, thời hạn, dành cho ai."""
    from records.people import entry
    from school.people.entering import shown_code

    with opened(data) as (_settings, records), records.read() as session:
        for one in entry.list_invitations(session):
            facts = {
                "code": shown_code(one.code),
                "used": one.used,
                "places": one.places,
                "from": one.opens_on,
                "to": one.closes_on,
                "title": one.title,
            }
            if one.revoked_at:
                say(Message("{code} {used}/{places} đã thu hồi: {title}", facts))
            else:
                say(Message("{code} {used}/{places} {from} – {to}: {title}", facts))


@invitation.command()
@click.argument("code")
@DATA
def revoke(code: str, data: Path | None) -> int:
    """Thu hồi mã CODE; ai đã vào bằng mã ấy thì vẫn học tiếp."""
    from records.people import entry
    from school.access import operator
    from school.people import entry_acts

    at = dt.datetime.now(dt.UTC)
    with opened(data) as (_settings, records), records.begin() as session:
        found = entry.find_invitation(session, code)
        if found is None:
            raise Refused(Message("Không có mã mời {code}.", {"code": code[:40]}))
        by = operator("motcham invitation revoke")
        done = entry_acts.revoke_invitation(session, by, found.id, at=at)
    if not done:
        say(Message("Mã {code} đã được thu hồi từ trước.", {"code": code}))
        return 1
    say(Message("Đã thu hồi mã {code}.", {"code": code}))
    return 0
