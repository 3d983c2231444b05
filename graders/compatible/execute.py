"""nbgrader's `Execute` on a warm kernel: the same rules, another way to reach the kernel.

Everything that decides what an output is and when a cell has failed stays nbclient's and
nbgrader's own code (`process_message`, `on_cell_executed`, the time-outs' meaning). Replaced are
the kernel's start and end and the waiting: one poll over both channels in place of three tasks.
A notebook for another kernel than this Python's ipykernel runs the stock way.
"""

from __future__ import annotations

import math
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from nbclient.client import timestamp
from nbclient.exceptions import CellExecutionComplete, CellTimeoutError, DeadKernelError
from nbgrader.preprocessors import Execute as StockExecute

from graders.compatible.imports import leading_imports, shadows
from graders.compatible.kernels import Kernel, KernelDied, Kernels

ALIVE_S = 1.0  # how often nbclient looks whether a kernel lives; ours is noticed at once
RESOLVE_SPECS: dict[str, bool] = {}


class Execute(StockExecute):  # type: ignore[misc]
    """Runs on ``on_kernels``, else on the class's ``kernels``.

    Configured by the sections ``Execute`` and its ancestors'.
    """

    kernels: ClassVar[Kernels | None] = None

    def __init__(self, *args: Any, on_kernels: Kernels | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on_kernels or self.kernels
        self.ends_at = math.inf  # by `time.monotonic`; nbgrader itself bounds cells alone

    def preprocess(self, nb: Any, resources: Any = None, km: Any = None) -> tuple[Any, Any]:
        """Run every code cell of ``nb`` in place, in a fresh kernel."""
        plain = km is None and not self.extra_arguments and self.skip_cells_with_tag
        if self.on is None or not plain or not runs_here(self.kernel_name, nb):
            done: tuple[Any, Any] = super().preprocess(nb, resources, km)
            return done
        self.kc: Any = None
        self.nb = nb
        self.km = None
        self.owns_km = True
        self.reset_execution_trackers()
        self._check_assign_resources(resources)
        folder = Path((resources or {}).get("metadata", {}).get("path") or ".").absolute()
        try:
            with self.on.start(
                folder, imports=leading_imports(nb), shadows=shadows(folder)
            ) as kernel:
                self.kc = _client(kernel)
                nb.metadata["language_info"] = kernel.language_info
                for index, cell in enumerate(nb.cells):
                    self._run_cell(kernel, cell, index)
        except KernelDied:
            self.log.error("Kernel died while waiting for execute reply.")
            raise DeadKernelError("Kernel died") from None
        finally:
            self.kc = None
        self.set_widgets_metadata()
        return nb, self.resources

    def _run_cell(self, kernel: Kernel, cell: Any, index: int) -> None:
        if cell.cell_type != "code" or not cell.source.strip():
            return
        if self.skip_cells_with_tag in cell.metadata.get("tags", []):
            return
        if time.monotonic() >= self.ends_at:
            raise DeadKernelError("The notebook's time is over")
        cell.metadata["execution"] = {}
        request = kernel.send(
            "execute_request",
            {
                "code": cell.source,
                "silent": False,
                "store_history": True,
                "user_expressions": {},
                "allow_stdin": False,
                "stop_on_error": not self.allow_errors,
            },
        )
        self.code_cells_executed += 1
        cell.outputs = []
        self.clear_before_next_output = False
        reply = _Exchange(self, kernel, request, cell, index).wait()
        self.on_cell_executed(cell=cell, cell_index=index, execute_reply=reply)


class _Exchange:
    """One execute request on its way: waits for the reply and for iopub's idle."""

    def __init__(
        self, execute: Execute, kernel: Kernel, request: str, cell: Any, index: int
    ) -> None:
        self.execute = execute
        self.kernel = kernel
        self.request = request
        self.cell = cell
        self.index = index
        self.idle = False
        self.reply: dict[str, Any] | None = None

    def wait(self) -> dict[str, Any]:
        """The reply, or the synthetic one of a cell that ran out of time."""
        timeout = self.execute._get_timeout(self.cell)
        if not self._until(lambda: self.reply is not None, timeout):
            self.reply = self._out_of_time(timeout)
        assert self.reply is not None
        self.cell.metadata["execution"]["shell.execute_reply"] = timestamp(self.reply)
        if not self._until(lambda: self.idle, self.execute.iopub_timeout):
            if self.execute.raise_on_iopub_timeout:
                raise CellTimeoutError.error_from_timeout_and_cell(
                    "Timeout waiting for IOPub output", self.execute.iopub_timeout, self.cell
                )
            self.execute.log.warning("Timeout waiting for IOPub output")
        return self.reply

    def _until(self, done: Any, timeout: float | None) -> bool:
        deadline = None if timeout is None else time.monotonic() + timeout
        while not done():
            left = ALIVE_S if deadline is None else deadline - time.monotonic()
            shell, iopub = self.kernel.poll(left)
            if shell:
                self._hear_shell()
            if iopub:
                self._hear_iopub()
            # Output may go on for ever; the deadline holds all the same.
            if deadline is not None and time.monotonic() >= deadline and not done():
                return False
        return True

    def _hear_shell(self) -> None:
        message = self.kernel.receive(self.kernel.shell)
        # After a time-out the kernel's own reply comes too late: the synthetic one holds.
        if message and message["parent_header"].get("msg_id") == self.request:
            self.reply = self.reply or message

    def _hear_iopub(self) -> None:
        message = self.kernel.receive(self.kernel.iopub)
        if not message or message["parent_header"].get("msg_id") != self.request or self.idle:
            return
        try:
            self.execute.process_message(message, self.cell, self.index)
        except CellExecutionComplete:
            self.idle = True

    def _out_of_time(self, timeout: float | None) -> dict[str, Any]:
        log = self.execute.log
        log.error(f"Timeout waiting for execute reply ({timeout}s).")
        if not self.execute.interrupt_on_timeout:
            raise CellTimeoutError.error_from_timeout_and_cell(
                "Cell execution timed out", int(timeout or 0), self.cell
            )
        log.error("Interrupting kernel")
        self.kernel.interrupt()
        if self.execute.error_on_timeout:
            return {"content": {**self.execute.error_on_timeout, "status": "error"}}
        while self.reply is None:  # as nbclient: wait again, interrupt again
            if not self._until(lambda: self.reply is not None, timeout):
                self.kernel.interrupt()
        return self.reply


def _client(kernel: Kernel) -> SimpleNamespace:
    """The two things that nbclient's output widget asks of a kernel client."""

    def send(message: dict[str, Any]) -> None:
        kernel.session.send(kernel.shell, message)

    return SimpleNamespace(session=kernel.session, shell_channel=SimpleNamespace(send=send))


def runs_here(kernel_name: str, nb: Any) -> bool:
    """Whether the notebook asks for this very Python's ipykernel."""
    name = kernel_name or nb.metadata.get("kernelspec", {}).get("name") or "python3"
    if name == "python":  # as jupyter_client takes it
        name = "python3"
    if name not in RESOLVE_SPECS:
        RESOLVE_SPECS[name] = _is_this_python(name)
    return RESOLVE_SPECS[name]


def _is_this_python(name: str) -> bool:
    try:
        spec = KernelSpecManager().get_kernel_spec(name)
    except NoSuchKernel:
        return False
    argv = spec.argv
    return bool(
        len(argv) == 5
        and argv[1:] == ["-m", "ipykernel_launcher", "-f", "{connection_file}"]
        and (argv[0] in ("python", "python3") or Path(argv[0]) == Path(sys.executable))
        and not spec.env
        and spec.interrupt_mode == "signal"
    )
