"""The store inside the process."""

import pytest

from hub.store.port import Engine
from tests.contracts.quarters import QuartersContract
from tests.contracts.store import StoreContract
from tests.engines.chdb import chdb

__all__ = ["chdb"]


@pytest.fixture(scope="class")
def engine(chdb: Engine) -> Engine:
    return chdb


class TestChdb(StoreContract, QuartersContract):
    """The contract."""
