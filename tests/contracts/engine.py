"""What every columnar engine does with values, whatever they are and however many."""

from hub.core.time import NEVER
from hub.store import questions
from hub.store.facts import append_facts
from hub.store.port import FEW, Engine
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
        assert questions.events_of_dossier(engine, *event.dossier) == rows
