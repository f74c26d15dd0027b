# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The AWS calls of a run of ``build_images``, each with the resource it is about, and when a run makes it.

The policy in the README has the same actions; a test compares the two. What the preflight has just called itself is not
simulated: its answer is better than IAM's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .finding import Finding

IMAGE_BUILDER = "image-builder"
IMAGE = "image"
ROLE = "role"
ANY = "*"

SERVICE = "appstream.amazonaws.com"


def _never(finding: Finding) -> bool:
    return False


def _creates(finding: Finding) -> bool:
    return finding.needs_image and finding.image_builder is None


def _builds(finding: Finding) -> bool:
    return finding.needs_image


def _replaces(finding: Finding) -> bool:
    return finding.replace_failed


@dataclass(frozen=True)
class Action:
    """A call.

    Attributes:
        resource: what its ARN is that of.
        is_certain: whether the run makes it for a recipe for sure; otherwise it depends on what happens, and that it
            is denied is a warning.
    """

    resource: str
    is_certain: Callable[[Finding], bool] = _never


ACTIONS: Mapping[str, Action] = {
    "appstream:CreateImageBuilder": Action(IMAGE_BUILDER, _creates),
    "appstream:DeleteImage": Action(IMAGE, _replaces),
    "appstream:DeleteImageBuilder": Action(IMAGE_BUILDER, _builds),
    "appstream:DescribeFleets": Action(ANY),
    "appstream:DescribeImagePermissions": Action(IMAGE),
    "appstream:ListTagsForResource": Action(IMAGE_BUILDER, _builds),
    "appstream:StartImageBuilder": Action(IMAGE_BUILDER),
    "appstream:StopImageBuilder": Action(IMAGE_BUILDER),
    "appstream:TagResource": Action(IMAGE_BUILDER, _builds),
    "appstream:UntagResource": Action(IMAGE_BUILDER),
    "appstream:UpdateImageBuilder": Action(IMAGE_BUILDER),
    "iam:PassRole": Action(ROLE, _creates),
}
"""Calls that are simulated."""

ALSO_OF_IMAGES = ("appstream:ListTagsForResource", "appstream:TagResource")
"""Calls about image builders that are made about the image, too."""

ASKED = (
    "appstream:DescribeDirectoryConfigs",
    "appstream:DescribeImageBuilders",
    "appstream:DescribeImages",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
)
"""Calls that the preflight makes itself, and the run as well."""

ASKED_BY_PREFLIGHT_ONLY = (
    "ec2:DescribeRouteTables",
    "ec2:DescribeVpcEndpoints",
    "iam:GetRole",
    "iam:SimulatePrincipalPolicy",
    "s3:GetObject",
    "servicequotas:ListServiceQuotas",
    "sts:GetCallerIdentity",
)
"""Calls without which the preflight warns of what it could not check. ``s3:GetObject`` is what HeadObject needs."""


def arns_of(finding: Finding, action: str, prefix: str) -> list[str]:
    """The ARNs that an action is about for one recipe.

    ``prefix`` is that of AppStream's resources, ``arn:aws:appstream:eu-west-1:111122223333:``.
    """
    kind = ACTIONS[action].resource
    if kind == ROLE:
        role = finding.place.get("iam_role_arn")
        return [str(role)] if role and _creates(finding) else []
    names = {
        IMAGE_BUILDER: [f"{prefix}image-builder/{finding.builder_name}"],
        IMAGE: [f"{prefix}image/{finding.image_name}"],
        ANY: ["*"],
    }
    return [*names[kind], *(names[IMAGE] if action in ALSO_OF_IMAGES else [])]


def questions(findings: Sequence[Finding], prefix: str) -> dict[tuple[str, ...], set[str]]:
    """What to ask IAM's policy simulator: sets of ARNs by the actions that are about all of them.

    Every call of the simulator answers for each of its actions with each of its ARNs.
    """
    by_action: dict[str, set[str]] = {}
    for action in ACTIONS:
        arns = {arn for one in findings if one.needs_image for arn in arns_of(one, action, prefix)}
        if arns:
            by_action[action] = arns
    alike: dict[frozenset[str], list[str]] = {}
    for action, arns in by_action.items():
        alike.setdefault(frozenset(arns), []).append(action)
    return {tuple(actions): set(arns) for arns, actions in alike.items()}


def context(region: str, tag_keys: Sequence[str]) -> list[dict[str, Any]]:
    """What conditions of policies may ask for, as ContextEntries of SimulatePrincipalPolicy."""
    return [
        {"ContextKeyName": "aws:RequestedRegion", "ContextKeyValues": [region], "ContextKeyType": "string"},
        {"ContextKeyName": "aws:TagKeys", "ContextKeyValues": list(tag_keys), "ContextKeyType": "stringList"},
        {"ContextKeyName": "iam:PassedToService", "ContextKeyValues": [SERVICE], "ContextKeyType": "string"},
    ]
