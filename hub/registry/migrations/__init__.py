"""Alembic's revisions of the registry, inside the package so that an installed wheel has them."""

HEAD = "0014"
"""The newest revision. Known here so that an up-to-date registry opens without loading Alembic."""
