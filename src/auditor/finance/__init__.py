"""Formulas over facts, with gaps and traces; pure."""
