"""A pytest plug-in for nbgrader's own test-suite: puts our execution in nbgrader's place.

Loaded with ``-p nbgrader_judge`` in a pytest of its own (see test_nbgrader_suite.py). nbgrader's
tests call its command line in-process (`nbgrader.tests.run_nbgrader`); here every
``nbgrader autograde`` they run becomes ours: the converter with its forked workers, warm kernels,
shared gradebook and exporter. Everything else they run is nbgrader's, except that the answer of
``alembic heads``, which nbgrader asks a second-long subprocess for at each new gradebook, is kept.
"""

import functools
import os
from pathlib import Path

import nbgrader.api
import nbgrader.apps.autogradeapp

from graders.compatible.converter import Autograde
from graders.compatible.kernels import WarmKernels
from graders.compatible.walled import WalledKernels

USED = "MOTCHAM_JUDGE_USED"


class Judged(Autograde):
    """Ours, leaving a trace, so that the runner knows it was this that was judged."""

    def init_assignment(self, assignment_id, student_id):
        _count("submissions")
        super().init_assignment(assignment_id, student_id)


def pytest_configure(config):
    nbgrader.apps.autogradeapp.Autograde = Judged
    nbgrader.api.get_alembic_version = functools.cache(nbgrader.api.get_alembic_version)
    for kind in (WarmKernels, WalledKernels):
        kind.start = _counted(kind.start)


def _counted(start):
    def counting(self, *args, **kwargs):
        _count("kernels")
        return start(self, *args, **kwargs)

    return counting


def _count(what):
    with (Path(os.environ[USED]) / what).open("a") as file:
        file.write(".")
