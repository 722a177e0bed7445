"""The command `hub`: the only place that puts processes together."""

from hub.cli.main import main

__all__ = ["main"]
