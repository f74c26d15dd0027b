# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Shows how an image gets on while module image_import waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import states
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image import derived as made_images
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_import.resource import (
    AGAIN,
    GOAL_OPTIONS,
    about,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._retries_once import RetriesOnce
from ansible_collections.euc.appstream.plugins.plugin_utils._wait_with_progress import Decision


class ActionModule(RetriesOnce):
    """Runs euc.appstream.image_import and waits on the controller."""

    module_name = "euc.appstream.image_import"
    info_module_name = "euc.appstream.image_info"
    result_key = made_images.RESULT_KEY
    goal_options = GOAL_OPTIONS
    wanted = "AVAILABLE"
    last_actions = frozenset({states.CREATE})

    def decision(self, options: Mapping[str, Any]) -> Decision:
        """Return what image states mean for an import."""
        return Decision(
            next_step=lambda image: states.made_image_step(image, retry=self.may_retry(options)),
            failure_reason=lambda image: made_images.failure_reason(image, about(options["name"]), AGAIN),
        )
