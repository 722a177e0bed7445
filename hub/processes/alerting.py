"""What a process is given of alerts, read at its start."""

from pathlib import Path

from hub.processes.places import StartError
from hub.services.addresses import RefusedError
from hub.services.alert_rules import AlertsError, AlertSetup, read_alerts
from hub.services.targets import open_target


def alert_setup(file: Path | None, *, allow_private: bool) -> AlertSetup:
    """What a file of alerts says, if there is one, and whether targets of the registry may lie in a
    private network. Raises `StartError`."""
    if file is None:
        return AlertSetup(None, allow_private)
    try:
        settings = read_alerts(file)
        for target in settings.target:
            open_target(target)
    except (AlertsError, RefusedError) as error:
        raise StartError(f"{error}; correct it, or leave --alerts out") from None
    return AlertSetup(settings, allow_private)
