"""Reports by the units as they were on a day: each cell counts what its list has, on random logs
and registers and without any engine."""

from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.core.periods import named
from hub.registry import Unit
from hub.registry.unit_map import UnitMap, map_on
from hub.reports.asked import Asked
from hub.reports.spans import Days
from hub.store.scope import Scope
from tests import oracle
from tests.reports.histories import catalogue, listed, maps, world
from tests.reports.test_questions import FORMS
from tests.strategies import NOW, logs

EVENT = {
    "specversion": "1.0", "id": "a", "source": "/a", "type": "vn.motcua.dossier.received.v1",
    "subject": "1", "time": "2019-06-30T19:00:00+07:00",
    "data": {"unit": "H1.2", "channel": "direct"},
}  # fmt: skip
OPEN = [oracle.Accepted(EVENT, NOW - 1, 1)]
HEIR_OF_ANOTHER_LEVEL = map_on(
    {
        "H1": Unit("H1", "Tỉnh", "province"),
        "H1.2": Unit("H1.2", "Tỉnh cũ", "province", None, None, date(2019, 12, 31), ("H1.23",)),
        "H1.23": Unit("H1.23", "Xã", "commune"),
    },
    (), date(2020, 7, 1),
)  # fmt: skip
"""What was merged keeps its level, whatever the heir's is."""


@settings(max_examples=40)
@example(OPEN, "own", "H1", "2020", HEIR_OF_ANOTHER_LEVEL)
@given(
    log=logs(max_size=14),
    name=st.sampled_from(("own", "vpcp-06a", "cu-chi-2020", "can-tho-2015")),
    unit=st.sampled_from((None, "H1", "A.1")),
    period=st.sampled_from(("2020-Q1", "2020", "2019")),
    on=maps(),
)
def test_every_cell_is_what_its_list_counts(
    log: list[oracle.Accepted], name: str, unit: str | None, period: str, on: UnitMap
) -> None:
    asked = Asked(unit, Scope(), Days(named(period), "civil", date(2021, 12, 31)), NOW)
    keys = sorted({(it.event["data"]["unit"], it.event["subject"]) for it in log})
    found = world(FORMS[name], log, keys, on, asked, [], catalogue({})).report
    for place, cell in found.items():
        if cell["origin"] == "figure" and cell["list"]:
            assert cell["value"] == sum(listed(log, on, cell).values()), (place, cell["list"])
