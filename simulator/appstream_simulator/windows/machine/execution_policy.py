# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether PowerShell's execution policy lets `powershell.exe -File` run a script.

Group policy's wins over what the command line says (about_Execution_Policies: MachinePolicy, UserPolicy, Process,
CurrentUser, LocalMachine); those of users are not simulated. No file here is marked as downloaded, so RemoteSigned
lets all of them run. Texts and registry values are PowerShell's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import signatures
from .registry import Registry

if TYPE_CHECKING:
    from .machine import Machine

POLICY_KEY = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\PowerShell"
MACHINE_KEY = "HKLM\\SOFTWARE\\Microsoft\\PowerShell\\1\\ShellIds\\Microsoft.PowerShell"
_POLICIES = ("restricted", "allsigned", "remotesigned", "unrestricted", "bypass", "default")
_ABOUT = "about_Execution_Policies at https:/go.microsoft.com/fwlink/?LinkID=135170."
_RECORD = (
    "    + CategoryInfo          : SecurityError: (:) [], ParentContainsErrorRecordException\r\n"
    "    + FullyQualifiedErrorId : UnauthorizedAccess\r\n"
)


def refusal(machine: Machine, path: str, options: Sequence[str]) -> str | None:
    """What PowerShell writes instead of running a script file; None when it runs.

    Args:
        options: the command line without the program.
    """
    policy = _effective(machine, options)
    if policy == "restricted":
        reason = f"File {path} cannot be loaded because running scripts is disabled on this system. "
        return f"{reason}For more information, see {_ABOUT}\r\n{_RECORD}"
    if policy == "allsigned" and signatures.of_file(machine, path)[0] != "Valid":
        reason = f"File {path} cannot be loaded. The file {path} is not digitally signed. You cannot run this script on"
        more = "the current system. For more information about running scripts and setting execution policy, see"
        return f"{reason} {more} {_ABOUT}\r\n{_RECORD}"
    return None


def _effective(machine: Machine, options: Sequence[str]) -> str:
    registry = machine.disk.registry
    default = "remotesigned" if "SERVER" in machine.request.platform else "restricted"
    policy = _of_policy(registry) or _of_command_line(options) or _text(registry, MACHINE_KEY)
    return default if policy in ("", "default") else policy


def _of_policy(registry: Registry) -> str:
    enabled = registry.get(POLICY_KEY, "EnableScripts")
    if enabled is None:
        return ""
    return _text(registry, POLICY_KEY) if enabled.data == 1 else "restricted"


def _of_command_line(options: Sequence[str]) -> str:
    for option, value in zip(options, options[1:], strict=False):
        name = option.lower().lstrip("-/")
        if option[:1] in "-/" and name in ("executionpolicy", "ex", "exec", "ep"):
            return _known(value)
        if name in ("file", "f", "command", "c"):
            break
    return ""


def _text(registry: Registry, key: str) -> str:
    value = registry.get(key, "ExecutionPolicy")
    return _known(str(value.data)) if value else ""


def _known(name: str) -> str:
    return name.lower() if name.lower() in _POLICIES else ""
