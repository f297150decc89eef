"""The declared standard chart of accounts, from `rules/finance/standard_chart.yaml`."""

from __future__ import annotations

import re
from pathlib import Path

from auditor.errors import ConfigError
from auditor.finance.chart import Account, Chart, plain_label


def read_chart(rules: Path) -> Chart:
    """The chart, each account with its line in the file.

    Raises:
        ConfigError: the file is missing or not as described in its head.
    """
    import yaml

    path = rules / "finance" / "standard_chart.yaml"
    try:
        content = path.read_text(encoding="utf-8")
        document = yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  CSafeLoader is a safe loader
        lines = {
            m[1]: n for n, line in enumerate(content.splitlines(), 1) if (m := re.match(r"  (\w+): \{name:", line))
        }
        accounts = {
            name: Account(
                id=name,
                name=str(entry["name"]),
                group=str(entry["group"]),
                tax=str(entry.get("tax") or ""),
                labels=tuple(plain_label(str(label)) for label in entry["labels"]),
                line=lines.get(name, 1),
            )
            for name, entry in document["accounts"].items()
        }
        kinds = {kind: tuple(names) for kind, names in document["kinds"].items()}
        unknown = sorted({name for names in kinds.values() for name in names} - set(accounts))
        groups = {str(k): str(v) for k, v in document["groups"].items()}
        version = int(document["version"])
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(f"{path.name}: the chart of accounts cannot be read: {error}") from error
    if unknown:
        raise ConfigError(f"{path.name}: `kinds` names the account {unknown[0]!r}, which `accounts` does not have")
    return Chart(version, str(document.get("as_of", "")), "rules/finance/standard_chart.yaml", accounts, kinds, groups)
