"""Composition root: settings in, implementations out; finds the scanners."""
