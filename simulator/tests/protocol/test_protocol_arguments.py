# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Arguments against the specification in the module sources of the installed ansible.windows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import ansible
import pytest
from appstream_simulator.windows.machine.modules import HANDLERS
from appstream_simulator.windows.protocol import arguments, legacy_arguments, module_documentation, powershell_literals
from hypothesis import given
from hypothesis import strategies as st

MODULES = Path(ansible.__file__).parents[1] / "ansible_collections" / "ansible" / "windows" / "plugins" / "modules"
COLLECTIONS = MODULES.parents[3]
INSTALLED = {
    f"{collection}.{path.stem}": path.read_bytes()
    for collection in ("ansible.windows", "community.windows")
    for path in sorted((COLLECTIONS / collection.replace(".", "/") / "plugins" / "modules").glob("*.ps1"))
}
SOURCES = {f"ansible.windows.{path.stem}": path.read_bytes() for path in sorted(MODULES.glob("*.ps1"))}


def problem(module: str, **given_arguments: Any) -> str | None:
    name = f"ansible.windows.{module}"
    return arguments.validate(name, SOURCES[name], given_arguments)


@pytest.mark.parametrize(
    ("module", "given_arguments"),
    [
        ("win_ping", {}),
        ("win_ping", {"data": "x"}),
        ("win_ping", {"DATA": "x"}),
        ("win_command", {"argv": ["a", "b c"]}),
        ("win_command", {"_raw_params": "whoami", "chdir": "C:\\"}),
        ("win_package", {"path": "C:\\x.msi", "arguments": "/qn", "expected_return_code": ["0", 3010]}),
        ("win_package", {"path": "https://x/y.exe", "product_id": "{1}", "url_username": "u", "url_password": "p"}),
        ("win_service", {"name": "x", "state": "Started", "failure_reset_period": 5}),
        ("win_service", {"name": "x", "failure_actions": [{"type": "restart", "delay": 1000}]}),
        ("win_file", {"path": "C:\\x", "state": "directory"}),
        ("win_copy", {"dest": "C:\\x", "_copy_mode": "query", "files": [], "directories": [], "symlinks": []}),
        ("win_copy", {"dest": "C:\\x", "src": "C:\\y", "checksum": "1", "follow": False, "mode": None, "any": 1}),
        ("win_file", {"PATH": "x", "stat": "directory", "State": "DIRECTORY"}),
        ("win_file", {"path": "x", "_diff_peek": "perhaps"}),
        ("win_user", {"name": "x", "password": "secret", "groups": ["a"], "groups_action": "add"}),
        ("setup", {"gather_subset": ["!all"], "anything": 1}),
        ("async_status", {"jid": "1", "_async_dir": "C:\\x"}),
    ],
)
def test_right_arguments(module: str, given_arguments: dict[str, Any]) -> None:
    assert problem(module, **given_arguments) is None


@pytest.mark.parametrize(
    ("module", "given_arguments", "message"),
    [
        ("win_ping", {"foo": 1}, "Unsupported parameters for (ansible.windows.win_ping) module: foo. Supported"),
        ("win_stat", {"path": "x", "stat": 1}, "Unsupported parameters for (ansible.windows.win_stat)"),
        ("win_file", {"state": "directory"}, "Get-AnsibleParam: Missing required argument: path"),
        (
            "win_file",
            {"path": "x", "state": "nonsense"},
            "Get-AnsibleParam: Argument state needs to be one of absent,directory,file,touch but was nonsense.",
        ),
        ("win_file", {"path": "x", "state": None}, "needs to be one of absent,directory,file,touch but was ."),
        (
            "win_group_membership",
            {"name": "x", "members": {"a": 1}},
            "Get-AnsibleParam: Parameter 'members' is not a YAML list.",
        ),
        ("async_status", {"jid": "1", "mode": "list"}, "needs to be one of status,cleanup but was list."),
        ("win_command", {}, "one of the following is required: _raw_params, argv, cmd"),
        ("win_command", {"cmd": "x", "argv": ["x"]}, "parameters are mutually exclusive: _raw_params|argv|cmd"),
        ("win_package", {"state": "present"}, "state is present but all of the following are missing: path"),
        ("win_package", {"path": "x", "expected_return_code": ["none"]}, "Elements value for option"),
        ("win_package", {"path": "x", "creates_version": "1"}, "missing parameter(s) required by 'creates_version'"),
        ("win_service", {"name": "x", "failure_actions": [{"delay": 1}]}, "missing required arguments: type"),
        ("win_regedit", {"path": "HKLM:\\x", "type": "wrong"}, "value of type must be one of"),
        ("win_get_url", {"url": "https://x", "dest": "C:\\x", "validate_cert": False}, "Unsupported parameters"),
    ],
)
def test_wrong_arguments(module: str, given_arguments: dict[str, Any], message: str) -> None:
    assert message in (problem(module, **given_arguments) or "")


@pytest.mark.parametrize("name", SOURCES)
def test_every_module_has_a_specification_that_knows_what_is_documented(name: str) -> None:
    specification = arguments.specification(name, SOURCES[name])
    documented = module_documentation.options(name)

    assert specification is not None
    assert documented is not None
    known = {form for option, spec in specification.options.items() for form in (option, *spec.get("aliases", ()))}
    # win_command and win_shell document free_form, which arrives as _raw_params.
    assert specification.open or set(documented) - {"free_form"} <= known


# Modules with a stand-in here, as their authors wrote them (#Requires -Module Ansible.ModuleUtils.Legacy).
LEGACY = {
    "ansible.windows.async_status",
    "ansible.windows.slurp",
    "ansible.windows.win_acl",
    "ansible.windows.win_copy",
    "ansible.windows.win_file",
    "ansible.windows.win_group_membership",
    "ansible.windows.win_hotfix",
    "ansible.windows.win_reg_stat",
    "ansible.windows.win_wait_for",
    "community.windows.win_disk_image",
    "community.windows.win_file_version",
    "community.windows.win_firewall_rule",
    "community.windows.win_lineinfile",
    "community.windows.win_nssm",
    "community.windows.win_psmodule",
    "community.windows.win_scheduled_task",
    "community.windows.win_security_policy",
    "community.windows.win_unzip",
}


def test_which_modules_take_no_notice_of_other_arguments() -> None:
    names = [*(name for name in HANDLERS if not name.startswith("chocolatey.")), *LEGACY]
    found = {name: arguments.specification(name, INSTALLED[name]) for name in names}

    assert {name for name, spec in found.items() if spec and spec.legacy is not None} == LEGACY
    for name in names:
        message = arguments.validate(name, INSTALLED[name], {"no_such_option": 1})
        assert ("Unsupported parameters" in (message or "")) == (name not in LEGACY | {"ansible.windows.setup"}), name


@pytest.mark.parametrize("name", [name for name, source in INSTALLED.items() if legacy_arguments.is_legacy(source)])
def test_everything_a_legacy_module_asks_for_is_known(name: str) -> None:
    calls = re.findall(rb"(?:Get-AnsibleParam|Get-Attr)\s+[^\r\n]*?[\"']([a-z_]+)[\"']", INSTALLED[name], re.IGNORECASE)
    asked = [parameter.name for parameter in legacy_arguments.parameters(INSTALLED[name])]

    assert set(asked) >= {call.decode() for call in calls}


def test_arguments_of_legacy_modules_are_converted() -> None:
    name = "ansible.windows.win_wait_for"
    given = {"Port": "5986.4", "sleep": "soon", "state": "STARTED", "exclude_hosts": "a, b", "host": 5, "porter": 1}
    converted = {"Port": 5986, "sleep": None, "state": "started", "exclude_hosts": ["a", "b"], "host": "5"}
    assert arguments.for_the_module(arguments.specification(name, SOURCES[name]), given) == converted

    name = "ansible.windows.win_copy"
    given = {"dest": "x", "force": "yes", "backup": "perhaps", "files": [], "follow": True, "mode": None}
    converted = {"dest": "x", "force": True, "backup": False, "files": []}
    assert arguments.for_the_module(arguments.specification(name, SOURCES[name]), given) == converted


def test_what_is_asked_for_under_a_condition_is_not_demanded() -> None:
    source = b"""#!powershell
#Requires -Module Ansible.ModuleUtils.Legacy
$params = Parse-Args $args
$kinds = @('one', 'two')
$kind = Get-AnsibleParam $params 'kind' -validateset $kinds -aliases "sort"
if ($kind -eq 'one') { $name = Get-AnsibleParam -obj $params -name "name" -failifempty $true }
$late = Get-AnsibleParam -obj $params -name "late" -failifempty ($kind -eq 'two')
$count = Get-Attr $params "count" 3 $null $true
"""
    name = "corp.windows.own"
    assert arguments.validate(name, source, {"sort": "TWO", "count": 1}) is None
    assert arguments.validate(name, source, {"sort": "three", "count": 1}) == (
        "Get-AnsibleParam: Argument sort needs to be one of one,two but was three."
    )
    assert arguments.validate(name, source, {"kind": "two"}) == "Get-AnsibleParam: Missing required argument: count"


def test_a_module_nobody_knows_is_not_judged_and_not_shown() -> None:
    specification = arguments.specification("corp.windows.unknown", b"#!powershell\n")

    assert specification is None
    assert arguments.problem(specification, "corp.windows.unknown", {"a": 1}) is None
    assert arguments.shown(None, {"key": "secret"}, set()) == {"key": arguments.HIDDEN}


def test_a_module_of_ones_own_is_judged_by_the_source_it_ships() -> None:
    source = b"""#!powershell
#AnsibleRequires -CSharpUtil Ansible.Basic
$modes = @('fast', 'slow')
$convert = [Func[[Object], [UInt64]]]{ [UInt64]$args[0] }
$module = [Ansible.Basic.AnsibleModule]::Create($args, @{
    options = @{
        mode = @{ type = 'str'; choices = $modes; required = $true }
        token = @{ type = 'str'; no_log = $true }
        size = @{ type = $convert }
    }
    required_together = @(, @('token', 'size'))
    supports_check_mode = $true
})
"""
    name = "corp.windows.own"

    assert arguments.validate(name, source, {"mode": "fast", "token": "t", "size": 1}) is None
    assert "value of mode must be one of: fast, slow" in (arguments.validate(name, source, {"mode": "x"}) or "")
    assert "parameters are required together" in (arguments.validate(name, source, {"mode": "fast", "size": 1}) or "")


def test_secrets_are_masked_wherever_they_appear() -> None:
    name = "ansible.windows.win_user"
    specification = arguments.specification(name, SOURCES[name])
    assert specification
    given_arguments = {"name": "bob", "password": "hunter2", "description": "not hunter2"}
    secrets = specification.secrets(given_arguments)

    assert secrets == {"hunter2"}
    assert arguments.shown(specification, given_arguments, secrets) == {
        "name": "bob",
        "password": arguments.HIDDEN,
        "description": "not ********",
    }
    assert arguments.redact({"out": ["hunter2", "x hunter2 y", 7]}, secrets) == {
        "out": [arguments.HIDDEN, "x ******** y", 7]
    }
    assert arguments.shown(specification, given_arguments, secrets, hide=True) == dict.fromkeys(
        given_arguments, arguments.HIDDEN
    )


def test_secrets_of_fragments_are_known_from_the_documentation() -> None:
    name = "ansible.windows.win_get_url"
    specification = arguments.specification(name, SOURCES[name])
    assert specification

    assert specification.secrets({"url": "u", "url_password": "p1", "proxy_password": "p2"}) == {"p1", "p2"}


def powershell(value: Any) -> str:
    """A value written as a PowerShell literal."""
    if isinstance(value, dict):
        return "@{" + "; ".join(f"'{key}' = {powershell(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "@(" + ", ".join([f",{powershell(value[0])}" if len(value) == 1 else powershell(v) for v in value]) + ")"
    if isinstance(value, bool) or value is None:
        return {True: "$true", False: "$false", None: "$null"}[value]
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


words = st.text("abcdefghijklmnopqrstuvwxyz _-'\"$@", min_size=1, max_size=8)
literals = st.recursive(
    st.booleans() | st.none() | st.integers(0, 10**6) | words,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(st.text("abcdefgh", min_size=1, max_size=5), inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)


@given(value=st.dictionaries(st.text("abcdefgh", min_size=1, max_size=5), literals, min_size=1, max_size=3))
def test_literals_are_read_as_they_were_written(value: dict[str, Any]) -> None:
    source = f"$spec = {powershell(value)}\n".encode()

    assert powershell_literals.hash_or_variable(source, 0, "$spec") == value
