"""Pages as PDF through WeasyPrint: tagged, the same bytes every time, and nothing is fetched."""

from __future__ import annotations

from typing import Any

from auditor.errors import MissingExtraError


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
