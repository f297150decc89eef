"""Entry point of the command; decides before anything heavy is imported."""

import os
import sys


def _end(code: int) -> None:
    """Leave at once: a scanner over its time must not hold the commit, and taking everything down takes milliseconds."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass
    os._exit(code)


def main() -> None:
    """Run the command line; what stops us on purpose becomes a message and its exit code."""
    if sys.argv[1:] == ["--version"]:
        from auditor import __version__

        sys.stdout.write(f"auditor {__version__}\n")
        return
    if sys.argv[1:2] == ["hook"]:
        from auditor.cli.hook import main as hook

        _end(hook(sys.argv[2:]))
    from auditor.cli.app import app
    from auditor.errors import AuditorError

    try:
        app()
    except AuditorError as error:
        sys.stderr.write(f"auditor: {error}\n")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
