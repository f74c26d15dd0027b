# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Shows how a managed image update gets on while module image_update waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import states
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.waits import Resource
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_update.resource import ImageUpdate
from ansible_collections.euc.appstream.plugins.modules.image_update import ARGUMENT_SPEC
from ansible_collections.euc.appstream.plugins.plugin_utils._retries_once import RetriesOnce
from ansible_collections.euc.appstream.plugins.plugin_utils._wait_with_progress import Decision


class ActionModule(RetriesOnce):
    """Runs euc.appstream.image_update and waits on the controller."""

    module_name = "euc.appstream.image_update"
    info_module_name = "euc.appstream.image_info"
    result_key = ImageUpdate.result_key
    goal_options = {
        name: ARGUMENT_SPEC[name] for name in ("new_name", "retry_failed", "wait", "wait_timeout", "wait_delay")
    }
    wanted = "AVAILABLE"
    last_actions = frozenset({states.CREATE})
    update_available = True

    def decision(self, options: Mapping[str, Any]) -> Decision:
        """Return what image states mean for an update."""

        def next_step(image: Resource) -> str:
            if not self.update_available:
                return states.DONE
            return states.made_image_step(image, retry=self.may_retry(options))

        kind: Any = ImageUpdate
        return Decision(next_step=next_step, failure_reason=kind(options, None).failure_reason)

    def resource_name(self, options: Mapping[str, Any]) -> str:
        """Return the name of the new image."""
        return str(options["new_name"])

    def run_module(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Run a module and remember whether there is anything to wait for."""
        result = super().run_module(name, arguments)
        if name == self.module_name:
            self.update_available = bool(result.get("update_available", True))
        return result
