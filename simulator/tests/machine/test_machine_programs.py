# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Programs: cmd.exe, shutdown.exe, installers, and what is not simulated."""

from __future__ import annotations

import base64
import threading
from pathlib import Path

import pytest
from appstream_simulator.windows.machine import installation, program_files
from appstream_simulator.windows.machine.machine import PoweredOffError
from appstream_simulator.windows.machine.powershell_arguments import powershell_text
from appstream_simulator.windows.machine.shelf import Shelf
from simulated_machine import World, eventually

MSIEXEC = "C:\\Windows\\System32\\msiexec.exe"


def put(world: World, name: str) -> str:
    """The installer file of a shelf entry, on the machine's disk."""
    installer = world.machine.shelf.installers[name]
    return world.write(f"C:\\Temp\\{installer.file_name}", installer.content)


def test_simple_programs(world: World) -> None:
    name = world.machine.computer_name
    assert world.process("hostname").stdout.decode() == f"{name}\r\n"
    assert world.process("C:\\Windows\\System32\\HOSTNAME.EXE").exit_code == 0
    assert world.process("whoami").stdout.decode() == f"{name}\\installer\r\n".lower()
    assert world.process("whoami", user="CORP\\svc").stdout == b"corp\\svc\r\n"
    assert world.process("whoami", user="SYSTEM").stdout == b"nt authority\\system\r\n"


def test_unknown_programs(world: World) -> None:
    with pytest.raises(FileNotFoundError, match="cannot find the file"):
        world.process("frobnicate.exe /x")
    assert world.process("notepad.exe").exit_code == 1
    (entry,) = world.journal.entries("unhandled")
    assert (entry["host"], entry["text"]) == ("design", "notepad.exe")


@pytest.mark.parametrize(
    ("line", "exit_code", "stdout"),
    [
        ("cmd /c echo hello  world", 0, b"hello  world\r\n"),
        ("cmd.exe /c exit 7", 7, b""),
        ("cmd /c exit /b 3", 3, b""),
        ("cmd /d /s /c echo a && echo b", 0, b"a \r\nb\r\n"),
        ("cmd /c exit 1 || echo never", 1, b""),
        ("cmd /c type C:\\gone.txt || echo rescued", 0, b"rescued\r\n"),
        ("cmd /c type C:\\gone.txt && echo never", 1, b""),
        ("cmd /c type C:\\gone.txt & echo anyway", 0, b"anyway\r\n"),
        ('cmd /c "echo quoted"', 0, b"quoted\r\n"),
        ('cmd /c echo "a & b"', 0, b'"a & b"\r\n'),
        ("cmd /c echo %SystemRoot%", 0, b"C:\\Windows\r\n"),
        ('cmd /c type "C:\\note.txt"', 0, b"noted"),
        ("cmd /c type C:\\gone.txt", 1, b""),
        ("cmd /c C:\\frobnicate.exe", 1, b""),
    ],
)
def test_cmd(world: World, line: str, exit_code: int, stdout: bytes) -> None:
    world.write("C:\\note.txt", b"noted")
    result = world.process(line)
    assert (result.exit_code, result.stdout) == (exit_code, stdout)
    assert world.journal.entries("unhandled") == []


def test_cmd_changes_files(world: World) -> None:
    assert world.process("cmd /c mkdir C:\\new\\folder").exit_code == 0
    assert world.process("cmd /c mkdir C:\\new\\folder").exit_code == 1
    world.write("C:\\new\\a.txt")
    assert world.process("cmd /c del /f /q C:\\new\\a.txt").exit_code == 0
    assert world.machine.disk.list("C:\\new") == ["folder"]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("cmd", "cmd.exe"),
        ("cmd /c assoc .txt=x", "cmd.exe"),
        ("cmd /c mklink /d C:\\a C:\\b", "cmd.exe"),
        ("cmd /c (echo a", "cmd.exe"),
        ("cmd /c pause", "cmd.exe"),
        ("cmd /c diskpart /s x & ver", "program"),
        ("cmd /c C:\\Windows\\System32\\diskpart.exe /s x || ver", "program"),
        ("cmd /c C:\\Tools\\tool.exe & ver", "program"),
        ("cmd /c echo x | diskpart & ver", "program"),
        ("cmd /c for /f %i in ('diskpart') do echo %i", "program"),
    ],
)
def test_what_cmd_cannot_do_is_journalled(world: World, line: str, what: str) -> None:
    """A program of Windows, or one that was installed, ends all that comes behind it and is named."""
    world.write("C:\\Tools\\tool.exe", program_files.content("tool", "1.0.0.0"))
    result = world.process(line)
    assert (result.exit_code, result.unhandled) == (1, True)
    assert [entry["what"] for entry in world.journal.entries("unhandled")] == [what]
    assert b"not recognized" not in result.stderr
    assert b"Microsoft Windows" not in result.stdout


@pytest.mark.parametrize("name", ["frobnicate", "choco", "frobnicate.exe", "C:\\Windows\\frobnicate.exe"])
def test_what_windows_does_not_have_is_not_recognised(world: World, name: str) -> None:
    result = world.process(f"cmd /c {name} /x")
    assert (result.exit_code, result.stdout) == (1, b"")
    assert result.stderr.decode() == (
        f"'{name}' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n"
    )
    assert world.journal.entries("unhandled") == []


def test_powershell_arguments() -> None:
    encoded = base64.b64encode("Get-Date".encode("utf-16-le")).decode()
    assert powershell_text(["-NoProfile", "-ExecutionPolicy", "Bypass", "-Command", "Get-Date", "-x"]) == "Get-Date -x"
    assert powershell_text(["-EncodedCommand", encoded]) == "Get-Date"
    assert powershell_text(["Get-Date"]) == "Get-Date"
    assert powershell_text(["-File", "C:\\a.ps1"]) is None
    assert powershell_text(["-EncodedCommand", "?"]) is None
    assert powershell_text([]) is None


def test_msiexec_installs_and_removes(world: World) -> None:
    path, disk = put(world, "putty"), world.machine.disk
    putty = world.machine.shelf.installers["putty"]
    assert world.process(f'msiexec /i "{path}" /qn /L*V C:\\Temp\\putty.log').exit_code == 0
    assert disk.is_file("C:\\Program Files\\PuTTY\\putty.exe")
    values = disk.registry.texts(putty.uninstall_key)
    assert (values["DisplayName"], values["DisplayVersion"]) == ("PuTTY release 0.81 (64-bit)", "0.81.0.0")
    assert "returning 0" in disk.read("C:\\Temp\\putty.log").decode("utf-16")
    assert world.process(f"msiexec /x {putty.product_code} /qn").exit_code == 0
    assert not disk.exists("C:\\Program Files\\PuTTY")
    assert not installation.is_installed(disk, putty)
    assert [entry["installer"] for entry in world.journal.entries("uninstall")] == ["putty"]


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        ("/qn", 1639),
        ("/i", 1639),
        ("/i C:\\gone.msi /qn", 1619),
        ("/i C:\\note.txt /qn", 1620),
        ("/x {00000000-0000-0000-0000-000000000000} /qn", 1605),
    ],
)
def test_msiexec_refusals(world: World, arguments: str, exit_code: int) -> None:
    world.write("C:\\note.txt", b"text")
    result = world.process(f"{MSIEXEC} {arguments}")
    assert result.exit_code == exit_code
    assert result.stdout.decode("utf-16-le")


def test_failing_and_restarting_installers(world: World) -> None:
    assert world.process(f"msiexec /i {put(world, 'broken')} /qn").exit_code == 1603
    assert "broken" not in world.machine.describe()["products"]
    assert world.process(f"msiexec /i {put(world, 'needs-restart')} /quiet").exit_code == 3010
    assert world.machine.describe()["restart_pending"]


RESTARTING_SHELF = """
installers:
  - {name: always, kind: exe, registry_key: Always, exit_code: 3010}
  - {name: sometimes, kind: exe, registry_key: Sometimes, exit_codes: [{arguments: /driver, exit_code: 3010}]}
  - {name: at-once, kind: exe, registry_key: AtOnce, exit_code: 1641}
"""


@pytest.fixture
def restarting_world(world: World, tmp_path: Path) -> World:
    """A machine in a world with installers that end with 3010 and 1641 by their exit codes alone."""
    file = tmp_path / "restarting.yml"
    file.write_text(RESTARTING_SHELF)
    world.machine.shelf = Shelf([file])
    return world


@pytest.mark.parametrize(("name", "argument"), [("always", ""), ("sometimes", "/driver")])
def test_exit_code_3010_leaves_a_restart_pending(restarting_world: World, name: str, argument: str) -> None:
    assert restarting_world.process(f"{put(restarting_world, name)} {argument}").exit_code == 3010
    assert restarting_world.machine.describe()["restart_pending"]


def test_other_exit_codes_leave_no_restart_pending(restarting_world: World) -> None:
    assert restarting_world.process(put(restarting_world, "sometimes")).exit_code == 0
    assert not restarting_world.machine.describe()["restart_pending"]


def test_exit_code_1641_restarts_the_machine(restarting_world: World) -> None:
    world = restarting_world
    booted = world.machine.boot_time
    world.winrm.running.clear()
    assert world.process(put(world, "at-once")).exit_code == 1641
    assert world.winrm.running.wait(10)
    assert eventually(lambda: len(world.restarts) == 2)
    assert world.restarts == [True, False]
    assert world.machine.boot_time > booted
    assert world.machine.describe()["products"] == ["at-once"]


def test_setup_programs(world: World) -> None:
    disk = world.machine.disk
    assert world.process(f"{put(world, '7zip-exe')} /s").exit_code == 0
    assert disk.is_file("C:\\Program Files\\7-Zip\\7z.exe")
    assert world.process(f"{put(world, 'legacy-agent')} /quiet /badoption").exit_code == 87
    assert world.process(f"{put(world, 'legacy-agent')} /quiet").exit_code == 0
    assert disk.services["legacyagent"].state == "running"
    uninstall = "HKLM\\SOFTWARE\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\LegacyAgent"
    assert world.process(disk.registry.texts(uninstall)["QuietUninstallString"]).exit_code == 0
    assert "legacyagent" not in disk.services
    assert not disk.exists("C:\\Program Files (x86)\\Legacy Agent")
    assert world.machine.describe()["products"] == ["7zip-exe"]


def test_only_administrators_install(world: World) -> None:
    assert world.process(f"msiexec /i {put(world, 'putty')} /qn", user="someone").exit_code == 1603


@pytest.mark.parametrize("arguments", ["", "/verysilent"])
def test_an_installer_without_its_silent_argument_hangs_until_power_off(world: World, arguments: str) -> None:
    ended: list[type[Exception]] = []

    def install() -> None:
        try:
            world.process(f"{put(world, '7zip-exe')} {arguments}")
        except PoweredOffError as error:
            ended.append(type(error))

    thread = threading.Thread(target=install)
    thread.start()
    thread.join(0.2)
    assert thread.is_alive()
    world.machine.power_off()
    thread.join(10)
    assert ended == [PoweredOffError]
    assert world.machine.describe()["products"] == []


def test_shutdown_restarts_the_guest(world: World) -> None:
    booted = world.machine.boot_time
    world.process(f"msiexec /i {put(world, 'needs-restart')} /qn")
    assert world.process("shutdown /r /t 100000").exit_code == 0
    assert world.process("shutdown /r /t 0").exit_code == 1190
    assert world.process("shutdown /a").exit_code == 0
    assert world.process("shutdown /a").exit_code == 1116
    world.winrm.running.clear()
    assert world.process('shutdown.exe /r /t 2 /c "Reboot initiated by Ansible"').exit_code == 0
    assert world.winrm.running.wait(10)
    assert eventually(lambda: len(world.restarts) == 2)
    assert world.restarts == [True, False]
    assert world.machine.boot_time > booted
    assert not world.machine.describe()["restart_pending"]


def test_shutdown_powers_off(world: World) -> None:
    assert world.process("shutdown /s /t 1").exit_code == 0
    assert world.winrm.stopped.wait(10)
    assert world.machine.describe()["power"] == "off"


@pytest.mark.parametrize(
    ("user", "name", "administrator", "profile"),
    [
        ("SYSTEM", "system", True, "C:\\Windows\\System32\\config\\systemprofile"),
        ("NT AUTHORITY\\SYSTEM", "system", True, "C:\\Windows\\System32\\config\\systemprofile"),
        ("LocalSystem", "system", True, "C:\\Windows\\System32\\config\\systemprofile"),
        ("NT AUTHORITY\\LocalService", "local service", False, "C:\\Windows\\ServiceProfiles\\LocalService"),
        ("NetworkService", "network service", False, "C:\\Windows\\ServiceProfiles\\NetworkService"),
    ],
)
def test_service_accounts_by_any_of_their_names(
    world: World, user: str, name: str, administrator: bool, profile: str
) -> None:
    machine = world.machine
    assert world.process("whoami", user=user).stdout == f"nt authority\\{name}\r\n".encode()
    assert machine.is_administrator(user) == administrator
    variables = machine.environment(user)
    assert (variables["USERPROFILE"], variables["TEMP"]) == (profile, "C:\\Windows\\TEMP")


def test_what_system_keeps_for_itself_is_not_the_connecting_users(world: World) -> None:
    for user in ("LocalSystem", "installer"):
        world.module("win_regedit", {"path": "HKCU:\\Software\\Example", "name": "Who", "data": user}, user=user)
    found = world.machine.disk.registry.get("HKU\\.DEFAULT\\Software\\Example", "Who")
    assert found is not None
    assert found.data == "LocalSystem"
