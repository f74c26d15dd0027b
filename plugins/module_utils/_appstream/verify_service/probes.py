# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""All probes that ask AWS, by the names that assumptions have them by."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..core.reconcile import Connect
from . import fleet, image, image_builder, reading, refused, stack
from .asking import Subject
from .seen import Answers

Probe = Callable[[Connect, Subject], Answers]

READ_ONLY: Mapping[str, Probe] = {
    "read_only": reading.read_only,
    "base_images": reading.base_images,
    "quotas": reading.quotas,
}
"""What changes nothing and costs nothing."""

PROBES: Mapping[str, Probe] = {
    **READ_ONLY,
    "refused_image_builders": refused.refused_image_builders,
    "refused_images": refused.refused_images,
    "refused_fleets": refused.refused_fleets,
    "stack": stack.stack,
    "image_builder_pending": image_builder.image_builder_pending,
    "image_builder_running": image_builder.image_builder_running,
    "image_builder_stopping": image_builder.image_builder_stopping,
    "image_builder_stopped": image_builder.image_builder_stopped,
    "image_builder_restarted": image_builder.image_builder_restarted,
    "image_builder_deleting": image_builder.image_builder_deleting,
    "image_pending": image.image_pending,
    "image_available": image.image_available,
    "image_deleting": image.image_deleting,
    "fleet_stopped": fleet.fleet_stopped,
    "fleet_starting": fleet.fleet_starting,
    "fleet_running": fleet.fleet_running,
    "fleet_stopping": fleet.fleet_stopping,
    "fleet_restarted": fleet.fleet_restarted,
}
