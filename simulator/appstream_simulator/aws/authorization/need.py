# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One right that a call needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

ANYTHING = "*"


@dataclass(frozen=True)
class Need:
    """An action on a resource.

    Attributes:
        action: 'service:Action'.
        resource: its ARN, '*' where the action knows no resources.
        context: values of condition keys, keys in lower case.
    """

    action: str
    resource: str = ANYTHING
    context: Mapping[str, list[str]] = field(default_factory=lambda: MappingProxyType({}))
