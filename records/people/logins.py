"""Login names: each belongs to one person for ever.

An account (a password, sessions, a lab, groups) hangs on the letters of a login name, in
JupyterHub's database and at the identity provider. So the letters are given out once: a name that
its person no longer uses opens nothing, and nobody else ever gets it, not even after its person
was erased. What is kept is a fingerprint of the name beside the person's key, never the name.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session

from core.messages import Message, Refused
from records.tables.people import LoginName, Person
from records.writing import insert_all_new

FOR_REGISTERED = Message("Tên đăng nhập bắt đầu bằng tdk- dành cho người tự đăng ký")
_BY_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
# Names of those who came by themselves begin with it, and no others: what lists and identity
# providers give out can never be one of these.
REGISTERED = "tdk-"
_AT_ONCE = 500  # SQLite takes a bounded number of parameters in one statement


def fold(name: str) -> str:
    """What a login name comes down to: full-width letters, case and outer spaces do not tell two
    names apart."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def fingerprint(name: str) -> str:
    """Stands for a login name in the list of those that were given out."""
    return hashlib.sha256(b"login name\0" + fold(name).encode()).hexdigest()


def is_registered(name: str) -> bool:
    """Whether it is a name that only registering gives."""
    return fold(name).startswith(REGISTERED)


def owners(session: Session, names: Collection[str]) -> dict[str, int]:
    """Of these names, those that were ever given out, with the key of the person they are of."""
    by_print = {fingerprint(name): name for name in names}
    return {by_print[key]: owner for key, owner in _owners_by_print(session, by_print).items()}


def _owners_by_print(session: Session, prints: Collection[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in _portions(prints):
        rows = session.execute(
            select(LoginName.fingerprint, LoginName.person_id).where(
                LoginName.fingerprint.in_(some)
            )
        )
        found.update((row.fingerprint, row.person_id) for row in rows)
    return found


def give(session: Session, names: Mapping[str, int], *, registering: bool = False) -> None:
    """Give each name to the person with this key, for ever. `Refused` for a name of somebody
    else's, now or once, for one whose letters can be taken for others, and for one that is kept for
    those who register, unless they are ``registering``."""
    for name in names:
        if not name.isascii():
            raise Refused(Message("Tên đăng nhập {username} có chữ ngoài a–z", {"username": name}))
    prints = {name: fingerprint(name) for name in names}
    known = _owners_by_print(session, prints.values())
    fresh = [name for name in names if prints[name] not in known]
    if not registering and any(is_registered(name) for name in fresh):
        raise Refused(FOR_REGISTERED)
    rows = [{"fingerprint": prints[name], "person_id": names[name]} for name in fresh]
    insert_all_new(session, LoginName, rows)
    # Asked again: of two who want one name, in here or in another transaction, one was quicker.
    known |= _owners_by_print(session, [prints[name] for name in fresh])
    for name, person_id in names.items():
        if known[prints[name]] != person_id:
            raise Refused(Message("Tên đăng nhập {username} đã có người dùng", {"username": name}))


def give_by_code(session: Session, people: Iterable[Person]) -> int:
    """Give those who have no login name one made of their official's code, where nobody has or had
    it; how many got one."""
    wanted: dict[str, Person] = {}
    for person in people:
        name = (person.code or "").lower().replace("/", "-")
        if not person.username and _BY_CODE.fullmatch(name) and not is_registered(name):
            wanted.setdefault(name, person)
    taken = owners(session, wanted)
    free = {name: person for name, person in wanted.items() if name not in taken}
    give(session, {name: person.id for name, person in free.items()})
    for name, person in free.items():
        person.username = name
    session.flush()
    return len(free)


def give_all(session: Session) -> None:
    """Give every person the name they log in with; for rows that were written many at once."""
    found = session.execute(select(Person.username, Person.id))
    people = {username: person_id for username, person_id in found if username}
    known = owners(session, people)
    fresh = {fingerprint(name): key for name, key in people.items() if name not in known}
    if fresh:
        session.execute(
            insert(LoginName),
            [{"fingerprint": key, "person_id": person_id} for key, person_id in fresh.items()],
        )


def bind(session: Session, name: str, subject: str) -> bool:
    """Whether the identity provider's ``subject`` may log in by this name.

    The first one who does is the one from then on: a provider that hands a name to another person
    does not hand over the account. `unbind` undoes that. Whoever registered has a password here,
    and no provider knows them.
    """
    if is_registered(name):
        return False
    row = session.get(LoginName, fingerprint(name))
    if row is None:
        return False
    if row.subject is None:
        row.subject = subject
        session.flush()
    return row.subject == subject


def unbind(session: Session, name: str) -> bool:
    """Let the next subject of the identity provider log in as the person of this name, whichever
    of their names it was that had one; False where none did."""
    row = session.get(LoginName, fingerprint(name))
    if row is None:
        return False
    gone = session.execute(
        update(LoginName)
        .where(LoginName.person_id == row.person_id, LoginName.subject.is_not(None))
        .values(subject=None)
        .returning(LoginName.fingerprint)
    )
    return bool(gone.all())


def people_of_subject(session: Session, subject: str) -> set[int]:
    """Whose login names, now or once, this subject of the identity provider has."""
    found = select(LoginName.person_id).where(LoginName.subject == subject)
    return set(session.scalars(found))


def name_of_subject(session: Session, subject: str) -> str | None:
    """The login name in force that this subject has; a name that was changed opens nothing."""
    rows = session.execute(
        select(Person.username, LoginName.fingerprint)
        .join(Person, Person.id == LoginName.person_id)
        .where(LoginName.subject == subject, Person.username.is_not(None))
    )
    return next((name for name, key in rows if name and fingerprint(name) == key), None)


def is_bound(session: Session, person_id: int) -> bool:
    """Whether a subject of the identity provider has any login name of this person's."""
    return (
        session.scalar(
            select(LoginName.fingerprint)
            .where(LoginName.person_id == person_id, LoginName.subject.is_not(None))
            .limit(1)
        )
        is not None
    )


def find_described(session: Session, *, code: str, email: str) -> list[Person]:
    """Everybody in the lists with this official's code, or this address; "" is nobody's. Not who
    left or was erased."""
    fits = [
        *((Person.code == code,) if code else ()),
        *((func.lower(Person.email) == email.lower(),) if email else ()),
    ]
    if not fits:
        return []
    listed = (Person.erased_at.is_(None), Person.left_at.is_(None))
    return list(session.scalars(select(Person).where(or_(*fits), *listed).order_by(Person.id)))


def _portions(values: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(values)
    for begin in range(0, len(ordered), _AT_ONCE):
        yield ordered[begin : begin + _AT_ONCE]
