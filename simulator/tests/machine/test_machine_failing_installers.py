# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Installers that hang, that collide, and that find the disk full; what a job's end leaves running."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from appstream_simulator.windows.machine.shelf import Shelf
from appstream_simulator.windows.protocol import async_jobs
from appstream_simulator.windows.protocol.payload import AsyncJob
from simulated_machine import ADMINISTRATOR, World

SHELF = """
installers:
  - {name: hanging-msi, kind: msi, product_code: "{B0000000-0000-4000-8000-000000000001}", hangs: true,
     urls: ["https://apps.example.net/hanging.msi"]}
  - {name: hanging-exe, kind: exe, registry_key: Hanging, hangs: true, silent_arguments: [/S]}
  - {name: slow, kind: exe, registry_key: Slow, seconds: 2000}
  - {name: huge-msi, kind: msi, product_code: "{B0000000-0000-4000-8000-000000000002}", size: 90 GB,
     urls: ["https://apps.example.net/huge.msi"], unc_paths: ['\\\\files.example.net\\apps\\huge.msi']}
  - {name: huge-exe, kind: exe, registry_key: Huge, size: 90 GB}
"""


@pytest.fixture
def failing(world: World, tmp_path: Path) -> World:
    """A machine in a world with installers that fail."""
    file = tmp_path / "failing.yml"
    file.write_text(SHELF)
    world.machine.shelf = Shelf([file])
    disk = world.machine.disk
    disk.share_reader = world.machine.shelf.shares
    disk.space.size_of = world.machine.shelf.space
    return world


def put(world: World, name: str) -> str:
    installer = world.machine.shelf.installers[name]
    return world.write(f"C:\\Temp\\{installer.file_name}", installer.content)


def in_background(work: Callable[[], Any]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def images(world: World) -> list[str]:
    return [process.image.rpartition("\\")[2] for process in world.machine.running.all()]


def start_job(world: World, seconds: float, work: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    """An asynchronous job, and how to ask for its state."""
    job = AsyncJob("j1", "C:\\Jobs", boolean_state=True, seconds=seconds)
    started = async_jobs.start(world.machine, ADMINISTRATOR, job, work, threading.Event())
    path = started["results_file"]
    return lambda: json.loads(world.machine.disk.read(path))


def test_a_second_msiexec_finds_the_first_one_busy(failing: World) -> None:
    path = put(failing, "hanging-msi")
    thread = in_background(lambda: failing.process(f"msiexec /i {path} /qn"))
    until(lambda: bool(failing.journal.entries("install")))
    result = failing.process(f"msiexec /i {put(failing, 'huge-msi')} /qn")
    assert result.exit_code == 1618
    assert "already in progress" in result.stdout.decode("utf-16-le")
    assert failing.process("taskkill /F /T /IM msiexec.exe").exit_code == 0
    thread.join(10)
    assert not thread.is_alive()
    assert images(failing) == []
    assert failing.process(f"msiexec /i {path}x /qn").exit_code == 1619


def test_a_job_that_runs_out_of_time_leaves_its_installer_running(failing: World) -> None:
    path = put(failing, "hanging-exe")
    state = start_job(failing, 60, lambda: failing.module("win_command", {"cmd": f"{path} /S"}))
    until(lambda: bool(state()["finished"]))
    assert state()["failed"]
    assert state()["msg"] == "failure during async watchdog: timed out waiting for module completion"
    assert images(failing) == ["hanging-exe.exe"]
    result = failing.process("taskkill /F /IM hanging-exe.exe")
    assert b'SUCCESS: The process "hanging-exe.exe" with PID ' in result.stdout
    until(lambda: images(failing) == [])
    assert failing.process("taskkill /F /IM hanging-exe.exe").exit_code == 128
    assert state()["failed"]


def test_an_installer_that_is_only_slow_ends_well_after_its_job_has_been_given_up(failing: World) -> None:
    path = put(failing, "slow")
    state = start_job(failing, 1000, lambda: failing.module("win_command", {"cmd": path}))
    until(lambda: bool(state()["finished"]))
    assert state()["failed"]
    until(lambda: failing.machine.describe()["products"] == ["slow"])
    assert state()["failed"]


def test_a_job_in_time(failing: World) -> None:
    path = put(failing, "slow")
    state = start_job(failing, 3000, lambda: failing.module("win_command", {"cmd": path}))
    until(lambda: bool(state()["finished"]))
    assert state()["rc"] == 0


def test_a_sleeping_script_ends_with_its_job(failing: World) -> None:
    state = start_job(failing, 10, lambda: failing.module("win_shell", {"_raw_params": "Start-Sleep 100000"}))
    until(lambda: bool(state()["finished"]))
    assert state()["failed"]
    assert failing.journal.entries("async")[-1]["state"] == "timed out"


def test_a_full_disk(failing: World) -> None:
    world, disk = failing, failing.machine.disk
    free = disk.free_space()
    full = "There is not enough space on the disk."
    get_url = {"url": "https://apps.example.net/huge.msi", "dest": "C:\\huge.msi"}
    assert not world.module("win_get_url", get_url).get("failed")
    assert world.module("win_stat", {"path": "C:\\huge.msi"})["stat"]["size"] == 90 << 30
    assert world.process("msiexec /i C:\\huge.msi /qn /l*v C:\\log.txt").exit_code == 1603
    assert "Out of disk space -- Volume: 'C:'" in disk.read("C:\\log.txt").decode("utf-16")
    source = "\\\\files.example.net\\apps\\huge.msi"
    copy = world.module("win_copy", {"_copy_mode": "remote", "src": source, "dest": "C:\\other.msi"})
    assert copy["msg"] == f"Unhandled exception while executing module: {full}"
    second = world.module("win_get_url", {**get_url, "dest": "C:\\second.msi"})
    assert full in second["msg"]
    assert not second["changed"]
    assert full in world.module("win_package", {"path": get_url["url"]})["msg"]
    disk.remove("C:\\huge.msi")
    assert world.process(put(world, "huge-exe")).exit_code == 112
    disk.remove("C:\\Temp\\huge-exe.exe")
    assert abs(disk.free_space() - free) < 10_000


def test_installing_takes_space_and_removing_gives_it_back(failing: World) -> None:
    disk = failing.machine.disk
    disk.space.capacity = 400 << 30
    path = put(failing, "huge-msi")
    free = disk.free_space()
    assert failing.process(f"msiexec /i {path} /qn").exit_code == 0
    assert abs(free - disk.free_space() - (90 << 30)) < 10_000
    assert disk.copy().free_space() == disk.free_space()
    assert failing.process(f"msiexec /x {path} /qn").exit_code == 0
    assert abs(disk.free_space() - free) < 10_000


def test_msiexec_is_busy_as_often_as_asked_for(world: World) -> None:
    putty = world.write("C:\\putty.msi", world.machine.shelf.installers["putty"].content)
    world.machine.options.faults.add({"kind": "busy", "host": "des.*", "match": "putty", "times": 2})
    world.machine.options.faults.add({"kind": "busy", "host": "other"})
    codes = [world.module("win_package", {"path": putty})["rc"] for _attempt in range(3)]
    assert codes == [1618, 1618, 0]
    assert len(world.journal.entries("fault")) == 2


def test_what_is_no_program_cannot_be_started(world: World) -> None:
    world.write("C:\\a.msi", b"text")
    result = world.module("win_command", {"cmd": "C:\\a.msi"})
    assert result["rc"] == 193
    assert "not a valid Win32 application" in result["msg"]
    assert "0x000000C1" in world.module("win_package", {"path": "C:\\a.msi", "creates_path": "C:\\x"})["msg"]


@pytest.mark.parametrize("option", ["/fa C:\\a.msi", "/a C:\\a.msi"])
def test_other_uses_of_msiexec_are_journalled(world: World, option: str) -> None:
    assert world.process(f"msiexec {option} /qn").exit_code == 1
    assert [entry["what"] for entry in world.journal.entries("unhandled")] == ["msiexec"]
