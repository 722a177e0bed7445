"""The columns of this family's tables in the store (see `hub.store.tables`)."""

STATEMENTS = {
    "unit": "LowCardinality(String)",
    "code": "String",
    "calendar": "LowCardinality(String)",
    "period": "String",
    "level": "LowCardinality(String)",
    "time": "Int64",
    "sequence": "Int32",
    "source": "String",
    "id": "String",
    "position": "Int64",
    "accepted": "Int64",
    "data": "String",
}
"""A `reported` event each, as it was first accepted. `level`: '' for the whole."""

TAKEN_BACK = {
    "unit": "LowCardinality(String)",
    "code": "String",
    "source": "String",
    "id": "String",
    "position": "Int64",
    "accepted": "Int64",
}
"""A `retracted` event each; `id` is that of the statement that is taken back."""
