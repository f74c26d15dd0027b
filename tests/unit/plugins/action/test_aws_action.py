# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Where the modules run that ask AWS."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.plugins.loader import action_loader
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.progress import report
from ansible_collections.euc.appstream.plugins.plugin_utils import _aws_action
from ansible_collections.euc.appstream.plugins.plugin_utils._aws_action import MODULES, AwsAction, ask_aws, with_timeout
from both_ways import probing_plugin

Make = Callable[..., Any]


@pytest.fixture
def make(make_action: Any, monkeypatch: pytest.MonkeyPatch) -> Make:
    """make(**keywords of the task): an action plugin on localhost whose module says in which process it runs."""

    def main() -> None:
        ran.append("here")
        sys.exit()

    ran: list[str] = []
    plugin = probing_plugin()
    monkeypatch.setitem(MODULES, "probe", main)
    monkeypatch.setattr(_aws_action, "run_on_controller", lambda *_arguments, **_keywords: ran.append("process") or {})

    def made(**keywords: Any) -> Any:
        action = make_action(plugin, {}, **{"delegate_to": "localhost", **keywords})
        action._connection.transport = "winrm"
        action._connection.has_native_async = False
        monkeypatch.setattr(action, "_execute_module", lambda **_keywords: ran.append("host") or {})
        action.ran = ran
        return action

    return made


@pytest.mark.parametrize(
    ("keywords", "where"),
    [
        ({}, "here"),
        ({"environment": {"AWS_PROFILE": "x"}}, "here"),
        ({"environment": {"PYTHONPATH": "x"}}, "process"),
        ({"delegate_to": None}, "here"),
        ({"delegate_to": "bastion"}, "host"),
        ({"async": 60, "poll": 0}, "host"),
    ],
)
def test_where_a_module_runs(make: Make, keywords: dict[str, Any], where: str) -> None:
    action = make(**keywords)
    action.run(task_vars={"inventory_hostname": "builder"})
    assert action.ran == [where]


def test_without_boto3_the_module_has_a_process_that_says_so(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_aws_action, "boto3", None)
    action = make()
    action.run(task_vars={})
    assert action.ran == ["process"]


def test_a_wait_ends_when_ansible_has_been_killed(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    reports: list[str] = []

    def main() -> None:
        for state in ("PENDING", "RUNNING"):
            report("design", state, 0, True)
            reports.append(state)
            monkeypatch.setattr("os.getppid", lambda: 1)

    action = make()
    monkeypatch.setitem(MODULES, "probe", main)
    with pytest.raises(KeyboardInterrupt):
        action.run(task_vars={})
    assert reports == ["PENDING"]


def test_what_a_module_waits_for_is_seen(
    make: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def main() -> None:
        report("design", "PENDING", 0, True)
        report("design", "PENDING", 15, False)
        report("design", "RUNNING at 10.0.0.1", 61, True)
        print('{"changed": true}')
        sys.exit()

    monkeypatch.setitem(MODULES, "probe", main)
    assert make().run(task_vars={})["changed"] is True
    assert capsys.readouterr().out == "design: PENDING (0:00)\ndesign: RUNNING at 10.0.0.1 (1:01)\n"


@pytest.mark.parametrize("check_mode", [False, True])
def test_other_plugins_ask_in_check_mode_too(make: Make, monkeypatch: pytest.MonkeyPatch, check_mode: bool) -> None:
    monkeypatch.setitem(MODULES, "probe", importlib.import_module("probe").main)
    action = make(check_mode=check_mode)
    result = ask_aws(action, {}, "probe", {"act": "return", "anything": "x"})
    assert (result["given"], result["check_mode"]) == ("x", False)


def test_every_module_is_in_the_table_and_has_a_plugin() -> None:
    asking = {path.stem for path in modules() if "AnsibleAppStreamModule(" in path.read_text()}
    assert set(MODULES) - {"probe"} == asking
    for name in asking:
        plugin = action_loader.get(f"euc.appstream.{name}", class_only=True)
        assert issubclass(plugin, AwsAction), name


def modules() -> list[Path]:
    return list((Path(__file__).resolve().parents[4] / "plugins" / "modules").glob("*.py"))


def test_boto3_is_there_once_a_plugin_is_loaded() -> None:
    """In a process of its own, where nothing else has loaded it: Ansible's before it forks."""
    code = (
        "import sys\n"
        "from ansible.plugins.loader import action_loader, init_plugin_loader\n"
        "init_plugin_loader()\n"
        "assert 'boto3' not in sys.modules\n"
        "action_loader.get('euc.appstream.image_info', class_only=True)\n"
        "assert 'boto3' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ), timeout=120)


@pytest.mark.parametrize(
    ("variables", "arguments", "expected"),
    [
        ({}, {"name": "a"}, {"name": "a"}),
        ({"appstream_credentials_timeout": 60}, {"name": "a"}, {"name": "a", "credentials_timeout": 60}),
        ({"appstream_credentials_timeout": 60}, {"credentials_timeout": 5}, {"credentials_timeout": 5}),
        ({"appstream_credentials_timeout": None}, {}, {}),
    ],
)
def test_how_long_credentials_are_waited_for(
    make: Make, variables: dict[str, Any], arguments: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert with_timeout(make(), variables, arguments) == expected
