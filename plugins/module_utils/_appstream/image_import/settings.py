# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The settings of an imported image: from module options to CreateImportedImage, and what can be compared of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.settings import Change, Changes, Setting, camel_case, desired_in_camel_case, in_words

_CATALOG = "app_catalog_config"
_COMPARED = ("name", "absolute_app_path", "working_directory", "launch_parameters")


def _not_reported(image: Mapping[str, Any]) -> None:
    """Of what the service does not report, which can't be compared."""


def _agent(image: Mapping[str, Any]) -> str | None:
    is_latest = image.get("latest_appstream_agent_version")
    return {"TRUE": "ALWAYS_LATEST", "FALSE": "CURRENT_LATEST"}.get(str(is_latest))


def _catalog(image: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return an image's applications as the option has them, with what the service reports of them."""
    names = {"launch_path": "absolute_app_path"}
    kept = ("name", "display_name", "launch_path", "working_directory", "launch_parameters")
    applications = image.get("applications") or []
    return [{names.get(key, key): one[key] for key in kept if one.get(key)} for one in applications]


def _comparable(applications: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    return sorted(tuple(str(one.get(option) or "") for option in _COMPARED) for one in applications)


def _catalog_request(change: Change) -> list[dict[str, Any]]:
    return [camel_case({key: value or None for key, value in one.items()}) for one in change.desired]


SETTINGS: tuple[Setting, ...] = (
    Setting("source_ami_id", "SourceAmiId", _not_reported),
    Setting("workspace_image_id", "WorkspaceImageId", _not_reported),
    Setting("iam_role_arn", "IamRoleArn", _not_reported),
    Setting("runtime_validation_config", "RuntimeValidationConfig", _not_reported, to_request=desired_in_camel_case),
    Setting("description", "Description", lambda image: image.get("description") or ""),
    Setting("display_name", "DisplayName", lambda image: image.get("display_name") or ""),
    Setting("agent_software_version", "AgentSoftwareVersion", _agent),
    Setting(_CATALOG, "AppCatalogConfig", _catalog, to_request=_catalog_request, comparable=_comparable),
)


def differences_in_words(found: Changes) -> str:
    """Return differences as text for a warning, without launch parameters: these may be secret."""
    others = in_words({option: change for option, change in found.items() if option != _CATALOG})
    catalog = [_catalog_in_words(found[_CATALOG])] if _CATALOG in found else []
    return "; ".join([*([others] if others else []), *catalog])


def _catalog_in_words(change: Change) -> str:
    current, desired = (
        ", ".join(one["name"] for one in part) or "nothing" for part in (change.current, change.desired)
    )
    return f"{_CATALOG} has {current}, wanted {desired}" if current != desired else f"{_CATALOG} has other settings"
