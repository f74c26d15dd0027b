# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Shows how an image gets on while module image_import waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import states
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_import.resource import ImageImport
from ansible_collections.euc.appstream.plugins.modules.image_import import ARGUMENT_SPEC
from ansible_collections.euc.appstream.plugins.plugin_utils._retries_once import RetriesOnce
from ansible_collections.euc.appstream.plugins.plugin_utils._wait_with_progress import Decision


class ActionModule(RetriesOnce):
    """Runs euc.appstream.image_import and waits on the controller."""

    module_name = "euc.appstream.image_import"
    info_module_name = "euc.appstream.image_info"
    result_key = ImageImport.result_key
    goal_options = {
        name: ARGUMENT_SPEC[name] for name in ("name", "retry_failed", "wait", "wait_timeout", "wait_delay")
    }
    wanted = "AVAILABLE"
    last_actions = frozenset({states.CREATE})

    def decision(self, options: Mapping[str, Any]) -> Decision:
        """Return what image states mean for an import."""
        kind: Any = ImageImport
        return Decision(
            next_step=lambda image: states.made_image_step(image, retry=self.may_retry(options)),
            failure_reason=kind(options, None).failure_reason,
        )
