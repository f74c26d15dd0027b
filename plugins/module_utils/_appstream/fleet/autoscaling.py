# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What Application Auto Scaling does to fleets."""

from __future__ import annotations

from typing import Any

from ..core.calls import ACCESS_DENIED_CODES, call_pages
from ..core.errors import AppStreamError


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
