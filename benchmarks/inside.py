# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs a command as the first process of a PID namespace and says what it and all its descendants used.

Usage: python -m benchmarks.inside REPORT_FILE COMMAND [ARGUMENT ...]

Process identifiers of a namespace are given out one after the other, so the last one says how many processes and
threads were started. Orphans become children of this process, so that it waits for every descendant, and the kernel
adds up the CPU time of all of them. Outside of a namespace of its own the number is null, and the CPU time is right.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys
import time
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_LAST_PID = Path("/proc/sys/kernel/ns_last_pid")
_PID_MAX = Path("/proc/sys/kernel/pid_max")
# The kernel's RESERVED_PIDS: where it begins again after the highest one.
_RESERVED_PIDS = 300
_PERIOD = 0.05
# Real seconds that descendants may live on after the command.
_GRACE = 10


class StartedProcesses:
    """Counts what is started in this namespace from now on, itself without starting anything."""

    def __init__(self) -> None:
        self._counts = os.getpid() == 1 and _LAST_PID.exists()
        self._last = self._read()
        self.number = 0 if self._counts else None

    def _read(self) -> int:
        return int(_LAST_PID.read_text()) if self._counts else 0

    def update(self) -> None:
        """Take in what was started since; to be called more often than identifiers can run out."""
        if self.number is None:
            return
        last = self._read()
        again = last < self._last
        self.number += last - self._last + (int(_PID_MAX.read_text()) - _RESERVED_PIDS if again else 0)
        self._last = last


def main(report: Path, command: list[str]) -> int:
    """Run the command to its end and write the report; returns the command's exit code."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    counted, started = StartedProcesses(), time.monotonic()
    child, exit_code, ended = os.posix_spawnp(command[0], command, os.environ), None, 0.0
    while exit_code is None or time.monotonic() < ended + _GRACE:
        counted.update()
        try:
            process, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if process == child:
            exit_code, ended = os.waitstatus_to_exitcode(status), time.monotonic()
        elif process == 0:
            time.sleep(_PERIOD)
    counted.update()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    values = {"wall": ended - started, "cpu": used.ru_utime + used.ru_stime, "processes": counted.number}
    report.write_text(json.dumps(values))
    return exit_code or 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
