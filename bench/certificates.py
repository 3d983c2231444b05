"""How many signed PDF/A certificates a second: printed, signed and checked with two processes.

    python bench/certificates.py [--count 400] [--processes 2]

The last line is JSON: ``{"per_second", "cpu_ms_each", "checked", …}``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

from analytics.certificates.certificate_pdf import Facts, Press, make_signed_paper
from analytics.certificates.signing import Signer, check_signature, load_or_make_signer
from records.assessment.certificate_numbers import make_number

FACTS = Facts(
    number="",
    full_name="Nguyễn Thị Hồng Nhung (mẫu)",
    unit="Ủy ban nhân dân xã Nghĩa Thuận",
    programme="Bồi dưỡng, tập huấn về chuyển đổi số cho 10.000 cán bộ, công chức, viên chức",
    issued_at=dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC),
    authority="Đơn vị cấp (mẫu)",
    signer="Thủ trưởng đơn vị",
    place="Hà Nội",
    verify_url="",
    sample=True,
)
_press: Press
_signer: Signer


def start(secrets: str) -> None:
    """Each process loads fonts and key once, as the portal does."""
    global _press, _signer
    _press = Press()
    _signer = _load(secrets)
    make_signed_paper(_press, _signer, _facts(0))


def make(serial: int) -> tuple[bytes, float]:
    """A paper and the processor time it took, which a busy machine does not change much."""
    began = time.process_time()
    return make_signed_paper(_press, _signer, _facts(serial)), time.process_time() - began


def _load(secrets: str) -> Signer:
    return load_or_make_signer(Path(secrets), authority="bench", at=dt.datetime.now(dt.UTC))


def _facts(serial: int) -> Facts:
    number = make_number(serial, 2026)
    address = f"https://motcham.example/services/portal/verify/{number}"
    return replace(FACTS, number=number, verify_url=address)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as secrets:
        signer = _load(secrets)
        with ProcessPoolExecutor(
            chosen.processes, get_context("spawn"), initializer=start, initargs=(secrets,)
        ) as pool:
            list(pool.map(make, range(1, 5)))  # both processes are up
            began = time.perf_counter()
            made = list(pool.map(make, range(1, chosen.count + 1), chunksize=8))
            wall = time.perf_counter() - began
        papers = [paper for paper, _cpu in made]
        cpu = sum(seconds for _paper, seconds in made)
        checked = sum(check_signature(p, signer.certificate).reason is None for p in papers[:20])
    print(f"{chosen.count} certificates in {wall:.2f} s with {chosen.processes} processes")
    print(
        json.dumps(
            {
                "per_second": round(chosen.count / wall, 1),
                "cpu_ms_each": round(1000 * cpu / chosen.count, 1),
                "kilobytes_each": round(sum(map(len, papers)) / len(papers) / 1000, 1),
                "checked": f"{checked} of 20 signatures good",
                "processes": chosen.processes,
            },
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    main()
