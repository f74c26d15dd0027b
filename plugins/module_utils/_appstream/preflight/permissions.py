# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The AWS calls of a run of ``build_images``, each with the resource it is about, and when a run makes it.

The policy for builds in docs/policies has the same actions, as they have been recorded; a test compares the two. What
the preflight has just called itself is not simulated: its answer is better than IAM's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .finding import Finding

IMAGE_BUILDER = "image-builder"
IMAGE = "image"
BASE_IMAGE = "base image"
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
        resources: what its ARNs are those of: all that AWS's Service Authorization Reference has for the action, and
            that the run makes it about.
        is_certain: whether the run makes it for a recipe for sure; otherwise it depends on what happens, and that it
            is denied is a warning.
    """

    resources: tuple[str, ...]
    is_certain: Callable[[Finding], bool] = _never


ACTIONS: Mapping[str, Action] = {
    "appstream:CreateImageBuilder": Action((BASE_IMAGE, IMAGE_BUILDER), _creates),
    "appstream:DeleteImage": Action((IMAGE,), _replaces),
    "appstream:DeleteImageBuilder": Action((IMAGE_BUILDER,), _builds),
    # It has no resource types, though every call of it names a resource.
    "appstream:ListTagsForResource": Action((ANY,), _builds),
    "appstream:StartImageBuilder": Action((IMAGE_BUILDER,)),
    "appstream:StopImageBuilder": Action((IMAGE_BUILDER,)),
    # Image Assistant gives images their tags.
    "appstream:TagResource": Action((IMAGE_BUILDER,), _builds),
    "appstream:UntagResource": Action((IMAGE_BUILDER,)),
    # The reference does not have it yet.
    "appstream:UpdateImageBuilder": Action((ANY,)),
    "iam:PassRole": Action((ROLE,), _creates),
}
"""Calls that are simulated."""

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
    "s3:ListBucket",
    "servicequotas:ListServiceQuotas",
)
"""Rights without which the preflight warns of what it could not check. ``s3:GetObject`` is what HeadObject needs, and
``s3:ListBucket`` lets S3 say that there is no such object. GetCallerIdentity needs none."""


def arns_of(finding: Finding, action: str, prefix: str) -> list[str]:
    """The ARNs that an action is about for one recipe.

    ``prefix`` is that of AppStream's resources, ``arn:aws:appstream:eu-west-1:111122223333:``.
    """
    role = finding.place.get("iam_role_arn") if _creates(finding) else None
    base = (finding.base_image or {}).get("arn")
    arns = {
        IMAGE_BUILDER: f"{prefix}image-builder/{finding.builder_name}",
        IMAGE: f"{prefix}image/{finding.image_name}",
        BASE_IMAGE: base,
        ROLE: role,
        ANY: "*",
    }
    return [str(arns[kind]) for kind in ACTIONS[action].resources if arns[kind]]


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


def context(region: str, tags: Mapping[str, str]) -> list[dict[str, Any]]:
    """What conditions of policies may ask for, as ContextEntries of SimulatePrincipalPolicy.

    IAM's simulator does not look at resources: what an image builder and an image have been given is told to it as the
    resource's own tags, and as those of the request.
    """
    entries = {
        "aws:RequestedRegion": (region, "string"),
        "iam:PassedToService": (SERVICE, "string"),
        **{f"aws:ResourceTag/{key}": (value, "string") for key, value in tags.items()},
        **{f"aws:RequestTag/{key}": (value, "string") for key, value in tags.items()},
    }
    return [
        {"ContextKeyName": "aws:TagKeys", "ContextKeyValues": sorted(tags), "ContextKeyType": "stringList"},
        *(
            {"ContextKeyName": name, "ContextKeyValues": [value], "ContextKeyType": kind}
            for name, (value, kind) in entries.items()
        ),
    ]
