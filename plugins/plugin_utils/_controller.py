# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs a module on the controller from an action plugin whose task host is a Windows machine.

Neither the task host's variables (connection, shell, become, interpreter) nor what the inventory says of localhost
plays a part.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import action_loader, connection_loader


def run_on_controller(
    action: ActionBase, task_vars: Mapping[str, Any], module: str, arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """Result of a read-only module, run by the Python that runs Ansible.

    ``module`` is a full name without an action plugin of its own. The task's ``environment`` reaches the module, as it
    would a task delegated to localhost. Runs in check mode too: meant for modules that only read.
    """
    play_context = _local_play_context(action)
    connection = connection_loader.get("ansible.builtin.local", play_context, new_stdin=None)
    connection.set_options(var_options={})
    connection._shell.set_options(var_options={})
    normal = action_loader.get(
        "ansible.builtin.normal",
        task=_local_task(action, module, arguments),
        connection=connection,
        play_context=play_context,
        loader=action._loader,
        templar=action._templar,
        shared_loader_obj=action._shared_loader_obj,
    )
    interpreter = task_vars.get("ansible_playbook_python", sys.executable)
    result: dict[str, Any] = normal.run(task_vars={"ansible_python_interpreter": interpreter, "ansible_facts": {}})
    return result


def _local_task(action: ActionBase, module: str, arguments: Mapping[str, Any]) -> Any:
    task = action._task.copy()
    task.action = module
    task.args = dict(arguments)
    task.delegate_to = None
    task.become = False
    task.check_mode = False
    task.async_val = 0
    return task


def _local_play_context(action: ActionBase) -> Any:
    """The play context without the shell and become settings of the Windows host."""
    play_context = action._play_context.copy()
    play_context.connection = "local"
    play_context.remote_addr = "localhost"
    play_context.shell = "sh"
    play_context.executable = constants.DEFAULT_EXECUTABLE
    play_context.become = False
    play_context.check_mode = False
    return play_context
