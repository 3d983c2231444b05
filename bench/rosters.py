"""A list of very many people: read, checked, imported, checked again.

    python bench/rosters.py [--people 50000]

A CSV of made-up people of three provinces, into a new SQLite. Prints a table; the last line is JSON
with the seconds of each step and how many rows a second the slowest takes.
"""

import argparse
import datetime as dt
import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from records import open_records
from records.people import persons
from school.people.roster import Outcome, import_roster, read_table

AT = dt.datetime(2026, 11, 30, 3, 0, tzinfo=dt.UTC)
FAMILY = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ"]
GIVEN = ["An", "Bình", "Cường", "Dũng", "Hà", "Hoa", "Lan", "Mai", "Nam", "Phúc", "Quang"]
GIVEN += ["Sơn", "Tâm", "Uyên", "Vân", "Xuân", "Yến"]


def list_of(people: int) -> bytes:
    """A list as an office keeps it."""
    chance = random.Random(1)
    rows = ["Mã cán bộ,Họ tên,Chức vụ,Nhóm đối tượng,Danh mục,Mã đơn vị"]
    for number in range(people):
        name = f"{chance.choice(FAMILY)} {' '.join(chance.choices(GIVEN, k=3))}"
        unit = chance.choice(("15", "48", "01"))
        rows.append(f"BC-{number},{name},Chuyên viên,c,2025,{unit}")
    return "\n".join(rows).encode()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=50_000)
    many = parser.parse_args().people
    content, found = list_of(many), {}

    def timed(what: str, do: Callable[[], Outcome]) -> Outcome:
        began = time.perf_counter()
        outcome = do()
        found[f"{what}_s"] = round(time.perf_counter() - began, 1)
        print(f"{what:<14}{found[f'{what}_s']:>8} s")
        return outcome

    began = time.perf_counter()
    table = read_table("ds.csv", content)
    found["read_s"] = round(time.perf_counter() - began, 1)
    print(f"{'read':<14}{found['read_s']:>8} s")
    with tempfile.TemporaryDirectory() as folder:
        records = open_records(f"sqlite:///{Path(folder) / 'motcham.sqlite'}", migrate=True)

        def run(*, dry_run: bool) -> Outcome:
            with records.begin() as session:
                return import_roster(
                    session, "ds", content, at=AT, actor="bench", dry_run=dry_run, table=table
                )

        with records.begin() as session:
            persons.load_units(session)
        assert timed("check", lambda: run(dry_run=True)).added == many
        assert timed("import", lambda: run(dry_run=False)).added == many
        assert timed("check_again", lambda: run(dry_run=True)).unchanged == many
        records.close()
    slowest = max(found[name] for name in ("check_s", "import_s", "check_again_s"))
    print(json.dumps({**found, "people": many, "rows_a_second": round(many / slowest)}))


if __name__ == "__main__":
    main()
