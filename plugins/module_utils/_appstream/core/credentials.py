# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Failures of an AWS call for its credentials or its signature: which pass, what is waited for, and how long.

A build outlasts keys of an hour. Something beside it often renews them (a cron job that writes the profile's file, an
SSO login, a vault), but seldom in the very second before AWS is asked: one refusal says nothing about the next minute.
"""

from __future__ import annotations

from dataclasses import dataclass

try:
    from botocore.exceptions import (
        ClientError,
        ConfigParseError,
        CredentialRetrievalError,
        NoCredentialsError,
        PartialCredentialsError,
        ProfileNotFound,
        SSOError,
        TokenRetrievalError,
    )
except ImportError:
    pass  # AnsibleAWSModule reports a missing botocore

TIMEOUT = 300
"""Default of ``credentials_timeout``: seconds for which credentials that were good once are waited for."""
FIRST_TIMEOUT = 60.0
"""The same in seconds where nothing says that they ever were: a slip shall not wait for minutes, and new keys are known
everywhere after some ten seconds (IAM user guide, "Changes that I make are not always immediately visible")."""
PAUSE = 10.0
"""Seconds between two tries."""


@dataclass(frozen=True)
class Trouble:
    """Why AWS takes no call.

    ``waiting`` says it as a state, ``remedy`` what to do, ``was_good`` whether it happens to good credentials only,
    ``renewable``: reading the credentials again may help.
    """

    waiting: str
    remedy: str
    was_good: bool = False
    renewable: bool = True


EXPIRED = Trouble(
    "credentials expired, waiting for new ones",
    "The credentials are no longer valid: get new ones and run again. What has been begun goes on meanwhile and is not "
    "begun again. If they should be valid still, the controller's clock may be wrong.",
    was_good=True,
)
UNKNOWN = Trouble(
    "AWS does not know the credentials, waiting for others",
    "AWS does not know these credentials, or no longer: get new ones, see that Region and account are the right ones, "
    "and run again. What has been begun goes on meanwhile and is not begun again.",
)
MISSING = Trouble(
    "no credentials can be read, waiting for some",
    "The credentials are missing or can't be read: get new ones and run again. What has been begun goes on meanwhile "
    "and is not begun again.",
)
CLOCK = Trouble(
    "AWS refuses the time of the controller's clock, waiting until it is right",
    "The controller's clock is wrong: AWS takes signatures of the last minutes only. Let NTP set it (timedatectl and "
    "chronyc tracking show how far it is off), and run again. What has been begun goes on meanwhile and is not begun "
    "again.",
    renewable=False,
)
SECRET_KEY = (
    "The secret key does not belong to the access key: see that the whole of it was copied, and that both come from "
    "the same place."
)

# What AWS answers to temporary credentials whose time is up. EC2's RequestExpired may also be for the clock.
_EXPIRED_CODES = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
# To keys that have been rotated or deleted, that are new, or that never were any. AuthFailure is EC2's.
_UNKNOWN_CODES = frozenset({"AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException"})
_CLOCK_CODES = frozenset({"RequestTimeTooSkewed"})
# To a wrong secret key and to a wrong clock; the message tells them apart.
_SIGNATURE_CODES = frozenset({"InvalidSignatureException", "SignatureDoesNotMatch"})
_CLOCK_MESSAGES = ("Signature expired", "Signature not yet current")

# botocore has no class of its own for this: an environment's AWS_CREDENTIAL_EXPIRATION is over.
_STILL_EXPIRED = "refreshed credentials are still expired"


def codes_of_trouble() -> frozenset[str]:
    """Return the error codes that always are about credentials or clock."""
    return _EXPIRED_CODES | _UNKNOWN_CODES | _CLOCK_CODES


def trouble_of(error: Exception) -> Trouble | None:
    """Return what is wrong with credentials or clock when a call fails with this error, None for other failures."""
    if isinstance(error, ClientError):
        return _refusal(error)
    if isinstance(error, (SSOError, TokenRetrievalError)) or _STILL_EXPIRED in str(error):
        return EXPIRED
    unreadable = (
        ConfigParseError,
        CredentialRetrievalError,
        NoCredentialsError,
        PartialCredentialsError,
        ProfileNotFound,
    )
    return MISSING if isinstance(error, unreadable) else None


def of_botocore(error: Exception) -> Exception:
    """Return an error of trouble as one of botocore's, which it is but for credentials that ended before they began."""
    if _STILL_EXPIRED not in str(error):
        return error
    known: Exception = CredentialRetrievalError(provider="environment", error_msg=str(error))
    return known


def _refusal(error: ClientError) -> Trouble | None:
    answer = error.response.get("Error", {})
    code, message = answer.get("Code", ""), answer.get("Message", "")
    if code in _EXPIRED_CODES:
        return EXPIRED
    if code in _UNKNOWN_CODES:
        return UNKNOWN
    of_the_clock = code in _SIGNATURE_CODES and any(text in message for text in _CLOCK_MESSAGES)
    return CLOCK if code in _CLOCK_CODES or of_the_clock else None


def patience_with(trouble: Trouble, timeout: float, was_answered: bool) -> float:
    """Return for how many seconds to try again.

    ``timeout`` is for credentials that were good once; ``was_answered``: AWS has answered a call before this one.
    """
    return timeout if trouble.was_good or was_answered else min(FIRST_TIMEOUT, timeout)
