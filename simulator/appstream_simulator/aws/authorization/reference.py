# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What AWS's service authorization reference says of AppStream's actions.

Source: "Actions, resources, and condition keys for Amazon AppStream 2.0" in the Service Authorization Reference, in its
form of 2026, whose table of operations names the further actions that an operation needs. An action without resource
types is denied by every statement whose Resource is not '*'. Names of types that end in '*' are required there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

RESOURCE_TAG = "aws:ResourceTag"
REQUEST_TAG = "aws:RequestTag"
TAG_KEYS = "aws:TagKeys"

_CREATION = (REQUEST_TAG, RESOURCE_TAG, TAG_KEYS)


@dataclass(frozen=True)
class Action:
    """An action.

    Attributes:
        types: of the resources a statement about it may name; none, only '*' can be named.
        keys: condition keys besides those that all actions have; those of tags without the tag's key.
    """

    types: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


def _about(*types: str, keys: tuple[str, ...] = (RESOURCE_TAG,)) -> Action:
    return Action(types, keys)


_TAGGABLE = ("image-builder", "image", "fleet", "stack")

ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "AssociateFleet": _about("fleet*", "stack*"),
        "AssociateSoftwareToImageBuilder": _about("image-builder*"),
        "CopyImage": _about("image*"),
        "CreateDirectoryConfig": Action(),
        "CreateExportImageTask": Action(keys=(RESOURCE_TAG,)),
        "CreateFleet": _about("fleet*", "image", keys=_CREATION),
        "CreateImageBuilder": _about("image*", "image-builder*", keys=_CREATION),
        "CreateImageBuilderStreamingURL": _about("image-builder*"),
        "CreateImportedImage": Action(keys=(REQUEST_TAG, TAG_KEYS)),
        "CreateStack": _about("stack*", keys=_CREATION),
        "CreateUpdatedImage": _about("image*", keys=_CREATION),
        "DeleteDirectoryConfig": Action(),
        "DeleteFleet": _about("fleet*"),
        "DeleteImage": _about("image*"),
        "DeleteImageBuilder": _about("image-builder*"),
        "DeleteImagePermissions": _about("image*"),
        "DeleteStack": _about("stack*"),
        "DescribeDirectoryConfigs": Action(),
        "DescribeFleets": Action(),
        "DescribeImageBuilders": Action(),
        "DescribeImagePermissions": _about("image*"),
        "DescribeImages": Action(),
        "DescribeSessions": _about("fleet*", "stack*"),
        "DescribeSoftwareAssociations": _about("image", "image-builder"),
        "DescribeStacks": Action(),
        "DisassociateFleet": _about("fleet*", "stack*"),
        "DisassociateSoftwareFromImageBuilder": _about("image-builder*"),
        "ExpireSession": Action(),
        "GetExportImageTask": Action(),
        "ListAssociatedFleets": _about("stack*"),
        "ListAssociatedStacks": _about("fleet*"),
        "ListExportImageTasks": Action(),
        "ListTagsForResource": Action(),
        "StartFleet": _about("fleet*"),
        "StartImageBuilder": _about("image-builder*"),
        "StartSoftwareDeploymentToImageBuilder": _about("image-builder*"),
        "StopFleet": _about("fleet*"),
        "StopImageBuilder": _about("image-builder*"),
        "TagResource": _about(*_TAGGABLE, keys=_CREATION),
        "UntagResource": _about(*_TAGGABLE, keys=(RESOURCE_TAG, TAG_KEYS)),
        "UpdateDirectoryConfig": Action(),
        "UpdateFleet": _about("fleet*", "image"),
        "UpdateImagePermissions": _about("image*"),
        "UpdateStack": _about("stack*"),
    }
)

# The reference does not have these operations yet. That they take no resource is the assumption that denies most.
NOT_IN_THE_REFERENCE = ("DrainSessionInstance", "UpdateImageBuilder")


def action(operation: str) -> Action:
    """What is known of the action of this name.

    Raises:
        NotImplementedError: nothing.
    """
    if operation in NOT_IN_THE_REFERENCE:
        return Action()
    if operation not in ACTIONS:
        raise NotImplementedError(f"the right to call appstream:{operation}")
    return ACTIONS[operation]
