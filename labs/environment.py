"""What a lab's server finds beside JupyterHub's own: kernels, our extension, language, bounds.

The same for every spawner: plain environment variables of Jupyter's, naming folders of
``labs/share`` (each is a configuration folder as ``jupyter --paths`` lists them).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SHARE = Path(__file__).parent / "share"
LANGUAGES = ("vi", "en")
QUOTA = "MOTCHAM_LAB_QUOTA_MB"
LANGUAGE = "MOTCHAM_LAB_LANGUAGE"
PORTAL = "MOTCHAM_LAB_PORTAL"  # only where the portal is on another host than the lab


def environment(*, language: str, lean: bool = True, quota_mb: int = 0) -> dict[str, str]:
    """Variables for a lab in ``language``, with only what learners need where it is ``lean``."""
    folders = [SHARE / "server", SHARE / language, *([SHARE / "lean"] if lean else [])]
    return {
        "JUPYTER_PATH": str(SHARE / "jupyter"),
        "JUPYTER_CONFIG_PATH": os.pathsep.join(map(str, folders)),
        QUOTA: str(quota_mb),
        LANGUAGE: language,
    }


def language_of(options: Mapping[str, Any] | None) -> str:
    """The language that was asked for at the start; Vietnamese where none of ours was."""
    asked = (options or {}).get("language")
    return asked if asked in LANGUAGES else LANGUAGES[0]
