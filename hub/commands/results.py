"""report, certificate verify, demo load and clear."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import click

from core.messages import Message, Refused
from hub.commands.console import say, speaker
from hub.commands.opening import DATA, opened


@click.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--provinces",
    type=click.Choice(["63", "34"]),
    default="34",
    help="Theo 63 tỉnh, thành phố (đến 30/6/2025) hay 34 (từ 01/7/2025).",
)
@DATA
def report(target: Path, provinces: str, data: Path | None) -> None:
    """Ghi tiến độ so với chỉ tiêu vào tệp TARGET (xlsx): đúng các số của trang toàn quốc."""
    from analytics.programme.report import write_report

    if target.suffix != ".xlsx":
        raise Refused(Message("Tên tệp báo cáo phải có đuôi .xlsx: {path}", {"path": target}))
    if not target.absolute().parent.is_dir():
        raise Refused(Message("Không có thư mục {path}", {"path": target.absolute().parent}))
    with opened(data) as (settings, records), records.read() as session:
        figures = write_report(
            session,
            target,
            at=dt.datetime.now(dt.UTC),
            vintage="2008" if provinces == "63" else "2025",
            programme=settings.programme,
            sample=settings.demonstration,
        )
    facts = {"path": target, "done": figures.total.certified, "of": figures.total.planned}
    say(Message("Đã ghi {path}: {done} người đã có chứng nhận, chỉ tiêu {of}.", facts))


@click.group()
def certificate() -> None:
    """Chứng nhận đã cấp."""


@certificate.command()
@click.argument("what")
@DATA
def verify(what: str, data: Path | None) -> int:
    """Kiểm tra chứng nhận: WHAT là số chứng nhận, hoặc tệp PDF."""
    from analytics.certificates.verification import judge_file, judge_number
    from hub.platform.certificate_office import open_signer
    from hub.portal.paper_desk import PaperDesk

    with opened(data) as (settings, records), records.read() as session:
        if Path(what).is_file():
            certificate = open_signer(settings).certificate
            desk = PaperDesk(allow_reduced=settings.allow_reduced_walls)
            try:
                verdict = judge_file(
                    session, Path(what).read_bytes(), certificate, examine=desk.examine
                )
            finally:
                desk.close()
        else:
            verdict = judge_number(session, what)
    for message in verdict.messages:
        say(message)
    return 0 if verdict.good else 1


@click.group()
def demo() -> None:
    """Số liệu dùng thử, đều là người không có thật."""


@demo.command()
@click.option("--learners", type=click.IntRange(1), required=True, help="Bao nhiêu học viên mẫu.")
@click.option("--seed", type=click.IntRange(0), default=1, help="Cùng số gieo, cùng số liệu.")
@DATA
def load(learners: int, seed: int, data: Path | None) -> None:
    """Thêm học viên mẫu cùng kết quả học và chứng nhận của họ."""
    from hub.platform.demo_learners import load_demo_learners

    with opened(data) as (settings, records), records.begin() as session:
        if not settings.demonstration:
            raise Refused(
                Message(
                    "Ở đây không phải hệ thống dùng thử: người mẫu sẽ lẫn vào số liệu thật. Hãy "
                    "chọn thư mục khác bằng --data."
                )
            )
        loaded = load_demo_learners(session, learners, seed=seed, at=dt.datetime.now(dt.UTC))
    if loaded is None:
        say(Message("Số gieo {seed} đã được dùng ở đây; không có gì đổi.", {"seed": seed}))
        return
    facts = {"learners": loaded.learners, "certificates": loaded.certificates}
    say(Message("Đã thêm {learners} học viên mẫu, {certificates} chứng nhận.", facts))


@demo.command()
@click.option("--yes", is_flag=True, help="Không hỏi lại.")
@DATA
def clear(yes: bool, data: Path | None) -> None:
    """Đưa mọi người mẫu ra, trọn vẹn, không động đến ai khác; từ đó là hệ thống thật.

    Hệ thống phải đang dừng. Khóa học đã công bố, đơn vị thật và nhật ký được giữ nguyên.
    """
    from hub.platform.first_start import forget_demonstration
    from hub.platform.up import claim
    from records.people.persons import all_usernames
    from records.platform.installation import count_people
    from school.access import operator
    from school.platform import acts

    with opened(data) as (settings, records), claim(settings):
        with records.read() as session:
            facts = {
                "made_up": count_people(session, made_up=True),
                "real": count_people(session, made_up=False),
            }
        if not yes:
            _confirm(facts)
        with records.begin() as session:
            by = operator("motcham demo clear")
            cleared = acts.clear_demonstration(session, by, at=dt.datetime.now(dt.UTC))
            known = all_usernames(session)
        forget_demonstration(settings, cleared, known)
    if not cleared:
        say(Message("Ở đây không có người mẫu nào."))
        return
    say(
        Message(
            "Đã đưa ra {people} người mẫu, {submissions} bài nộp, {certificates} chứng nhận, "
            "{units} đơn vị mẫu. Từ nay đây là hệ thống thật.",
            {
                "people": cleared.people,
                "submissions": cleared.submissions,
                "certificates": cleared.certificates,
                "units": cleared.units,
            },
        )
    )
    say(Message("Tiếp theo: motcham init để có người quản trị đầu tiên."))


def _confirm(facts: dict[str, int]) -> None:
    """Ask before anything is taken out; `Refused` where nobody can be asked."""
    if not sys.stdin.isatty():
        raise Refused(Message("Lệnh này không hoàn lại được; trong kịch bản hãy ghi --yes."))
    question = Message("Đưa {made_up} người mẫu ra, giữ {real} người khác?", facts)
    if not click.confirm(speaker().message(question)):
        raise click.Abort
