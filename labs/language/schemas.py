"""Labels that the server translates itself: submenus of context menus, titles of settings.

JupyterLab reads these from compiled ``.mo`` files of a package of a fixed name. Here they come from
the same text as everything else.
"""

from __future__ import annotations

import json
from typing import Any

from jupyterlab_server import settings_utils
from jupyterlab_server.translation_utils import TranslationBundle, translator

from labs.language import CATALOGUES, CONTEXT_END

DOMAIN = "jupyterlab"
LOCALES = {"vi": "vi_VN"}


class Bundle(TranslationBundle):
    """What is said in the language of the moment; English where we have nothing."""

    def update_locale(self, locale_: str) -> None:
        """Begin to speak ``locale_``."""
        self._locale = locale_
        spoken = CATALOGUES.parent.parent / locale_ / CATALOGUES.name / f"{self._domain}.json"
        self._said: dict[str, Any] = json.loads(spoken.read_bytes()) if spoken.exists() else {}

    def pgettext(self, msgctxt: str, msgid: str) -> str:
        """The translation in this context, else in none, else the message."""
        if not msgid:  # a setting without a title; under this key stands the catalogue's header
            return msgid
        said = self._said.get(f"{msgctxt}{CONTEXT_END}{msgid}") or self._said.get(msgid)
        return str(said[0]) if said else msgid


def speak(language: str) -> None:
    """Have this server translate with our catalogue, unless the learner chose otherwise."""
    # JupyterLab asks what the learner set, else the system, and never the site's own default.
    vars(settings_utils)["SYS_LOCALE"] = LOCALES.get(language, "en")
    translator._TRANSLATORS[DOMAIN] = Bundle(DOMAIN, translator._LOCALE)
