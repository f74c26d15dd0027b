# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lets ansible-playbook carry out the tasks of build_images itself, one after the other, instead of in forks.

For the fault matrix, whose runs have hundreds of tasks: a fork costs more than most of them. What a task does, and what
becomes of its result, is Ansible's own; it gets copies of what a fork would have had for itself. Works with the
ansible-core of the tests (2.21) only.
"""

from __future__ import annotations

import copy
import time
from typing import Any

from ansible._internal import _task
from ansible.executor.process import worker
from ansible.executor.task_executor import TaskExecutor
from ansible.plugins.strategy import StrategyBase

_PLAY = "Build"
"""The others change the inventory, which only another process can ask the main one for."""

_Worker = worker.WorkerProcess
_start, _is_alive, _close = _Worker.start, _Worker.is_alive, _Worker.close
_received = StrategyBase._convert_wire_task_result_to_host_task_result
_arrived: set[tuple[str, str]] = set()


def _carry_out(self: Any) -> None:
    if self._task.play.name != _PLAY:
        _start(self)
        return
    self.is_in_process = True
    task, host = self._task.copy(), copy.copy(self._host)
    task.squash()
    worker.current_worker = self
    try:
        with _task.TaskContext.create(task=task, task_vars=self._task_vars, host_name=host.name):
            executor = TaskExecutor(
                host,
                self._play_context.copy(),
                self._loader,
                self._shared_loader_obj,
                self._final_q,
                self._variable_manager,
            )
            result = executor.run()
            result.finalize_registered_values()
    finally:
        worker.current_worker = None
    self._task.ignore_errors, self._task.ignore_unreachable = result.ignore_errors, result.ignore_unreachable
    # The thread that receives results prints, too: not while the next task has standard output for itself.
    mine = (self._host.name, self._task._uuid)
    _arrived.discard(mine)
    self._final_q.send_task_result(self._host, self._task, result)
    while mine not in _arrived:
        time.sleep(0.0005)


def _receive(self: Any, result: Any) -> Any:
    found = _received(self, result)
    _arrived.add((found.host.name, found.task._uuid))
    return found


_Worker.start = _carry_out
_Worker.is_alive = lambda self: not hasattr(self, "is_in_process") and _is_alive(self)
_Worker.close = lambda self: None if hasattr(self, "is_in_process") else _close(self)
StrategyBase._convert_wire_task_result_to_host_task_result = _receive
