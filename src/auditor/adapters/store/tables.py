"""The tables as they are after the newest migration; a test compares both.

Times are ISO 8601 text in UTC and structured values are ASCII JSON text, so that both databases hold the same bytes and
any path or excerpt (NUL, bytes that are not UTF-8) can be kept.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite only numbers rows by itself for a column of type INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("started", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("rules_digest", Text, nullable=False),
    Column("seconds", Float, nullable=False, server_default="0"),
    Column("complete", Boolean, nullable=False),
    Index(None, "period", "started"),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("scanner", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("version", Text, nullable=False),
    Column("looked_at", Text, nullable=False),
    Column("not_scanned", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    PrimaryKeyConstraint("run_id", "scanner", "target"),
)

rules = Table(
    "rules",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("scanner", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("why", Text, nullable=False),
    Column("fix", Text, nullable=False),
)

findings = Table(
    "findings",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("target", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("scanner", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("first_seen", Text, nullable=False),
    Column("first_period", Text, nullable=False),
    Column("last_seen", Text, nullable=False),
    Column("last_run", Text, nullable=False),
    Column("changed", Text, nullable=False),
    Column("changed_period", Text, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("target", "fingerprint"),
    Index(None, "state", "changed_period"),
    Index(None, "rule"),
)

sightings = Table(
    "sightings",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("finding_id", Id, ForeignKey("findings.id", ondelete="CASCADE"), nullable=False),
    Column("line", Integer),
    Column("severity", Integer, nullable=False),
    Column("state", Text, nullable=False),
    PrimaryKeyConstraint("run_id", "finding_id"),
    Index(None, "finding_id"),
)

facts = Table(
    "facts",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("run_id", Text, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("entity", Text, nullable=False),
    Column("metric", Text),
    Column("period", Text),
    Column("body", Text, nullable=False),
    Index(None, "run_id"),
    Index(None, "entity", "metric"),
)

records = Table(
    "records",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("run_id", Text, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "run_id", "kind"),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("period", Text, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("frozen_at", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("period", "edition"),
    UniqueConstraint("period", "content_hash"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("period", Text, nullable=False),
    Column("report", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("transport", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("bcc", Text, nullable=False),
    Column("body_sha", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("claimed_by", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("updated", Text, nullable=False),
    Column("supersedes", Integer),
    PrimaryKeyConstraint("period", "report", "recipient", "edition"),
    Index(None, "state"),
)

journal = Table(
    "journal",
    metadata,
    Column("period", Text, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("detail", Text, nullable=False),
    PrimaryKeyConstraint("period", "edition", "step", "unit"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index(None, "subject"),
)
