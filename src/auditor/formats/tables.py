"""Tables of a report as CSV; no cell can become a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from auditor.model.report import Table

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def safe_cell(text: str) -> str:
    """The text; with an apostrophe before it where a spreadsheet would compute it."""
    stripped = text.lstrip()
    return f"'{text}" if stripped.startswith(_DANGEROUS) or (text != stripped and text[:1] in "\t\r\n") else text


def tables_csv(tables: Iterable[Table]) -> str:
    """All tables below each other; the first column names the table, so that one can be filtered out.

    UTF-8, CRLF after each line (RFC 4180), an empty line between tables.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    for number, table in enumerate(tables):
        if number:
            out.write("\r\n")
        writer.writerow([safe_cell(cell) for cell in ("table", *table.columns)])
        for row in table.rows:
            writer.writerow([safe_cell(table.id), *(safe_cell(cell.text) for cell in row)])
        if not table.rows:
            writer.writerow([safe_cell(table.id), safe_cell(table.empty)])
    return out.getvalue()
