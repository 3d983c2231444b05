"""In which language a page of the hub's speaks."""

from __future__ import annotations

from typing import Any

from hub.locale import translate
from hub.locale.cookie import LANGUAGE_COOKIE


def translator_for(handler: Any) -> translate.Translator:
    """The reader's language: what they chose on the portal, else what the browser asks for."""
    accepted = handler.request.headers.get("Accept-Language", "")
    wished = handler.get_cookie(LANGUAGE_COOKIE)
    return translate.load_translators()[translate.choose_language(wished, accept=accepted)]
