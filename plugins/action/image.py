# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Shows how an image gets on while module image waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.states import state_of
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image.resource import Appearance, Image
from ansible_collections.euc.appstream.plugins.modules.image import ARGUMENT_SPEC
from ansible_collections.euc.appstream.plugins.plugin_utils._wait_with_progress import (
    Decision,
    ModuleFailed,
    WaitWithProgress,
)


class ActionModule(WaitWithProgress):
    """Runs euc.appstream.image and waits on the controller."""

    module_name = "euc.appstream.image"
    info_module_name = "euc.appstream.image_info"
    result_key = Image.result_key
    goal_options = {
        name: ARGUMENT_SPEC[name]
        for name in ("name", "state", "image_builder_name", "appear_timeout", "wait", "wait_timeout", "wait_delay")
    }

    def decision(self, options: Mapping[str, Any]) -> Decision:
        """Return what image states mean for the wanted state."""
        appearance = Appearance(options, lambda: self._builder_state(str(options["image_builder_name"])))
        return Decision(next_step=appearance.next_step, failure_reason=appearance.failure_reason)

    def _builder_state(self, name: str) -> str | None:
        try:
            found = self.read_info("euc.appstream.image_builder_info", {"names": [name], "include_tags": False})
        except ModuleFailed:
            return None
        return state_of(next(iter(found["image_builders"]), None))
