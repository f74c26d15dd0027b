# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Action plugins that run modules, without any module being run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from module_script import Script


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, make_action: Any) -> Callable[..., tuple[dict[str, Any], Script]]:
    """play(plugin module, arguments, runs): the task's result and the script."""

    def run(module: Any, arguments: dict[str, Any], *runs: tuple[str, dict[str, Any]], check_mode: bool = False) -> Any:
        plugin = make_action(module.ActionModule, {"wait_delay": 10, **arguments}, check_mode=check_mode)
        script = Script(monkeypatch, plugin, list(runs))
        result = plugin.run(task_vars={})
        assert script.expected == []
        return result, script

    return run
