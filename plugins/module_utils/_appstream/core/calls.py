# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How every AWS call is made: retried while that helps, raising AppStreamError when it doesn't."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from .credentials import trouble_of
from .errors import AppStreamError
from .renewable_client import RenewableClient
from .retries import ONCE_ONLY, Answer, codes_to_retry, retrying
from .troubleshooting import remedy_for

try:
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
except ImportError:
    pass  # AnsibleAWSModule reports a missing botocore

NOT_FOUND = "ResourceNotFoundException"
# With those of AWS Directory Service.
NOT_FOUND_CODES = frozenset({NOT_FOUND, "EntityDoesNotExistException", "DirectoryDoesNotExistException"})
ALREADY_EXISTS = "ResourceAlreadyExistsException"
IN_USE = "ResourceInUseException"
LIMIT_EXCEEDED = "LimitExceededException"
# What a call may be refused with when the resource is no longer in the state it was last seen in.
CHANGED_STATE_CODES = frozenset(
    {"OperationNotPermittedException", ALREADY_EXISTS, NOT_FOUND, "ResourceNotAvailableException"}
)
ACCESS_DENIED_CODES = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Client.UnauthorizedOperation"}
)


def _failure(operation: str, about: str, cause: Exception) -> AppStreamError:
    error = AppStreamError(f"{operation} failed for {about}", cause=cause)
    trouble = trouble_of(cause)
    error.remedy = trouble.remedy if trouble else remedy_for(error.code)
    return error


def call(client: Any, operation: str, about: str, **parameters: Any) -> dict[str, Any]:
    """Call one API operation.

    ``operation`` is the client's method (``create_image_builder``), ``about`` names the resource for error messages
    (``image builder design``). Returns the API's answer. Raises AppStreamError.
    """
    return _call(client, operation, about, codes_to_retry(operation), parameters)


def time_of(answer: Mapping[str, Any]) -> datetime:
    """Return AWS's time of an answer, this machine's where it has none: no two controllers have the same."""
    headers = (answer.get("ResponseMetadata") or {}).get("HTTPHeaders") or {}
    try:
        return parsedate_to_datetime(headers["date"]).astimezone(timezone.utc)
    except (KeyError, TypeError, ValueError, IndexError, OverflowError):
        return datetime.now(timezone.utc)


def call_known(client: Any, operation: str, about: str, **parameters: Any) -> dict[str, Any]:
    """As ``call``, where all that the parameters name has just been created or read.

    That it is "not found" passes by itself then, within minutes, and is tried again: what is new isn't known everywhere
    at once (providers tested on the real service wait 5 to 15 minutes for CreateFleet and AssociateFleet).
    """
    return _call(client, operation, about, codes_to_retry(operation) | NOT_FOUND_CODES, parameters)


def call_if_there(
    client: Any, operation: str, about: str, is_there: Callable[[], bool], **parameters: Any
) -> dict[str, Any]:
    """As ``call``, where the parameters name what may have just been created, and may as well be misspelt.

    ``is_there`` says whether all of it can be read: only then "not found" passes, as in ``call_known``.
    """
    try:
        return call(client, operation, about, **parameters)
    except AppStreamError as error:
        if error.code != NOT_FOUND or not is_there():
            raise
    return call_known(client, operation, about, **parameters)


def _call(
    client: Any, operation: str, about: str, codes: Collection[str], parameters: Mapping[str, Any]
) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = retrying(
            lambda: _with_valid_credentials(client, about, lambda: getattr(client, operation)(**parameters)),
            also=codes,
            once_only=operation in ONCE_ONLY,
        )
    except (BotoCoreError, ClientError) as error:
        raise _failure(operation, about, error) from error
    return answer


def _with_valid_credentials(client: Any, about: str, question: Callable[[], Answer]) -> Answer:
    """Return the answer to a question; credentials that AWS refuses are read again for some minutes."""
    return client.ask(about, question) if isinstance(client, RenewableClient) else question()


def call_pages(client: Any, operation: str, about: str, member: str, **parameters: Any) -> list[dict[str, Any]]:
    """Read all pages of a describe operation and return the list in its answer's ``member``. Raises AppStreamError.

    The whole reading is retried, not the single page: botocore's paginators cannot be resumed after a failure.
    """

    def read() -> list[dict[str, Any]]:
        pages = client.get_paginator(operation).paginate(**parameters)
        return list(pages.build_full_result().get(member) or [])

    try:
        return retrying(lambda: _with_valid_credentials(client, about, read))
    except (BotoCoreError, ClientError) as error:
        raise _failure(operation, about, error) from error


def call_tokens(client: Any, operation: str, about: str, member: str, **parameters: Any) -> list[dict[str, Any]]:
    """As ``call_pages``, for operations that answer in pages but for which botocore has no paginator."""
    found: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        answer = call(client, operation, about, **parameters, **token)
        found += answer.get(member) or []
        if not answer.get("NextToken"):
            return found
        token = {"NextToken": answer["NextToken"]}


def call_named(
    client: Any, operation: str, about: str, member: str, names: Sequence[str] | None
) -> list[dict[str, Any]]:
    """Read resources by name, all of them without names; names that don't exist are left out. Raises AppStreamError.

    ``about`` is what one of them is, such as ``image builder``.
    """
    if names is not None and not names:
        return []
    if names is None:
        return call_pages(client, operation, f"all {about}s", member)
    try:
        return call_pages(client, operation, f"{about} {', '.join(names)}", member, Names=list(names))
    except AppStreamError as error:
        if error.code != NOT_FOUND:
            raise
    # One unknown name fails the whole call.
    return (
        []
        if len(names) == 1
        else [one for name in names for one in call_named(client, operation, about, member, [name])]
    )


def once_only_config() -> Any:
    """Return the configuration of a client that does not try again by itself: see ``retries.ONCE_ONLY``."""
    return Config(retries={"total_max_attempts": 1})


def _unknown_members(shape: Any, value: Any, path: str = "") -> Iterator[str]:
    """Yield the members of a request that its shape doesn't have, those within others with a path such as ``A.B``."""
    if shape.type_name == "list":
        for item in value:
            yield from _unknown_members(shape.member, item, path)
    if shape.type_name != "structure":
        return
    for name, part in value.items():
        if name in shape.members:
            yield from _unknown_members(shape.members[name], part, f"{path}{name}.")
        else:
            yield path + name


def require_support(client: Any, operation: str, request: Mapping[str, Any]) -> None:
    """Raise AppStreamError when the installed botocore does not know an operation, or a member of the request yet.

    RootVolumeConfig came with botocore 1.41, DisableIMDSV1 with 1.43, AgentAccessConfig and UpdateImageBuilder with
    1.44.5; asking the installed model is surer than comparing versions.
    """
    if operation not in client.meta.service_model.operation_names:
        raise AppStreamError(
            f"The installed botocore does not know {operation}", remedy="Install a newer boto3 and botocore."
        )
    shape = client.meta.service_model.operation_model(operation).input_shape
    unknown = sorted(set(_unknown_members(shape, request)))
    if unknown:
        raise AppStreamError(
            f"The installed botocore does not know {', '.join(unknown)} of {operation}",
            remedy="Install a newer boto3 and botocore, or leave the option out.",
        )
