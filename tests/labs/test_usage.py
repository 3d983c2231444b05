"""What a lab uses is read from outside, and the room in its home is kept."""

import os
import subprocess
import sys

import pytest
from tornado.web import HTTPError

from labs.environment import environment, language_of
from labs.quota import Room, size_of_content
from labs.usage import Watched, figures_of, pss_kb, size_of


def test_memory_and_processes_are_those_of_the_whole_tree(tmp_path):
    code = "import subprocess, sys; x = b'x' * (30 << 20); subprocess.run(['sleep', '60'])"
    process = subprocess.Popen([sys.executable, "-c", code])
    try:
        found = figures_of(process.pid, tmp_path)
        while found.processes < 2:
            assert process.poll() is None
            found = figures_of(process.pid, tmp_path)
        assert found.memory_mb >= 30
        assert found.kernels == 0
    finally:
        process.kill()
        process.wait()
    gone = figures_of(process.pid, tmp_path)
    assert (gone.processes, gone.memory_mb) == (0, 0)


def test_one_s_own_memory_can_be_read():
    assert pss_kb(os.getpid()) > 1000


def test_links_are_not_followed_and_holes_do_not_count(tmp_path):
    inside, outside = tmp_path / "home", tmp_path / "other"
    (inside / "a").mkdir(parents=True)
    outside.mkdir()
    (outside / "large").write_bytes(b"x" * (1 << 20))
    (inside / "a" / "file").write_bytes(b"x" * 8192)
    (inside / "link").symlink_to(outside)
    with (inside / "hole").open("wb") as file:
        file.truncate(1 << 30)
    assert 8192 <= size_of(inside) < 100_000


def test_an_empty_file_counts_as_one_that_is_not(tmp_path):
    for number in range(100):
        (tmp_path / f"{number}").touch()
    assert size_of(tmp_path) == 100 * 4096


def test_a_folder_is_looked_at_seldom_and_what_was_added_counts_meanwhile(tmp_path):
    watched = Watched(tmp_path, least_s=5)
    assert watched.bytes(at=0) == 0
    (tmp_path / "file").write_bytes(b"x" * (1 << 20))
    assert watched.bytes(at=4) == 0
    watched.add(500)
    assert watched.bytes(at=4.5) == 500
    assert watched.bytes(at=6) >= 1 << 20


def test_a_slow_look_is_followed_by_a_long_pause(tmp_path, monkeypatch):
    times = iter([0.0, 2.0])
    monkeypatch.setattr("labs.usage.time.perf_counter", lambda: next(times))
    watched = Watched(tmp_path, least_s=5, share=0.02)
    watched.bytes(at=0)
    watched.bytes(at=99)  # would take two more of the times above
    with pytest.raises(StopIteration):
        watched.bytes(at=100)


def test_a_save_beyond_the_quota_is_refused_and_a_smaller_one_is_not(tmp_path):
    (tmp_path / "file").write_bytes(b"x" * (900 << 10))
    room = Room(tmp_path, 1 << 20)
    room.claim(50_000)
    with pytest.raises(HTTPError) as refused:
        room.claim(200_000)
    assert refused.value.status_code == 507
    assert "1 MB" in str(refused.value.log_message)
    room.claim(-10_000)
    assert room.as_json()["nearly_full"] is False
    room.claim(80_000)
    assert room.as_json()["nearly_full"] is True
    assert room.as_json()["full"] is False
    (tmp_path / "file").unlink()
    room.claim(500_000)  # tidied up: seen at once, not at the next look


def test_without_a_quota_everything_is_saved(tmp_path):
    room = Room(tmp_path, 0)
    room.claim(1 << 40)
    assert room.as_json()["nearly_full"] is False


@pytest.mark.parametrize(
    ("model", "size"),
    [
        ({"type": "directory"}, 0),
        ({"type": "file", "format": "text", "content": "đủ"}, 5),
        ({"type": "file", "format": "base64", "content": "AAAA"}, 3),
        ({"type": "notebook", "content": {"a": 1}}, 11),
    ],
)
def test_what_a_save_takes_is_estimated_before_it(model, size):
    assert size_of_content(model) == size


def test_only_our_languages_can_be_asked_for():
    assert language_of({"language": "en"}) == "en"
    assert language_of({"language": "../../etc"}) == "vi"
    assert language_of(None) == "vi"
    found = environment(language="en", lean=False, quota_mb=7)
    assert "/share/en" in found["JUPYTER_CONFIG_PATH"]
    assert "/share/lean" not in found["JUPYTER_CONFIG_PATH"]
    assert found["MOTCHAM_LAB_QUOTA_MB"] == "7"
