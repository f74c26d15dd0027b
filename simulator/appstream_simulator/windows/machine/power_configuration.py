# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""powercfg.exe: the active power plan, its time-outs, hibernation.

Source: Microsoft's "Powercfg command-line options". Anything else is journalled as `unhandled`. The plans are those of
`win_power_plan`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.host import ProcessResult

from .registry import Registry

if TYPE_CHECKING:
    from .processes import Process

KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Power\\User\\PowerSchemes"
ACTIVE = "ActivePowerScheme"
PLANS = {
    "Balanced": "381b4222-f694-41f0-9685-ff5bb260df2e",
    "High performance": "8c5e7fda-e8bf-4a96-9a85-a6e23a8c635c",
    "Power saver": "a1841308-3541-4fab-bc81-f71556f20b4a",
}
_ALIASES = {"scheme_balanced": "Balanced", "scheme_min": "High performance", "scheme_max": "Power saver"}
_POWER_KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Power"
# Subgroup and setting of each time-out.
_TIMEOUTS = {
    "monitor": "7516b95f-f776-4464-8c53-06167f40cc99\\3c0bc021-c8a8-4e07-a973-6b14cbcb2b7e",
    "disk": "0012ee47-9041-4b5d-9b77-535fba8b1442\\6738e2c4-e8a5-4a42-b16a-e040e769756e",
    "standby": "238c9fa8-0aad-41ed-83f4-97be242c8f20\\29f6c1db-86da-48c5-9fdb-f2b67b1f44da",
    "hibernate": "238c9fa8-0aad-41ed-83f4-97be242c8f20\\9d7815a6-7ee4-497e-8888-515a05f02364",
}
_DENIED = b"Unable to perform operation. An unexpected error (0x5) has occurred: Access is denied.\r\n"
_INVALID = b'Invalid Parameters -- try "/?" for help\r\n'


def active(registry: Registry) -> str:
    """The identifier of the active plan; Balanced at first, which is assumed."""
    value = registry.get(KEY, ACTIVE)
    return str(value.data).lower() if value else PLANS["Balanced"]


def run(process: Process) -> ProcessResult:
    """`/list`, `/getactivescheme`, `/setactive`, `/change`, `/hibernate off`."""
    words = [word.lower() for word in process.arguments[1:]]
    if not words:
        return ProcessResult(1, b"", _INVALID)
    command = words[0].replace("-", "/", 1).lstrip("/")
    registry = process.machine.disk.registry
    if command in ("list", "l") and len(words) == 1:
        return ProcessResult(0, _listed(registry).encode())
    if command == "getactivescheme" and len(words) == 1:
        guid = active(registry)
        return ProcessResult(0, f"Power Scheme GUID: {guid}  ({_name(guid)})\r\n".encode())
    if command in ("setactive", "s") and len(words) == 2:
        name = _ALIASES.get(words[1])
        guid = PLANS[name] if name else words[1].strip("{}")
        if guid not in PLANS.values():
            text = "The power scheme, subgroup or setting specified does not exist.\r\n"
            return ProcessResult(1, b"", text.encode())
        registry.set(KEY, ACTIVE, guid)
        return ProcessResult(0)
    if command in ("hibernate", "h") and words[1:] == ["off"]:
        if not process.administrator:
            return ProcessResult(1, b"", _DENIED)
        registry.set(_POWER_KEY, "HibernateEnabled", 0, "DWord")
        return ProcessResult(0)
    if command in ("change", "x") and len(words) == 3:
        return _change(process, words[1].lstrip("/-"), words[2])
    return process.unhandled("program")


def _name(guid: str) -> str:
    return next((name for name, known in PLANS.items() if known == guid), "")


def _listed(registry: Registry) -> str:
    chosen = active(registry)
    rows = [f"Power Scheme GUID: {guid}  ({name}){' *' if guid == chosen else ''}" for name, guid in PLANS.items()]
    return "\r\nExisting Power Schemes (* Active)\r\n-----------------------------------\r\n" + "\r\n".join([*rows, ""])


def _change(process: Process, setting: str, value: str) -> ProcessResult:
    """`monitor-timeout-ac 0`, in minutes; kept in seconds."""
    name, _dash, rest = setting.partition("-timeout-")
    if name not in _TIMEOUTS or rest not in ("ac", "dc") or not value.isdecimal() or len(value) > 6:
        return ProcessResult(1, b"", _INVALID)
    registry = process.machine.disk.registry
    key = f"{KEY}\\{active(registry)}\\{_TIMEOUTS[name]}"
    registry.set(key, f"{rest.upper()}SettingIndex", int(value) * 60, "DWord")
    return ProcessResult(0)
