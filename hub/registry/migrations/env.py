"""Run by Alembic: applies the revisions to the connection it is handed."""

from alembic import context

from hub.registry.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
)
with context.begin_transaction():
    context.run_migrations()
