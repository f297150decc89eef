"""Pages as PDF through WeasyPrint, for portfolios with page templates of their own: tagged, and nothing is fetched."""

from __future__ import annotations

from typing import Any

from auditor.errors import MissingExtraError


def page_pdf(html: str) -> bytes:
    """The page as PDF/UA-1, the same bytes every time.

    Raises:
        MissingExtraError: WeasyPrint is not installed.
    """
    try:
        from weasyprint import HTML
    except (ImportError, OSError) as error:
        raise MissingExtraError(
            "PDF from the portfolio's own page templates needs `pip install 'auditor[pdf-page]'` and the Pango library: "
            f"{error}"
        ) from error
    content: bytes = HTML(string=html, url_fetcher=_only_data()).write_pdf(pdf_variant="pdf/ua-1")
    return content


def _only_data() -> Any:
    from weasyprint import URLFetcher

    return URLFetcher(allowed_protocols={"data"})
