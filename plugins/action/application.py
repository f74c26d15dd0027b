# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.converge import converge, failed
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.plan import Circumstances, plan_one
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.run import Run
from ansible_collections.euc.appstream.plugins.plugin_utils._applications.specification import (
    ARGUMENT_SPEC,
    SETTINGS,
    with_defaults,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._aws_action import CONNECTION_SPEC
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.failures import current_failure
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_job import Host


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Brings one application to its desired state, over the host's own connection."""

    _requires_connection = True
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Install or remove the application."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        _validated, options = self.validate_argument_spec(argument_spec={**ARGUMENT_SPEC, **CONNECTION_SPEC})
        application = with_defaults({name: options[name] for name in options if name not in SETTINGS})
        settings = {**options, "search_path": variables.get("ansible_search_path") or []}
        circumstances = Circumstances(options["credentials"], options["directory"], settings["search_path"])
        entry, problems = plan_one(application, circumstances)
        if problems:
            text = " ".join(f"{problem}." for problem in problems)
            raise AnsibleActionFail(f"Application {application['name']}: {text}")
        run = Run(Host(self, variables), entry, application, settings)
        if options["failed"]:
            return {**result, **self._failed(run, variables)}
        return {**result, **converge(run, check_mode=bool(self._task.check_mode))}

    def _failed(self, run: Run, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The result of an application whose role has failed."""
        failure = current_failure(variables, self._templar)
        run.step, run.changed = " : ".join(filter(None, (failure.role, failure.task))), True
        said = {"msg": failure.message, "stdout": failure.stdout, "stderr": failure.stderr}
        return failed(run, run.settings["found"] or {}, said)
