"""A forked kernel is to its notebook what a cold one is; behind walls it sees nothing else."""

import os
import socket

import pytest
from jupyter_client.manager import start_new_kernel
from nbformat.v4 import new_code_cell, new_notebook

from graders.compatible import tracebacks
from graders.compatible.execute import Execute
from graders.compatible.kernels import WarmKernels
from graders.compatible.walled import EarlyServers, WalledKernels, bring_back
from sandbox import ForkServerLost, wall_level

NUMPY = ("import numpy",)
MODULES = "import sys; print(*sys.modules)"


@pytest.fixture(scope="module", params=["warm", "walled"])
def kernels(request):
    if request.param == "warm":
        with WarmKernels() as started:
            yield started
    else:
        with WalledKernels([NUMPY], allow_reduced=True) as started:
            yield started


@pytest.fixture(scope="module")
def walled():
    with WalledKernels(allow_reduced=True) as started:
        yield started


def run(kernels, folder, *sources, **options):
    """Outputs of each cell, run as compatible mode runs them."""
    book = new_notebook(cells=[new_code_cell(source) for source in sources])
    execute = Execute(on_kernels=kernels, **options)
    execute.preprocess(book, {"metadata": {"path": str(folder)}})
    return [cell.outputs for cell in book.cells]


def said(outputs):
    return "".join(output.get("text", "") for output in outputs)


def cold_modules():
    heard = []
    manager, client = start_new_kernel()
    try:
        client.execute_interactive(
            MODULES, output_hook=lambda m: heard.append(m["content"].get("text", "")), timeout=60
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return set("".join(heard).split())


@pytest.mark.filterwarnings("ignore")  # jupyter_client's own, on the cold kernel
def test_a_fork_holds_the_modules_of_a_cold_kernel_and_those_of_a_first_traceback(
    kernels, tmp_path
):
    ours = set(said(run(kernels, tmp_path, MODULES)[0]).split())
    of_tracebacks = {"asttokens", "executing", "fractions", "gc", "pure_eval", "pygments"}
    more = {name.partition(".")[0] for name in ours - cold_modules()}
    assert tracebacks.stack_data.__name__ in more
    assert more <= of_tracebacks | {"stack_data"}


@pytest.mark.skipif(wall_level().level != "full", reason="servers start early behind full walls")
def test_a_fork_server_that_started_early_is_used_or_ended(tmp_path):
    with EarlyServers([NUMPY, ("import json",)]) as early:
        unused = early._starting[("import json",)]
        assert early.take(("import khong_co",)) is None
        with WalledKernels([NUMPY], early=early) as kernels:
            assert said(run(kernels, tmp_path, "import numpy", "print(numpy.e > 2)")[1]) == "True\n"
            assert said(run(kernels, tmp_path, "print(1)")[0]) == "1\n"  # a bare one, when needed
    with pytest.raises(ForkServerLost):
        unused.result().fork("kernel")


FORKING = """
import multiprocessing, sys
child = multiprocessing.get_context("fork").Process(target=print, args=("con nói",))
child.start()
child.join()
"""


def test_what_a_process_of_the_learners_prints_is_heard(kernels, tmp_path):
    """ipykernel gathers it over 127.0.0.1, which a fresh network namespace has not yet."""
    outputs = run(kernels, tmp_path, FORKING, "import time; time.sleep(0.5)")
    assert "con nói" in said(outputs[0]) + said(outputs[1])


def test_two_forks_draw_different_numbers(kernels, tmp_path):
    draw = "import numpy\nprint(numpy.random.random())"
    assert said(run(kernels, tmp_path, draw)[0]) != said(run(kernels, tmp_path, draw)[0])


def test_a_forgotten_import_stays_forgotten(kernels, tmp_path):
    run(kernels, tmp_path, "import matplotlib.pyplot")
    outputs = run(kernels, tmp_path, "import matplotlib", "matplotlib.pyplot")
    assert outputs[1][0].ename == "AttributeError"


def test_the_learners_own_module_wins_over_the_librarys(kernels, tmp_path):
    (tmp_path / "numpy.py").write_text("mine = 'của tôi'")
    assert said(run(kernels, tmp_path, "import numpy", "print(numpy.mine)")[1]) == "của tôi\n"


def test_our_own_packages_leave_no_trace(kernels, tmp_path):
    (tmp_path / "graders.py").write_text("mine = 'của tôi'")
    assert said(run(kernels, tmp_path, "import graders\nprint(graders.mine)")[0]) == "của tôi\n"


def test_a_figure_is_shown_in_the_page(kernels, tmp_path):
    plot = "import matplotlib.pyplot as plt\nlines = plt.plot([1, 2])"
    assert "image/png" in run(kernels, tmp_path, plot)[0][-1].data


def test_what_a_subprocess_writes_to_stderr_counts_as_stderr(kernels, tmp_path):
    outputs = run(kernels, tmp_path, "import os\nlead = os.system('echo loi 1>&2')")[0]
    assert [(one.name, one.text) for one in outputs] == [("stderr", "loi\n")]


def test_a_cell_out_of_time_is_interrupted_and_the_next_one_runs(kernels, tmp_path):
    outputs = run(kernels, tmp_path, "while True:\n    pass", "print(1)", timeout=1)
    assert "CellTimeoutError" in [one.get("ename") for one in outputs[0]]
    assert said(outputs[1]) == "1\n"


def test_files_are_read_and_what_is_written_stays(kernels, tmp_path):
    (tmp_path / "trong").mkdir()
    (tmp_path / "trong/a.txt").write_text("mẫu")
    run(kernels, tmp_path, "open('b.txt', 'w').write(open('trong/a.txt').read())")
    assert (tmp_path / "b.txt").read_text() == "mẫu"


def test_a_walled_kernel_sees_no_course_no_host_file_and_no_network(walled, tmp_path):
    secret = tmp_path / "gradebook.db"
    secret.write_text("điểm")
    folder = tmp_path / "autograded"
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        outputs = run(
            walled,
            folder,
            f"print(open({str(secret)!r}).read())",
            "import os\nprint(os.listdir('..'))\nprint(open('../gradebook.db').read())",
            f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 1)",
        )
    assert [one[-1].output_type for one in outputs] == ["error"] * 3
    assert "điểm" not in str(outputs)


@pytest.mark.skipif(wall_level().level != "full", reason="no PID namespace on this machine")
def test_a_walled_kernel_sees_no_other_process(walled, tmp_path):
    count = "import os\nprint(sum(name.isdigit() for name in os.listdir('/proc')))"
    outputs = run(walled, tmp_path, count)[0]
    assert said(outputs) in ("1\n", "") or outputs[0].output_type == "error"


def test_bringing_files_back_follows_no_link_and_keeps_notebooks(tmp_path):
    theirs, ours, outside = (tmp_path / name for name in ("theirs", "ours", "outside"))
    for folder in (theirs, ours, outside):
        folder.mkdir()
    (outside / "secret").write_text("bí mật")
    (theirs / "link").symlink_to(outside / "secret")
    (theirs / "folder").symlink_to(outside)
    os.mkfifo(theirs / "pipe")
    (theirs / "b1.ipynb").write_text("giả")
    (theirs / "new.txt").write_text("mới")
    (theirs / "over.txt").write_text("ghi đè")
    (ours / "b1.ipynb").write_text("thật")
    (ours / "over.txt").symlink_to(outside / "secret")
    bring_back(theirs, ours)
    assert (outside / "secret").read_text() == "bí mật"
    assert (ours / "b1.ipynb").read_text() == "thật"
    assert (ours / "new.txt").read_text() == "mới"
    assert sorted(path.name for path in ours.iterdir()) == ["b1.ipynb", "new.txt", "over.txt"]
