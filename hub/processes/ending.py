"""How a process that answers HTTP ends when it is asked to."""

import signal
import sys


def end_by_signal() -> None:
    """End in order when asked to; uvicorn hands the signal on when it has finished. To be asked
    again (Ctrl-C goes to a whole group, whose parent asks, too) breaks nothing off."""
    numbers = signal.SIGTERM, signal.SIGINT

    def leave(*_: object) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        sys.exit(0)

    for number in numbers:
        signal.signal(number, leave)
