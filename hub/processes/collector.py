"""Python's search for cyclic garbage, in processes that hold many events and facts."""

import gc


def calm_collector() -> None:
    """Let Python look for cyclic garbage rarely: events, facts and rows are many, without cycles.

    With the defaults much of the time of a bulk load and of the imports goes into that search, so
    the commands that run on turn the collector off until here.
    """
    gc.enable()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
