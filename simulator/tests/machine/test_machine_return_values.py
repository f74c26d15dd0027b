# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Results against what the collection documents that its modules return."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import ansible_collections
import calls_of_roles
import pytest
import yaml
from appstream_simulator.windows.machine import chocolatey
from appstream_simulator.windows.machine.modules import HANDLERS
from appstream_simulator.windows.protocol.certificates import self_signed
from simulated_machine import World

ROOTS = [Path(root) for root in ansible_collections.__path__]
# What any module may return (Ansible's "Common return values").
COMMON = {"changed", "failed", "msg", "rc", "skipped", "stdout", "stderr", "start", "end", "delta", "cmd", "warnings"}
# Returned by the module's source, but missing in its documentation.
UNDOCUMENTED = {
    "chocolatey.chocolatey.win_chocolatey": {"choco_cli_version"},
    "community.windows.win_shortcut": {
        *("args", "description", "dest", "directory", "hotkey", "icon", "src", "state", "windowstyle")
    },
    "win_feature": {"success"},
    "win_firewall": {"Domain", "Private", "Public", "restart_required"},
    "slurp": {"encoding"},
    "win_copy": {"files", "directories", "symlinks"},
    "win_environment": {"values"},
    "win_get_url": {"checksum_dest", "checksum_src"},
    "win_package": {"status_code", "elapsed"},
    "win_path": {"path_value", "removed_idx"},
    "win_reg_stat": {"exists"},
    "win_service": {"exists"},
    "win_tempfile": {"state"},
    "win_user": {"state"},
    **calls_of_roles.UNDOCUMENTED,
}

URL = "https://downloads.example.com/putty/putty-64bit-0.81-installer.msi"
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("setup", {}),
    ("slurp", {"src": "C:\\Temp\\a.txt"}),
    ("win_command", {"cmd": "hostname"}),
    ("win_copy", {"_copy_mode": "query", "dest": "C:\\Temp", "files": [], "directories": []}),
    ("win_copy", {"_copy_mode": "remote", "src": "C:\\Temp\\a.txt", "dest": "C:\\Temp\\b.txt", "backup": True}),
    ("win_environment", {"level": "machine", "name": "A", "value": "1"}),
    ("win_audit_policy_system", {"subcategory": "Logon", "audit_type": ["success"]}),
    ("win_feature", {"name": ["Telnet-Client"]}),
    ("win_feature_info", {"name": "Telnet-Client"}),
    ("win_file", {"path": "C:\\Temp\\c", "state": "directory"}),
    ("win_find", {"paths": ["C:\\Temp"]}),
    ("win_firewall", {"state": "disabled"}),
    ("win_get_url", {"url": URL, "dest": "C:\\Temp"}),
    ("win_group_membership", {"name": "Users", "members": ["Administrator"], "state": "pure"}),
    ("win_optional_feature", {"name": ["TelnetClient"]}),
    ("win_package", {"path": URL}),
    ("win_path", {"elements": ["C:\\Temp"]}),
    ("win_ping", {}),
    ("win_whoami", {}),
    ("win_powershell", {"script": "hostname"}),
    ("win_reg_stat", {"path": "HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"}),
    ("win_reg_stat", {"path": "HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", "name": "ProductName"}),
    ("win_regedit", {"path": "HKLM:\\SOFTWARE\\Example", "name": "a", "data": "b"}),
    ("win_service", {"name": "WinRM"}),
    ("win_shell", {"_raw_params": "echo a", "executable": "cmd"}),
    ("win_stat", {"path": "C:\\Temp\\a.txt"}),
    ("win_tempfile", {}),
    ("win_user", {"name": "bob", "password": "Secret-9"}),
    ("win_wait_for", {"path": "C:\\Temp\\a.txt"}),
    ("win_acl", {"path": "C:\\Temp", "user": "Users", "rights": "Modify", "type": "allow"}),
    ("win_acl_inheritance", {"path": "C:\\Temp"}),
    ("win_certificate_info", {}),
    ("win_certificate_store", {"thumbprint": "00", "state": "absent"}),
    ("win_owner", {"path": "C:\\Temp", "user": "SYSTEM"}),
    ("win_product_facts", {}),
    ("win_reboot_info", {}),
    ("win_region", {"format": "de-DE"}),
    ("win_service_info", {}),
    ("win_timezone", {"timezone": "GMT Standard Time"}),
    ("win_updates", {"_operation": "start", "_operation_options": {"wait": True}, "state": "searched"}),
    ("win_user_profile", {"username": "Administrator"}),
    ("chocolatey.chocolatey.win_chocolatey", {"name": ["chocolatey"], "bootstrap_script": URL}),
    ("community.windows.win_disk_image", {"image_path": "C:\\Temp\\a.txt", "state": "absent"}),
    ("community.windows.win_file_version", {"path": "C:\\Windows\\notepad.exe"}),
    ("community.windows.win_shortcut", {"src": "C:\\Windows\\notepad.exe", "dest": "C:\\Temp\\n.lnk"}),
    ("community.windows.win_unzip", {"src": "C:\\Temp\\a.txt", "dest": "C:\\Temp", "creates": "C:\\Temp\\a.txt"}),
    ("community.windows.win_scheduled_task", {"name": "a", "actions": [{"path": "cmd.exe"}], "username": "SYSTEM"}),
    (
        "community.windows.win_scheduled_task_stat",
        {"name": "SynchronizeTime", "path": "\\Microsoft\\Windows\\Time Synchronization"},
    ),
    *calls_of_roles.CALLS,
]


@pytest.mark.parametrize(("module", "arguments"), CALLS)
def test_only_documented_values_are_returned(world: World, module: str, arguments: dict[str, Any]) -> None:
    world.write("C:\\Temp\\a.txt", b"a")
    world.machine.disk.services["wuauserv"].start_mode = "manual"
    if module.startswith("chocolatey.chocolatey.win_chocolatey_"):
        chocolatey.bootstrap(world.machine.disk, chocolatey.VERSION)
    result = world.module(module, arguments)
    assert not result.get("failed")
    documented = set((_documentation(module).get("RETURN")) or {}) | COMMON | UNDOCUMENTED.get(module, set())
    if module == "setup":
        documented |= {"ansible_facts"}
    assert set(result) <= documented


# What the sources of modules return in a list or dictionary although their documentation spells it otherwise.
MISSPELT = {
    "failure_actions_on_non_crash_failure",
    "failure_command",
    "failure_reboot_msg",
    "failure_reset_period_sec",
    "win32_exit_code",
    "raw",
    "multiple_instances",
    "run_only_if_idle",
}


@pytest.mark.parametrize(
    ("module", "key", "arguments"),
    [
        ("win_service_info", "services", {"name": "WinRM"}),
        ("win_reboot_info", "last_reboot", {}),
        ("win_product_facts", "ansible_facts", {}),
        ("win_certificate_info", "certificates", {}),
        *(
            (
                "community.windows.win_scheduled_task_stat",
                key,
                {"name": "SynchronizeTime", "path": "\\Microsoft\\Windows\\Time Synchronization"},
            )
            for key in ("state", "principal", "registration_info", "settings")
        ),
    ],
)
def test_details_are_documented(world: World, module: str, key: str, arguments: dict[str, Any]) -> None:
    certificate = self_signed("design.example.com")
    world.machine.disk.certificates[certificate.thumbprint] = certificate
    result = world.module(module, arguments)[key]
    details = result[0] if isinstance(result, list) else result
    assert set(details) <= set(_documentation(module)["RETURN"][key]["contains"]) | MISSPELT


@pytest.mark.parametrize(("module", "key"), [("win_stat", "stat"), ("win_find", "files")])
def test_details_of_files_are_documented(world: World, module: str, key: str) -> None:
    world.write("C:\\Temp\\a.txt", b"a")
    result = world.module(module, {"path": "C:\\Temp\\a.txt", "paths": ["C:\\Temp"]})[key]
    details = result[0] if isinstance(result, list) else result
    assert set(details) <= set(_documentation(module)["RETURN"][key]["contains"])


def test_every_stand_in_is_tried() -> None:
    tried = {module if "." in module else f"ansible.windows.{module}" for module, _arguments in CALLS}
    assert tried == set(HANDLERS)


@pytest.mark.parametrize("name", sorted(HANDLERS))
def test_every_option_of_a_stand_in_exists(name: str) -> None:
    handler_module = importlib.import_module(HANDLERS[name].__module__)
    documented = _documentation(name)["DOCUMENTATION"].get("options") or {}
    known = set(documented)
    for details in documented.values():
        known |= set(details.get("aliases", []))
    # Names with an underscore come from action plugins, `_raw_params` from free-form tasks.
    internal = {option for option in handler_module.OPTIONS if option.startswith("_")} | {"files", "directories"}
    assert set(handler_module.OPTIONS) - internal <= known | calls_of_roles.UNDOCUMENTED_OPTIONS


def _documentation(module: str) -> dict[str, Any]:
    """DOCUMENTATION and RETURN of a module: beside it as YAML, or in a Python file."""
    collection, _dot, name = (module if "." in module else f"ansible.windows.{module}").rpartition(".")
    folders = (root / collection.replace(".", "/") / "plugins" / "modules" for root in ROOTS)
    folder = next(folder for folder in folders if folder.is_dir())
    beside = folder / f"{name}.yml"
    if beside.is_file():
        sidecar: dict[str, Any] = yaml.safe_load(beside.read_text())
        return sidecar
    namespace: dict[str, Any] = {}
    exec(compile((folder / f"{name}.py").read_text(), module, "exec"), namespace)
    return {name: yaml.safe_load(namespace[name]) for name in ("DOCUMENTATION", "RETURN") if name in namespace}
