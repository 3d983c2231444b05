"""A kernel's life in a freshly forked process: an ordinary ipykernel on sockets it binds first.

All of a kernel that needs neither socket nor thread (shell, magics, completer, inline figures) is
made once, in the warm parent, by `prepare`; `run` completes a copy of it after the fork. A learner
whose own profile configures IPython gets a kernel made from the start, as IPython would make it.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import os
import random
import sys
import traceback
import uuid
from pathlib import Path
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from traitlets.config import Config

from labs.environment import LANGUAGE
from labs.usage import KERNEL

DOCUMENTATION = {
    "Python": f"https://docs.python.org/{sys.version_info[0]}.{sys.version_info[1]}",
    "pandas": "https://pandas.pydata.org/pandas-docs/stable/",
    "NumPy": "https://numpy.org/doc/stable/",
    "Matplotlib": "https://matplotlib.org/stable/",
}
_INLINE = "module://matplotlib_inline.backend_inline"
# What the first cells of a lesson do. Done once in the warm parent, so that what pandas, matplotlib
# and IPython make at their first use is made there, and shared.
_REHEARSAL = """
import pandas, matplotlib.pyplot as plt
table = pandas.DataFrame({"x": range(9), "y": [v / 2 for v in range(9)], "z": list("abcabcabc")})
series = pandas.Series(range(9), name="w")
(series ** 2).sum(), (series * 1.5).mean(), repr(series), series[series > 3].max()
table._repr_html_(), repr(table), table.groupby("z").y.mean(), table.describe(), table.y.sum()
figure, axes = plt.subplots()
axes.plot(table.x, table.y, label="y")
axes.bar(table.x, table.y)
axes.set_title("y")
axes.legend()
"""
_ROUNDS = 3


# Bases without types, as far as a type checker is concerned.
_Kernel: Any = IPythonKernel
_App: Any = IPKernelApp


class PreparedKernel(_Kernel):  # type: ignore[misc]
    """ipykernel's kernel, made before the fork without sockets and given them after it."""

    @classmethod
    def instance(cls, *args: Any, **given: Any) -> Any:
        """The kernel, made at the first call and completed by a later one that brings sockets."""
        kernel = super().instance(*args, **({} if cls.initialized() else given))
        if given.get("session") is not None:
            kernel.complete(given)
        return kernel

    def complete(self, given: dict[str, Any]) -> None:
        """Take what exists only after the fork, as ``IPythonKernel.__init__`` does."""
        for name in given.keys() - {"parent", "log", "profile_dir", "user_ns"}:
            setattr(self, name, given[name])
        self.ident = str(uuid.uuid4())
        self._stdout, self._stderr = sys.stdout, sys.stderr
        shell: Any = self.shell
        shell.displayhook.topic = self._topic("execute_result")
        for mouth in (shell.displayhook, shell.display_pub):
            mouth.session, mouth.pub_socket = self.session, self.iopub_socket
        if session := os.environ.get("JPY_SESSION_NAME"):
            shell.user_ns["__session__"] = session
        shell.init_environment()
        shell.save_sys_module_state()
        shell.starting_dir = os.getcwd()  # noqa: PTH109
        shell.history_manager.dir_hist[:] = [Path.cwd()]


class KernelApp(_App):  # type: ignore[misc]
    """ipykernel's application in two halves: `prepare` before the fork, the rest after it."""

    told = -1
    prepared = False

    def parse_command_line(self, argv: Any = None) -> None:
        """Nothing to parse.

        The parser would touch every option of every class, and with them megabytes of pages that
        are shared with the warm parent until then.
        """
        nothing: list[str] = []
        self.argv = self.extra_args = nothing

    def prepare(self) -> None:
        """All that needs no socket, thread or event loop."""
        super(_App, self).initialize([])
        self.init_pdb()
        self.kernel_class = PreparedKernel
        self.kernel = PreparedKernel.instance(
            parent=self, log=self.log, profile_dir=self.profile_dir, user_ns=self.user_ns
        )
        self._finish_shell()
        self.prepared = True

    def _finish_shell(self) -> None:
        self.init_shell()
        self.init_gui_pylab()
        self.init_extensions()
        _draw_inline(self.shell)
        self.init_code()

    def initialize(self, argv: Any = None) -> None:
        """What `prepare` has left to do; everything, when it was not called."""
        if not self.prepared:
            super().initialize(argv)
            _draw_inline(self.shell)
            return
        Path(self.profile_dir.location).mkdir(parents=True, exist_ok=True)
        self.profile_dir.check_dirs()
        self.init_connection_file()
        self.init_sockets()
        self.init_heartbeat()
        self.write_connection_file()
        self.log_connection_info()
        self.init_io()
        self.init_signal()
        self.init_kernel()

    def init_sockets(self) -> None:
        """Bind, and say so: who connects before that pays ZMQ's reconnect interval of 100 ms."""
        super().init_sockets()
        os.write(self.told, b"!")
        os.close(self.told)

    def start(self) -> None:
        """Serve until it is shut down, and see the shutdown told to the end.

        The control thread is still telling it when the loop here has stopped. ipykernel goes on to
        stop the thread that carries the words, and then waits for the control thread, which waits
        for them: in every third shutdown, until somebody kills the kernel 5 s later.
        """
        super().start()
        if self.control_thread and self.control_thread.is_alive():
            self.control_thread.stop()
            self.control_thread.join()


_prepared: Any = None  # a KernelApp


def prepare() -> None:
    """Make what every kernel shares. For the warm parent, once, before the first fork.

    What cannot be made is told on stderr; each kernel then makes its own.
    """
    global _prepared
    # The debugger wants TCP, which a lab has none of, and holds a hundred modules.
    sys.modules.setdefault("debugpy", None)  # type: ignore[arg-type]
    app = KernelApp.instance(config=_configuration())
    try:
        app.prepare()
        _rehearse(app.shell)
        _prepared = app
    except (Exception, SystemExit):
        traceback.print_exc()
        _forget_prepared()
    finally:
        KernelApp.clear_instance()  # the server is an application too, and there can be only one


def run(connection_file: str, cwd: str, env: dict[str, str], told: int) -> None:
    """Be the kernel of ``connection_file`` until it is shut down.

    One byte goes to the descriptor ``told`` as soon as its sockets are bound.
    """
    with contextlib.suppress(OSError):  # a namespace without a /proc of its own: no name, then
        Path("/proc/self/comm").write_text(KERNEL)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    random.seed()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()
    sys.argv = ["ipykernel_launcher", "-f", connection_file]
    if "" not in sys.path:
        sys.path.insert(0, "")  # a learner may import a file that lies beside the notebook
    app = _take_prepared() or KernelApp.instance(config=_configuration())
    app.connection_file, app.told = connection_file, told
    app.parent_handle = 1  # as if process 1 had been asked to watch: nothing to tell a terminal
    app.initialize([])
    app.kernel.help_links = _help_links(os.environ.get(LANGUAGE, ""))
    app.start()
    atexit._run_exitfuncs()  # the process is left by os._exit, which would skip the learner's own


def _configuration() -> Config:
    return Config({"HistoryManager": {"enabled": False}})


def _take_prepared() -> Any:
    """The prepared kernel, unless the learner's profile asks for something else."""
    if _prepared is None or _configures_ipython(_prepared.ipython_dir):
        _forget_prepared()
        return None
    for cls in type(_prepared)._walk_mro():
        cls._instance = _prepared
    os.environ.setdefault("MPLBACKEND", _INLINE)
    return _prepared


def _help_links(language: str) -> list[dict[str, str]]:
    """What the help menu offers for Python, named in the reader's language."""
    name = "{} (English)" if language == "en" else "Tài liệu {} (tiếng Anh)"
    return [{"text": name.format(what), "url": url} for what, url in DOCUMENTATION.items()]


def _configures_ipython(expected: str) -> bool:
    from IPython.paths import get_ipython_dir

    folder = Path(get_ipython_dir())
    if str(folder) != expected:
        return True
    wanted = ("ipython*_config.*", "profile_default/ipython*_config.*", "profile_default/startup/*")
    return any(path.name != "README" for glob in wanted for path in folder.glob(glob))


def _forget_prepared() -> None:
    from IPython.core.interactiveshell import InteractiveShell

    PreparedKernel.clear_instance()
    InteractiveShell.clear_instance()


def _rehearse(shell: Any) -> None:
    """Do what first cells do, and leave no trace of it in the learner's names.

    More than once: Python rewrites code that has run a few times, and does so in pages of its own.
    """
    _configures_ipython(shell.ipython_dir)
    knows_science = "matplotlib.pyplot" in sys.modules and "pandas" in sys.modules
    with contextlib.redirect_stdout(io.StringIO()):
        for _ in range(_ROUNDS):
            shell.run_cell("print(1 + 1)", silent=True, store_history=False)
            shell.run_cell("1 + 1;", silent=True, store_history=False)
            shell.Completer.complete("pri")
            if knows_science:
                _rehearse_science()


def _rehearse_science() -> None:
    from IPython.core.pylabtools import print_figure

    names: dict[str, Any] = {}
    exec(_REHEARSAL, names)  # noqa: S102 - our own words, above
    print_figure(names["figure"], base64=True)  # type: ignore[no-untyped-call]
    names["plt"].close("all")


def _draw_inline(shell: Any) -> None:
    """Figures appear below their cell, as in a kernel that loads pyplot only now."""
    if "matplotlib.pyplot" not in sys.modules:
        return
    import matplotlib
    from IPython.core.pylabtools import activate_matplotlib
    from matplotlib_inline.backend_inline import configure_inline_support

    matplotlib.use(_INLINE)
    activate_matplotlib(_INLINE)  # type: ignore[no-untyped-call]
    configure_inline_support(shell, _INLINE)  # type: ignore[no-untyped-call]
