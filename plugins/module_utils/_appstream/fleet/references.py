# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a fleet is made of and placed in: is there all that a request names, and can the image be used?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core import states
from ..core.calls import ACCESS_DENIED_CODES
from ..core.errors import AppStreamError
from ..core.networks import describe_security_groups, describe_subnets
from ..core.reconcile import Connect
from ..directory_config.api import describe_directory_config
from ..image.api import describe_images


def are_references_there(connect: Connect, request: Mapping[str, Any]) -> bool:
    """Say whether the image, the domain and the network that CreateFleet or UpdateFleet name can be read.

    What these credentials may not read counts as missing: a name that is misspelt is to be refused at once, not only
    after minutes. A role that the service doesn't know yet has an error of its own. Raises AppStreamError.
    """
    checks = (_is_image_there, _is_domain_there, _is_network_there)
    try:
        return all(is_there(connect, request) for is_there in checks)
    except AppStreamError as error:
        if error.code not in ACCESS_DENIED_CODES:
            raise
        return False


def usable_image(client: Any, about: str, name: str | None, arn: str | None) -> dict[str, Any] | None:
    """Return the image that ``about`` is to get, None when these credentials may not read it.

    Raises AppStreamError for one that can't be used.
    """
    try:
        image = _find_image(client, name, arn)
    except AppStreamError as error:
        if error.code not in ACCESS_DENIED_CODES:
            raise
        return None
    if image is None:
        raise AppStreamError(
            f"{about} cannot be given image {arn or name}, which does not exist",
            remedy="An image that another account shares is named by image_arn.",
        )
    state = states.state_of(image)
    if not states.image_is(states.READY, state):
        raise AppStreamError(f"{about} cannot be given image {arn or name}, which is {state}")
    return image


def _find_image(client: Any, name: str | None, arn: str | None) -> dict[str, Any] | None:
    found = describe_images(client, arns=[arn]) if arn else describe_images(client, names=[str(name)])
    return next(iter(found), None)


def _is_image_there(connect: Connect, request: Mapping[str, Any]) -> bool:
    name, arn = request.get("ImageName"), request.get("ImageArn")
    return not (name or arn) or _find_image(connect("appstream"), name, arn) is not None


def _is_domain_there(connect: Connect, request: Mapping[str, Any]) -> bool:
    domain = request.get("DomainJoinInfo", {}).get("DirectoryName")
    return not domain or describe_directory_config(connect("appstream"), domain) is not None


def _is_network_there(connect: Connect, request: Mapping[str, Any]) -> bool:
    network = request.get("VpcConfig", {})
    subnets, groups = (set(network.get(member, [])) for member in ("SubnetIds", "SecurityGroupIds"))
    return (not subnets or set(describe_subnets(connect("ec2"), subnets)) == subnets) and (
        not groups or set(describe_security_groups(connect("ec2"), groups)) == groups
    )
