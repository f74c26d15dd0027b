# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What Amazon EC2 knows about the subnets and security groups image builders are placed in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .aws import to_ansible_dict
from .calls import call_pages


def describe_subnets(ec2_client: Any, subnet_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the subnets that exist, by id. Raises AppStreamError."""
    return _by_id(ec2_client, "describe_subnets", "Subnets", "subnet-id", "subnet_id", sorted(set(subnet_ids)))


def describe_security_groups(ec2_client: Any, group_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the security groups that exist, by id. Raises AppStreamError."""
    return _by_id(
        ec2_client, "describe_security_groups", "SecurityGroups", "group-id", "group_id", sorted(set(group_ids))
    )


def _by_id(
    ec2_client: Any, operation: str, member: str, filter_name: str, key: str, ids: list[str]
) -> dict[str, dict[str, Any]]:
    """Read by filter, not by id parameter: one unknown id would fail the whole call."""
    if not ids:
        return {}
    wanted = [{"Name": filter_name, "Values": ids}]
    found = call_pages(ec2_client, operation, ", ".join(ids), member, Filters=wanted)
    return {resource[key]: resource for resource in map(to_ansible_dict, found)}
