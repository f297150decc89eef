"""Fields of ours: joins between resources, readings of policies and DNS, figures from metrics."""

from collections.abc import Callable, Mapping
from typing import Any

from scanners.aws.derived.account import ACCOUNT, accounts, regions, services
from scanners.aws.derived.compute import COMPUTE
from scanners.aws.derived.edge import EDGE
from scanners.aws.derived.field import Derived
from scanners.aws.derived.mail import MAIL, mail_domains
from scanners.aws.derived.network import NETWORK
from scanners.aws.derived.storage import STORAGE

# In this order: later fields may use earlier ones.
DERIVED: tuple[Derived, ...] = (*STORAGE, *EDGE, *COMPUTE, *NETWORK, *MAIL, *ACCOUNT)

NEW_KINDS: Mapping[str, Callable[[Any], list[dict[str, Any]]]] = {
    "account": accounts,
    "region": regions,
    "bill.service": services,
    "mail.domain": mail_domains,
}
"""Kinds that no call lists; made from the others."""
