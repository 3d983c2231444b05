"""`motcham`, the one command. Every subcommand stands in `COMMANDS`; each is loaded when it runs.

Exit codes: 0 done, 1 done and the answer is no (a check found errors, a test failed, a certificate
does not hold), 2 the input cannot be used (each reason said in one line), 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import click

from core.messages import Message, Refused
from hub.commands.console import speaker, tell

BAD_INPUT = 2
INTERRUPTED = 130


@dataclass(frozen=True)
class Entry:
    """Where a command is, what it is for, and the modules without which it cannot work."""

    where: str
    what: Message
    needs: tuple[str, ...] = ()


COMMANDS = {
    "up": Entry("platform:up", Message("Cài đặt, khởi động hệ thống và báo địa chỉ")),
    "init": Entry(
        "first_start:init", Message("Quyết định dùng thử hay dùng thật, và người quản trị đầu tiên")
    ),
    "test": Entry("platform:test", Message("Chạy mọi kiểm thử")),
    "doctor": Entry("platform:doctor", Message("Xem máy này còn thiếu gì và cách bổ sung")),
    "course": Entry(
        "courses:course",
        Message("Khóa học: check, new, preview, publish, export, import, map"),
        ("courses.authoring", "graders.strict.marker"),
    ),
    "framework": Entry(
        "frameworks:framework", Message("Khung năng lực: export, import, check, draft (CASE 1.1)")
    ),
    "items": Entry(
        "items:items",
        Message("Ngân hàng câu hỏi: check, show, try, review, list, calibrate, watch"),
        ("courses.bank", "graders.strict.marker"),
    ),
    "mark": Entry(
        "marking:mark", Message("Chấm một sổ tay, không cần hệ thống"), ("graders.strict.marker",)
    ),
    "autograde": Entry(
        "marking:autograde",
        Message("Chấm một lớp nbgrader có sẵn, thay cho nbgrader autograde"),
        ("graders.compatible",),
    ),
    "roster": Entry(
        "people:roster", Message("Danh sách học viên: import"), ("school.people.roster",)
    ),
    "unit": Entry("units:unit", Message("Đơn vị: import, list"), ("school.people.units",)),
    "account": Entry("people:account", Message("Tài khoản: cấp lại mật khẩu")),
    "role": Entry("people:role", Message("Vai trò: list, grant, withdraw"), ("school.people",)),
    "invitation": Entry(
        "invitations:invitation",
        Message("Mã mời để tự đăng ký: new, list, revoke"),
        ("school.people",),
    ),
    "person": Entry("persons:person", Message("Một người: erase, merge"), ("school.people",)),
    "audit": Entry("audit:audit", Message("Nhật ký: verify, head, export")),
    "backup": Entry(
        "backups:backup", Message("Sao lưu, cả khi đang chạy"), ("hub.platform.backup",)
    ),
    "restore": Entry(
        "backups:restore", Message("Khôi phục một bản sao lưu"), ("hub.platform.backup",)
    ),
    "drill": Entry(
        "backups:drill", Message("Diễn tập sao lưu và khôi phục"), ("hub.platform.backup",)
    ),
    "move": Entry(
        "backups:move", Message("Chuyển từ SQLite sang PostgreSQL"), ("hub.platform.backup",)
    ),
    "report": Entry(
        "results:report", Message("Báo cáo tiến độ ra xlsx"), ("analytics.programme.report",)
    ),
    "certificate": Entry(
        "results:certificate",
        Message("Chứng nhận: verify"),
        ("analytics.certificates.verification",),
    ),
    "demo": Entry(
        "results:demo", Message("Số liệu dùng thử: load, clear"), ("hub.platform.demo_learners",)
    ),
}


class Commands(click.Group):
    """Commands by name; one whose room is not there is not listed."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return [name for name, entry in COMMANDS.items() if _is_built(entry)]

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        entry = COMMANDS.get(name)
        if entry is None or not _is_built(entry):
            return None
        module, _, attribute = entry.where.partition(":")
        command: click.Command = getattr(
            importlib.import_module(f"hub.commands.{module}"), attribute
        )
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        _ = speaker()
        rows = [(name, _.message(COMMANDS[name].what)) for name in self.list_commands(context)]
        with formatter.section(_.message(Message("Lệnh"))):
            formatter.write_dl(rows)


def _is_built(entry: Entry) -> bool:
    modules = (f"hub.commands.{entry.where.partition(':')[0]}", *entry.needs)
    return all(_is_there(name) for name in modules)


def _is_there(name: str) -> bool:
    """Whether the module exists, looked up without importing a room."""
    room, _, rest = name.partition(".")
    found = find_spec(room)
    if found is None or not rest:
        return found is not None
    places = (Path(place, *rest.split(".")) for place in found.submodule_search_locations or ())
    return any(place.with_suffix(".py").exists() or place.is_dir() for place in places)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="motcham")
def motcham() -> None:
    """Một Chạm: nền tảng học kỹ năng số cho cán bộ, công chức, viên chức."""


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run one command and exit; whatever went wrong is said in a sentence."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        sys.exit(motcham.main(arguments, prog_name="motcham", standalone_mode=False) or 0)
    except Refused as refused:
        for message in refused.messages:
            tell(message)
        sys.exit(BAD_INPUT)
    except click.ClickException as error:
        tell(_complaint(error))
        sys.exit(BAD_INPUT)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        if os.environ.get("MOTCHAM_DEBUG"):
            raise
        tell(
            Message(
                "Lỗi không lường trước: {kind}: {error}. Chạy lại với MOTCHAM_DEBUG=1 để xem chi "
                "tiết và gửi cho người phát triển.",
                {"kind": type(error).__name__, "error": str(error)},
            )
        )
        sys.exit(1)


def _complaint(error: click.ClickException) -> Message:
    if isinstance(error, click.NoSuchOption):
        return Message("Không có tùy chọn {name}.", {"name": error.option_name})
    if isinstance(error, click.NoSuchCommand):
        return Message("Không có lệnh {name}. Xem motcham --help.", {"name": error.command_name})
    if isinstance(error, click.MissingParameter) and error.param:
        return Message("Còn thiếu {name}.", {"name": _name(error.param)})
    if isinstance(error, click.BadParameter) and error.param:
        return Message("{name}: {reason}", {"name": _name(error.param), "reason": _wanted(error)})
    context = error.ctx if isinstance(error, click.UsageError) else None
    return Message(
        "Lệnh không đúng: {reason} Xem {command} --help.",
        {
            "reason": error.format_message(),
            "command": context.command_path if context else "motcham",
        },
    )


def _wanted(error: click.BadParameter) -> str:
    """What click says in English, in Vietnamese for the kinds of argument we have."""
    kind = error.param.type if error.param else None
    if isinstance(kind, click.IntRange):
        span = {"least": kind.min, "most": "∞" if kind.max is None else kind.max}
        return speaker().message(Message("cần số nguyên từ {least} đến {most}", span))
    if isinstance(kind, click.Choice):
        return speaker().message(
            Message("chọn một trong: {choices}", {"choices": ", ".join(map(str, kind.choices))})
        )
    if isinstance(kind, click.Path):
        return speaker().message(Message("không có hoặc không đọc được đường dẫn này"))
    if isinstance(kind, click.DateTime):
        return speaker().message(Message("cần ngày dạng năm-tháng-ngày, ví dụ 2026-12-31"))
    return error.message


def _name(param: click.Parameter) -> str:
    return param.opts[0] if isinstance(param, click.Option) else (param.name or "").upper()


if __name__ == "__main__":
    main()
