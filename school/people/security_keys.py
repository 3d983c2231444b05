"""What a browser and a security key are asked and answer (WebAuthn), read and checked. Pure.

The library (`webauthn`) decides whether an answer is right; here stands what is asked for. A key is
the second of two: the password came before it. So whether the key also knows its holder (a PIN, a
finger) is wished for and not demanded, and who made the key is not asked at all.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from core.messages import Message, Refused

if TYPE_CHECKING:
    from records.tables.people import SecurityKey
    from school.access import Actor

LONGEST_ANSWER = 20_000  # letters; some keys send a chain of certificates, which nobody asked for
NAME = "Một Chạm"
WRONG = Message(
    "Không xác nhận được bằng khóa này. Hãy thử lại; nếu không có khóa bên mình, hãy dùng một mã "
    "dự phòng."
)
UNREADABLE = Message("Khóa trả lời không đúng cách. Hãy thử lại, hoặc dùng một khóa khác.")


@dataclass(frozen=True)
class NewKey:
    """What is kept of a key that somebody registers."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """``options``: what the browser is told, as JSON. ``challenge``: what the answer must bear."""

    options: str
    challenge: bytes


def ask_for_new(origin: str, actor: Actor, known: Iterable[SecurityKey]) -> Question:
    """Ask for a key that is none of those ``known``."""
    assert actor.person_id is not None
    challenge = secrets.token_bytes(32)
    options = webauthn.generate_registration_options(
        rp_id=_domain(origin),
        rp_name=NAME,
        user_id=hashlib.sha256(f"motcham person\0{actor.person_id}".encode()).digest(),
        user_name=actor.username or "",
        user_display_name=actor.full_name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=[_describe(key) for key in known],
    )
    return Question(webauthn.options_to_json(options), challenge)


def read_new(origin: str, challenge: bytes, said: str) -> NewKey:
    """The key that was registered. `Refused` where the answer is not to this question, or not for
    this address."""
    try:
        answer = parse_registration_credential_json(_bounded(said))
        found = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_domain(origin),
            expected_origin=origin,
        )
    except Exception as error:  # whatever a parser makes of what a stranger sent
        raise Refused(UNREADABLE) from error
    transports = tuple(one.value for one in answer.response.transports or ())
    return NewKey(found.credential_id, found.credential_public_key, found.sign_count, transports)


def ask_for_known(origin: str, known: Sequence[SecurityKey]) -> Question:
    """Ask for one of these keys."""
    challenge = secrets.token_bytes(32)
    options = webauthn.generate_authentication_options(
        rp_id=_domain(origin),
        challenge=challenge,
        allow_credentials=[_describe(key) for key in known],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return Question(webauthn.options_to_json(options), challenge)


def read_credential_id(said: str) -> bytes:
    """Which key answers. `Refused` where that cannot be read."""
    try:
        return parse_authentication_credential_json(_bounded(said)).raw_id
    except Exception as error:  # as above
        raise Refused(UNREADABLE) from error


def check_known(origin: str, challenge: bytes, said: str, key: SecurityKey) -> int:
    """How often the key says it was used, where it gave this very answer. `Refused` otherwise, also
    where it counts no further than before: then there are two of it."""
    try:
        found = webauthn.verify_authentication_response(
            credential=_bounded(said),
            expected_challenge=challenge,
            expected_rp_id=_domain(origin),
            expected_origin=origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
        )
    except Exception as error:  # as above
        raise Refused(WRONG) from error
    return found.new_sign_count


def _bounded(said: str) -> str:
    if len(said) > LONGEST_ANSWER:
        raise ValueError("too long an answer")
    return said


def _domain(origin: str) -> str:
    return urlsplit(origin).hostname or ""


def _describe(key: SecurityKey) -> PublicKeyCredentialDescriptor:
    known = {one.value: one for one in AuthenticatorTransport}
    ways = [known[name] for name in key.transports.split() if name in known]
    return PublicKeyCredentialDescriptor(id=key.credential_id, transports=ways or None)
