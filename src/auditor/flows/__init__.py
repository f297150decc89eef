"""The uses, each a straight line through the steps."""

from auditor.flows.scanning import Policy, Tools, scan_paths, scan_targets, verdict_of

__all__ = ["Policy", "Tools", "scan_paths", "scan_targets", "verdict_of"]
