"""Why a call gave no answer: an error of AWS or of the way there, reduced to what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """What an error means for the inventory."""

    ABSENT = "absent"
    """Not configured, or deleted since it was listed: that is an answer."""
    DENIED = "denied"
    THROTTLED = "throttled"
    UNREACHABLE = "unreachable"
    DISABLED = "disabled"
    """The region or the service is not switched on for the account."""
    EXPIRED = "expired"
    """The credentials ended while we worked."""
    TRANSIENT = "transient"
    """Worth another try."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Fault:
    """One error, without request ids and without anything secret."""

    cause: Cause
    code: str
    message: str = ""


_THROTTLES = frozenset(
    "Throttling ThrottlingException ThrottledException RequestThrottledException RequestThrottled "
    "TooManyRequestsException ProvisionedThroughputExceededException TransactionInProgressException "
    "RequestLimitExceeded BandwidthLimitExceeded LimitExceededException SlowDown PriorRequestNotComplete "
    "EC2ThrottledException WAFLimitsExceededException 429".split()
)
_DENIES = frozenset(
    "AccessDenied AccessDeniedException UnauthorizedOperation UnauthorizedException AuthorizationError "
    "AuthorizationErrorException NotAuthorized Forbidden 403 AllAccessDisabled AuthFailure "
    "WAFUnavailableEntityException AccountProblem KMSAccessDeniedException OperationNotPermittedException".split()
)
_EXPIRED = frozenset(
    "ExpiredToken ExpiredTokenException RequestExpired TokenRefreshRequired CredentialRetrievalError".split()
)
_DISABLED = frozenset(
    "OptInRequired OptInRequiredException InvalidClientTokenId UnrecognizedClientException SubscriptionRequiredException "
    "RegionDisabledException InvalidAction UnknownOperationException UnsupportedOperation UnsupportedOperationException".split()
)
_TRANSIENT = frozenset(
    "InternalError InternalFailure InternalServerError InternalServiceError InternalServiceErrorException "
    "InternalServerException ServiceUnavailable ServiceUnavailableException ServiceException RequestTimeout "
    "RequestTimeoutException ServerException Unavailable 500 502 503 504".split()
)
_ABSENT_WORDS = ("NoSuch", "NotFound", "NonExistent", "DoesNotExist", "NotExist", "Nonexistent")
_ABSENT = frozenset(
    "ServerSideEncryptionConfigurationNotFoundError ReplicationConfigurationNotFoundError 404 "
    "InvalidAccessPoint.NotFound DBInstanceNotFound NoSuchEntity NoSuchTagSetError ResourceNotFoundException "
    "NotFoundException DataUnavailableException".split()
)


def classified(error: BaseException) -> Fault:
    """The fault behind an exception of botocore.

    Raises:
        the exception itself, when it is none of AWS's or of the network's (a bug of ours).
    """
    from botocore import exceptions
    from botocore.parsers import ResponseParserError

    if isinstance(error, exceptions.ClientError):
        return _of_code(error)
    if isinstance(error, exceptions.ConnectTimeoutError | exceptions.EndpointConnectionError | exceptions.SSLError):
        return Fault(Cause.UNREACHABLE, type(error).__name__, _plain(error))
    if isinstance(error, ResponseParserError):
        # A gateway's error page in place of an answer; botocore's own retries treat it the same.
        return Fault(Cause.TRANSIENT, type(error).__name__, "the answer could not be read")
    if isinstance(error, exceptions.ReadTimeoutError | exceptions.ConnectionClosedError | exceptions.HTTPClientError):
        return Fault(Cause.TRANSIENT, type(error).__name__, _plain(error))
    if isinstance(
        error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError | exceptions.TokenRetrievalError
    ):
        return Fault(Cause.EXPIRED, type(error).__name__, _plain(error))
    if isinstance(error, exceptions.CredentialRetrievalError):
        return Fault(Cause.EXPIRED, type(error).__name__, _plain(error))
    if isinstance(error, exceptions.NoRegionError | exceptions.UnknownRegionError | exceptions.UnknownEndpointError):
        return Fault(Cause.DISABLED, type(error).__name__, _plain(error))
    if isinstance(error, exceptions.BotoCoreError):
        return Fault(Cause.FAILED, type(error).__name__, _plain(error))
    raise error


def _of_code(error: object) -> Fault:
    response = getattr(error, "response", {})
    code = str(response.get("Error", {}).get("Code", ""))
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    message = " ".join(str(response.get("Error", {}).get("Message", "")).split())[:200]
    for cause, codes in (
        (Cause.THROTTLED, _THROTTLES),
        (Cause.EXPIRED, _EXPIRED),
        (Cause.DENIED, _DENIES),
        (Cause.DISABLED, _DISABLED),
        (Cause.ABSENT, _ABSENT),
        (Cause.TRANSIENT, _TRANSIENT),
    ):
        if code in codes:
            return Fault(cause, code, message)
    if any(word in code for word in _ABSENT_WORDS):
        return Fault(Cause.ABSENT, code, message)
    if "Throttl" in code or status == 429:
        return Fault(Cause.THROTTLED, code, message)
    if "AccessDenied" in code or status in {401, 403}:
        return Fault(Cause.DENIED, code, message)
    if isinstance(status, int) and status >= 500:
        return Fault(Cause.TRANSIENT, code, message)
    return Fault(Cause.FAILED, code or "unknown", message)


def _plain(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
