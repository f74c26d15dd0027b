# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A fleet: what the service keeps of it and what DescribeFleets shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from appstream_simulator.assumptions import answer
from appstream_simulator.aws import fleet_capacity
from appstream_simulator.aws.fleet_instance import FleetInstance, Session
from appstream_simulator.aws.image import Image, timestamp, without_none

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend

# What a fleet has when nothing is asked for. StreamView, IdleDisconnectTimeoutInSeconds and the size of the volume are
# documented. The two other durations are what acceptance tests of a Terraform provider (St3ffn's) find on the real
# service; the fleet type is a guess (unproven [fleet_type_by_default]).
DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "MaxUserDurationInSeconds": 57600,
        "DisconnectTimeoutInSeconds": 900,
        "IdleDisconnectTimeoutInSeconds": 0,
        "StreamView": "APP",
        "EnableDefaultInternetAccess": False,
        "RootVolumeConfig": MappingProxyType({"VolumeSizeInGb": 200}),
        "DisableIMDSV1": False,
    }
)


@dataclass
class Fleet:
    """One fleet. Times are seconds since the epoch, virtual.

    Attributes:
        serial: position in listings.
        settings: the members of CreateFleet and UpdateFleet as last given, but for image, name and tags.
        image: what new instances are provisioned with; None for an elastic fleet.
        visit: grows with every change of state, so that what was planned for an earlier one can tell it is too late.
        sessions: those that listings show, ended ones included.
    """

    name: str
    arn: str
    serial: int
    settings: dict[str, Any]
    image: Image | None
    created: float
    state: str = "STOPPED"
    visit: int = 0
    errors: list[dict[str, str]] = field(default_factory=list)
    instances: list[FleetInstance] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)

    def enter(self, state: str) -> None:
        """Change state."""
        self.state = state
        self.visit += 1

    def fail(self, code: str, message: str) -> None:
        """Keep an entry for FleetErrors; one of the same code replaces the older."""
        others = [error for error in self.errors if error["ErrorCode"] != code]
        self.errors = [*others, {"ErrorCode": code, "ErrorMessage": message}]

    @property
    def type(self) -> str:
        """The API's FleetType."""
        return str(self.settings.get("FleetType", answer("fleet_type_by_default")))

    @property
    def is_elastic(self) -> bool:
        return self.type == "ELASTIC"

    @property
    def is_multi_session(self) -> bool:
        """Whether several users share an instance."""
        return "MaxSessionsPerInstance" in self.settings

    @property
    def slots_per_instance(self) -> int:
        """How many users an instance takes."""
        return int(self.settings.get("MaxSessionsPerInstance", 1))

    @property
    def desired_instances(self) -> int:
        """How many instances there are to be; an elastic fleet has no number of its own."""
        capacity = self.settings.get("ComputeCapacity", {})
        sessions = int(capacity.get("DesiredSessions", 0))
        return int(capacity.get("DesiredInstances", -(-sessions // self.slots_per_instance)))

    def image_withdrawn(self, backend: AppStreamBackend) -> None:
        """The owner of a shared image has taken back the permission to use it: no new instances."""
        member = "DesiredSessions" if self.is_multi_session else "DesiredInstances"
        self.settings = {**self.settings, "ComputeCapacity": {member: 0}}
        fleet_capacity.reconcile(backend, self)

    def describe(self) -> dict[str, Any]:
        """The API's Fleet."""
        settings = {name: value for name, value in self.settings.items() if name != "ComputeCapacity"}
        image = self.image
        return without_none(
            {
                **{name: dict(value) if isinstance(value, Mapping) else value for name, value in DEFAULTS.items()},
                "FleetType": self.type,
                "Platform": image.platform if image else None,
                **settings,
                "Name": self.name,
                "Arn": self.arn,
                "ImageName": image.name if image else None,
                "ImageArn": image.arn if image else None,
                "ComputeCapacityStatus": fleet_capacity.status(self),
                "State": self.state,
                "CreatedTime": timestamp(self.created),
                "FleetErrors": self.errors,
            }
        )
