"""Log, store and registry are held against each other at the start: what does not belong together
is filled again from the log, or refused with what to do; nothing is silently missing."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.core.time import DAY
from hub.dossier.store.questions import orphans
from hub.processes.places import StartError
from hub.processes.serve import embedded_hub
from hub.registry import open_registry
from hub.registry.belonging import belong_to
from hub.services.audit import audit
from hub.store.events import known_units
from hub.store.scope import Scope
from streams.embedded import StoreLostError
from tests.contracts.log import SECONDS, Clock, event, events
from tests.eventually import eventually
from tests.faults.test_lost_store import Embedded


@pytest.fixture
def clock() -> Iterator[Clock]:
    clock = Clock()
    yield clock
    clock.free.set()


def run(folder: Path, clock: Clock, first: int, count: int = 9, keep_days: int = 30) -> None:
    """A hub's day: it starts, takes events, one record each, and ends."""
    hub = Embedded(folder, clock, keep_days)
    hub.runner.start()
    for n in range(first, first + count):
        hub.log.append([event(n, f"U{n}")]).result(SECONDS)
        clock.at += DAY
    eventually(lambda: hub.runner.includes(hub.log.end()))
    if not keep_days:
        eventually(lambda: hub.log.start() == hub.log.end()[0])
    hub.stop()


def opened(folder: Path, clock: Clock) -> set[str]:
    """The units that the figures have after a start; all of it is right."""
    hub = Embedded(folder, clock)
    try:
        hub.runner.start()
    except BaseException:
        hub.stop(started=False)
        raise
    eventually(lambda: hub.runner.includes(hub.log.end()))
    found = audit(hub.log, hub.engine, hub.runner.applied, clock)
    assert found.kept == []
    assert len(orphans(hub.engine, Scope(), ("", ""), 1000)) == len(known_units(hub.engine))
    units = set(known_units(hub.engine))
    hub.stop()
    return units


def refused(folder: Path, clock: Clock, match: str) -> None:
    with pytest.raises(StoreLostError, match=match):
        opened(folder, clock)


def units(count: int) -> set[str]:
    return {f"U{n}" for n in range(count)}


def swap(folder: Path, name: str, copy: Path) -> None:
    """Put an older copy in place of what is there."""
    for part in folder.glob(f"{name}*"):
        shutil.rmtree(part) if part.is_dir() else part.unlink()
    move = shutil.copytree if copy.is_dir() else shutil.copy
    move(copy, folder / name, **({"symlinks": True} if copy.is_dir() else {}))


def kept(folder: Path, name: str, into: Path) -> Path:
    """A copy of a part of the hub, as a backup has it."""
    source = folder / name
    if source.is_dir():
        return Path(shutil.copytree(source, into / name, symlinks=True))
    return Path(shutil.copy(source, into / name))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def test_an_older_store_is_filled_again_or_refused(
    data: Path, tmp_path: Path, clock: Clock
) -> None:
    run(data, clock, 0)
    old = kept(data, "store", tmp_path)
    run(data, clock, 9)
    swap(data, "store", old)
    assert opened(data, clock) == units(18)
    swap(data, "store", old)
    run(data, clock, 18, keep_days=0)
    swap(data, "store", old)
    refused(data, clock, "older copy")


def test_an_older_registry_changes_no_figure(data: Path, tmp_path: Path, clock: Clock) -> None:
    run(data, clock, 0)
    old = kept(data, "registry.db", tmp_path)
    run(data, clock, 9)
    swap(data, "registry.db", old)
    assert opened(data, clock) == units(18)


def test_an_older_log_is_refused_even_when_it_went_on(
    data: Path, tmp_path: Path, clock: Clock
) -> None:
    run(data, clock, 0)
    old, old_store = kept(data, "log.db", tmp_path), kept(data, "store", tmp_path)
    run(data, clock, 9)
    (tmp_path / "new").mkdir()
    new_store = kept(data, "store", tmp_path / "new")
    swap(data, "log.db", old)
    refused(data, clock, "the log ends before.*record 18")
    swap(data, "store", old_store)
    run(data, clock, 100, 12)
    swap(data, "store", new_store)
    refused(data, clock, "went on from an older copy")


def test_the_log_of_another_hub_is_refused(data: Path, tmp_path: Path, clock: Clock) -> None:
    other = tmp_path / "other"
    other.mkdir()
    run(data, clock, 0)
    run(other, clock, 50, 12)
    swap(data, "log.db", other / "log.db")
    refused(data, clock, "another log")


def broken(data: Path, table: str, spoil: Callable[[Path], object]) -> None:
    """Spoil the parts of a table, but the last."""
    parts = sorted((data / "store/data/hub" / table).resolve().glob("all_*"))
    assert parts
    for part in parts[: max(1, len(parts) - 1)]:
        spoil(part)


def emptied(part: Path) -> None:
    for file in part.iterdir():
        file.write_bytes(b"")


@pytest.mark.parametrize("table", ["events", "facts", "current", "unit_quarters"])
@pytest.mark.parametrize("spoil", [shutil.rmtree, emptied])
def test_parts_that_are_gone_are_missed(
    data: Path, tmp_path: Path, clock: Clock, table: str, spoil: Callable[[Path], object]
) -> None:
    run(data, clock, 0)
    run(data, clock, 9)
    broken(data, table, spoil)
    assert opened(data, clock) == units(18)
    run(data, clock, 18, keep_days=0)
    broken(data, table, spoil)
    refused(data, clock, f"lacks some of what it had of {table}|the store is empty")


def test_a_folder_that_was_copied_while_the_hub_ran_is_right_or_refused(
    data: Path, tmp_path: Path, clock: Clock
) -> None:
    hub = Embedded(data, clock)
    hub.runner.start()
    stop = threading.Event()

    def load() -> None:
        n = 0
        while not stop.is_set():
            hub.log.append(events(n, n + 5)).result(SECONDS)
            n += 5

    sender = threading.Thread(target=load)
    sender.start()
    copies = []
    for number in range(2):
        done = hub.log.end()[0] + 40
        eventually(lambda done=done: hub.runner.includes({0: done}))
        copies.append(tmp_path / f"copy{number}")
        copied_as_cp_does(data, copies[-1])
    stop.set()
    sender.join()
    hub.stop()
    outcomes = []
    for copy in copies:
        try:
            outcomes.append(len(opened(copy, clock)))
        except StoreLostError as error:
            outcomes.append(str(error))
    assert all(outcome == 3 or "remove the store" in str(outcome) for outcome in outcomes)


def copied_as_cp_does(source: Path, target: Path) -> None:
    """What goes away meanwhile is told and passed over."""
    try:
        shutil.copytree(source, target, symlinks=True)
    except shutil.Error:
        return


def of_an_older_hub(data: Path, clock: Clock, cursor: int) -> None:
    """What the store says of itself is gone, and the registry says it instead."""
    hub = Embedded(data, clock)
    for table in ("applied", "logs"):
        hub.engine.command(f"TRUNCATE TABLE {table}")
    for name in ("facts", "quarters"):
        hub.registry.cursors.set(name, {0: cursor})
    hub.stop(started=False)


def test_the_store_of_an_older_hub_is_taken_over(data: Path, tmp_path: Path, clock: Clock) -> None:
    run(data, clock, 0)
    of_an_older_hub(data, clock, 9)
    old = kept(data, "store", tmp_path)
    run(data, clock, 9)
    assert opened(data, clock) == units(18)
    of_an_older_hub(data, clock, 18)
    swap(data, "store", old)
    assert opened(data, clock) == units(18)  # the registry alone would have said: it has all
    of_an_older_hub(data, clock, 30)
    refused(data, clock, "the log ends before")


@pytest.mark.parametrize("lost", ["gone", "empty", "another database"])
def test_a_lost_registry_is_refused_or_asked_for(tmp_path: Path, lost: str) -> None:
    data = tmp_path / "data"
    with embedded_hub(data) as hub:
        hub.log.append([event(1)]).result(SECONDS)
    key = (data / "admin.key").read_text()
    if lost == "another database":
        open_registry(f"sqlite:///{tmp_path / 'other.db'}").close()
        swap(data, "registry.db", tmp_path / "other.db")
    else:
        swap(data, "registry.db", Path("/dev/null"))
    if lost == "gone":
        (data / "registry.db").unlink()
    for _ in range(2):  # a refusal leaves nothing behind that would be taken for a registry
        with pytest.raises(StartError, match=r"registry\.db holds nothing.*--new-registry"):
            embedded_hub(data).__enter__()
    assert (data / "admin.key").read_text() == key
    with embedded_hub(data, new_registry=True) as hub:
        assert len(hub.registry.keys.all()) == 1
    assert (data / "admin.key").read_text() != key
    with embedded_hub(data) as hub:
        assert hub.log.end() == {0: 1}


def test_the_registry_of_another_hub_and_a_lost_log_are_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with embedded_hub(data) as hub:
        hub.log.append([event(1)]).result(SECONDS)
    registry = open_registry(f"sqlite:///{tmp_path / 'other.db'}")
    belong_to(registry, 5)
    registry.close()
    own = kept(data, "registry.db", tmp_path)
    swap(data, "registry.db", tmp_path / "other.db")
    with pytest.raises(StartError, match="belongs to another log"):
        embedded_hub(data, new_registry=True).__enter__()
    swap(data, "registry.db", own)
    log = kept(data, "log.db", tmp_path)
    (data / "log.db").unlink()
    with pytest.raises(StartError, match="belongs to another log"):
        embedded_hub(data).__enter__()
    for part in data.glob("registry.db*"):
        part.unlink()
    with pytest.raises(StartError, match="filled from another log"):
        embedded_hub(data).__enter__()
    swap(data, "registry.db", own)
    swap(data, "log.db", log)
    with embedded_hub(data) as hub:
        assert hub.log.end() == {0: 1}
