# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Scripts run by win_powershell on a machine, and what comes of it."""

from __future__ import annotations

from typing import Any

from simulated_machine import World


def run(world: World, script: str, parameters: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """The result of win_powershell."""
    check_mode = options.pop("check_mode", False)
    arguments = {"script": script, **({"parameters": parameters} if parameters else {}), **options}
    return world.module("win_powershell", arguments, check_mode=check_mode)


def output(world: World, script: str, parameters: dict[str, Any] | None = None, **options: Any) -> list[Any]:
    """What a script outputs that does not fail, writes no error, and is all in the subset."""
    result = run(world, script, parameters, **options)
    assert not result.get("failed"), result
    assert result["error"] == []
    found: list[Any] = result["output"]
    return found


def errors(result: dict[str, Any]) -> list[str]:
    """The messages of a result's errors."""
    return [error["exception"]["message"] for error in result["error"]]
