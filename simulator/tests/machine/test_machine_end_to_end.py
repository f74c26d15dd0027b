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
from appstream_simulator.windows.machine import windows_updates
from appstream_simulator.windows.machine.machine import Machine
from appstream_simulator.windows.machine.shelf import Shelf
from appstream_simulator.windows.machine.site import CreateImage, MachineRequest, Site
from appstream_simulator.windows.machine.stock import IMAGE_ASSISTANT
from appstream_simulator.windows.machine.windows_updates import WindowsUpdate
from simulated_machine import ADMINISTRATOR, PASSWORD, make_world

SHELF_URL = "https://downloads.example.com"
PUTTY = f"{SHELF_URL}/putty/putty-64bit-0.81-installer.msi"


class RealMachine:
    """A machine that listens on its address."""

    def __init__(self, folder: Path, address: str) -> None:
        self.address = address
        self.clock = Clock(200)
        self.journal = Journal(self.clock.now)
        self.images: list[CreateImage] = []
        settings = Settings(accounts={ADMINISTRATOR: PASSWORD}, state_directory=folder / "state")
        self.site = Site(self.clock, self.journal, settings)
        request: MachineRequest = make_world(folder, on_create_image=self.images.append).machine.request
        self.machine: Machine = self.site.create(request)
        self.folder = folder

    def play(self, tasks: list[dict[str, Any]], connection: str = "winrm") -> dict[str, Any]:
        """Run tasks with ansible-playbook; the statistics of the host and the results of the tasks by name."""
        variables = {
            "ansible_host": self.address,
            "ansible_port": 5985,
            "ansible_connection": connection,
            "ansible_winrm_transport": "ntlm",
            "ansible_psrp_auth": "ntlm",
            "ansible_psrp_protocol": "http",
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
def real(tmp_path_factory: pytest.TempPathFactory, addresses: Iterator[str]) -> Iterator[RealMachine]:
    """One machine for all plays, each of which starts where the one before ended."""
    real = RealMachine(tmp_path_factory.mktemp("real"), next(addresses))
    real.machine.power_on(real.address)
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


@pytest.mark.parametrize("connection", ["winrm", "psrp"])
def test_template_and_copy_of_ansible_builtin(real: RealMachine, connection: str) -> None:
    """Action plugins for all systems: they send along what only modules for POSIX take notice of."""
    (real.folder / "agent.conf.j2").write_text("name={{ inventory_hostname }}\n")
    (real.folder / "plain.txt").write_text("plain\n")
    folder = f"C:\\Agent-{connection}"
    tasks: list[dict[str, Any]] = [
        module("win_file", {"path": folder, "state": "directory"}, "folder"),
        {"ansible.builtin.template": {"src": "agent.conf.j2", "dest": f"{folder}\\agent.conf"}, "name": "template"},
        {"ansible.builtin.template": {"src": "agent.conf.j2", "dest": f"{folder}\\agent.conf"}, "name": "again"},
        {
            "ansible.builtin.template": {"src": "agent.conf.j2", "dest": f"{folder}\\", "mode": "0600", "force": False},
            "name": "into a folder",
        },
        {"ansible.builtin.copy": {"src": "plain.txt", "dest": f"{folder}\\plain.txt", "mode": "0644"}, "name": "copy"},
        {"ansible.builtin.copy": {"content": "text", "dest": f"{folder}\\text.txt"}, "name": "content"},
        module("win_template", {"src": "agent.conf.j2", "dest": f"{folder}\\win.conf"}, "win_template"),
    ]
    done = real.play(tasks, connection)
    assert done["stats"]["failures"] == 0, done["results"]
    changed = {name: result["changed"] for name, result in done["results"].items()}
    assert changed == {
        "wait": False,
        "folder": True,
        "template": True,
        "again": False,
        "into a folder": True,
        "copy": True,
        "content": True,
        "win_template": True,
    }
    disk = real.machine.disk
    assert disk.read(f"{folder}\\agent.conf") == b"name=design\n"
    assert disk.read(f"{folder}\\agent.conf.j2") == b"name=design\n"
    assert disk.read(f"{folder}\\plain.txt") == b"plain\n"
    assert disk.read(f"{folder}\\text.txt") == b"text"
    assert disk.read(f"{folder}\\win.conf") == b"name=design\r\n"
    assert real.journal.entries("unhandled") == []


UNKNOWN = "Set-Culture -CultureInfo de-DE\nSet-Nonsense foo"


@pytest.mark.parametrize("connection", ["winrm", "psrp"])
def test_unknown_powershell_fails_over_the_wire(real: RealMachine, connection: str) -> None:
    (real.folder / "unknown.ps1").write_text(UNKNOWN)
    tasks: list[dict[str, Any]] = [
        {"ansible.builtin.raw": UNKNOWN, "name": "raw"},
        {"ansible.builtin.raw": f"New-Item -ItemType Directory C:\\Made | Out-Null; {UNKNOWN}", "name": "raw behind"},
        {"ansible.builtin.script": "unknown.ps1", "name": "script"},
        module("win_shell", UNKNOWN),
        module("win_powershell", {"script": UNKNOWN}),
    ]
    results = real.play([{**task, "ignore_errors": True} for task in tasks], connection)["results"]
    assert {task["name"]: results[task["name"]]["failed"] for task in tasks} == {task["name"]: True for task in tasks}
    assert {name: result["rc"] for name, result in results.items() if "rc" in result} == {
        "raw": 1,
        "raw behind": 1,
        "script": 1,
        "win_shell": 1,
    }
    assert len(real.journal.entries("unhandled")) == len(tasks)
    assert not real.machine.disk.exists("C:\\Made")
    real.journal.clear()


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


CUMULATIVE = WindowsUpdate("11111111-0000", "2026-09 Cumulative Update (KB5060001)", "5060001", reboot_required=True)
LATER = WindowsUpdate("22222222-0000", "2026-10 Cumulative Update (KB5060002)", "5060002", after=(CUMULATIVE.id,))
BROKEN = WindowsUpdate("33333333-0000", "Broken (KB5060003)", "5060003", ("Feature Packs",), fails_with=0x80070643)


@pytest.mark.parametrize("connection", ["winrm", "psrp"])
def test_updates_with_the_action_plugin(real: RealMachine, connection: str) -> None:
    real.machine.shelf.updates[:] = [CUMULATIVE, LATER, BROKEN]
    real.machine.disk.updates.clear()
    windows_updates.disable(real.machine.disk)
    updates = {"reboot_timeout": 60}
    played = real.play(
        [
            {**module("win_updates", updates, "disabled"), "ignore_errors": True},
            module("win_service", {"name": "wuauserv", "start_mode": "manual"}),
            module("win_updates", {**updates, "state": "searched"}, "search"),
            module("win_updates", {**updates, "reboot": True}, "install"),
            {
                **module("win_updates", {**updates, "category_names": ["FeaturePacks"]}, "broken"),
                "ignore_errors": True,
            },
        ],
        connection,
    )
    results = played["results"]
    assert played["stats"]["failures"] == 0, json.dumps(results)[-3000:]
    assert results["disabled"]["msg"].startswith("Searching for updates: The service cannot be started")
    assert (results["search"]["found_update_count"], results["search"]["changed"]) == (1, False)
    installed = results["install"]
    assert (installed["installed_update_count"], installed["rebooted"], installed["reboot_required"]) == (
        2,
        True,
        False,
    )
    assert installed["updates"][LATER.id]["kb"] == ["5060002"]
    assert installed["filtered_updates"][BROKEN.id]["filtered_reasons"] == ["category_names"]
    assert results["broken"]["failed_update_count"] == 1
    assert results["broken"]["updates"][BROKEN.id]["failure_hresult_code"] == 0x80070643
    assert real.journal.entries("unhandled") == []


def test_settings_with_the_modules_as_they_are_shipped(real: RealMachine) -> None:
    hive = {"path": "HKLM:\\ANSIBLE\\Software\\A", "name": "b", "data": "c", "hive": "C:\\Users\\Default\\NTUSER.DAT"}
    scheduled = {
        "name": "Example",
        "actions": [{"path": "cmd.exe"}],
        "username": "SYSTEM",
        "triggers": [{"type": "boot"}],
    }
    tasks = [
        module("win_regedit", hive),
        module("win_timezone", {"timezone": "W. Europe Standard Time"}),
        module("win_region", {"format": "de-DE", "location": "94", "unicode_language": "de-DE", "copy_settings": True}),
        module("win_acl", {"path": "C:\\Users\\Public", "user": "Users", "rights": "Modify", "type": "allow"}),
        module("win_acl_inheritance", {"path": "C:\\Users\\Public", "state": "absent", "reorganize": True}),
        module("win_owner", {"path": "C:\\Users\\Public", "user": "SYSTEM", "recurse": True}),
        module("win_user", {"name": "designer", "password": "Secret-9"}),
        module("win_user_profile", {"username": "designer", "state": "present"}),
        {"community.windows.win_scheduled_task": scheduled, "name": "task"},
        module("win_command", {"argv": ["secedit.exe", "/export", "/cfg", "C:\\Windows\\Temp\\s.inf"]}, "secedit"),
    ]
    watched = [
        module("win_certificate_info", {"store_name": "Root"}),
        module("win_service_info", {"name": "wuauserv"}),
        module("win_reboot_info", {}),
        module("win_product_facts", {}),
        {"community.windows.win_scheduled_task_stat": {"name": "Example"}, "name": "task stat"},
    ]
    first = real.play([*tasks, *watched])
    assert first["stats"]["failures"] == 0, json.dumps(first["results"])[-3000:]
    assert first["results"]["task stat"]["task_exists"]
    second = real.play(tasks[:-1])["results"]
    assert [name for name, result in second.items() if result["changed"]] == []
    assert real.journal.entries("unhandled") == []


SOURCES = r"""
installers:
  - {name: hanging, kind: exe, registry_key: Hanging, hangs: true, urls: ["https://apps.example.net/hanging.exe"]}
shares:
  - path: \\files.example.com\private
    accounts: {'CORP\reader': right-password}
    files: [{path: tool.txt, text: tool}]
chocolatey: [{name: putty.install, version: "0.81", installs: putty}]
"""


def as_reader(task: dict[str, Any], password: str = "right-password") -> dict[str, Any]:
    flags = "logon_type=new_credentials logon_flags=netcredentials_only"
    become = {"become": True, "become_method": "runas", "become_flags": flags}
    return {**task, **become, "vars": {"ansible_become_user": "CORP\\reader", "ansible_become_pass": password}}


def test_installing_from_elsewhere_with_the_modules_as_they_are_shipped(real: RealMachine) -> None:
    (real.folder / "sources.yml").write_text(SOURCES)
    shelf = Shelf([real.folder / "sources.yml"])
    real.machine.shelf, real.machine.disk.share_reader = shelf, shelf.shares
    source = "\\\\files.example.com\\private\\tool.txt"
    copy = module("win_copy", {"src": source, "dest": "C:\\tool.txt", "remote_src": True})
    hanging = module(
        "win_package", {"path": "https://apps.example.net/hanging.exe", "product_id": "Hanging"}, "hanging"
    )
    tasks = [
        {**copy, "name": "denied", "ignore_errors": True},
        {**as_reader(copy, "wrong"), "name": "wrong", "ignore_errors": True},
        {**as_reader(copy), "name": "copied"},
        {**as_reader(module("win_command", {"cmd": "whoami"})), "name": "whoami"},
        {"chocolatey.chocolatey.win_chocolatey": {"name": "putty.install"}, "name": "chocolatey"},
        {"chocolatey.chocolatey.win_chocolatey": {"nam": "x"}, "name": "misspelt", "ignore_errors": True},
        {"community.windows.win_shortcut": {"src": "notepad", "dest": "C:\\Users\\Public\\n.lnk"}, "name": "shortcut"},
        {"community.windows.win_file_version": {"path": "C:\\Windows\\notepad.exe"}, "name": "version"},
        module("win_feature", {"name": "Telnet-Client", "state": "present"}),
        {**hanging, "async": 400, "poll": 1, "ignore_errors": True},
        module("win_command", {"argv": ["taskkill", "/F", "/T", "/IM", "hanging.exe"]}, "kill"),
    ]
    played = real.play(tasks)
    results = played["results"]
    assert played["stats"]["failures"] == 0, json.dumps(results)[-3000:]
    assert results["denied"]["msg"] == "Unhandled exception while executing module: Access is denied"
    assert results["wrong"]["msg"] == f"Cannot copy src file: '{source}' as it does not exist"
    assert real.machine.disk.read("C:\\tool.txt") == b"tool"
    assert results["whoami"]["stdout"].strip() == f"{real.machine.computer_name}\\{ADMINISTRATOR}".lower()
    assert results["chocolatey"]["changed"]
    assert "Unsupported parameters" in results["misspelt"]["msg"]
    assert "timed out waiting for module completion" in results["hanging"]["msg"]
    assert results["kill"]["rc"] == 0
    assert real.journal.entries("unhandled") == []
    assert "right-password" not in json.dumps(real.journal.entries())
