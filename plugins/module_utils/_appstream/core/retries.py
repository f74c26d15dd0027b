# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which failures of an AWS call pass by themselves, and how long to try again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection
from typing import Any, TypeVar

try:
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        HTTPClientError,
        SSLError,
    )
    from botocore.exceptions import ConnectionError as BotocoreConnectionError
except ImportError:
    pass  # AnsibleAWSModule reports a missing botocore

# botocore's own retries know most of these, but give up after a few seconds. RequestLimitExceededException is
# AppStream's own, ThrottlingException that of every service speaking JSON.
THROTTLING_CODES = frozenset(
    {
        "BandwidthLimitExceeded",
        "RequestLimitExceeded",
        "RequestLimitExceededException",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottledException",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
UNAVAILABLE_CODES = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "Unavailable",
    }
)
RETRYABLE_CODES = THROTTLING_CODES | UNAVAILABLE_CODES
# "An API error occurred. Wait a few minutes and try again." (AppStream API reference)
MUTATION_CODES = frozenset({"ConcurrentModificationException"})
# Unproven [fresh_role]: an IAM role made just before is not known everywhere for some two minutes, which is
# about as long as all attempts take. A role that is really wrong is reported only then.
FRESH_ROLE_CODES = frozenset({"InvalidRoleException"})
TAKES_ROLE = frozenset(
    {
        "create_export_image_task",
        "create_fleet",
        "create_image_builder",
        "create_imported_image",
        "start_fleet",
        "update_fleet",
    }
)

# Asked for again after an answer that got lost, these would make a second resource: only a refusal is tried again.
ONCE_ONLY = frozenset({"create_export_image_task", "create_microsoft_ad"})

ATTEMPTS = 12
# A name that does not resolve or a closed port seldom heals, and botocore has tried five times already.
CONNECTION_ATTEMPTS = 4
LONGEST_PAUSE = 30.0

Answer = TypeVar("Answer")


def is_lost_connection(error: Exception) -> bool:
    """Say whether no answer came because the connection failed; a certificate that doesn't verify is no such case."""
    return isinstance(error, (BotocoreConnectionError, HTTPClientError)) and not isinstance(error, SSLError)


def is_retryable(error: Exception, also: Collection[str] = ()) -> bool:
    """Say whether the same call may succeed later. ``also``: further AWS error codes to count in."""
    if not isinstance(error, ClientError):
        return is_lost_connection(error)
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return code in RETRYABLE_CODES or code in also or status >= 500


def is_throttled(error: Exception) -> bool:
    """Say whether AWS refused the call because there are too many, so that it surely had no effect."""
    return isinstance(error, ClientError) and error.response.get("Error", {}).get("Code", "") in THROTTLING_CODES


def is_refused(error: Exception, also: Collection[str] = MUTATION_CODES) -> bool:
    """Say whether AWS refused the call for a reason that passes, so that it surely had no effect."""
    code = error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""
    return is_throttled(error) or code in also


def codes_to_retry(operation: str) -> frozenset[str]:
    """Return the error codes that pass by themselves for this operation (``create_image_builder``) in particular."""
    if operation.startswith(("describe_", "get_", "list_")):
        return frozenset()
    return MUTATION_CODES | FRESH_ROLE_CODES if operation in TAKES_ROLE else MUTATION_CODES


def pause_before(attempt: int) -> float:
    """Return the seconds to wait before the given attempt (2, 3, …): doubling, capped, with jitter."""
    longest = min(LONGEST_PAUSE, 2.0 ** (attempt - 2))
    return longest * random.uniform(0.5, 1.0)


def retrying(
    function: Callable[..., Answer],
    *args: Any,
    also: Collection[str] = (),
    once_only: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Answer:
    """Call ``function(*args)`` until it answers; failures that don't pass by themselves are raised at once.

    ``once_only``: and so are those after which it is unknown whether the call had an effect.
    """
    attempt = 1
    while True:
        try:
            return function(*args)
        except (BotoCoreError, ClientError) as error:
            attempts = CONNECTION_ATTEMPTS if is_lost_connection(error) else ATTEMPTS
            if attempt >= attempts or not (is_refused(error, also) if once_only else is_retryable(error, also)):
                raise
        attempt += 1
        sleep(pause_before(attempt))
