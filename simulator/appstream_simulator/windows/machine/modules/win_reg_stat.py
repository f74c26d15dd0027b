# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_reg_stat."""

from __future__ import annotations

import re
from typing import Any

from .. import environment
from ..registry import RegistryValue
from .task import Option, Task

OPTIONS = {"path": Option(aliases=("key",)), "name": Option(aliases=("entry", "value"))}

_TYPES = {
    "Binary": "REG_BINARY",
    "String": "REG_SZ",
    "DWord": "REG_DWORD",
    "QWord": "REG_QWORD",
    "MultiString": "REG_MULTI_SZ",
    "ExpandString": "REG_EXPAND_SZ",
    "None": "REG_NONE",
}


def run(task: Task) -> dict[str, Any]:
    """What is known about a registry key, or about one value of it."""
    options = task.options(OPTIONS)
    path, name = options["path"], options["name"]
    if not re.match(r"HK(CC|CR|CU|LM|U):\\", path, re.IGNORECASE):
        task.fail(f"path: {path} is not a valid registry path, see module documentation for examples.", changed=False)
    registry = task.disk.registry
    if not registry.has_key(path):
        return {"exists": False}
    if name is None:
        properties = {key: _property(task, value) for key, value in registry.values(path).items()}
        return {"exists": True, "properties": properties, "sub_keys": registry.key_names(path)}
    value = registry.get(path, name)
    return {"exists": True, **_property(task, value)} if value else {"exists": False}


def _property(task: Task, value: RegistryValue) -> dict[str, Any]:
    data: Any = list(value.data) if isinstance(value.data, bytes) else value.data
    raw: Any = [f"0x{byte:02x}" for byte in value.data] if isinstance(value.data, bytes) else value.data
    if value.kind == "ExpandString":
        data = environment.expand(str(value.data), task.variables)
    return {"type": _TYPES[value.kind], "value": data, "raw_value": raw}
