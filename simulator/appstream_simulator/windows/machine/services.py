# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Windows services: what the service control manager knows of each."""

from __future__ import annotations

from dataclasses import dataclass


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
    """What happens at boot: automatic services run, all others do not."""
    for service in services.values():
        service.state = "running" if service.start_mode in ("auto", "delayed") else "stopped"
