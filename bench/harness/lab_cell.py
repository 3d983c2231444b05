"""The cell that learners of a lab run, and what their processes take of memory."""

from __future__ import annotations

import contextlib
from pathlib import Path

CELL = """
import pandas as pd
import matplotlib.pyplot as plt
table = pd.DataFrame({"x": range(1000), "y": [v * v for v in range(1000)]})
figure, axes = plt.subplots()
axes.plot(table.x, table.y)
plt.show()
print(int(table.y.sum()))
"""
RIGHT = "332833500"


def memory_of(pids: set[int]) -> dict[str, float]:
    """MiB: PSS, what is private to these processes, and what of it is anonymous."""
    total = {"Pss": 0, "Private_Dirty": 0, "Private_Clean": 0}
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                name = line.partition(":")[0]
                if name in total:
                    total[name] += int(line.split()[1])
    return {
        "pss": total["Pss"] / 1024,
        "private": (total["Private_Dirty"] + total["Private_Clean"]) / 1024,
    }
