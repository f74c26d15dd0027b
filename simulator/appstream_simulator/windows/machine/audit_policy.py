# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""auditpol.exe: the audit policy by subcategories, shown and set; nothing is audited.

Source: Microsoft's reference of auditpol, MS-GPAC 2.2.1.2 (subcategories with their GUIDs); the defaults are those of
Microsoft's "Audit policy recommendations" for Windows Server. Windows keeps the policy in a binary value of this key,
here there is one value for each subcategory that has been changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.host import ProcessResult

from .registry import Registry

if TYPE_CHECKING:
    from .processes import Process

KEY = "HKLM\\SECURITY\\Policy\\PolAdtEv"
_SUCCESS, _FAILURE = 1, 2
NAMES = ("No Auditing", "Success", "Failure", "Success and Failure")
_CATEGORIES = {
    "System": ((0x12, "System Integrity", 3), (0x11, "Security System Extension", 0), (0x13, "IPsec Driver", 0),
               (0x14, "Other System Events", 3), (0x10, "Security State Change", 1)),
    "Logon/Logoff": ((0x15, "Logon", 3), (0x16, "Logoff", 1), (0x17, "Account Lockout", 1),
                     (0x18, "IPsec Main Mode", 0), (0x19, "IPsec Quick Mode", 0), (0x1A, "IPsec Extended Mode", 0),
                     (0x1B, "Special Logon", 1),
                     (0x1C, "Other Logon/Logoff Events", 0), (0x43, "Network Policy Server", 3),
                     (0x47, "User / Device Claims", 0), (0x49, "Group Membership", 0)),
    "Object Access": ((0x1D, "File System", 0), (0x1E, "Registry", 0), (0x1F, "Kernel Object", 0), (0x20, "SAM", 0),
                      (0x21, "Certification Services", 0), (0x22, "Application Generated", 0),
                      (0x23, "Handle Manipulation", 0), (0x24, "File Share", 0),
                      (0x25, "Filtering Platform Packet Drop", 0), (0x26, "Filtering Platform Connection", 0),
                      (0x27, "Other Object Access Events", 0), (0x44, "Detailed File Share", 0),
                      (0x45, "Removable Storage", 0), (0x46, "Central Policy Staging", 0)),
    "Privilege Use": ((0x29, "Non Sensitive Privilege Use", 0), (0x2A, "Other Privilege Use Events", 0),
                      (0x28, "Sensitive Privilege Use", 0)),
    "Detailed Tracking": ((0x2B, "Process Creation", 0), (0x2C, "Process Termination", 0), (0x2D, "DPAPI Activity", 0),
                          (0x2E, "RPC Events", 0), (0x48, "Plug and Play Events", 0),
                          (0x4A, "Token Right Adjusted Events", 0)),
    "Policy Change": ((0x2F, "Audit Policy Change", 1), (0x30, "Authentication Policy Change", 1),
                      (0x31, "Authorization Policy Change", 0), (0x32, "MPSSVC Rule-Level Policy Change", 0),
                      (0x33, "Filtering Platform Policy Change", 0), (0x34, "Other Policy Change Events", 0)),
    "Account Management": ((0x36, "Computer Account Management", 1), (0x37, "Security Group Management", 1),
                           (0x38, "Distribution Group Management", 0), (0x39, "Application Group Management", 0),
                           (0x3A, "Other Account Management Events", 0), (0x35, "User Account Management", 1)),
    "DS Access": ((0x3B, "Directory Service Access", 1), (0x3C, "Directory Service Changes", 0),
                  (0x3D, "Directory Service Replication", 0), (0x3E, "Detailed Directory Service Replication", 0)),
    "Account Logon": ((0x40, "Kerberos Service Ticket Operations", 1), (0x41, "Other Account Logon Events", 0),
                      (0x42, "Kerberos Authentication Service", 1), (0x3F, "Credential Validation", 1)),
}  # fmt: skip
_OPTION = re.compile(r"/(?P<name>[a-z]+)(?::(?P<value>.*+))?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Subcategory:
    """A subcategory; `default` is the sum of 1 for success and 2 for failure."""

    category: str
    name: str
    guid: str
    default: int


SUBCATEGORIES = tuple(
    Subcategory(category, name, f"{{0CCE92{number:02X}-69AE-11D9-BED3-505054503030}}", default)
    for category, members in _CATEGORIES.items()
    for number, name, default in members
)


def setting(registry: Registry, subcategory: Subcategory) -> int:
    """What is audited: the sum of 1 for success and 2 for failure."""
    value = registry.get(KEY, subcategory.guid)
    return value.data if value and isinstance(value.data, int) else subcategory.default


def run(process: Process) -> ProcessResult:
    """`/get` and `/set` with `/category` or `/subcategory`."""
    found = [_OPTION.fullmatch(word) for word in process.arguments[1:]]
    if not found or not all(found):
        return process.unhandled("program")
    options = {match["name"].lower(): match["value"] or "" for match in found if match}
    if not process.administrator:
        return _failed(0x522, "A required privilege is not held by the client.")
    names = options.get("subcategory", options.get("category", ""))
    chosen = _chosen(names, by_category="category" in options)
    if not names or ("category" in options) == ("subcategory" in options):
        return process.unhandled("program")
    if chosen is None:
        return _failed(0x57, "The parameter is incorrect.")
    if "get" in options and not set(options) - {"get", "category", "subcategory", "r"}:
        return _get(process, chosen, as_csv="r" in options)
    if "set" in options and not set(options) - {"set", "category", "subcategory", "success", "failure"}:
        return _set(process, chosen, options)
    return process.unhandled("program")


def _failed(code: int, text: str) -> ProcessResult:
    return ProcessResult(code, b"", f"Error 0x{code:08X} occurred:\r\n{text}\r\n\r\n".encode())


def _chosen(names: str, *, by_category: bool) -> list[Subcategory] | None:
    """The subcategories of names or GUIDs; None when one is unknown."""
    if names == "*":
        return list(SUBCATEGORIES)
    chosen: list[Subcategory] = []
    for name in names.split(","):
        wanted = name.strip().strip('"').lower()
        keys = ("category",) if by_category else ("name", "guid")
        found = [one for one in SUBCATEGORIES if wanted in (str(getattr(one, key)).lower() for key in keys)]
        if not found:
            return None
        chosen += found
    return chosen


def _set(process: Process, chosen: Iterable[Subcategory], options: dict[str, str]) -> ProcessResult:
    # Without either of them `/set` means success.
    given = {key: options[key].lower() for key in ("success", "failure") if key in options} or {"success": "enable"}
    if any(value not in ("enable", "disable") for value in given.values()):
        return _failed(0x57, "The parameter is incorrect.")
    registry = process.machine.disk.registry
    for subcategory in chosen:
        number = setting(registry, subcategory)
        for key, bit in (("success", _SUCCESS), ("failure", _FAILURE)):
            if key in given:
                number = number | bit if given[key] == "enable" else number & ~bit
        registry.set(KEY, subcategory.guid, number, "DWord")
    return ProcessResult(0, b"The command was successfully executed.\r\n\r\n")


def _get(process: Process, chosen: list[Subcategory], *, as_csv: bool) -> ProcessResult:
    registry = process.machine.disk.registry
    if as_csv:
        rows = ["Machine Name,Policy Target,Subcategory,Subcategory GUID,Inclusion Setting,Exclusion Setting"]
        rows += [
            f"{process.machine.computer_name},System,{one.name},{one.guid},{NAMES[setting(registry, one)]},"
            for one in chosen
        ]
        return ProcessResult(0, "".join(f"{row}\r\n" for row in ["", *rows]).encode())
    lines = ["System audit policy", f"{'Category/Subcategory':40}Setting"]
    category = ""
    for one in chosen:
        lines += [one.category] if one.category != category else []
        category = one.category
        lines.append(f"  {one.name:38}{NAMES[setting(registry, one)]}")
    return ProcessResult(0, "".join(f"{line}\r\n" for line in [*lines, ""]).encode())
