# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An image builder: what the service keeps of it and what DescribeImageBuilders shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from appstream_simulator.aws.image import Image, timestamp, without_none
from appstream_simulator.aws.software_association import SoftwareAssociation
from appstream_simulator.aws.states import REACHABLE
from appstream_simulator.windows.domain.membership import Membership

# Given at creation, shown as they are.
_SHOWN_AS_GIVEN = ("VpcConfig", "InstanceType", "IamRoleArn", "DomainJoinInfo", "AccessEndpoints")
_DEFAULT_ROOT_VOLUME_GB = 200


@dataclass
class ImageBuilder:
    """One image builder. Times are seconds since the epoch, virtual.

    Attributes:
        serial: position in listings.
        request: the members of CreateImageBuilder that cannot be changed later.
        image: the image it was created from.
        visit: grows with every change of state, so that what was planned for an earlier one can tell it is too late.
        network_interface: moto's ENI while there is one.
        last_address: the private address it had before it was last stopped.
        next_image: what create-image was accepted for, until the builder is SNAPSHOTTING.
        software: licence-included applications by name, installed, on their way or failed.
        membership: its machine's place in a real domain, once it has been joined.
    """

    name: str
    arn: str
    serial: int
    request: dict[str, Any]
    image: Image
    created: float
    agent_version: str
    state: str = "PENDING"
    visit: int = 0
    display_name: str | None = None
    description: str | None = None
    agent_access: dict[str, Any] | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)
    state_change_reason: dict[str, str] | None = None
    network_interface: Any = None
    last_address: str | None = None
    latest_agent: bool = False
    next_image: Image | None = None
    software: dict[str, SoftwareAssociation] = field(default_factory=dict)
    membership: Membership | None = None

    def enter(self, state: str) -> None:
        """Change state."""
        self.state = state
        self.visit += 1

    def fail(self, code: str, message: str, when: float) -> None:
        """Keep an entry for ImageBuilderErrors and the reason of the change of state that follows."""
        reason = "IMAGE_UNAVAILABLE" if code == "IMAGE_NOT_FOUND" else "INTERNAL_ERROR"
        self.state_change_reason = {"Code": reason, "Message": message}
        self.errors = [{"ErrorCode": code, "ErrorMessage": message, "ErrorTimestamp": timestamp(when)}]

    @property
    def address(self) -> str | None:
        """The private address of its network interface, if it has one."""
        return self.network_interface.private_ip_address if self.network_interface else None

    @property
    def root_volume(self) -> dict[str, int]:
        """The API's RootVolumeConfig."""
        return {"VolumeSizeInGb": _DEFAULT_ROOT_VOLUME_GB, **self.request.get("RootVolumeConfig", {})}

    def describe(self) -> dict[str, Any]:
        """The API's ImageBuilder."""
        return without_none(
            {
                **{name: self.request.get(name) for name in _SHOWN_AS_GIVEN},
                "Name": self.name,
                "Arn": self.arn,
                "ImageArn": self.image.arn,
                "Description": self.description,
                "DisplayName": self.display_name,
                "Platform": self.image.platform,
                "State": self.state,
                "StateChangeReason": self.state_change_reason,
                "CreatedTime": timestamp(self.created),
                "EnableDefaultInternetAccess": self.request.get("EnableDefaultInternetAccess", False),
                "DisableIMDSV1": self.request.get("DisableIMDSV1", False),
                "RootVolumeConfig": self.root_volume,
                "NetworkAccessConfiguration": self._network_access(),
                "ImageBuilderErrors": self.errors,
                "AppstreamAgentVersion": self.agent_version,
                "LatestAppstreamAgentVersion": "TRUE" if self.latest_agent else "FALSE",
                "AgentAccessConfig": self.agent_access,
            }
        )

    def _network_access(self) -> dict[str, str] | None:
        if self.network_interface is None or self.state not in REACHABLE:
            return None
        return {
            "EniPrivateIpAddress": self.network_interface.private_ip_address,
            "EniId": self.network_interface.id,
        }
