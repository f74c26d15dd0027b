# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The streaming instances of a fleet and the sessions of users on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from appstream_simulator.aws.image import Image, timestamp, without_none


@dataclass
class FleetInstance:
    """One streaming instance. Nothing runs on it: the simulator has machines for image builders alone.

    Attributes:
        image: what it was provisioned with, which stays when the fleet's image changes; an elastic fleet has none.
        slots: how many users it takes, which stays when the fleet's MaxSessionsPerInstance changes.
        is_ready: it has been provisioned; users can be given to it.
        is_draining: it takes no new users (multi-session fleets).
        network_interface: moto's ENI, when the fleet is in a VPC.
        sessions: those that have not ended.
    """

    id: str
    image: Image | None
    slots: int = 1
    is_ready: bool = False
    is_draining: bool = False
    network_interface: Any = None
    sessions: list[Session] = field(default_factory=list)


@dataclass
class Session:
    """One streaming session. Times are seconds since the epoch, virtual.

    Attributes:
        serial: position in listings.
        ends: when it has lasted as long as the fleet allows.
    """

    id: str
    serial: int
    user: str
    stack: str
    fleet: str
    authentication_type: str
    instance: FleetInstance
    is_multi_session: bool
    begun: float
    ends: float
    state: str = "ACTIVE"

    def describe(self) -> dict[str, Any]:
        """The API's Session. Users are connected as long as their session is ACTIVE."""
        return without_none(
            {
                "Id": self.id,
                "UserId": self.user,
                "StackName": self.stack,
                "FleetName": self.fleet,
                "State": self.state,
                "ConnectionState": "CONNECTED" if self.state == "ACTIVE" else "NOT_CONNECTED",
                "StartTime": timestamp(self.begun),
                "MaxExpirationTime": timestamp(self.ends),
                "AuthenticationType": self.authentication_type,
                "NetworkAccessConfiguration": self._network_access(),
                "InstanceId": self.instance.id,
                "InstanceDrainStatus": self._drain_status(),
            }
        )

    def _drain_status(self) -> str:
        if not self.is_multi_session:
            return "NOT_APPLICABLE"
        return "DRAINING" if self.instance.is_draining else "ACTIVE"

    def _network_access(self) -> dict[str, str] | None:
        interface = self.instance.network_interface
        if interface is None:
            return None
        return {"EniPrivateIpAddress": interface.private_ip_address, "EniId": interface.id}
