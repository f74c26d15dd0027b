# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Tells what became of one run of the Image Assistant by ``ansible.windows.win_command``.

It answered, it was never started, or the connection was lost.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant_output import Outcome, parse

WIN_COMMAND = "ansible.windows.win_command"


class ConnectionLostError(AnsibleActionFail):  # type: ignore[misc]  # ansible-core ships no types
    """The host went away before the Image Assistant's answer arrived: whether it did its work is unknown."""


def outcome_of(result: Mapping[str, Any]) -> Outcome:
    """What the Image Assistant answered, from a ``win_command`` result.

    Raises ConnectionLostError when the connection was lost before its answer arrived, and AnsibleActionFail when
    ``win_command`` could not start it.
    """
    if connection_lost(result):
        raise ConnectionLostError(f"the connection was lost before the Image Assistant answered: {_reason(result)}")
    if "stdout" not in result or "rc" not in result:
        raise AnsibleActionFail(f"the Image Assistant could not be started: {_reason(result)}")
    return parse(int(result["rc"]), str(result["stdout"]), str(result.get("stderr") or ""))


def connection_lost(result: Mapping[str, Any]) -> bool:
    """Whether a module's result is only what Ansible makes up when the host goes away during a task.

    That is not UNREACHABLE but a failure, mostly with exit code -1, with the module's unreadable output in
    ``module_stdout``. The exit code alone proves nothing: with ``stdout`` it is that of the Image Assistant.
    """
    return bool(result.get("unreachable")) or "module_stdout" in result


def _reason(result: Mapping[str, Any]) -> str:
    return str(result.get("msg") or result.get("module_stderr") or "no reason given")
