"""For all tests: what random examples and answers may take, how many files run beside each other,
and the order in which they begin."""

import os

import httpx
import pytest
from hypothesis import HealthCheck, settings

from tests.eventually import DEADLINE

# The machine may have other work. In CI the same code meets the same examples again: what fails
# there fails on every machine. New examples come with each `make test`.
settings.register_profile(
    "hub",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("HUB_CI")),
)
settings.load_profile("hub")

LONGEST_FIRST = (
    "distributed/test_processes.py", "faults/test_chaos.py", "store/test_parity.py",
    "faults/test_kill9.py", "store/test_clickhouse.py", "connectors/test_kinds_pump.py",
    "faults", "demo", "web", "reports", "distributed", "server", "store", "connectors",
)  # fmt: skip
"""Files and folders that take long: one that begins last would keep a single core busy."""

# A question's answer may take longer than httpx waits by default where the machine is busy
httpx._config.DEFAULT_TIMEOUT_CONFIG.read = DEADLINE


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Twice as many as cores: half of the time tests wait for processes, engines and intervals."""
    return 2 * (os.cpu_count() or 1)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes longest; otherwise the order stays."""

    def place(item: pytest.Item) -> int:
        name = str(item.path.relative_to(config.rootpath / "tests"))
        found = (n for n, begin in enumerate(LONGEST_FIRST) if name.startswith(begin))
        return next(found, len(LONGEST_FIRST))

    items.sort(key=place)
