"""What `motcham test --fast` leaves out: what takes a hub, a browser, stock nbgrader, or minutes.

A test says so by the fixture it asks for, by where it lies, or by a marker. What is chosen starts
none of these programs: it would fail.
"""

from pathlib import Path

TESTS = Path(__file__).parents[1]
FIXTURES = {"platform", "start_platform", "start_module_s_platform"}
MARKERS = (
    "slow",  # takes long by what it is
    "browser",
    "postgres",  # one kind of database is enough here, and SQLite needs no server
)
PLACES = (
    # A hub, a browser, the real proxy.
    *("hub/browser", "hub/proxy", "hub/platform/test_up.py", "labs"),
    # Stock nbgrader beside ours.
    *("graders/compatible", "graders/test_honest_notebooks.py", "courses/test_stock_nbgrader.py"),
    "courses/test_notebooks.py",
    # Many notebooks marked, many attacks tried, each in processes of its own.
    *("graders/attacks", "graders/service", "graders/test_words_and_waits.py"),
    *("graders/test_installed_anywhere.py", "graders/strict/test_fair_limits.py"),
    *("graders/test_one_notebook.py", "courses/checks/test_trials.py", "courses/test_nonsense.py"),
    # Walls under attack, and processes by the hundred.
    *("sandbox/test_attacks.py", "sandbox/test_limits.py", "sandbox/test_forking.py"),
    "sandbox/test_lesser_machines.py",
    *("graders/strict/test_marker.py", "graders/strict/test_own_modules.py"),
    *("graders/test_marker.py", "graders/strict/examiner/test_audit_hook.py", "courses/bank"),
    # Pages and logins, asked over the network: run those of the page you change by their name.
    *("hub/portal", "hub/login"),
    # Every command, each a program that is started anew.
    "hub/commands",
    # Copies of every schema there was, restored; figures of thousands of made-up people; papers.
    *("hub/platform/backup/test_backup.py", "records/test_migrations.py"),
    *("analytics/programme/test_figures.py", "analytics/certificates"),
    *("courses/checks/test_check.py", "skills_framework/test_calibration.py"),
    # All shipped lessons, many writers at once, everything that one can do with a key.
    *("courses/test_course.py", "courses/test_blocks.py", "school/learning/test_search.py"),
    *("records/marking/test_queue.py", "graders/strict/between/test_codec.py"),
    *("hub/platform/test_erasing.py", "school/people/test_key_acts.py"),
    # A linter and a runner in node.
    "test_javascript.py",
    # Installs a miniature of everything.
    "test_bootstrap.py",
)
PROGRAMS = ("chromium", "playwright", "configurable-http-proxy", "jupyterhub", "nbgrader")
assert all((TESTS / place).exists() for place in PLACES)


def is_slow_place(path):
    """Whether all that lies there is left out."""
    return any(path.is_relative_to(TESTS / place) for place in PLACES)


def is_slow(item):
    """Whether a collected test is left out."""
    asked = set(getattr(item, "fixturenames", ()))
    return bool(FIXTURES & asked) or any(item.get_closest_marker(name) for name in MARKERS)


def refuse_slow_programs(event, given):
    """An audit hook, in force in a fast run: a program that is slow to start is none of it."""
    if event == "subprocess.Popen":
        # Not what a program says that is given as text.
        command = " ".join(part for part in map(str, given[1]) if "\n" not in part)
        slow = [program for program in PROGRAMS if program in command]
        assert not slow, f"a fast test starts {slow}: {command}"
