"""Credentials and clients: one botocore session per account, clients made when first asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from auditor.adapters.aws.patience import patiently
from auditor.errors import ConfigError, UsageError

HOME = "us-east-1"
"""Where global services answer."""
CONNECT_SECONDS = 5
READ_SECONDS = 30
_ROLE = re.compile(r"arn:aws[\w-]*:iam::(\d{12}):role/[\w+=,.@/-]+")


@dataclass(slots=True)
class Account:
    """One account that is read, with the session that may read it."""

    id: str
    partition: str
    caller: str
    """ARN of who we are there."""
    session: Any
    endpoint_url: str
    threads: int
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def client(self, service: str, region: str) -> Any:
        """The client of a service in a region; made once, by one thread at a time."""
        key = (service, region)
        found = self._clients.get(key)
        if found is None:
            with self._lock:
                found = self._clients.get(key)
                if found is None:
                    found = make_client(self.session, service, region, self.endpoint_url, self.threads)
                    self._clients[key] = found
        return found


def make_client(session: Any, service: str, region: str, endpoint_url: str = "", threads: int = 32) -> Any:
    """A client that retries nothing by itself."""
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": 1},
        max_pool_connections=threads,
        # A test double at one address has no host per account.
        inject_host_prefix=not endpoint_url,
        s3={"addressing_style": "path"} if endpoint_url else None,
        user_agent_extra="auditor-collector",
    )
    client = session.create_client(service, region_name=region, endpoint_url=endpoint_url or None, config=config)
    if endpoint_url and service == "s3control":
        client.meta.events.register_first("before-sign", _without_account_host(endpoint_url))
    return client


def _without_account_host(endpoint_url: str) -> Callable[..., None]:
    """S3 control puts the account id before the host, and a test double's address has no such name."""
    host = urlsplit(endpoint_url).netloc

    def rewrite(request: Any, **_: Any) -> None:
        request.url = urlunsplit(urlsplit(request.url)._replace(netloc=host))

    return rewrite


def open_accounts(
    profiles: tuple[str, ...],
    role_arns: tuple[str, ...],
    external_id: str,
    allowed: tuple[str, ...],
    endpoint_url: str,
    threads: int,
) -> list[Account]:
    """The accounts to read: each role, else each profile, else the default credentials.

    Raises:
        UsageError: an account that is not on the allow-list, or a malformed role.
        ConfigError: no usable credentials.
    """
    for arn in role_arns:
        match = _ROLE.fullmatch(arn)
        if not match:
            raise UsageError(f"--role-arn {arn!r}: an ARN reads arn:aws:iam::123456789012:role/name")
        if allowed and match.group(1) not in allowed:
            raise UsageError(f"--role-arn {arn}: account {match.group(1)} is not among --account {', '.join(allowed)}")
    sessions = [_session(profile) for profile in profiles or ("",)]
    if role_arns:
        if len(sessions) > 1:
            raise UsageError("roles are assumed from one profile: give one --profile, or none")
        sessions = [_assumed(sessions[0], arn, external_id, endpoint_url) for arn in role_arns]
    accounts: list[Account] = []
    for session in sessions:
        account = _identified(session, endpoint_url, threads)
        if allowed and account.id not in allowed:
            raise UsageError(
                f"these credentials are of account {account.id}, which is not among --account {', '.join(allowed)}; nothing was read"
            )
        if account.id not in {known.id for known in accounts}:
            accounts.append(account)
    return accounts


def _session(profile: str) -> Any:
    import botocore.session
    from botocore.exceptions import ProfileNotFound

    session = botocore.session.Session(profile=profile or None)
    try:
        session.get_scoped_config()
    except ProfileNotFound:
        raise ConfigError(f"--profile {profile}: there is no such profile in the AWS configuration") from None
    return session


def _assumed(source: Any, arn: str, external_id: str, endpoint_url: str) -> Any:
    """A session whose credentials are renewed by assuming the role again before they end."""
    import botocore.session
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials

    def client(service: str, **arguments: Any) -> Any:
        return source.create_client(
            service, region_name=HOME, endpoint_url=endpoint_url or None,
            **{key: value for key, value in arguments.items() if key not in {"region_name", "endpoint_url"}},
        )  # fmt: skip

    credentials = source.get_credentials()
    if credentials is None:
        raise ConfigError("no AWS credentials to assume the role with; set a profile or the AWS_ variables")
    extra: dict[str, Any] = {"RoleSessionName": "auditor"} | ({"ExternalId": external_id} if external_id else {})
    fetcher = AssumeRoleCredentialFetcher(client, credentials, arn, extra_args=extra)
    session = botocore.session.Session()
    # The documented way to hand a session credentials of one's own is this attribute; it is what boto3 sets, too.
    session._credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")  # noqa: SLF001
    return session


def _identified(session: Any, endpoint_url: str, threads: int) -> Account:
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        answer = patiently(make_client(session, "sts", HOME, endpoint_url, threads).get_caller_identity)
    except (BotoCoreError, ClientError, ResponseParserError) as error:
        words = " ".join(str(error).split())[:200]
        raise ConfigError(f"no usable AWS credentials: {words}; set a profile, a role, or the AWS_ variables") from None
    arn = str(answer["Arn"])
    return Account(str(answer["Account"]), arn.split(":")[1], arn, session, endpoint_url, threads)
