# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Stacks and the fleets they offer: one function per API operation, giving snake_case dictionaries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

from ..core.aws import to_ansible_dict
from ..core.calls import IN_USE, NOT_FOUND, call, call_known, call_named, call_pages
from ..core.errors import AppStreamError

Stack = Optional[dict[str, Any]]


def _about(name: str) -> str:
    return f"stack {name}"


def describe_stacks(client: Any, names: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Return stacks by name, all of them without names; names that don't exist are left out. Raises AppStreamError."""
    found = call_named(client, "describe_stacks", "stack", "Stacks", names)
    return [to_ansible_dict(stack) for stack in found]


def describe_stack(client: Any, name: str) -> Stack:
    """Return one stack, None when there is none of that name. Raises AppStreamError."""
    return next((stack for stack in describe_stacks(client, [name]) if stack["name"] == name), None)


def create_stack(client: Any, name: str, request: dict[str, Any]) -> dict[str, Any]:
    """Create a stack from CreateStack parameters. Raises AppStreamError."""
    return to_ansible_dict(call(client, "create_stack", _about(name), Name=name, **request)["Stack"])


def update_stack(client: Any, name: str, changes: dict[str, Any]) -> dict[str, Any]:
    """Change a stack that has just been read by UpdateStack parameters. Raises AppStreamError."""
    return to_ansible_dict(call_known(client, "update_stack", _about(name), Name=name, **changes)["Stack"])


def delete_stack(client: Any, name: str) -> None:
    """Delete a stack that has no fleet; one that is gone already is no error. Raises AppStreamError."""
    try:
        call(client, "delete_stack", _about(name), Name=name)
    except AppStreamError as error:
        if error.code != NOT_FOUND:
            raise


def list_associated_fleets(client: Any, name: str) -> list[str]:
    """Return the names of the fleets associated with a stack, at most one as far as is known. Raises AppStreamError."""
    found = call_pages(client, "list_associated_fleets", f"the fleets of {_about(name)}", "Names", StackName=name)
    return sorted(str(fleet) for fleet in found)


def with_fleets(client: Any, stack: dict[str, Any]) -> dict[str, Any]:
    """Return a stack with the names of its fleets under ``fleets``. Raises AppStreamError."""
    return {**stack, "fleets": list_associated_fleets(client, stack["name"])}


def associate_fleet(client: Any, name: str, fleet: str) -> None:
    """Associate a fleet with a stack, both of which have just been created or read.

    That they are associated already is no error. Raises AppStreamError.
    """
    about = f"stack {name} and fleet {fleet}"
    try:
        call_known(client, "associate_fleet", about, StackName=name, FleetName=fleet)
    except AppStreamError as error:
        # The answer to a call that was repeated got lost, or somebody else was faster.
        if error.is_retryable or fleet not in list_associated_fleets(client, name):
            raise


def disassociate_fleet(client: Any, name: str, fleet: str) -> None:
    """Take a fleet off a stack; that it is off already is no error.

    Raises AppStreamError, which says what to do when the fleet is in use.
    """
    about = f"stack {name} and fleet {fleet}"
    try:
        call(client, "disassociate_fleet", about, StackName=name, FleetName=fleet)
    except AppStreamError as error:
        if error.code == IN_USE:
            error.remedy = (
                "Wait until the users' streaming sessions of this stack have ended, or end them (aws appstream "
                "expire-session), then run again."
            )
        if error.is_retryable or error.code == IN_USE or fleet in list_associated_fleets(client, name):
            raise
