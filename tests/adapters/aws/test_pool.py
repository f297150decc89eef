"""The pool: each call once, pages followed, refusals waited out, nothing lost."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from auditor.adapters.aws.classify import Cause, Fault, classified
from auditor.adapters.aws.pool import Pool
from auditor.adapters.aws.spec import Ask


class Members:
    """An operation that takes everything; only its members are asked for."""

    class input_shape:  # noqa: N801  as botocore names it
        members: Mapping[str, object] = {"NextToken": None}


class FakeClient:
    """A service with one operation; `behave` answers or raises."""

    def __init__(self, behave: Callable[[dict[str, Any]], Mapping[str, Any]]) -> None:
        self.behave = behave
        self.lock = threading.Lock()
        self.count = 0
        self.meta = self
        self.service_model = self

    def operation_model(self, _name: str) -> Members:
        return Members()

    def can_paginate(self, _name: str) -> bool:
        return False

    def describe_thing(self, **arguments: Any) -> dict[str, Any]:
        with self.lock:
            self.count += 1
            number = self.count
        return dict(self.behave(arguments | {"number": number}))


class FakeAccount:
    id = "111122223333"
    partition = "aws"

    def __init__(self, client: FakeClient) -> None:
        self._client = client

    def client(self, _service: str, _region: str) -> FakeClient:
        return self._client


ASK = Ask("thing", "DescribeThing")


def refusal(code: str = "ThrottlingException") -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "DescribeThing"
    )


def ask_all(pool: Pool, client: FakeClient, count: int) -> list[Mapping[str, Any] | Fault]:
    answers: list[Mapping[str, Any] | Fault] = []
    account = FakeAccount(client)
    for number in range(count):
        pool.ask(account, "us-east-1", ASK, {"Id": number}, lambda answer, _last: answers.append(answer))  # type: ignore[arg-type]
    pool.run()
    return answers


@pytest.mark.slow
def test_a_storm_that_refuses_the_first_400_of_600_calls_loses_none() -> None:
    def behave(arguments: dict[str, Any]) -> Mapping[str, Any]:
        if arguments["number"] <= 400:
            raise refusal()
        return {"Id": arguments["Id"]}

    pool = Pool(32)
    answers = ask_all(pool, FakeClient(behave), 600)
    assert Counter(type(answer) for answer in answers) == {dict: 600}
    assert pool.retries == {"thing:DescribeThing": 400}


@pytest.mark.slow
def test_a_rate_limit_of_40_a_second_loses_none() -> None:
    times: list[float] = []
    lock = threading.Lock()

    def behave(arguments: dict[str, Any]) -> Mapping[str, Any]:
        with lock:
            now = time.monotonic()
            if len([moment for moment in times if now - moment < 1]) >= 40:
                raise refusal("RequestLimitExceeded")
            times.append(now)
        return {"Id": arguments["Id"]}

    answers = ask_all(Pool(32), FakeClient(behave), 120)
    assert {type(answer) for answer in answers} == {dict}
    assert len(answers) == 120


def test_the_same_call_is_made_once_and_everybody_gets_the_answer() -> None:
    client = FakeClient(lambda _: {"x": 1})
    pool = Pool(4)
    answers: list[Any] = []
    for _ in range(5):
        pool.ask(FakeAccount(client), "us-east-1", ASK, {"Id": 7}, lambda answer, last: answers.append((answer, last)))  # type: ignore[arg-type]
    pool.run()
    assert (client.count, answers) == (1, [({"x": 1}, True)] * 5)


def test_pages_are_followed_and_an_empty_token_ends_them() -> None:
    tokens = {None: "a", "a": "b", "b": ""}
    client = FakeClient(lambda arguments: {"NextToken": tokens[arguments.get("NextToken")]})
    assert len(ask_all(Pool(2), client, 1)) == 3


def test_a_page_that_leads_to_itself_ends_as_a_fault() -> None:
    answers = ask_all(Pool(2), FakeClient(lambda _: {"NextToken": "again"}), 1)
    fault = answers[-1]
    assert isinstance(fault, Fault)
    assert fault.code == "PaginationLoop"


def test_an_unreachable_endpoint_is_tried_twice_and_then_skipped() -> None:
    def behave(_: dict[str, Any]) -> Mapping[str, Any]:
        raise EndpointConnectionError(endpoint_url="https://thing.example.com")

    client = FakeClient(behave)
    answers = ask_all(Pool(1), client, 50)
    assert {answer.cause for answer in answers if isinstance(answer, Fault)} == {Cause.UNREACHABLE}
    assert len(answers) == 50
    assert client.count < 8


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("NoSuchBucketPolicy", Cause.ABSENT),
        ("ResourceNotFoundException", Cause.ABSENT),
        ("WAFNonexistentItemException", Cause.ABSENT),
        ("AccessDeniedException", Cause.DENIED),
        ("UnauthorizedOperation", Cause.DENIED),
        ("SlowDown", Cause.THROTTLED),
        ("ExpiredToken", Cause.EXPIRED),
        ("OptInRequired", Cause.DISABLED),
        ("InternalError", Cause.TRANSIENT),
        ("ValidationException", Cause.FAILED),
    ],
)
def test_an_error_code_says_what_follows_from_it(code: str, cause: Cause) -> None:
    assert classified(refusal(code)).cause is cause


def test_a_bug_of_ours_is_no_fault_of_aws() -> None:
    def behave(_: dict[str, Any]) -> Mapping[str, Any]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask_all(Pool(1), FakeClient(behave), 1)


def test_a_gateways_error_page_is_tried_again() -> None:
    from botocore.parsers import ResponseParserError

    def behave(arguments: dict[str, Any]) -> Mapping[str, Any]:
        if arguments["number"] == 1:
            raise ResponseParserError("<!doctype html>")
        return {"Id": 1}

    assert ask_all(Pool(1), FakeClient(behave), 1) == [{"Id": 1}]
