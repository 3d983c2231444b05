"""Word documents that a lesson hands out, made without a word processor: paragraphs, no more.

Equal lines give equal bytes, so that a release keeps its digest.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from html import escape

HEADING = "# "  # a line that begins so is a heading, as in Markdown
SCHEMA = "http://schemas.openxmlformats.org"
WORD = f'xmlns:w="{SCHEMA}/wordprocessingml/2006/main"'
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"

# Times New Roman 13, the letters of administrative documents (Decree 30/2020/NĐ-CP).
STYLES = (
    f"{XML}<w:styles {WORD}><w:docDefaults><w:rPrDefault><w:rPr>"
    '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman"/>'
    '<w:sz w:val="26"/><w:szCs w:val="26"/><w:lang w:val="vi-VN"/>'
    "</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>"
    '<w:spacing w:after="120" w:line="300" w:lineRule="auto"/>'
    "</w:pPr></w:pPrDefault></w:docDefaults></w:styles>"
)
PARTS = {
    "[Content_Types].xml": (
        f'{XML}<Types xmlns="{SCHEMA}/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{TYPE}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{TYPE}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'{XML}<Relationships xmlns="{SCHEMA}/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{SCHEMA}/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>'
    ),
    "word/_rels/document.xml.rels": (
        f'{XML}<Relationships xmlns="{SCHEMA}/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{SCHEMA}/officeDocument/2006/relationships/styles" '
        'Target="styles.xml"/></Relationships>'
    ),
    "word/styles.xml": STYLES,
}


def as_document(lines: Sequence[str]) -> bytes:
    """A ``.docx`` with one paragraph for each line; ``# `` begins a heading."""
    body = "".join(_paragraph(line) for line in lines)
    text = f"{XML}<w:document {WORD}><w:body>{body}<w:sectPr/></w:body></w:document>"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        for name, part in {**PARTS, "word/document.xml": text}.items():
            package.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _paragraph(line: str) -> str:
    is_heading = line.startswith(HEADING)
    about = '<w:rPr><w:b/><w:sz w:val="32"/></w:rPr>' if is_heading else ""
    text = escape(line.removeprefix(HEADING) if is_heading else line, quote=False)
    return f'<w:p><w:r>{about}<w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
