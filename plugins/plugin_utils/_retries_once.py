# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Waits for what a module makes, and makes it anew once when a former try has failed.

For this collection only; may change at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.states import CREATE
from ansible_collections.euc.appstream.plugins.plugin_utils._wait_with_progress import WaitWithProgress


class RetriesOnce(WaitWithProgress):
    """Base of the action plugins of modules with the option ``retry_failed``.

    What fails that this task has begun itself is not begun once more: the option counts until then only.
    """

    has_created = False

    def may_retry(self, options: Mapping[str, Any]) -> bool:
        """Say whether what has failed is to be begun anew."""
        return bool(options["retry_failed"]) and not self.has_created

    def run_module(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Run a module and remember whether it has begun something."""
        if name == self.module_name and self.has_created:
            arguments = {**arguments, "retry_failed": False}
        result = super().run_module(name, arguments)
        if name == self.module_name and CREATE in result.get("actions", []):
            self.has_created = True
        return result
