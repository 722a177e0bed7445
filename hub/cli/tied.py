"""A command of the hub that ends with the process that started it: `python -m hub.cli.tied WORDS`.

Its standard input is a pipe to which nobody writes. The pipe ends when the other process does,
however that ends, and the command is then asked to end, too.
"""

import os
import signal
import threading
import time

_PATIENCE = 10.0


def main() -> None:
    """Run the command that the words name."""
    pipe, nothing = os.dup(0), os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    threading.Thread(target=_end_with, args=(pipe,), daemon=True).start()
    from hub.cli import main as command

    command()


def _end_with(pipe: int) -> None:
    while os.read(pipe, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_PATIENCE)
    os._exit(1)


if __name__ == "__main__":
    main()
