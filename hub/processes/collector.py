"""Python's search for cyclic garbage, in processes that hold many events and facts."""

import gc

OF_BULK = 100_000, 50, 1000
OF_PAGES = 30_000, 5, 5
"""Of a connector: each answer over HTTP is a cycle of few objects that holds megabytes, so what is
older is looked at, too."""


def calm_collector(thresholds: tuple[int, int, int] = OF_BULK) -> None:
    """Let Python look for cyclic garbage rarely: events, facts and rows are many, without cycles.

    With the defaults much of the time of a bulk load and of the imports goes into that search, so
    the commands that run on turn the collector off until here.
    """
    gc.enable()
    gc.freeze()
    gc.set_threshold(*thresholds)
