# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs the modules that ask AWS: in the process of the task where that is the controller's, else as Ansible does.

The strategy loads an action plugin's class in Ansible's main process, before it forks a worker for each task. What is
imported here, boto3 and all modules, is thus loaded once.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import connection_option_names
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.progress import Show, showing
from ansible_collections.euc.appstream.plugins.plugin_utils import _build_lock
from ansible_collections.euc.appstream.plugins.plugin_utils._controller import (
    is_for_controller,
    local_surroundings,
    local_variables,
    run_by_ansible,
    run_on_controller,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._in_process import InProcess, Main
from ansible_collections.euc.appstream.plugins.plugin_utils._progress import Progress

try:
    import boto3
except ImportError:
    boto3 = None  # the module's own process says so

_NAMES = (
    "build_lock",
    "directory_config",
    "directory_config_info",
    "fleet",
    "fleet_info",
    "image",
    "image_builder",
    "image_builder_info",
    "image_builder_software",
    "image_builder_software_info",
    "image_builder_streaming_url",
    "image_copy",
    "image_export",
    "image_export_info",
    "image_import",
    "image_info",
    "image_permission",
    "image_permission_info",
    "image_update",
    "leftover",
    "leftover_info",
    "managed_directory",
    "managed_directory_info",
    "preflight",
    "service_probe",
    "stack",
    "stack_info",
)
MODULES: dict[str, Main] = {
    name: importlib.import_module(f"ansible_collections.euc.appstream.plugins.modules.{name}").main for name in _NAMES
}
"""What the modules of this collection that ask AWS run, by their names."""

TIMEOUT_VARIABLE = "appstream_credentials_timeout"
"""Of the playbook: seconds for which modules wait for new credentials."""

CONNECTION_SPEC: dict[str, Any] = {name: {"type": "raw"} for name in connection_option_names()}
"""What every AWS module has (region, profile, ...), for action plugins that pass it on; modules check the values."""


class AwsAction(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Base of the action plugins of these modules, each of which has a file.

    One for all, to which ``plugin_routing`` in meta/runtime.yml redirects actions, would give each module the
    ``module_defaults`` of all others. Named there as ``action_plugin`` of modules it would be loaded by each worker.
    """

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the module."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        if self._task.async_val or not is_for_controller(self, variables):
            return {**result, **run_by_ansible(self, variables)}
        main = MODULES[type(self).__module__.rpartition(".")[2]]
        arguments = with_timeout(self, variables, self._task.args)
        return {**result, **_run(self, variables, main, self._task.action, arguments, read_only=False)}


def ask_aws(
    action: ActionBase,
    task_vars: Mapping[str, Any],
    module: str,
    arguments: Mapping[str, Any],
    *,
    read_only: bool = True,
) -> dict[str, Any]:
    """Return the result, failed or not, of a module on the controller; one that only reads runs in check mode too."""
    name = f"euc.appstream.{module}"
    arguments = with_timeout(action, task_vars, arguments)
    return _run(action, task_vars, MODULES[module], name, arguments, read_only=read_only)


def keep_lock(action: ActionBase, task_vars: Mapping[str, Any]) -> str:
    """Give a sign of life of the build that a task belongs to, if it is time.

    Returns why the build has to end: another run has taken over. Empty when it goes on.
    """
    lock = task_vars.get(_build_lock.VARIABLE)
    if not lock:
        return ""

    def ask(arguments: dict[str, Any]) -> dict[str, Any]:
        account = action._templar.template(task_vars.get("appstream_aws") or {})
        # A sign of life is given by what waits, perhaps for new credentials: it waits for none itself.
        options = {**account, "credentials_timeout": 0, **arguments}
        return ask_aws(action, task_vars, "build_lock", options, read_only=False)

    return _build_lock.keep(lock, ask)


def with_timeout(action: ActionBase, task_vars: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return a module's arguments with the ``credentials_timeout`` of a variable, unless they have one.

    ``appstream_aws`` can't have it: as ``module_defaults`` it reaches the modules of amazon.aws, which don't know it.
    """
    value = task_vars.get(TIMEOUT_VARIABLE)
    given = {} if value is None else {"credentials_timeout": action._templar.template(value)}
    return {**given, **arguments}


def connection_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of an action plugin's options that are in ``CONNECTION_SPEC`` and set."""
    return {name: options[name] for name in CONNECTION_SPEC if options.get(name) is not None}


def _run(
    action: ActionBase,
    task_vars: Mapping[str, Any],
    main: Main,
    module: str,
    arguments: Mapping[str, Any],
    *,
    read_only: bool,
) -> dict[str, Any]:
    here = InProcess(main, **local_surroundings(action, module, arguments, read_only=read_only))
    if boto3 is None or not here.is_possible():
        return run_on_controller(action, task_vars, module, arguments, read_only=read_only)
    if not boolean(arguments.get("wait", True), strict=False):
        return here.run(task_vars=local_variables(task_vars))
    with showing(_on_screen(action, task_vars)):
        return here.run(task_vars=local_variables(task_vars))


def _on_screen(action: ActionBase, task_vars: Mapping[str, Any]) -> Show:
    """Return what shows how the resources that a module waits for get on, and keeps the lock of their build.

    It ends the wait when Ansible itself has been killed, as AWX does with jobs that are cancelled: nobody would hear of
    what is done from then on.
    """
    screen, ansible = sys.stdout, os.getppid()
    lines: dict[str, Progress] = {}

    def show(name: str, text: str, elapsed: float, is_new: bool) -> None:
        if os.getppid() != ansible:
            raise KeyboardInterrupt
        with redirect_stdout(screen):
            lines.setdefault(name, Progress(name)).show(text, elapsed, changed=is_new)
            lost = keep_lock(action, task_vars)
        if lost:
            raise AppStreamError(lost)

    return show
