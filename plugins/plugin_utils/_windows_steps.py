# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Sets up the Windows of an image builder, all but updates.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible_collections.euc.appstream.plugins.plugin_utils._capture_preflight import is_appstream_service
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import (
    DEFAULT_HIVE,
    LOADED_HIVE,
    RunModule,
    require_success,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_settings import policy_path

_INTERNATIONAL = r"Control Panel\International"


@dataclass
class Outcome:
    """What was changed, or would be in check mode, and whether that asks for a reboot."""

    lines: list[str] = field(default_factory=list)
    reboot_required: bool = False


def set_up(options: Mapping[str, Any], run_module: RunModule, outcome: Outcome) -> None:
    """Bring Windows to the options of module windows_settings, which were checked. Raises AnsibleActionFail."""
    services = options["services"]
    if services:
        _refuse_services(services, run_module)

    def run(module: str, arguments: Mapping[str, Any], what: str) -> Mapping[str, Any]:
        given = {name: value for name, value in arguments.items() if value is not None}
        result = require_success(run_module(f"ansible.windows.{module}", given), f"cannot set {what}")
        if result.get("changed"):
            outcome.lines.append(what)
        outcome.reboot_required |= bool(result.get("reboot_required") or result.get("restart_required"))
        return result

    if options["environment"]:
        arguments = {"level": "machine", "variables": options["environment"]}
        run("win_environment", arguments, f"environment variables {', '.join(options['environment'])}")
    for policy in options["registry_policies"]:
        path = policy_path(policy["path"])
        run("win_regedit", {**policy, "path": path}, rf"policy {path}\{policy['name']}")
    for service in services:
        run("win_service", service, f"service {service['name']}")
    if options["time_zone"]:
        zone = run("win_timezone", {"timezone": options["time_zone"]}, f"time zone {options['time_zone']}")
        # AWS asks for a reboot after it.
        outcome.reboot_required |= bool(zone.get("changed"))
    regional = {name: value for name, value in (options["regional_settings"] or {}).items() if value is not None}
    if regional:
        _let_account_differ(regional, run_module)
        arguments = {
            "format": regional.get("format"),
            "location": regional.get("location"),
            "unicode_language": regional.get("system_locale"),
            "copy_settings": True,
        }
        run("win_region", arguments, "regional settings")
    for module, kind in (("win_feature", "features"), ("win_optional_feature", "optional_features")):
        for feature in options[kind]:
            run(module, feature, f"{kind.replace('_', ' ')} {', '.join(feature['name'])}")


def _refuse_services(wanted: Sequence[Mapping[str, Any]], run_module: RunModule) -> None:
    """Refuse services that are not there or belong to AppStream. AWS names none: where their programs lie tells."""
    result = run_module("ansible.windows.win_service_info", {}, read_only=True)
    services = require_success(result, "cannot read the services")["services"]
    known = {
        str(name).casefold(): service
        for service in services
        for name in (service.get("display_name"), service["name"])
        if name
    }
    names = [str(service["name"]) for service in wanted]
    missing = [name for name in names if name.casefold() not in known]
    if missing:
        raise AnsibleActionFail(
            f"There is no service {', '.join(missing)} on the image builder; what an application brings is set "
            "by services of that application."
        )
    own = [name for name in names if is_appstream_service(str(known[name.casefold()].get("path") or ""))]
    if own:
        raise AnsibleActionFail(f"These services belong to AppStream and must be left alone: {', '.join(own)}.")


def regional_values(regional: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Where Windows keeps the regional settings of a user: key, name, wanted value, and another than that."""
    culture, location = regional.get("format"), regional.get("location")
    if culture is not None:
        yield _INTERNATIONAL, "LocaleName", culture, "en-GB" if culture.lower() == "en-us" else "en-US"
    if location is not None:
        yield rf"{_INTERNATIONAL}\Geo", "Nation", str(location), "242" if int(location) == 244 else "244"


def _let_account_differ(regional: Mapping[str, Any], run_module: RunModule) -> None:
    """Let the connected account have other settings where new users have others than wanted.

    win_region hands on to new users only what it changes for its own account, which may have these settings already.
    """
    for key, name, data, other in regional_values(regional):
        arguments = {"path": rf"{LOADED_HIVE}\{key}", "name": name, "data": data, "hive": DEFAULT_HIVE}
        looked = run_module("ansible.windows.win_regedit", arguments, predict=True)
        if require_success(looked, "cannot read the regional settings of new users")["changed"]:
            result = run_module("ansible.windows.win_regedit", {"path": rf"HKCU:\{key}", "name": name, "data": other})
            require_success(result, "cannot set the regional settings of the account")
