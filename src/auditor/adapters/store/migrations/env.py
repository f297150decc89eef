"""How Alembic reaches the store: over the connection that the program hands it, in its transaction."""

from alembic import context

from auditor.adapters.store.tables import metadata

connection = context.config.attributes.get("connection")
if connection is not None:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
