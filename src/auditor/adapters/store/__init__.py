"""The findings store: SQLAlchemy Core over SQLite or PostgreSQL; nothing outside this folder sees SQLAlchemy."""
