# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The AMI an image is imported from: moto's, checked as the service does before it accepts an import.

Source: developer guide, "Import Image" (required AMI properties; "if the static checks fail, you will receive an error
straight away"). What moto does not keep of an AMI (TPM, ENA support, number of volumes, edition of Windows) passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from moto.ec2.models import ec2_backends

from appstream_simulator.aws.exceptions import ResourceNotFoundException
from appstream_simulator.aws.unproven import refusal

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend

_LARGEST_GB = 500
_SMALLEST_IMAGE_GB = 200

# Attribute of moto's AMI, what it must be where moto knows it, what AWS calls it.
_REQUIRED = (
    ("state", "available", "State"),
    ("image_type", "machine", "Image Type"),
    ("architecture", "x86_64", "Architecture"),
    ("virtualization_type", "hvm", "Virtualization Type"),
    ("boot_mode", "uefi", "Boot Mode"),
    ("platform", "windows", "Platform"),
    ("root_device_name", "/dev/sda1", "Root Device Name"),
)


def find(backend: AppStreamBackend, ami_id: str) -> Any:
    """The account's own AMI in this Region, fit to be imported.

    Raises:
        AppStreamError: there is none, it is somebody else's, or it does not meet the requirements.
    """
    ami = ec2_backends[backend.account_id][backend.region_name].amis.get(ami_id)
    if ami is None:
        raise ResourceNotFoundException(f"The AMI {ami_id} does not exist.")
    if ami.owner_id != backend.account_id:
        raise refusal("importing the AMI of another account", f"The AMI {ami_id} is not owned by this account.")
    problems = list(_problems(ami))
    if problems:
        message = f"The AMI {ami_id} is not compatible: {'; '.join(problems)}."
        raise refusal("AMI does not meet the requirements", message)
    return ami


def _problems(ami: Any) -> Iterator[str]:
    for attribute, wanted, name in _REQUIRED:
        found = getattr(ami, attribute)
        if found is not None and str(found).lower() != wanted:
            yield f"{name} is {found}, it must be {wanted}"
    if ami.ebs_snapshot.encrypted:
        yield "it is encrypted"
    if ami.ebs_snapshot.volume_size > _LARGEST_GB:
        yield f"its volume has {ami.ebs_snapshot.volume_size} GB, more than {_LARGEST_GB}"


def root_volume_gb(ami: Any) -> int:
    """The size of the imported image: "you can import an AMI with < 200 GB, the imported image will use 200GB"."""
    return max(_SMALLEST_IMAGE_GB, int(ami.ebs_snapshot.volume_size))


def platform(ami: Any) -> str:
    """The Windows on it. moto does not keep it, so the AMI's name or description tells: 2022 without a '2025' there."""
    told = f"{ami.name or ''} {ami.description or ''}"
    return "WINDOWS_SERVER_2025" if "2025" in told else "WINDOWS_SERVER_2022"


def names(backend: AppStreamBackend) -> set[str | None]:
    """The names of the account's own AMIs in this Region; moto has AMIs without one."""
    amis = ec2_backends[backend.account_id][backend.region_name].amis.values()
    return {ami.name for ami in amis if ami.owner_id == backend.account_id}


def register(backend: AppStreamBackend, name: str, describe: Callable[[Any], None]) -> str:
    """Make a Windows AMI in moto's EC2 and return its id; `describe` completes the record."""
    ami = ec2_backends[backend.account_id][backend.region_name].register_image(name, "")
    ami.platform, ami.architecture, ami.virtualization_type = "windows", "x86_64", "hvm"
    ami.root_device_type = "ebs"
    describe(ami)
    return str(ami.id)
