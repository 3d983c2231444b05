"""Makes IPython's tracebacks cheap without changing a letter of them.

An error costs a cold kernel some 50 ms the first time, for modules that IPython loads only then,
and 15 ms each time after, half of it for colours that come out the same. Both are done once, in
the warm parent. These are the only modules a warm kernel holds that a cold one does not yet.
"""

from __future__ import annotations

import functools
from typing import Any

import stack_data
from IPython.core import ultratb
from pygments.formatters import terminal256


def prepare() -> None:
    """Load what the first error loads, and remember the colours of a style."""
    module: Any = stack_data
    module.style_with_executing_node = functools.lru_cache(8)(module.style_with_executing_node)
    formatter: Any = terminal256.Terminal256Formatter
    formatter._setup_styles = _remembering(formatter._setup_styles)
    try:
        exec(compile("1 / 0", "<warm>", "exec"), {})  # noqa: S102 - an error to show
    except ZeroDivisionError as error:
        make: Any = ultratb.AutoFormattedTB
        shown = make(mode="Context", theme_name="neutral", tb_offset=1)
        shown.structured_traceback(type(error), error, error.__traceback__)


def _remembering(set_up: Any) -> Any:
    known: dict[Any, dict[str, Any]] = {}

    @functools.wraps(set_up)
    def set_up_once(self: Any) -> None:
        key = (self.style, self.usebold, self.useunderline, self.useitalic)
        if key not in known:
            set_up(self)
            known[key] = dict(self.style_string)
        self.style_string = dict(known[key])

    return set_up_once
