"""Images whose builds need each action of the policy for builds, and what is there without it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from identities import ACCOUNT, actions, lacking
from scopes import BUILD
from workplace import REGION, Workplace

BASE_IMAGE = "AppStream-WinServer2022-09-09-2026"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/appstream-builder"

# What there is before, or happens, in the build of an image.
NEW, STOPPED, LOCKED, CHANGED = "new", "stopped", "locked", "changed"
THERE, FAILED_IMAGE, FAILS = "there", "failed image", "fails"
KINDS = (NEW, STOPPED, LOCKED, CHANGED, THERE, FAILED_IMAGE, FAILS)
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "appstream:DeleteImage": FAILED_IMAGE,
        "appstream:ListTagsForResource": STOPPED,
        "appstream:StartImageBuilder": STOPPED,
        "appstream:StopImageBuilder": FAILS,
        "appstream:UntagResource": LOCKED,
        "appstream:UpdateImageBuilder": CHANGED,
    }
)


# The lock of a run that was killed long ago.
_DEAD = {"euc.appstream:lock:20260101T090000Z-1": "2026-01-01T09:00:00Z holding host=controller"}
# Of those of AppStream what a build calls in the plan, or with an image builder in a domain.
ASKED_BY_PLAN = ("appstream:DescribeDirectoryConfigs",)


@dataclasses.dataclass(frozen=True)
class Cell:
    """The image of somebody who lacks an action."""

    action: str

    @property
    def name(self) -> str:
        """Of recipe, image builder and user."""
        return lacking(self.action)

    @property
    def kind(self) -> str:
        """What there is before."""
        return _KINDS.get(self.action, NEW)


def cells() -> list[Cell]:
    """One for each action without which a build fails: what only the plan calls is looked at apart."""
    named = [action for action in actions(BUILD) if action.startswith("appstream:") or action == "iam:PassRole"]
    return [Cell(action) for action in named if action not in ASKED_BY_PLAN]


def make_role(workplace: Workplace) -> None:
    """The role of image builders."""
    trust = {"Effect": "Allow", "Principal": {"Service": "appstream.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    workplace.client("iam").create_role(RoleName="appstream-builder", AssumeRolePolicyDocument=document)


def prepare(workplace: Workplace, names: Mapping[str, str]) -> None:
    """What there is before, by name of recipe what kind that is of."""
    make_role(workplace)
    workplace.write_role("broken", [{"name": "Break", "ansible.builtin.fail": {"msg": "on purpose"}}])
    appstream = workplace.client("appstream")
    waiting = [name for name, kind in names.items() if kind in (STOPPED, LOCKED, CHANGED)]
    for name in waiting:
        appstream.create_image_builder(
            Name=name,
            InstanceType="stream.standard.medium",
            ImageName=BASE_IMAGE,
            Description="Before",
            VpcConfig={"SubnetIds": [workplace.subnet_id], "SecurityGroupIds": [workplace.security_group_id]},
            Tags={**_tags(name), **(_DEAD if names[name] == LOCKED else {})},
        )
    workplace.wait_for(lambda: all(workplace.builders()[name]["State"] == "RUNNING" for name in waiting), 120)
    for name in waiting:
        appstream.stop_image_builder(Name=name)
    workplace.wait_for(lambda: all(workplace.builders()[name]["State"] == "STOPPED" for name in waiting), 120)
    for name, kind in names.items():
        if kind in (THERE, FAILED_IMAGE):
            state = "FAILED" if kind == FAILED_IMAGE else "AVAILABLE"
            before = {"name": f"{name}-1", "base_image": BASE_IMAGE, "region": REGION, "state": state}
            workplace.control("images", {**before, "tags": {**_tags(name), "euc.appstream:run": "20260101T090000Z-1"}})


def _tags(name: str) -> dict[str, str]:
    return {"CostCenter": "42", "euc.appstream:recipe": name, "euc.appstream:image": f"{name}-1"}


def host(workplace: Workplace, name: str, kind: str) -> dict[str, Any]:
    """Variables of the host that an image is."""
    builder = {
        "instance_type": "stream.standard.medium",
        "subnet_id": workplace.subnet_id,
        "security_group_ids": [workplace.security_group_id],
        **({"iam_role_arn": ROLE} if kind == NEW else {}),
        **({"description": "After"} if kind == CHANGED else {}),
    }
    more = {"roles": ["broken"], "on_error": "stop"} if kind == FAILS else {}
    return workplace.host(image_name=f"{name}-1", builder=builder, **more)
