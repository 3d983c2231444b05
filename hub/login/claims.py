"""What an identity provider says of somebody, read as a login name of the records. Pure."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Any

from core.messages import Message, Refused

NO_CLAIM = Message(
    "Máy chủ định danh không cho biết tên đăng nhập. Hãy báo quản trị hệ thống xem lại "
    "MOTCHAM_OIDC_USERNAME_CLAIM."
)
NO_SUBJECT = Message("Máy chủ định danh không cho biết đây là ai (thiếu “sub”).")
OTHER_DOMAIN = Message(
    "Máy chủ định danh gọi tên kèm miền (MIỀN\\tên). Hãy báo quản trị hệ thống đặt "
    "MOTCHAM_OIDC_DOMAIN cho đúng miền của cơ quan."
)
OTHER_SUBJECT = Message(
    "Tài khoản này đã gắn với một người khác ở máy chủ định danh. Hãy báo quản trị hệ thống."
)


def read_login_name(claim: Any, domain: str = "") -> str:
    """The login name that a claim stands for. Raises `Refused`.

    A whole number is its digits: some providers send a personal number so. ``domain``: the one
    whose names are known here without it, so that ``DOMAIN\\name`` and ``name@domain`` are
    ``name``; a name of any other domain keeps it, or two people of two domains would be one.
    """
    if isinstance(claim, int) and not isinstance(claim, bool):
        claim = str(claim)
    if not isinstance(claim, str) or not claim.strip():
        raise Refused(NO_CLAIM)
    name = unicodedata.normalize("NFC", claim).strip().lower()
    before, backslash, after = name.rpartition("\\")
    if backslash:
        if before != domain.strip().lower() or not after:
            raise Refused(OTHER_DOMAIN)
        return after
    local, at, host = name.partition("@")
    return local if at and domain and host == domain.strip().lower() else name


def read_subject(issuer: str, subject: Any) -> str:
    """A fingerprint of whom a provider means, whatever it calls them. Raises `Refused`."""
    if not isinstance(subject, str | int) or isinstance(subject, bool) or not str(subject):
        raise Refused(NO_SUBJECT)
    return hashlib.sha256(f"{issuer}\0{subject}".encode()).hexdigest()
