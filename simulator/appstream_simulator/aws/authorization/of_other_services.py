# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The rights that calls of other services than AppStream need: of those operations that users of AppStream call.

Source: the Service Authorization Reference of each service. GetCallerIdentity needs none (STS API reference).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from moto.ds.models import ds_backends
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends
from moto.utilities.utils import get_partition
from werkzeug.wrappers import Request

from appstream_simulator.aws.authorization.need import Need
from appstream_simulator.aws.requests import Caller

Parameters = Mapping[str, str]
Needs = Callable[[Caller, Request], list[Need]]

# By operation of EC2: the type of each resource, and the parameter with its id; without one it is a new one's.
_EC2: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "AssociateDhcpOptions": {"dhcp-options": "DhcpOptionsId", "vpc": "VpcId"},
        "AuthorizeSecurityGroupEgress": {"security-group": "GroupId"},
        "AuthorizeSecurityGroupIngress": {"security-group": "GroupId"},
        "CreateDhcpOptions": {"dhcp-options": ""},
        "CreateSecurityGroup": {"security-group": "", "vpc": "VpcId"},
        "CreateSubnet": {"subnet": "", "vpc": "VpcId"},
        "DeleteDhcpOptions": {"dhcp-options": "DhcpOptionsId"},
        "ModifySubnetAttribute": {"subnet": "SubnetId"},
        "RevokeSecurityGroupEgress": {"security-group": "GroupId"},
        "RevokeSecurityGroupIngress": {"security-group": "GroupId"},
        "UpdateSecurityGroupRuleDescriptionsEgress": {"security-group": "GroupId"},
        "UpdateSecurityGroupRuleDescriptionsIngress": {"security-group": "GroupId"},
    }
)
# What CreateTags and DeleteTags name by their ids alone.
_EC2_PREFIXES: Mapping[str, str] = MappingProxyType(
    {"dopt": "dhcp-options", "sg": "security-group", "sgr": "security-group-rule", "subnet": "subnet", "vpc": "vpc"}
)
# "Dependent actions" of CreateMicrosoftAD and DeleteDirectory, which whoever calls them must have.
_OF_NEW_DIRECTORY = (
    "AuthorizeSecurityGroupEgress",
    "AuthorizeSecurityGroupIngress",
    "CreateNetworkInterface",
    "CreateSecurityGroup",
    "CreateTags",
    "DescribeNetworkInterfaces",
    "DescribeSubnets",
    "DescribeVpcs",
)
_OF_OLD_DIRECTORY = (
    "DeleteNetworkInterface",
    "DeleteSecurityGroup",
    "DescribeNetworkInterfaces",
    "RevokeSecurityGroupEgress",
    "RevokeSecurityGroupIngress",
)
# Operations whose actions know no resources.
_WITHOUT_RESOURCES = (
    "application-autoscaling:DescribeScalableTargets",
    "ds:CreateMicrosoftAD",
    "ds:DescribeDirectories",
    "servicequotas:ListServiceQuotas",
)
_OF_A_TABLE = ("DeleteItem", "GetItem", "PutItem")


def needs(caller: Caller, request: Request) -> list[Need]:
    """What a call needs.

    Raises:
        NotImplementedError: nothing is known of this operation.
    """
    if caller.service not in _SERVICES:
        raise NotImplementedError(f"the right to call {caller.call}")
    return _SERVICES[caller.service](caller, request)


def _unknown(caller: Caller) -> NotImplementedError:
    return NotImplementedError(f"the right to call {caller.call}")


def _arn(caller: Caller, service: str, resource: str, account: bool = True, region: bool = True) -> str:
    partition = get_partition(caller.region)
    return f"arn:{partition}:{service}:{caller.region if region else ''}:{caller.account if account else ''}:{resource}"


def _by_ec2(caller: Caller, request: Request) -> list[Need]:
    action, given = f"ec2:{caller.operation}", request.values
    if caller.operation.startswith("Describe"):
        return [Need(action)]
    if caller.operation in ("CreateTags", "DeleteTags"):
        ids = [str(value) for name, value in given.items() if name.startswith("ResourceId.")]
        context = _tag_context(given)
        return [
            Need(action, _ec2_arn(caller, _kind(one, caller), one), context | _own_tags(caller, one)) for one in ids
        ]
    if caller.operation not in _EC2:
        raise _unknown(caller)
    found = []
    for kind, member in _EC2[caller.operation].items():
        name = str(given.get(member) or "")
        if member and not name:
            continue
        found.append(Need(action, _ec2_arn(caller, kind, name or "*"), _own_tags(caller, name)))
        tags = _specified_tags(given, kind)
        if tags:
            context = {**_request_tags(tags), "ec2:createaction": [caller.operation]}
            found.append(Need("ec2:CreateTags", _ec2_arn(caller, kind, "*"), context))
    return found


def _ec2_arn(caller: Caller, kind: str, name: str) -> str:
    return _arn(caller, "ec2", f"{kind}/{name}")


def _kind(resource_id: str, caller: Caller) -> str:
    prefix = resource_id.partition("-")[0]
    if prefix not in _EC2_PREFIXES:
        raise NotImplementedError(f"the right to call {caller.call} about {resource_id}")
    return _EC2_PREFIXES[prefix]


def _own_tags(caller: Caller, resource_id: str) -> dict[str, list[str]]:
    """The context keys of a resource's own tags; EC2 has a name of its own for them, too."""
    tags = ec2_backends[caller.account][caller.region].tags.get(resource_id, {})
    return {
        f"{prefix}:resourcetag/{key}".lower(): [str(value)] for key, value in tags.items() for prefix in ("aws", "ec2")
    }


def _tag_context(given: Parameters) -> dict[str, list[str]]:
    keys = {name.split(".")[1]: value for name, value in given.items() if name.startswith("Tag.") and ".Key" in name}
    return _request_tags({key: str(given.get(f"Tag.{number}.Value", "")) for number, key in keys.items()})


def _specified_tags(given: Parameters, kind: str) -> dict[str, str]:
    """The tags of TagSpecification for a new resource of a type."""
    prefixes = [
        name.removesuffix(".ResourceType")
        for name, value in given.items()
        if name.startswith("TagSpecification.") and name.endswith(".ResourceType") and value == kind
    ]
    return {
        value: str(given.get(name.removesuffix("Key") + "Value", ""))
        for prefix in prefixes
        for name, value in given.items()
        if name.startswith(f"{prefix}.Tag.") and name.endswith(".Key")
    }


def _request_tags(tags: Mapping[str, str]) -> dict[str, list[str]]:
    context = {f"aws:requesttag/{key}".lower(): [value] for key, value in tags.items()}
    return {**context, "aws:tagkeys": list(tags)} if tags else {}


def _by_iam(caller: Caller, request: Request) -> list[Need]:
    if caller.operation == "GetRole":
        # A role's path is in its ARN and not in the request.
        name = str(request.values.get("RoleName") or "")
        return [Need("iam:GetRole", _role_arn(caller, name))]
    if caller.operation == "SimulatePrincipalPolicy":
        return [Need("iam:SimulatePrincipalPolicy", str(request.values.get("PolicySourceArn") or ""))]
    raise _unknown(caller)


def _role_arn(caller: Caller, name: str) -> str:
    roles = iam_backends[caller.account][get_partition(caller.region)].roles.values()
    known = next((str(role.arn) for role in roles if role.name == name), "")
    return known or _arn(caller, "iam", f"role/{name}", region=False)


def _by_sts(caller: Caller, request: Request) -> list[Need]:
    if caller.operation == "GetCallerIdentity":
        return []
    if caller.operation == "AssumeRole":
        return [Need("sts:AssumeRole", str(request.values.get("RoleArn") or ""))]
    raise _unknown(caller)


def _by_s3(caller: Caller, request: Request) -> list[Need]:
    """Buckets are in the path. HeadObject is GetObject's right, HeadBucket and both listings are ListBucket's."""
    bucket, _slash, key = unquote(request.path).lstrip("/").partition("/")
    if not bucket:
        raise _unknown(caller)
    arn = _arn(caller, "s3", f"{bucket}/{key}" if key else bucket, account=False, region=False)
    reads = request.method in ("GET", "HEAD")
    if "tagging" in request.args and key and request.method == "GET":
        return [Need("s3:GetObjectTagging", arn)]
    if "location" in request.args and request.method == "GET":
        return [Need("s3:GetBucketLocation", arn)]
    is_plain = not request.args or not key or set(request.args) <= {"partNumber", "x-id"}
    if not reads and (not key or request.method != "DELETE"):
        raise _unknown(caller)
    if not is_plain or (not key and set(request.args) & {"acl", "policy", "versioning", "tagging", "encryption"}):
        raise _unknown(caller)
    if request.method == "DELETE":
        return [Need("s3:DeleteObject", arn)]
    if not key:
        return [Need("s3:ListBucket", arn)]
    # Without ListBucket S3 answers 403 for an object that is not there, with it 404 (API reference of HeadObject).
    of_bucket = arn.removesuffix(f"/{key}")
    asks_of_nothing = [] if _has_object(bucket, key) else [Need("s3:ListBucket", of_bucket)]
    return [Need("s3:GetObject", arn), *asks_of_nothing]


def _has_object(bucket: str, key: str) -> bool:
    partition, account = s3_backends.bucket_accounts.get(bucket) or ("", "")
    found = s3_backends[account][partition].buckets.get(bucket) if account else None
    return found is not None and key in found.keys


def _by_ds(caller: Caller, request: Request) -> list[Need]:
    action, given = f"ds:{caller.operation}", _json(request)
    tags = {str(one["Key"]): str(one.get("Value", "")) for one in given.get("Tags") or []}
    if caller.operation == "CreateMicrosoftAD":
        own = Need(action, context=_request_tags(tags))
        return [own, *(Need(f"ec2:{name}") for name in _OF_NEW_DIRECTORY)]
    directory = str(given.get("DirectoryId") or given.get("ResourceId") or "")
    arn = _arn(caller, "ds", f"directory/{directory}")
    own_tags = {
        f"aws:resourcetag/{key}".lower(): [value] for key, value in _tags_of_directory(caller, directory).items()
    }
    if caller.operation == "DeleteDirectory":
        return [Need(action, arn, own_tags), *(Need(f"ec2:{name}") for name in _OF_OLD_DIRECTORY)]
    if caller.operation == "AddTagsToResource":
        return [Need(action, arn, {**own_tags, **_request_tags(tags)}), Need("ec2:CreateTags")]
    if caller.operation in ("ListTagsForResource", "RemoveTagsFromResource"):
        return [Need(action, arn, own_tags)]
    return _plain(caller, request)


def _tags_of_directory(caller: Caller, directory_id: str) -> dict[str, str]:
    backend = ds_backends[caller.account][caller.region]
    if directory_id not in backend.directories:
        return {}
    return {str(one["Key"]): str(one["Value"]) for one in backend.tagger.list_tags_for_resource(directory_id)["Tags"]}


def _by_dynamodb(caller: Caller, request: Request) -> list[Need]:
    if caller.operation not in _OF_A_TABLE:
        raise _unknown(caller)
    return [Need(f"dynamodb:{caller.operation}", _arn(caller, "dynamodb", f"table/{_json(request).get('TableName')}"))]


def _plain(caller: Caller, request: Request) -> list[Need]:
    if caller.call not in _WITHOUT_RESOURCES:
        raise _unknown(caller)
    return [Need(caller.call)]


def _json(request: Request) -> dict[str, Any]:
    content = json.loads(request.get_data(cache=True) or b"{}")
    return content if isinstance(content, dict) else {}


_SERVICES: Mapping[str, Needs] = MappingProxyType(
    {
        "application-autoscaling": _plain,
        "ds": _by_ds,
        "dynamodb": _by_dynamodb,
        "ec2": _by_ec2,
        "iam": _by_iam,
        "s3": _by_s3,
        "servicequotas": _plain,
        "sts": _by_sts,
    }
)
