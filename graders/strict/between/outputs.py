"""What a cell prints and shows, bounded, in nbformat's shape."""

from __future__ import annotations

import base64
import io
from typing import Any

import IPython.core.displayhook
import IPython.core.displaypub

from core.marks import MAX_OUTPUTS, MAX_RICH, MAX_TEXT

# Ours by inheritance only: IPython is not fully annotated.
DisplayHook: Any = IPython.core.displayhook.DisplayHook
DisplayPublisher: Any = IPython.core.displaypub.DisplayPublisher


class Outputs:
    """Collects one cell's outputs; `start` forgets the last cell's."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.room = MAX_TEXT
        self.rich = MAX_RICH

    def write(self, name: str, text: str) -> None:
        if self.room <= 0:
            return
        kept = text[: self.room]
        self.room -= len(kept)
        if len(kept) < len(text) or self.room <= 0:
            kept += "\n[…]\n"
            self.room = 0
        last = self.items[-1] if self.items else None
        if last is not None and last["output_type"] == "stream" and last["name"] == name:
            last["pieces"].append(kept)
        elif len(self.items) < MAX_OUTPUTS:
            self.items.append({"output_type": "stream", "name": name, "pieces": [kept]})

    def add(self, item: dict[str, Any]) -> None:
        size = sum(len(str(value)) for value in item.get("data", {}).values())
        if len(self.items) < MAX_OUTPUTS and size <= self.rich:
            self.rich -= size
            self.items.append(item)

    def streams(self) -> tuple[str, str]:
        """What was printed since the last call, as (stdout, stderr)."""
        found = {"stdout": "", "stderr": ""}
        for item in self.items:
            if item["output_type"] == "stream":
                found[item["name"]] += "".join(item["pieces"])
        self.items = []
        return found["stdout"], found["stderr"]

    def taken(self) -> list[dict[str, Any]]:
        """All outputs, as nbformat writes them."""
        return [_as_nbformat(item) for item in self.items]

    def traceback(self, kind: type, value: BaseException, lines: list[str]) -> None:
        text = str(value)[:2000]
        trace = [line[:4000] for line in lines[-100:]]
        self.add(
            {"output_type": "error", "ename": kind.__name__, "evalue": text, "traceback": trace}
        )

    def stream(self, name: str) -> io.TextIOBase:
        return _Stream(self, name)

    def publisher(self, shell: Any, *, show: bool) -> Any:
        return _Publisher(shell=shell, parent=shell, outputs=self, show=show)

    def hook(self, shell: Any, *, show: bool) -> Any:
        return _Hook(shell=shell, parent=shell, outputs=self, show=show)


def _as_nbformat(item: dict[str, Any]) -> dict[str, Any]:
    if item["output_type"] == "stream":
        text = "".join(item["pieces"])
        return {"output_type": "stream", "name": item["name"], "text": text}
    return item


class _Stream(io.TextIOBase):
    """A text file that keeps what is written to it, up to the bound."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, outputs: Outputs, name: str) -> None:
        self._outputs = outputs
        self.name = name

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outputs.write(self.name, text)
        return len(text)

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return 1 if self.name == "stdout" else 2


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    return {
        kind: base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
        for kind, value in data.items()
    }


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    def __init__(self, *, outputs: Outputs, show: bool, **rest: Any) -> None:
        super().__init__(**rest)
        self._outputs = outputs
        self._show = show

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: object = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_: Any,
    ) -> None:
        if not self._show:
            return
        item = {"output_type": "display_data", "data": _plain(data), "metadata": metadata or {}}
        name = (transient or {}).get("display_id")
        if update:
            for shown in self._outputs.items:
                if name is not None and shown.get("display_id") == name:
                    shown.update(item)
            return
        if name is not None:
            item["display_id"] = name
        self._outputs.add(item)

    def clear_output(self, wait: bool = False) -> None:
        self._outputs.items.clear()


class _Hook(DisplayHook):  # type: ignore[misc]
    def __init__(self, *, outputs: Outputs, show: bool, **rest: Any) -> None:
        super().__init__(**rest)
        self._outputs = outputs
        self._show = show

    def __call__(self, result: Any = None) -> None:
        if result is None or self.quiet():
            return
        if not self._show:
            self.shell.user_ns["_"] = result
            return
        data, metadata = self.shell.display_formatter.format(result)
        self.shell.user_ns["_"] = result
        if data:
            self._outputs.add(
                {
                    "output_type": "execute_result",
                    "data": _plain(data),
                    "metadata": metadata,
                    "execution_count": self.prompt_count,
                }
            )
