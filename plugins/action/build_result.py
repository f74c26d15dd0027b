# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.build_result import LEFT, built, failed, lost
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.failures import RECORD, current_failure

ARGUMENT_SPEC: dict[str, Any] = {
    "host": {"type": "str"},
    "failed": {"type": "bool", "default": False},
}


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core ships no types
    """Puts together what became of an image, from the variables of its host and what Ansible said of its tasks."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        variables = task_vars or {}
        if options["host"]:
            known = self._resolved(variables["hostvars"].raw_get(options["host"]), options["host"])
            return {**result, "changed": False, "image": lost(known, RECORD.get(options["host"]))}
        known = self._resolved(variables, str(variables.get("inventory_hostname")))
        image = failed(known, current_failure(variables, self._templar)) if options["failed"] else built(known)
        return {**result, "changed": False, "image": image}

    def _resolved(self, variables: Mapping[str, Any], host: str) -> dict[str, Any]:
        """What the roles of the build have left as variables of the host; phases as the callback plugin has them."""
        names = (
            "build_image_plan",
            "build_image_phases",
            "build_image_check",
            *LEFT,
            "capture_image_start",
            "install_applications_result",
            "capture_image_result",
            "seal_image_builder_result",
            "ansible_limit",
        )
        templar = self._templar.copy_with_new_env(available_variables=variables)
        known = {name: templar.template(variables[name]) for name in names if name in variables}
        history = RECORD.get(host)
        return {**known, "build_image_phases": history.phases} if history and history.phases else known
