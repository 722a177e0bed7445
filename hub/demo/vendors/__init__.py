"""Two made-up vendors that hold a part of the demo's dossiers, and the connectors that read them.

Neither speaks CloudEvents: one keeps tables as iGate does, the other answers a list of dossiers
as they are. What they hold is the reconstruction, so that the published figures stay the measure.
"""

from importlib.resources import files

from hub.demo.catalogue import CU_CHI

IGATE_UNITS = frozenset({f"{CU_CHI}.03", f"{CU_CHI}.09"})
PORTAL_UNITS = frozenset({f"{CU_CHI}.07"})
SOURCES = {
    "/demo/igate": "Phần mềm kiểu iGate (minh họa) / made-up tables like iGate's",
    "/demo/portal": "Cổng dịch vụ công kiểu chụp trạng thái (minh họa) / made-up snapshot service",
}


def documents() -> dict[str, str]:
    """The connectors' YAML by file name."""
    folder = files(__name__)
    return {
        name: folder.joinpath(name).read_text("utf-8") for name in ("igate.yaml", "portal.yaml")
    }
