"""Pieces of an envelope belong in their order, all of them."""

from __future__ import annotations

import io
import os

import pytest

from core.messages import Refused
from records.backup.envelope import PIECE, Opening, Sealing

PASSPHRASE = "một cụm mật khẩu dài"


def test_pieces_cannot_be_left_out_or_exchanged() -> None:
    below = io.BytesIO()
    sealing = Sealing(below, PASSPHRASE)
    sealing.write(os.urandom(3 * PIECE + 5))
    sealing.close()
    sealed = below.getvalue()
    head, size = len(sealed) - 3 * (PIECE + 16) - 21, PIECE + 16
    pieces = [sealed[head + n * size : head + (n + 1) * size] for n in range(4)]
    assert len(Opening(io.BytesIO(sealed), PASSPHRASE).readall() or b"") == 3 * PIECE + 5
    for order in ((1, 0, 2, 3), (0, 2, 3), (0, 1, 2), (0, 1, 2, 2, 3)):
        changed = sealed[:head] + b"".join(pieces[n] for n in order)
        with pytest.raises(Refused):
            Opening(io.BytesIO(changed), PASSPHRASE).readall()
