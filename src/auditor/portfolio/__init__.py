"""The portfolio file: entities, repositories, accounts, readers and thresholds as one frozen value."""

from auditor.portfolio.reading import read_credentials, read_portfolio
from auditor.portfolio.settings import (
    CREDENTIALS_NAME,
    DEFAULT_THRESHOLDS,
    FILE_NAME,
    REPORT_NAMES,
    Account,
    Entity,
    MailSettings,
    Portfolio,
    RateSettings,
    ReportSettings,
)

__all__ = [
    "CREDENTIALS_NAME",
    "DEFAULT_THRESHOLDS",
    "FILE_NAME",
    "REPORT_NAMES",
    "Account",
    "Entity",
    "MailSettings",
    "Portfolio",
    "RateSettings",
    "ReportSettings",
    "read_credentials",
    "read_portfolio",
]
