"""An empty registry beside a store that is not is refused, until it is asked for."""

from pathlib import Path

import pytest

from hub.processes.distributed import check_registry
from hub.processes.places import StartError
from hub.registry import open_registry
from hub.registry.identity import LOG
from hub.store.chdb_engine import ChdbEngine
from hub.store.progress import FACTS, Reached, write_reached


@pytest.mark.parametrize("asked_for", [True, False])
def test_an_empty_registry_is_held_against_the_store(tmp_path: Path, asked_for: bool) -> None:
    url = f"sqlite:///{tmp_path / 'registry.db'}"
    registry, store = open_registry(url), ChdbEngine(tmp_path / "store")
    try:
        check_registry(url, registry, store)  # all is new
        write_reached(store, FACTS, {1: Reached(7, 8)})
        for _ in range(2):
            with pytest.raises(StartError, match=r"HUB_REGISTRY holds nothing.*--new-registry"):
                check_registry(url, registry, store)
        if asked_for:
            registry.identity.note(LOG, "as `hub migrate` does")
        else:
            registry.keys.create("admin")  # that of a hub before registries noted their log
        check_registry(url, registry, store)
    finally:
        store.close()
        registry.close()
