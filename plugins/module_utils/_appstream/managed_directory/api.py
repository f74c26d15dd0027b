# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""AWS Managed Microsoft AD directories: one function per API operation, taking a ``ds`` client and plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.aws import to_ansible_dict
from ..core.calls import NOT_FOUND_CODES, call, call_known, call_pages
from ..core.errors import AppStreamError
from ..core.states import GONE, managed_directory_is, state_of

OWN = "MicrosoftAD"
SHARED = "SharedMicrosoftAD"
TYPES = (OWN, SHARED)
# May hold a shared secret and the words of another account's administrator; both are marked sensitive.
_LEFT_OUT = frozenset({"RadiusSettings", "OwnerDirectoryDescription", "ShareNotes"})


def _about(name: str) -> str:
    return f"directory {name}"


def _plain(directory: dict[str, Any]) -> dict[str, Any]:
    return to_ansible_dict({key: value for key, value in directory.items() if key not in _LEFT_OUT})


def describe_managed_directories(client: Any) -> list[dict[str, Any]]:
    """Return the AWS Managed Microsoft AD directories of the Region, own ones and ones shared with this account.

    Those that are deleted, but still shown, are left out. Raises AppStreamError.
    """
    found = call_pages(client, "describe_directories", "all directories", "DirectoryDescriptions")
    plain = [_plain(directory) for directory in found if directory.get("Type") in TYPES]
    return [directory for directory in plain if not managed_directory_is(GONE, state_of(directory))]


def describe_managed_directory(client: Any, directory_id: str) -> dict[str, Any] | None:
    """Return the directory of an id, None when there is none. Raises AppStreamError."""
    return next((one for one in describe_managed_directories(client) if one["directory_id"] == directory_id), None)


def find_managed_directory(client: Any, name: str, vpc_id: str | None = None) -> dict[str, Any] | None:
    """Return this account's directory of a domain, None when there is none.

    Directory Service lets several directories bear a name; those in ``vpc_id`` count then. Raises AppStreamError when
    there are still several, or when the only one is another account's.
    """
    named = [one for one in describe_managed_directories(client) if one["name"].lower() == name.lower()]
    own = [one for one in named if one["type"] == OWN]
    if named and not own:
        raise AppStreamError(
            f"Directory {named[0]['directory_id']} of domain {name} is shared with this account by another one, "
            "and not this account's to manage"
        )
    near = [one for one in own if (one.get("vpc_settings") or {}).get("vpc_id") == vpc_id] if vpc_id else own
    found = own if len(own) == 1 else near
    if len(found) > 1 or (own and not found):
        ids = ", ".join(sorted(str(one["directory_id"]) for one in own))
        raise AppStreamError(
            f"Several directories are named {name}: {ids}",
            remedy="Set vpc_id to the VPC of the one that is meant; of two in one VPC delete one by its id.",
        )
    return next(iter(found), None)


def create_managed_directory(client: Any, request: dict[str, Any]) -> str:
    """Create a directory from CreateMicrosoftAD parameters and return its id.

    Raises AppStreamError, one that is not worth another try when no answer came: a second directory might come of it.
    """
    try:
        answer = call(client, "create_microsoft_ad", _about(request["Name"]), **request)
    except AppStreamError as error:
        if error.code:
            raise
        raise AppStreamError(
            f"{error.message}, no answer came: {error.cause}",
            remedy="The directory may be under way all the same. Run again in some minutes: it is found by its name.",
        ) from error
    return str(answer["DirectoryId"])


def delete_managed_directory(client: Any, name: str, directory_id: str) -> None:
    """Delete a directory and with it the domain; one that is gone already is no error. Raises AppStreamError."""
    try:
        call(client, "delete_directory", _about(f"{name} ({directory_id})"), DirectoryId=directory_id)
    except AppStreamError as error:
        if error.code in NOT_FOUND_CODES:
            return
        if error.code != "ClientException":
            raise
        raise AppStreamError(
            error.message,
            cause=error.cause,
            remedy="Take the directory away from all AWS applications that use it (WorkSpaces, FSx, RDS and so on), "
            "stop sharing it with other accounts, then delete it.",
        ) from error


def read_tags(client: Any, directory_id: str) -> dict[str, str]:
    """Return a directory's tags, none when it is gone meanwhile. Raises AppStreamError."""
    try:
        found = call_pages(client, "list_tags_for_resource", _about(directory_id), "Tags", ResourceId=directory_id)
    except AppStreamError as error:
        if error.code not in NOT_FOUND_CODES:
            raise
        return {}
    return {tag["Key"]: tag["Value"] for tag in found}


def with_tags(client: Any, directory: dict[str, Any]) -> dict[str, Any]:
    """Return a directory with its tags under ``tags``; {} for one of another account, whose tags nobody else reads."""
    return {**directory, "tags": read_tags(client, directory["directory_id"]) if directory["type"] == OWN else {}}


def tag_list(tags: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return tags in this API's form."""
    return [{"Key": key, "Value": str(value)} for key, value in tags.items()]


def write_tags(client: Any, directory_id: str, current: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Make the tags of a directory that has just been read from ``current`` into ``after``. Raises AppStreamError."""
    to_set = {key: value for key, value in after.items() if current.get(key) != value}
    to_remove = [key for key in current if key not in after]
    about = _about(directory_id)
    if to_remove:
        call_known(client, "remove_tags_from_resource", about, ResourceId=directory_id, TagKeys=to_remove)
    if to_set:
        call_known(client, "add_tags_to_resource", about, ResourceId=directory_id, Tags=tag_list(to_set))
