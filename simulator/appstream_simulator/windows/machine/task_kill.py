# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""taskkill.exe: /IM and /PID with /F and /T. Texts and exit codes from Windows Server's command, unproven
[taskkill_texts] here."""

from __future__ import annotations

import ntpath
import re
from typing import TYPE_CHECKING

from appstream_simulator.windows.protocol.host import ProcessResult

from .running import RunningProcess

if TYPE_CHECKING:
    from .processes import Process

_NOT_FOUND = 128


def run(process: Process) -> ProcessResult:
    """Terminate processes by name or identifier."""
    options = [re.sub(r"^-", "/", argument.lower()) for argument in process.arguments[1:]]
    wanted, switches, rest = [], set(), options
    while rest:
        option, *rest = rest
        if option in ("/im", "/pid") and rest:
            wanted.append((option, rest[0]))
            rest = rest[1:]
        elif option in ("/f", "/t"):
            switches.add(option)
        else:
            return process.unhandled("taskkill")
    return _terminate(process, wanted, tree="/t" in switches)


def _terminate(process: Process, wanted: list[tuple[str, str]], *, tree: bool) -> ProcessResult:
    table = process.machine.running
    stdout, stderr = "", ""
    for option, name in wanted:
        found = [item for item in table.all() if _is_meant(item, option, name)]
        stderr += "" if found else f'ERROR: The process "{name}" not found.\r\n'
        for item in found:
            for child in _below(table.all(), item) if tree else []:
                table.terminate(child)
                name_of_child = f"process with PID {child.identifier} (child process of PID {child.parent})"
                stdout += f"SUCCESS: The {name_of_child} has been terminated.\r\n"
            table.terminate(item)
            image = ntpath.basename(item.image)
            stdout += f'SUCCESS: The process "{image}" with PID {item.identifier} has been terminated.\r\n'
    return ProcessResult(_NOT_FOUND if stderr else 0, stdout.encode(), stderr.encode())


def _is_meant(item: RunningProcess, option: str, name: str) -> bool:
    if option == "/pid":
        return str(item.identifier) == name
    return ntpath.basename(item.image).lower() == name


def _below(table: list[RunningProcess], parent: RunningProcess) -> list[RunningProcess]:
    children = [item for item in table if item.parent == parent.identifier]
    return [item for child in children for item in (*_below(table, child), child)]
