# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Instance types and the families images support (service model: CreateImageBuilder, Image)."""

from __future__ import annotations

import re

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

# The sizes EC2 has: which of them a family comes in changes too often to be listed here.
_SIZE = re.compile(r"nano|micro|small|medium|large|([1-9]\d?)?xlarge|metal")


def instance_family(instance_type: str) -> str | None:
    """The family of an instance type, None for one that AppStream does not have.

    Any size that EC2 has is taken to exist in every family.
    """
    families = ((prefix, family) for prefix, family in _FAMILIES if instance_type.startswith(prefix))
    return next((family for prefix, family in families if _SIZE.fullmatch(instance_type, len(prefix))), None)
