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
    except OSError as error:
        stop(error)


def stop(error: OSError) -> None:
    """A disk that is full or may not be written is no bug of ours, and no finding: say where, and end as incomplete.

    Raises:
        OSError: any other one, as it came.
    """
    import errno

    from auditor.errors import ExitCode

    fixes = dict.fromkeys(
        (errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "make room and start again; what was finished is kept"
    )
    fixes |= dict.fromkeys(
        (errno.EROFS, errno.EACCES, errno.EPERM), "make it writable for this user, or name another folder"
    )
    fixes |= dict.fromkeys((errno.EMFILE, errno.ENFILE), "allow more open files (`ulimit -n`)")
    fix = fixes.get(error.errno or 0)
    if fix is None:
        raise error
    place = f"{error.filename}: " if error.filename else ""
    sys.stderr.write(f"auditor: {place}{error.strerror}; {fix}\n")
    sys.exit(ExitCode.INCOMPLETE)
