# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs a module's main() against the simulated AWS."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import retries
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from return_values import return_value_problems
from simulated_account import Simulated


def run_module(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, check_mode: bool, options: dict[str, Any]
) -> dict[str, Any]:
    """What the module prints; waits take no time unless told otherwise."""
    if "wait" in module.ARGUMENT_SPEC:
        options.setdefault("wait_delay", 0)
    printed = io.StringIO()
    monkeypatch.setattr("sys.stdout", printed)
    with patch_module_args({**options, "_ansible_check_mode": check_mode}), pytest.raises(SystemExit):
        module.main()
    result: dict[str, Any] = json.loads(printed.getvalue())
    assert return_value_problems(module.RETURN, result, whole_resources=not check_mode) == []
    return result


@pytest.fixture
def simulated(simulator: Simulated, monkeypatch: pytest.MonkeyPatch) -> Simulated:
    simulator.server.reset()
    monkeypatch.setattr(
        AnsibleAppStreamModule, "client", lambda self, service, **more: simulator.client(service, **more)
    )
    monkeypatch.setattr(retries, "pause_before", lambda attempt: 0)
    return simulator


@pytest.fixture
def run_simulated(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """run_simulated(module, check_mode=False, **options): what the module returns, compared with its RETURN."""

    def run_with_simulator(module: ModuleType, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        return run_module(monkeypatch, module, check_mode, options)

    return run_with_simulator
