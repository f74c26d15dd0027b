# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs of modules as an action plugin sees them, told beforehand."""

from __future__ import annotations

from typing import Any

import pytest


class Script:
    """Runs of modules, in order; notes what was run with which arguments, and what was shown."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, plugin: Any, runs: list[tuple[str, dict[str, Any]]]) -> None:
        self.expected = list(runs)
        self.arguments: list[dict[str, Any]] = []
        self.shown: list[str] = []
        self.shown_verbosely: list[str] = []
        self.now = 0.0
        monkeypatch.setattr(plugin, "_execute_module", self.execute)
        target = "ansible.utils.display.Display"
        monkeypatch.setattr(f"{target}.display", lambda display, line, *more, **options: self.shown.append(line))
        monkeypatch.setattr(f"{target}.v", lambda display, line, **options: self.shown_verbosely.append(line))
        monkeypatch.setattr("time.monotonic", lambda: self.now)
        monkeypatch.setattr("time.sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def execute(self, module_name: str | None = None, module_args: Any = None, **others: Any) -> dict[str, Any]:
        name, result = self.expected.pop(0)
        assert (module_name or "euc.appstream.itself") == f"euc.appstream.{name}"
        self.arguments.append(module_args)
        return dict(result)
