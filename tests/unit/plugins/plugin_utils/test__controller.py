# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import sys

import pytest
from ansible.plugins.action.normal import ActionModule as AnyPlugin
from ansible_collections.euc.appstream.plugins.plugin_utils._controller import run_on_controller

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


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_module_runs_here_whatever_the_windows_host_is_like(make_action, check_mode):
    keywords = {"become": True, "delegate_to": "elsewhere", "environment": {"A": "b"}}
    action = make_action(AnyPlugin, {"of": "the task"}, check_mode=check_mode, **keywords)
    action._play_context.shell = "powershell"
    action._play_context.executable = r"C:\nowhere.exe"
    action._play_context.become = True
    facts = run_on_controller(
        action, WINDOWS_VARIABLES, "ansible.builtin.setup", {"gather_subset": ["!all", "!min", "env", "python"]}
    )["ansible_facts"]
    assert facts["ansible_python"]["executable"] == sys.executable
    assert facts["ansible_env"]["A"] == "b"


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
