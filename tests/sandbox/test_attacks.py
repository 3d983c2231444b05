"""Each attack is tried behind the walls and must bring nothing; bait that is real proves it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import walled_attacks

from sandbox import Channel, ChannelClosed, Exit

PROGRAMS = Path(__file__).parent / "programs"
IN_WORDS = {name: name.replace("_", " ") for name in walled_attacks.ATTACKS}


@pytest.mark.parametrize("name", walled_attacks.ATTACKS, ids=IN_WORDS.values())
def test_a_child_cannot(name, server, bait, record_attack):
    ours, theirs = Channel.pair()
    with (
        ours,
        server.fork("attack", channels=[theirs], options={"name": name, "bait": bait}) as child,
    ):
        assert ours.receive(20) == "trying"
        try:
            told = ours.receive(35)
        except ChannelClosed:  # the walls ended it
            told = {"error": str(child.wait(10))}
    succeeded = bool(told.get("evidence"))
    record_attack(name, succeeded=succeeded)
    assert not succeeded, told


@pytest.mark.parametrize("name", sorted(walled_attacks.REAL_OUTSIDE))
def test_the_same_attack_succeeds_where_there_is_no_wall(name, bait):
    """Else the test above would pass for want of anything to find."""
    code = (
        f"import sys; sys.path.insert(0, {str(PROGRAMS)!r})\n"
        f"import walled_attacks as w; print(bool(w.ATTACKS[{name!r}]({bait!r})))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "TOKEN": bait["secret"]},
        timeout=60,
        cwd=Path(bait["secret_file"]).parent,
    )
    assert ran.stdout.strip() == "True", ran.stderr


def test_after_all_that_the_fork_server_still_serves_honest_children(start):
    child, channel = start("echo", options={"word": "vẫn chạy"})
    assert channel.receive(10) == {"word": "vẫn chạy"}
    channel.close()
    assert isinstance(child.wait(10), Exit)
