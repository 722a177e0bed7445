"""What every columnar engine does with values, whatever they are and however many."""

import threading
import time

import pytest

from hub.core.batch import FEW
from hub.core.time import NEVER
from hub.dossier.store.facts import append_facts
from hub.store import events
from hub.store.driver import Engine
from hub.store.stopping import Stop, StoppedError, answering
from schemas.event import Accepted
from streams.processor import apply
from tests import pure
from tests.contracts.store import empty
from tests.examples_rules import RULES
from tests.store.random_log import START, random_log

_ODD = ("'", '"', "\\", "\\'", "%", "%s", "%(x)s", "{p:Int8}", "\n\t\0", "; --", "đ 🏠", "", "NULL")

_SIMPLE = ("received", "resolved", "result_returned", "rated")


class EngineContract:
    """Holds for every `Engine`; the fixture `engine` gives one with the hub's tables."""

    def test_values_are_escaped(self, engine: Engine) -> None:
        for value in _ODD:
            found = engine.select(
                "SELECT %(value)s, %(value)s = unhex(%(hex)s), has(%(list)s, %(value)s), 'a%%'",
                {"value": value, "hex": value.encode().hex(), "list": ["x", value]},
            )
            assert [tuple(row) for row in found] == [(value, 1, 1, "a%")]
        found = engine.select("SELECT %(a)s + 0, %(b)s", {"a": -NEVER, "b": [-NEVER, -1]})
        assert list(map(list, found)) == [[-NEVER, [-NEVER, -1]]]

    def test_keys_are_any_text_and_any_number(self, engine: Engine) -> None:
        for keys in (
            [(odd, odd) for odd in (*_ODD, "{keys}")],
            [("x'", str(n)) for n in range(999)],
        ):
            found = engine.select(
                "SELECT unit, subject, %(text)s FROM (SELECT arrayJoin(%(all)s) AS one, "
                "tupleElement(one, 1) AS unit, tupleElement(one, 2) AS subject) "
                "WHERE (unit, subject) IN {keys}",
                {"text": "{keys}", "all": [*keys, ("none", "none")]},
                keys,
            )
            assert sorted(map(tuple, found)) == sorted((*key, "{keys}") for key in keys)

    def test_a_stream_gives_what_a_select_gives_and_may_be_left(self, engine: Engine) -> None:
        # most of what is read is left out, so that pieces are empty; a group comes at the end
        numbers = "SELECT number, %(odd)s FROM numbers(200000) WHERE number %% %(n)s < 3"
        for sql in (numbers, "SELECT number %% 7 AS n, count() FROM numbers(100000) GROUP BY n"):
            for n in (4, 50_000):
                params = {"odd": "a\n'\\\t[", "n": n}
                wanted = sorted(map(tuple, engine.select(sql, params)))
                pieces = list(engine.stream(sql, params))
                assert sorted(tuple(row) for rows in pieces for row in rows) == wanted
                assert all(pieces)
        many = {"odd": "", "n": 4}
        assert len(list(engine.stream(numbers, many))) > 3
        for _ in range(20):  # more often than there are connections
            for _ in engine.stream(numbers, many):
                break
            assert engine.select("SELECT 1, 'a'", {}) in ([[1, "a"]], [(1, "a")])

    @pytest.mark.parametrize("kind", ["select", "stream", "sort"])
    def test_a_question_that_is_not_wanted_any_more_ends(self, engine: Engine, kind: str) -> None:
        endless = "SELECT sum(cityHash64(number, 'endless')) FROM numbers(10000000000000)"
        if kind == "sort":
            endless = (
                "SELECT number FROM numbers(10000000000000) ORDER BY cityHash64(number) LIMIT 5"
            )
        for _ in range(9):  # more often than there are connections
            stop = Stop()
            timer = threading.Timer(0.1, stop.set)
            timer.start()
            begun = time.monotonic()
            ask = engine.stream if kind == "stream" else engine.select
            with answering(stop), pytest.raises(StoppedError):
                assert list(ask(endless, {})) == [], f"ended after {time.monotonic() - begun} s"
            assert time.monotonic() - begun < 60
            with answering(Stop()):  # nothing of it comes before what is asked next
                assert list(map(list, engine.select("SELECT 1, 'a'", {}))) == [[1, "a"]]
        running = "SELECT query FROM system.processes WHERE query LIKE %(like)s"
        until = time.monotonic() + 60
        while len(engine.select(running, {"like": "%10000000000000%"})) > 1:  # this one and others
            assert time.monotonic() < until, "the engine goes on with it"

    def test_what_is_not_wanted_before_it_is_asked_is_not_asked(self, engine: Engine) -> None:
        stop = Stop()
        stop.set()
        with answering(stop), pytest.raises(StoppedError):
            engine.select("SELECT sleep(3) FROM numbers(100)", {})

    def test_a_question_that_fails_leaves_nothing_to_the_next(self, engine: Engine) -> None:
        fails = "SELECT throwIf(number = 900000) FROM numbers(1000000)"
        for ask in (engine.select, engine.stream, engine.select):
            with pytest.raises(Exception, match="throwIf"):
                list(ask(fails, {}))
        for _ in range(12):
            assert list(map(list, engine.select("SELECT 1, 'a'", {}))) == [[1, "a"]]

    def test_facts_are_the_same_however_many_are_stored_at_once(self, engine: Engine) -> None:
        known = pure.dossiers(random_log(4000, 11))[0]
        versions = [(place, n, -n, facts) for n, (place, facts) in enumerate(known.items())]
        found = []
        for at_once in (len(versions), 7):
            empty(engine)
            for start in range(0, len(versions), at_once):
                append_facts(engine, versions[start : start + at_once])
            found.append(engine.select("SELECT * FROM facts ORDER BY unit, subject, version", {}))
        assert found[0] == found[1]
        assert len(found[0]) == len(versions) > FEW

    def test_simple_dossiers_are_stored_as_all_others(self, engine: Engine) -> None:
        firsts: dict[tuple[str, ...], Accepted] = {}
        for row in random_log(6000, 12):
            if row.event.kind == "rated":  # before anything else happened, says its clock
                row = row._replace(event=row.event._replace(time=START - 1))
            if row.event.kind in _SIMPLE:
                firsts.setdefault((*row.event.dossier, row.event.kind), row)
        found = []
        for few in (len(firsts), 0):
            empty(engine)
            applied = apply(engine, sorted(firsts.values()), few=few)
            rows = engine.select("SELECT * FROM facts ORDER BY unit, subject, version", {})
            found.append((applied._replace(conflicts=sorted(applied.conflicts)), rows))
        assert found[0] == found[1]
        assert len(found[0][1]) > 1000

    def test_what_is_inserted_is_read_as_it_was(self, engine: Engine) -> None:
        empty(engine)
        event = pure.accept(RULES[0].events)[0].event
        rows = [
            Accepted(2**61 + n, -(2**61), event._replace(source=f"{n}{odd}", id=odd, time=-n))
            for n, odd in enumerate(_ODD)
        ]
        apply(engine, rows)
        assert events.events_of_dossier(engine, *event.dossier) == rows
