# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Stand-ins for ansible.windows modules about programs, packages, the registry, services and accounts."""

from __future__ import annotations

from typing import Any

import pytest
from simulated_machine import ADMINISTRATOR, World

NPP_URL = "https://downloads.example.com/notepad-plus-plus/npp.8.6.9.Installer.x64.msi"
NPP_ID = "{0F8D5A66-9E14-4C0F-8A26-6E1F5B7C86A9}"
NPP_EXE = "C:\\Program Files\\Notepad++\\notepad++.exe"
BROKEN_UNC = "\\\\files.example.com\\software\\broken\\broken-1.0.msi"


def put(world: World, name: str) -> str:
    installer = world.machine.shelf.installers[name]
    return world.write(f"C:\\Temp\\{installer.file_name}", installer.content)


def test_facts(world: World) -> None:
    facts = world.module("setup")["ansible_facts"]
    assert facts["ansible_os_family"] == "Windows"
    assert facts["ansible_hostname"] == world.machine.computer_name
    assert facts["ansible_user_id"] == "installer"
    assert facts["ansible_env"]["SystemRoot"] == "C:\\Windows"
    assert facts["ansible_ip_addresses"] == ["127.0.77.1"]
    assert not facts["ansible_reboot_pending"]
    assert not facts["ansible_windows_domain_member"]


def test_fact_subsets(world: World) -> None:
    minimum = world.module("setup", {"gather_subset": ["!all"]})["ansible_facts"]
    assert "ansible_env" in minimum
    assert "ansible_memtotal_mb" not in minimum
    memory = world.module("setup", {"gather_subset": ["!all", "!min", "memory"]})["ansible_facts"]
    assert set(memory) - {"gather_subset", "module_setup"} == {key for key in memory if "mb" in key}
    assert world.module("setup", {"gather_subset": ["nonsense"]})["warnings"]


def test_local_facts(world: World) -> None:
    world.write("C:\\facts\\site.json", b'{"room": 7}')
    facts = world.module("setup", {"fact_path": "C:\\facts"})["ansible_facts"]
    assert facts["ansible_site"] == {"room": 7}
    world.write("C:\\facts\\more.ps1", b"@{}")
    assert world.module("setup", {"fact_path": "C:\\facts"})["failed"]


def test_domain_facts(domain_world: World) -> None:
    facts = domain_world.module("setup")["ansible_facts"]
    assert facts["ansible_domain"] == "corp.example.com"
    assert facts["ansible_windows_domain_role"] == "Member server"


def test_command_by_text_and_argv(world: World) -> None:
    result = world.module("win_command", {"_raw_params": " hostname "})
    assert (result["changed"], result["rc"], result["cmd"]) == (True, 0, "hostname")
    assert result["stdout"].strip() == world.machine.computer_name
    result = world.module("win_command", {"argv": ["cmd", "/c", "echo", "two words"]})
    assert result["cmd"] == 'C:\\Windows\\System32\\cmd.exe /c echo "two words"'


def test_command_failures(world: World) -> None:
    failed = world.module("win_command", {"cmd": "cmd /c exit 3"})
    assert (failed["failed"], failed["rc"], failed["msg"]) == (True, 3, "non-zero return code")
    missing = world.module("win_command", {"argv": ["C:\\none.exe", "x"]})
    assert (missing["failed"], missing["rc"]) == (True, 2)
    assert "Win32ErrorCode 2" in missing["msg"]
    assert missing["msg"].startswith("Failed to run: 'C:\\none.exe x': ")
    assert world.module("win_command", {"cmd": "hostname", "chdir": "C:\\none"})["failed"]


def test_command_creates_removes_and_check_mode(world: World) -> None:
    skipped = world.module("win_command", {"cmd": "hostname", "creates": "C:\\Windows"})
    assert (skipped["skipped"], skipped["msg"]) == (True, "skipped, since C:\\Windows exists")
    skipped = world.module("win_command", {"cmd": "hostname", "removes": "C:\\none"})
    assert skipped["msg"] == "skipped, since C:\\none does not exist"
    assert world.module("win_command", {"cmd": "cmd /c mkdir C:\\x"}, check_mode=True)["skipped"]
    assert not world.machine.disk.exists("C:\\x")


def test_shell_and_powershell(world: World) -> None:
    assert world.module("win_shell", {"_raw_params": "echo hi", "executable": "cmd"})["stdout"] == "hi\r\n"
    assert world.module("win_shell", {"_raw_params": "hostname"})["stdout"].strip() == world.machine.computer_name
    failed = world.module("win_shell", {"_raw_params": "Invoke-Something -Unknown"})
    assert failed["failed"]
    assert world.journal.entries("unhandled")
    assert world.module("win_powershell", {"script": "hostname"})["output"] == [world.machine.computer_name]
    assert world.module("win_powershell", {"script": "Get-Unknown"}, check_mode=True)["msg"].startswith("skipped")
    assert world.module("win_powershell", {"script": "Get-Unknown"})["failed"]
    assert world.module("win_powershell", {"path": "C:\\none.ps1"})["failed"]


def test_shell_in_another_directory_and_environment(world: World) -> None:
    world.write("C:\\work\\note.txt", b"noted")
    there = {"chdir": "C:\\work"}
    assert world.module("win_shell", {"_raw_params": "Get-Content note.txt", **there})["stdout"] == "noted\r\n"
    assert world.module("win_shell", {"_raw_params": "(Get-Location).Path", **there})["stdout"] == "C:\\work\r\n"
    text, variables = "cmd /c echo %LICENCE%", {"LICENCE": "port@host"}
    assert world.module("win_shell", {"_raw_params": text}, environment=variables)["stdout"] == "port@host\r\n"
    assert world.module("win_powershell", {"script": text}, environment=variables)["output"] == ["port@host"]
    nested = {"_raw_params": f'powershell -Command "{text}"'}
    assert world.module("win_shell", nested, environment=variables)["stdout"] == "port@host\r\n"


def test_powershell_in_another_directory(world: World) -> None:
    world.write("C:\\work\\note.txt", b"noted")
    there = {"script": "Get-Content -LiteralPath note.txt; (Get-Location).Path", "chdir": "C:\\work"}
    assert world.module("win_powershell", there)["output"] == ["noted", "C:\\work"]
    failed = world.module("win_powershell", {**there, "chdir": "C:\\none"})
    assert failed["failed"] and failed["msg"] == "Cannot find path 'C:\\none' because it does not exist."


@pytest.mark.parametrize("executable", [None, "cmd"])
def test_shell_in_a_directory_that_is_not_there(world: World, executable: str | None) -> None:
    arguments = {"_raw_params": "hostname", "chdir": "C:\\none", "executable": executable}
    failed = world.module("win_shell", arguments)
    assert (failed["failed"], failed["rc"], failed["cmd"]) == (True, 2, "hostname")
    assert failed["msg"] == "Failed to run: '': Could not find specified -WorkingDirectory 'C:\\none'"


SENSITIVE = {"name": "a", "value": "b"}


@pytest.mark.parametrize(
    ("module", "arguments", "refused"),
    [
        ("win_package", {"path": NPP_URL, "verify_signature": True}, "options verify_signature"),
        ("win_package", {"path": NPP_URL, "provider": "msix"}, "provider msix"),
        ("win_package", {"path": NPP_URL, "proxy_url": "http://proxy:3128"}, "options proxy_url"),
        ("win_get_url", {"url": NPP_URL, "dest": "C:\\Windows\\Temp", "method": "POST"}, "options method"),
        ("win_powershell", {"script": "hostname", "arguments": ["-x"]}, "options arguments"),
        ("win_powershell", {"script": "hostname", "parameters": {"a": 1}}, "options parameters"),
        ("win_powershell", {"script": "hostname", "executable": "pwsh.exe"}, "options executable"),
        ("win_powershell", {"script": "hostname", "sensitive_parameters": [SENSITIVE]}, "sensitive_parameters"),
        ("win_service", {"name": "W32Time", "error_control": "critical"}, "options error_control"),
    ],
)
def test_options_that_are_not_simulated_are_refused(
    world: World, module: str, arguments: dict[str, Any], refused: str
) -> None:
    result = world.module(module, arguments)
    assert result["failed"]
    assert refused in result["msg"]
    (entry,) = world.journal.entries("unhandled")
    assert entry["what"].startswith(module)


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("win_package", {"path": NPP_URL, "verify_signature": "no", "wait_for_children": True, "proxy_url": None}),
        ("win_package", {"path": NPP_URL, "provider": "auto", "validate_certs": False, "url_timeout": 60}),
        ("win_get_url", {"url": NPP_URL, "dest": "C:\\Windows\\Temp", "headers": {"a": "b"}, "url_method": "GET"}),
        ("win_get_url", {"url": NPP_URL, "dest": "C:\\Windows\\Temp", "force_basic_auth": False, "timeout": 5}),
        ("win_powershell", {"script": "hostname", "parameters": {}, "depth": 3, "error_action": "stop"}),
    ],
)
def test_options_that_change_nothing_are_accepted(world: World, module: str, arguments: dict[str, Any]) -> None:
    assert world.module(module, arguments)["changed"]
    assert not world.journal.entries("unhandled")


def test_package_from_url(world: World) -> None:
    arguments = {"path": NPP_URL}
    checked = world.module("win_package", arguments, check_mode=True)
    assert (checked["changed"], checked["rc"]) == (True, 0)
    assert not world.machine.disk.exists(NPP_EXE)
    result = world.module("win_package", arguments)
    assert (result["changed"], result["rc"], result["reboot_required"]) == (True, 0, False)
    assert result["checksum"]
    assert world.machine.disk.is_file(NPP_EXE)
    assert not world.module("win_package", arguments)["changed"]
    assert not world.module("win_package", {"path": NPP_URL, "product_id": NPP_ID})["changed"]
    temporary = world.machine.disk.list("C:\\Users\\installer\\AppData\\Local\\Temp")
    assert [name for name in temporary if name.startswith("ansible") or name.endswith(".log")] == []


def test_package_absent(world: World) -> None:
    world.module("win_package", {"path": NPP_URL})
    arguments = {"product_id": NPP_ID, "state": "absent"}
    assert world.module("win_package", arguments, check_mode=True)["changed"]
    assert world.module("win_package", arguments)["changed"]
    assert not world.module("win_package", arguments)["changed"]
    assert not world.machine.disk.exists("C:\\Program Files\\Notepad++")


def test_package_that_fails_keeps_its_log(world: World) -> None:
    result = world.module("win_package", {"path": BROKEN_UNC, "log_path": "C:\\broken.log"})
    assert (result["failed"], result["rc"]) == (True, 1603)
    line = f"C:\\Windows\\System32\\msiexec.exe /i {BROKEN_UNC} /L*V C:\\broken.log /qn /norestart"
    assert result["msg"] == f"unexpected rc from '{line}': see rc, stdout, and stderr for more details"
    assert "Return value 3" in result["log"]
    tolerated = world.module("win_package", {"path": BROKEN_UNC, "expected_return_code": [0, 1603]})
    assert (tolerated["changed"], tolerated["rc"]) == (True, 1603)


def test_package_that_wants_a_restart(world: World) -> None:
    result = world.module("win_package", {"path": put(world, "needs-restart"), "arguments": "ALLUSERS=1"})
    assert (result["rc"], result["reboot_required"], result["failed"]) == (3010, True, False)
    assert world.module("setup")["ansible_facts"]["ansible_reboot_pending"]


@pytest.mark.parametrize("arguments", ["/S", ["/S"], ["/S", "/D=C:\\other place"]])
def test_package_by_program(world: World, arguments: Any) -> None:
    options = {"path": put(world, "7zip-exe"), "product_id": "7-Zip", "arguments": arguments}
    assert world.module("win_package", options)["changed"]
    assert not world.module("win_package", options)["changed"]
    assert world.module("win_package", {"product_id": "7-Zip", "state": "absent"})["changed"]
    assert not world.machine.disk.exists("C:\\Program Files\\7-Zip")


def test_package_of_the_32_bit_view(world: World) -> None:
    options = {"path": put(world, "legacy-agent"), "product_id": "LegacyAgent", "arguments": "/quiet"}
    assert world.module("win_package", options)["changed"]
    assert not world.module("win_package", options)["changed"]
    assert not world.module("win_package", {"path": options["path"], "creates_service": "LegacyAgent"})["changed"]


def test_package_by_created_path(world: World) -> None:
    path = put(world, "7zip-exe")
    options = {"path": path, "arguments": "/S", "creates_path": "%ProgramFiles%\\7-Zip\\7z.exe"}
    assert world.module("win_package", options)["changed"]
    assert not world.module("win_package", {**options, "creates_version": "24.9.0.0"})["changed"]
    assert world.module("win_package", {**options, "creates_version": "25.0.0.0"}, check_mode=True)["changed"]
    assert world.module("win_package", {**options, "creates_path": "C:\\Windows", "creates_version": "1.0"})["failed"]


def test_package_checksums(world: World) -> None:
    digest = world.machine.shelf.installers["notepadpp"].digest
    options = {"path": NPP_URL, "checksum_algorithm": "sha256"}
    wrong = world.module("win_package", {**options, "checksum": "0" * 64})
    assert "did not match" in wrong["msg"]
    assert not world.machine.disk.exists(NPP_EXE)
    assert world.module("win_package", {**options, "checksum": digest})["checksum"] == digest.upper()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("C:\\none.msi", "the file at the path 'C:\\none.msi' cannot be reached"),
        ("https://downloads.example.com/none.msi", "(404) Not Found."),
        ("C:\\unknown.msi", "This installation package could not be opened."),
    ],
)
def test_package_that_cannot_be_had(world: World, path: str, text: str) -> None:
    world.write("C:\\unknown.msi", bytes.fromhex("d0cf11e0a1b11ae1"))
    result = world.module("win_package", {"path": path})
    assert result["failed"]
    assert text in result["msg"]


@pytest.mark.parametrize(
    ("kind", "data", "shown"),
    [
        ("string", "text", "text"),
        ("string", 7, "7"),
        ("expandstring", "%SystemRoot%\\x", "%SystemRoot%\\x"),
        ("dword", "0xff", 255),
        ("dword", 4294967295, 4294967295),
        ("qword", "12", 12),
        ("multistring", ["a", "b"], ["a", "b"]),
        ("multistring", "a", ["a"]),
        ("binary", "hex:be,ef", ["0xbe", "0xef"]),
        ("binary", "beef", ["0xbe", "0xef"]),
        ("binary", [1, 2], ["0x01", "0x02"]),
        ("none", None, []),
    ],
)
def test_registry_values(world: World, kind: str, data: Any, shown: Any) -> None:
    arguments = {"path": "HKLM:\\SOFTWARE\\Example", "name": "value", "data": data, "type": kind}
    assert world.module("win_regedit", arguments, check_mode=True)["changed"]
    assert not world.module("win_reg_stat", {"path": "HKLM:\\SOFTWARE\\Example"})["exists"]
    assert world.module("win_regedit", arguments)["changed"]
    again = world.module("win_regedit", arguments)
    assert (again["changed"], again["data_changed"]) == (False, False)
    stat = world.module("win_reg_stat", {"path": "HKLM:\\SOFTWARE\\Example", "name": "VALUE"})
    assert (stat["exists"], stat["raw_value"]) == (True, shown)


def test_registry_changes_and_deletion(world: World) -> None:
    path = "HKLM:\\SOFTWARE\\Example"
    world.module("win_regedit", {"path": path, "name": "a", "data": "1"})
    changed = world.module("win_regedit", {"path": path, "name": "a", "data": 1, "type": "dword"}, diff=True)
    assert (changed["data_changed"], changed["data_type_changed"]) == (True, True)
    assert changed["diff"] == {
        "before": {path: {"a": {"type": "String", "value": "1"}}},
        "after": {path: {"a": {"type": "DWord", "value": "0x00000001"}}},
    }
    stat = world.module("win_reg_stat", {"path": "HKLM:\\SOFTWARE\\Example"})
    assert stat["properties"] == {"a": {"type": "REG_DWORD", "value": 1, "raw_value": 1}}
    absent = {"path": path, "state": "absent"}
    assert not world.module("win_regedit", {**absent, "delete_key": False})["changed"]
    assert world.module("win_regedit", {**absent, "name": "a"})["changed"]
    assert world.module("win_regedit", absent)["changed"]
    assert not world.module("win_regedit", absent)["changed"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"path": "HKLM\\SOFTWARE"}, "is not a valid powershell path"),
        ({"path": "HKLM:\\A", "name": "a", "type": "dword", "data": 2**32}, "larger than 0xffffffff"),
        ({"path": "HKLM:\\A", "name": "a", "type": "dword", "data": 1.5}, "decimal or float"),
        ({"path": "HKLM:\\A", "name": "a", "type": "binary", "data": 256}, "cannot convert binary data"),
        ({"path": "HKLM:\\A", "hive": "C:\\Users\\Default\\NTUSER.DAT"}, "The parameter is incorrect"),
    ],
)
def test_registry_refusals(world: World, arguments: dict[str, Any], text: str) -> None:
    result = world.module("win_regedit", arguments)
    assert result["failed"]
    assert text in result["msg"]


def test_services(world: World) -> None:
    arguments = {"name": "W32Time", "state": "stopped", "start_mode": "manual"}
    assert world.module("win_service", arguments, check_mode=True)["changed"]
    result = world.module("win_service", arguments, diff=True)
    assert (result["changed"], result["state"], result["start_mode"]) == (True, "stopped", "manual")
    assert result["diff"]["before"]["state"] == "running"
    assert not world.module("win_service", arguments)["changed"]
    assert world.module("win_service", {"name": "windows time", "state": "restarted"})["changed"]
    assert world.module("win_service", {"name": "none"}) == {"changed": False, "exists": False}


def test_service_creation_and_removal(world: World) -> None:
    missing = world.module("win_service", {"name": "svc", "state": "started"})
    assert missing["msg"] == "Service 'svc' is not installed, need to set 'path' to create a new service"
    arguments = {"name": "svc", "path": "C:\\svc.exe", "display_name": "My service", "username": "LocalSystem"}
    created = world.module("win_service", {**arguments, "dependencies": ["W32Time"]})
    assert (created["display_name"], created["username"]) == ("My service", "LocalSystem")
    assert not world.module("win_service", arguments)["changed"]
    assert world.module("win_service", {"name": "W32Time"})["depended_by"] == ["svc"]
    assert world.module("win_service", {"name": "svc", "state": "absent"})["changed"]
    assert not world.module("win_service", {"name": "svc", "state": "absent"})["changed"]


def test_a_service_that_others_need(world: World) -> None:
    services = world.machine.disk.services
    dependent = {"name": "svc", "path": "C:\\svc.exe", "dependencies": ["w32time"], "state": "started"}
    world.module("win_service", dependent)
    reason = "because it has dependent services. It can only be stopped if the Force flag is set."
    for state in ("stopped", "restarted", "absent"):
        refused = world.module("win_service", {"name": "W32Time", "state": state})
        assert refused["msg"].endswith(f"Cannot stop service 'Windows Time (W32Time)' {reason}")
        assert world.module("win_service", {"name": "W32Time", "state": state}, check_mode=True)["changed"]
    assert (services["w32time"].state, services["svc"].state) == ("running", "running")
    forced = {"name": "W32Time", "force_dependent_services": True}
    assert world.module("win_service", {**forced, "state": "restarted"})["changed"]
    assert (services["w32time"].state, services["svc"].state) == ("running", "running")
    assert world.module("win_service", {**forced, "state": "stopped"})["changed"]
    assert (services["w32time"].state, services["svc"].state) == ("stopped", "stopped")
    assert world.module("win_service", {"name": "W32Time", "state": "absent"})["changed"]


def test_a_service_password_is_only_set_again_when_asked_for(world: World) -> None:
    arguments = {"name": "svc", "path": "C:\\svc.exe", "username": "CORP\\svc", "password": "Secret-9"}
    assert world.module("win_service", arguments)["changed"]
    assert not world.module("win_service", arguments)["changed"]
    for _run in range(2):
        assert world.module("win_service", {**arguments, "update_password": "always"})["changed"]


def test_service_refusals(world: World) -> None:
    assert world.module("win_service", {"name": "wuauserv", "state": "started"})["failed"]
    assert "pausing" in world.module("win_service", {"name": "W32Time", "state": "paused"})["msg"]
    assert "sid_info" in world.module("win_service", {"name": "W32Time", "sid_info": "none"})["msg"]


def test_users(world: World) -> None:
    arguments = {"name": "bob", "password": "Secret-9", "fullname": "Bob", "groups": ["Administrators", "Users"]}
    assert world.module("win_user", arguments, check_mode=True)["changed"]
    assert world.module("win_user", {"name": "bob", "state": "query"})["state"] == "absent"
    created = world.module("win_user", arguments, diff=True)
    assert (created["changed"], created["fullname"]) == (True, "Bob")
    assert {group["name"] for group in created["groups"]} == {"Administrators", "Users"}
    assert "Secret-9" not in str(created)
    assert not world.module("win_user", arguments)["changed"]
    assert world.module("win_user", {"name": "bob", "password": "Other-9"})["changed"]
    assert not world.module("win_user", {"name": "bob", "password": "x", "update_password": "on_create"})["changed"]
    replaced = world.module("win_user", {"name": "bob", "groups": ["BUILTIN\\Users"]})
    assert [group["name"] for group in replaced["groups"]] == ["Users"]
    assert world.module("win_user", {"name": "bob", "groups": ["none"]})["msg"] == "group 'none' not found"
    deleted = world.module("win_user", {"name": "bob", "state": "absent"})
    assert deleted["msg"] == "User 'bob' deleted successfully"
    assert not world.module("win_user", {"name": "bob", "state": "absent"})["changed"]


def test_group_membership(world: World, domain_world: World) -> None:
    computer = world.machine.computer_name
    world.module("win_user", {"name": "bob"})
    arguments = {"name": "Administrators", "members": ["bob"]}
    checked = world.module("win_group_membership", arguments, check_mode=True)
    assert (checked["changed"], checked["added"]) == (True, [f"{computer}\\bob"])
    assert world.module("win_group_membership", arguments)["changed"]
    assert not world.module("win_group_membership", arguments)["changed"]
    pure = world.module("win_group_membership", {**arguments, "state": "pure"})
    assert pure["removed"] == [f"{computer}\\Administrator", f"{computer}\\{ADMINISTRATOR}"]
    assert world.module("win_group_membership", {**arguments, "state": "absent"})["removed"] == [f"{computer}\\bob"]
    assert world.module("win_group_membership", {"name": "none", "members": ["bob"]})["failed"]
    assert world.module("win_group_membership", {**arguments, "members": ["nobody"]})["failed"]
    domain = {"name": "Administrators", "members": ["CORP\\Image Builders"]}
    assert world.module("win_group_membership", domain)["failed"]
    assert domain_world.module("win_group_membership", domain)["added"] == ["CORP\\Image Builders"]
    assert domain_world.machine.is_administrator("CORP\\image builders")
