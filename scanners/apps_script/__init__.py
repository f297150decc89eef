"""Google Apps Script: what a web app lets whom do, and what guards it."""

from scanners.apps_script.scanner import AppsScript

__all__ = ["AppsScript"]
