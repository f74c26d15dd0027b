# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Windows settings: time zone, region, permissions, certificates, services, pending restarts, accounts and rights."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from appstream_simulator.windows.domain.policy import ComputerPolicy, PolicyObject
from appstream_simulator.windows.domain.policy_application import apply
from appstream_simulator.windows.machine import certificate_stores, installation, permissions
from appstream_simulator.windows.protocol.certificates import self_signed
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from simulated_machine import World

SECEDIT = "secedit.exe /export /cfg C:\\Windows\\Temp\\security.inf"


def test_time_zone(world: World) -> None:
    checked = world.module("win_timezone", {"timezone": "Tokyo Standard Time"}, check_mode=True, diff=True)
    assert (checked["changed"], checked["previous_timezone"]) == (True, "UTC")
    assert checked["diff"] == {"before": "UTC\n", "after": "Tokyo Standard Time\n"}
    assert world.module("win_timezone", {"timezone": "Tokyo Standard Time"})["changed"]
    assert not world.module("win_timezone", {"timezone": "tokyo standard time"})["changed"]
    assert world.process("tzutil.exe /g").stdout == b"Tokyo Standard Time"
    assert world.process('tzutil /s "W. Europe Standard Time_dstoff"').exit_code == 0
    assert world.process("tzutil /g").stdout == b"W. Europe Standard Time_dstoff"
    assert world.process('tzutil /s "Europe/Berlin"').exit_code == 1
    wrong = world.module("win_timezone", {"timezone": "Europe/Berlin"})
    assert wrong["msg"] == "The specified timezone: Europe/Berlin isn't supported on the machine."


def test_facts_tell_the_local_time(world: World) -> None:
    world.module("win_timezone", {"timezone": "Tokyo Standard Time"})
    facts = world.module("setup", {"gather_subset": ["!all", "date_time"]})["ansible_facts"]["ansible_date_time"]
    assert (facts["tz"], facts["tz_offset"]) == ("Tokyo Standard Time", "+09:00")
    universal = datetime.datetime.fromisoformat(facts["iso8601"])
    local = datetime.datetime.fromisoformat(f"{facts['date']}T{facts['time']}+09:00")
    assert abs((universal - local).total_seconds()) < 1


def test_region(world: World) -> None:
    arguments = {"location": "94", "format": "de-DE", "unicode_language": "de-DE", "copy_settings": True}
    assert world.module("win_region", arguments, check_mode=True)["changed"]
    first = world.module("win_region", arguments)
    assert (first["changed"], first["restart_required"]) == (True, True)
    second = world.module("win_region", arguments)
    assert (second["changed"], second["restart_required"]) == (False, False)
    key = "HKCU:\\Control Panel\\International"
    world.module("win_user", {"name": "late", "password": "Secret-9"})
    for user in ("installer", "late", "SYSTEM"):
        assert world.module("win_reg_stat", {"path": key, "name": "LocaleName"}, user=user)["value"] == "de-DE"
    locale = {"path": "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Nls\\Language", "name": "Default"}
    assert world.module("win_reg_stat", locale)["value"] == "0407"
    assert not world.machine.disk.registry.has_key("HKU\\ANSIBLE")


@pytest.mark.parametrize(
    ("arguments", "text", "unhandled"),
    [
        ({}, "needs to be supplied", False),
        ({"location": "12345"}, "does not contain a valid Geo ID", True),
        ({"location": "Germany"}, "does not contain a valid Geo ID", False),
        ({"format": "German"}, "The argument format 'German' does not contain a valid Culture Name", False),
        ({"unicode_language": "kl-GL"}, "does not contain a valid Culture Name", True),
    ],
)
def test_regions_that_are_refused(world: World, arguments: dict[str, Any], text: str, unhandled: bool) -> None:
    result = world.module("win_region", arguments)
    assert result["failed"] and text in result["msg"]
    assert bool(world.journal.entries("unhandled")) is unhandled


def test_copied_settings_need_the_default_hive(world: World) -> None:
    world.process("reg load HKLM\\Left C:\\Users\\Default\\NTUSER.DAT")
    result = world.module("win_region", {"format": "de-DE", "copy_settings": True})
    assert "Failed to load registry hive" in result["msg"]


def test_access_control_lists(world: World) -> None:
    world.write("C:\\Data\\Sub\\a.txt", b"a")
    rule = {"path": "C:\\Data", "user": "BUILTIN\\Users", "rights": "Modify", "type": "allow"}
    assert world.module("win_acl", rule, check_mode=True)["changed"]
    assert world.module("win_acl", rule)["changed"]
    assert world.module("win_acl", rule)["msg"] == "the specified rule already exists"
    disk = world.machine.disk
    inherited = [
        item for item in permissions.inherited(disk, "C:\\Data\\Sub\\a.txt") if item.identifier == "S-1-5-32-545"
    ]
    assert [item.rights for item in inherited] == [0x1301BF | 0x100000, 0x1200A9]
    # What is inherited is not the rule that the module looks for.
    assert world.module("win_acl", {**rule, "path": "C:\\Data\\Sub"})["changed"]
    assert world.module("win_acl", {**rule, "state": "absent"})["changed"]
    assert world.module("win_acl", {**rule, "state": "absent"})["msg"] == "the specified rule does not exist"
    key = {"path": "HKLM:\\SOFTWARE\\Classes", "user": "SYSTEM", "rights": "FullControl", "type": "allow"}
    world.module("win_regedit", {"path": key["path"]})
    assert world.module("win_acl", key)["changed"]
    assert not world.module("win_acl", key)["changed"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"path": "C:\\nowhere"}, "C:\\nowhere file or directory does not exist on the host"),
        ({"user": "nobody"}, "account_name nobody is not a valid account, cannot get SID"),
        ({"rights": "Everything"}, "an error occurred when attempting to present Everything permission(s)"),
    ],
)
def test_rules_that_are_refused(world: World, arguments: dict[str, Any], text: str) -> None:
    result = world.module(
        "win_acl", {"path": "C:\\Windows", "user": "Users", "rights": "Read", "type": "deny", **arguments}
    )
    assert result["failed"] and text in result["msg"]


def test_inheritance(world: World) -> None:
    world.write("C:\\Data\\a.txt", b"a")
    disk = world.machine.disk
    off = {"path": "C:\\Data", "state": "absent", "reorganize": True}
    assert world.module("win_acl_inheritance", off, diff=True)["diff"] == {
        "before": {"state": "present"},
        "after": {"state": "absent"},
    }
    assert not world.module("win_acl_inheritance", off)["changed"]
    assert len(permissions.get(disk, "C:\\Data").rules) == 3
    assert permissions.inherited(disk, "C:\\Data") == []
    on = {"path": "C:\\Data", "state": "present", "reorganize": True}
    assert world.module("win_acl_inheritance", on)["changed"]
    assert permissions.get(disk, "C:\\Data").rules == ()
    assert "does not exist" in world.module("win_acl_inheritance", {"path": "C:\\nowhere"})["msg"]


def test_owner(world: World) -> None:
    world.write("C:\\Data\\a.txt", b"a")
    assert world.module("win_stat", {"path": "C:\\Data\\a.txt"})["stat"]["owner"] == "BUILTIN\\Administrators"
    arguments = {"path": "C:\\Data", "user": "SYSTEM", "recurse": True}
    assert world.module("win_owner", arguments)["changed"]
    assert not world.module("win_owner", arguments)["changed"]
    assert world.module("win_stat", {"path": "C:\\Data\\a.txt"})["stat"]["owner"] == "NT AUTHORITY\\SYSTEM"
    (found,) = world.module("win_find", {"paths": ["C:\\Data"]})["files"]
    assert found["owner"] == "NT AUTHORITY\\SYSTEM"
    assert "Failed to translate 'nobody'" in world.module("win_owner", {"path": "C:\\Data", "user": "nobody"})["msg"]


def test_icacls(world: World) -> None:
    world.write("C:\\Data\\a.txt", b"a")
    granted = world.process('icacls C:\\Data /grant "*S-1-1-0:(OI)(CI)F" Users:RX')
    assert (granted.exit_code, granted.stdout[:8]) == (0, b"processe")
    everyone = {"path": "C:\\Data", "user": "Everyone", "rights": "FullControl", "type": "allow"}
    assert world.module("win_acl", everyone)["msg"] == "the specified rule already exists"
    assert world.process("icacls C:\\Data /remove Everyone").exit_code == 0
    assert world.module("win_acl", everyone)["changed"]
    assert world.process("icacls C:\\nowhere /grant Users:R").exit_code == 2
    assert world.process("icacls C:\\Data /grant nobody:R").exit_code == 1332
    assert world.process("icacls C:\\Data /save x").exit_code == 1


def test_certificates(world: World) -> None:
    own = self_signed("design.example.com")
    stored = certificate_stores.parse(own.certificate_pem, None)[0]
    archive = certificate_stores.exported(own, "pkcs12", "Secret-9")
    world.write("C:\\Temp\\cert.pem", own.certificate_pem)
    world.write("C:\\Temp\\cert.pfx", archive)
    root = {"path": "C:\\Temp\\cert.pem", "store_name": "Root"}
    assert world.module("win_certificate_store", root, check_mode=True)["changed"]
    assert world.module("win_certificate_store", root)["thumbprints"] == [own.thumbprint]
    assert not world.module("win_certificate_store", root)["changed"]
    wrong = world.module("win_certificate_store", {"path": "C:\\Temp\\cert.pfx", "password": "Secret-8"})
    assert "The specified network password is not correct." in wrong["msg"]
    right = {"path": "C:\\Temp\\cert.pfx", "password": "Secret-9"}
    assert world.module("win_certificate_store", right)["changed"]
    assert world.machine.disk.certificates[own.thumbprint].key_pem
    (found,) = world.module("win_certificate_info", {"thumbprint": own.thumbprint.lower()})["certificates"]
    assert (found["subject"], found["has_private_key"]) == ("CN=design.example.com", True)
    assert found["dns_names"] == ["design.example.com", "design.example.com"]
    assert found["key_usages"] == ["KeyEncipherment", "DigitalSignature"]
    (public,) = world.module("win_certificate_info", {"store_name": "Root"})["certificates"]
    assert not public["has_private_key"] and public["valid_to"] == stored.not_after
    assert world.module("win_certificate_info", {"store_location": "CurrentUser"})["certificates"] == []
    absent = {"thumbprint": own.thumbprint, "state": "absent"}
    assert world.module("win_certificate_store", absent)["changed"]
    assert not world.module("win_certificate_store", absent)["changed"]
    assert world.process(f"certutil -delstore Root {own.thumbprint.lower()}").exit_code == 0
    assert world.process(f"certutil -delstore Root {own.thumbprint}").exit_code == 0x80090011


@pytest.mark.parametrize("file_type", ["der", "pem", "pkcs12"])
def test_exported_certificates(world: World, file_type: str) -> None:
    own = self_signed("design.example.com")
    world.machine.disk.certificates[own.thumbprint] = own
    arguments = {
        "path": "C:\\Windows\\Temp\\out",
        "thumbprint": own.thumbprint,
        "state": "exported",
        "file_type": file_type,
        "password": "Secret-9",
    }
    assert world.module("win_certificate_store", arguments)["changed"]
    assert not world.module("win_certificate_store", arguments)["changed"]
    (back,) = certificate_stores.parse(world.machine.disk.read("C:\\Windows\\Temp\\out"), "Secret-9")
    assert back.thumbprint == own.thumbprint
    assert bool(back.key_pem) is (file_type == "pkcs12")
    der = x509.load_pem_x509_certificate(own.certificate_pem).public_bytes(serialization.Encoding.DER)
    assert (world.machine.disk.read("C:\\Windows\\Temp\\out") == der) is (file_type == "der")
    other = world.module("win_certificate_store", {**arguments, "thumbprint": "00" * 20})
    assert other["msg"] == "Found 0 certs when only expecting 1"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"path": "C:\\nowhere.pem"}, "File at 'C:\\nowhere.pem' either does not exist or is not a file"),
        ({"path": "C:\\Windows\\notepad.exe"}, "Failed to load cert from file"),
        ({"path": "C:\\a", "store_name": "Mine"}, "unable to find store 'Mine'"),
        ({"path": "C:\\a", "store_location": "Here"}, "value of store_location must be one of"),
        ({"path": "C:\\a", "store_type": "service"}, "not simulated"),
    ],
)
def test_certificates_that_are_refused(world: World, arguments: dict[str, Any], text: str) -> None:
    result = world.module("win_certificate_store", arguments)
    assert result["failed"] and text in result["msg"]


def test_services(world: World) -> None:
    (update,) = world.module("win_service_info", {"name": "wuauserv"})["services"]
    assert (update["start_mode"], update["state"], update["process_id"]) == ("disabled", "stopped", 0)
    found = [item["name"] for item in world.module("win_service_info", {"name": "w*"})["services"]]
    assert {"WinRM", "wuauserv", "W32Time"} <= set(found)
    assert world.module("win_service_info", {"name": "nothing"}) == {"changed": False, "exists": False, "services": []}


def test_pending_restarts(world: World) -> None:
    assert world.module("win_reboot_info")["reboot_required_reasons"] == []
    disk, registry = world.machine.disk, world.machine.disk.registry
    installation.mark_restart_pending(disk)
    installation.mark_servicing_pending(disk)
    for key, name in (("ComputerName", "NEW"), ("ActiveComputerName", "OLD")):
        registry.set(f"HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\{key}", "ComputerName", name)
    registry.set("HKLM\\SYSTEM\\CurrentControlSet\\Services\\Netlogon", "JoinDomain", 1, "DWord")
    reasons = world.module("win_reboot_info")["reboot_required_reasons"]
    assert [reason["source"] for reason in reasons] == [
        "component_based_servicing",
        "pending_file_rename",
        "pending_computer_rename",
        "domain_join",
    ]
    facts = world.module("setup", {"gather_subset": ["!all", "platform"]})["ansible_facts"]
    assert facts["ansible_reboot_pending"] is True
    registry.delete_key("HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName")
    world.machine.restart(0)
    assert world.winrm.stopped.wait(10) and world.winrm.running.wait(10)
    assert not world.module("win_reboot_info")["reboot_required"]


def template(world: World, line: str = SECEDIT) -> list[str]:
    assert world.process(line).exit_code == 0
    data = world.machine.disk.read("C:\\Windows\\Temp\\security.inf")
    assert data.startswith(b"\xff\xfe")
    return data.decode("utf-16").splitlines()


def test_secedit_exports_names_and_rights(world: World) -> None:
    lines = template(world)
    assert lines[:2] == ["[Unicode]", "Unicode=yes"]
    assert 'NewAdministratorName = "Administrator"' in lines
    assert "SeRemoteInteractiveLogonRight = *S-1-5-32-544,*S-1-5-32-555" in lines
    assert not any(line.startswith("SeDenyInteractiveLogonRight") for line in lines)
    only = template(world, f"{SECEDIT} /areas USER_RIGHTS /quiet")
    assert "[System Access]" not in only and "[Privilege Rights]" in only
    assert world.process(f"{SECEDIT} /areas SERVICES").exit_code == 1
    assert world.process("secedit /configure /db a.sdb").exit_code == 1


def test_policy_renames_the_administrator_and_assigns_rights(world: World) -> None:
    world.module("win_user", {"name": "bob", "password": "Secret-9"})
    administrator = world.module("win_user", {"name": "Administrator", "state": "query"})["sid"]
    told: list[tuple[str, str, str]] = []
    rights = {"SeDenyInteractiveLogonRight": ["S-1-5-32-546", "bob", "nobody"], "SeSecret": []}
    item = PolicyObject("{1}", "CIS", 1, administrator_name="cisadmin", privilege_rights=rights)
    apply(world.machine.disk, ComputerPolicy([item]), lambda kind, what, reason: told.append((kind, what, reason)))
    lines = template(world)
    assert 'NewAdministratorName = "cisadmin"' in lines
    assert "SeDenyInteractiveLogonRight = *S-1-5-32-546,bob" in lines
    assert [(kind, what) for kind, what, _reason in told] == [
        ("error", "user right SeDenyInteractiveLogonRight"),
        ("unhandled", "user right SeSecret"),
    ]
    assert world.module("win_user", {"name": "cisadmin", "state": "query"})["sid"] == administrator
    assert administrator.endswith("-500")
    assert "cisadmin" in world.machine.disk.accounts.groups["Administrators"]


def test_net(world: World) -> None:
    assert world.process("net user bob Secret-9 /add").exit_code == 0
    assert b"bob" in world.process("net user").stdout
    assert world.process("net localgroup Administrators bob /add").exit_code == 0
    assert b"\r\nbob\r\n" in world.process("net localgroup administrators").stdout
    twice = world.process("net localgroup Administrators bob /add")
    assert (twice.exit_code, b"already a member" in twice.stderr) == (2, True)
    assert world.process("net user bob /active:no").exit_code == 0
    assert b"Account active               No" in world.process("net user bob").stdout
    assert world.process("net user bob /delete").exit_code == 0
    gone = world.process("net.exe user bob /delete")
    assert (gone.exit_code, gone.stderr.splitlines()[0]) == (2, b"The user name could not be found.")
    assert b"built-in accounts" in world.process("net user Administrator /delete").stderr
    assert world.module("win_user", {"name": "Administrator", "state": "absent"})["failed"]
    assert world.process("net localgroup Builders /add").exit_code == 0
    assert world.process("net localgroup Builders /delete").exit_code == 0
    assert world.process("net share").exit_code == 1


def test_sealing_needs_an_administrator(world: World) -> None:
    world.module("win_user", {"name": "bob", "password": "Secret-9"})
    for line, code in (
        ("net user bob /delete", 2),
        ("schtasks /delete /tn a /f", 1),
        ("certutil -delstore My 00", 0x80070005),
        (SECEDIT, 1),
        ("reg load HKLM\\A C:\\Users\\Default\\NTUSER.DAT", 1),
    ):
        assert world.process(line, user="bob").exit_code == code
