"""The language a reader chose, kept in the browser for the portal and for the hub's own pages."""

from __future__ import annotations

from typing import Any

from hub.locale import translate

LANGUAGE_COOKIE = "motcham-language"


def keep_language(handler: Any, language: str) -> None:
    """Remember a reader's choice for a year; one that is no language of ours is left aside."""
    if language in translate.LANGUAGES:
        handler.set_cookie(
            LANGUAGE_COOKIE,
            language,
            expires_days=365,
            path="/",
            httponly=True,
            samesite="Lax",
            secure=handler.request.protocol == "https",
        )
