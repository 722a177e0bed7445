"""A made-up country of the size that Viet Nam had, and its reform of the size of July 2025: 63
provinces, 696 districts and 10,035 communes become 34 provinces and 3,321 communes.

Codes, names and who is merged with whom are made up; only the numbers of units are those of 2025.
"""

from hub.core.csv_text import write_rows
from hub.registry import Unit
from hub.registry.unit_changes import COLUMNS

PROVINCES, DISTRICTS, COMMUNES = 63, 696, 10_035
PROVINCES_AFTER, COMMUNES_AFTER = 34, 3_321
DAY = "2025-07-01"
RESOLUTION = "01/NQ-VIDU"


def old_units() -> list[Unit]:
    """The units before, provinces first."""
    provinces = [Unit(f"T{n:02}", f"Tỉnh ví dụ {n}", "province") for n in range(PROVINCES)]
    districts = [
        Unit(f"T{n % PROVINCES:02}.{n // PROVINCES:02}", f"Huyện ví dụ {n}", "district",
             f"T{n % PROVINCES:02}")
        for n in range(DISTRICTS)
    ]  # fmt: skip
    communes = [
        Unit(f"{district.code}.{n // DISTRICTS:02}", f"Xã ví dụ {n}", "commune", district.code)
        for n in range(COMMUNES)
        for district in (districts[n % DISTRICTS],)
    ]
    return [*provinces, *districts, *communes]


def heir_of(province: int) -> int:
    """The province that one becomes, by its number."""
    return province % PROVINCES_AFTER


def change_list() -> str:
    """The reform as a list of changes (CSV)."""
    rows: list[dict[str, str]] = []
    units = old_units()
    for n, unit in enumerate(units[:PROVINCES]):
        if heir_of(n) != n:
            rows.append({"kind": "merge", "old_code": unit.code, "new_code": f"T{heir_of(n):02}"})
    districts = units[PROVINCES : PROVINCES + DISTRICTS]
    rows += [{"kind": "close", "old_code": unit.code} for unit in districts]
    communes = sorted(units[PROVINCES + DISTRICTS :], key=lambda it: (_after(it), it.code))
    for n, unit in enumerate(communes):
        number = n * COMMUNES_AFTER // COMMUNES
        first = communes[-(-number * COMMUNES // COMMUNES_AFTER)]
        rows.append({
            "kind": "merge", "old_code": unit.code, "old_name": unit.name,
            "new_code": f"{number:05}", "new_name": f"Xã mới ví dụ {number}",
            "new_parent": f"T{_after(first):02}",
        })  # fmt: skip
    told = ({**row, "day": DAY, "resolution": RESOLUTION} for row in rows)
    return write_rows([COLUMNS, *([row.get(name, "") for name in COLUMNS] for row in told)])


def _after(commune: Unit) -> int:
    return heir_of(int(commune.code[1:3]))
