"""``python -m labs.other_spawners``: jupyterhub's single-user server with our furnishing around it.

What spawners other than ours start, in their process, unit or container: the folders named in the
environment are those of the very installation that runs, wherever that is.
"""

from __future__ import annotations

import os
import sys

from labs import environment

LEAN = "MOTCHAM_LAB_LEAN"


def main() -> None:
    """Become the server; arguments are passed on."""
    told = os.environ
    os.environ |= environment.environment(
        language=environment.language_of({"language": told.get(environment.LANGUAGE)}),
        lean=told.get(LEAN) != "false",
        quota_mb=int(told.get(environment.QUOTA) or 0),
    )
    os.execv(sys.executable, [sys.executable, "-m", "jupyterhub.singleuser", *sys.argv[1:]])  # noqa: S606


if __name__ == "__main__":
    main()
