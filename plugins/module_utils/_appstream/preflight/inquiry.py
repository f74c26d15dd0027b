# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Asks AWS for a preflight what may be left unanswered: then the preflight warns, and goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..core.credentials import trouble_of
from ..core.errors import AppStreamError
from ..core.retries import is_lost_connection
from .severities import OFF

try:
    from botocore.config import Config
except ImportError:
    pass  # AnsibleAWSModule reports a missing botocore

Answer = TypeVar("Answer")

COULD_NOT_BE_CHECKED = "this could not be checked"

CONNECT_TIMEOUT = 2
"""Seconds. A controller in a private subnet may have no way to IAM or Service Quotas, and would wait for minutes."""
READ_TIMEOUT = 10


@dataclass
class Inquiry:
    """The questions of one preflight.

    Attributes:
        open_client: makes a client of an AWS service, with further options of it.
        severities: of all checks; for one that is off nothing is asked.
        unread: name of a check, and why what it compares with could not be read.
    """

    open_client: Callable[..., Any]
    severities: Mapping[str, str]
    unread: list[tuple[str, str]] = field(default_factory=list)
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    _asked: str = ""
    _unreachable: set[str] = field(default_factory=set)

    def is_on(self, check: str) -> bool:
        """Whether a check is not switched off."""
        return self.severities[check] != OFF

    def client(self, service: str, region: str | None = None) -> Any:
        """A client that does not wait long for an answer; one for each service and Region.

        Raises AppStreamError for a service that could not be reached before: each time takes many seconds.
        """
        if service in self._unreachable:
            raise AppStreamError(f"{service} can't be reached from the controller")
        self._asked = service
        key = (service, region or "")
        if key not in self._clients:
            more = {"region": region} if region else {}
            config = Config(
                connect_timeout=CONNECT_TIMEOUT, read_timeout=READ_TIMEOUT, retries={"total_max_attempts": 1}
            )
            self._clients[key] = self.open_client(service, config=config, **more)
        return self._clients[key]

    def ask(self, check: str, read: Callable[[], Answer], otherwise: Answer) -> Answer:
        """The answer to a question that a check has; ``otherwise`` when it is off or there is none.

        Raises AppStreamError when the credentials are no good, which every further question would find out again.
        """
        if not self.is_on(check):
            return otherwise
        try:
            return read()
        except AppStreamError as error:
            if error.cause is not None and trouble_of(error.cause):
                raise
            if error.cause is not None and is_lost_connection(error.cause):
                self._unreachable.add(self._asked)
            self.unread.append((check, f"{COULD_NOT_BE_CHECKED}: {error}"))
            return otherwise
