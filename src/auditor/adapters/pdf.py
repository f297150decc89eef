"""Pages as PDF through WeasyPrint: tagged, the same bytes every time, and nothing is fetched."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from auditor.errors import MissingExtraError

_KEPT = 64
"""PDFs held for a second use in one run (files, then attachments)."""
_WORKERS = 4


def page_pdf(html: str) -> bytes:
    """The page as PDF/UA-1.

    Raises:
        MissingExtraError: WeasyPrint is not installed.
    """
    try:
        from weasyprint import HTML
    except (ImportError, OSError) as error:
        raise MissingExtraError(f"PDF needs `pip install 'auditor[pdf]'` and the Pango library: {error}") from error
    content: bytes = HTML(string=html, url_fetcher=_only_data()).write_pdf(pdf_variant="pdf/ua-1")
    return content


def _only_data() -> Any:
    from weasyprint import URLFetcher

    return URLFetcher(allowed_protocols={"data"})


class Pdfs:
    """PDFs by the page they are made of: each page is laid out once in a run, several at a time."""

    def __init__(self) -> None:
        self._made: dict[bytes, bytes] = {}

    def of(self, page: str) -> bytes:
        """The PDF of a page; raises as `page_pdf` does."""
        key = _key(page)
        if key not in self._made:
            self._keep(key, page_pdf(page))
        return self._made[key]

    def prepare(self, pages: Sequence[str]) -> None:
        """Make those that are not there yet, in several processes where that is safe; raises as `page_pdf` does."""
        missing = [page for page in dict.fromkeys(pages) if _key(page) not in self._made]
        workers = min(len(missing), os.cpu_count() or 1, _WORKERS)
        # A fork copies the loaded library for nothing, and is safe only while this process has one thread.
        if workers < 2 or threading.active_count() > 1 or "fork" not in multiprocessing.get_all_start_methods():
            for page in missing:
                self.of(page)
            return
        self.of(missing[0])
        with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("fork")) as pool:
            for page, content in zip(missing[1:], pool.map(page_pdf, missing[1:]), strict=True):
                self._keep(_key(page), content)

    def _keep(self, key: bytes, content: bytes) -> None:
        if len(self._made) >= _KEPT:
            del self._made[next(iter(self._made))]
        self._made[key] = content


def _key(page: str) -> bytes:
    return hashlib.sha256(page.encode()).digest()
