"""A sheet that was looked at waits an hour for what its sender decides."""

import datetime as dt
import stat

from hub.portal.kept_files import KEPT_S, KeptFiles

AT = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
LATER = AT + dt.timedelta(seconds=KEPT_S + 1)


def test_a_file_comes_back_to_its_sender_alone(tmp_path):
    files = KeptFiles(tmp_path / "sheets")
    token = files.keep(7, "danh sách\n.csv", b"a\nb", at=AT)
    assert files.find(7, token, at=AT) == ("danh sách .csv", b"a\nb")
    assert files.find(8, token, at=AT) is None
    assert files.find(7, "0" * 32, at=AT) is None
    assert files.find(7, "../7", at=AT) is None
    (path,) = (tmp_path / "sheets").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_second_file_takes_the_place_of_the_first(tmp_path):
    files = KeptFiles(tmp_path)
    first, second = files.keep(7, "1", b"1", at=AT), files.keep(7, "2", b"2", at=AT)
    assert files.find(7, first, at=AT) is None
    assert files.find(7, second, at=AT) == ("2", b"2")
    files.forget(7)
    assert files.find(7, second, at=AT) is None


def test_after_an_hour_and_after_a_restart_it_is_gone(tmp_path):
    files = KeptFiles(tmp_path)
    token = files.keep(7, "1", b"1", at=AT)
    assert files.find(7, token, at=LATER) is None
    assert not list(tmp_path.iterdir())
    token = files.keep(7, "1", b"1", at=AT)
    assert KeptFiles(tmp_path).find(7, token, at=AT) is None
