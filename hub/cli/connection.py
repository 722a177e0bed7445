"""The options with which a command finds its hub, and the decorator that gives it one."""

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Concatenate, ParamSpec

import typer

from hub.client import HubClient, HubError

P = ParamSpec("P")

FAILED = 1
"""Exit code: done, but something was refused or differs."""
NOT_DONE = 2
"""Exit code: wrong usage, no hub, no key, or the hub said no."""

_PANEL = "Which hub"
_Url = Annotated[
    str,
    typer.Option(
        "--url", envvar="HUB_URL", rich_help_panel=_PANEL,
        help="Where the hub listens, such as http://127.0.0.1:8000.",
    ),
]  # fmt: skip
_Key = Annotated[
    str | None,
    typer.Option(
        "--key", envvar="HUB_KEY", rich_help_panel=_PANEL, show_envvar=True,
        help="The key itself. Others can see it in the list of processes: prefer --key-file.",
    ),
]  # fmt: skip
_KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file", envvar="HUB_KEY_FILE", rich_help_panel=_PANEL,
        help="File that holds the key, such as data/admin.key. A hub with --open needs none.",
    ),
]  # fmt: skip
_OPTIONS = {
    "url": (_Url, "http://127.0.0.1:8000"),
    "key": (_Key, None),
    "key_file": (_KeyFile, None),
}

_CONTEXT = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)


def with_hub(command: Callable[Concatenate[HubClient, P], None]) -> Callable[..., None]:
    """Give a command --url, --key, --key-file, and as its first argument the hub they name.

    A `HubError` becomes its text and exit code 2.
    """

    @functools.wraps(command)
    def run(*args: P.args, **options: P.kwargs) -> None:
        given: Any = options
        url, key, key_file = (given.pop(name) for name in _OPTIONS)
        words: str = given.pop(_CONTEXT.name).command_path
        with failing_clearly(), HubClient(url, _secret(key, key_file), words) as hub:
            command(hub, *args, **options)

    own = list(inspect.signature(command).parameters.values())[1:]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)
        for name, (kind, default) in _OPTIONS.items()
    ]
    added.append(_CONTEXT)
    run.__signature__ = inspect.Signature([*own, *added])  # type: ignore[attr-defined]
    run.__annotations__ = {it.name: it.annotation for it in (*own, *added)}
    return run


@contextmanager
def failing_clearly() -> Iterator[None]:
    """Tell a `HubError` on standard error, and end with 2."""
    try:
        yield
    except HubError as error:
        typer.echo(f"hub: {error}", err=True)
        raise typer.Exit(NOT_DONE) from None


def _secret(key: str | None, key_file: Path | None) -> str | None:
    if key and key_file:
        raise HubError(
            "both a key and a key file are given (by --key, --key-file, HUB_KEY or HUB_KEY_FILE); "
            "give one of them"
        )
    if key_file is None:
        return key or None
    try:
        return key_file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it holds no key"
        raise HubError(f"cannot read the key file {key_file}: {reason}") from None
