# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible.windows.win_shell."""

from __future__ import annotations

import ntpath
from typing import Any

from appstream_simulator.windows.protocol import powershell

from . import win_command
from .task import Option, Task

OPTIONS = {
    "cmd": Option(aliases=("_raw_params",)),
    "chdir": Option("path"),
    "creates": Option("path"),
    "removes": Option("path"),
    "executable": Option("path"),
    "stdin": Option(),
}


def run(task: Task) -> dict[str, Any]:
    """Run a text in PowerShell, or in another shell with `/c`."""
    options = task.options(OPTIONS)
    text = options["cmd"].strip()
    skipped = win_command.skipped_by(task, options)
    if skipped:
        return {"cmd": text, "rc": 0, "skipped": True, "msg": skipped}
    if options["chdir"] and not task.disk.is_directory(options["chdir"]):
        # The module names a variable it does not have, so the quotes stay empty.
        message = f"Failed to run: '': Could not find specified -WorkingDirectory '{options['chdir']}'"
        task.fail(message, cmd=text, rc=2)
    executable = options["executable"] or "powershell"
    shell = ntpath.splitext(ntpath.basename(executable))[0].lower()
    if shell not in ("powershell", "pwsh"):
        program = executable if executable.endswith(".exe") else f"{executable}.exe"
        return {**win_command.run_line(task, f'"{program}" /c {text}', options), "cmd": text}
    started = task.machine.clock.now()
    stdin = (options["stdin"] or "").encode()
    process = powershell.run_text(
        task.machine,
        text,
        stdin=stdin,
        user=task.call.user,
        environment=task.call.environment,
        working_directory=options["chdir"] or "",
    )
    return win_command.process_result(task, text, process, started)
