# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The action plugins of modules that need nothing but the controller."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.euc.appstream.plugins.plugin_utils._aws_action import AwsAction
from ansible_collections.euc.appstream.plugins.plugin_utils._controller import OnController

REPOSITORY = Path(__file__).resolve().parents[4]
PACKAGE = "ansible_collections.euc.appstream.plugins.action"
TASK_FILES = ("ansible.builtin.import_tasks", "ansible.builtin.include_tasks")


def delegated(tasks: list[dict[str, Any]], folder: Path, here: bool = False) -> Iterator[str]:
    """The modules of this collection that tasks, or the blocks they are in, delegate to localhost."""
    for task in tasks:
        is_here = here or task.get("delegate_to") == "localhost"
        for section in ("block", "rescue", "always"):
            yield from delegated(task.get(section, []), folder, is_here)
        if not is_here:
            continue
        yield from (key.rpartition(".")[2] for key in task if key.startswith("euc.appstream."))
        for file in (task[key] for key in TASK_FILES if key in task):
            yield from delegated(yaml.safe_load((folder / file).read_text()) or [], folder, is_here)


def modules_delegated_by_roles() -> set[str]:
    files = [file for file in REPOSITORY.glob("roles/*/tasks/*.yml") if "{{" not in file.name]
    return {name for file in files for name in delegated(yaml.safe_load(file.read_text()) or [], file.parent)}


def test_what_roles_do_on_the_controller_does_not_depend_on_variables() -> None:
    names = modules_delegated_by_roles()
    assert {"image_builder", "image_builder_info"} <= names
    for name in sorted(names):
        plugin = importlib.import_module(f"{PACKAGE}.{name}").ActionModule
        assert issubclass(plugin, (AwsAction, OnController)), name


@pytest.fixture
def make(make_action: Any) -> Any:
    """make(module, arguments, **keywords of the task): its action plugin, on localhost reached over WinRM."""

    def made(module: str, arguments: dict[str, Any], **keywords: Any) -> Any:
        action = make_action(OnController, arguments, **{"delegate_to": "localhost", **keywords})
        action._task.action = module
        action._connection.transport = "winrm"
        action._connection.has_native_async = False
        return action

    return made


def test_the_tasks_module_runs_here(make: Any) -> None:
    arguments = {"gather_subset": ["!all", "!min", "env", "python"]}
    action = make("ansible.builtin.setup", arguments, environment={"A": "b"}, become=True)
    facts = action.run(task_vars={"ansible_python_interpreter": r"C:\nothing"})["ansible_facts"]
    assert (facts["ansible_python"]["executable"], facts["ansible_env"]["A"]) == (sys.executable, "b")
    action._connection.exec_command.assert_not_called()


def test_check_mode_is_kept(make: Any, tmp_path: Path) -> None:
    action = make("ansible.builtin.file", {"path": str(tmp_path / "new"), "state": "touch"}, check_mode=True)
    assert action.run(task_vars={})["changed"] is True
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("keywords", "asynchronous"), [({"delegate_to": "bastion"}, False), ({"async": 60, "poll": 0}, True)]
)
def test_all_else_runs_as_without_the_plugin(
    make: Any, monkeypatch: pytest.MonkeyPatch, keywords: dict[str, Any], asynchronous: bool
) -> None:
    action = make("ansible.builtin.ping", {"data": "x"}, **keywords)
    monkeypatch.setattr(action, "_execute_module", lambda **arguments: arguments)
    assert action.run(task_vars={"a": 1}) == {"task_vars": {"a": 1}, "wrap_async": asynchronous}
