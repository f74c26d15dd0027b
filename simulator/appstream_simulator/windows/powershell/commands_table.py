# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which cmdlets there are, and the aliases that Windows PowerShell has for them."""

from __future__ import annotations

from . import winrm_items
from .cmdlets import app_packages, content, items, json_texts, local_groups, objects, properties, system
from .parameters import Cmdlet

_CMDLETS: dict[str, Cmdlet] = {
    cmdlet.name.lower(): cmdlet
    for cmdlet in (
        *objects.CMDLETS,
        *json_texts.CMDLETS,
        *items.CMDLETS,
        *properties.CMDLETS,
        *content.CMDLETS,
        *system.CMDLETS,
        *app_packages.CMDLETS,
        *local_groups.CMDLETS,
        *winrm_items.CMDLETS,
    )
}
_ALIASES = {
    "%": "foreach-object",
    "foreach": "foreach-object",
    "?": "where-object",
    "where": "where-object",
    "select": "select-object",
    "sort": "sort-object",
    "measure": "measure-object",
    "group": "group-object",
    "echo": "write-output",
    "write": "write-output",
    "gi": "get-item",
    "gci": "get-childitem",
    "dir": "get-childitem",
    "ls": "get-childitem",
    "gp": "get-itemproperty",
    "gpv": "get-itempropertyvalue",
    "sp": "set-itemproperty",
    "rp": "remove-itemproperty",
    "ni": "new-item",
    "ri": "remove-item",
    "rm": "remove-item",
    "del": "remove-item",
    "rd": "remove-item",
    "rmdir": "remove-item",
    "erase": "remove-item",
    "cp": "copy-item",
    "copy": "copy-item",
    "cpi": "copy-item",
    "mv": "move-item",
    "move": "move-item",
    "mi": "move-item",
    "ren": "rename-item",
    "rni": "rename-item",
    "gc": "get-content",
    "cat": "get-content",
    "type": "get-content",
    "sc": "set-content",
    "ac": "add-content",
    "sleep": "start-sleep",
    "ps": "get-process",
    "gps": "get-process",
    "gsv": "get-service",
    "sasv": "start-service",
    "spsv": "stop-service",
    "rvpa": "resolve-path",
}
NAMES = tuple(sorted(cmdlet.name for cmdlet in _CMDLETS.values()))


def cmdlet_named(name: str) -> Cmdlet | None:
    """The cmdlet of this name or alias, None when the simulator has none."""
    low = name.lower().rpartition("\\")[2] if name.lower().startswith("microsoft.powershell.") else name.lower()
    return _CMDLETS.get(_ALIASES.get(low, low))
