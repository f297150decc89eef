"""What starts the month by itself: units for systemd, lines for cron, a workflow for GitHub.

Each fires on days 1 to 5 at an odd minute. A double trigger does nothing, and a missed one is caught by the next day's, so
no host has to be trusted to fire exactly once: GitHub drops runs, EventBridge delivers at least once, machines sleep.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

MINUTE, HOUR = 17, 6
"""UTC. Full hours are crowded: GitHub delays and drops runs that are due then."""
DAYS = "1-5"
REHEARSAL_DAYS = "26-28"
"""When `auditor doctor` runs ahead of the month, so that there is time to mend."""

CHECKOUT = "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2"
SETUP_PYTHON = "actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0"
AWS_CREDENTIALS = "aws-actions/configure-aws-credentials@b47578312673ae6fa5b5096b330d9fbac3d116df # v4.2.1"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the program and the portfolio lie."""

    program: str
    """Path of `auditor`."""
    portfolio: str
    """Folder of the portfolio."""
    user: str = ""
    """Account for a system unit; empty for units of a user."""


def systemd_units(place: Place) -> Mapping[str, str]:
    """Unit files by name: the month, the rehearsal, and what happens when one of them fails."""
    return {
        "auditor-monthly.service": _service(place, "Audit reports of the month", "monthly --quiet", "6h"),
        "auditor-monthly.timer": _timer("Audit reports on the first days of the month", "01..05"),
        "auditor-doctor.service": _service(place, "Preflight of the audit reports", "doctor --quiet", "30min"),
        "auditor-doctor.timer": _timer("Preflight ahead of the audit reports", "26..28"),
        "auditor-failed@.service": _FAILED,
    }


def cron_lines(place: Place) -> str:
    """Lines for a crontab; what they print, cron mails to the account's owner."""
    program, portfolio = shlex.quote(place.program), shlex.quote(place.portfolio)
    # A bare % ends the command in a crontab.
    month = f"{program} monthly --quiet --portfolio {portfolio}".replace("%", "\\%")
    doctor = f"{program} doctor --quiet --portfolio {portfolio}".replace("%", "\\%")
    return (
        f"{CRON_BEGIN}\n{MINUTE} {HOUR} {DAYS} * * {month}\n{MINUTE} {HOUR} {REHEARSAL_DAYS} * * {doctor}\n{CRON_END}\n"
    )


CRON_BEGIN = "# auditor: begin (written by `auditor schedule install cron`)"
CRON_END = "# auditor: end"


def with_cron_lines(crontab: str, lines: str) -> str:
    """A crontab with our block put in, or replaced."""
    kept: list[str] = []
    ours = False
    for line in crontab.splitlines():
        ours = ours or line == CRON_BEGIN
        if not ours:
            kept.append(line)
        ours = ours and line != CRON_END
    return "\n".join([*kept, lines]).lstrip("\n")


def github_workflow(folder: str = ".") -> str:
    """A workflow file. The store must outlive the runner: `[portfolio] store = "$AUDITOR_STORE"`, a PostgreSQL URL."""
    return _WORKFLOW.format(
        minute=MINUTE,
        hour=HOUR,
        checkout=CHECKOUT,
        python=SETUP_PYTHON,
        aws=AWS_CREDENTIALS,
        folder=shlex.quote(folder),
    )


def _unit(text: str) -> str:
    """Quoted for a unit file: % and $ have meanings there, and so do quotes."""
    inner = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{inner}"'


def _service(place: Place, title: str, command: str, limit: str) -> str:
    user = f"User={place.user}\n" if place.user else ""
    return f"""[Unit]
Description={title}
Wants=network-online.target
After=network-online.target
OnFailure=auditor-failed@%n.service

[Service]
Type=oneshot
{user}WorkingDirectory={_directory(place.portfolio)}
ExecStart={_unit(place.program)} {command} --portfolio {_unit(place.portfolio)}
TimeoutStartSec={limit}
UMask=0077
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=full
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
LockPersonality=yes
"""


def _directory(path: str) -> str:
    """WorkingDirectory takes the rest of its line as it is, but for specifiers."""
    return path.replace("%", "%%")


def _timer(title: str, days: str) -> str:
    return f"""[Unit]
Description={title}

[Timer]
OnCalendar=*-*-{days} {HOUR:02d}:{MINUTE:02d}:00 UTC
RandomizedDelaySec=20min
Persistent=true

[Install]
WantedBy=timers.target
"""


_FAILED = """[Unit]
Description=Say that %i failed

[Service]
Type=oneshot
# Replace by whatever wakes you. The journal has the reason, and the dead man's switch of [portfolio] ping was told.
ExecStart=/usr/bin/logger --priority user.err --tag auditor "%i failed: journalctl -u %i"
"""

_WORKFLOW = """\
# Written by `auditor schedule install github`. Actions are pinned by commit.
name: audit reports
on:
  schedule:
    # UTC, an odd minute, five days: a dropped run is caught by the next, a second one does nothing.
    - cron: "{minute} {hour} 1-5 * *"
  workflow_dispatch:
    inputs:
      period:
        description: "Month, YYYY-MM; empty: the last closed one"
        default: ""
permissions: {{}}
concurrency:
  group: audit-reports
  cancel-in-progress: false
jobs:
  monthly:
    runs-on: ubuntu-24.04
    timeout-minutes: 350
    permissions:
      contents: read
      id-token: write
    env:
      # Runners forget everything: store and key must live elsewhere.
      AUDITOR_STORE: ${{{{ secrets.AUDITOR_STORE }}}}
      AUDITOR_KEY: ${{{{ secrets.AUDITOR_KEY }}}}
      GITHUB_TOKEN: ${{{{ secrets.AUDITOR_GITHUB_TOKEN }}}}
      PERIOD: ${{{{ inputs.period }}}}
    steps:
      - uses: {checkout}
        with:
          persist-credentials: false
          fetch-depth: 0
      - uses: {python}
        with:
          python-version: "3.12"
      - uses: {aws}
        with:
          role-to-assume: ${{{{ secrets.AUDITOR_ROLE_ARN }}}}
          aws-region: ${{{{ vars.AUDITOR_REGION }}}}
      - name: Install
        run: pip install "auditor[all]==${{{{ vars.AUDITOR_VERSION }}}}"
      - name: Month
        run: auditor monthly --quiet --portfolio {folder} ${{PERIOD:+--period "$PERIOD"}}
  keep-alive:
    # GitHub switches schedules off after 60 days without a commit; this asks for it to stay on.
    runs-on: ubuntu-24.04
    permissions:
      actions: write
    steps:
      - name: Keep the schedule on
        env:
          GH_TOKEN: ${{{{ github.token }}}}
          WORKFLOW: ${{{{ github.workflow_ref }}}}
        run: |
          file="${{WORKFLOW%@*}}"
          gh api --method PUT "repos/$GITHUB_REPOSITORY/actions/workflows/${{file##*/}}/enable"
"""
