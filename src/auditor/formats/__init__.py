"""A verdict as text, JSON, SARIF and other tools' formats."""
