"""Answers as typed objects, and as tables of Arrow and pandas.

>>> from hub.client import HubClient
>>> from hub.client.tables import figures
>>> with HubClient("http://127.0.0.1:8000", key) as hub:  # doctest: +SKIP
...     found = figures(hub, unit="H29.17", subtree=True, period="2020-Q1", by="unit")
...     found.total["resolved_late"], found.to_pandas()
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.client.http import HubClient, HubError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

State = Literal["value", "not_provided", "not_applicable", "not_yet"]
View = Literal["figures", "indicators", "report-cells"]


class _Answer(BaseModel):
    """Attributes that a later hub adds are kept out."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _Tabular(_Answer, ABC):
    @abstractmethod
    def rows_of_table(self) -> list[dict[str, Any]]:
        """The rows, each with the same columns."""

    def to_arrow(self) -> "pa.Table":
        """The rows as a table of Arrow."""
        import pyarrow as pa

        return pa.Table.from_pylist(self.rows_of_table())

    def to_pandas(self) -> "pd.DataFrame":
        """The rows as a table of pandas. Raises `HubError` where pandas is missing."""
        return in_pandas(self.to_arrow())


class Period(_Answer):
    """Whole local days, both included."""

    label: str | None
    calendar: str | None
    start: str = Field(alias="from")
    end: str = Field(alias="to")


class FigureRow(_Answer):
    """Figures by name, of the values of the dimensions that were asked for; None: no value."""

    key: Mapping[str, str | None]
    figures: Mapping[str, int]
    registered: bool | None = None


class Figures(_Tabular):
    """The answer of `GET /v1/figures`."""

    unit: str | Sequence[str] | None
    period: Period
    as_of: str
    rows: Sequence[FigureRow]
    total: Mapping[str, int]

    def rows_of_table(self) -> list[dict[str, Any]]:
        """A row of key and figures each; where there is no key the one row of the total."""
        if not any(row.key for row in self.rows):
            return [dict(self.total)]
        return [{**row.key, **row.figures} for row in self.rows]


class Cell(_Answer):
    """A cell of a report. `value` is None in the three states that are no value; `text` is as
    printed; `list` is the address of the dossiers or statements that it counts."""

    state: State
    value: int | float | str | None
    text: str
    origin: str
    list: str | None = None


class Row(_Answer):
    """A row of a section; `code` is as printed and may repeat, `key` may not."""

    key: str
    code: str
    label: str
    cells: Mapping[str, Cell]


class Column(_Answer):
    """A column of a section."""

    key: str
    label: str


class Section(_Answer):
    """A part of a report; `text` of paragraphs and lists."""

    key: str
    kind: str
    title: str | None = None
    columns: Sequence[Column]
    rows: Sequence[Row]
    text: str | None = None


class Check(_Answer):
    """What a report holds against itself."""

    id: str
    says: str
    result: Literal["true", "false", "unknown"]
    level: Literal["fail", "warn"]
    left: int | float | None = None
    right: int | float | None = None


class Report(_Tabular):
    """The answer of `GET /v1/reports/{form}`."""

    form: str
    version: str
    title: str
    unit: str | None
    period: Period
    as_of: str
    sections: Sequence[Section]
    checks: Sequence[Check]
    verdict: Literal["valid", "failing", "waived"]

    def cell(self, section: str, row: str, column: str) -> Cell:
        """A cell by its keys. Raises `KeyError` where the form has none."""
        for part in self.sections:
            for line in part.rows:
                if (part.key, line.key) == (section, row):
                    return line.cells[column]
        raise KeyError(f"{section}.{row}")

    def rows_of_table(self) -> list[dict[str, Any]]:
        """A row each cell. A number stands in `value`, words only in `text`."""
        return [
            {
                "section": part.key, "row": line.key, "code": line.code, "label": line.label,
                "column": name, "state": cell.state,
                "value": float(cell.value) if isinstance(cell.value, int | float) else None,
                "text": cell.text, "origin": cell.origin, "list": cell.list,
            }
            for part in self.sections for line in part.rows for name, cell in line.cells.items()
        ]  # fmt: skip


class IndicatorValue(_Answer):
    """What an indicator is for a unit, period and level; `origin`: said by the unit itself, or the
    sum of what units below it said."""

    unit: str
    code: str
    calendar: str
    period: str
    level: str | None
    state: State
    value: int | float | None = None
    text: str | None = None
    date: str | None = None
    origin: Literal["own", "sum"]


class IndicatorValues(_Tabular):
    """The answer of `GET /v1/indicators/values`."""

    items: Sequence[IndicatorValue]

    def rows_of_table(self) -> list[dict[str, Any]]:
        """A row each value."""
        rows = [item.model_dump() for item in self.items]
        return [row | {"value": None if (v := row["value"]) is None else float(v)} for row in rows]


def figures(hub: HubClient, **asked: Any) -> Figures:
    """Figures of units in a period; parameters are those of `GET /v1/figures`. A Python name that
    is a keyword gets a line below: `from_`. Raises `HubError`."""
    return _as(Figures, hub.get("/v1/figures", **_named(asked)))


def report(hub: HubClient, form: str, **asked: Any) -> Report:
    """A report; parameters are those of `GET /v1/reports/{form}`. Raises `HubError`."""
    return _as(Report, hub.get(f"/v1/reports/{form}", **_named(asked)))


def indicator_values(hub: HubClient, **asked: Any) -> IndicatorValues:
    """What units state; parameters are those of `GET /v1/indicators/values`. Raises `HubError`."""
    return _as(IndicatorValues, hub.get("/v1/indicators/values", **_named(asked)))


def exported(hub: HubClient, view: View, **asked: Any) -> "pa.Table":
    """A view of `GET /v1/export/{view}` as a table of Arrow. Raises `HubError`."""
    import pyarrow as pa

    answer = hub.call("GET", f"/v1/export/{view}", params=_named(asked) | {"format": "arrow"})
    return pa.ipc.open_stream(answer.content).read_all()


def in_pandas(table: "pa.Table") -> "pd.DataFrame":
    """A table of Arrow as one of pandas. Raises `HubError` where pandas is missing."""
    try:
        return table.to_pandas()
    except ModuleNotFoundError as error:
        raise HubError("pandas is not installed; install it: pip install pandas") from error


Answer = TypeVar("Answer", bound=_Answer)


def _as(kind: type[Answer], answer: Any) -> Answer:
    try:
        return kind.model_validate(answer)
    except ValidationError as error:
        wrong = ".".join(map(str, error.errors()[0]["loc"]))
        raise HubError(
            f"the hub answered otherwise than this client knows ({wrong}); are both of one release?"
        ) from None


def _named(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name.rstrip("_"): value for name, value in asked.items() if value is not None}
