# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a command and all its descendants use: CPU time, memory, processes."""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
# Real seconds between two samples of the memory, and the share of the time that sampling may take.
_PERIOD = 0.1
_SHARE = 0.1


@dataclasses.dataclass(frozen=True)
class Usage:
    """What a command used.

    Attributes:
        wall: real seconds.
        cpu: user and system seconds, of all descendants together.
        processes: how many processes and threads were started; None where no PID namespace can be had.
        memory: bytes, the highest sum of proportional set sizes that was seen.
    """

    exit_code: int
    wall: float
    cpu: float
    processes: int | None
    memory: int


def measure(command: list[str], *, folder: Path, environment: Mapping[str, str], output: Path) -> Usage:
    """Run a command in a folder to its end; what it prints goes to the output file."""
    report = output.with_suffix(".json")
    inside = [sys.executable, "-m", "benchmarks.inside", str(report)]
    namespace = _namespace()
    with output.open("wb") as printed:
        process = subprocess.Popen(
            [*namespace, *inside, "env", "--chdir", str(folder), *command],
            cwd=REPOSITORY,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
        highest = 0
        try:
            while process.poll() is None:
                # unshare, if it is there, has one child, and that is `benchmarks.inside`.
                began = time.monotonic()
                highest = max(highest, _memory(process.pid, above=2 if namespace else 1))
                time.sleep(max(_PERIOD, (time.monotonic() - began) / _SHARE))
        finally:
            process.kill()
            process.wait()
    return Usage(process.returncode, memory=highest, **json.loads(report.read_text()))


@functools.cache
def _namespace() -> tuple[str, ...]:
    """The command that starts another one in a PID namespace; empty where that is not possible."""
    user = () if os.geteuid() == 0 else ("--user", "--map-current-user")
    command = ("unshare", *user, "--pid", "--fork", "--kill-child")
    try:
        tried = subprocess.run([*command, "true"], stderr=subprocess.DEVNULL, check=False)
    except FileNotFoundError:
        return ()
    return command if tried.returncode == 0 else ()


def _memory(process: int, above: int) -> int:
    """Bytes of all descendants of a process but those of the first `above - 1` generations."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(status.parent.name))
    generation, total, depth = [process], 0, 0
    while generation:
        generation = [child for parent in generation for child in children.get(parent, [])]
        depth += 1
        total += sum(map(_proportional_set_size, generation)) if depth >= above else 0
    return total


def _proportional_set_size(process: int) -> int:
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:  # it has ended
        return 0
    kilobytes = next((line.split()[1] for line in rollup.splitlines() if line.startswith("Pss:")), "0")
    return int(kilobytes) * 1024
