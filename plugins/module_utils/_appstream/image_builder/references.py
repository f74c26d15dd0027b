# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What an image builder that is to be created refers to: an image, a network and, in a domain, a directory config."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..core.errors import AppStreamError
from ..core.networks import describe_security_groups, describe_subnets
from ..core.reconcile import Connect
from ..directory_config.api import describe_directory_config
from ..image.api import describe_images

Request = Mapping[str, Any]


def are_there(connect: Connect, request: Request) -> bool:
    """Say whether image, directory config, subnet and security groups in CreateImageBuilder parameters can be read.

    A network counts as there where nobody may read that.
    """
    client = connect("appstream")
    return (
        _can_read(lambda: _has_image(client, request), unless_allowed=False)
        and _can_read(lambda: _has_directory_config(client, request), unless_allowed=False)
        and _can_read(lambda: _has_network(connect, request), unless_allowed=True)
    )


def _can_read(question: Callable[[], bool], *, unless_allowed: bool) -> bool:
    try:
        return question()
    except AppStreamError:
        return unless_allowed


def _has_image(client: Any, request: Request) -> bool:
    if "ImageArn" in request:
        return bool(describe_images(client, arns=[request["ImageArn"]]))
    return bool(describe_images(client, names=[request["ImageName"]]))


def _has_directory_config(client: Any, request: Request) -> bool:
    directory = request.get("DomainJoinInfo", {}).get("DirectoryName")
    return directory is None or describe_directory_config(client, directory) is not None


def _has_network(connect: Connect, request: Request) -> bool:
    network = request.get("VpcConfig")
    if not network:
        return True
    client = connect("ec2")
    subnets, groups = set(network.get("SubnetIds", [])), set(network.get("SecurityGroupIds", []))
    return subnets == set(describe_subnets(client, subnets)) and groups == set(describe_security_groups(client, groups))
