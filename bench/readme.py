"""Where measures are written: bench/README.md, between two marks, with the machine they are of."""

import os
import platform
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

README = Path(__file__).with_name("README.md")


def machine() -> str:
    """The day, the machine, and how busy it is."""
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    cores = Path("/proc/cpuinfo").read_text().count("processor\t:")
    memory = int(Path("/proc/meminfo").read_text().split()[1]) >> 20
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {cores} cores ({cpu[1] if cpu else platform.machine()}), "
        f"{memory} GiB, Python {platform.python_version()}, load average {os.getloadavg()[0]:.1f}"
    )


def write(begin: str, end: str, head: str, rows: Iterable[Sequence[str]]) -> None:
    """Put a table, whose first row is its title, between the comments `begin` and `end`.

    Raises `ValueError` where they are not there.
    """
    title, *others = rows
    lines = [title, ["---"] * len(title), *others]
    table = "".join(f"| {' | '.join(row)} |\n" for row in lines)
    before, mark, rest = README.read_text("utf-8").partition(f"<!-- {begin} -->\n")
    after = rest[rest.index(f"<!-- {end} -->") :]
    README.write_text(f"{before}{mark}{head}\n\n{table}{after}", "utf-8")
    print(f"\nwritten to {README}", flush=True)
