# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Is what CreateImageBuilder asks for there and fitting? Each check raises the service's error."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends

from appstream_simulator.aws import agent_versions, image_access, licensed_software, network
from appstream_simulator.aws.exceptions import AppStreamError, SimulatorNotImplemented
from appstream_simulator.aws.image import Image
from appstream_simulator.aws.instance_types import NOT_GRAPHICS, instance_family
from appstream_simulator.aws.unproven import refusal

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend

Request = dict[str, Any]

# CreateImageBuilder.RootVolumeConfig in the service model: the documentation gives the range, the shape does not.
_ROOT_VOLUME_GB = range(200, 501)


def find_image(backend: AppStreamBackend, request: Request) -> Image:
    """The image to start from; it must be AVAILABLE and fit for image builders."""
    image = image_access.find(backend, request.get("ImageName"), request.get("ImageArn"), "image builder")
    if not image.attributes["ImageBuilderSupported"]:
        situation = "image without image builder support"
        raise refusal(situation, f"An image builder cannot be launched from the image {image.name}.")
    if not image.platform.startswith("WINDOWS"):
        raise SimulatorNotImplemented(f"The simulator has no machines of the platform {image.platform}.")
    return image


def check(backend: AppStreamBackend, request: Request, image: Image) -> None:
    """Everything else that can be wrong with a request, in the order a reader would look at it."""
    check_instance_type(request["InstanceType"], image)
    check_root_volume(request, image)
    _check_vpc(backend, request.get("VpcConfig"))
    check_role(backend, request.get("IamRoleArn"))
    check_domain(backend, request.get("DomainJoinInfo"))
    _check_software(request, image)
    check_imds(request, image)


def check_instance_type(instance_type: str, image: Image) -> None:
    """The instance type must be known and of a family the image supports."""
    family = instance_family(instance_type)
    if family is None:
        raise refusal("unknown instance type", f"The instance type {instance_type} is not supported.")
    if family not in (image.families or NOT_GRAPHICS):
        raise unsupported_combination(instance_type, image.families)


def unsupported_combination(instance_type: str, families: Sequence[str]) -> AppStreamError:
    """The error for an instance type and an image of other instance families, or of none, to be raised.

    The text is the real service's, "null" for none included; how it names several families is unproven
    [text_of_several_families].
    """
    family = ", ".join(families) or "null"
    return refusal(
        "instance family not supported by the image",
        f"The combination of instance type {instance_type} and image instance family {family} is not supported. "
        "Select an image that belongs to image instance family supported by this instance type.",
    )


def check_root_volume(request: Request, image: Image) -> None:
    """The root volume must have a legal size, not less than the image's."""
    # The default holds for large images, too: nothing says that it grows with them.
    size = request.get("RootVolumeConfig", {}).get("VolumeSizeInGb", 200)
    if size not in _ROOT_VOLUME_GB:
        raise refusal("root volume out of range", f"The root volume size must be between 200 and 500 GB, not {size}.")
    if size < image.root_volume_gb:
        message = f"The root volume size must be at least that of the image, {image.root_volume_gb} GB, not {size}."
        raise refusal("root volume smaller than the image's", message)


def _check_vpc(backend: AppStreamBackend, vpc_config: dict[str, list[str]] | None) -> None:
    if vpc_config is None:
        return
    subnets = vpc_config.get("SubnetIds", [])
    if len(subnets) != 1:
        raise refusal("not exactly one subnet", f"An image builder needs exactly one subnet, not {len(subnets)}.")
    subnet = network.find_subnet(backend.account_id, backend.region_name, subnets[0])
    if subnet is None:
        raise refusal("subnet not found", f"The subnet ID '{subnets[0]}' does not exist.")
    _check_network(backend.simulation.network, subnet.cidr_block)
    for group_id in vpc_config.get("SecurityGroupIds", []):
        group = network.find_security_group(backend.account_id, backend.region_name, group_id)
        if group is None:
            raise refusal("security group not found", f"The security group '{group_id}' does not exist.")
        if group.vpc_id != subnet.vpc_id:
            message = f"The security group '{group_id}' and the subnet '{subnet.id}' belong to different VPCs."
            raise refusal("security group of another VPC", message)


def _check_network(network: IPv4Network | None, subnet: str) -> None:
    """The machine's address must be one that belongs to this simulator. AWS of course has no such rule."""
    if network and not IPv4Network(subnet).subnet_of(network):
        raise SimulatorNotImplemented(
            f"The subnet {subnet} is not in this simulator's network {network}. Other addresses may be another "
            "simulator's: make the VPC in this network, or start the simulator with another one (--network)."
        )


def check_role(backend: AppStreamBackend, arn: str | None) -> None:
    """The IAM role must be the account's own and trust the service."""
    if arn is None:
        return
    # The beginning of the text is the real service's; Terraform's provider recognises it.
    message = f"AppStream encountered an error because your IAM role {arn}"
    try:
        role = iam_backends[backend.account_id][backend.partition].get_role_by_arn(arn)
    except NotFoundException:
        raise refusal("role does not exist", f"{message} does not exist.") from None
    if "appstream.amazonaws.com" not in str(role.assume_role_policy_document):
        raise refusal("role does not trust the service", f"{message} does not trust appstream.amazonaws.com.")


def check_domain(backend: AppStreamBackend, join: dict[str, str] | None) -> None:
    """The directory config and the organizational unit in it must be there."""
    if not join:
        return
    directory, unit = join.get("DirectoryName", ""), join.get("OrganizationalUnitDistinguishedName")
    if not unit:
        message = "DomainJoinInfo needs an OrganizationalUnitDistinguishedName."
        raise refusal("domain name without organizational unit", message)
    config = backend.directory_configs.get(directory)
    if config is None:
        raise refusal("directory config not found", f"The directory config {directory} does not exist.")
    if not config.has_unit(unit):
        message = f"The organizational unit {unit} is not in the directory config {directory}."
        raise refusal("organizational unit not in directory config", message)


def _check_software(request: Request, image: Image) -> None:
    """What is to be installed must go with what the image has and keeps."""
    installed, uninstalled = request.get("SoftwaresToInstall", []), request.get("SoftwaresToUninstall", [])
    if not installed and not uninstalled:
        return
    licensed_software.check_names([*installed, *uninstalled])
    licensed_software.check_agent(agent_version(request.get("AppstreamAgentVersion"), image.agent_version))
    kept = [name for name in image.software if name not in uninstalled]
    licensed_software.check_set([*kept, *installed], image.platform)


def check_imds(request: Request, image: Image) -> None:
    """Only newer agents can do without IMDSv1."""
    version = agent_version(request.get("AppstreamAgentVersion"), image.agent_version)
    if request.get("DisableIMDSV1") and agent_versions.release_date(version) < agent_versions.IMDSV1_OFF_SINCE:
        raise refusal("IMDSv1 off on an old agent", f"The agent {version} does not support disabling IMDSv1.")


def agent_version(asked: str | None, installed: str) -> str:
    """The agent version an instance ends up with."""
    try:
        version: str = agent_versions.resolve(asked, installed)
    except ValueError as error:
        raise refusal("unknown agent version", str(error)) from None
    return version
