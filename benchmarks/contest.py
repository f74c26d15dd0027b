# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One contestant builds the images of a case in an account of its own, and then finds them all there."""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from benchmarks import images, schedule
from benchmarks.account import Account, open_account
from benchmarks.images import Case
from benchmarks.measure import REPOSITORY, Usage, measure

Contestant = Literal["playbook", "script"]
Run = Literal["build", "again"]
CONTESTANTS: tuple[Contestant, ...] = ("playbook", "script")
RUNS: tuple[Run, ...] = ("build", "again")
# The line of a host under PLAY RECAP.
_RECAP = re.compile(r"^\S+\s*: (ok=\d.*)$", re.MULTILINE)
_COUNTED = re.compile(r"\b(?:ok|unreachable|failed|skipped)=(\d+)")
# What a client has Windows run, as the simulator's journal calls it: modules of Ansible, bare PowerShell, commands.
_WINDOWS_RUNS = ("module", "script", "powershell", "process")


@dataclasses.dataclass(frozen=True)
class Result:
    """What a run cost, and what it asked of AWS and Windows.

    Attributes:
        beyond: real seconds beyond those that AWS and Windows need whoever builds.
        calls: of AWS's API.
        polls: those calls that read the state of image builders or images.
        windows_runs: modules, scripts and commands that a client had the builders run.
        tasks: results of tasks of Ansible; None for the script.
    """

    case: Case
    contestant: Contestant
    run: Run
    usage: Usage
    beyond: float
    calls: int
    polls: int
    windows_runs: int
    tasks: int | None


class ContestError(Exception):
    """A contestant did not build what it was to build, so its figures mean nothing."""


def contest(case: Case, contestant: Contestant, delay: float, folder: Path) -> Iterator[Result]:
    """Build the images of a case, and run the same once more."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shelf = images.write_shelf(folder, case)
    sums = images.checksums(folder, shelf)
    settings = {
        "speed": schedule.speed(delay),
        "durations": schedule.DURATIONS,
        "shelf_files": [str(shelf)],
        "image_builder_quota": case.images,
        "image_quota": case.images,
    }
    with open_account(folder / "account", **settings) as account:
        project = folder / contestant
        project.mkdir()
        if contestant == "playbook":
            command = images.write_project(project, account, case, sums, delay)
        else:
            command = images.write_script_input(project, account, case, sums)
        variables = {"ANSIBLE_CONFIG": str(REPOSITORY / "demo" / "ansible.cfg"), "POLL_DELAY": str(delay)}
        environment = {**account.environment(), **variables}
        for run in RUNS:
            account.forget_log()
            output = folder / f"{run}.txt"
            with schedule.Pace(account, schedule.speed(delay)):
                usage = measure(command, folder=project, environment=environment, output=output)
            _require_success(account, case, usage, output)
            waited = schedule.waits(case.applications) / schedule.speed(delay) if run == "build" else 0
            calls = account.control("calls")
            yield Result(
                case,
                contestant,
                run,
                usage,
                beyond=usage.wall - waited,
                calls=len(calls),
                polls=schedule.polls(calls),
                windows_runs=sum(entry["kind"] in _WINDOWS_RUNS for entry in account.control("journal")),
                tasks=_task_results(output.read_text()) if contestant == "playbook" else None,
            )


def _task_results(printed: str) -> int:
    """How many results of tasks all hosts had, by the numbers under PLAY RECAP."""
    recap = printed.rpartition("PLAY RECAP")[2]
    return sum(int(number) for line in _RECAP.findall(recap) for number in _COUNTED.findall(line))


def _require_success(account: Account, case: Case, usage: Usage, output: Path) -> None:
    state: dict[str, Any] = account.control("state")
    available = sum(image["State"] == "AVAILABLE" for image in state["images"])
    if usage.exit_code or available != case.images or state["builders"]:
        raise ContestError(f"exit code {usage.exit_code}, {available} of {case.images} images; see {output}")
    unknown = [entry for entry in account.control("journal") if entry["kind"] in ("unhandled", "error")]
    if unknown:
        raise ContestError(f"the simulator fell short: {unknown[:3]}; see {output}")
