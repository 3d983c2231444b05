"""One-time links and slips for many people at once: how long until they can be printed or are sent.

    python bench/accounts.py [--people 10000]

Makes a database of made-up people in units of 250, hands out links with slips (PDFs in a ZIP), then
links by mail (into the outbox). Prints JSON with seconds and megabytes.
"""

import argparse
import datetime as dt
import json
import resource
import tempfile
import time
from pathlib import Path

from records import open_records
from records.people import persons
from records.platform import outbox
from school.access import operator
from school.people.account_acts import make_links
from school.people.paper.slips import make_paper

AT = dt.datetime(2026, 11, 30, 3, 0, tzinfo=dt.UTC)
IN_A_UNIT = 250


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=10_000)
    many = parser.parse_args().people
    with tempfile.TemporaryDirectory() as folder:
        records = open_records(f"sqlite:///{Path(folder) / 'motcham.sqlite'}", migrate=True)
        with records.begin() as session:
            persons.load_units(session)
            nation = persons.find_nation(session)
            assert nation is not None
            for number in range(many):
                if number % IN_A_UNIT == 0:
                    unit = persons.add_unit(
                        session, kind="commune", vintage="2025", code=f"{number:05}",
                        name=f"Đơn vị mẫu {number // IN_A_UNIT}", parent_id=nation.id,
                    )  # fmt: skip
                persons.add_person(
                    session, username=f"nguoi{number}", full_name=f"Nguyễn Thị Mẫu {number}",
                    email=f"nguoi{number}@example.org", unit_id=unit.id, at=AT,
                )  # fmt: skip
        by, found = operator("bench"), {"people": many}
        began = time.perf_counter()
        with records.begin() as session:
            opened = make_links(session, by, None, by_mail=False, at=AT)
        found["links_s"] = round(time.perf_counter() - began, 1)
        began = time.perf_counter()
        _kind, paper = make_paper(
            opened.slips, lambda token: f"https://mau.example.org/hub/{token}"
        )
        found["slips_s"] = round(time.perf_counter() - began, 1)
        found["file_mb"] = round(len(paper) / 1e6, 1)
        began = time.perf_counter()
        with records.begin() as session:
            mailed = make_links(session, by, None, by_mail=True, at=AT).mailed
        found["links_and_letters_s"] = round(time.perf_counter() - began, 1)
        assert len(opened.slips) == mailed == many
        with records.read() as session:
            assert outbox.count_by_state(session) == {"waiting": many}
        records.close()
    for whose, name in ((resource.RUSAGE_SELF, "peak_mb"), (resource.RUSAGE_CHILDREN, "child_mb")):
        found[name] = round(resource.getrusage(whose).ru_maxrss / 1024)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
