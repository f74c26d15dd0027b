# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the unit tests of plugins share: an action plugin without an Ansible run around it, settings of hypothesis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from unittest.mock import MagicMock

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins import loader as plugin_loaders
from ansible.plugins.action import ActionBase
from ansible.template import Templar
from hypothesis import HealthCheck, settings

# No time limits: the machine may be busy with other tests.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


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
        return action

    return make
