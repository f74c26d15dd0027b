# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How narrow the right to each action can be, and what each purpose is.

Which actions a policy has is recorded. What they may be used on is decided here, and held against the reference.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

BUILD, PREPARE, VERIFY, DISTRIBUTE, CLEAN_UP = "build", "prepare", "verify", "distribute", "clean_up"
VERIFY_SERVICE = "verify_service"

PURPOSES: Mapping[str, str] = MappingProxyType(
    {
        BUILD: "Build images: ``euc.appstream.build_images``",
        PREPARE: "Prepare the environment: ``euc.appstream.prepare_environment``",
        VERIFY: "Verify the environment: ``euc.appstream.prepare_environment`` with ``--tags verify``",
        DISTRIBUTE: "Bring images to fleets, stacks, accounts and Regions",
        CLEAN_UP: "Clean up: ``euc.appstream.clean_up``",
        VERIFY_SERVICE: "Ask what nobody has proved: ``euc.appstream.verify_service``",
    }
)

Condition = Mapping[str, Mapping[str, Any]]

_RECIPE = "euc.appstream:recipe"
# Null: false is "has this tag, whatever its value".
_OURS: Condition = {"Null": {f"aws:ResourceTag/{_RECIPE}": "false"}}
_OURS_TO_BE: Condition = {"Null": {f"aws:RequestTag/{_RECIPE}": "false"}}
_PREPARED: Condition = {"Null": {"aws:ResourceTag/euc.appstream:prepared-by": "false"}}
_ASKED_WITH: Condition = {"Null": {"aws:RequestTag/euc.appstream:verify_service": "false"}}
_BY_APPSTREAM: Condition = {"StringEquals": {"iam:PassedToService": "appstream.amazonaws.com"}}

ACCOUNT = "111122223333"
BUCKET, TABLE, TRANSFER = "installers", "appstream-build-locks", "transfer"
"""What users replace."""

_APPSTREAM = "arn:aws:appstream:*:*:"
ARNS: Mapping[str, str] = MappingProxyType(
    {
        "*": "*",
        "appstream:fleet": f"{_APPSTREAM}fleet/*",
        # The account is empty in the ARN of a base image.
        "appstream:image": f"{_APPSTREAM}image/*",
        "appstream:image-builder": f"{_APPSTREAM}image-builder/*",
        "appstream:stack": f"{_APPSTREAM}stack/*",
        "ds:directory": "arn:aws:ds:*:*:directory/*",
        "dynamodb:table": f"arn:aws:dynamodb:*:{ACCOUNT}:table/{TABLE}",
        "ec2:dhcp-options": "arn:aws:ec2:*:*:dhcp-options/*",
        "ec2:security-group": "arn:aws:ec2:*:*:security-group/*",
        "ec2:subnet": "arn:aws:ec2:*:*:subnet/*",
        "ec2:vpc": "arn:aws:ec2:*:*:vpc/*",
        "iam:role": "arn:aws:iam::*:role/*",
        "iam:user": "arn:aws:iam::*:user/*",
        "s3:bucket": f"arn:aws:s3:::{BUCKET}",
        "s3:object": f"arn:aws:s3:::{BUCKET}/*",
    }
)


@dataclasses.dataclass(frozen=True)
class Scope:
    """A statement to be: those of its actions that were recorded for a purpose, on the resources recorded with them.

    Attributes:
        sid: of the statement.
        actions: a name that ends in '*' stands for all that begin so.
        kinds: of resources, as recordings and ARNS name them.
        condition: of the statement.
        purposes: whose policies have it; none, all of them.
        arns: other than those of ARNS, by kind.
        why: for the guide, a sentence or more without its full stop.
    """

    sid: str
    actions: tuple[str, ...]
    kinds: tuple[str, ...] = ("*",)
    condition: Condition = MappingProxyType({})
    purposes: tuple[str, ...] = ()
    arns: Mapping[str, str] = MappingProxyType({})
    why: str = ""

    def covers(self, purpose: str, action: str, kind: str) -> bool:
        """Whether a recorded right is one of this statement."""
        if self.purposes and purpose not in self.purposes:
            return False
        named = any(action == one or (one.endswith("*") and action.startswith(one[:-1])) for one in self.actions)
        return named and kind in self.kinds

    def arn(self, kind: str) -> str:
        """The pattern of the ARNs of a kind."""
        return self.arns.get(kind) or ARNS[kind]


_IMAGE_BUILDERS = ("appstream:image-builder",)
_IMAGES = ("appstream:image",)
PROBES = "euc-appstream-verify"
"""What ``verify_service_name`` is by default."""
_OF_PROBES: Mapping[str, str] = MappingProxyType(
    {f"appstream:{kind}": f"{_APPSTREAM}{kind}/{PROBES}*" for kind in ("fleet", "image", "image-builder", "stack")}
)

SCOPES = (
    Scope(
        "PreflightOnly",
        ("ec2:DescribeRouteTables", "ec2:DescribeVpcEndpoints", "servicequotas:ListServiceQuotas"),
        purposes=(BUILD,),
        why="Without it the preflight warns of what it could not check, and the build goes on",
    ),
    Scope(
        "PreflightOnlyIdentity",
        ("iam:GetRole", "iam:SimulatePrincipalPolicy"),
        ("iam:role", "iam:user"),
        purposes=(BUILD,),
        why="As PreflightOnly",
    ),
    Scope(
        "NotInTheReference",
        ("appstream:UpdateImageBuilder",),
        purposes=(BUILD,),
        why="AWS's reference does not have this action yet, and so does not say what it could be limited to. It is for "
        "recipes whose description, display name or agent access has changed since their builder was made",
    ),
    Scope(
        "Read",
        ("appstream:Describe*", "appstream:List*", "appstream:GetExportImageTask", "application-autoscaling:Describe*"),
        why="These actions know no resources",
    ),
    Scope("ReadNetwork", ("ec2:Describe*",), why="These actions know no resources"),
    Scope("ReadDirectories", ("ds:DescribeDirectories",), why="It knows no resources"),
    Scope(
        "CreateImageBuilders",
        ("appstream:CreateImageBuilder",),
        (*_IMAGES, *_IMAGE_BUILDERS),
        _OURS_TO_BE,
        purposes=(BUILD,),
        why="Of any image, because a base image is AWS's; only with the tag that says for which recipe it is made",
    ),
    Scope(
        "TagNewImageBuilders",
        ("appstream:TagResource",),
        _IMAGE_BUILDERS,
        _OURS_TO_BE,
        (BUILD,),
        why="A new image builder has no tags that could be asked for. Nothing tells a new one from one that is there: "
        "whoever has this policy could give somebody else's image builder the tag, and so the rights below. Where that "
        "matters, end the names of image builders in something of their own and put it into the ARN",
    ),
    Scope(
        "OwnImageBuilders",
        (
            "appstream:DeleteImageBuilder",
            "appstream:StartImageBuilder",
            "appstream:StopImageBuilder",
            "appstream:TagResource",
            "appstream:UntagResource",
        ),
        _IMAGE_BUILDERS,
        _OURS,
        (BUILD, CLEAN_UP),
        why="Image builders without the tag are somebody else's, whom a build leaves alone, too",
    ),
    Scope(
        "OwnImages",
        (
            "appstream:CopyImage",
            "appstream:CreateUpdatedImage",
            "appstream:DeleteImage",
            "appstream:DeleteImagePermissions",
            "appstream:DescribeImagePermissions",
            "appstream:TagResource",
            "appstream:UntagResource",
            "appstream:UpdateImagePermissions",
        ),
        _IMAGES,
        _OURS,
        (BUILD, DISTRIBUTE, CLEAN_UP),
        why="Images that this collection has built, and copies of them. Leave the condition out for images that were "
        "made otherwise",
    ),
    Scope(
        "TagNewImages",
        ("appstream:TagResource",),
        _IMAGES,
        _OURS_TO_BE,
        (DISTRIBUTE,),
        why="A copy gets the tags of its image afterwards",
    ),
    Scope(
        "FleetsAndStacks",
        (
            "appstream:AssociateFleet",
            "appstream:CreateFleet",
            "appstream:CreateStack",
            "appstream:DeleteFleet",
            "appstream:DeleteStack",
            "appstream:DisassociateFleet",
            "appstream:ListAssociatedFleets",
            "appstream:ListAssociatedStacks",
            "appstream:StartFleet",
            "appstream:StopFleet",
            "appstream:TagResource",
            "appstream:UntagResource",
            "appstream:UpdateFleet",
            "appstream:UpdateStack",
        ),
        ("appstream:fleet", "appstream:stack"),
        purposes=(DISTRIBUTE,),
        why="The collection gives fleets and stacks no tags of its own: put their names into the ARNs, or a tag of "
        "yours into a condition",
    ),
    Scope(
        "ImagesOfFleets",
        ("appstream:CreateFleet", "appstream:UpdateFleet"),
        _IMAGES,
        purposes=(DISTRIBUTE,),
        why="A fleet may have an image of another account, whose tags are not known here",
    ),
    Scope(
        "PassRole",
        ("iam:PassRole",),
        ("iam:role",),
        _BY_APPSTREAM,
        (BUILD, DISTRIBUTE),
        arns=MappingProxyType({"iam:role": f"arn:aws:iam::{ACCOUNT}:role/appstream-builder"}),
        why="Only where image builders or fleets get a role (``iam_role_arn``)",
    ),
    Scope(
        "ReadInstallers",
        ("s3:GetObject", "s3:ListBucket"),
        ("s3:object", "s3:bucket"),
        purposes=(BUILD,),
        why="Only for installers in a bucket. ``s3:ListBucket`` is what tells an object that is not there from one "
        "that may not be read",
    ),
    Scope(
        "LockInTable",
        ("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"),
        ("dynamodb:table",),
        purposes=(BUILD,),
        why="Only with ``appstream_lock: {type: dynamodb}``",
    ),
    Scope(
        "OfVerifyService",
        (
            "appstream:DeleteFleet",
            "appstream:DeleteImage",
            "appstream:DeleteImageBuilder",
            "appstream:DeleteStack",
            "appstream:DisassociateFleet",
            "appstream:ListAssociatedFleets",
            "appstream:ListAssociatedStacks",
            "appstream:StopFleet",
            "appstream:StopImageBuilder",
            "appstream:TagResource",
            "appstream:UntagResource",
        ),
        tuple(_OF_PROBES),
        purposes=(CLEAN_UP,),
        arns=_OF_PROBES,
        why="Only where ``verify_service`` is run, with the ``verify_service_name`` that it has by default",
    ),
    Scope(
        "RemoveObjects",
        ("s3:DeleteObject", "s3:GetObjectTagging", "s3:ListBucket"),
        ("s3:object", "s3:bucket"),
        purposes=(CLEAN_UP,),
        arns=MappingProxyType({"s3:bucket": f"arn:aws:s3:::{TRANSFER}", "s3:object": f"arn:aws:s3:::{TRANSFER}/*"}),
        why="Only with ``clean_up_transfer_buckets``",
    ),
    Scope(
        "AssumeRoles",
        ("sts:AssumeRole",),
        ("iam:role",),
        purposes=(CLEAN_UP,),
        arns=MappingProxyType({"iam:role": "arn:aws:iam::*:role/appstream-clean-up"}),
        why="Only with ``clean_up_assume_role_arns``; the roles have the other statements then",
    ),
    Scope(
        "Network",
        ("ec2:AssociateDhcpOptions", "ec2:CreateDhcpOptions", "ec2:CreateSecurityGroup", "ec2:CreateSubnet"),
        ("ec2:dhcp-options", "ec2:security-group", "ec2:subnet", "ec2:vpc"),
        purposes=(PREPARE,),
        why="Put the id of your VPC into its ARN; leave out what you have made yourself",
    ),
    Scope(
        "TagNetwork",
        ("ec2:CreateTags",),
        ("ec2:dhcp-options", "ec2:security-group", "ec2:subnet"),
        purposes=(PREPARE,),
        why="Tags of ``prepare_network_tags``, and the role's own by which it knows its security group",
    ),
    Scope(
        "OwnSecurityGroup",
        ("ec2:AuthorizeSecurityGroup*", "ec2:RevokeSecurityGroup*"),
        ("ec2:security-group",),
        _PREPARED,
        (PREPARE,),
        why="The security group that the role has made. Leave the condition out with "
        "``prepare_network_adopt_security_group: true``",
    ),
    Scope(
        "ManagedDirectory",
        (
            "ds:CreateMicrosoftAD",
            "ec2:AuthorizeSecurityGroup*",
            "ec2:CreateNetworkInterface",
            "ec2:CreateSecurityGroup",
            "ec2:CreateTags",
        ),
        purposes=(PREPARE,),
        why="Only with ``appstream_managed_directory``. AWS's reference names these actions of EC2 as dependent ones "
        "of CreateMicrosoftAD, which whoever creates a directory must have",
    ),
    Scope(
        "DirectoryTags",
        ("ds:AddTagsToResource", "ds:ListTagsForResource", "ds:RemoveTagsFromResource"),
        ("ds:directory",),
        purposes=(PREPARE,),
        why="Only with ``appstream_managed_directory``",
    ),
    Scope(
        "DirectoryConfigs",
        ("appstream:CreateDirectoryConfig", "appstream:UpdateDirectoryConfig"),
        purposes=(PREPARE,),
        why="These actions know no resources",
    ),
    Scope(
        "ReadQuotas",
        ("servicequotas:ListServiceQuotas",),
        purposes=(VERIFY_SERVICE,),
        why="It knows no resources",
    ),
    Scope(
        "ByName",
        ("appstream:*",),
        tuple(_OF_PROBES),
        purposes=(VERIFY_SERVICE,),
        arns=_OF_PROBES,
        why="All that the playbook makes has a name that begins with ``verify_service_name``. Nothing else in the "
        "account should",
    ),
    Scope(
        "ImagesOfAws",
        (
            "appstream:CopyImage",
            "appstream:CreateFleet",
            "appstream:CreateImageBuilder",
            "appstream:CreateUpdatedImage",
            "appstream:DeleteImage",
            "appstream:UpdateFleet",
        ),
        _IMAGES,
        purposes=(VERIFY_SERVICE,),
        arns=MappingProxyType({"appstream:image": "arn:aws:appstream:*::image/*"}),
        why="Without an account in its ARN an image is AWS's. The image builder is made of one; whether one can be "
        "copied, updated or deleted is asked",
    ),
    Scope(
        "RoleThatDoesNotExist",
        ("iam:PassRole",),
        ("iam:role",),
        _BY_APPSTREAM,
        (VERIFY_SERVICE,),
        MappingProxyType({"iam:role": f"arn:aws:iam::{ACCOUNT}:role/{PROBES}*"}),
        "What is answered to an image builder whose role does not exist is asked",
    ),
    Scope(
        "ImportThatIsRefused",
        ("appstream:CreateImportedImage",),
        condition=_ASKED_WITH,
        purposes=(VERIFY_SERVICE,),
        why="It knows no resources, and is asked with ``DryRun`` alone, of an AMI that does not exist",
    ),
    Scope(
        "SessionThatIsNotThere",
        ("appstream:ExpireSession",),
        purposes=(VERIFY_SERVICE,),
        why="It knows no resources: whoever has this right may end the session of any user. Leave it out where that "
        "matters; one question is not asked then",
    ),
    Scope(
        "ChangesOfImageBuilders",
        ("appstream:UpdateImageBuilder",),
        purposes=(VERIFY_SERVICE,),
        why="AWS's reference does not have this action yet, and so does not say what it could be limited to. Leave it "
        "out where that matters; three questions are not asked then",
    ),
)

# What is called and not allowed: for a question it would be a right to everything.
LEFT_OUT: Mapping[tuple[str, str, str], str] = MappingProxyType(
    {(VERIFY_SERVICE, "appstream:UpdateFleet", "*"): "a fleet that is not named"}
)
