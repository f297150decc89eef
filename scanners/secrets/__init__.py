"""Secrets in trees, staged content and history: patterns, a judge for generic candidates, redaction at the source."""
