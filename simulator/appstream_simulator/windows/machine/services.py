# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Windows services: what the service control manager knows of each."""

from __future__ import annotations

from dataclasses import dataclass

# Services that start-up scripts do not find running.
_LATE = frozenset({"winrm"})


@dataclass
class Service:
    """One service.

    Attributes:
        start_mode: auto, delayed, manual or disabled.
        state: running, stopped or paused.
        account: the account it runs as.
        can_pause: accepts pause and continue.
    """

    name: str
    path: str
    display_name: str = ""
    description: str = ""
    start_mode: str = "auto"
    state: str = "stopped"
    account: str = "NT AUTHORITY\\SYSTEM"
    dependencies: tuple[str, ...] = ()
    can_pause: bool = False

    def __post_init__(self) -> None:
        self.display_name = self.display_name or self.name


def start_automatic_services(services: dict[str, Service]) -> None:
    """What happens at boot: automatic services run, all others do not.

    WinRM is not among the first: start-up scripts of group policy may find it stopped, and here they always do.
    """
    for service in services.values():
        first = service.start_mode in ("auto", "delayed") and service.name.lower() not in _LATE
        service.state = "running" if first else "stopped"


def start_late_services(services: dict[str, Service]) -> None:
    """What comes up once start-up scripts are done; what they have started already is running."""
    for service in services.values():
        if service.start_mode in ("auto", "delayed") and service.name.lower() in _LATE:
            service.state = "running"
