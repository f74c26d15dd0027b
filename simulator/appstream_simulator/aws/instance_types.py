# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Instance types and the families images support (service model: CreateImageBuilder, Image)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_FAMILIES = (
    ("stream.graphics.g4dn.", "Graphics G4"),
    ("stream.graphics.g5.", "Graphics G5"),
    ("stream.graphics.g6.", "Graphics G6"),
    ("stream.graphics.gr6.", "Graphics G6"),
    ("stream.graphics.g6f.", "Graphics G6"),
    ("stream.graphics.gr6f.", "Graphics G6"),
    ("stream.graphics.g7.", "Graphics G7"),
    ("stream.standard.", "General Purpose"),
    ("stream.compute.", "Compute Optimized"),
    ("stream.memory.z1d.", "Memory Optimized"),
    ("stream.memory.", "Memory Optimized"),
    ("GeneralPurpose.", "GeneralPurpose"),
    ("ComputeOptimized.", "ComputeOptimized"),
    ("MemoryOptimized.", "MemoryOptimized"),
    ("Accelerated.", "Accelerated"),
)

# Types to be had by family, the smallest of each; in the other families it is not known.
SMALLEST_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "General Purpose": "stream.standard.small",
        "Compute Optimized": "stream.compute.large",
        "Memory Optimized": "stream.memory.large",
        "Graphics G4": "stream.graphics.g4dn.xlarge",
        "Graphics G5": "stream.graphics.g5.xlarge",
        "Graphics G6": "stream.graphics.g6.xlarge",
        "Graphics G7": "stream.graphics.g7.2xlarge",
    }
)

# What an image runs on for which the service lists no families: a report of the real service shows that graphics
# families are not among them.
NOT_GRAPHICS = ("General Purpose", "Compute Optimized", "Memory Optimized")

# What an image that was imported from an AMI runs on (service model: Image.ImageType), spelt as in instance types
# (unproven [custom_families_spelling]).
CUSTOM_FAMILIES = ("GeneralPurpose", "ComputeOptimized", "MemoryOptimized", "Accelerated")

# The sizes EC2 has: which of them a family comes in changes too often to be listed here.
_SIZE = re.compile(r"nano|micro|small|medium|large|([1-9]\d?)?xlarge|metal")
# Types for imported images name EC2's class, too, such as GeneralPurpose.t3.large (RuntimeValidationConfig's pattern).
_CLASS_AND_SIZE = re.compile(rf"[a-z][a-z0-9-]*\.({_SIZE.pattern})")


def is_graphics(family: str) -> bool:
    """Whether a family is one of graphics instances, as AppStream's own (NATIVE) images support them."""
    return family.startswith("Graphics ")


def instance_family(instance_type: str) -> str | None:
    """The family of an instance type, None for one that AppStream does not have.

    Any size that EC2 has is taken to exist in every family.
    """
    families = ((prefix, family) for prefix, family in _FAMILIES if instance_type.startswith(prefix))
    return next((family for prefix, family in families if _rest(family).fullmatch(instance_type, len(prefix))), None)


def _rest(family: str) -> re.Pattern[str]:
    return _CLASS_AND_SIZE if family in CUSTOM_FAMILIES else _SIZE
