"""Files that commands write."""

from collections.abc import Iterable
from pathlib import Path

from hub.client import HubError


def kind_of(asked: str | None, out: Path | None, known: tuple[str, ...]) -> str | None:
    """The kind of a file: as asked, else as its name ends; None: neither says one that is known."""
    ending = "" if out is None else out.suffix.lower().removeprefix(".")
    return asked or next((kind for kind in known if kind == ending), None)


def write_whole(target: Path, content: bytes | Iterable[bytes]) -> None:
    """A whole file or none, of bytes or of blocks. Raises `HubError`."""
    beside = target.with_name(target.name + ".part")
    blocks = [content] if isinstance(content, bytes) else content
    try:
        with beside.open("wb") as file:
            file.writelines(blocks)
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise HubError(f"cannot write {target}: {error.strerror}") from None
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
