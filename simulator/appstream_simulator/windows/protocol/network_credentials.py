# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""With which credentials a process goes out to the network, which are not always those of the account it runs as.

A network logon (NTLM, Kerberos without delegation) leaves none behind, so what it starts is nobody elsewhere: the
"double hop" problem. A logon with a password (CredSSP, `runas`) has its own; `runas` with the logon type
NewCredentials keeps the local identity and gets others for the network (LOGON32_LOGON_NEW_CREDENTIALS of LogonUserW).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True)
class NetworkCredentials:
    """An account and its password; None when a ticket proves it, which nobody doubts any more."""

    user: str
    password: str | None = field(default=None, repr=False)


_current: ContextVar[NetworkCredentials | None] = ContextVar("network credentials", default=None)


def current() -> NetworkCredentials | None:
    """The credentials of what is running in this thread, None when it has none."""
    return _current.get()


@contextmanager
def using(credentials: NetworkCredentials | None) -> Iterator[None]:
    """Run something with these credentials."""
    token = _current.set(credentials)
    try:
        yield
    finally:
        _current.reset(token)
