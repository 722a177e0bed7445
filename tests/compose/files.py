"""The compose file and the image's, read."""

import re
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[2]


def compose() -> dict[str, Any]:
    """The compose file, with the defaults of its variables."""
    text = re.sub(r"\$\{\w+:-(\w*)\}", r"\1", (ROOT / "docker-compose.yml").read_text())
    assert "${" not in text, "every variable has a default"
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def dockerfile(instruction: str) -> list[str]:
    """What follows an instruction in the image's file, in order."""
    return re.findall(rf"^{instruction} (.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
