# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs modules on the controller, whatever variables say of connection, shell, become and interpreter.

Variables that are meant for Windows hosts reach localhost too, as variables of group ``all`` or as extra variables,
which win over everything that a task can say.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Any

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import action_loader, connection_loader

# What Ansible itself takes from variables for a module, and that doesn't describe a machine.
_OF_NO_MACHINE = (
    "ansible_inject_invocation",
    "ansible_no_target_syslog",
    "ansible_syslog_facility",
    "ansible_target_log_info",
)
# A name or path of a POSIX system: nothing, ``auto`` and so on leave the choice to Ansible.
_OTHER_PYTHON = re.compile(r"(?!auto(_legacy)?(_silent)?$)[^\\:]+$")


class OnController(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Base of the action plugins of modules that need nothing but the controller: runs the module of that name."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the module."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        return {**result, **run_task(self, task_vars or {})}


def run_task(action: ActionBase, task_vars: Mapping[str, Any]) -> dict[str, Any]:
    """Result of the task's module with the task's arguments.

    An asynchronous one is always run as Ansible does it: Ansible itself asks for its end, over the task's connection.
    """
    task = action._task
    if is_on_controller(action, task_vars) and not task.async_val:
        return run_on_controller(action, task_vars, task.action, task.args, read_only=False)
    return run_by_ansible(action, task_vars)


def run_by_ansible(action: ActionBase, task_vars: Mapping[str, Any]) -> dict[str, Any]:
    """Result of the task's module on the task's host, as if there were no action plugin of its name."""
    wrap_async = bool(action._task.async_val) and not action._connection.has_native_async
    result: dict[str, Any] = action._execute_module(task_vars=task_vars, wrap_async=wrap_async)
    return result


def is_on_controller(action: ActionBase, task_vars: Mapping[str, Any]) -> bool:
    """Whether the task's host is the controller, by its name or because it has the Python that runs Ansible."""
    delegate = action._task.delegate_to
    if (delegate or task_vars.get("inventory_hostname")) in constants.LOCALHOST:
        return True
    if action._connection.transport != "local":
        return False
    return _interpreter(action, task_vars) == sys.executable


def is_for_controller(action: ActionBase, task_vars: Mapping[str, Any]) -> bool:
    """Whether a task that needs no host at all runs on the controller, also in a play for Windows hosts.

    So it does on localhost, and on a Windows host unless it is delegated. Where the connection is local, another user
    or another Python that the task asks for counts, as long as it is not meant for a Windows host.
    """
    connection, delegate = action._connection, action._task.delegate_to
    is_named_so = (delegate or task_vars.get("inventory_hostname")) in constants.LOCALHOST
    if connection.transport != "local":
        return is_named_so or (not delegate and _is_windows(connection))
    if _becomes(action, task_vars):
        return False
    interpreter = _interpreter(action, task_vars)
    return interpreter == sys.executable or (is_named_so and not _OTHER_PYTHON.match(interpreter))


def _becomes(action: ActionBase, task_vars: Mapping[str, Any]) -> bool:
    """Whether the task runs as another user; a play for Windows hosts whose ``become`` is theirs may delegate it."""
    become = action._connection.become
    method = str(action._templar.template(task_vars.get("ansible_become_method")) or "").rpartition(".")[2]
    return become is not None and "runas" not in (become.name, method)


def _is_windows(connection: Any) -> bool:
    return connection.transport in ("winrm", "psrp") or getattr(connection._shell, "_IS_WINDOWS", None) is True


def _interpreter(action: ActionBase, task_vars: Mapping[str, Any]) -> str:
    delegate = action._task.delegate_to
    variables = task_vars.get("ansible_delegated_vars", {}).get(delegate, {}) if delegate else task_vars
    return str(action._templar.template(variables.get("ansible_python_interpreter")) or "")


def run_on_controller(
    action: ActionBase,
    task_vars: Mapping[str, Any],
    module: str,
    arguments: Mapping[str, Any],
    *,
    read_only: bool = True,
) -> dict[str, Any]:
    """Result of a module, failed or not, run by the Python that runs Ansible.

    It is the module itself that is run, even if there is an action plugin of its name. The task's ``environment``
    reaches it, as it would a task delegated to localhost. ``read_only`` runs it in check mode too.
    """
    normal = action_loader.get(
        "ansible.builtin.normal", **local_surroundings(action, module, arguments, read_only=read_only)
    )
    try:
        result: dict[str, Any] = normal.run(task_vars=local_variables(task_vars))
    finally:
        # Of a module that was cut off by the task's timeout, its arguments would be left in there.
        normal.cleanup()
    return result


def local_surroundings(
    action: ActionBase, module: str, arguments: Mapping[str, Any], *, read_only: bool
) -> dict[str, Any]:
    """What an action plugin is made from, to run a module on the controller by a task of its own."""
    play_context = _local_play_context(action)
    connection = connection_loader.get("ansible.builtin.local", play_context, new_stdin=None)
    connection.set_options(var_options={})
    connection._shell.set_options(var_options={})
    return {
        "task": _local_task(action, module, arguments, read_only=read_only),
        "connection": connection,
        "play_context": play_context,
        "loader": action._loader,
        "templar": action._templar,
        "shared_loader_obj": action._shared_loader_obj,
    }


def local_variables(task_vars: Mapping[str, Any]) -> dict[str, Any]:
    """The variables that a module run on the controller gets to know of."""
    interpreter = task_vars.get("ansible_playbook_python", sys.executable)
    kept = {name: task_vars[name] for name in _OF_NO_MACHINE if name in task_vars}
    return {**kept, "ansible_python_interpreter": interpreter, "ansible_facts": {}}


def _local_task(action: ActionBase, module: str, arguments: Mapping[str, Any], *, read_only: bool) -> Any:
    task = action._task.copy()
    task.action = module
    task.args = dict(arguments)
    task.delegate_to = None
    task.become = False
    task.async_val = 0
    if read_only:
        task.check_mode = False
    return task


def _local_play_context(action: ActionBase) -> Any:
    """The play context without the shell and become settings of the Windows host."""
    play_context = action._play_context.copy()
    play_context.connection = "local"
    play_context.remote_addr = "localhost"
    play_context.shell = "sh"
    play_context.executable = constants.DEFAULT_EXECUTABLE
    play_context.become = False
    return play_context
