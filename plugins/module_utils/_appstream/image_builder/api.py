# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Image builders: one function per API operation, taking a client and plain values, giving snake_case dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..core.aws import to_ansible_dict
from ..core.calls import call, call_if_there, call_known, call_named


def _about(name: str) -> str:
    return f"image builder {name}"


def describe_image_builders(client: Any, names: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Return image builders by name, all of them without names; names that don't exist are left out."""
    found = call_named(client, "describe_image_builders", "image builder", "ImageBuilders", names)
    return [to_ansible_dict(builder) for builder in found]


def describe_image_builder(client: Any, name: str) -> dict[str, Any] | None:
    """Return one image builder, None when there is none of that name."""
    return next((builder for builder in describe_image_builders(client, [name]) if builder["name"] == name), None)


def create_image_builder(
    client: Any, request: dict[str, Any], are_references_there: Callable[[], bool]
) -> dict[str, Any]:
    """Create an image builder from CreateImageBuilder parameters. Raises AppStreamError.

    ``are_references_there`` says whether what the parameters name, such as the image, can be read: then that it is "not
    found" passes by itself and is tried again.
    """
    about = _about(request["Name"])
    answer = call_if_there(client, "create_image_builder", about, are_references_there, **request)
    return to_ansible_dict(answer["ImageBuilder"])


def update_image_builder(client: Any, name: str, changes: dict[str, Any]) -> dict[str, Any]:
    """Change a stopped image builder that has just been read, by UpdateImageBuilder parameters.

    Raises AppStreamError.
    """
    answer = call_known(client, "update_image_builder", _about(name), Name=name, **changes)
    return to_ansible_dict(answer["ImageBuilder"])


def start_image_builder(client: Any, name: str, agent_version: str | None = None) -> dict[str, Any]:
    """Start a stopped image builder that has just been read, with a certain agent version when one is given.

    Raises AppStreamError.
    """
    parameters = {"AppstreamAgentVersion": agent_version} if agent_version else {}
    answer = call_known(client, "start_image_builder", _about(name), Name=name, **parameters)
    return to_ansible_dict(answer["ImageBuilder"])


def stop_image_builder(client: Any, name: str) -> dict[str, Any]:
    """Stop a running image builder that has just been read. Raises AppStreamError."""
    return to_ansible_dict(call_known(client, "stop_image_builder", _about(name), Name=name)["ImageBuilder"])


def delete_image_builder(client: Any, name: str) -> dict[str, Any]:
    """Delete a stopped or failed image builder. Raises AppStreamError."""
    return to_ansible_dict(call(client, "delete_image_builder", _about(name), Name=name)["ImageBuilder"])
