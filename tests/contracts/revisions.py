"""A store of an earlier release comes up to this one, on every engine, wherever it is killed."""

import random
from collections.abc import Callable, Sequence
from datetime import date

import pytest

from hub.core.periods import between
from hub.dossier.audit.quarters import compare_quarters
from hub.dossier.figures import FIGURES
from hub.dossier.store.quarters import append_quarters, quarter_columns, units_after
from hub.dossier.store.questions import Moment, figure_rows
from hub.families import compare_facts
from hub.store import parts
from hub.store.audit import Findings
from hub.store.driver import Engine
from hub.store.events import append_events
from hub.store.progress import FACTS, QUARTERS, Reached, read_reached, write_reached
from hub.store.revisions import create_tables, is_current
from hub.store.scope import Scope
from hub.store.tables import TABLES
from schemas.event import Accepted
from streams.processor import apply
from streams.refold import refold
from tests import pure
from tests.contracts.store import Interrupted
from tests.store.older import OLDER
from tests.store.random_log import END, random_log

_START, _END = date(2019, 1, 1), date(2022, 1, 1)
_OTHER = ("facts_building", "current_building", "facts_replaced", "current_replaced")


class Crash(Exception):  # noqa: N818 - not an error of the hub
    """The process was killed."""


class Killed(Interrupted):
    """An engine whose process is killed at one of its next writes."""

    def command(self, sql: str) -> None:
        """As the engine does, after what happens."""
        self.happens(sql)
        super().command(sql)


def older(engine: Engine, statements: Sequence[str], rows: Sequence[Accepted]) -> None:
    """Make the store one of an earlier release, with facts that no release would give."""
    views = ("facts_to_current", "facts_building_to_current_building")
    for name in (*views, *TABLES, *_OTHER):
        engine.command(f"DROP TABLE IF EXISTS {name}")
    for statement in statements:
        engine.command(statement)
    append_events(engine, rows)
    engine.command(
        "INSERT INTO facts (unit, subject, version, status, mark_code, mark_at, mark_event) "
        "SELECT unit, subject, toUInt32(1), 'dossier', [1], [time], [''] FROM events"
    )


def killed_now_and_then(seed: int) -> Callable[[str], None]:
    """Something that happens: after a few writes a kill."""
    rng = random.Random(seed)
    left = rng.randint(1, 30)

    def happens(_: str) -> None:
        nonlocal left
        left -= 1
        if not left:
            raise Crash

    return happens


def tables_of(engine: Engine) -> set[str]:
    """The names of all tables and views."""
    return {row[0] for row in engine.select("SHOW TABLES", {}) if not row[0].startswith(".inner")}


def assert_right(engine: Engine, rows: Sequence[Accepted]) -> None:
    """Facts, newest facts and figures are those of the fold."""
    findings = Findings()
    compare_facts(engine, lambda _: True, findings)
    assert findings.kept == []
    wanted = pure.table(rows, start=_START, end=_END, now=pure.NOW, by=("unit",)).rows
    bounds = between(_START, _END).bounds
    for as_of in (None, rows[-1].accepted):
        found = figure_rows(engine, Scope(), Moment(*bounds, as_of), ("unit",))
        assert found == wanted


class RevisionsContract:
    """Holds for every `Engine`; the fixture `engine` gives one of its own."""

    @pytest.mark.parametrize("release", OLDER)
    def test_a_store_of_an_earlier_release(
        self, engine: Engine, release: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log = random_log(950, 3)
        rows = log[:900]
        monkeypatch.setattr(parts, "EVENTS_AT_ONCE", 100)
        older(engine, OLDER[release], rows)
        create_tables(engine)
        assert not is_current(engine)
        told: list[tuple[int, int]] = []
        assert refold(engine, lambda *done: told.append(done))
        assert is_current(engine)
        assert told == [(n, len(told)) for n in range(len(told))]
        assert len(told) > 5
        assert_right(engine, rows)
        create_tables(engine)
        assert tables_of(engine) == {*TABLES, "facts_to_current"}
        assert refold(engine, lambda *_: pytest.fail("nothing is left to do"))
        apply(engine, log[900:])  # the feed is there again
        assert_right(engine, log)
        append_quarters(engine, quarter_columns(engine, units_after(engine, -1), END))
        findings = Findings()
        compare_quarters(engine, END, findings)
        assert findings.kept == []

    @pytest.mark.parametrize("seed", range(3))
    def test_a_kill_anywhere_loses_nothing(
        self, engine: Engine, seed: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rows = random_log(400, seed)
        monkeypatch.setattr(parts, "EVENTS_AT_ONCE", 60)
        older(engine, OLDER["merged at once"], rows)
        begun, done = 0, False
        while not done:
            begun += 1
            mortal = Killed(engine, killed_now_and_then(1000 * seed + begun))
            try:
                create_tables(mortal)
                done = refold(mortal)
            except Crash:
                assert begun < 100
        assert begun > 3
        create_tables(engine)
        assert tables_of(engine) == {*TABLES, "facts_to_current"}
        assert_right(engine, rows)

    def test_what_others_store_meanwhile_is_folded_too(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rows = random_log(600, 9)
        monkeypatch.setattr(parts, "EVENTS_AT_ONCE", 60)
        older(engine, OLDER["merged at once"], rows[:300])
        create_tables(engine)
        left = list(rows[300:])

        def stored(what: str) -> None:
            """As an older worker does, whose facts go elsewhere; half of it while names change."""
            if len(left) > 150 or what.startswith("RENAME"):
                append_events(engine, left[:75])
                del left[:75]

        assert refold(Killed(engine, stored))
        assert not left
        assert_right(engine, rows)

    def test_aggregates_of_another_release_count_as_not_written(self, engine: Engine) -> None:
        older(engine, OLDER["merged at once"], random_log(20, 1))
        for stage in ("facts", "quarters"):
            write_reached(engine, stage, {0: Reached(7, 8)})
        create_tables(engine)
        assert read_reached(engine) == {FACTS: {0: Reached(7, 8)}, QUARTERS: {}}

    def test_facts_of_another_release_are_refused(self, engine: Engine) -> None:
        older(engine, OLDER["merged at once"], random_log(50, 1))
        create_tables(engine)
        refold(engine)
        with pytest.raises(Exception, match="throwIf"):
            engine.insert("facts", {"unit": ["U"], "subject": ["1"], "version": [1]})
        with pytest.raises(Exception, match="fold_0"):
            engine.insert("facts", {"unit": ["U"], "version": [1], "fold_0": [0]})

    def test_a_figure_that_is_new_has_a_column(self, engine: Engine) -> None:
        older(engine, OLDER["merged at once"], random_log(50, 1))
        create_tables(engine)
        (row,) = engine.select(f"SELECT {', '.join(FIGURES)} FROM unit_quarters LIMIT 1", {}) or [
            tuple(FIGURES)
        ]
        assert len(row) == len(FIGURES)

    def test_a_column_of_another_type_is_told(self, engine: Engine) -> None:
        statements = [
            text.replace("`neutral` Int64", "`neutral` String") for text in OLDER["merged at once"]
        ]
        older(engine, statements, random_log(20, 1))
        with pytest.raises(RuntimeError, match=r"unit_quarters\.neutral is of type String"):
            create_tables(engine)
