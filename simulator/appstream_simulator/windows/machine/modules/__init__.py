# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Stand-ins for the Windows modules Ansible ships: same options, same changes to the machine, same results.

Each file stands for the module of its name in ansible.windows and was written from that module's source. A module that
has no stand-in fails, naming itself, and is journalled as `unhandled`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from appstream_simulator.windows.protocol.host import ModuleCall

from .task import ModuleFailure, Task

if TYPE_CHECKING:
    from ..machine import Machine

Handler = Callable[[Task], dict[str, Any]]

STAND_INS = (
    "setup",
    "slurp",
    "win_command",
    "win_copy",
    "win_environment",
    "win_file",
    "win_find",
    "win_get_url",
    "win_group_membership",
    "win_package",
    "win_path",
    "win_ping",
    "win_powershell",
    "win_reg_stat",
    "win_regedit",
    "win_service",
    "win_shell",
    "win_stat",
    "win_tempfile",
    "win_user",
    "win_wait_for",
)

HANDLERS: dict[str, Handler] = {
    f"ansible.windows.{name}": importlib.import_module(f"{__name__}.{name}").run for name in STAND_INS
}

# Modules whose specification says that they do not support check mode.
WITHOUT_CHECK_MODE = frozenset({"ansible.windows.win_command", "ansible.windows.win_shell"})


def run(machine: Machine, call: ModuleCall) -> dict[str, Any]:
    """Run a module; a failure is a result with `failed` and `msg`."""
    handler = HANDLERS.get(call.name)
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
    if task.warnings:
        result["warnings"] = task.warnings
    return {"changed": False, **result}
