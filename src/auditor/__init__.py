"""Rules-engine compliance and audit scanner for a portfolio of small businesses."""

__version__ = "0.1.0"
