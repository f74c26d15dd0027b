# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A boto3 client that can be opened again with the credentials as they are by then: a wait may outlast them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from .credentials import PAUSE, TIMEOUT, Trouble, of_botocore, patience_with, trouble_of
from .progress import report

Answer = TypeVar("Answer")


REWRITTEN = 5.0
"""Seconds within which what writes a profile's file has written it."""


class RenewableClient:
    """Has everything that ``client`` has. ``open_client`` opens another one, in a session of its own.

    ``timeout``: seconds for which credentials that AWS refuses are waited for; with 0 they are read again once.
    """

    def __init__(self, client: Any, open_client: Callable[[], Any], timeout: float = TIMEOUT) -> None:
        self._client = client
        self._open_client = open_client
        self._timeout = timeout
        self._was_answered = False

    def renew(self) -> None:
        """Read the credentials again. Raises what opening a client raises."""
        self._client = self._open_client()

    def ask(self, about: str, question: Callable[[], Answer]) -> Answer:
        """Return the answer to a question, which makes calls of this client for the resource ``about``.

        Where AWS refuses the credentials they are read again: at once, then every ``PAUSE`` seconds for as long as
        patience lasts, which is shown as what the resource is at. Raises the last refusal.

        botocore renews by itself what a profile's process, SSO or an instance role gives; a shared credentials file
        that somebody keeps up to date it reads only once.
        """
        began, tries = time.monotonic(), 0
        trouble: Trouble | None = None
        while True:
            before = trouble
            try:
                if before is not None and before.renewable:
                    self.renew()
                answer = question()
            except Exception as error:
                trouble = trouble_of(error)
                if trouble is None:
                    raise
                waited = time.monotonic() - began
                at_once = trouble.renewable and not tries
                if not at_once and waited >= patience_with(trouble, self._timeout, self._was_answered):
                    raise of_botocore(error) from error
            else:
                self._was_answered = True
                return answer
            if not at_once:
                report(about, trouble.waiting, waited, trouble is not before or tries == 1)
                time.sleep(PAUSE)
            tries += 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def opened(open_client: Callable[[], Any], timeout: float) -> Any:
    """Return a client; None when it can't be opened, of which a profile's file that is being written just now is tried
    again for some seconds at most, and for no longer than ``timeout``.
    """
    until = time.monotonic() + min(REWRITTEN, timeout)
    while True:
        try:
            return open_client()
        except Exception as error:
            if trouble_of(error) is None or time.monotonic() >= until:
                return None
        time.sleep(1)
