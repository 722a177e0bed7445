"""`hub WORDS` as a process that has imported everything already, which takes two seconds otherwise.

It is forked off a server that each test process starts once, and is in everything else what
`python -m hub WORDS` is: a process with its arguments, environment, output, signals and exit code.
"""

import atexit
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

HUB = (sys.executable, "-m", "hub")
_IMPORTED = [
    *("__main__", "hub.cli", "hub.processes.serve", "hub.processes.api", "hub.processes.worker"),
    *("connectors.running", "connectors.hub", "tests.connectors.mortal", "psycopg"),
    *("alembic.autogenerate", "alembic.command", "alembic.context", "holidays.countries", "pandas"),
    *("mako.template", "pyarrow.dataset", "pyarrow.pandas_compat", "sqlalchemy.dialects.sqlite"),
    *(f"connectors.{kind}" for kind in ("files", "kafka", "rest", "sql")),
]


_CODE = os.environ.get("PYTHONPATH")


def wanted(command: Sequence[str], env: Mapping[str, str] | None = None) -> bool:
    """Whether it is this very hub, in a test: a bench measures programs as they are."""
    is_this = (os.environ if env is None else env).get("PYTHONPATH") == _CODE
    return is_this and tuple(command[: len(HUB)]) == HUB and "PYTEST_VERSION" in os.environ


def forked(run: Callable[..., None], *args: Any) -> ForkServerProcess:
    """A process that runs a function of a module."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_IMPORTED)
    process = context.Process(target=run, args=args, daemon=True)
    process.start()
    return process


def run_here(words: Sequence[str], out: Path, error: Path | None = None) -> None:
    """Be `hub WORDS`, and add to files what it prints; ends with `SystemExit`."""
    for number, file in ((1, out), (2, error or out)):
        opened = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    from hub.cli import main

    sys.argv = ["hub", *words]
    try:
        main()
    finally:  # as Python ends a process; who forks leaves that out
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()


class HubProgram:
    """`hub WORDS` that runs; what `subprocess.Popen` calls the same is the same."""

    def __init__(
        self, words: Sequence[str], out: Path, error: Path | None = None,
        env: Mapping[str, str] | None = None, cwd: Path | None = None,
    ) -> None:  # fmt: skip
        self._process = forked(
            _run,
            tuple(words),
            out,
            error,
            dict(os.environ if env is None else env),
            cwd or Path.cwd(),
        )
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("hub", timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def ended(
    *words: object, env: Mapping[str, str] | None = None, timeout: float
) -> "subprocess.CompletedProcess[str]":
    """`hub WORDS`, waited for. Raises `subprocess.TimeoutExpired`."""
    with tempfile.TemporaryDirectory() as folder:
        out, error = Path(folder, "out"), Path(folder, "error")
        program = HubProgram([str(word) for word in words], out, error, env)
        try:
            code = program.wait(timeout)
        finally:
            program.kill()
        return subprocess.CompletedProcess(words, code, out.read_text(), error.read_text())


def _run(
    words: Sequence[str], out: Path, error: Path | None, env: Mapping[str, str], cwd: Path
) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    run_here(words, out, error)
