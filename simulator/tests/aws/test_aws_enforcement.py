# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Policies that count: what a call needs, what is answered without it, and that nothing has happened then."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import botocore.session
import pytest
from appstream_simulator.aws.authorization import reference
from appstream_simulator.aws.responses import OPERATIONS
from botocore.exceptions import ClientError
from simulated_aws import BASE_IMAGE, Simulator, error_of

ACCOUNT = "123456789012"
ARN = f"arn:aws:appstream:eu-west-1:{ACCOUNT}:"
USER = f"arn:aws:iam::{ACCOUNT}:user/ci"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/machine"
OURS = {"recipe": "design"}
BUILDER: dict[str, Any] = {"Name": "design", "InstanceType": "stream.standard.medium", "ImageName": BASE_IMAGE}

Policy = list[dict[str, Any]]
As = Callable[..., Any]


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


CREATION = [
    allow("appstream:CreateImageBuilder", ["arn:aws:appstream:*:*:image/*", f"{ARN}image-builder/*"]),
    allow("appstream:TagResource", f"{ARN}image-builder/*", Condition={"StringLike": {"aws:RequestTag/recipe": "*"}}),
]


@pytest.fixture
def user(simulator: Simulator) -> Iterator[As]:
    """Gives a client of a service whose user has just these statements, while policies count."""
    iam = simulator.client("iam")
    iam.create_user(UserName="ci")
    key = iam.create_access_key(UserName="ci")["AccessKey"]
    keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}

    def of(statements: Policy, service: str = "appstream", **options: Any) -> Any:
        for name in iam.list_user_policies(UserName="ci")["PolicyNames"]:
            iam.delete_user_policy(UserName="ci", PolicyName=name)
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": statements})
            iam.put_user_policy(UserName="ci", PolicyName="x", PolicyDocument=document)
        return simulator.client(service, **keys, **options)

    settings = simulator.server.simulation.settings
    settings.enforce_policies = True
    yield of
    settings.enforce_policies = False


def names(appstream: Any) -> list[str]:
    return [one["Name"] for one in appstream.describe_image_builders()["ImageBuilders"]]


@pytest.mark.parametrize("cbor", [False, True])
def test_what_no_policy_allows_is_denied_and_does_not_happen(
    simulator: Simulator, appstream: Any, user: As, cbor: bool
) -> None:
    client = user([], cbor=cbor)
    simulator.control("DELETE", "calls")
    code, message = error_of(client.create_image_builder, **BUILDER)
    assert (code, message) == (
        "AccessDeniedException",
        f"User: {USER} is not authorized to perform: appstream:CreateImageBuilder on resource: "
        f"arn:aws:appstream:eu-west-1::image/{BASE_IMAGE} because no identity-based policy allows the "
        "appstream:CreateImageBuilder action",
    )
    assert names(appstream) == []
    assert [call["denied"] for call in simulator.control("GET", "calls")] == [True, False]


def test_what_is_denied_explicitly_is_said_so(user: As) -> None:
    statements = [allow("appstream:*"), deny("appstream:DescribeFleets")]
    _code, message = error_of(user(statements).describe_fleets)
    assert message.endswith("appstream:DescribeFleets on resource: * with an explicit deny in an identity-based policy")


def test_the_root_user_may_do_everything(appstream: Any, user: As) -> None:
    user([])
    appstream.create_image_builder(**BUILDER)


@pytest.mark.parametrize(
    ("statements", "request_", "action"),
    [
        (CREATION, {"Tags": OURS}, ""),
        (CREATION[:1], {"Tags": OURS}, "appstream:TagResource"),
        (CREATION[:1], {}, ""),
        (CREATION, {"Tags": {"other": "x"}}, "appstream:TagResource"),
        (CREATION, {"IamRoleArn": ROLE}, "iam:PassRole"),
        ([allow("appstream:CreateImageBuilder", f"{ARN}*")], {}, "appstream:CreateImageBuilder"),
        ([allow("appstream:CreateImageBuilder", "arn:aws:appstream:*::*")], {}, "appstream:CreateImageBuilder"),
        (
            [*CREATION, allow("iam:PassRole", ROLE, Condition={"StringEquals": {"iam:PassedToService": "x"}})],
            {"IamRoleArn": ROLE},
            "iam:PassRole",
        ),
    ],
)
def test_creating_needs_image_builder_tags_and_role(
    user: As, statements: Policy, request_: dict[str, Any], action: str
) -> None:
    create = user(statements).create_image_builder
    if not action:
        assert create(**BUILDER, **request_)["ImageBuilder"]["Name"] == "design"
    else:
        assert f"is not authorized to perform: {action} on" in error_of(create, **BUILDER, **request_)[1]


@pytest.mark.parametrize(
    ("tags", "condition", "allowed"),
    [
        (OURS, {"StringEquals": {"aws:ResourceTag/recipe": "design"}}, True),
        (OURS, {"StringEquals": {"aws:ResourceTag/RECIPE": "design"}}, True),
        (OURS, {"StringEquals": {"aws:ResourceTag/recipe": "other"}}, False),
        ({}, {"StringLike": {"aws:ResourceTag/recipe": "*"}}, False),
        ({}, {"Null": {"aws:ResourceTag/recipe": "true"}}, True),
    ],
)
def test_the_resources_own_tags_count(
    appstream: Any, user: As, tags: dict[str, str], condition: dict[str, Any], allowed: bool
) -> None:
    appstream.create_image_builder(**BUILDER, **({"Tags": tags} if tags else {}))
    client = user([allow("appstream:TagResource", f"{ARN}image-builder/*", Condition=condition)])
    tag = {"ResourceArn": f"{ARN}image-builder/design", "Tags": {"new": "x"}}
    if allowed:
        client.tag_resource(**tag)
    else:
        assert error_of(client.tag_resource, **tag)[0] == "AccessDeniedException"
    assert ("new" in appstream.list_tags_for_resource(ResourceArn=tag["ResourceArn"])["Tags"]) is allowed


def test_an_action_without_resources_can_only_be_allowed_for_all(appstream: Any, user: As) -> None:
    """So it is in the reference for ListTagsForResource, whose request names a resource."""
    appstream.create_image_builder(**BUILDER)
    ask = {"ResourceArn": f"{ARN}image-builder/design"}
    named = user([allow("appstream:ListTagsForResource", f"{ARN}image-builder/*")])
    assert error_of(named.list_tags_for_resource, **ask)[0] == "AccessDeniedException"
    assert user([allow("appstream:ListTagsForResource")]).list_tags_for_resource(**ask)["Tags"] == {}


@pytest.fixture
def session(simulator: Simulator, user: As) -> As:
    """Gives a client of AppStream with a session of a role that has this statement, and this boundary if any."""
    iam = simulator.client("iam")

    def document(statement: dict[str, Any]) -> str:
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    def of(statement: dict[str, Any], boundary: dict[str, Any] | None = None) -> Any:
        limit = {}
        if boundary:
            policy = iam.create_policy(PolicyName="boundary", PolicyDocument=document(boundary))["Policy"]
            limit = {"PermissionsBoundary": policy["Arn"]}
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        arn = iam.create_role(RoleName="ci", AssumeRolePolicyDocument=trust, **limit)["Role"]["Arn"]
        iam.put_role_policy(RoleName="ci", PolicyName="x", PolicyDocument=document(statement))
        request = {"RoleArn": arn, "RoleSessionName": "me"}
        assert error_of(user([], "sts").assume_role, **request)[0] == "AccessDenied"
        found = user([allow("sts:AssumeRole", arn)], "sts").assume_role(**request)["Credentials"]
        return simulator.client(
            aws_access_key_id=found["AccessKeyId"],
            aws_secret_access_key=found["SecretAccessKey"],
            aws_session_token=found["SessionToken"],
        )

    return of


def test_sessions_of_roles_have_the_policies_of_the_role(session: As) -> None:
    client = session(allow("appstream:DescribeFleets"))
    assert client.describe_fleets()["Fleets"] == []
    assert f"User: arn:aws:sts::{ACCOUNT}:assumed-role/ci/me is not" in error_of(client.describe_stacks)[1]


def test_a_boundary_limits(session: As) -> None:
    message = error_of(session(allow("appstream:*"), allow("ec2:*")).describe_fleets)[1]
    assert message.endswith("because no permissions boundary allows the appstream:DescribeFleets action")


def test_other_services_deny_in_their_own_words(simulator: Simulator, user: As) -> None:
    code, message = error_of(user([], "ec2").describe_subnets)
    assert (code, message) == (
        "UnauthorizedOperation",
        f"You are not authorized to perform this operation. User: {USER} is not authorized to perform: "
        "ec2:DescribeSubnets because no identity-based policy allows the ec2:DescribeSubnets action",
    )
    assert error_of(user([], "iam").get_role, RoleName="x")[0] == "AccessDenied"
    assert error_of(user([], "service-quotas").list_service_quotas, ServiceCode="appstream2")[0] == (
        "AccessDeniedException"
    )
    assert user([deny("*")], "sts").get_caller_identity()["Arn"] == USER


def test_ec2_resources_are_told_apart(simulator: Simulator, user: As) -> None:
    ec2 = simulator.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.5.0.0/16")["Vpc"]["VpcId"]
    statements = [
        allow("ec2:CreateSecurityGroup", [f"arn:aws:ec2:*:*:vpc/{vpc}", "arn:aws:ec2:*:*:security-group/*"]),
        allow("ec2:CreateTags", Condition={"StringEquals": {"ec2:CreateAction": "CreateSecurityGroup"}}),
    ]
    client = user(statements, "ec2")
    tags = [{"ResourceType": "security-group", "Tags": [{"Key": "a", "Value": "b"}]}]
    group = client.create_security_group(GroupName="x", Description="x", VpcId=vpc, TagSpecifications=tags)["GroupId"]
    assert error_of(client.create_tags, Resources=[group], Tags=[{"Key": "c", "Value": "d"}])[0] == (
        "UnauthorizedOperation"
    )
    own = [allow("ec2:AuthorizeSecurityGroupIngress", Condition={"StringEquals": {"aws:ResourceTag/a": "b"}})]
    rule = {"IpProtocol": "tcp", "FromPort": 5985, "ToPort": 5985, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    user(own, "ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])


def test_an_object_that_is_not_there_is_404_for_those_only_who_may_list(simulator: Simulator, user: As) -> None:
    s3 = simulator.client("s3")
    s3.create_bucket(Bucket="software", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="software", Key="a.msi", Body=b"x")
    read, listing = allow("s3:GetObject", "arn:aws:s3:::software/*"), allow("s3:ListBucket", "arn:aws:s3:::software")
    client = user([read], "s3")
    assert client.head_object(Bucket="software", Key="a.msi")["ContentLength"] == 1
    assert error_of(client.head_object, Bucket="software", Key="b.msi")[0] == "403"
    assert error_of(user([read, listing], "s3").head_object, Bucket="software", Key="b.msi")[0] == "404"
    assert error_of(client.get_object, Bucket="software", Key="b.msi")[0] in ("NoSuchKey", "AccessDenied")


@pytest.mark.parametrize(
    "statement",
    [
        allow("*", "arn:aws:s3:::${aws:username}"),
        allow("*", Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}}),
        allow("*", Condition={"NumericLessThan": {"aws:TagKeys": "1"}}),
    ],
)
def test_what_is_not_simulated_is_refused(user: As, statement: dict[str, Any]) -> None:
    assert error_of(user([statement]).describe_fleets)[0] == "SimulatorNotImplemented"


def test_a_call_whose_rights_are_not_known_is_refused(user: As) -> None:
    assert error_of(user([allow("*")], "ec2").run_instances, MinCount=1, MaxCount=1)[0] == "SimulatorNotImplemented"


def test_the_log_of_calls_has_the_rights(simulator: Simulator, appstream: Any) -> None:
    appstream.create_image_builder(**BUILDER, Tags=OURS)
    simulator.client("sts").get_caller_identity()
    found = {call["operation"]: call["needs"] for call in simulator.control("GET", "calls")}
    assert [(one["action"], one["resource"]) for one in found["CreateImageBuilder"]] == [
        ("appstream:CreateImageBuilder", f"arn:aws:appstream:eu-west-1::image/{BASE_IMAGE}"),
        ("appstream:CreateImageBuilder", f"{ARN}image-builder/design"),
        ("appstream:TagResource", f"{ARN}image-builder/design"),
    ]
    assert found["GetCallerIdentity"] == []


def test_every_operation_has_its_right() -> None:
    """What is simulated can be allowed, and nothing is in the table that the service does not have."""
    model = botocore.session.get_session().get_service_model("appstream")
    assert set(OPERATIONS) == {*reference.ACTIONS, *reference.NOT_IN_THE_REFERENCE}
    assert set(OPERATIONS) <= set(model.operation_names)


# A request for each operation that takes resources, and what it is about.
_RESOURCES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "AssociateFleet": ({"FleetName": "f", "StackName": "s"}, ["fleet/f", "stack/s"]),
    "AssociateSoftwareToImageBuilder": ({"ImageBuilderName": "b", "SoftwareNames": ["x"]}, ["image-builder/b"]),
    "CopyImage": (
        {"SourceImageName": "i", "DestinationImageName": "j", "DestinationRegion": "us-east-1"},
        ["image/i"],
    ),
    "CreateFleet": ({"Name": "f", "InstanceType": "x", "ImageName": "i"}, ["fleet/f", "image/i"]),
    "CreateImageBuilderStreamingURL": ({"Name": "b"}, ["image-builder/b"]),
    "CreateStack": ({"Name": "s", "Tags": {"a": "b"}}, ["stack/s", "stack/s"]),
    "CreateUpdatedImage": (
        {"existingImageName": "i", "newImageName": "j", "newImageTags": {"a": "b"}},
        ["image/i", "image/j"],
    ),
    "DeleteFleet": ({"Name": "f"}, ["fleet/f"]),
    "DeleteImage": ({"Name": "i"}, ["image/i"]),
    "DeleteImageBuilder": ({"Name": "b"}, ["image-builder/b"]),
    "DeleteImagePermissions": ({"Name": "i", "SharedAccountId": ACCOUNT}, ["image/i"]),
    "DeleteStack": ({"Name": "s"}, ["stack/s"]),
    "DescribeImagePermissions": ({"Name": "i"}, ["image/i"]),
    "DescribeSessions": ({"FleetName": "f", "StackName": "s"}, ["fleet/f", "stack/s"]),
    "DescribeSoftwareAssociations": ({"AssociatedResource": f"{ARN}image/i"}, ["image/i"]),
    "DisassociateFleet": ({"FleetName": "f", "StackName": "s"}, ["fleet/f", "stack/s"]),
    "DisassociateSoftwareFromImageBuilder": ({"ImageBuilderName": "b", "SoftwareNames": ["x"]}, ["image-builder/b"]),
    "ListAssociatedFleets": ({"StackName": "s"}, ["stack/s"]),
    "ListAssociatedStacks": ({"FleetName": "f"}, ["fleet/f"]),
    "StartFleet": ({"Name": "f"}, ["fleet/f"]),
    "StartImageBuilder": ({"Name": "b"}, ["image-builder/b"]),
    "StartSoftwareDeploymentToImageBuilder": ({"ImageBuilderName": "b"}, ["image-builder/b"]),
    "StopFleet": ({"Name": "f"}, ["fleet/f"]),
    "StopImageBuilder": ({"Name": "b"}, ["image-builder/b"]),
    "TagResource": ({"ResourceArn": f"{ARN}stack/s", "Tags": {"a": "b"}}, ["stack/s"]),
    "UntagResource": ({"ResourceArn": f"{ARN}stack/s", "TagKeys": ["a"]}, ["stack/s"]),
    "UpdateFleet": ({"Name": "f", "ImageName": "i"}, ["fleet/f", "image/i"]),
    "UpdateImagePermissions": (
        {"Name": "i", "SharedAccountId": ACCOUNT, "ImagePermissions": {"allowFleet": True}},
        ["image/i"],
    ),
    "UpdateStack": ({"Name": "s"}, ["stack/s"]),
}


def test_every_operation_about_resources_names_them(simulator: Simulator, appstream: Any) -> None:
    with_resources = {name for name, action in reference.ACTIONS.items() if action.types}
    assert set(_RESOURCES) == with_resources - {"CreateImageBuilder"}
    for operation, (request, expected) in _RESOURCES.items():
        simulator.control("DELETE", "calls")
        method = getattr(appstream, botocore.xform_name(operation))
        # Most of the resources do not exist; the right comes first.
        with contextlib.suppress(ClientError):
            method(**request)
        (call,) = simulator.control("GET", "calls")
        assert [one["resource"].removeprefix(ARN) for one in call["needs"]] == expected, operation
