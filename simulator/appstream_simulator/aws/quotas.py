# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Quotas of an account in a Region, and how the service says that one is used up.

Sources for the texts: developer guide, "Troubleshooting Fleets", which quotes the one about the capacity of a fleet,
with the apostrophe after its name; a tool by AWS (aws-virtual-application-management) takes the last character of that
about image builders for the limit. The rest of that one, and the texts about all other quotas, are unproven
[quota_texts].
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from appstream_simulator.aws.exceptions import LimitExceededException

if TYPE_CHECKING:
    from appstream_simulator.aws.fleet import Fleet
    from appstream_simulator.aws.models import AppStreamBackend


def check_count(what: str, present: int, limit: int) -> None:
    """Raise the service's error when there are as many of something as there may be."""
    if present >= limit:
        raise LimitExceededException(f"The {what} limit was exceeded. Requested: {present + 1}, Limit: {limit}")


def check_images(backend: AppStreamBackend) -> None:
    """Raise the service's error when no image can be added."""
    check_count("image", len(backend.images), backend.simulation.settings.image_quota)


def check_image_builders(backend: AppStreamBackend, instance_type: str) -> None:
    """Raise the service's error when no image builder of this instance type can be added."""
    settings = backend.simulation.settings
    check_count("image builder", len(backend.image_builders), settings.image_builder_quota)
    limit = settings.instance_quotas.get(instance_type)
    if limit is not None:
        alike = [one for one in backend.image_builders.values() if one.request["InstanceType"] == instance_type]
        check_count(f"Instance type '{instance_type}' image builder", len(alike), limit)


def check_capacity(backend: AppStreamBackend, fleet: Fleet) -> None:
    """Raise the service's error when all fleets of the instance type of this one would have too many instances.

    That those of all fleets count together, be they started or not, is unproven [fleet_quota_counts_all].
    """
    instance_type = fleet.settings["InstanceType"]
    limit = backend.simulation.settings.instance_quotas.get(instance_type)
    if limit is None:
        return
    others = [one for one in backend.fleets.values() if one.name != fleet.name]
    taken = sum(one.desired_instances for one in others if one.settings["InstanceType"] == instance_type)
    if taken + fleet.desired_instances > limit:
        raise LimitExceededException(
            f"The Instance type '{instance_type}' capacity limit for fleet {fleet.name}' was exceeded. "
            f"Requested: {fleet.desired_instances}, Limit: {limit}"
        )
