"""For all tests: what random examples may take, and the order in which files begin."""

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("hub", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hub")  # the machine may have other work

LONGEST_FIRST = ("faults", "distributed", "store", "web")
"""Folders whose files take long: one that begins last would keep a single core busy."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the folders that take longest; otherwise the order stays."""

    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(config.rootpath / "tests").parts[0]
        return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)

    items.sort(key=place)
