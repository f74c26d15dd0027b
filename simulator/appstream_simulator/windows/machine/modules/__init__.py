# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Stand-ins for the Windows modules Ansible ships: same options, same changes to the machine, same results.

Each file stands for the module of its name, in ansible.windows unless `OTHER_STAND_INS` names another collection, and
was written from that module's source. A module that has no stand-in fails, naming itself, and is journalled as
`unhandled`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from appstream_simulator.windows.protocol.host import ModuleCall

from ..disk import DiskFullError
from ..shares import ShareError
from .task import ModuleFailure, Task

if TYPE_CHECKING:
    from ..machine import Machine

Handler = Callable[[Task], dict[str, Any]]

STAND_INS = (
    "setup",
    "slurp",
    "win_acl",
    "win_acl_inheritance",
    "win_audit_policy_system",
    "win_certificate_info",
    "win_certificate_store",
    "win_command",
    "win_copy",
    "win_environment",
    "win_feature",
    "win_feature_info",
    "win_file",
    "win_find",
    "win_firewall",
    "win_get_url",
    "win_group",
    "win_group_membership",
    "win_hotfix",
    "win_optional_feature",
    "win_owner",
    "win_package",
    "win_path",
    "win_ping",
    "win_powershell",
    "win_product_facts",
    "win_reboot_info",
    "win_reg_stat",
    "win_regedit",
    "win_region",
    "win_service",
    "win_service_info",
    "win_shell",
    "win_stat",
    "win_tempfile",
    "win_timezone",
    "win_updates",
    "win_uri",
    "win_user",
    "win_user_profile",
    "win_user_right",
    "win_wait_for",
    "win_whoami",
)

# Modules of other collections, by their full names.
OTHER_STAND_INS = (
    "chocolatey.chocolatey.win_chocolatey",
    "chocolatey.chocolatey.win_chocolatey_config",
    "chocolatey.chocolatey.win_chocolatey_facts",
    "chocolatey.chocolatey.win_chocolatey_feature",
    "chocolatey.chocolatey.win_chocolatey_source",
    "community.windows.win_disk_image",
    "community.windows.win_file_version",
    "community.windows.win_firewall_rule",
    "community.windows.win_lineinfile",
    "community.windows.win_nssm",
    "community.windows.win_power_plan",
    "community.windows.win_psmodule",
    "community.windows.win_scheduled_task",
    "community.windows.win_scheduled_task_stat",
    "community.windows.win_security_policy",
    "community.windows.win_shortcut",
    "community.windows.win_unzip",
)

HANDLERS: dict[str, Handler] = {
    name: importlib.import_module(f"{__name__}.{name.rpartition('.')[2]}").run
    for name in (*(f"ansible.windows.{stand_in}" for stand_in in STAND_INS), *OTHER_STAND_INS)
}

# Modules whose specification says that they do not support check mode.
WITHOUT_CHECK_MODE = frozenset({"ansible.windows.win_command", "ansible.windows.win_shell"})


def run(machine: Machine, call: ModuleCall) -> dict[str, Any]:
    """Run a module; a failure is a result with `failed` and `msg`."""
    handler = HANDLERS.get(call.name) or HANDLERS.get(_in_the_other_collection(call.name))
    if handler is None:
        machine.record("unhandled", what="module", text=call.name)
        return {"failed": True, "msg": f"appstream-simulator: the module {call.name} is not simulated"}
    if call.check_mode and call.name in WITHOUT_CHECK_MODE:
        return {"skipped": True, "msg": f"remote module ({call.name.rpartition('.')[2]}) does not support check mode"}
    task = Task(machine, call)
    try:
        result = handler(task)
    except ModuleFailure as failure:
        result = {**failure.fields, "failed": True, "msg": str(failure)}
    except (PermissionError, ShareError, DiskFullError) as error:
        # Windows refuses something that the module does not reckon with, such as reading a loaded registry hive.
        result = {"failed": True, "msg": f"Unhandled exception while executing module: {error}"}
    if task.warnings:
        result["warnings"] = task.warnings
    return {"changed": False, **result}


def _in_the_other_collection(name: str) -> str:
    """The name of a module in the other of the two collections, between which releases move modules."""
    collection, _dot, module = name.rpartition(".")
    other = {"ansible.windows": "community.windows", "community.windows": "ansible.windows"}.get(collection, collection)
    return f"{other}.{module}"
