"""What somebody who wants to come in says of themselves, read. Pure but for a token's dice."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from dataclasses import dataclass

from analytics.certificates.printable import unprintable
from core.messages import Message, Refused
from core.names import in_small_letters
from records.people.logins import REGISTERED
from records.tables.entry import PUBLIC_GROUPS
from school.people.account_tokens import ALPHABET
from school.people.roster.names import cannot_be_printed, fold, refuse_name

LONGEST_NAME, LONGEST_ADDRESS, LONGEST_LOCAL = 120, 200, 64
CONFIRM_HOURS = 48  # to open the letter; then what was asked is forgotten
CONFIRM = dt.timedelta(hours=CONFIRM_HOURS)
MOST_WAITING = 5_000  # requests not confirmed yet, of everybody
CODE_GROUPS, IN_A_GROUP = 3, 4  # of an invitation: 59 bits
MOST_PLACES = 100_000

GROUP_NAMES = {
    "citizen": Message("Người dân"),
    "worker": Message("Người lao động"),
    "enterprise": Message("Doanh nghiệp, hợp tác xã, hộ kinh doanh"),
    "pupil": Message("Học sinh, sinh viên"),
}
assert tuple(GROUP_NAMES) == PUBLIC_GROUPS

# One address as mail servers take it, without the quoted forms that hide a second one.
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
_ADDRESS = re.compile(rf"({_LOCAL})@({_HOST})")


@dataclass(frozen=True)
class Newcomer:
    """Somebody who wants to come in, as they say and as we may keep it."""

    full_name: str
    email: str  # in small letters: one address is one person
    group: str  # "" where their invitation says it


def read_newcomer(full_name: str, email: str, group: str | None, *, agreed: bool) -> Newcomer:
    """What was filled in; ``group`` None where an invitation says it. `Refused` with each reason at
    its field."""
    name, address = fold(full_name), email.strip().lower()
    faults: dict[str, Message] = {}
    if said := _fault_of_name(name):
        faults["full_name"] = said
    if said := _fault_of_address(address):
        faults["email"] = said
    if group is not None and group not in PUBLIC_GROUPS:
        faults["group"] = Message("Hãy chọn một nhóm")
    if not agreed:
        faults["agreed"] = Message("Cần đồng ý thì chúng tôi mới được giữ những dữ liệu này")
    if faults:
        raise Refused.at_fields(faults)
    return Newcomer(name, address, group or "")


def _fault_of_name(name: str) -> Message | None:
    if not name:
        return Message("Hãy điền mục này")
    if len(name) > LONGEST_NAME:
        return Message("Họ tên dài quá {n} ký tự", {"n": LONGEST_NAME})
    trouble = refuse_name(name)
    if trouble is None and (letters := unprintable(name)):
        trouble = cannot_be_printed(letters)
    if trouble is None:
        return None
    if in_small_letters(name):
        return Message("{why}. {mend}", {"why": trouble[0], "mend": trouble[1]})
    return Message("{why}; hãy ghi đúng họ tên như trong căn cước", {"why": trouble[0]})


def _fault_of_address(address: str) -> Message | None:
    if not address:
        return Message("Hãy điền mục này")
    found = _ADDRESS.fullmatch(address)
    if found is None or len(address) > LONGEST_ADDRESS or len(found[1]) > LONGEST_LOCAL:
        return Message("Địa chỉ thư chưa đúng; ví dụ ten@example.vn")
    return None


def make_login_name() -> str:
    """A name that no list and no identity provider gives (`records.people.logins.REGISTERED`)."""
    return REGISTERED + "-".join(_letters(IN_A_GROUP) for _ in range(2))


def make_code() -> str:
    """The code of an invitation, as it is kept: without the dashes that `shown_code` puts in."""
    return _letters(CODE_GROUPS * IN_A_GROUP)


def shown_code(code: str) -> str:
    """A code as it is read out and printed."""
    return "-".join(code[at : at + IN_A_GROUP] for at in range(0, len(code), IN_A_GROUP))


def _letters(n: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(n))
