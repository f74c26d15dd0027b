# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Fleets: one function per API operation, taking a client and plain values, giving snake_case dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..core.aws import to_ansible_dict
from ..core.calls import CHANGED_STATE_CODES, IN_USE, NOT_FOUND, call, call_known, call_named, call_pages
from ..core.errors import AppStreamError
from ..core.retries import MUTATION_CODES

# Starting a fleet that has been started, and stopping one that has been stopped, may be answered with any of these.
OVERTAKEN_CODES = CHANGED_STATE_CODES | MUTATION_CODES | {IN_USE}


def _about(name: str) -> str:
    return f"fleet {name}"


def describe_fleets(client: Any, names: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Return fleets by name, all of them without names; names that don't exist are left out. Raises AppStreamError."""
    found = call_named(client, "describe_fleets", "fleet", "Fleets", names)
    return [to_ansible_dict(fleet) for fleet in found]


def describe_fleet(client: Any, name: str) -> dict[str, Any] | None:
    """Return one fleet, None when there is none of that name. Raises AppStreamError."""
    return next((fleet for fleet in describe_fleets(client, [name]) if fleet["name"] == name), None)


def list_associated_stacks(client: Any, name: str) -> list[str]:
    """Return the names of the stacks a fleet is associated with. Raises AppStreamError."""
    found: list[Any] = call_pages(client, "list_associated_stacks", _about(name), "Names", FleetName=name)
    return sorted(map(str, found))


def with_stacks(client: Any, fleet: dict[str, Any]) -> dict[str, Any]:
    """Return a fleet with the names of its stacks under ``stacks``; none when it vanished in between."""
    try:
        return {**fleet, "stacks": list_associated_stacks(client, fleet["name"])}
    except AppStreamError as error:
        if error.code != NOT_FOUND:
            raise
        return {**fleet, "stacks": []}


def create_fleet(
    client: Any, name: str, request: dict[str, Any], are_references_there: Callable[[], bool]
) -> dict[str, Any]:
    """Create a fleet, which is STOPPED then, from CreateFleet parameters. Raises AppStreamError.

    ``are_references_there`` says whether all that the parameters name, such as the image, can be read: that something
    of it is "not found" passes by itself then, and is tried again.
    """
    return _write(client, "create_fleet", name, request, are_references_there)


def update_fleet(
    client: Any, name: str, changes: dict[str, Any], are_references_there: Callable[[], bool]
) -> dict[str, Any]:
    """Change a fleet that has just been read by UpdateFleet parameters; as ``create_fleet``. Raises AppStreamError."""
    return _write(client, "update_fleet", name, changes, are_references_there)


def _write(
    client: Any, operation: str, name: str, parameters: dict[str, Any], are_references_there: Callable[[], bool]
) -> dict[str, Any]:
    try:
        answer = call(client, operation, _about(name), Name=name, **parameters)
    except AppStreamError as error:
        if error.code != NOT_FOUND or not are_references_there():
            raise
        answer = call_known(client, operation, _about(name), Name=name, **parameters)
    return to_ansible_dict(answer["Fleet"])


def start_fleet(client: Any, name: str) -> None:
    """Start a stopped fleet that has just been created or read. Raises AppStreamError."""
    call_known(client, "start_fleet", _about(name), Name=name)


def stop_fleet(client: Any, name: str) -> None:
    """Stop a fleet that has just been read, which ends its sessions. Raises AppStreamError."""
    call_known(client, "stop_fleet", _about(name), Name=name)


def delete_fleet(client: Any, name: str) -> None:
    """Delete a stopped fleet that is associated with no stack. Raises AppStreamError."""
    call(client, "delete_fleet", _about(name), Name=name)
