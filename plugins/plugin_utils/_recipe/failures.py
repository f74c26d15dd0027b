# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What Ansible says only to callback plugins: which task of a host failed last, and why.

The callback plugin beside the playbooks writes it in Ansible's main process; action plugins run in processes forked
from that one and so read what was written before they began.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.lost_connections import remedy_of

PHASE = "build_image_phase"
"""Variable of a build's tasks that says which phase they belong to."""

LONGEST_OUTPUT = 2000
"""Characters of stdout and of stderr that are kept, counted from the end."""


@dataclass(frozen=True)
class Failure:
    """A task that failed, or whose host could not be reached. Nothing of a task with ``no_log`` but its name."""

    task: str
    role: str
    place: str
    message: str
    stdout: str = ""
    stderr: str = ""
    unreachable: bool = False


@dataclass
class History:
    """What a host has been through: phases with their start, the task begun last, the last failure that counts."""

    last_task: str = ""
    last_role: str = ""
    failure: Failure | None = None
    ended_by_failure: bool = False
    phases: list[dict[str, str]] = field(default_factory=list)

    def begin(self, task: str, role: str, phase: str = "") -> None:
        """Note that a task is begun, and with it perhaps a phase; a task of no phase ends none."""
        self.last_task, self.last_role, self.ended_by_failure = task, role, False
        if phase and (not self.phases or self.phases[-1]["name"] != phase):
            started = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            self.phases.append({"name": phase, "started": started})

    def fail(self, failure: Failure) -> None:
        """Note a failure. It has ended the host's play unless another task is begun."""
        self.failure, self.ended_by_failure = failure, True


RECORD: dict[str, History] = {}
"""By name of the host."""


def history_of(host: str) -> History:
    """The host's history, empty when no task of it was begun."""
    return RECORD.setdefault(host, History())


def failure_of(
    task: str, role: str, place: str, result: Mapping[str, Any], *, no_log: bool = False, unreachable: bool = False
) -> Failure:
    """Make a Failure of a task's result as callback plugins or a ``rescue`` see it."""
    if no_log or result.get("_ansible_no_log") or "censored" in result:
        return Failure(task, role, place, "hidden, because the task has no_log", unreachable=unreachable)
    failed = _failed_parts(result)
    messages = list(dict.fromkeys(filter(None, (_message(part) for part in failed))))
    stdout, stderr = (_output(failed, stream) for stream in ("stdout", "stderr"))
    message = " ".join(messages) or stderr or stdout or "the task failed without a message"
    remedy = remedy_of(message)
    told = f"{message.rstrip('.')}. {remedy}" if remedy else message
    return Failure(task, role, place, told, stdout, stderr, unreachable)


def current_failure(variables: Mapping[str, Any], templar: Any) -> Failure:
    """Why the task's host is in a ``rescue``; in a play of somebody's own, without the callback, its variables tell."""
    history = RECORD.get(str(variables.get("inventory_hostname")))
    if history is not None and history.failure is not None:
        return history.failure
    task, result = (templar.template(variables.get(f"ansible_failed_{key}") or {}) for key in ("task", "result"))
    role = str((task.get("role") or {}).get("_role_name") or "") if isinstance(task.get("role"), Mapping) else ""
    name = str(task.get("name") or task.get("action") or "")
    return failure_of(name, role, "", result, no_log=bool(task.get("no_log")))


def _failed_parts(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The items of a loop that failed, or the result itself: a loop's own message says only that one did."""
    items = [one for one in result.get("results") or [] if isinstance(one, Mapping)]
    return [one for one in items if one.get("failed") or one.get("unreachable")] or [result]


def _message(result: Mapping[str, Any]) -> str:
    # An include that can't be loaded has its reason elsewhere up to ansible-core 2.18.
    text = result.get("msg") or result.get("reason") or result.get("module_stderr") or ""
    return str(text).strip()


def _output(results: list[Mapping[str, Any]], stream: str) -> str:
    texts = (str(result.get(stream) or "").strip() for result in results)
    return "\n".join(filter(None, texts))[-LONGEST_OUTPUT:]
