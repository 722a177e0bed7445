"""The HTTP interface of CONTRACT §4."""
