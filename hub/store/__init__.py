"""The columnar store: its port, its engines (chDB, ClickHouse) and all of its SQL."""
