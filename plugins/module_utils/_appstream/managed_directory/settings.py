# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The settings of directories: from options of module ``managed_directory`` to API parameters.

All of them are fixed when a directory is created.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..core.settings import BY_RECREATION, Setting, Table

# The API's own default is Enterprise, which costs several times as much.
DEFAULT_EDITION = "Standard"


def _attribute(member: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda directory: directory.get(member)


def _vpc(member: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda directory: (directory.get("vpc_settings") or {}).get(member)


SETTINGS: Table = (
    Setting("short_name", "ShortName", _attribute("short_name"), BY_RECREATION, comparable=str.lower),
    Setting("description", "Description", lambda directory: directory.get("description") or "", BY_RECREATION),
    Setting("edition", "Edition", _attribute("edition"), BY_RECREATION),
    Setting(
        "vpc_id",
        "VpcSettings",
        _vpc("vpc_id"),
        BY_RECREATION,
        to_request=lambda change: {"VpcId": change.desired},
    ),
    Setting(
        "subnet_ids",
        "VpcSettings",
        _vpc("subnet_ids"),
        BY_RECREATION,
        to_request=lambda change: {"SubnetIds": change.desired},
        comparable=sorted,
    ),
)
