"""A single call made with the same patience as the pool's, for what comes before the pool or after it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from auditor.adapters.aws.classify import Cause, classified
from auditor.adapters.aws.pacing import Pace

T = TypeVar("T")
_TRANSIENT_TRIES = 3


def patiently(call: Callable[[], T]) -> T:
    """The call's answer; refusals are waited out.

    Raises:
        botocore's exception, once there is no more hope.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    pace, tries = Pace(), 0
    while True:
        began = time.monotonic()
        try:
            return call()
        except (BotoCoreError, ClientError, ResponseParserError) as error:
            fault, now = classified(error), time.monotonic()
            tries += 1
            if fault.cause is Cause.THROTTLED:
                pace.refused(began, now)
                if pace.hopeless(tries, now):
                    raise
                time.sleep(max(0.0, pace.next_slot - now))
            elif fault.cause is not Cause.TRANSIENT or tries >= _TRANSIENT_TRIES:
                raise
