# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What image builders and fleets are made of and placed in: is there all that a request names?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.calls import ACCESS_DENIED_CODES
from ..core.errors import AppStreamError
from ..core.networks import describe_security_groups, describe_subnets
from ..core.reconcile import Connect
from ..directory_config.api import describe_directory_config
from .api import describe_images

Request = Mapping[str, Any]


def are_references_there(connect: Connect, request: Request) -> bool:
    """Say whether the image, the domain and the network that a creating or updating operation names can be read.

    What cannot be read counts as missing: a name that is misspelt is to be refused at once, not only after minutes. But
    a network counts as there for credentials that may not ask Amazon EC2, as many may not. A role that the service
    doesn't know yet has an error of its own.
    """
    try:
        return all(is_there(connect, request) for is_there in (_is_image_there, _is_domain_there, _is_network_there))
    except AppStreamError:
        return False


def find_image(client: Any, name: str | None, arn: str | None) -> dict[str, Any] | None:
    """Return the image of an ARN, or else of a name; None when there is none. Raises AppStreamError."""
    found = describe_images(client, arns=[arn]) if arn else describe_images(client, names=[str(name)])
    return next(iter(found), None)


def _is_image_there(connect: Connect, request: Request) -> bool:
    name, arn = request.get("ImageName"), request.get("ImageArn")
    return not (name or arn) or find_image(connect("appstream"), name, arn) is not None


def _is_domain_there(connect: Connect, request: Request) -> bool:
    domain = request.get("DomainJoinInfo", {}).get("DirectoryName")
    return not domain or describe_directory_config(connect("appstream"), domain) is not None


def _is_network_there(connect: Connect, request: Request) -> bool:
    network = request.get("VpcConfig", {})
    subnets, groups = (set(network.get(member, [])) for member in ("SubnetIds", "SecurityGroupIds"))
    try:
        return (not subnets or set(describe_subnets(connect("ec2"), subnets)) == subnets) and (
            not groups or set(describe_security_groups(connect("ec2"), groups)) == groups
        )
    except AppStreamError as error:
        return error.code in ACCESS_DENIED_CODES
