"""The tables on one server and on a cluster, as statements that the newest engine can read."""

import re

import pytest

from hub.store.driver import Engine
from hub.store.tables import DURABLE, TABLES, Cluster, ddl
from tests.engines.chdb import chdb

__all__ = ["chdb"]

CLUSTER = Cluster("offices", "hub")


def test_one_server() -> None:
    text = list(ddl())
    assert len(text) == len(TABLES) + 1
    assert text[0].endswith(
        "ENGINE = ReplacingMergeTree() ORDER BY (unit, subject, source, id, position) "
        "SETTINGS index_granularity = 512, enable_vertical_merge_algorithm = 0"
    )
    assert "ENGINE = ReplacingMergeTree(version) ORDER BY (unit, subject) " in text[2]
    assert "CLUSTER" not in "".join(text)


def test_a_cluster() -> None:
    text = list(ddl(DURABLE, CLUSTER))
    assert len(text) == 2 * len(TABLES) + 1
    for statement in text:
        assert re.match(
            r"CREATE (TABLE|MATERIALIZED VIEW) IF NOT EXISTS hub\.\w+ ON CLUSTER offices ",
            statement,
        )
    by_name = {statement.split()[5]: statement for statement in text}
    for name, table in TABLES.items():
        local, spread = by_name[f"hub.{name}_local"], by_name[f"hub.{name}"]
        version = f", {table.version}" if table.version else ""
        assert (
            "ENGINE = ReplicatedReplacingMergeTree("
            f"'/clickhouse/tables/{{shard}}/hub/{name}', '{{replica}}'{version}) "
            f"ORDER BY ({table.order}) SETTINGS index_granularity = 512, "
            f"enable_vertical_merge_algorithm = 0{DURABLE}"
        ) in local
        assert spread.endswith(
            f"ENGINE = Distributed(offices, hub, {name}_local, cityHash64({table.shard}))"
        )
        # rows that replace one another must be of one shard
        assert table.shard in table.order.split(", ")
        assert local.split(" (", 1)[1].split(") ENGINE")[0] in spread
    # the view feeds each server's own rows from its own rows
    assert " TO hub.current_local AS SELECT " in text[-1]
    assert text[-1].endswith(" FROM hub.facts_local")


@pytest.mark.parametrize("cluster", [None, CLUSTER])
def test_the_newest_engine_reads_it(chdb: Engine, cluster: Cluster | None) -> None:
    for statement in ddl(DURABLE, cluster):
        assert chdb.select(f"EXPLAIN AST {statement}", {})
