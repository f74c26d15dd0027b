# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One thread that does, in order, what must not be done under the simulation's lock."""

from __future__ import annotations

import queue
import threading
import traceback
from collections.abc import Callable

Job = Callable[[], None]


class Worker:
    """Runs jobs one after the other.

    Args:
        report: told of a job that raised; the thread goes on with the next.
    """

    def __init__(self, report: Callable[[BaseException], None]) -> None:
        self._report = report
        self._jobs: queue.Queue[Job | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name="machine-worker", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Have this done after everything submitted before."""
        self._jobs.put(job)

    def drain(self) -> None:
        """Wait until everything submitted so far is done. Not to be called while holding the simulation's lock."""
        self._jobs.join()

    @property
    def is_idle(self) -> bool:
        """Whether everything submitted is done."""
        return self._jobs.unfinished_tasks == 0

    def stop(self) -> None:
        """Finish what was submitted and end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception as error:
                # Loud: a machine that did not come up must not look like a slow one.
                traceback.print_exception(error)
                self._report(error)
            finally:
                self._jobs.task_done()
        self._jobs.task_done()
