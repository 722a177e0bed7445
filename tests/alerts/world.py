"""What alerts look at: a store and a registry, and a clock that the test sets."""

from pathlib import Path

from hub.core.time import DAY, HOUR, day_start, local_day
from hub.registry import Registry, open_registry
from hub.services.alert_rules import NO_ALERTS, AlertSetup, read_alerts
from hub.services.alerts import Alerts
from hub.store.chdb_engine import ChdbEngine
from schemas.event import Accepted, Event
from streams.processor import apply

MONDAY = day_start(local_day(1_795_000_000_000_000) // 7 * 7 + 4) + 9 * HOUR


class World:
    """A hub of a few parts. `target`: the TOML of its target, `ops`, and of more, if need be, whose
    names are then in `targets`."""

    def __init__(self, folder: Path, target: str) -> None:
        self.now, self.folder, self.target = MONDAY, folder, target
        self.targets = ["ops"]
        self.registry: Registry = open_registry(f"sqlite:///{folder}/registry.db")
        self.store = ChdbEngine(folder / "store")
        self.position = 0
        self.running: list[Alerts] = []

    def alerts(self, *rules: str) -> Alerts:
        """The alerts of a file with these rules; their looks are the test's."""
        file = self.folder / "alerts.toml"
        head = f'[[target]]\nname = "ops"\nallow_private = true\n{self.target}\n'
        body = "".join(f"[[rule]]\ntargets = {self.targets}\n{rule}\n" for rule in rules)
        file.write_text(head + body)
        return self.looking(AlertSetup(read_alerts(file)))

    def looking(self, setup: AlertSetup = NO_ALERTS) -> Alerts:
        """Alerts as a process has them that was started with this."""
        made = Alerts(setup, self.store, self.registry, lambda: self.now, lambda _: False)
        self.running.append(made)
        return made

    def received(self, *dossiers: tuple[str, int]) -> None:
        """Dossiers, each with its deadline."""
        at, news = MONDAY - 9 * DAY, []
        for subject, due_at in dossiers:
            self.position += 1
            data = {"channel": "direct", "due_at": due_at, "due_basis": "hour"}
            event = Event("H1.2", subject, "/a", f"received{at}", "received", at, 0, data)
            news.append(Accepted(self.position, self.now, event))
        apply(self.store, news)

    def close(self) -> None:
        for made in self.running:
            for courier in made._couriers.values():
                courier.stop()
        self.store.close()
        self.registry.close()
