# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.plugins import loader as plugin_loaders
from ansible.plugins.action.normal import ActionModule as AnyPlugin
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import require_success, run_on_host


@pytest.fixture
def ran(make_action, monkeypatch):
    """ran(check_mode): an action whose nested plugins are noted and answer with their name."""
    noted: list[dict[str, Any]] = []

    def make(**keywords):
        action = make_action(AnyPlugin, {"of": "the task"}, **keywords)

        def get(name, **parts):
            noted.append({"plugin": name, **parts})
            return SimpleNamespace(run=lambda task_vars: {"changed": False, "plugin": name, "vars": task_vars})

        has_plugin = plugin_loaders.action_loader.has_plugin
        action._shared_loader_obj = SimpleNamespace(action_loader=SimpleNamespace(get=get, has_plugin=has_plugin))
        return action, noted

    return make


@pytest.mark.parametrize(
    ("module", "plugin"),
    [
        ("ansible.windows.win_copy", "ansible.windows.win_copy"),
        ("ansible.windows.win_stat", "ansible.builtin.normal"),
        ("ansible.windows.win_command", "ansible.builtin.normal"),
    ],
)
def test_modules_run_through_their_action_plugin_if_they_have_one(ran, module, plugin):
    action, noted = ran()
    assert run_on_host(action, {"a": 1}, module, {"path": "C:\\"}) == {
        "changed": False,
        "plugin": plugin,
        "vars": {"a": 1},
    }
    (call,) = noted
    assert (call["task"].action, call["task"].args) == (module, {"path": "C:\\"})
    assert call["connection"] is action._connection
    assert action._task.args == {"of": "the task"}


@pytest.mark.parametrize(
    ("check_mode", "read_only", "in_check_mode"), [(True, False, True), (True, True, False), (False, True, False)]
)
def test_what_only_reads_runs_in_check_mode_too(ran, check_mode, read_only, in_check_mode):
    action, noted = ran(check_mode=check_mode)
    run_on_host(action, {}, "ansible.windows.win_command", {}, read_only=read_only)
    assert bool(noted[0]["task"].check_mode) is in_check_mode


def test_connection_errors_come_through(make_action, monkeypatch):
    action = make_action(AnyPlugin, {})

    def get(name, **parts):
        def run(task_vars):
            raise AnsibleConnectionFailure("refused")

        return SimpleNamespace(run=run)

    action._shared_loader_obj = SimpleNamespace(action_loader=SimpleNamespace(get=get, has_plugin=lambda name: False))
    with pytest.raises(AnsibleConnectionFailure):
        run_on_host(action, {}, "ansible.windows.win_stat", {})


def test_require_success():
    assert require_success({"changed": True}, "look") == {"changed": True}
    with pytest.raises(AnsibleActionFail, match="cannot look: denied"):
        require_success({"failed": True, "msg": "denied"}, "cannot look")
