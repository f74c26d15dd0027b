# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What YAML can say and nothing can work with: aliases that never end or multiply, numbers of thousands of digits.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOST_VALUES = 100_000
MOST_LEVELS = 50
_MOST_BITS = 4096


def require_size(value: Any) -> None:
    """Raise ValueError that says what makes a value as it was written too much to work with."""
    _size(value, {}, MOST_LEVELS)


def _size(value: Any, sizes: dict[int, int], levels: int) -> int:
    """How many values there are, those of an alias counted each time. ``sizes``: by identity, 0 while it is counted."""
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise ValueError("it has a number of more than a thousand digits")
    if not isinstance(value, (Mapping, list, tuple)):
        return 1
    if sizes.get(id(value)) == 0:
        raise ValueError("it has an alias of what it is itself a part of")
    if not levels:
        raise ValueError(f"it has more than {MOST_LEVELS} levels")
    if id(value) not in sizes:
        sizes[id(value)] = 0
        parts = [*value, *value.values()] if isinstance(value, Mapping) else value
        size = 1 + sum(_size(one, sizes, levels - 1) for one in parts)
        if size > MOST_VALUES:
            raise ValueError(f"it has more than {MOST_VALUES} values, those of aliases included")
        sizes[id(value)] = size
    return sizes[id(value)]
