# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Shows how the deployment gets on while module image_builder_software waits for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import states
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.reconcile import Plan
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import History, Reconciler, Resource
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_builder_software.resource import (
    GOAL_OPTIONS,
    RESULT_KEY,
    WANTED,
    ImageBuilderSoftware,
    with_list,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._wait_with_progress import Decision, WaitWithProgress


def _no_client(service: str, **more: Any) -> Any:
    raise NotImplementedError(service)


class ActionModule(WaitWithProgress):
    """Runs euc.appstream.image_builder_software and waits on the controller."""

    module_name = "euc.appstream.image_builder_software"
    info_module_name = "euc.appstream.image_builder_software_info"
    result_key = RESULT_KEY
    goal_options = GOAL_OPTIONS
    last_actions = frozenset({states.ASSOCIATE, states.DISASSOCIATE, states.DEPLOY})

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the module, and wait for what it began."""
        self._taken: list[str] = []
        return with_list(super().run(tmp, task_vars))

    def run_module(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Run a module; what has failed is retried once in all its runs."""
        if name == self.module_name and states.DEPLOY in self._taken:
            arguments = {**arguments, "retry_failed": False}
        result = super().run_module(name, arguments)
        self._taken += result.get("actions", [])
        return result

    def decision(self, options: Mapping[str, Any]) -> Decision:
        """Return what the image builder's state and its software's statuses mean for the wanted state."""
        self._software = ImageBuilderSoftware(options, _no_client)
        # The same list of actions, which grows with every run of the module.
        history = History(began=0, actions=self._taken)
        return Decision(
            next_step=lambda image_builder: self._software.next_step(image_builder, Plan({}, {}), history),
            failure_reason=self._software.failure_reason,
        )

    def describe(self, resource: Resource) -> str:
        """Return the state, and which of the software is not yet where it should be."""
        return self._software.describe(resource)

    def _goal(self, options: Mapping[str, Any], runs: list[dict[str, Any]]) -> Reconciler:
        return dataclasses.replace(super()._goal(options, runs), wanted=WANTED)

    def _look(self, options: Mapping[str, Any], runs: list[dict[str, Any]]) -> Resource:
        """Read the image builder with its software."""
        found = self.read_info(self.info_module_name, {"name": options["name"]})
        seen: Resource = found[RESULT_KEY]
        return seen
