"""A folder does what every source does."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.port import Source
from tests.connectors.files.made import STATE, csv_text, put, source
from tests.connectors.source_contract import SourceContract, Vendor


@dataclass
class Exporter(Vendor):
    folder: Path
    count: int = 0

    def write(self, states: dict[str, str]) -> None:
        self.count += 1
        rows = [(code, "05/11/2026", state) for code, state in states.items()]
        put(self.folder / f"{self.count}.csv", csv_text(rows), 100 + self.count)

    def open(self) -> Source:
        opened = source(self.folder)
        opened.columns()  # the first look
        return opened


class TestFolder(SourceContract):
    column = STATE

    @pytest.fixture
    def vendor(self, tmp_path: Path) -> Vendor:
        return Exporter(tmp_path)
