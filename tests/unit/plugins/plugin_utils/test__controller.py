# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from ansible.plugins.action import ActionBase
from ansible.plugins.action.normal import ActionModule as AnyPlugin
from ansible_collections.euc.appstream.plugins.plugin_utils._controller import (
    is_for_controller,
    is_on_controller,
    run_on_controller,
)

WINDOWS_VARIABLES = {
    "ansible_connection": "winrm",
    "ansible_shell_type": "powershell",
    "ansible_shell_executable": r"C:\nowhere.exe",
    "ansible_remote_tmp": r"C:\Windows\Temp",
    "ansible_python_interpreter": "/nowhere/python",
    "ansible_become": True,
    "ansible_become_method": "runas",
    "ansible_playbook_python": sys.executable,
}
SUBSET = {"gather_subset": ["!all", "!min", "env", "python"]}


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("read_only", [False, True])
def test_a_module_runs_here_whatever_the_windows_host_is_like(make_action, check_mode, read_only):
    keywords = {"become": True, "delegate_to": "elsewhere", "environment": {"A": "b"}}
    action = make_action(AnyPlugin, {"of": "the task"}, check_mode=check_mode, **keywords)
    action._play_context.shell = "powershell"
    action._play_context.executable = r"C:\nowhere.exe"
    action._play_context.become = True
    result = run_on_controller(action, WINDOWS_VARIABLES, "ansible.builtin.setup", SUBSET, read_only=read_only)
    assert result["ansible_facts"]["ansible_python"]["executable"] == sys.executable
    assert result["ansible_facts"]["ansible_env"]["A"] == "b"


@pytest.mark.parametrize(
    ("check_mode", "read_only", "written"), [(False, False, True), (True, False, False), (True, True, True)]
)
def test_check_mode_is_the_tasks_unless_the_module_only_reads(make_action, tmp_path, check_mode, read_only, written):
    action = make_action(AnyPlugin, {}, check_mode=check_mode, diff=True)
    arguments = {"path": str(tmp_path / "folder"), "state": "directory"}
    result = run_on_controller(action, {}, "ansible.builtin.file", arguments, read_only=read_only)
    assert (result["changed"], (tmp_path / "folder").exists()) == (True, written)
    assert result["diff"]["after"]["state"] == "directory"


def test_the_task_itself_stays_as_it_is(make_action):
    action = make_action(AnyPlugin, {"of": "the task"}, become=True)
    run_on_controller(action, {}, "ansible.builtin.ping", {"data": "there"})
    assert (action._task.action, action._task.args) == ("euc.appstream.tested", {"of": "the task"})
    assert action._task.become is True
    assert action._play_context.connection != "local"


def test_a_failed_module_is_a_failed_result(make_action):
    result = run_on_controller(make_action(AnyPlugin, {}), {}, "ansible.builtin.ping", {"bogus": 1})
    assert result["failed"]
    assert "bogus" in result["msg"]


def test_what_variables_say_of_logging_reaches_the_module(make_action, monkeypatch):
    seen = []
    monkeypatch.setattr(
        ActionBase, "_update_module_args", lambda plugin, name, arguments, variables, **_more: seen.append(variables)
    )
    run_on_controller(make_action(AnyPlugin, {}), {"ansible_no_target_syslog": True}, "ansible.builtin.ping", {})
    assert seen[0]["ansible_no_target_syslog"] is True


def test_a_module_that_is_cut_off_leaves_nothing_behind(make_action, monkeypatch):
    class TimeIsUp(Exception):
        pass

    def execute(plugin, **_arguments):
        plugin._make_tmp_path()
        folders.append(plugin._connection._shell.tmpdir)
        assert Path(folders[0]).is_dir()
        raise TimeIsUp

    folders: list[str] = []
    monkeypatch.setattr(ActionBase, "_execute_module", execute)
    with pytest.raises(TimeIsUp):
        run_on_controller(make_action(AnyPlugin, {}), {}, "ansible.builtin.ping", {})
    assert not Path(folders[0]).exists()


@pytest.mark.parametrize(
    ("delegate", "connection", "variables", "here"),
    [
        ("localhost", "winrm", {"inventory_hostname": "builder"}, True),
        ("127.0.0.1", "ssh", {"inventory_hostname": "builder"}, True),
        ("::1", "local", {"inventory_hostname": "builder"}, True),
        (None, "winrm", {"inventory_hostname": "localhost", "ansible_python_interpreter": r"C:\nothing"}, True),
        (None, "winrm", {"inventory_hostname": "builder"}, False),
        ("bastion", "ssh", {"inventory_hostname": "localhost", "ansible_python_interpreter": sys.executable}, False),
        (None, "local", {"inventory_hostname": "design", "ansible_python_interpreter": "{{ python }}"}, True),
        (None, "local", {"inventory_hostname": "design", "ansible_python_interpreter": "/opt/python"}, False),
        (None, "local", {"inventory_hostname": "design"}, False),
        (
            "controller",
            "local",
            {"ansible_delegated_vars": {"controller": {"ansible_python_interpreter": sys.executable}}},
            True,
        ),
        (
            "controller",
            "local",
            {"ansible_python_interpreter": sys.executable, "ansible_delegated_vars": {"controller": {}}},
            False,
        ),
        (None, "local", {}, False),
    ],
)
def test_what_the_controller_is(make_action, delegate, connection, variables, here):
    action = make_action(AnyPlugin, {}, delegate_to=delegate)
    action._connection.transport = connection
    action._templar.available_variables = {"python": sys.executable}
    if "ansible_python_interpreter" in variables:
        variables = {**variables, "ansible_python_interpreter": trusted(variables["ansible_python_interpreter"])}
    assert is_on_controller(action, variables) is here


OWN, OTHER = sys.executable, "/usr/bin/python3"


@pytest.mark.parametrize(
    ("delegate", "connection", "interpreter", "here"),
    [
        (None, "winrm", r"C:\nothing", True),
        (None, "psrp", OTHER, True),
        (None, "ssh", None, False),
        ("localhost", "ssh", r"C:\nothing", True),
        ("bastion", "winrm", None, False),
        ("bastion", "local", OWN, True),
        ("bastion", "local", OTHER, False),
        ("bastion", "local", None, False),
        (None, "local", OWN, True),
        (None, "local", "auto_silent", False),
        ("127.0.0.1", "local", None, True),
        ("localhost", "local", "auto_silent", True),
        ("localhost", "local", r"C:\nothing", True),
        ("localhost", "local", "{{ python }}", True),
        ("localhost", "local", OTHER, False),
        ("localhost", "local", "python3", False),
    ],
)
def test_what_needs_no_host_runs_here(make_action, delegate, connection, interpreter, here):
    action = make_action(AnyPlugin, {}, delegate_to=delegate)
    action._connection.transport = connection
    action._connection.become = None
    action._templar.available_variables = {"python": sys.executable}
    asked = {} if interpreter is None else {"ansible_python_interpreter": trusted(interpreter)}
    variables = {"ansible_delegated_vars": {delegate: asked}} if delegate else asked
    assert is_for_controller(action, {"inventory_hostname": "builder", **variables}) is here


def test_a_windows_host_is_known_by_its_shell_too(make_action):
    action = make_action(AnyPlugin, {})
    action._connection.transport, action._connection._shell._IS_WINDOWS = "ssh", True
    assert is_for_controller(action, {"inventory_hostname": "builder"})


@pytest.mark.parametrize(
    ("connection", "method", "here"), [("local", "sudo", False), ("local", "runas", True), ("winrm", "sudo", True)]
)
def test_another_user_counts_where_there_can_be_one(make_action, connection, method, here):
    action = make_action(AnyPlugin, {}, delegate_to="localhost")
    action._connection.transport, action._connection.become.name = connection, method
    assert is_for_controller(action, {"inventory_hostname": "builder"}) is here


@pytest.mark.parametrize("method", ["runas", "ansible.builtin.runas"])
def test_another_user_of_the_plays_windows_hosts_does_not_count(make_action, method):
    action = make_action(AnyPlugin, {}, delegate_to="localhost")
    action._connection.transport, action._connection.become.name = "local", "sudo"
    assert is_for_controller(action, {"inventory_hostname": "builder", "ansible_become_method": method})


def trusted(text):
    """A template as it comes from a playbook: since ansible-core 2.19 no other is templated."""
    try:
        from ansible.template import trust_as_template
    except ImportError:
        return text
    return trust_as_template(text)
