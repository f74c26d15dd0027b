# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs ``ansible.windows`` modules on the task's own host, over its own connection.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.plugin_utils._aws_action import keep_lock

DEFAULT_HIVE = r"C:\Users\Default\NTUSER.DAT"
"""The registry of the default profile, of which each new user gets a copy."""
LOADED_HIVE = "HKLM:\\ANSIBLE"
"""Where win_regedit loads a hive, and always unloads it."""

RunModule = Callable[..., Mapping[str, Any]]
"""``run_module(module, arguments, *, read_only=False, predict=False)``: run_on_host bound to an action plugin."""


def run_on_host(
    action: ActionBase,
    task_vars: Mapping[str, Any],
    module: str,
    arguments: Mapping[str, Any],
    *,
    read_only: bool = False,
    predict: bool = False,
    time_limit: int = 0,
    environment: Mapping[str, str] | None = None,
    no_log: bool = False,
) -> dict[str, Any]:
    """Result of a module (or of the action plugin of that name) as it comes, failed or not.

    ``read_only`` runs it in check mode too; a module that doesn't know check mode would be skipped there. ``predict``
    runs it in check mode always: what it would change tells how things are. With a ``time_limit``, seconds, it
    is only started, as an asynchronous job. ``environment`` comes on top of the task's own; with ``no_log`` Windows
    notes the arguments in no log of events. Connection errors are raised, and AnsibleActionFail when another run has
    taken over the build that the task belongs to.
    """
    lost = keep_lock(action, task_vars)
    if lost:
        raise AnsibleActionFail(lost)
    task = action._task.copy()
    task.action = module
    task.args = dict(arguments)
    task.async_val = time_limit
    task.diff = False  # the plugin shows its own; win_copy would fetch every file that it replaces
    if environment:
        task.environment = [*(task.environment or []), dict(environment)]
    if no_log:
        task.no_log = True
    if read_only or predict:
        task.check_mode = predict
    loader = action._shared_loader_obj.action_loader
    plugin = loader.get(
        module if loader.has_plugin(module) else "ansible.builtin.normal",
        task=task,
        connection=action._connection,
        play_context=action._play_context,
        loader=action._loader,
        templar=action._templar,
        shared_loader_obj=action._shared_loader_obj,
    )
    result: dict[str, Any] = plugin.run(task_vars=task_vars)
    return result


def require_success(result: Mapping[str, Any], purpose: str) -> Mapping[str, Any]:
    """The result itself; raises AnsibleActionFail with the purpose and the module's message when it failed."""
    if result.get("failed"):
        raise AnsibleActionFail(f"{purpose}: {result.get('msg') or result.get('module_stdout') or 'no reason given'}")
    return result


def script_errors(result: Mapping[str, Any]) -> str:
    """The messages of a script's errors; ``win_powershell`` gives their records but no ``msg``."""
    messages = (str((error.get("exception") or {}).get("message") or "") for error in result.get("error") or [])
    return "; ".join(filter(None, messages))


def run_script(
    script: str, parameters: Mapping[str, Any], run_module: RunModule, purpose: str, *, read_only: bool = False
) -> list[Any]:
    """The objects a PowerShell script outputs. Its first error ends it.

    Raises AnsibleActionFail with the purpose and that error.
    """
    # Deeper objects would be texts: by default from the third level on, such as a list among the values of a key.
    arguments = {"script": script, "parameters": dict(parameters), "error_action": "stop", "depth": 5}
    result = run_module("ansible.windows.win_powershell", arguments, read_only=read_only)
    errors = script_errors(result)
    if result.get("failed") and errors:
        raise AnsibleActionFail(f"{purpose}: {errors}")
    output: list[Any] = require_success(result, purpose)["output"]
    return output
