"""Built-in scanners, found by entry point exactly like a third party's; each may import only auditor.model and auditor.errors."""
