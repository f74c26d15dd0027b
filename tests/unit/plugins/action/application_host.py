# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A Windows host for the tasks that install applications, and such a task run on it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.action import application
from ansible_collections.euc.appstream.plugins.plugin_utils import _windows_job as host

SHA = "a" * 64
URL = "https://downloads.example.com/viewer.msi"
FOLDER = "C:\\Windows\\Temp\\euc.appstream\\viewer"
PRODUCT = "{BE7C4A00-0000-4000-8000-000000000001}"
UNINSTALL = f"HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{PRODUCT}"
RECORD = "HKLM:\\SOFTWARE\\euc.appstream\\Applications\\viewer"
JOB = "C:\\Users\\a\\.ansible_async\\1.2"
MSI = {"source": URL, "checksum": f"sha256:{SHA}", "product_id": PRODUCT}
SECRET = "S3CR3T-SERIAL"


class Windows:
    """A host that has some registry keys and files, and whose installers end as they are told to."""

    def __init__(self, *, after: dict[str, Any] | None = None, **before: Any) -> None:
        self.keys: dict[str, dict[str, Any]] = dict(before)
        self.after = after or {}
        self.calls: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
        self.answers: dict[str, list[Any]] = {}
        self.results: list[dict[str, Any]] = []

    def run(self, action: Any, variables: Any, module: str, arguments: Any, **options: Any) -> dict[str, Any]:
        name = module.rpartition(".")[2]
        self.calls.append((name, dict(arguments), options))
        if options.get("time_limit"):
            answer = self.answers[name].pop(0) if self.answers.get(name) else {"changed": True, "rc": 0}
            self.results.append(answer)
            self.keys.update(self.after)
            return {"results_file": JOB, "started": 1, "finished": 0}
        if self.answers.get(name):
            answer = self.answers[name].pop(0)
            if isinstance(answer, Exception):
                raise answer
            return dict(answer)
        if name == "win_powershell":
            return {"output": self._script(arguments["parameters"]), "error": []}
        if name == "win_stat":
            return {"stat": {"exists": True, "checksum": SHA}}
        return {"changed": True, "rc": 0, "stdout": ""}

    def _script(self, parameters: dict[str, Any]) -> list[Any]:
        if "Interval" in parameters:
            return [json.dumps({**self.results[-1], "finished": 1})]
        if parameters.get("Record"):
            recorded = {name: parameters[name] for name in ("Fingerprint", "Settings")}
            self.keys[parameters["Record"]] = {**recorded, "Version": parameters["Described"]}
        keys = [key for key in parameters.get("Key", ()) if key in self.keys]
        found = [{"Kind": "key", "Name": key, "Found": self.keys[key]} for key in keys]
        return [*found, *({"Kind": "file", "Name": path, "Found": False} for path in parameters.get("File", ()))]

    @property
    def modules(self) -> list[str]:
        return [name for name, _arguments, _options in self.calls]

    def arguments(self, name: str) -> dict[str, Any]:
        return next(arguments for module, arguments, _options in self.calls if module == name)


def install(
    make_action: Any,
    monkeypatch: pytest.MonkeyPatch,
    windows: Windows,
    *,
    check_mode: bool = False,
    plugin: Any = application,
    **options: Any,
) -> dict[str, Any]:
    """Run the task on the host; its result."""
    monkeypatch.setattr(host, "run_on_host", windows.run)
    monkeypatch.setattr(host, "_RECONNECT_DELAY", 0)
    action = make_action(plugin.ActionModule, options, check_mode=check_mode)
    result: dict[str, Any] = action.run(task_vars={"inventory_hostname": "box"})
    return result
