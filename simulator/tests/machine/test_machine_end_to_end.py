# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A machine of a site, reached by the real `ansible-playbook` over WinRM."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from appstream_simulator.clock import Clock
from appstream_simulator.journal import Journal
from appstream_simulator.settings import Settings
from appstream_simulator.windows.machine.machine import Machine
from appstream_simulator.windows.machine.site import CreateImage, MachineRequest, Site
from appstream_simulator.windows.machine.stock import IMAGE_ASSISTANT
from simulated_machine import ADMINISTRATOR, PASSWORD, make_world

# One of its own for every run, so that two runs on one computer do not meet.
ADDRESS = f"127.78.{os.getpid() // 250 % 250}.{os.getpid() % 250 + 1}"
SHELF_URL = "https://downloads.example.com"
PUTTY = f"{SHELF_URL}/putty/putty-64bit-0.81-installer.msi"


class RealMachine:
    """A machine that listens on its address."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock(200)
        self.journal = Journal(self.clock.now)
        self.images: list[CreateImage] = []
        settings = Settings(accounts={ADMINISTRATOR: PASSWORD}, state_directory=folder / "state")
        self.site = Site(self.clock, self.journal, settings)
        request: MachineRequest = make_world(folder, on_create_image=self.images.append).machine.request
        self.machine: Machine = self.site.create(request)
        self.folder = folder

    def play(self, tasks: list[dict[str, Any]]) -> dict[str, Any]:
        """Run tasks with ansible-playbook; the statistics of the host and the results of the tasks by name."""
        variables = {
            "ansible_host": ADDRESS,
            "ansible_port": 5985,
            "ansible_connection": "winrm",
            "ansible_winrm_transport": "ntlm",
            "ansible_user": ADMINISTRATOR,
            "ansible_password": PASSWORD,
        }
        inventory, playbook = self.folder / "inventory.yml", self.folder / "play.yml"
        inventory.write_text(yaml.safe_dump({"all": {"hosts": {"design": variables}}}))
        wait = {"ansible.builtin.wait_for_connection": {"timeout": 60, "sleep": 1}, "name": "wait"}
        playbook.write_text(yaml.safe_dump([{"hosts": "design", "gather_facts": False, "tasks": [wait, *tasks]}]))
        environment = {
            **os.environ,
            "HOME": str(self.folder),
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
            "ANSIBLE_HOST_KEY_CHECKING": "0",
            "ANSIBLE_LOCALHOST_WARNING": "0",
        }
        program = Path(sys.executable).with_name("ansible-playbook")
        command = [str(program), "-i", str(inventory), str(playbook)]
        finished = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
        printed = finished.stdout[finished.stdout.index("{") :] if "{" in finished.stdout else "{}"
        report: dict[str, Any] = json.loads(printed)
        assert "stats" in report, finished.stdout + finished.stderr
        results = {task["task"]["name"]: task["hosts"]["design"] for play in report["plays"] for task in play["tasks"]}
        return {"stats": report["stats"]["design"], "results": results}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealMachine]:
    """One machine for all plays, each of which starts where the one before ended."""
    real = RealMachine(tmp_path_factory.mktemp("real"))
    real.machine.power_on(ADDRESS)
    yield real
    real.site.close()


def module(name: str, arguments: Any, task: str = "") -> dict[str, Any]:
    return {f"ansible.windows.{name}": arguments, "name": task or name}


def image_assistant(name: str, *arguments: str) -> dict[str, Any]:
    return module("win_command", {"argv": [IMAGE_ASSISTANT, *arguments]}, name)


# What a role does to prepare an application; unchanged when run again.
PREPARE = [
    {"ansible.builtin.setup": {}, "name": "facts"},
    module("win_file", {"path": "C:\\Deploy", "state": "directory"}),
    module("win_copy", {"content": "hello wörld\n", "dest": "C:\\Deploy\\hello.txt"}),
    module("win_template", {"src": "icon.txt.j2", "dest": "C:\\Deploy\\icon.txt"}),
    module("win_get_url", {"url": f"{SHELF_URL}/7-zip/7z2409-x64.exe", "dest": "C:\\Deploy"}),
    module("win_package", {"path": f"{SHELF_URL}/notepad-plus-plus/npp.8.6.9.Installer.x64.msi"}, "msi"),
    module("win_package", {"path": "C:\\Deploy\\7z2409-x64.exe", "product_id": "7-Zip", "arguments": ["/S"]}, "exe"),
    module("win_regedit", {"path": "HKLM:\\SOFTWARE\\Example", "name": "Mode", "data": 1, "type": "dword"}),
    module("win_service", {"name": "W32Time", "start_mode": "manual", "state": "stopped"}),
    module("win_environment", {"level": "machine", "name": "LICENCE", "value": "27000@licence"}),
    module("win_stat", {"path": "C:/PROGRA~1/Notepad++/notepad++.exe"}),
]

# What would change, but in check mode.
CHECKED = [
    {**module("win_package", {"path": PUTTY}, "checked package"), "check_mode": True},
    {**module("win_copy", {"content": "other", "dest": "C:\\Deploy\\hello.txt"}, "checked file"), "check_mode": True},
]


def test_preparing_applications_twice_and_in_check_mode(real: RealMachine) -> None:
    (real.folder / "icon.txt.j2").write_text("{{ inventory_hostname }}\n")
    first = real.play(PREPARE)
    assert first["stats"]["failures"] == first["stats"]["unreachable"] == 0, first["results"]
    assert first["results"]["facts"]["ansible_facts"]["ansible_hostname"] == real.machine.computer_name
    assert first["results"]["win_stat"]["stat"]["exists"]
    assert real.machine.disk.read("C:\\Deploy\\hello.txt").decode() == "hello wörld\n"
    assert real.machine.disk.read("C:\\Deploy\\icon.txt") == b"design\r\n"
    assert real.machine.describe()["products"] == ["7zip-exe", "notepadpp"]
    second = real.play([*PREPARE, *CHECKED])
    changed = {name for name, result in second["results"].items() if result["changed"]}
    assert (second["stats"]["failures"], changed) == (0, {"checked package", "checked file"})
    assert real.machine.describe()["products"] == ["7zip-exe", "notepadpp"]
    assert real.machine.disk.read("C:\\Deploy\\hello.txt").decode() == "hello wörld\n"
    assert real.journal.entries("unhandled") == []


def test_failure_restart_catalog_and_image(real: RealMachine) -> None:
    quoted = '"--profile ""C:\\my dir\\"" -x"'
    program = "C:/Program Files/Notepad++/notepad++.exe"
    broken = module("win_package", {"path": f"{SHELF_URL}/broken/broken-1.0.msi"}, "broken")
    tasks = [
        {**broken, "ignore_errors": True},
        module("win_package", {"path": f"{SHELF_URL}/needs-restart/needs-restart-2.0.msi"}, "driver"),
        module("win_reboot", {"reboot_timeout": 60, "post_reboot_delay": 0}),
        image_assistant(
            "add", "add-application", "--name", "npp", "--absolute-app-path", program, "--launch-parameters", quoted
        ),
        image_assistant("list", "list-applications"),
        image_assistant("dry run", "create-image", "--name", "design-1", "--dry-run"),
        image_assistant("image", "create-image", "--name", "design-1", "--tags", "Cost Center", "42"),
    ]
    played = real.play(tasks)
    results = played["results"]
    assert played["stats"]["failures"] == 0, json.dumps(results)[-1500:]
    assert (results["broken"]["failed"], results["broken"]["rc"]) == (True, 1603)
    assert results["driver"]["reboot_required"]
    assert results["win_reboot"]["rebooted"]
    entry = json.loads(results["list"]["stdout"])["applications"][0]
    assert entry["LaunchParameters"] == '--profile "C:\\my dir\\" -x'
    (image,) = real.images
    assert (image.name, image.tags) == ("design-1", {"Cost Center": "42"})
    assert not real.machine.describe()["restart_pending"]
