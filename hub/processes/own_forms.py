"""The folder of an office's own forms: what lies there at the start is put into the registry."""

from collections.abc import Sequence
from pathlib import Path

from hub.processes.places import StartError, opening
from hub.registry import Actor, Registry, RegistryError
from hub.reports.form import Form, FormError
from hub.reports.versions import load_folder, put

_BY = Actor("hub", "hub serve --forms")


def read_forms(folder: Path | None) -> Sequence[Form]:
    """The forms of a folder; None: there are none. Raises `StartError`."""
    if folder is None:
        return ()
    if not folder.is_dir():
        raise StartError(f"--forms {folder} is no folder; make it, and put YAML files there")
    with opening(f"--forms {folder}"):
        try:
            return load_folder(folder)
        except FormError as error:
            raise StartError(f"a form of --forms cannot be used:\n{error}") from None


def keep_forms(registry: Registry, forms: Sequence[Form]) -> None:
    """Put forms into the registry. Raises `StartError`."""
    try:
        put(registry, forms, _BY)
    except FormError as error:
        raise StartError(f"a form of --forms cannot be used:\n{error}") from None
    except RegistryError as error:
        raise StartError(f"--forms: {error}") from None
