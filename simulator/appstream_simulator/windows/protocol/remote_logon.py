# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a process belongs to the logon of a WinRM connection.

Some of Windows refuses such logons, whatever the rights of the account: the Windows Update Agent, for one. What `runas`
starts, and what the Task Scheduler does, has a logon of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[bool] = ContextVar("remote logon", default=False)


def current() -> bool:
    """Whether what is running in this thread does so in the logon of a WinRM connection."""
    return _current.get()


@contextmanager
def using(remote: bool) -> Iterator[None]:
    """Run something as part of such a logon, or not."""
    token = _current.set(remote)
    try:
        yield
    finally:
        _current.reset(token)
