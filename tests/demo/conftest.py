"""The example's events, made once."""

from typing import Any

import pytest

from hub.demo.reconstruct import events, examples
from tests.demo.direct_count import Dossier, told


@pytest.fixture(scope="package")
def cu_chi_events() -> list[dict[str, Any]]:
    return list(events(examples()[0]))


@pytest.fixture(scope="package")
def cu_chi(cu_chi_events: list[dict[str, Any]]) -> list[Dossier]:
    return told(cu_chi_events)


@pytest.fixture(scope="package")
def phu_ho() -> list[Dossier]:
    return told(events(examples()[1]))
