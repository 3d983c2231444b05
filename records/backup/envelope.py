"""Bytes that only a passphrase opens: scrypt, then AES-256-GCM piece by piece.

Pieces are numbered and the last is marked as such in what is authenticated, so that pieces that
were changed, exchanged, added or cut off are noticed (the STREAM construction). Nothing that comes
out of `Opening` was not put in by somebody who knows the passphrase.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.messages import Message, Refused

MAGIC = b"MOTCHAM-BACKUP-1\n"
SALT, TAG, PIECE = 16, 16, 1 << 20
SHORTEST = 12  # letters of a passphrase
_SCRYPT = {"n": 1 << 16, "r": 8, "p": 1, "dklen": 32, "maxmem": 128 << 20}


def check_passphrase(passphrase: str) -> None:
    """Raises `Refused` for one that can be tried out."""
    if len(passphrase) < SHORTEST:
        raise Refused(Message("Cụm mật khẩu của bản sao cần ít nhất {n} ký tự.", {"n": SHORTEST}))


def _key(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(hashlib.scrypt(passphrase.encode(), salt=salt, **_SCRYPT))


def _nonce(number: int, last: bool) -> bytes:
    return struct.pack(">QI", number, last)


class Sealing(io.RawIOBase):
    """A file to write into; what is written comes out sealed in ``below``."""

    def __init__(self, below: IO[bytes], passphrase: str) -> None:
        self._below = below
        salt = os.urandom(SALT)
        self._head = MAGIC + salt
        self._key = _key(passphrase, salt)
        self._number = 0
        self._waiting = bytearray()
        below.write(self._head)

    def writable(self) -> bool:
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]  # only bytes
        self._waiting += content
        while len(self._waiting) > PIECE:  # one piece stays: it may be the last
            self._put(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(content)

    def close(self) -> None:
        """The last piece. Without it the whole is refused as cut off, so do not close after a
        failure: drop the file."""
        if not self.closed:
            self._put(bytes(self._waiting), last=True)
        super().close()

    def _put(self, piece: bytes, *, last: bool) -> None:
        sealed = self._key.encrypt(_nonce(self._number, last), piece, self._head)
        self._below.write(sealed)
        self._number += 1


class Opening(io.RawIOBase):
    """A file to read from; raises `Refused` where the passphrase or a piece is not right."""

    def __init__(self, below: IO[bytes], passphrase: str) -> None:
        self._below = below
        self._head = below.read(len(MAGIC) + SALT)
        if not self._head.startswith(MAGIC) or len(self._head) < len(MAGIC) + SALT:
            raise Refused(Message("Tệp này không phải bản sao do motcham backup làm ra."))
        self._key = _key(passphrase, self._head[len(MAGIC) :])
        self._number = 0
        self._next = below.read(PIECE + TAG)
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]  # as above
        while not self._ready and not self._ended:
            self._open_next()
        taken = self._ready[: len(into)]
        into[: len(taken)] = taken
        self._ready = self._ready[len(taken) :]
        return len(taken)

    def _open_next(self) -> None:
        sealed, self._next = self._next, self._below.read(PIECE + TAG)
        last = not self._next
        try:
            self._ready = self._key.decrypt(_nonce(self._number, last), sealed, self._head)
        except InvalidTag:
            raise Refused(
                Message("Cụm mật khẩu không đúng, hoặc tệp không phải bản sao của Một Chạm.")
                if self._number == 0
                else Message("Bản sao đã bị cắt cụt hoặc bị sửa; hãy dùng bản khác.")
            ) from None
        self._number += 1
        self._ended = last
