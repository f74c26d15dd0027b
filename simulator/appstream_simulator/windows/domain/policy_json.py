# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A computer's policy as JSON and back: how it comes out of `member`'s process."""

from __future__ import annotations

import base64
import dataclasses
import json
from typing import Any

from appstream_simulator.windows.domain.policy import (
    ComputerPolicy,
    GroupMember,
    LocalGroup,
    PolicyObject,
    RegistryValue,
    RestrictedGroup,
    StartupScript,
)


def to_json(policy: ComputerPolicy) -> str:
    """The policy as JSON; bytes are `{"base64": …}`."""
    return json.dumps(dataclasses.asdict(policy), default=lambda data: {"base64": base64.b64encode(data).decode()})


def from_json(text: str) -> ComputerPolicy:
    """The opposite of `to_json`."""
    values = json.loads(text, object_hook=_bytes)
    return ComputerPolicy(**{**values, "objects": [_policy_object(entry) for entry in values["objects"]]})


def _bytes(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["base64"]) if set(value) == {"base64"} else value


def _policy_object(entry: dict[str, Any]) -> PolicyObject:
    return PolicyObject(
        **{
            **entry,
            "registry": [RegistryValue(**value) for value in entry["registry"]],
            "restricted_groups": [RestrictedGroup(**group) for group in entry["restricted_groups"]],
            "local_groups": [_local_group(group) for group in entry["local_groups"]],
            "startup_scripts": [StartupScript(**script) for script in entry["startup_scripts"]],
        }
    )


def _local_group(entry: dict[str, Any]) -> LocalGroup:
    return LocalGroup(**{**entry, "members": [GroupMember(**member) for member in entry["members"]]})
