"""What an identity provider says of somebody, read as a login name of the records. Pure."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.messages import Message, Refused
from school.people.login_acts import Described

NO_CLAIM = Message(
    "Máy chủ định danh không cho biết tên đăng nhập. Hãy báo quản trị hệ thống xem lại "
    "MOTCHAM_OIDC_USERNAME_CLAIM."
)
NO_SUBJECT = Message("Máy chủ định danh không cho biết đây là ai (thiếu “sub”).")
OTHER_DOMAIN = Message(
    "Máy chủ định danh gọi tên kèm miền (MIỀN\\tên). Hãy báo quản trị hệ thống đặt "
    "MOTCHAM_OIDC_DOMAIN cho đúng miền của cơ quan."
)
NO_CODE = Message(
    "Máy chủ định danh không cho biết mã của anh/chị. Hãy báo quản trị hệ thống xem lại "
    "MOTCHAM_OIDC_CODE_CLAIM."
)
NO_FULL_NAME = Message(
    "Máy chủ định danh không cho biết họ tên để đối chiếu. Hãy báo quản trị hệ thống xem lại "
    "MOTCHAM_OIDC_NAME_CLAIM."
)


@dataclass(frozen=True)
class Trust:
    """Which claims may say who of the lists somebody is; "" and False: none.

    ``code_digits``: how many digits an official's code has, 0 where it is any text. ``name_claim``:
    the full name, compared with the list's. ``roles``: also people who hold a role.
    """

    code_claim: str = ""
    code_digits: int = 0
    name_claim: str = ""
    email: bool = False
    roles: bool = False

    @property
    def anything(self) -> bool:
        return bool(self.code_claim or self.email)


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


def read_description(said: Mapping[str, Any], trust: Trust) -> Described:
    """What a provider says of somebody that the operator trusts; of what is missing or odd, the
    sentence, for whoever is not known otherwise.

    An address counts only where the provider says that it has checked it: ``email_verified`` true,
    as the standard has it (OpenID Connect Core 1.0, clause 5.1), and not a word like it.
    """
    email = said.get("email") if trust.email and said.get("email_verified") is True else ""
    email = email.strip() if isinstance(email, str) else ""
    name = said.get(trust.name_claim) if trust.name_claim else None
    if trust.name_claim and (not isinstance(name, str) or not name.strip()):
        return Described(fault=NO_FULL_NAME)
    code = _read_code(said.get(trust.code_claim), trust.code_digits) if trust.code_claim else ""
    return Described(fault=NO_CODE) if code is None else Described(code, email, name)


def _read_code(claim: Any, digits: int) -> str | None:
    """ "" where there is none, None where it cannot be one. A number may have lost the noughts it
    begins with; with ``digits`` they are put back."""
    if claim is None:
        return ""
    if isinstance(claim, int) and not isinstance(claim, bool):
        claim = str(claim).zfill(digits)
    if not isinstance(claim, str):
        return None
    code = unicodedata.normalize("NFKC", claim).strip()
    if digits and not (code.isascii() and code.isdigit() and len(code) == digits):
        return None
    return code
