"""Draws the certificate as PDF/A-2u with Typst. No clock, no database: facts in, bytes out."""

from __future__ import annotations

import datetime as dt
import io
import json
import threading
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import segno
import typst

from analytics.certificates.printable import STANDARD
from analytics.certificates.signing import Signer
from core.calendar import HANOI

SAMPLE = "BẢN MẪU – DỮ LIỆU GIẢ LẬP"
PICTURE_PPI = 96  # of a sheet of A4
MASK = 3  # any of the eight can be read; trying them all costs more than drawing the page
OFFICIALS = "Bồi dưỡng, tập huấn về chuyển đổi số"
PUBLIC = "Hoàn thành khóa học kỹ năng số"
REASON = "Cấp giấy chứng nhận"
_TEMPLATE = (files("analytics.certificates") / "data" / "certificate.typ").read_text(
    encoding="utf-8"
)


@dataclass(frozen=True)
class Facts:
    """What stands on one certificate.

    ``public``: the holder came by themselves, and the paper says what they took, not the officials'
    training. ``sample`` marks a demonstration: the paper says so in large letters and in its title.
    """

    number: str
    full_name: str
    unit: str
    programme: str
    issued_at: dt.datetime
    authority: str
    signer: str
    place: str
    verify_url: str
    sample: bool
    public: bool = False

    @property
    def what(self) -> str:
        """What the paper certifies, in the line below its title."""
        return PUBLIC if self.public else OFFICIALS


class Press:
    """Prints certificates, one at a time. Make one per process: it keeps the fonts loaded."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        # Only the fonts inside the wheel: the paper looks the same on every machine.
        self._compiler = typst.Compiler(_TEMPLATE.encode(), ignore_system_fonts=True)

    def print(self, facts: Facts) -> bytes:
        """The certificate as a PDF/A file; the same facts give the same page."""
        return self._compile(facts, format="pdf", pdf_standards=[STANDARD])

    def draw(self, facts: Facts) -> bytes:
        """The same page as a picture (PNG, about 1120 pixels wide), for a screen."""
        return self._compile(facts, format="png", ppi=PICTURE_PPI)

    def _compile(self, facts: Facts, **how: Any) -> bytes:
        with self._turn:
            made = self._compiler.compile(
                input=_TEMPLATE.encode(),
                timestamp=facts.issued_at.replace(microsecond=0),
                sys_inputs={"facts": json.dumps(_on_paper(facts), ensure_ascii=False)},
                **how,
            )
        assert isinstance(made, bytes)
        return made


def make_signed_paper(press: Press, signer: Signer, facts: Facts) -> bytes:
    """The certificate as it is handed out: printed, then signed (PAdES)."""
    return signer.sign(press.print(facts), reason=REASON, place=facts.place)


def make_qr(address: str) -> str:
    """The address as a QR code in SVG, error correction M, without a border of its own."""
    svg = io.BytesIO()
    segno.make(address, error="m", micro=False, boost_error=False, mask=MASK).save(
        svg, kind="svg", border=0, scale=4, dark="#1c2430", xmldecl=False
    )
    return svg.getvalue().decode()


def _on_paper(facts: Facts) -> dict[str, str]:
    title = f"Giấy chứng nhận {facts.number}"
    return {
        "subtitle": facts.what,
        "document_title": f"{title} ({SAMPLE})" if facts.sample else title,
        "number": facts.number,
        "full_name": facts.full_name,
        "unit": facts.unit,
        "programme": facts.programme,
        "authority": facts.authority,
        "signer": facts.signer,
        "sample": SAMPLE if facts.sample else "",
        "place_and_date": f"{facts.place}, {_in_words(facts.issued_at)}",
        "verify_url": facts.verify_url,
        "verify_url_shown": facts.verify_url.split("://", 1)[-1],
        "qr": make_qr(facts.verify_url),
        "signature_note": "Tệp PDF/A gốc mang chữ ký số PAdES; bản in không thay cho tệp gốc.",
    }


def _in_words(at: dt.datetime) -> str:
    """“ngày 05 tháng 02 năm 2026”: two digits for days below 10 and for the months 1 and 2."""
    day = at.astimezone(HANOI)
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"
