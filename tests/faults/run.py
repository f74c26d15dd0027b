# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs a batch of cells: once with their faults, once without, and notes what is there after each."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from application_shelf import write_shelf
from appstream_simulator.windows.machine.shelf import Shelf
from cell import Cell
from workplace import PASSWORD, SECRET_KEY, Run, Workplace, descendants, open_workplace

# Long enough for a wait to look several times.
# An image that is final only after its builder is STOPPED is the order that forgives less; other tests have the other.
_DURATIONS = {"PENDING": 2400, "DELETING": 1200, "image_final_after_stopped": 60}
_SETTINGS = {"speed": 4800, "image_builder_quota": 500, "image_quota": 500, "durations": _DURATIONS}
# What a restart is pending for, as Windows notes it.
_PENDING = "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending"
_ROLES = {
    "baseline": [{"ansible.windows.win_ping": {}}],
    "restart": [{"ansible.windows.win_reboot": {"reboot_timeout": 10}}],
    "pending_restart": [{"ansible.windows.win_regedit": {"path": _PENDING}}],
}
_FORKS = 24
# Real seconds that a process of an ended run may live on.
_GRACE = 10.0
# What only the run itself has in its environment.
_MARK = "FAULT_MATRIX_RUN"


@dataclasses.dataclass
class After:
    """What is there when a run has ended.

    Attributes:
        struck: names of the cells whose faults have struck.
        images, builders: by name, as the simulator has them, be they visible or not.
        reported: the manifest's images by name, None when no manifest was written.
        left: processes and temporary files that should be gone.
        exposed: files and outputs that have a secret in them.
    """

    run: Run
    struck: set[str]
    images: dict[str, dict[str, Any]]
    builders: dict[str, dict[str, Any]]
    reported: dict[str, dict[str, Any]] | None
    left: list[str]
    exposed: list[str]


@dataclasses.dataclass
class Observed:
    """What a batch has come to: with its faults, and run again without them; and how many builders were created."""

    first: After
    again: After
    unhandled: list[dict[str, Any]]
    creations: int


def run_batch(cells: Sequence[Cell], folder: Path) -> Observed:
    """Run a batch in a simulated account of its own."""
    folder.mkdir(parents=True)
    shelf = write_shelf(folder)
    with open_workplace(folder / "project", **_SETTINGS, shelf_files=[str(shelf)]) as workplace:
        workplace.checksums = {entry["name"]: entry["sha256"] for entry in Shelf([shelf]).listing()}
        prepare(workplace, cells)
        first = observe(workplace, cells, carry_out(workplace, cells))
        for kind in ("faults/aws", "faults/windows", "outcomes"):
            workplace.control(kind, method="DELETE")
        for manifest in (workplace.folder / "reports").glob("*.json"):
            manifest.unlink()
        if any(cell.repaired for cell in cells):
            repaired = [dataclasses.replace(cell, recipe={**cell.recipe, **cell.repaired}) for cell in cells]
            workplace.write_images({cell.name: host_of(workplace, cell) for cell in repaired})
        again = observe(workplace, cells, build(workplace))
        creations = [call for call in workplace.calls("CreateImageBuilder") if call["status"] == 200]
        return Observed(first, again, [*workplace.journal("unhandled"), *workplace.journal("error")], len(creations))


def carry_out(workplace: Workplace, cells: Sequence[Cell]) -> Run:
    """The run with the faults."""
    if cells[0].signal:
        return end(workplace, cells)
    if cells[0].controller:
        return _ON_THE_CONTROLLER[cells[0].controller](workplace)
    # Hosts that do not answer are waited for in real time, all of them at once.
    hangs = any(rule["kind"] == "hang" for cell in cells for rule in cell.windows)
    return build(workplace, in_process=not hangs)


def prepare(workplace: Workplace, cells: Sequence[Cell]) -> None:
    """What the user has before the run: inventory, roles, builders of earlier runs; and the faults."""
    for name, tasks in _ROLES.items():
        workplace.write_role(name, [{"name": "Step", **task} for task in tasks])
    workplace.write_images({cell.name: host_of(workplace, cell) for cell in cells})
    for cell in cells:
        if cell.builder_before:
            make_builder(workplace, cell)
    for kind in ("aws", "windows", "outcomes"):
        rules = [rule for cell in cells for rule in cell.rules(kind)]
        workplace.control(kind if kind == "outcomes" else f"faults/{kind}", rules)


def host_of(workplace: Workplace, cell: Cell) -> dict[str, Any]:
    """Variables of the cell's host."""
    recipe = {key: filled(workplace, value) for key, value in cell.recipe.items()}
    variables = {key: workplace.ca_file if value == "{ca_file}" else value for key, value in cell.variables.items()}
    return {**workplace.host(image_name=f"{cell.name}-1", **recipe), **variables}


def filled(workplace: Workplace, value: Any) -> Any:
    """A value of a recipe, where what only the workplace knows is named by a function of it."""
    return value(workplace) if callable(value) else value


def make_builder(workplace: Workplace, cell: Cell) -> None:
    """A builder that an earlier run of the recipe has made and stopped."""
    client = workplace.client("appstream")
    pages = client.get_paginator("describe_images").paginate(Type="PUBLIC").build_full_result()["Images"]
    usable = [
        one for one in pages if one["Name"].startswith("AppStream-WinServer2022-") and one["State"] == "AVAILABLE"
    ]
    newest = max(usable, key=lambda one: one["PublicBaseImageReleasedDate"])
    network = {"SubnetIds": [workplace.subnet_id], "SecurityGroupIds": [workplace.security_group_id]}
    client.create_image_builder(
        Name=cell.name,
        InstanceType="stream.standard.medium",
        ImageArn=newest["Arn"],
        VpcConfig=network,
        Tags={"CostCenter": "42", "euc.appstream:recipe": cell.name, "euc.appstream:image": f"{cell.name}-1"},
    )
    workplace.wait_for(lambda: workplace.builders()[cell.name]["State"] == "RUNNING", 60)
    client.stop_image_builder(Name=cell.name)
    workplace.wait_for(lambda: workplace.builders()[cell.name]["State"] == "STOPPED", 60)


def environment(workplace: Workplace) -> dict[str, str]:
    """What the run has in its environment besides the user's own."""
    temporary = workplace.folder / "tmp"
    temporary.mkdir(exist_ok=True)
    return {
        "EUC_APPSTREAM_FAST_CLOCK": "80",
        "TMPDIR": str(temporary),
        _MARK: str(workplace.folder),
    }


def build(workplace: Workplace, *, in_process: bool = True, **variables: Any) -> Run:
    """Run the playbook to its end. ``in_process``: without forks, so one image's task after the other's."""
    own = {"EUC_APPSTREAM_IN_PROCESS": "1"} if in_process else {}
    return workplace.run(command(workplace, **variables), {**environment(workplace), **own})


def _reports_below_a_file(workplace: Workplace) -> Run:
    """The folder of the reports can't be made."""
    (workplace.folder / "occupied").write_text("")
    return build(workplace, appstream_report_directory=str(workplace.folder / "occupied" / "reports"))


def _reports_lost(workplace: Workplace) -> Run:
    """The folder of the reports is there at the beginning, and something else when the image is being taken."""
    reports = workplace.folder / "reports"
    with started(workplace) as playbook:
        workplace.wait_for(lambda: bool(workplace.images()) or playbook.poll() is not None, 120)
        shutil.rmtree(reports, ignore_errors=True)
        reports.write_text("")
        playbook.wait(300)
    reports.unlink()
    return Run(playbook.returncode, (workplace.folder / "ended.txt").read_text())


def _disk_full(workplace: Workplace) -> Run:
    """The disk of home, temporary files and reports, which only this run has, fills up while the image is taken."""
    names = ("home", "tmp", "reports")
    mount = "".join(f"mkdir -p {name}; mount -t tmpfs -o size=4m full {name}; " for name in names) + 'exec "$@"'
    own = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
    with started(workplace, *own, "sh", "-ec", mount, "sh") as playbook:
        workplace.wait_for(lambda: bool(workplace.images()) or playbook.poll() is not None, 120)
        for name in names:
            _fill(Path(f"/proc/{playbook.pid}/root{workplace.folder}/{name}/filler"))
        playbook.wait(300)
    return Run(playbook.returncode, (workplace.folder / "ended.txt").read_text())


def _fill(file: Path) -> None:
    with suppress(OSError), file.open("wb", buffering=0) as filler:
        while filler.write(bytes(4096)):
            pass


_ON_THE_CONTROLLER = {
    "disk full": _disk_full,
    "report folder below a file": _reports_below_a_file,
    "report folder lost": _reports_lost,
}


def command(workplace: Workplace, **variables: Any) -> list[str]:
    """What the user types."""
    settings = {"appstream_image_builder_quota": 0, "appstream_image_quota": 0, "build_image_wait_delay": 10}
    return workplace.command(None, "--forks", str(_FORKS), **settings, **variables)


def end(workplace: Workplace, cells: Sequence[Cell]) -> Run:
    """Run the playbook until every image has come to its fault, and send it the signal of the batch."""
    number = signal.Signals[cells[0].signal]
    with started(workplace) as playbook:
        workplace.wait_for(lambda: len(struck(workplace, cells)) == len(cells) or playbook.poll() is not None, 300)
        # As a container ends: nobody is spared. The other signals go to the process that the user has started.
        below = descendants(playbook.pid) if number == signal.SIGKILL else []
        for process in (playbook.pid, *below):
            os.kill(process, number)
        playbook.wait(60)
    return Run(playbook.returncode, (workplace.folder / "ended.txt").read_text())


@contextmanager
def started(workplace: Workplace, *before: str) -> Iterator[subprocess.Popen[bytes]]:
    """The playbook while it runs, by a command `before` it; `cat` writes what it prints to `ended.txt`."""
    with (workplace.folder / "ended.txt").open("wb") as printed:
        cat = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=printed)
        playbook = subprocess.Popen(
            [*before, *command(workplace)],
            cwd=workplace.folder,
            env={**workplace.environment, **environment(workplace)},
            stdout=cat.stdin,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield playbook
        finally:
            playbook.kill()
            playbook.wait()
            cat.communicate()


def observe(workplace: Workplace, cells: Sequence[Cell], run: Run) -> After:
    """Look at everything that a run has left."""
    state = workplace.control("state")
    manifests = sorted((workplace.folder / "reports").glob("*.json"))
    reported = json.loads(manifests[-1].read_text())["images"] if manifests else None
    return After(
        run,
        struck(workplace, cells),
        images={one["Name"]: one for one in state["images"] if one["Visible"]},
        builders={one["Name"]: one for one in state["builders"]},
        reported=None if reported is None else {one["name"]: one for one in reported},
        left=[*processes(workplace), *temporary_files(workplace)],
        exposed=exposed(workplace, run),
    )


def struck(workplace: Workplace, cells: Sequence[Cell]) -> set[str]:
    """Names of the cells each of whose rules has had an effect."""
    rules = [(cell.name, rule) for cell in cells for rule in cell.rules("aws")]
    known = workplace.control("faults/aws")
    missed = {name for (name, _rule), one in zip(rules, known, strict=False) if not one["fired"]}
    hosts = {entry["host"] for entry in workplace.journal("fault")}
    missed |= {cell.name for cell in cells if cell.windows and cell.name not in hosts}
    rules = [(cell.name, rule) for cell in cells for rule in cell.rules("outcomes")]
    known = workplace.control("outcomes")
    missed |= {name for (name, _rule), one in zip(rules, known, strict=False) if not one["taken"]}
    return {cell.name for cell in cells} - missed


def processes(workplace: Workplace) -> list[str]:
    """Processes of the run that are still there after some seconds."""
    until = time.monotonic() + _GRACE
    while (found := list(_marked(workplace))) and time.monotonic() < until:
        time.sleep(0.2)
    return found


def _marked(workplace: Workplace) -> Iterator[str]:
    mark = f"{_MARK}={workplace.folder}".encode()
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in environ.read_bytes().split(b"\0"):
                yield f"process {environ.parent.name}: {(environ.parent / 'cmdline').read_bytes()!r}"
        except OSError:
            continue


def temporary_files(workplace: Workplace) -> list[str]:
    """Files in the run's own temporary folders."""
    folders = (workplace.folder / "tmp", workplace.folder / "home" / ".ansible" / "tmp")
    return [str(path) for folder in folders if folder.exists() for path in folder.iterdir()]


def exposed(workplace: Workplace, run: Run) -> list[str]:
    """Where a secret stands in what the run has printed or written."""
    ours = ("simulator.yml", "simulator")
    files = [
        path
        for path in workplace.folder.rglob("*")
        if path.is_file() and path.relative_to(workplace.folder).parts[0] not in ours
    ]
    texts = {"output": run.output.encode(), **{str(path): path.read_bytes() for path in files}}
    secrets = (PASSWORD.encode(), SECRET_KEY.encode())
    return [name for name, text in texts.items() if any(secret in text for secret in secrets)]
