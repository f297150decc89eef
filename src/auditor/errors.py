"""The errors we raise on purpose, each with its exit code."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says to the shell; documented in `auditor --help`."""

    PASSED = 0
    FINDINGS = 1
    USAGE = 2
    INCOMPLETE = 3
    DELIVERY = 4


class AuditorError(Exception):
    """Something that stops us: the message says what, where and what to do; it never holds a secret."""

    exit_code: ExitCode = ExitCode.USAGE


class UsageError(AuditorError):
    """What a person asked for cannot be done as asked."""


class ConfigError(UsageError):
    """A file that a person wrote cannot be used; the message names file, line and key."""


class RuleError(ConfigError):
    """A rule card or waiver is invalid."""


class MissingExtraError(UsageError):
    """A feature needs an optional part that is not installed; the message names the extra."""


class NotScannedError(AuditorError):
    """A target, or a part of it, could not be looked at. Not scanned is not clean."""

    exit_code = ExitCode.INCOMPLETE


class StoreError(AuditorError):
    """The findings store cannot be read or written."""

    exit_code = ExitCode.INCOMPLETE


class DeliveryError(AuditorError):
    """Mail could not be handed over, or nobody knows whether it was."""

    exit_code = ExitCode.DELIVERY
