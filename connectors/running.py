"""All connectors of some files and folders, each in a thread of its own."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from connectors.mapping import MappingError, load
from connectors.one import Connector, run_on
from connectors.port import Hub

logger = logging.getLogger(__name__)
LOOK = 2.0
"""Seconds between two looks at the files."""
RETRY = 30.0
"""Seconds after which a connector that ended unexpectedly is started again."""
_SUFFIXES = (".yaml", ".yml")


class Running:
    """Runs what the files say. What is new, changed or removed is noticed in seconds; a wrong file
    is told and hinders no other."""

    def __init__(
        self, places: Iterable[Path], hub: Callable[[], Hub], say: Callable[[str], None]
    ) -> None:
        """`hub` gives a hub for each connector; `say` prints a line for people."""
        self._places, self._hub, self._say = list(places), hub, say
        self._workers: dict[Path, _Worker] = {}
        self._told: dict[Path, str] = {}

    def run(self, stop: threading.Event) -> None:
        """Until `stop`; then every connector has ended."""
        try:
            while not stop.is_set():
                self.look()
                stop.wait(LOOK)
        finally:
            for worker in self._workers.values():
                worker.stop.set()
            for worker in self._workers.values():
                worker.join()

    def look(self) -> None:
        """Start, end and restart what the files ask for."""
        found = digests(self._places)
        for path in [path for path, it in self._workers.items() if found.get(path) != it.digest]:
            self._workers[path].stop.set()
            if not self._workers[path].is_alive():
                del self._workers[path]
        for path in [path for path, it in self._workers.items() if it.is_over()]:
            del self._workers[path]
        for path, digest in found.items():
            if path not in self._workers:
                self._start(path, digest)

    def _start(self, path: Path, digest: str) -> None:
        try:
            document = load(path)
        except MappingError as error:
            self._tell(path, str(error))
            return
        name = document.connector
        if (other := self._path_of(name)) is not None:
            self._tell(path, f"{path} is not run: {other} has the connector {name}, too")
            return
        self._told.pop(path, None)
        self._workers[path] = _Worker(Connector(document, digest, self._hub()), self._say)

    def _tell(self, path: Path, problem: str) -> None:
        """Tell once what is wrong with a file."""
        if self._told.get(path) != problem:
            logger.error("%s", problem)
        self._told[path] = problem

    def _path_of(self, name: str) -> Path | None:
        return next((path for path, it in self._workers.items() if it.name == name), None)


class _Worker(threading.Thread):
    """One connector; starts at once."""

    def __init__(self, connector: Connector, say: Callable[[str], None]) -> None:
        super().__init__(name=connector.name, daemon=True)
        self.digest, self.stop = connector.digest, threading.Event()
        self._connector, self._say, self._ended = connector, say, 0.0
        self.start()

    def run(self) -> None:
        """A fault of one connector is told, and ends no other."""
        try:
            run_on(self._connector, self.stop, self._say)
        except Exception:
            logger.exception("connector %s ended; it is started again in %.0f s", self.name, RETRY)
        self._ended = time.monotonic()

    def is_over(self) -> bool:
        """Whether it ended by itself, some time ago."""
        return not self.is_alive() and time.monotonic() - self._ended > RETRY


def digests(places: Iterable[Path]) -> Mapping[Path, str]:
    """The YAML files of some files and folders, and what each holds. A file that goes away is left
    out."""
    found = {}
    for place in places:
        inside = sorted(place.iterdir()) if place.is_dir() else [place]
        for path in inside:
            if path == place or (path.suffix in _SUFFIXES and not path.name.startswith(".")):
                try:
                    found[path] = sha256(path.read_bytes()).hexdigest()
                except FileNotFoundError:
                    continue
    return found
