# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the unit tests of plugins share: an action plugin without an Ansible run around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins import loader as plugin_loaders
from ansible.plugins.action import ActionBase
from ansible.template import Templar
from return_values import return_documentation, return_value_problems

_MODULES = Path(__file__).resolve().parents[3] / "plugins" / "modules"


@pytest.fixture
def make_action(tmp_path) -> Callable[..., ActionBase]:
    """make_action(class, arguments, **keywords of the task): the plugin, its files searched in ``tmp_path``."""

    def make(plugin: type[ActionBase], arguments: Mapping[str, Any], **keywords: Any) -> ActionBase:
        loader = DataLoader()
        loader.set_basedir(str(tmp_path))
        task = Task.load({"action": "euc.appstream.tested", **keywords}, loader=loader)
        task.args = dict(arguments)
        connection = MagicMock()
        connection._shell.tmpdir = None
        action = plugin(
            task=task,
            connection=connection,
            play_context=PlayContext(),
            loader=loader,
            templar=Templar(loader=loader),
            shared_loader_obj=plugin_loaders,
        )
        action._load_name = "tested"  # set by the plugin loader, before 2.18 not in the base class
        return _compared_with_return(action)

    return make


def _compared_with_return(action: ActionBase) -> ActionBase:
    """Let what an action plugin returns be compared with the documentation of a module that is all action plugin."""
    path = _MODULES / f"{type(action).__module__.rsplit('.', 1)[-1]}.py"
    if not path.exists() or "\ndef main()" in path.read_text():
        return action
    documentation, run = return_documentation(path), action.run

    def run_compared(*arguments: Any, **keywords: Any) -> dict[str, Any]:
        result: dict[str, Any] = run(*arguments, **keywords)
        assert return_value_problems(documentation, result, whole_resources=False) == []
        return result

    action.run = run_compared
    return action


@pytest.fixture(scope="session")
def simulator() -> Iterator[Any]:
    """The one simulated AWS of this process, see ``simulated_account.Simulated``."""
    from simulated_account import start_simulated  # most tests do without, and it takes long

    with start_simulated() as simulated:
        yield simulated
