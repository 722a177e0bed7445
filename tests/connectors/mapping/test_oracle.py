"""The compiled mapping against the plain interpreter, on thousands of documents and rows."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from connectors.mapping import compile_mapping, loads
from connectors.port import Wanted
from tests.connectors.mapping import oracle
from tests.connectors.mapping.rows import row_of

moment = datetime.fromisoformat
COLUMNS = ["A", "B", "Ngày", "Tình trạng", "x.y", "o.p", "n"]


@dataclass(frozen=True)
class Said:
    """A condition as a text, and as a function."""

    text: str
    holds: Callable[[dict], bool]


def _is(name: str, codes: tuple[int, ...]) -> Said:
    asked = f"row[{json.dumps(name, ensure_ascii=False)}]"
    return Said(
        f"{asked} in {list(codes)}",
        lambda row: oracle.get(row, name) in [*codes, *map(str, codes)],
    )


def _has(name: str) -> Said:
    return Said(
        f"has(row[{json.dumps(name, ensure_ascii=False)}])",
        lambda row: oracle.get(row, name) is not None,
    )


def _both(a: Said, b: Said) -> Said:
    return Said(f"({a.text}) && ({b.text})", lambda row: a.holds(row) and b.holds(row))


def _either(a: Said, b: Said) -> Said:
    return Said(f"{a.text} || {b.text}", lambda row: a.holds(row) or b.holds(row))


def _not(a: Said) -> Said:
    return Said(f"!({a.text})", lambda row: not a.holds(row))


names = st.sampled_from(COLUMNS)
numbered = st.just("n")  # whose values are numbers, so that a comparison is never refused
simple = st.one_of(
    st.builds(_is, numbered, st.tuples(st.integers(0, 3), st.integers(0, 3))),
    st.builds(_has, names),
)
conditions = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.builds(_both, inner, inner), st.builds(_either, inner, inner), st.builds(_not, inner)
    ),
    max_leaves=4,
)
codes = st.sampled_from(["0", "1", "2", "x", "true", "*"])


def maps(to: st.SearchStrategy) -> st.SearchStrategy:
    several = st.one_of(names, st.lists(names, min_size=1, max_size=2))
    table = st.dictionaries(codes, st.one_of(to, st.none()), min_size=1)
    whole = st.builds(lambda some, rest: some | {"*": rest}, table, to)
    return st.builds(
        lambda of, it: {"from": of, "map": it}, several, st.one_of(whole, whole, table)
    )


def values(constants: st.SearchStrategy) -> st.SearchStrategy:
    constant = st.builds(lambda it: {"value": it}, constants)
    single = st.one_of(constant, maps(constants), names)
    several = st.builds(lambda some, last: [*some, last], st.lists(single, max_size=2), constant)
    return st.one_of(constant, maps(constants), several, st.lists(single, min_size=1, max_size=3))


dated = st.sampled_from(["Ngày", "Ngày", "x.y", "B"])
times = st.one_of(
    dated,
    st.lists(names, min_size=1, max_size=2),
    st.builds(lambda name: {"from": name, "end_of_day": True}, dated),
    st.just({"value": "2020-02-03"}),
)
channels = values(st.sampled_from(["direct", "online", "post"]))
words = values(st.sampled_from(["dat-dai", "1.004227"]))
facts = st.fixed_dictionaries(
    {},
    optional={
        "received": st.fixed_dictionaries(
            {"channel": channels, "at": times},
            optional={
                 "when": conditions, "due_at": times, "procedure": words, "field": words
            },
        ),
        "extended": st.fixed_dictionaries({"at": times, "due_at": times}),
        "resolved": st.fixed_dictionaries({}, optional={"at": times, "when": conditions}),
        "supplemented": st.fixed_dictionaries(
            {"each": st.sampled_from(["con", "o.con"]), "key": st.sampled_from(["n", "A", "B"])},
            optional={"at": times, "when": conditions, "due_at": times},
        ),
    },
)  # fmt: skip
documents = st.fixed_dictionaries(
    {
        "connector": st.just("a"),
        "source": st.just("/a"),
        "read": st.fixed_dictionaries(
            {"kind": st.just("files")},
            optional={"times": st.permutations(list(oracle.STRPTIME))},
        ),
        "dossier": st.fixed_dictionaries(
            {
                "unit": st.one_of(st.just({"value": "H29"}), values(st.just("H29"))),
                "subject": st.one_of(st.just({"value": "1-2_3/4"}), values(st.just("1"))),
            },
            optional={"none_when": conditions},
        ),
        "facts": facts,
    }
)
dates = st.datetimes(moment("2019-12-30"), moment("2020-03-02")).map(
    lambda it: it.replace(second=0, microsecond=0)
)
days = st.one_of(
    st.none(),
    dates,
    st.builds(
        lambda it, form: it.strftime(form),
        dates,
        st.sampled_from([*oracle.STRPTIME.values(), "%Y-%m-%d", "%Y-%m-%d %H:%M"]),
    ),
)
words_there = st.sampled_from(
    [None, "", " x ", 0, 1, 2.0, True, False, "1", " 2 ", "direct", "H29"]
)
odd = st.sampled_from(["31/02/2020", "01/01/20", "01/01/1900", date(2020, 2, 29), [], {}, "a b"])
cells = st.one_of(words_there, days, odd)
numbers = st.sampled_from([None, "", 0, 1, 2, "1", "3", 2.0])
flat = st.fixed_dictionaries(
    {"n": numbers, "Ngày": days, "x.y": days, "A": words_there},
    optional={"B": st.one_of(days, days, cells), "Tình trạng": cells},
)
children = st.one_of(st.none(), *[st.lists(flat, max_size=3)] * 4, st.just("text"))
rows = st.builds(
    lambda row, o, con, inner: row | {"o": {"p": o, "con": inner}, "con": con},
    flat, words_there, children, children,
)  # fmt: skip


def written(part: Any) -> Any:
    """A document as JSON, which is YAML."""
    if isinstance(part, Said):
        return part.text
    if isinstance(part, dict):
        return {key: written(inner) for key, inner in part.items()}
    return [written(it) for it in part] if isinstance(part, list) else part


@settings(max_examples=300, suppress_health_check=list(HealthCheck), deadline=None)
@given(documents, st.lists(rows, min_size=1, max_size=6))
def test_the_compiled_mapping_is_the_plain_one(document, several):
    text = json.dumps(written(document), ensure_ascii=False)
    compiled = compile_mapping(loads(text, "test.yaml"))
    for row in several:
        expected = oracle.wanted(document, row)
        found = compiled.wanted(row_of(row))
        if isinstance(expected, set):
            event("refused")
            assert not isinstance(found, Wanted), expected
            assert {fault.code for fault in found} == expected
        else:
            event("accepted with facts" if expected[2] else "accepted with none")
            assert isinstance(found, Wanted), found
            assert found.dossier == expected[:2]
            assert {it.slot: (it.kind, it.time, dict(it.data)) for it in found.facts} == expected[2]
