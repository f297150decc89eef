"""Rule cards: read, checked, compiled, and reduced to one digest."""

from auditor.rulebook.cards import SCANNER_FOLDERS, Problem, Rulebook, read_rulebook
from auditor.rulebook.compiled import compiled_rulebook

__all__ = ["SCANNER_FOLDERS", "Problem", "Rulebook", "compiled_rulebook", "read_rulebook"]
