"""Alembic's entry: runs revisions over the connection it is handed."""

from alembic import context

from hotline.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
