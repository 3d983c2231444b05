"""Whether a database can be used, and in words why not."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core.messages import Message, Refused
from records.engine import open_engine
from records.platform.copying import first_line

_REASONS = (
    (
        r"password authentication failed|no password supplied|role .* does not exist",
        Message("sai tên hoặc mật khẩu; hãy xem phần tên:mật-khẩu@ của địa chỉ"),
    ),
    (
        r"resolve host|translate host name|name or service not known",
        Message("không tìm thấy máy chủ mang tên này; hãy xem tên máy trong địa chỉ"),
    ),
    (
        r"connection refused|no such file or directory",
        Message("máy chủ không nhận kết nối; PostgreSQL đã chạy chưa, cổng có đúng không?"),
    ),
    (
        r"database .* does not exist",
        Message("chưa có cơ sở dữ liệu tên này; hãy tạo: createdb --encoding=UTF8 <tên>"),
    ),
    (
        r"timeout|timed out",
        Message("máy chủ không trả lời kịp; tường lửa có chặn cổng không?"),
    ),
    (r"no pg_hba.conf entry", Message("máy chủ không cho máy này vào; hãy xem pg_hba.conf")),
    (
        r"unable to open database file|readonly database|permission denied",
        Message("không mở hoặc không ghi được; hãy xem quyền của tài khoản"),
    ),
    (
        r"file is not a database|malformed",
        Message("tệp không phải cơ sở dữ liệu hoặc đã hỏng; hãy khôi phục từ bản sao"),
    ),
)


@dataclass(frozen=True)
class Reached:
    """A database that answers."""

    kind: str
    version: str
    now: dt.datetime | None  # by its own clock, where that is another machine's


def reach(url: str) -> Reached:
    """Ask a database what it is. Raises `Refused` with the reason in words, without its
    password."""
    engine = open_engine(url)
    where = engine.url.render_as_string(hide_password=True)
    try:
        with contextlib.closing(engine.connect()) as connection:
            if engine.dialect.name == "sqlite":
                version = str(connection.scalar(text("SELECT sqlite_version()")))
                connection.execute(text("SELECT count(*) FROM sqlite_master"))
                return Reached("SQLite", version, None)
            encoding = connection.scalar(text("SHOW server_encoding"))
            if encoding != "UTF8":
                raise Refused(
                    Message(
                        "Cơ sở dữ liệu {url} không viết được tiếng Việt ({encoding}); hãy tạo cơ "
                        "sở dữ liệu UTF8",
                        {"url": where, "encoding": encoding},
                    )
                )
            version = str(connection.scalar(text("SHOW server_version")))
            return Reached(
                "PostgreSQL", version, connection.scalar(text("SELECT clock_timestamp()"))
            )
    except SQLAlchemyError as error:
        facts = {"url": where, "reason": why(error)}
        raise Refused(Message("Không dùng được cơ sở dữ liệu {url}: {reason}", facts)) from None
    finally:
        engine.dispose()


def why(error: BaseException) -> Message:
    """In words, why a database cannot be used."""
    said = str(getattr(error, "orig", None) or error)
    for pattern, reason in _REASONS:
        if re.search(pattern, said, re.I | re.S):
            return reason
    return Message("{reason}", {"reason": first_line(error)})
