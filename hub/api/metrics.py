"""What Prometheus reads. No unit or dossier is a label."""

from prometheus_client import CollectorRegistry, Counter, Histogram


class Metrics:
    """The hub's metrics, one set for each application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.events = Counter(
            "hub_events", "Events that arrived over HTTP, by what became of them", ["outcome"],
            registry=self.registry,
        )  # fmt: skip
        self.figure_seconds = Histogram(
            "hub_figure_query_seconds", "Time to answer a question for figures",
            registry=self.registry,
        )  # fmt: skip
