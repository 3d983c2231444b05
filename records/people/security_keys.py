"""Security keys, and the codes that stand in for them once.

They belong to a person, not to a login name: a changed name keeps them, and nobody else ever opens
anything by them (`forget` when a person is erased, `follow_account` when two become one).
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import secrets
from collections.abc import Collection, Sequence

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from records.tables.people import RecoveryCode, SecurityKey, SessionsEnd
from records.writing import insert_new


def keys_of(session: Session, person_id: int) -> Sequence[SecurityKey]:
    """This person's keys, oldest first."""
    return session.scalars(
        select(SecurityKey).where(SecurityKey.person_id == person_id).order_by(SecurityKey.id)
    ).all()


def has_keys(session: Session, person_id: int) -> bool:
    found = select(SecurityKey.id).where(SecurityKey.person_id == person_id).limit(1)
    return session.scalar(found) is not None


def find_key(session: Session, person_id: int, credential_id: bytes) -> SecurityKey | None:
    """The key of this name, if it is this person's."""
    return session.scalar(
        select(SecurityKey).where(
            SecurityKey.credential_hash == _hash_credential(credential_id),
            SecurityKey.person_id == person_id,
        )
    )


def add_key(
    session: Session,
    person_id: int,
    *,
    name: str,
    credential_id: bytes,
    public_key: bytes,
    sign_count: int,
    transports: Collection[str],
    at: dt.datetime,
) -> bool:
    """Keep a key; False where it is somebody's already, this person's or another's."""
    return insert_new(
        session,
        SecurityKey,
        person_id=person_id,
        name=name,
        credential_id=credential_id,
        credential_hash=_hash_credential(credential_id),
        public_key=public_key,
        sign_count=sign_count,
        transports=" ".join(sorted(transports))[:100],
        created_at=at,
    )


def note_use(session: Session, key_id: int, before: int, count: int, *, at: dt.datetime) -> bool:
    """The key was used, and has counted to ``count``; False where another use was noted since it
    stood at ``before``, or the key was removed."""
    used = session.execute(
        update(SecurityKey)
        .where(SecurityKey.id == key_id, SecurityKey.sign_count == before)
        .values(sign_count=count, used_at=at)
        .returning(SecurityKey.id)
    )
    return used.first() is not None


def remove_key(session: Session, person_id: int, key_id: int) -> str | None:
    """Take one key away; what it was called, None where it is no key of this person's."""
    gone = session.execute(
        delete(SecurityKey)
        .where(SecurityKey.id == key_id, SecurityKey.person_id == person_id)
        .returning(SecurityKey.name)
    ).first()
    return None if gone is None else str(gone.name)


def forget(session: Session, person_id: int) -> int:
    """Take all keys and codes of somebody away; how many keys there were."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    gone = session.execute(
        delete(SecurityKey).where(SecurityKey.person_id == person_id).returning(SecurityKey.id)
    )
    return len(gone.all())


def follow_account(session: Session, other_id: int, kept_id: int, *, with_account: bool) -> None:
    """The one with ``other_id`` became a part of the one who stays. Keys open the account they
    were registered for or none: they go over where the login name does, or else are forgotten."""
    if not with_account:
        forget(session, other_id)
        return
    forget(session, kept_id)
    for table in (SecurityKey, RecoveryCode):
        session.execute(update(table).where(table.person_id == other_id).values(person_id=kept_id))


# --- recovery codes -------------------------------------------------------------------------------


def hash_code(code: str, salt: str) -> str:
    """Stands for a code, beside the salt it was hashed with; takes its time. Whoever types a code
    from paper may leave out its dashes."""
    slow = hashlib.scrypt(_plain(code), salt=salt.encode(), n=2**13, r=8, p=1, dklen=32)
    return f"{salt}${base64.b64encode(slow).decode().rstrip('=')}"


def hash_code_of_before(code: str) -> str:
    """As codes were hashed that were printed before the salt; they stay good until new ones are
    made."""
    return hashlib.sha256(b"recovery code\0" + _plain(code)).hexdigest()


def _plain(code: str) -> bytes:
    return "".join(letter for letter in code.casefold() if letter.isalnum()).encode()


def replace_codes(
    session: Session, person_id: int, codes: Collection[str], *, at: dt.datetime
) -> None:
    """From now on these codes are the person's, and earlier ones open nothing."""
    salt = secrets.token_urlsafe(12)  # one for all of a paper: a code is looked for by one hash
    rows = [
        {"person_id": person_id, "code_hash": hash_code(code, salt), "created_at": at}
        for code in codes
    ]
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    session.execute(insert(RecoveryCode), rows)


def use_code(session: Session, person_id: int, code: str, *, at: dt.datetime) -> bool:
    """Use a code of this person's up; False where it is none, or was used."""
    kept = session.scalars(
        select(RecoveryCode.code_hash).where(
            RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)
        )
    ).all()
    salts = {one.partition("$")[0] for one in kept if "$" in one}
    meant = [hash_code_of_before(code), *(hash_code(code, salt) for salt in sorted(salts))]
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.code_hash.in_(meant),
            RecoveryCode.person_id == person_id,
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=at)
        .returning(RecoveryCode.id)
    )
    return used.first() is not None


def count_codes(session: Session, person_id: int) -> int:
    """How many codes the person has left."""
    return (
        session.scalar(
            select(func.count()).where(
                RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)
            )
        )
        or 0
    )


# --- sessions -------------------------------------------------------------------------------------


def end_sessions_soon(session: Session, person_id: int, *, at: dt.datetime) -> None:
    """Have the hub end this person's sessions when it next hears of them."""
    session.merge(SessionsEnd(person_id=person_id, asked_at=at))
    session.flush()


def ending_asked(session: Session, person_id: int) -> dt.datetime | None:
    """When it was asked that this person's sessions end, and they have not ended since."""
    found = session.get(SessionsEnd, person_id)
    return found.asked_at if found else None


def note_ended(session: Session, person_id: int, asked_at: dt.datetime) -> None:
    """Their sessions have ended, as was asked at ``asked_at``; what was asked later stands."""
    session.execute(
        delete(SessionsEnd).where(
            SessionsEnd.person_id == person_id, SessionsEnd.asked_at <= asked_at
        )
    )


def _hash_credential(credential_id: bytes) -> str:
    return hashlib.sha256(b"security key\0" + credential_id).hexdigest()
