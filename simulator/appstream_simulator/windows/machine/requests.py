# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the AWS side hands to a machine, and what comes back from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from appstream_simulator.windows.domain.membership import Membership

from .disk import Disk


def admit_everybody(_source: str, _port: int) -> bool:
    """Security groups that let everything in."""
    return True


class ImageAssistantError(Exception):
    """The service refuses to create the image; Image Assistant shows the text with status 255."""


class S3Error(Exception):
    """S3 refuses; `status` is the HTTP status it answers with."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


@dataclass(frozen=True)
class CreateImage:
    """An image to be created, as Image Assistant hands it to the service.

    Attributes:
        applications: the application catalog, entries as `list-applications` prints them.
        problem: what AppStream's own scripts trip over on the machine, so that the image fails; empty when nothing.
    """

    name: str
    description: str = ""
    display_name: str = ""
    dynamic_app_catalog: bool = False
    use_latest_agent_version: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    applications: list[dict[str, Any]] = field(default_factory=list)
    problem: str = ""


@dataclass(frozen=True)
class MachineRequest:
    """The Windows machine of one image builder.

    Attributes:
        key: ARN of the image builder.
        platform: as the service names it, e.g. WINDOWS_SERVER_2022.
        domain: DirectoryName of the builder's DomainJoinInfo, if it joins a domain.
        disk: content of the image the builder starts from; None for the stock disk of the platform. It is copied.
        on_create_image: called once Image Assistant has validated a create-image; raises `ImageAssistantError`. Who is
            called takes the snapshot and switches the machine off, after the tool has printed its success.
        image_name_exists: whether the account has an image of this name in the Region.
        on_restart: called with True when the guest goes down for a restart, with False when it is back.
        membership: the machine's place in a domain, when it has been joined before it exists; see also `Machine.join`.
        admits: whether the security groups let a source address connect to a port.
        closed: WinRM is as on a base image that AWS ships, opened by group policy and by nothing else; False: it is
            open, and the accounts of the settings are local administrators.
        root_volume_gb: size of drive C:.
        iam_role_arn: the role whose credentials the machine has, in the profile appstream_machine_role.
        read_s3: content of an object, by bucket and key, as that role may read it; raises `S3Error`.
    """

    key: str
    builder_name: str
    platform: str
    image_arn: str
    instance_type: str
    region: str
    account_id: str
    domain: str | None
    disk: Disk | None
    on_create_image: Callable[[CreateImage], None]
    image_name_exists: Callable[[str], bool]
    on_restart: Callable[[bool], None]
    membership: Membership | None = None
    admits: Callable[[str, int], bool] = admit_everybody
    closed: bool = False
    root_volume_gb: int = 200
    iam_role_arn: str | None = None
    read_s3: Callable[[str, str], bytes] | None = None
