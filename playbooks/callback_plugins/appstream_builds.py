# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Lets the plays of this folder run in the user's project, and records phases and why a host's task failed.

Ansible takes and tells both only in its main process, where callback plugins run. It loads this one by itself because
it lies beside the playbooks; plays of other folders are left alone.
"""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.plugins.callback import CallbackBase
from ansible.template import Templar
from ansible.utils.collection_loader import AnsibleCollectionConfig
from ansible_collections.euc.appstream.plugins.plugin_utils import _build_lock
from ansible_collections.euc.appstream.plugins.plugin_utils._aws_action import MODULES
from ansible_collections.euc.appstream.plugins.plugin_utils._in_process import in_a_fork
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.failures import (
    PHASE,
    RECORD,
    failure_of,
    history_of,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.project import project_folder

DOCUMENTATION = """
name: appstream_builds
type: notification
short_description: Lets euc.appstream.build_images run in the user's project
description:
  - Makes the folder of the user's playbook the base directory of the plays of the collection's playbooks, so that
    Ansible finds roles, C(group_vars), files and lookups there as in a play of the user's own.
  - Records why a task of a host failed, and when each phase of a build began, for the report.
  - Gives signs of life of each build, by its lock, while tasks of users' roles run.
  - Makes Ansible check for results less often while images are built, which takes minutes of processor time per image
    otherwise. A C(internal_poll_interval) in C(ansible.cfg) stays as it is.
author: The euc.appstream team (@euc)
"""

FIRST_PLAY = "Plan"
"""Of build_images. It runs on localhost whatever the limit, which chooses images."""

LAST_PLAY = "Report"
"""Of build_images. Ansible has chosen the hosts of the next play before it says that it starts."""

BUILD_PLAY = "Build"
"""Of build_images. Nearly all of its time is spent waiting for AWS and for installers."""

POLL_SECONDS = 0.05
"""Between two checks of Ansible's main process for results, a thousandth of a second by default: an image has some two
hundred tasks, which end a few seconds later altogether, and 40 minutes of waiting cost two minutes of processor time
less."""

_POLL_OPTION = "DEFAULT_INTERNAL_POLL_INTERVAL"
_LOCALHOST = "".join(("local", "host"))  # an object of its own, told from what the user has written
_PLAYBOOKS = Path(__file__).resolve().parent.parent


class CallbackModule(CallbackBase):  # type: ignore[misc]  # ansible-core ships no types
    """Needs no configuration and prints nothing."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "appstream_builds"
    CALLBACK_NEEDS_ENABLED = False

    _left: Any = None
    _play: Any = None
    # Plays of the user's own that build_images follows.
    _before: frozenset[str] = frozenset()

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._renewals: list[int] = []

    def v2_playbook_on_start(self, playbook: Any) -> None:
        """Let localhost into the limit before the hosts of the first play are chosen, if that is the plan."""
        plays = playbook.get_plays()
        firsts = [_is_first_play(play, playbook) for play in plays]
        self._before = frozenset(play._uuid for play, follows in zip(plays, firsts[1:]) if follows)
        if firsts and firsts[0]:
            _let_localhost_in(plays[0].get_variable_manager()._inventory, True)

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """Move the play into the user's project; Ansible goes back by itself before the next play."""
        loader, inventory = play.get_loader(), play.get_variable_manager()._inventory
        ours = Path(loader.get_basedir()).resolve() == _PLAYBOOKS
        _let_localhost_in(inventory, ours or play._uuid in self._before)
        builds = ours and play.get_name() == BUILD_PLAY
        _set_poll_interval(slower=builds)
        if builds:
            RECORD.clear()
            # Of the two hundred forks each would go through all objects there are, and so copy their memory.
            gc.collect()
            gc.freeze()
        self._left = inventory if ours and play.get_name() == LAST_PLAY else None
        self._play = play if builds else None
        if ours:
            loader.set_basedir(project_folder())
            # Names without a collection are roles and modules of the user, as in a play of their own.
            AnsibleCollectionConfig.default_collection = None

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """Leave the limit as it was to plays of the user's own: by now the last play of build_images has its hosts."""
        if self._left is not None:
            _let_localhost_in(self._left, False)
            self._left = None

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        """Note the task that a host begins, and the phase of the build it belongs to."""
        history_of(host.get_name()).begin(task.get_name(), _role(task), str(task.get_vars().get(PHASE) or ""))
        self._renew(host)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Note a failure that counts."""
        if not ignore_errors:
            _note(result, unreachable=False)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """Note that a host could not be reached."""
        _note(result, unreachable=True)

    def _renew(self, host: Any) -> None:
        """Renew the build lock of a host if it is time: tasks of users' roles know nothing of it."""
        self._renewals = [one for one in self._renewals if not _has_ended(one)]
        lock = host.vars.get(_build_lock.VARIABLE) if self._play else None
        if not lock or not _build_lock.claim(lock):
            return

        def then(result: dict[str, Any]) -> None:
            if result.get("lost") or not result.get("renewed"):
                _build_lock.expire(lock)

        try:
            arguments = {**self._account(), "credentials_timeout": 0, **_build_lock.options(lock, "renewed")}
            process = in_a_fork(MODULES["build_lock"], "euc.appstream.build_lock", arguments, then)
        except Exception as error:  # templates of the user's, which the tasks of the build will name
            self._display.v(f"{lock['builder_name']}: the build lock was not renewed: {error}")
            return
        self._renewals += [process] if process else []

    def _account(self) -> dict[str, Any]:
        """The user's ``appstream_aws``."""
        variables = self._play.get_variable_manager()
        host = variables._inventory.get_host(_LOCALHOST)
        known = variables.get_vars(play=self._play, host=host)
        account: dict[str, Any] = Templar(self._play.get_loader(), known).template(known.get("appstream_aws") or {})
        return account


def _has_ended(process: int) -> bool:
    try:
        return os.waitpid(process, os.WNOHANG)[0] == process
    except ChildProcessError:
        return True


def _is_first_play(play: Any, playbook: Any) -> bool:
    """Whether a play is the first one of build_images, by its name and the folder of its playbook."""
    folder = play._included_path or playbook._basedir
    return play.get_name() == FIRST_PLAY and Path(folder).resolve() == _PLAYBOOKS


def _let_localhost_in(inventory: Any, wanted: bool) -> None:
    """Let localhost into the limit of the command line, and out again before plays of the user's own.

    Recipes of a list are no hosts before the plan has made them such, and a limit would leave no host to plan on. With
    a limit of images alone, all of which are lost, Ansible would otherwise end before the report.
    """
    limit = [one for one in getattr(inventory, "_subset", None) or [] if one is not _LOCALHOST]
    if limit:
        inventory._subset = [*limit, _LOCALHOST] if wanted else limit


def _set_poll_interval(*, slower: bool) -> None:
    """Set how often Ansible checks for results, unless the user has."""
    configured, origin = constants.config.get_config_value_and_origin(_POLL_OPTION)
    if origin == "default":
        setattr(constants, _POLL_OPTION, POLL_SECONDS if slower else configured)


def _note(result: Any, *, unreachable: bool) -> None:
    task = result._task
    failure = failure_of(
        task.name or task.get_name(),
        _role(task),
        task.get_path() or "",
        result._result,
        no_log=task.no_log is True,
        unreachable=unreachable,
    )
    history_of(result._host.get_name()).fail(failure)


def _role(task: Any) -> str:
    return str(task._role.get_name()) if task._role else ""
