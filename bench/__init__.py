"""Measures, kept apart from tests: `make bench`."""
