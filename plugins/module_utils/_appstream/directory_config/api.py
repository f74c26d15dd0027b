# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Directory configs, the Active Directory domains image builders can join: one function per API operation."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..core.aws import to_ansible_dict
from ..core.calls import IN_USE, NOT_FOUND, call, call_known, call_pages
from ..core.errors import AppStreamError
from ..fleet.api import describe_fleets
from ..image_builder.api import describe_image_builders


def _about(name: str) -> str:
    return f"directory config {name}"


def _plain(config: dict[str, Any]) -> dict[str, Any]:
    """Return a directory config in snake_case form, of the credentials only the account's name."""
    credentials = config.get("ServiceAccountCredentials") or {}
    rest = {key: value for key, value in config.items() if key != "ServiceAccountCredentials"}
    return {**to_ansible_dict(rest), "account_name": credentials.get("AccountName")}


def describe_directory_configs(client: Any) -> list[dict[str, Any]]:
    """Return all directory configs of the Region. Their passwords are never in the answer. Raises AppStreamError."""
    found = call_pages(client, "describe_directory_configs", "all directory configs", "DirectoryConfigs")
    return [_plain(config) for config in found]


def describe_directory_config(client: Any, name: str) -> dict[str, Any] | None:
    """Return the directory config of a domain, None when there is none.

    All are read, because domain names compare without regard to case and the service may not do so.
    """
    return next((one for one in describe_directory_configs(client) if is_named(one, name)), None)


def is_named(config: dict[str, Any], name: str) -> bool:
    """Say whether a directory config is that of a domain."""
    return str(config["directory_name"]).lower() == name.lower()


def create_directory_config(client: Any, name: str, request: dict[str, Any]) -> dict[str, Any]:
    """Create a directory config from CreateDirectoryConfig parameters. Raises AppStreamError."""
    answer = call(client, "create_directory_config", _about(name), DirectoryName=name, **request)
    return _plain(answer["DirectoryConfig"])


def update_directory_config(client: Any, name: str, changes: dict[str, Any], lost: Collection[str]) -> dict[str, Any]:
    """Change a directory config that has just been read; ``lost`` are the organizational units it will no longer have.

    Raises AppStreamError, which says what uses those units when that is the reason.
    """
    try:
        answer = call_known(client, "update_directory_config", _about(name), DirectoryName=name, **changes)
    except AppStreamError as error:
        if error.code != IN_USE or not lost:
            raise
        raise _in_use(client, name, lost, error) from error
    return _plain(answer["DirectoryConfig"])


def delete_directory_config(client: Any, name: str) -> None:
    """Delete a directory config; one that is gone already is no error.

    Raises AppStreamError, which says what uses the directory config when that is the reason.
    """
    try:
        call(client, "delete_directory_config", _about(name), DirectoryName=name)
    except AppStreamError as error:
        if error.code == NOT_FOUND:
            return
        if error.code != IN_USE:
            raise
        raise _in_use(client, name, None, error) from error


def _in_use(client: Any, name: str, units: Collection[str] | None, error: AppStreamError) -> AppStreamError:
    """Return the error that names what uses a directory config, or some of its organizational units."""
    users = users_of(client, name, units)
    named = [f"{kind.replace('_', ' ')} {', '.join(names)}" for kind, names in users.items() if names]
    what = f"lose {'; '.join(units)}" if units else "be deleted"
    by = " and by ".join(named) or "an image builder or a fleet"
    return AppStreamError(
        f"Directory config {name} cannot {what}, that is still used by {by}",
        cause=error.cause,
        remedy="Delete the image builders, and delete the fleets or give them another domain or organizational unit, "
        "then run again.",
        result={"used_by": users},
    )


def users_of(client: Any, name: str, units: Collection[str] | None = None) -> dict[str, list[str]]:
    """Return the names of the ``image_builders`` and ``fleets`` that join a domain, in one of the units where given.

    It only adds to an error message, so what cannot be read is left out.
    """
    return {
        "image_builders": _joined(describe_image_builders, client, name, units),
        "fleets": _joined(describe_fleets, client, name, units),
    }


def _joined(describe: Any, client: Any, name: str, units: Collection[str] | None) -> list[str]:
    try:
        found = describe(client)
    except AppStreamError:
        return []
    return sorted(one["name"] for one in found if _joins(one.get("domain_join_info") or {}, name, units))


def _joins(join: dict[str, Any], name: str, units: Collection[str] | None) -> bool:
    if str(join.get("directory_name", "")).lower() != name.lower():
        return False
    unit = str(join.get("organizational_unit_distinguished_name", "")).lower()
    return units is None or unit in {one.lower() for one in units}
