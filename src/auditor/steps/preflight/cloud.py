"""Are the AWS credentials there, valid, and those of the accounts that the portfolio names?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from auditor.errors import MissingExtraError
from auditor.model.check import Check, failed, passed, unknown
from auditor.portfolio import Account


def check_accounts(accounts: Sequence[Account], sts: Callable[[Account], Any]) -> Iterator[Check]:
    """One question (`sts:GetCallerIdentity`) for each account that is collected, not recorded.

    Args:
        accounts: of the portfolio.
        sts: makes a client with an account's credentials.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    for account in accounts:
        name = f"aws.{account.name}"
        if account.inventory:
            yield passed(name, "recorded inventory; nobody is asked")
            continue
        try:
            answer = sts(account).get_caller_identity()
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            yield failed(
                name, f"AWS refuses the credentials: {code}", "renew them: `aws sts get-caller-identity` must work"
            )
        except BotoCoreError as error:
            kind = type(error).__name__
            if kind in {"NoCredentialsError", "PartialCredentialsError", "ProfileNotFound", "TokenRetrievalError"}:
                yield failed(name, f"no credentials: {kind}", "put a profile or keys into repos.env, or attach a role")
            else:
                yield unknown(name, f"AWS did not answer: {kind}", "check the network and AWS_REGION")
        else:
            if answer.get("Account") == account.account_id:
                yield passed(name, f"{account.account_id} as {answer.get('Arn', '')}")
            else:
                fix = "use the credentials of the right account; a run with these is refused"
                yield failed(name, f"these are credentials of {answer.get('Account')}, not {account.account_id}", fix)


def sts_client(account: Account) -> Any:
    """A client with an account's profile, and its role where it names one.

    Raises:
        MissingExtraError: boto3 is not installed.
    """
    try:
        import boto3
        from botocore.config import Config
    except ModuleNotFoundError:
        raise MissingExtraError("AWS accounts need: pip install 'auditor[aws]'") from None
    region = account.regions[0] if account.regions else "us-east-1"
    session = boto3.Session(profile_name=account.profile or None, region_name=region)
    quick = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 2, "mode": "standard"})
    sts = session.client("sts", config=quick)
    if not account.role_arn:
        return sts
    role = sts.assume_role(RoleArn=account.role_arn, RoleSessionName="auditor-doctor")["Credentials"]
    return boto3.client(
        "sts",
        region_name=region,
        config=quick,
        aws_access_key_id=role["AccessKeyId"],
        aws_secret_access_key=role["SecretAccessKey"],
        aws_session_token=role["SessionToken"],
    )
