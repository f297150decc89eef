"""Alembic environment; lies inside the package so that the wheel can upgrade a store."""
