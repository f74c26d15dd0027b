# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What Application Auto Scaling does to fleets."""

from __future__ import annotations

from typing import Any

from ..core.calls import ACCESS_DENIED_CODES, call_pages
from ..core.errors import AppStreamError
from ..core.reconcile import Connect
from .settings import CAPACITY

# When to change the capacity of an existing fleet.
ALWAYS, ON_CREATE, UNLESS_AUTOSCALED = "always", "on_create", "unless_autoscaled"


def is_autoscaled(autoscaling_client: Any, fleet_name: str) -> bool | None:
    """Say whether a fleet's capacity is a scalable target; None when that may not be asked. Raises AppStreamError."""
    try:
        found = call_pages(
            autoscaling_client,
            "describe_scalable_targets",
            f"fleet {fleet_name}",
            "ScalableTargets",
            ServiceNamespace="appstream",
            ResourceIds=[f"fleet/{fleet_name}"],
        )
    except AppStreamError as error:
        if error.code not in ACCESS_DENIED_CODES:
            raise
        return None
    return bool(found)


def unless_left_alone(
    connect: Connect, fleet_name: str, desired: dict[str, Any], update_capacity: str
) -> tuple[dict[str, Any], list[str]]:
    """Return an existing fleet's desired settings, without the capacity where it is left alone, and warnings.

    ``update_capacity`` is one of the three words. Raises AppStreamError.
    """
    if update_capacity == ALWAYS:
        return desired, []
    others = {option: value for option, value in desired.items() if option != CAPACITY}
    if update_capacity == ON_CREATE:
        return others, []
    autoscaled = is_autoscaled(connect("application-autoscaling"), fleet_name)
    if autoscaled is not None:
        return others if autoscaled else desired, []
    return others, [
        f"The capacity of fleet {fleet_name} is left alone: these credentials may not ask Application Auto Scaling "
        "whether it is autoscaled (application-autoscaling:DescribeScalableTargets). See update_capacity."
    ]
